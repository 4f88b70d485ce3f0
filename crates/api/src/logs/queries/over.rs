//! What does a query run over? Groups that the request names, or the query itself by `SOURCE`; of each its segments as files, and
//! the events that are in none yet.
//!
//! `SOURCE` takes names and ARNs, or `logGroups(namePrefix: [...], class: [...])` (User Guide, "SOURCE"). Whoever starts the query
//! must be allowed to for each group that is meant. Where segments are no files, the engine gets local copies.

use super::record::Layer;
use super::running::TIME_MAX;
use crate::call::{Call, internal};
use crate::logs::{Meant, fault, invalid, keys, now, scope, shelf};
use sotto_arn::{LogGroupArn, LogGroupName};
use sotto_logs::{Class, Entry, Group, Millis, Range};
use sotto_query::discover;
use sotto_query::engine::{ColumnKey, PROTOCOL_VERSION, Query, Request, Segment};
use sotto_query::insights::Source;
use sotto_segment::hot_blocks;
use sotto_storage::{LocalCopy, StorageError};
use sotto_wire::Fault;
use std::path::Path;
use std::sync::Arc;

/// Groups of a query (CloudWatch Logs quotas).
const GROUPS_MAX: usize = 50;
/// Rows of a result where the request says nothing.
const ROWS_USUAL: i64 = 10_000;

/// The groups that a request names.
pub(super) fn groups(call: &Call<'_>) -> Result<Vec<Meant>, Fault> {
    let input = call.input();
    let names = input.public("logGroupName").into_iter().chain(input.publics("logGroupNames"));
    let mut groups = names.map(|name| Meant::named(call, name)).collect::<Result<Vec<_>, _>>()?;
    for identifier in input.publics("logGroupIdentifiers") {
        groups.push(Meant::identified(call, identifier)?);
    }
    Ok(groups)
}

/// The groups of a query: those that the request names, or those that its text does.
pub(super) fn groups_of(
    call: &Call<'_>,
    named: Vec<Meant>,
    source: Option<&Source>,
) -> Result<Vec<Meant>, Fault> {
    let groups = match source {
        Some(_) if !named.is_empty() => {
            return Err(invalid("log groups are named by the request or by SOURCE, not by both"));
        }
        Some(source) => named_by(call, source)?,
        None => named,
    };
    match groups.len() {
        0 => Err(invalid("at least one log group must be specified")),
        1..=GROUPS_MAX => Ok(groups),
        _ => Err(Fault::new("LimitExceededException", "at most 50 log groups can be queried at once")),
    }
}

fn named_by(call: &Call<'_>, source: &Source) -> Result<Vec<Meant>, Fault> {
    let scope = scope(call)?;
    if source.accounts.iter().any(|account| account != scope.account.as_str()) {
        return Err(invalid("SOURCE can name log groups of the caller's account only"));
    }
    if !source.groups.is_empty() {
        return source.groups.iter().map(|text| named_in(call, text)).collect();
    }
    let class = |entry: &Entry| {
        source.classes.is_empty() || source.classes.iter().any(|class| class == entry.group.class.as_str())
    };
    let begins = |name: &LogGroupName| {
        source.name_prefixes.is_empty()
            || source.name_prefixes.iter().any(|prefix| name.as_str().starts_with(prefix.as_str()))
    };
    let shelf = shelf(call, &scope).unwrap_or_default();
    let meant = shelf.groups().iter().filter(|(name, entry)| begins(name) && class(entry));
    // One more than may be says that there are too many.
    Ok(meant
        .take(GROUPS_MAX + 1)
        .map(|(name, _)| Meant { scope: scope.clone(), name: name.clone() })
        .collect())
}

/// A group by name or ARN, as the text of a query has it.
fn named_in(call: &Call<'_>, text: &str) -> Result<Meant, Fault> {
    let wrong = || invalid("SOURCE names something that is no log group");
    let scope = scope(call)?;
    if !text.starts_with("arn:") {
        let name = LogGroupName::parse(text).map_err(|_| wrong())?;
        return Ok(Meant { scope, name });
    }
    let arn = LogGroupArn::parse(text).map_err(|_| wrong())?;
    match *arn.account() == scope.account && *arn.region() == scope.region {
        true => Ok(Meant { scope, name: arn.name().clone() }),
        false => Err(Fault::new("ResourceNotFoundException", "The specified log group does not exist.")),
    }
}

/// What the engine is given.
pub(super) struct Given {
    pub(super) request: Request,
    pub(super) blocks: Vec<Vec<u8>>,
    pub(super) copies: Vec<Arc<LocalCopy>>,
    /// Column keys that the result rests under, one for each group that has some.
    pub(super) layers: Vec<Layer>,
}

