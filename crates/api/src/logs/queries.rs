//! Insights queries: started, followed, stopped, listed; saved ones.
//!
//! A query runs over stored text, and its rows are kept here as stored text. `unmask` is the last step and no part of the query:
//! originals are opened at GetQueryResults, for whoever asks then, with a permit of that call and a record of what is seen. The
//! text of a query is parsed as it was typed; what is listed and saved is its masked form, and one that holds a value is not
//! saved. Queries and results live in the process that runs them, for a bounded time and number.

use super::engine::{Came, ENGINE_GONE, NO_ENGINE, NotRun, run};
use super::unmask::{self, OfGroup};
use super::{
    Meant, PAGE_ITEMS_MAX, fault, filters, invalid, keys, may_generally, now, page, read, scope, shelf,
};
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, permit};
use sotto_egress::{Rendered, queried_text, resting_text, stored_text};
use sotto_logs::{Class, Definition, Millis, Range, Scope, Uid};
use sotto_protect::StoredText;
use sotto_public::{EventId, Public};
use sotto_query::engine::{ColumnKey, Failure, Group, PROTOCOL_VERSION, Query, Request, Row, Segment};
use sotto_query::{Plan, QueryError, discover};
use sotto_segment::hot_blocks;
use sotto_wire::{Fault, Output, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;

/// Groups of a query (CloudWatch Logs quotas).
const GROUPS_MAX: usize = 50;
/// Rows of a result where the request says nothing.
const ROWS_USUAL: i64 = 10_000;
/// Queries that run at one time, and that are remembered.
const RUNNING_MAX: usize = 100;
const KEPT_MAX: usize = 1_000;
/// How long a query may run, and how long its result is kept.
const TIME_MAX: Duration = Duration::from_secs(60 * 60);
const KEPT_FOR_MS: i64 = 7 * 86_400_000;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "StartQuery" => start(call).await,
        "GetQueryResults" => results(call).await,
        "StopQuery" => stop(call),
        "DescribeQueries" => describe(call),
        "PutQueryDefinition" => save(call).await,
        "DescribeQueryDefinitions" => saved(call),
        "DeleteQueryDefinition" => forget(call).await,
        _ => return None,
    })
}

/// How a query stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Running,
    Complete,
    Failed(Failure),
    Away,
    Cancelled,
}

impl Standing {
    const fn word(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Complete => "Complete",
            Self::Failed(Failure::Time) => "Timeout",
            Self::Failed(_) | Self::Away => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }
}

/// A query.
struct Asked {
    id: Public<String>,
    scope: Scope,
    groups: Vec<Meant>,
    /// Which groups those names meant when the query was started.
    uids: Vec<Uid>,
    text: StoredText,
    language: &'static str,
    created: Millis,
    unmasked: Vec<String>,
    came: Arc<Mutex<Came>>,
    standing: Arc<Mutex<Standing>>,
    stop: Mutex<Option<AbortHandle>>,
}

/// Queries of this process.
#[derive(Default)]
pub(crate) struct Queries(Mutex<HashMap<Public<String>, Arc<Asked>>>);

impl Queries {
    fn find(&self, scope: &Scope, id: &Public<String>) -> Option<Arc<Asked>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(id).filter(|asked| asked.scope == *scope).cloned()
    }

    fn of(&self, scope: &Scope) -> Vec<Arc<Asked>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = held.values().filter(|asked| asked.scope == *scope).cloned().collect();
        all.sort_by_key(|asked| std::cmp::Reverse(asked.created));
        all
    }

    fn add(&self, asked: Arc<Asked>, now: Millis) -> Result<(), Fault> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, asked| asked.created.0 + KEPT_FOR_MS > now.0);
        if held.values().filter(|asked| asked.standing() == Standing::Running).count() >= RUNNING_MAX {
            return Err(Fault::new("LimitExceededException", "at most 100 queries can run at one time"));
        }
        if held.len() >= KEPT_MAX {
            let oldest = held.values().filter(|asked| asked.standing() != Standing::Running);
            let oldest = oldest.min_by_key(|asked| asked.created).map(|asked| asked.id.clone());
            oldest.map(|oldest| held.remove(&oldest));
        }
        held.insert(asked.id.clone(), asked);
        Ok(())
    }
}

