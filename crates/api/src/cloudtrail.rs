//! What does CloudTrail answer? LookupEvents over the trail: newest first, 50 a page, 90 days.
//!
//! CloudTrail API Reference, "LookupEvents". Reads stand in the trail as chunks whose place has the time of their newest record,
//! so a page reads rows until no older row can hold a newer record. The value that is looked for is compared and not kept.

use crate::call::{Ask, Call, internal, unavailable};
use crate::desk::{Answered, number, text};
use sotto_arn::Region;
use sotto_directory::Text;
use sotto_iam::{Permit, ReadTrail};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_storage::Scan;
use sotto_trail::{Attribute, CHUNK_SPAN_MAX, Lookup, Record};
use sotto_wire::{Fault, Output, Value};
use std::time::{Duration, SystemTime};

/// Events of a page, at most and where nothing is said.
const PAGE_EVENTS_MAX: usize = 50;
/// Rows read for one page: a page that would need more ends early, with a token.
const ROWS_MAX: usize = 5_000;
/// Where global services sign.
const HOME_REGION: &str = "us-east-1";
/// Rows read at a time.
const ROWS_AT_A_TIME: usize = 100;

/// The answer to an operation of CloudTrail.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    match call.operation() {
        "LookupEvents" => lookup(call).await,
        _ => Err(call.refuse_unserved()),
    }
}

async fn lookup(call: &mut Call<'_>) -> Answered {
    let _permit: Permit<ReadTrail> = call.authorize_as(Ask::new("cloudtrail:LookupEvents"))?;
    let wanted = Lookup {
        account: call.account()?,
        region: call.region().clone(),
        attribute: attribute(call)?,
        start: call.input().time("StartTime"),
        end: call.input().time("EndTime"),
    };
    if wanted.start.zip(wanted.end).is_some_and(|(start, end)| start > end) {
        return Err(Fault::new("InvalidTimeRangeException", "The start time is after the end time."));
    }
    let asked =
        number(call, "MaxResults").map_or(PAGE_EVENTS_MAX, |count| usize::try_from(count).unwrap_or(0));
    if asked == 0 || asked > PAGE_EVENTS_MAX {
        return Err(Fault::new("InvalidMaxResultsException", "MaxResults must be between 1 and 50."));
    }
    let after = text(call, "NextToken").map(|token| Mark::read(&token)).transpose()?;
    let (events, more) = read(call, &wanted, asked, after).await?;
    let next = events.last().filter(|_| more).map(|last| Mark::of(last).token());
    let shown = events.iter().map(event);
    Ok(Output::new().with("Events", Value::list(shown)).with("NextToken", next.map(|token| token.public())))
}

/// The one attribute that is looked for.
fn attribute(call: &Call<'_>) -> Result<Option<(Attribute, Public<String>)>, Fault> {
    let wrong = || {
        Fault::new("InvalidLookupAttributesException", "One lookup attribute with a known key is allowed.")
    };
    let mut given = call.input().list("LookupAttributes");
    let Some(first) = given.next() else { return Ok(None) };
    let name = first.public("AttributeKey").ok_or_else(wrong)?;
    let known = Attribute::ALL.into_iter().find(|known| known.name() == name.get()).ok_or_else(wrong)?;
    let value = first.raw("AttributeValue").ok_or_else(wrong)?;
    match given.next() {
        Some(_) => Err(wrong()),
        None if matches!(known, Attribute::Username | Attribute::ResourceName) => {
            // Records have names as they are shown.
            Ok(Some((known, call.sieve.shown(compared(value)))))
        }
        None => Ok(Some((known, compared(value)))),
    }
}

/// The value becomes part of a place that is read and never written.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with public members of records; not kept, not answered"
)]
fn compared(value: &RawText) -> Public<String> {
    Public::from_pinned_text(value.expose().to_owned())
}

/// Where a page ended: the time and the id of its last event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    nanoseconds: u128,
    event: u128,
}

impl Mark {
    fn of(record: &Record) -> Self {
        let since = record.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { nanoseconds: since.as_nanos(), event: record.event.number() }
    }

