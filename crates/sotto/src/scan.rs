//! `sotto scan`: where does sensitive data stand in these files?
//!
//! Files are read in blocks by all threads and reported in the order of their paths, findings in the order of their places:
//! two runs over the same files give the same report. Nothing that was found is shown unless `--reveal` asks for it.

mod fail_on;
mod records;
mod ruler;
mod stream;

use crate::args::ScanArgs;
use crate::fault::{Fault, Verdict};
use crate::files::{Target, Targets};
use crate::look::Look;
use crate::ordered::{Event, Parts, ordered, threads};
use crate::progress::Watch;
use crate::report::{Report, Totals};
use crate::{jsonl, out, signals};
use anyhow::Result;
use fail_on::FailOn;
use std::io::Write;
pub(crate) use stream::{End, Finding, News, State};

/// `sotto scan`.
pub(crate) fn run(args: &ScanArgs) -> Result<Verdict> {
    if args.jsonl {
        return jsonl::run(args);
    }
    signals::listen()?;
    let look = Look::new(&args.look)?;
    let fail_on = FailOn::new(&args.fail_on, &look)?;
    let targets = Targets::of(&args.paths, args.walk, None)?;
    let watch = Watch::begin(args.progress, args.quiet, targets.bytes());
    let mut totals = Totals::default();
    totals.unlisted(targets.unlisted);
    let mut sink = Sink::new(args, &look, &fail_on, &mut totals);
    sink.begin()?;
    let work = |target: Target, parts: &Parts<News>| stream::scan(&look, args, target, &watch.read, parts);
    ordered(threads(args.threads), targets.files.into_iter(), work, |event| sink.take(event))?;
    drop(watch);
    sink.finish()
}

/// Takes the findings of all files, in order.
struct Sink<'a> {
    report: Report<'a>,
    look: &'a Look,
    fail_on: &'a FailOn,
    totals: &'a mut Totals,
    listed_max: u64,
    file: String,
    out: std::io::BufWriter<out::Out>,
}

impl<'a> Sink<'a> {
    fn new(args: &ScanArgs, look: &'a Look, fail_on: &'a FailOn, totals: &'a mut Totals) -> Self {
        let listed_max = args.max_findings.unwrap_or(u64::MAX);
        let report = Report::new(args, look);
        Self { report, look, fail_on, totals, listed_max, file: String::new(), out: out::buffered() }
    }

    fn begin(&mut self) -> Result<()> {
        self.report.begin(&mut self.out).map_err(|error| Fault::output(&error))
    }

    fn take(&mut self, event: Event<News>) -> Result<()> {
        if signals::interrupted() {
            return Err(Fault::Interrupted.into());
        }
        match event {
            Event::Idle => self.out.flush().map_err(|error| Fault::output(&error)),
            Event::Part(News::Begin(file)) => {
                self.file = file;
                Ok(())
            }
            Event::Part(News::Findings(findings)) => {
                findings.iter().try_for_each(|finding| self.finding(finding))
            }
            Event::Part(News::End(end)) => self.end(&end),
            Event::Part(News::Wrong(error)) => Err(error),
        }
    }

    fn finding(&mut self, finding: &Finding) -> Result<()> {
        let rule = self.look.scanner().rule(finding.rule);
        self.totals.count(rule);
        self.totals.failed |= self.fail_on.holds(rule);
        if self.totals.listed >= self.listed_max {
            return Ok(());
        }
        self.totals.listed += 1;
        self.report.finding(&mut self.out, &self.file, finding).map_err(|error| Fault::output(&error))
    }

    fn end(&mut self, end: &End) -> Result<()> {
        if let State::Unreadable(why) = &end.state {
            out::say(&format!("sotto: {why}"));
        }
        let counts = self.totals.end(&self.file, end);
        self.report.file(&mut self.out, &self.file, end, &counts).map_err(|error| Fault::output(&error))
    }

    fn finish(mut self) -> Result<Verdict> {
        let done = self.report.finish(&mut self.out, self.totals).and_then(|()| self.out.flush());
        done.map_err(|error| Fault::output(&error))?;
        Ok(match (self.totals.failed, self.totals.incomplete) {
            (true, _) => Verdict::Found,
            (false, true) => Verdict::Incomplete,
            (false, false) => Verdict::Fine,
        })
    }
}
