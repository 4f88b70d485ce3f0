//! `sotto logs protect --retroactive` and `sotto logs retroactive`: a policy for what was stored before it.
//!
//! These are operations of sotto's own. A job goes on in the server, whoever waits for it or not. What it found goes to standard
//! output, what it cannot reach to standard error: somebody has to think of that.

use crate::args::{ProtectArgs, RetroactiveArgs, RetroactiveListArgs, RetroactiveVerb};
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{Remote, own, shown};
use crate::signals;
use crate::table::Rows;
use anyhow::Result;
use sotto_wire::{Input, Output, View};
use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

/// Between two questions, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// Most pages of a list.
const PAGES_MAX: usize = 100;

pub(super) fn run(verb: &RetroactiveVerb) -> Result<Verdict> {
    match verb {
        RetroactiveVerb::List(args) => list(args),
        RetroactiveVerb::Status(args) => status(args),
        RetroactiveVerb::Stop(args) => stop(args),
    }
}

/// Begins a job, and waits for it where that is wanted; a dry run may try a policy that nobody has written.
pub(super) fn begin(args: &ProtectArgs, policy: Option<&str>) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let answer = remote.insist("sotto", "StartRetroactiveProtection", || {
        let input = Output::new().with("logGroupIdentifier", own(&args.group)).with("dryRun", args.dry_run);
        match policy {
            Some(policy) => input.with("policyDocument", own(policy)),
            None => input,
        }
    })?;
    let id = word(answer.view(), "protectionId");
    if !args.wait {
        print(&format!("{id}\n"))?;
        return Ok(Verdict::Fine);
    }
    wait(&remote, &id)
}

fn status(args: &RetroactiveArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    match args.wait {
        true => wait(&remote, &args.id),
        false => tell(&looked_up(&remote, &args.id, true)?),
    }
}

fn stop(args: &RetroactiveArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    remote.ask("sotto", "StopRetroactiveProtection", Output::new().with("protectionId", own(&args.id)))?;
    match args.wait {
        true => wait(&remote, &args.id),
        false => Ok(Verdict::Fine),
    }
}

/// One job, as the server knows it.
fn looked_up(remote: &Remote, id: &str, samples: bool) -> Result<Input> {
    let asked = || Output::new().with("protectionId", own(id)).with("samples", samples);
    let answer = remote.insist("sotto", "DescribeRetroactiveProtections", asked);
    let answer = match answer {
        // Who may not read events sees no samples, but how far it is.
        Err(error) if samples && error.is_denied() => return looked_up(remote, id, false),
        answer => answer?,
    };
    Ok(answer)
}

fn wait(remote: &Remote, id: &str) -> Result<Verdict> {
    signals::listen()?;
    let mut pause = PAUSE.0;
    loop {
        let answer = looked_up(remote, id, false)?;
        let status = answer.list("protections").next().map(|job| word(job, "status")).unwrap_or_default();
        if !matches!(status.as_str(), "Running" | "Waiting") {
            return tell(&looked_up(remote, id, true)?);
        }
        if signals::interrupted() {
            out::say(&format!("{id} goes on; `sotto logs retroactive stop {id}` stops it"));
            return Err(Fault::Interrupted.into());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSE.1);
    }
}

fn word(of: View<'_>, name: &'static str) -> String {
    of.public(name).map_or_else(String::new, |text| text.get().clone())
}

fn number(of: View<'_>, name: &'static str) -> i64 {
    of.integer(name).unwrap_or_default()
}

/// Says what a job did, or would do.
fn tell(answer: &Input) -> Result<Verdict> {
    let Some(job) = answer.list("protections").next() else {
        return Err(Fault::unavailable("the service knows of no such retroactive protection"));
    };
    let verb = if job.flag("dryRun") == Some(true) { "would mask" } else { "masked" };
    let (events, streams) = (number(job, "eventsMasked"), number(job, "streamsMasked"));
    let mut text = String::new();
    let _ = writeln!(text, "{} {}", word(job, "protectionId"), word(job, "status"));
    let _ = writeln!(text, "{}: {verb} {events} events in {streams} streams", word(job, "logGroupName"));
    let (done, total) = (number(job, "eventsDone"), number(job, "eventsTotal"));
    let bytes = number(job, "bytesDone");
    let _ = writeln!(text, "looked at {done} of {total} events, {bytes} bytes");
    for (kind, count) in job.map("identifiers") {
        if let Some((kind, count)) = kind.public().zip(count.as_integer()) {
            let _ = writeln!(text, "  {kind} {count}");
        }
    }
    for sample in job.list("samples") {
        let message = sample.raw("message").map_or("", shown);
        let _ =
            writeln!(text, "  {} {} {message}", word(sample, "logStreamName"), number(sample, "timestamp"));
    }
    print(&text)?;
    for missed in job.list("notReached") {
        let count = missed.integer("count").map_or_else(String::new, |count| format!(" ({count})"));
        out::say(&format!("not reached: {}{count}: {}", word(missed, "kind"), word(missed, "words")));
    }
    match word(job, "status").as_str() {
        "Failed" => Err(Fault::unavailable(format!("it failed: {}", word(job, "failure")))),
        _ => Ok(Verdict::Fine),
    }
}

fn print(text: &str) -> Result<()> {
    let mut out = out::plain();
    write!(out, "{text}").and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

fn list(args: &RetroactiveListArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let names = ["id", "group", "status", "dry run", "events done", "events", "masked", "streams", "began"];
    let mut rows = Rows::new(&names);
    let mut next: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let answer = remote.insist("sotto", "DescribeRetroactiveProtections", || {
            let mut input = Output::new();
            if let Some(group) = &args.group {
                input.set("logGroupIdentifier", own(group));
            }
            if let Some(token) = &next {
                input.set("nextToken", own(token));
            }
            input
        })?;
        rows.rows.extend(answer.list("protections").map(row));
        next = answer.public("nextToken").map(|token| token.get().clone());
        if next.is_none() {
            break;
        }
    }
    rows.write(args.format)?;
    Ok(Verdict::Fine)
}

fn row(job: View<'_>) -> Vec<String> {
    let counts = ["eventsDone", "eventsTotal", "eventsMasked", "streamsMasked", "startTime"];
    let dry_run = if job.flag("dryRun") == Some(true) { "yes" } else { "no" };
    let mut row = ["protectionId", "logGroupName", "status"].map(|name| word(job, name)).to_vec();
    row.push(dry_run.to_owned());
    row.extend(counts.map(|name| number(job, name).to_string()));
    row
}
