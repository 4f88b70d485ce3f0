//! Reads: GetLogEvents, FilterLogEvents, GetLogRecord, GetLogGroupFields.
//!
//! Times are milliseconds since 1970. The end is excluded in GetLogEvents and included in FilterLogEvents (API Reference of
//! both). What retention has ended is not shown any more, swept or not.

use super::unmask::{self, Right};
use super::{Meant, fault, filters, invalid, keys, masked, may, now, streams};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_egress::{Rendered, stored_part, stored_text};
use sotto_logs::{Cursor, Entry, FoundEvent, Millis, PAGE_EVENTS_MAX, Range, Search, StreamName, Uid};
use sotto_public::{EventId, Public};
use sotto_query::{FilterPattern, discover};
use sotto_wire::{Fault, Output, Value};
use std::collections::{BTreeMap, HashMap};

/// Events of which GetLogGroupFields looks at the fields.
const SAMPLE_EVENTS_MAX: usize = 1_000;
/// Around the time of GetLogGroupFields (API Reference: the 15 minutes before it, or 8 minutes before and after).
const SAMPLE_BEFORE_MS: i64 = 15 * 60 * 1_000;
const SAMPLE_AROUND_MS: i64 = 8 * 60 * 1_000;
/// Fields of which GetLogGroupFields speaks at most.
const FIELDS_TOLD_MAX: usize = 100;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "GetLogEvents" => get(call).await,
        "FilterLogEvents" => filter(call).await,
        "GetLogRecord" => record(call).await,
        "GetLogGroupFields" => fields(call).await,
        _ => return None,
    })
}

/// The times of a request, the end excluded.
fn range(call: &Call<'_>, entry: &Entry, right: Option<&Right>, end_included: bool) -> Result<Range, Fault> {
    let (start, end) = (call.input().integer("startTime"), call.input().integer("endTime"));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(invalid("endTime is before startTime"));
    }
    let mut range = Range::all();
    range.originals = right.is_some();
    range.from = start.map_or(range.from, Millis);
    range.to = end.map_or(range.to, |end| Millis(end.saturating_add(end_included.into())));
    Ok(entry.readable(range, now(call)))
}

fn limit(call: &Call<'_>) -> usize {
    let asked = call.input().integer("limit").and_then(|limit| usize::try_from(limit).ok());
    asked.unwrap_or(PAGE_EVENTS_MAX)
}

async fn get(call: &mut Call<'_>) -> Answered {
    let (meant, name) = (Meant::of(call)?, streams::named(call)?);
    let _asked = streams::may_on(call, "logs:GetLogEvents", &meant, &name)?;
    let right = unmask::asked(call, &meant)?;
    let (entry, stream) = (meant.entry(call)?, streams::found(call, &meant, &name)?);
    keys::ready(call.api, &meant, &entry.group).await?;
    let range = range(call, &entry, right.as_ref(), false)?;
    let cursor = call.input().public("nextToken").map(Cursor::parse).transpose().map_err(fault)?;
    let from_head = call.input().flag("startFromHead").unwrap_or(false);
    let events = call.api.logs.events();
    let page = events.read_stream((stream.group, stream.uid), &range, cursor, (limit(call), from_head)).await;
    let page = page.map_err(fault)?;
    let shown = unmask::shown(call, &meant, right.as_ref(), page.events).await?;
    let with_masked = masked::is_asked(call);
    Ok(Output::new()
        .with("events", Value::list(shown.into_iter().map(|one| output_event(with_masked, one))))
        .with("nextForwardToken", page.forward.token())
        .with("nextBackwardToken", page.backward.token()))
}

fn output_event(with_masked: bool, (found, text): (FoundEvent, Rendered)) -> Output {
    Output::new()
        .with("timestamp", found.event.timestamp_ms())
        .with("message", text)
        .with("ingestionTime", found.event.ingestion_ms())
        .with("masked", masked::stretches(with_masked, &found))
}