    fn token(self) -> Text {
        Text::hexadecimal([self.nanoseconds, self.event])
    }

    fn read(token: &Text) -> Result<Self, Fault> {
        let read = || {
            let (nanoseconds, event) = token.as_str().split_at_checked(32)?;
            let number = |text: &str| u128::from_str_radix(text, 16).ok();
            Some(Self { nanoseconds: number(nanoseconds)?, event: number(event)? })
        };
        read().ok_or_else(|| Fault::new("InvalidNextTokenException", "The token is not one of LookupEvents."))
    }

    /// The latest time of a row that can hold what comes after this.
    fn rows_until(self) -> SystemTime {
        let since = Duration::from_nanos(u64::try_from(self.nanoseconds).unwrap_or(u64::MAX));
        SystemTime::UNIX_EPOCH + since + CHUNK_SPAN_MAX
    }
}

/// The newest events behind a mark, and whether there are more.
async fn read(
    call: &Call<'_>,
    wanted: &Lookup,
    count: usize,
    after: Option<Mark>,
) -> Result<(Vec<Record>, bool), Fault> {
    let mut scan = Scan::below(&wanted.below()).from(&wanted.first(call.now()));
    let ends = wanted.end.map(|end| end + CHUNK_SPAN_MAX).into_iter().chain(after.map(Mark::rows_until));
    if let Some(end) = ends.min() {
        scan = scan.through(&wanted.below().with(&end));
    }
    let mut scan = scan.backwards().limit(ROWS_AT_A_TIME);
    let mut found: Vec<Record> = Vec::new();
    for _ in 0..ROWS_MAX.div_ceil(ROWS_AT_A_TIME) {
        let rows = call
            .store()
            .find(crate::trailed::TRAIL, scan.clone())
            .await
            .map_err(|error| unavailable(&error))?;
        let mut oldest = None;
        for row in &rows {
            let records = sotto_trail::records(&row.row.body).map_err(|_| internal())?;
            oldest = records.iter().map(|record| record.at).max();
            let behind = |record: &Record| after.is_none_or(|mark| Mark::of(record) < mark);
            found.extend(
                records.into_iter().filter(|record| wanted.fits(record, call.now()) && behind(record)),
            );
        }
        found.sort_by_key(|record| std::cmp::Reverse(Mark::of(record)));
        let settled = found.get(count).is_some_and(|last| oldest.is_some_and(|oldest| oldest <= last.at));
        match rows.last() {
            Some(last) if rows.len() == ROWS_AT_A_TIME && !settled => scan = scan.after(&last.place),
            _ => break,
        }
    }
    let more = found.len() > count;
    found.truncate(count);
    Ok((found, more))
}

/// The newest event with an attribute, in the request's Region or the home Region.
pub(crate) async fn newest(
    call: &Call<'_>,
    attribute: Attribute,
    value: Public<String>,
) -> Result<Option<Record>, Fault> {
    let home = Region::parse(HOME_REGION).map_err(|_| internal())?;
    let mut regions = vec![call.region().clone(), home];
    regions.dedup();
    let mut newest: Option<Record> = None;
    for region in regions {
        let attribute = Some((attribute, value.clone()));
        let wanted = Lookup { account: call.account()?, region, attribute, start: None, end: None };
        let found = read(call, &wanted, 1, None).await?.0.pop();
        newest = newest.into_iter().chain(found).max_by_key(|record| record.at);
    }
    Ok(newest)
}

/// `Event`.
fn event(record: &Record) -> Output {
    let resources = record.resources.iter().map(|resource| {
        Output::new().with("ResourceType", resource.kind.clone()).with("ResourceName", resource.name.clone())
    });
    Output::new()
        .with("EventId", record.event.text())
        .with("EventName", record.event_name())
        .with("ReadOnly", if record.read_only { "true" } else { "false" })
        .with("AccessKeyId", record.identity.access_key.clone())
        .with("EventTime", record.at)
        .with("EventSource", record.event_source())
        .with("Username", record.user_name())
        .with("Resources", Value::list(resources))
        .with("CloudTrailEvent", record.to_cloudtrail())
}
