//! `sotto policy explain --against`: which of the resources that exist does each ARN of a policy match?
//!
//! What exists is asked over the wire, so it works against sotto and against a real account alike. Resources are held against the
//! policy as AWS decides on them: a log group as its stream without a name.

use super::sets;
use crate::args::{ExplainArgs, PlainFormat};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde::Serialize;
use sotto_iam::Policy;
use sotto_iam::analysis::{Reach, reach};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::client::credentials::{Profile, Surroundings};
use sotto_wire::client::http::Client;
use sotto_wire::client::{self, ClientError};
use sotto_wire::{Input, Output};
use std::io::{self, Write};

/// Most pages that are read of one list.
const PAGES_MAX: usize = 200;
/// Most names that a line shows.
const NAMES_SHOWN_MAX: usize = 8;

/// A list of what exists.
struct Listing {
    /// Table and operation.
    of: (&'static str, &'static str),
    /// Members of the answer: the list, and the name or ARN of an entry.
    members: (&'static str, &'static str),
    /// Members that carry on: of the answer, of the next request.
    next: (&'static str, &'static str),
    /// What comes before and behind the member to make the ARN that AWS decides on; `{}` are Region and account.
    arn: (&'static str, &'static str),
}

const LISTINGS: &[Listing] = &[
    Listing {
        of: ("logs", "DescribeLogGroups"),
        members: ("logGroups", "logGroupName"),
        next: ("nextToken", "nextToken"),
        arn: ("arn:aws:logs:{region}:{account}:log-group:", ":log-stream:"),
    },
    Listing {
        of: ("lexv2-models", "ListBots"),
        members: ("botSummaries", "botId"),
        next: ("nextToken", "nextToken"),
        arn: ("arn:aws:lex:{region}:{account}:bot/", ""),
    },
    Listing {
        of: ("kms", "ListKeys"),
        members: ("Keys", "KeyArn"),
        next: ("NextMarker", "Marker"),
        arn: ("", ""),
    },
    Listing {
        of: ("iam", "ListUsers"),
        members: ("Users", "Arn"),
        next: ("Marker", "Marker"),
        arn: ("", ""),
    },
    Listing {
        of: ("iam", "ListRoles"),
        members: ("Roles", "Arn"),
        next: ("Marker", "Marker"),
        arn: ("", ""),
    },
    Listing {
        of: ("lambda", "ListFunctions"),
        members: ("Functions", "FunctionArn"),
        next: ("NextMarker", "Marker"),
        arn: ("", ""),
    },
    Listing {
        of: ("s3", "ListBuckets"),
        members: ("Buckets", "Name"),
        next: ("ContinuationToken", "ContinuationToken"),
        arn: ("arn:aws:s3:::", ""),
    },
];

/// What an endpoint has.
#[derive(Default)]
struct Existing {
    arns: Vec<String>,
    /// Lists that could not be read, with the reason.
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    existing: usize,
    not_read: Vec<String>,
    entries: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    policy: String,
    statement: usize,
    line: u32,
    column: u32,
    resource: String,
    left_out: bool,
    matches: Vec<String>,
}

/// Asks an endpoint and reports.
pub(crate) fn run(args: &ExplainArgs, endpoint: &str) -> Result<Verdict> {
    let client = client(args, endpoint)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::unavailable(crate::fault::reason(&error)))?;
    let region = args.region.as_deref().unwrap_or("us-east-1");
    let existing =
        runtime.block_on(existing(&client, region)).map_err(|error| unavailable(endpoint, error))?;
    let mut entries = Vec::new();
    for document in sets::documents(&args.sets, args.ask.kind)? {
        let policy = Policy::parse(&document.text, document.kind());
        let policy = policy.map_err(|problems| Fault::usage(format!("{}:{problems}", document.name)))?;
        let found = reach(&policy, &existing.arns);
        entries.extend(found.into_iter().map(|one| shown(&document.name, one, &existing.arns)));
    }
    let report = Report { existing: existing.arns.len(), not_read: existing.unread, entries };
    write(args.format, &report).map_err(|error| Fault::output(&error))?;
    Ok(if report.not_read.is_empty() { Verdict::Fine } else { Verdict::Incomplete })
}