async fn filter(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:FilterLogEvents", &meant)?;
    let right = unmask::asked(call, &meant)?;
    let screened = filters::looked_at(call, call.input().raw("filterPattern")).await?;
    let pattern = filters::compiled(&screened)?;
    let entry = meant.entry(call)?;
    keys::ready(call.api, &meant, &entry.group).await?;
    let range = range(call, &entry, right.as_ref(), true)?;
    let streams = streams_meant(call, &entry)?;
    let after = call.input().public("nextToken").map(|token| {
        token.get().parse::<EventId>().map_err(|_| invalid("The specified nextToken is invalid."))
    });
    let matches = |text: &sotto_protect::StoredText| pattern.matches(text.as_str());
    let search = Search { range, streams, after: after.transpose()?, limit: limit(call), matches: &matches };
    let page = call.api.logs.events().search(&entry, &search).await.map_err(fault)?;
    let names: HashMap<Uid, Public<String>> =
        entry.streams.iter().map(|(name, stream)| (stream.uid, name.public())).collect();
    let shown = unmask::shown(call, &meant, right.as_ref(), page.events).await?;
    let with_masked = masked::is_asked(call);
    let events = shown.into_iter().map(|one| {
        let stretches = masked::stretches(with_masked, &one.0);
        filtered_event(&names, one).with("masked", stretches)
    });
    Ok(Output::new()
        .with("events", Value::list(events))
        .with("searchedLogStreams", Value::List(Vec::new()))
        .with("nextToken", page.next.map(|id| Public::named(&id))))
}

/// Which streams of a group a search is about; none for all.
fn streams_meant(call: &Call<'_>, entry: &Entry) -> Result<Option<Vec<Uid>>, Fault> {
    let (names, prefix) = (call.input().has("logStreamNames"), call.input().public("logStreamNamePrefix"));
    if names && prefix.is_some() {
        return Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive"));
    }
    if let Some(prefix) = prefix {
        let fits = |name: &&StreamName| name.as_str().starts_with(prefix.get());
        let streams = entry.streams.iter().filter(|(name, _)| fits(name));
        return Ok(Some(streams.map(|(_, stream)| stream.uid).collect()));
    }
    let find = |name: &Public<String>| {
        let found = entry.streams.find(name.get().as_str()).map(|stream| stream.uid);
        found.ok_or_else(|| {
            Fault::new("ResourceNotFoundException", "The specified log stream does not exist.")
        })
    };
    names.then(|| call.input().publics("logStreamNames").map(find).collect()).transpose()
}

fn filtered_event(names: &HashMap<Uid, Public<String>>, (found, text): (FoundEvent, Rendered)) -> Output {
    Output::new()
        .with("logStreamName", names.get(&found.stream).cloned())
        .with("timestamp", found.event.timestamp_ms())
        .with("message", text)
        .with("ingestionTime", found.event.ingestion_ms())
        .with("eventId", Public::named(&found.event.id()))
}

/// What points at one event: `@ptr` of a query's row. Group, stream and event, in hexadecimal digits.
pub(super) fn pointer(group: Uid, stream: Uid, id: EventId) -> Public<String> {
    crate::record::configured(&format_args!("{:032x}{:032x}{id}", group.number(), stream.number()))
}

/// The group, stream and event of a pointer.
#[expect(
    clippy::disallowed_methods,
    reason = "a pointer is digits of ours; what is none is refused and not repeated"
)]
fn pointed(call: &Call<'_>) -> Option<(Uid, Uid, EventId)> {
    let pointer = call.input().raw("logRecordPointer")?;
    let (group, rest) = pointer.expose().split_at_checked(32)?;
    let (stream, id) = rest.split_at_checked(32)?;
    let uid = |text: &str| u128::from_str_radix(text, 16).ok().map(|number| Uid::new(number.to_be_bytes()));
    Some((uid(group)?, uid(stream)?, id.parse().ok()?))
}