impl Asked {
    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn malformed(error: &QueryError) -> Fault {
    let words = crate::record::configured(error);
    let (start, end) = error.place().unwrap_or_default();
    let location = Output::new().with("startCharOffset", start).with("endCharOffset", end);
    let compile = Output::new().with("location", location).with("message", words.clone());
    Fault::new("MalformedQueryException", words).with("queryCompileError", compile)
}

/// The groups of a request.
fn groups(call: &Call<'_>) -> Result<Vec<Meant>, Fault> {
    let input = call.input();
    let names = input.public("logGroupName").into_iter().chain(input.publics("logGroupNames"));
    let mut groups = names.map(|name| Meant::named(call, name)).collect::<Result<Vec<_>, _>>()?;
    for identifier in input.publics("logGroupIdentifiers") {
        groups.push(Meant::identified(call, identifier)?);
    }
    match groups.len() {
        0 => Err(invalid("at least one log group must be specified")),
        1..=GROUPS_MAX => Ok(groups),
        _ => Err(Fault::new("LimitExceededException", "at most 50 log groups can be queried at once")),
    }
}

async fn start(call: &mut Call<'_>) -> Answered {
    let groups = groups(call)?;
    let mut ask = Ask::new("logs:StartQuery");
    for meant in &groups {
        meant.note(call);
        ask = ask.on(meant.resource(call));
    }
    let _asked = permit(call, ask)?;
    let screened = filters::looked_at(call, call.input().raw("queryString")).await?;
    let language = match call.input().public("queryLanguage").map(|word| word.get().as_str()) {
        None | Some("CWLI") => "CWLI",
        Some("SQL") => "SQL",
        _ => return Err(invalid("the query language PPL is not available in this release")),
    };
    let (query, unmasked) = match language {
        "SQL" => (Query::Sql(screened.typed().to_owned()), Vec::new()),
        _ => {
            let plan = Plan::compile(screened.typed()).map_err(|error| malformed(&error))?;
            if plan.source.is_some() {
                return Err(invalid(
                    "the command SOURCE is not available in this release; name the log groups",
                ));
            }
            let unmasked = plan.unmasked.clone();
            (Query::Insights(plan), unmasked)
        }
    };
    if !unmasked.is_empty() {
        // Who may not see originals is told so at once; the right is asked for again with the results.
        for meant in &groups {
            let _right = unmask::right(call, meant)?;
        }
    }
    let Some(socket) = call.api.logs.engine().map(std::path::Path::to_path_buf) else {
        return Err(Fault::new("ServiceUnavailableException", NO_ENGINE));
    };
    let (request, blocks) = over(call, &groups, query).await?;
    let asked = Arc::new(Asked {
        id: call.request_id().text(),
        scope: scope(call)?,
        uids: groups.iter().map(|meant| Ok(meant.entry(call)?.group.uid)).collect::<Result<_, Fault>>()?,
        groups,
        text: screened.masked().clone(),
        language,
        created: now(call),
        unmasked,
        came: Arc::default(),
        standing: Arc::new(Mutex::new(Standing::Running)),
        stop: Mutex::default(),
    });
    call.api.logs.queries().add(Arc::clone(&asked), now(call))?;
    let (came, standing) = (Arc::clone(&asked.came), Arc::clone(&asked.standing));
    let task = tokio::spawn(async move {
        let done = tokio::time::timeout(TIME_MAX, run(&socket, &request, blocks, &came)).await;
        let stands = match done {
            Ok(Ok(())) => Standing::Complete,
            Ok(Err(NotRun::Failed(failure))) => Standing::Failed(failure),
            Ok(Err(NotRun::Away)) => Standing::Away,
            Err(_) => Standing::Failed(Failure::Time),
        };
        *standing.lock().unwrap_or_else(PoisonError::into_inner) = stands;
    });
    *asked.stop.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
    Ok(Output::new().with("queryId", asked.id.clone()))
}

/// What the engine is given: segments and hot events of the range.
async fn over(call: &Call<'_>, groups: &[Meant], query: Query) -> Result<(Request, Vec<Vec<u8>>), Fault> {
    let seconds = |member| call.input().integer(member).unwrap_or_default();
    let (start_ms, end_ms) =
        (milliseconds(seconds("startTime")), milliseconds(seconds("endTime")).saturating_add(999));
    if start_ms > end_ms {
        return Err(invalid("Query's end date and time is before its start"));
    }
    let limit = call.input().integer("limit").unwrap_or(ROWS_USUAL);
    let (mut named, mut blocks) = (Vec::new(), Vec::new());
    for (number, meant) in (0_u32..).zip(groups) {
        let entry = meant.entry(call)?;
        if entry.group.class == Class::Delivery {
            return Err(invalid("log groups of the class DELIVERY cannot be queried"));
        }
        keys::ready(call.api, meant, &entry.group).await?;
        let range = Range { from: Millis(start_ms), to: Millis(end_ms.saturating_add(1)), originals: false };
        let range = entry.readable(range, now(call));
        let events = call.api.logs.events();
        let source = events.source(entry.group.uid, &range).await.map_err(fault)?;
        let mut segments = Vec::new();
        for segment in &source.segments {
            let path = events.columns_path(segment).ok_or_else(|| {
                invalid(
                    "segments in an object store cannot be queried in this release; use a shared directory",
                )
            })?;
            let key =
                segment.column_key.map(|key| keys::column_key(call.api, entry.group.uid, key)).transpose()?;
            let key = key.map(|(key, place)| ColumnKey::new(key, place));
            segments.push(Segment { path: path.to_string_lossy().into_owned(), key });
        }
        let hot = source.hot.iter().filter(|hot| entry.streams.find(hot.name.get().as_str()).is_some());
        let hot = hot.map(|hot| (hot.name.get().as_str(), &hot.event));
        for block in hot_blocks(hot, discover).map_err(|_| internal())? {
            blocks.push([&number.to_be_bytes()[..], &block].concat());
        }
        named.push(Group {
            account: meant.scope.account.to_string(),
            region: meant.scope.region.to_string(),
            name: meant.name.to_string(),
            segments,
            start_ms: range.from.0,
        });
    }
    let request = Request {
        version: PROTOCOL_VERSION,
        query,
        groups: named,
        start_ms,
        end_ms,
        now_ms: now(call).0,
        rows_max: u64::try_from(limit).unwrap_or_default(),
        time_ms_max: u64::try_from(TIME_MAX.as_millis()).unwrap_or_default(),
        blocks: blocks.len(),
    };
    Ok((request, blocks))
}

/// Times of queries are seconds; some clients give milliseconds, which AWS takes, too.
fn milliseconds(time: i64) -> i64 {
    const SECONDS_MAX: i64 = 100_000_000_000;
    if time < SECONDS_MAX { time.saturating_mul(1_000) } else { time }
}

fn find(call: &Call<'_>) -> Result<Arc<Asked>, Fault> {
    let (scope, id) = (scope(call)?, call.input().public("queryId").ok_or_else(internal)?);
    let missing = || Fault::new("ResourceNotFoundException", "The specified query does not exist.");
    call.api.logs.queries().find(&scope, id).ok_or_else(missing)
}

async fn results(call: &mut Call<'_>) -> Answered {
    let asked = find(call)?;
    let mut ask = Ask::new("logs:GetQueryResults");
    for meant in &asked.groups {
        meant.note(call);
        ask = ask.on(meant.resource(call));
    }
    let _asked = permit(call, ask)?;
    still_there(call, &asked).await?;
    let standing = asked.standing();
    if standing == Standing::Away {
        return Err(Fault::new("ServiceUnavailableException", ENGINE_GONE));
    }
    let (columns, rows, statistics) = {
        let came = asked.came.lock().unwrap_or_else(PoisonError::into_inner);
        (came.columns.clone(), came.rows.clone(), came.statistics)
    };
    let mut originals = match asked.unmasked.is_empty() {
        true => HashMap::new(),
        false => originals(call, &asked, &rows).await?,
    };
    let shown =
        rows.iter().enumerate().map(|(at, row)| shown(call, &asked, &columns, (row, originals.remove(&at))));
    let results: Vec<Value> = shown.collect();
    let number = |count: u64| Value::Float(count as f64);
    let statistics = Output::new()
        .with("recordsMatched", number(statistics.records_matched))
        .with("recordsScanned", number(statistics.records_scanned))
        .with("bytesScanned", number(statistics.bytes_scanned))
        .with("estimatedRecordsSkipped", number(0))
        .with("estimatedBytesSkipped", number(0))
        .with("logGroupsScanned", number(statistics.groups_scanned));
    Ok(Output::new()
        .with("queryLanguage", asked.language)
        .with("results", Value::List(results))
        .with("statistics", statistics)
        .with("status", standing.word()))
}

/// Rows are not shown after a group is gone, though another one may have its name, nor while its KMS key is.
async fn still_there(call: &Call<'_>, asked: &Asked) -> Result<(), Fault> {
    for (meant, uid) in asked.groups.iter().zip(&asked.uids) {
        let group = meant.entry(call)?.group;
        if group.uid != *uid {
            return Err(Fault::new("ResourceNotFoundException", "The specified log group does not exist."));
        }
        keys::ready(call.api, meant, &group).await?;
    }
    Ok(())
}

/// A row: its fields that have a value, and what points at its event.
fn shown(
    call: &Call<'_>,
    asked: &Asked,
    columns: &[String],
    (row, mut original): (&Row, Option<Rendered>),
) -> Value {
    let mut fields = Vec::new();
    for (column, value) in columns.iter().zip(&row.values) {
        let opened = if asked.unmasked.contains(column) { original.take() } else { None };
        let value = opened.or_else(|| value.as_deref().map(queried_text));
        let Some(value) = value else { continue };
        fields.push(Output::new().with("field", queried_text(column)).with("value", value));
    }
    if let Some((_, group, stream, id)) = located(call, asked, row) {
        let pointer = read::pointer(group, stream, id);
        fields.push(Output::new().with("field", "@ptr").with("value", pointer));
    }
    Value::list(fields)
}

/// The originals of rows that stand for events, for a caller that may see those of their groups.
async fn originals(
    call: &mut Call<'_>,
    asked: &Asked,
    rows: &[Row],
) -> Result<HashMap<usize, Rendered>, Fault> {
    let (mut rights, mut places, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (number, meant) in asked.groups.iter().enumerate() {
        rights.push(unmask::right(call, meant)?);
        let mut of_group = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let Some((_, group, stream, id)) = located(call, asked, row).filter(|(of, ..)| *of == number)
            else {
                continue;
            };
            if let Some(event) = call.api.logs.events().find(group, stream, id, true).await.map_err(fault)? {
                places.push(at);
                of_group.push(event);
            }
        }
        found.push(of_group);
    }
    let of_groups = asked.groups.iter().zip(&rights).zip(found);
    let of_groups = of_groups.map(|((meant, right), events)| OfGroup { meant, right, events }).collect();
    let shown = unmask::shown_of_groups(call, of_groups).await?;
    Ok(places.into_iter().zip(shown.into_iter().flatten().map(|(_, text)| text)).collect())
}

/// Where the event of a row is: its group's place in the query, group, stream, id.
fn located(call: &Call<'_>, asked: &Asked, row: &Row) -> Option<(usize, Uid, Uid, EventId)> {
    let event = row.event.as_ref()?;
    let at = usize::try_from(event.group).ok()?;
    let entry = asked.groups.get(at)?.entry(call).ok()?;
    let stream = entry.streams.find(event.stream.as_str())?;
    Some((at, entry.group.uid, stream.uid, event.event.parse().ok()?))
}

fn stop(call: &mut Call<'_>) -> Answered {
    let asked = find(call)?;
    let _asked = may_generally(call, "logs:StopQuery")?;
    let mut standing = asked.standing.lock().unwrap_or_else(PoisonError::into_inner);
    if *standing != Standing::Running {
        return Err(invalid("Query has already ended; it cannot be stopped"));
    }
    *standing = Standing::Cancelled;
    if let Some(task) = asked.stop.lock().unwrap_or_else(PoisonError::into_inner).take() {
        task.abort();
    }
    Ok(Output::new().with("success", true))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:DescribeQueries")?;
    let input = call.input();
    let (group, status) = (input.public("logGroupName").cloned(), input.public("status").cloned());
    let all = call.api.logs.queries().of(&scope);
    let fits = |asked: &Asked| {
        let named = |meant: &Meant| group.as_ref().is_none_or(|group| meant.name.as_str() == group.get());
        asked.groups.iter().any(named)
            && status.as_ref().is_none_or(|status| asked.standing().word() == status.get().as_str())
    };
    let shown = all.iter().filter(|asked| fits(asked)).map(|asked| {
        Output::new()
            .with("queryId", asked.id.clone())
            .with("queryString", stored_text(&asked.text))
            .with("queryLanguage", asked.language)
            .with("status", asked.standing().word())
            .with("createTime", asked.created.0)
            .with("logGroupName", asked.groups.first().map(|meant| Value::named(&meant.name)))
    });
    Ok(Output::new().with("queries", Value::list(shown.collect::<Vec<_>>())))
}

async fn save(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:PutQueryDefinition")?;
    let (name, query) = (call.input().raw("name"), call.input().raw("queryString"));
    let name = filters::kept_member(call, name, "name").await?.ok_or_else(internal)?;
    let query = filters::kept_member(call, query, "queryString").await?.ok_or_else(internal)?;
    if call.input().has("parameters") {
        return Err(invalid("parameters of saved queries are not available in this release"));
    }
    let given = call.input().public("queryDefinitionId").cloned();
    let definition = Definition {
        id: given.clone().unwrap_or_else(|| call.request_id().text()),
        name,
        query,
        language: call.input().public("queryLanguage").cloned().unwrap_or_else(|| "CWLI".into()),
        groups: call.input().publics("logGroupNames").cloned().collect(),
        updated: now(call),
    };
    call.transact(|drafts, _| {
        drafts.logs.put_definition(&scope, definition.clone(), given.is_none()).map_err(fault)
    })
    .await?;
    Ok(Output::new().with("queryDefinitionId", definition.id.clone()))
}

fn saved(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:DescribeQueryDefinitions")?;
    let (shelf, prefix) =
        (shelf(call, &scope).unwrap_or_default(), call.input().raw("queryDefinitionNamePrefix"));
    let fits = |definition: &Definition| {
        prefix.is_none_or(|prefix| crate::context::begins(definition.name.as_str(), prefix))
    };
    let found = shelf.definitions().filter(|definition| fits(definition)).map(|definition| {
        let groups = (!definition.groups.is_empty()).then(|| Value::list(definition.groups.clone()));
        let shown = Output::new()
            .with("queryDefinitionId", definition.id.clone())
            .with("name", resting_text(&definition.name))
            .with("queryString", resting_text(&definition.query))
            .with("queryLanguage", definition.language.clone())
            .with("lastModified", definition.updated.0)
            .with("logGroupNames", groups);
        (definition.id.clone(), shown)
    });
    let (shown, next) = page(call, found, PAGE_ITEMS_MAX);
    Ok(Output::new().with("queryDefinitions", Value::list(shown)).with("nextToken", next))
}

async fn forget(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:DeleteQueryDefinition")?;
    let id = call.input().public("queryDefinitionId").cloned().ok_or_else(internal)?;
    call.transact(|drafts, _| drafts.logs.delete_definition(&scope, &id).map_err(fault)).await?;
    Ok(Output::new().with("success", true))
}