#[expect(
    clippy::disallowed_methods,
    reason = "endpoint, Region and profile are settings that the caller typed"
)]
fn client(args: &ExplainArgs, endpoint: &str) -> Result<Client> {
    let public = |text: &str| Public::from_pinned_text(text.to_owned());
    let profile = args.profile.as_deref().map(public);
    let profile = Profile::find(profile.as_ref(), Surroundings::of_process());
    let profile = profile.map_err(|error| Fault::unavailable(error.to_string()))?;
    Ok(Client::new(profile, Some(public(endpoint)), args.region.as_deref().map(public)))
}

fn unavailable(endpoint: &str, error: ClientError) -> anyhow::Error {
    Fault::unavailable(format!("`{endpoint}`: {error}"))
}

/// Everything that the lists name. A list that the endpoint does not serve or that the caller may not read is named as unread.
async fn existing(client: &Client, region: &str) -> Result<Existing, ClientError> {
    let identity = client.call("sts", "GetCallerIdentity", Output::new()).await?;
    let account = identity.public("Account").map(|account| account.get().clone()).unwrap_or_default();
    let mut existing = Existing::default();
    for listing in LISTINGS {
        let (table, operation) = listing.of;
        let fill = |text: &str| text.replace("{region}", region).replace("{account}", &account);
        let (before, behind) = (fill(listing.arn.0), listing.arn.1);
        match names(client, listing).await {
            Ok((found, whole)) => {
                existing.arns.extend(found.iter().map(|name| format!("{before}{name}{behind}")));
                if !whole {
                    existing
                        .unread
                        .push(format!("{table}:{operation}: there are more than {PAGES_MAX} pages"));
                }
            }
            Err(error) => existing.unread.push(format!("{table}:{operation}: {error}")),
        }
    }
    Ok(existing)
}

/// All names of a list, and whether these are all.
async fn names(client: &Client, listing: &Listing) -> Result<(Vec<String>, bool), ClientError> {
    let (table, operation) = listing.of;
    let mut found = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut input = Output::new();
        if let Some(token) = next.take() {
            input.set(listing.next.1, client::text(RawText::new(token)));
        }
        let answer = client.call(table, operation, input).await?;
        let (list, name) = listing.members;
        found.extend(answer.list(list).filter_map(|entry| Some(entry.public(name)?.get().clone())));
        next = carry_on(&answer, listing.next.0);
        if next.is_none() {
            return Ok((found, true));
        }
    }
    Ok((found, false))
}

fn carry_on(answer: &Input, member: &'static str) -> Option<String> {
    answer.public(member).map(|token| token.get().clone()).filter(|token| !token.is_empty())
}

fn shown(policy: &str, found: Reach, arns: &[String]) -> Shown {
    Shown {
        policy: policy.to_owned(),
        statement: found.statement,
        line: found.place.line,
        column: found.place.column,
        resource: found.pattern,
        left_out: found.left_out,
        matches: found.matched.iter().filter_map(|index| arns.get(*index)).cloned().collect(),
    }
}

fn write(format: PlainFormat, report: &Report) -> io::Result<()> {
    let mut out = out::buffered();
    if format == PlainFormat::Json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
        return out.flush();
    }
    for entry in &report.entries {
        let verb = if entry.left_out { "leaves out" } else { "matches" };
        let count = entry.matches.len();
        writeln!(
            out,
            "{}:{}:{}: `{}` {verb} {count} of {} that exist",
            entry.policy, entry.line, entry.column, entry.resource, report.existing
        )?;
        for name in entry.matches.iter().take(NAMES_SHOWN_MAX) {
            writeln!(out, "    {name}")?;
        }
        if count > NAMES_SHOWN_MAX {
            writeln!(out, "    and {} more", count - NAMES_SHOWN_MAX)?;
        }
    }
    for unread in &report.not_read {
        writeln!(out, "not read: {unread}")?;
    }
    out.flush()
}