async fn record(call: &mut Call<'_>) -> Answered {
    let missing = || Fault::new("ResourceNotFoundException", "The specified log record does not exist.");
    let (group, stream, id) =
        pointed(call).ok_or_else(|| invalid("The specified log record pointer is invalid."))?;
    let found = call.snapshot().rooms.logs.by_uid(group);
    let found = found.map(|(scope, entry)| (scope.clone(), entry.clone()));
    // A pointer into another account says no more than one into nothing.
    let own = super::scope(call)?;
    let (scope, entry) = found.filter(|(scope, _)| *scope == own).ok_or_else(missing)?;
    let meant = Meant { scope, name: entry.group.name.clone() };
    let _asked = may(call, "logs:GetLogRecord", &meant)?;
    let right = unmask::asked(call, &meant)?;
    keys::ready(call.api, &meant, &entry.group).await?;
    let found = call.api.logs.events().find(group, stream, id, right.is_some()).await.map_err(fault)?;
    let readable = entry.readable(Range::all(), now(call));
    let found = found.filter(|found| found.event.timestamp_ms() >= readable.from.0).ok_or_else(missing)?;
    let name = entry.streams.iter().find(|(_, at)| at.uid == stream).map(|(name, _)| name.public());
    let name = name.ok_or_else(missing)?;
    let mut fields: Vec<(Value, Value)> = discover(found.event.text().as_str())
        .into_iter()
        .map(|(name, value)| {
            let part = |text: &str| Value::Shown(stored_part(found.event.text(), text));
            (part(&name), part(&value))
        })
        .collect();
    let shown = unmask::shown(call, &meant, right.as_ref(), vec![found]).await?;
    let (found, text) = shown.into_iter().next().ok_or_else(internal)?;
    let log = crate::record::configured(&format_args!("{}:{}", meant.scope.account, meant.name));
    for (name, value) in [
        ("@timestamp", Value::from(crate::record::configured(&found.event.timestamp_ms()))),
        ("@ingestionTime", Value::from(crate::record::configured(&found.event.ingestion_ms()))),
        ("@logStream", Value::from(name)),
        ("@log", Value::from(log)),
        ("@ptr", Value::from(pointer(group, stream, id))),
        ("@message", Value::Shown(text)),
    ] {
        fields.push((Value::from(name), value));
    }
    if let Some(masked) = found.event.masked_field().filter(|_| masked::is_asked(call)) {
        fields.push((Value::from("@masked"), Value::Shown(stored_text(&masked))));
    }
    Ok(Output::new().with("logRecord", Value::Map(fields)))
}

async fn fields(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:GetLogGroupFields", &meant)?;
    let entry = meant.entry(call)?;
    keys::ready(call.api, &meant, &entry.group).await?;
    let (from, to) = match call.input().integer("time") {
        Some(time) => (time.saturating_sub(SAMPLE_AROUND_MS), time.saturating_add(SAMPLE_AROUND_MS)),
        None => (now(call).0.saturating_sub(SAMPLE_BEFORE_MS), i64::MAX),
    };
    let range = entry.readable(Range { from: Millis(from), to: Millis(to), originals: false }, now(call));
    let all: FilterPattern = FilterPattern::parse("").map_err(|_| internal())?;
    let matches = |text: &sotto_protect::StoredText| all.matches(text.as_str());
    let search = Search { range, streams: None, after: None, limit: SAMPLE_EVENTS_MAX, matches: &matches };
    let page = call.api.logs.events().search(&entry, &search).await.map_err(fault)?;
    let mut counts: BTreeMap<String, (usize, &FoundEvent)> = BTreeMap::new();
    for found in &page.events {
        for (name, _) in discover(found.event.text().as_str()) {
            counts.entry(name).or_insert((0, found)).0 += 1;
        }
    }
    let total = page.events.len();
    let mut told: Vec<(Value, usize)> = match total {
        0 => Vec::new(),
        _ => ["@ingestionTime", "@logStream", "@message", "@timestamp", "@log"]
            .map(|name| (Value::from(name), total))
            .into(),
    };
    let mut found: Vec<_> = counts.into_iter().collect();
    found.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    told.extend(
        found
            .into_iter()
            .map(|(name, (count, event))| (Value::Shown(stored_part(event.event.text(), &name)), count)),
    );
    told.truncate(FIELDS_TOLD_MAX);
    let shown = told
        .into_iter()
        .map(|(name, count)| Output::new().with("name", name).with("percent", count * 100 / total.max(1)));
    Ok(Output::new().with("logGroupFields", Value::list(shown)))
}
