//! `sotto quickstart`: does it do what it says? A server, an account, a log group and a card number that nobody reads without the
//! right to, in a minute.
//!
//! The story is told by AWS operations over the wire, so each of its lines can be repeated with AWS's own tools. The server is
//! this program's own `serve`, in a process of its own: what is seen here is what a real one does. All values are invented.

mod bot;
mod cast;
mod server;

use crate::args::QuickstartArgs;
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{Remote, own, shown};
use anyhow::Result;
use cast::{Cast, Credentials};
use server::Server;
use sotto_wire::{Input, Output};
use std::fmt::Write as _;
use std::io::Write as _;

/// The log group of the story, and its stream.
const GROUP: &str = "/demo/payments";
const STREAM: &str = "web-1";
/// What the application logs. The card has the prefix of an issuer and a check digit that fits; it belongs to nobody.
const MESSAGES: &[&str] = &[
    "order 58120: credit card 4539 7815 2096 4336 accepted",
    r#"{"level":"INFO","order":58121,"email":"ana.lima@example.net"}"#,
    "order 58121: shipped",
];

/// Tells the story; serves on unless it is to end.
pub(crate) fn run(args: &QuickstartArgs) -> Result<Verdict> {
    if args.data.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Fault::usage(format!(
            "`{0}` is not empty: start what is there with `sotto serve --data {0}`, or name another directory with --data",
            args.data.display()
        )));
    }
    let server = Server::start(args)?;
    let told = match args.bot {
        Some(which) => bot::tell(&server, args, which),
        None => tell(&server, args),
    };
    let ended = told.and_then(|()| if args.once { Ok(()) } else { server.wait() });
    server.stop()?;
    ended.map(|()| Verdict::Fine)
}

fn tell(server: &Server, args: &QuickstartArgs) -> Result<()> {
    let cast = Cast::gather(server)?;
    say(&format!(
        "A server runs on {}, its data is in {}.\nMember account {} of your organization has a log group, {GROUP}, whose policy \
         masks card numbers and mail addresses.",
        server.endpoint(),
        args.data.display(),
        cast.account
    ))?;
    let member = &cast.member;
    set_up(member)?;
    say(&format!("\nThe application writes:\n{}", lines(MESSAGES)))?;
    say(&format!("Everybody who may read the group sees:\n{}", lines(&read(member, false)?)))?;
    let policy = cast.forbid_unmask()?;
    match member.ask("logs", "GetLogEvents", request(true)) {
        Err(error) if error.is_denied() => {
            say(&format!(
                "A service control policy denies logs:Unmask. Asking for originals is answered:\n    {}\n",
                error.words()
            ))?;
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(Fault::unavailable("the denied unmask was answered: this must not happen")),
    }
    cast.allow_unmask(&policy)?;
    say(&format!("Without that policy, by right and on record:\n{}", lines(&read(member, true)?)))?;
    say(&go_on(server.endpoint(), &cast.operator, args))
}

/// Group, stream, policy and events.
fn set_up(member: &Remote) -> Result<()> {
    let group = || Output::new().with("logGroupName", own(GROUP));
    member.ask("logs", "CreateLogGroup", group())?;
    member.ask("logs", "CreateLogStream", group().with("logStreamName", own(STREAM)))?;
    let document = crate::logs::document_of("demo", &["CreditCardNumber", "EmailAddress"]);
    let policy = Output::new().with("logGroupIdentifier", own(GROUP)).with("policyDocument", own(&document));
    member.ask("logs", "PutDataProtectionPolicy", policy)?;
    let at = crate::logs::now_ms();
    let event = |(number, message): (i64, &&str)| {
        Output::new().with("timestamp", at + number).with("message", own(message))
    };
    let events: Vec<_> = (0..).zip(MESSAGES).map(event).collect();
    let put = group().with("logStreamName", own(STREAM)).with("logEvents", events);
    member.ask("logs", "PutLogEvents", put)?;
    Ok(())
}

fn request(unmask: bool) -> Output {
    Output::new()
        .with("logGroupName", own(GROUP))
        .with("logStreamName", own(STREAM))
        .with("startFromHead", true)
        .with("unmask", unmask)
}

fn read(member: &Remote, unmask: bool) -> Result<Vec<String>> {
    let answer: Input = member.ask("logs", "GetLogEvents", request(unmask))?;
    Ok(answer.list("events").filter_map(|event| Some(shown(event.raw("message")?).to_owned())).collect())
}

fn lines(texts: &[impl AsRef<str>]) -> String {
    texts.iter().fold(String::new(), |mut all, text| {
        let _ = writeln!(all, "    {}", text.as_ref());
        all
    })
}

/// What to go on with.
fn go_on(endpoint: &str, operator: &Credentials, args: &QuickstartArgs) -> String {
    format!(
        "Go on with any client of AWS, as the operator of the member account:\n{}    aws --endpoint-url {endpoint} logs tail {GROUP}\n    \
         sotto tail {GROUP}\n{}",
        exports(endpoint, operator),
        again(args, "")
    )
}

/// What clients find server and credentials by.
fn exports(endpoint: &str, operator: &Credentials) -> String {
    format!(
        "    export AWS_ENDPOINT_URL={endpoint}\n    export AWS_DEFAULT_REGION=us-east-1\n    export AWS_ACCESS_KEY_ID={}\n    \
         export AWS_SECRET_ACCESS_KEY={}\n",
        shown(&operator.id),
        shown(&operator.secret),
    )
}

/// How the server is started another time.
fn again(args: &QuickstartArgs, options: &str) -> String {
    let end =
        if args.once { "It has ended; start it again:" } else { "It runs until Ctrl-C; start it again:" };
    format!("{end}\n    sotto serve --listen {} --data {}{options}", args.listen, args.data.display())
}

fn say(text: &str) -> Result<()> {
    let mut out = out::plain();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}