/// Segments and hot events of the range.
pub(super) async fn given(call: &Call<'_>, groups: &[Meant], query: Query) -> Result<Given, Fault> {
    let seconds = |member| call.input().integer(member).unwrap_or_default();
    let (start_ms, end_ms) =
        (milliseconds(seconds("startTime")), milliseconds(seconds("endTime")).saturating_add(999));
    if start_ms > end_ms {
        return Err(invalid("Query's end date and time is before its start"));
    }
    let range = Range { from: Millis(start_ms), to: Millis(end_ms.saturating_add(1)), originals: false };
    let limit = call.input().integer("limit").unwrap_or(ROWS_USUAL);
    let request = Request {
        version: PROTOCOL_VERSION,
        query,
        groups: Vec::new(),
        start_ms,
        end_ms,
        now_ms: now(call).0,
        rows_max: u64::try_from(limit).unwrap_or_default(),
        time_ms_max: u64::try_from(TIME_MAX.as_millis()).unwrap_or_default(),
        blocks: 0,
    };
    let mut given = Given { request, blocks: Vec::new(), copies: Vec::new(), layers: Vec::new() };
    for (number, meant) in (0_u32..).zip(groups) {
        let entry = meant.entry(call)?;
        if entry.group.class == Class::Delivery {
            return Err(invalid("log groups of the class DELIVERY cannot be queried"));
        }
        keys::ready(call.api, meant, &entry.group).await?;
        let range = entry.readable(range.clone(), now(call));
        given.add(call, (number, meant, &entry), &range).await?;
    }
    given.request.blocks = given.blocks.len();
    Ok(given)
}

impl Given {
    /// What there is of one group.
    async fn add(
        &mut self,
        call: &Call<'_>,
        (number, meant, entry): (u32, &Meant, &Entry),
        range: &Range,
    ) -> Result<(), Fault> {
        let events = call.api.logs.events();
        let source = events.source(entry.group.uid, range).await.map_err(fault)?;
        let mut segments = Vec::new();
        for segment in &source.segments {
            let key = segment.column_key.map(|key| keys::column_key(call.api, entry.group.uid, key));
            let key = key.transpose()?.map(|(key, place)| ColumnKey::new(key, place));
            let path = match events.columns_path(segment) {
                Some(path) => text_of(&path),
                None => {
                    let copy = copied(call, segment).await?;
                    let path = text_of(copy.path());
                    self.copies.push(copy);
                    path
                }
            };
            segments.push(Segment { path, key });
        }
        self.layers.extend(layer(
            call,
            &entry.group,
            source.segments.iter().filter_map(|one| one.column_key).max(),
        ));
        let hot = source.hot.iter().filter(|hot| entry.streams.find(hot.name.get().as_str()).is_some());
        let hot = hot.map(|hot| (hot.name.get().as_str(), &hot.event));
        for block in hot_blocks(hot, discover).map_err(|_| internal())? {
            self.blocks.push([&number.to_be_bytes()[..], &block].concat());
        }
        self.request.groups.push(sotto_query::engine::Group {
            account: meant.scope.account.to_string(),
            region: meant.scope.region.to_string(),
            name: meant.name.to_string(),
            segments,
            start_ms: range.from.0,
        });
        Ok(())
    }
}

/// The key that results over a group rest under: that which it is written under now, else the newest of what was read.
fn layer(call: &Call<'_>, group: &Group, read: Option<u64>) -> Option<Layer> {
    let current = group.kms_key.as_ref().and_then(|_| keys::current(call.api, group.uid));
    current.or(read).map(|number| Layer { group: group.uid, number })
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A local copy of a segment's columns, as they rest.
async fn copied(call: &Call<'_>, segment: &sotto_logs::Segment) -> Result<Arc<LocalCopy>, Fault> {
    let logs = &call.api.logs;
    let copies = logs.copies().ok_or_else(internal)?;
    match copies.copy(&**logs.blobs(), &segment.columns()).await {
        Ok(Some(copy)) => Ok(copy),
        Ok(None) => Err(internal()),
        Err(StorageError::TooLarge { .. }) => Err(Fault::new(
            "LimitExceededException",
            "the query reads more segments than this server can hold copies of; narrow its range of time or try again",
        )),
        Err(error) => Err(crate::call::unavailable(&error)),
    }
}

/// Times of queries are seconds; some clients give milliseconds, which AWS takes, too.
fn milliseconds(time: i64) -> i64 {
    const SECONDS_MAX: i64 = 100_000_000_000;
    if time < SECONDS_MAX { time.saturating_mul(1_000) } else { time }
}
