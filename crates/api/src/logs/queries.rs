//! Insights queries: started, followed, stopped, listed; saved ones.
//!
//! A query runs over stored text, and its rows are kept as stored text. `unmask` is the last step and no part of the query:
//! originals are opened at GetQueryResults, for whoever asks then, with a permit of that call and a record of what is seen. The
//! text of a query is parsed as it was typed; what is listed and saved is its masked form, and one that holds a value is not
//! saved. One server runs a query, and all servers of a cluster know of it (`record`); its result rests sealed where all of
//! them read it (`results`), for a bounded time, number and size of each account (`running`).

mod over;
mod record;
mod results;
mod running;

use super::engine::{ENGINE_GONE, NO_ENGINE};
use super::unmask::{self, OfGroup};
use super::{
    Meant, PAGE_ITEMS_MAX, fault, filters, invalid, keys, may_generally, now, page, read, scope, shelf,
};
use crate::call::{Ask, Call, internal, unavailable};
use crate::desk::{Answered, permit};
use over::{Given, given, groups, groups_of};
use record::{Asked, Kept, Over, Standing};
use results::{Content, Now};
use running::Errand;
use sotto_arn::LogGroupName;
use sotto_egress::{Rendered, queried_text, resting_text, stored_text};
use sotto_logs::{Definition, Range, Uid};
use sotto_public::{EventId, Public};
use sotto_query::engine::{Query, Row};
use sotto_query::{Plan, QueryError};
use sotto_wire::{Fault, Output, Value};
use std::collections::HashMap;

pub(crate) use running::{Queries, keep_queries};

/// Queries of one page of DescribeQueries (API Reference, `maxResults`).
const QUERIES_PAGE_MAX: usize = 1_000;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "StartQuery" => start(call).await,
        "GetQueryResults" => results(call).await,
        "StopQuery" => stop(call).await,
        "DescribeQueries" => describe(call).await,
        "PutQueryDefinition" => save(call).await,
        "DescribeQueryDefinitions" => saved(call),
        "DeleteQueryDefinition" => forget(call).await,
        _ => return None,
    })
}

fn malformed(error: &QueryError) -> Fault {
    let words = crate::record::configured(error);
    let (start, end) = error.place().unwrap_or_default();
    let location = Output::new().with("startCharOffset", start).with("endCharOffset", end);
    let compile = Output::new().with("location", location).with("message", words.clone());
    Fault::new("MalformedQueryException", words).with("queryCompileError", compile)
}

async fn start(call: &mut Call<'_>) -> Answered {
    let named = groups(call)?;
    let screened = filters::looked_at(call, call.input().raw("queryString")).await?;
    let language = match call.input().public("queryLanguage").map(|word| word.get().as_str()) {
        None | Some("CWLI") => "CWLI",
        Some("SQL") => "SQL",
        _ => return Err(invalid("the query language PPL is not available in this release")),
    };
    let (query, unmasked, source) = match language {
        "SQL" => (Query::Sql(screened.typed().to_owned()), Vec::new(), None),
        _ => {
            let plan = Plan::compile(screened.typed()).map_err(|error| malformed(&error))?;
            let (unmasked, source) = (plan.unmasked.clone(), plan.source.clone());
            (Query::Insights(plan), unmasked, source)
        }
    };
    let groups = groups_of(call, named, source.as_ref())?;
    let mut ask = Ask::new("logs:StartQuery");
    for meant in &groups {
        meant.note(call);
        ask = ask.on(meant.resource(call));
    }
    let _asked = permit(call, ask)?;
    if !unmasked.is_empty() {
        // Who may not see originals is told so at once; the right is asked for again with the results.
        for meant in &groups {
            let _right = unmask::right(call, meant)?;
        }
    }
    let Some(socket) = call.api.logs.engine().map(std::path::Path::to_path_buf) else {
        return Err(Fault::new("ServiceUnavailableException", NO_ENGINE));
    };
    let (scope, at) = (scope(call)?, now(call));
    call.api.query_records().admit(&scope.account, at).await?;
    let sending = Some(call.api.logs.queries().sending(&scope.account).await?);
    let Given { request, blocks, copies, layers } = given(call, &groups, query).await?;
    let over =
        |meant: &Meant| Ok(Over { name: Public::named(&meant.name), uid: meant.entry(call)?.group.uid });
    let asked = Asked {
        id: call.request_id().text(),
        scope,
        groups: groups.iter().map(over).collect::<Result<_, Fault>>()?,
        text: screened.told(),
        language: language.into(),
        created: at,
        heard: at,
        standing: Standing::Running,
        read: Default::default(),
        result: None,
    };
    let id = asked.id.clone();
    let errand = Errand { socket, request, blocks: (blocks, sending), copies, layers, unmasked };
    running::start(call.api, asked, errand).await?;
    Ok(Output::new().with("queryId", id))
}

async fn find(call: &Call<'_>) -> Result<Kept, Fault> {
    let (scope, id) = (scope(call)?, call.input().public("queryId").ok_or_else(internal)?);
    let found = call.api.query_records().find(&scope, id).await;
    let found = found.map_err(|error| unavailable(&error))?;
    found.filter(|(asked, _)| asked.created.plus(record::KEPT_FOR) > now(call)).ok_or_else(missing)
}

fn missing() -> Fault {
    Fault::new("ResourceNotFoundException", "The specified query does not exist.")
}

/// The groups of a query.
fn meant_by(asked: &Asked) -> Result<Vec<Meant>, Fault> {
    let meant = |over: &Over| {
        let name = LogGroupName::parse(over.name.get()).map_err(|_| internal())?;
        Ok(Meant { scope: asked.scope.clone(), name })
    };
    asked.groups.iter().map(meant).collect()
}

async fn results(call: &mut Call<'_>) -> Answered {
    let (asked, _) = find(call).await?;
    let groups = meant_by(&asked)?;
    let mut ask = Ask::new("logs:GetQueryResults");
    for meant in &groups {
        meant.note(call);
        ask = ask.on(meant.resource(call));
    }
    let _asked = permit(call, ask)?;
    still_there(call, &asked, &groups).await?;
    let (queries, account) = (call.api.logs.queries(), &asked.scope.account);
    let share = queries.answering(account, answer_bytes(call, &asked)).await?;
    let Now { standing, content } = content(call, &asked).await?;
    if standing == Standing::Away {
        return Err(Fault::new("ServiceUnavailableException", ENGINE_GONE));
    }
    let rows: Vec<&Row> = content.rows().collect();
    let (mut originals, of_originals) = match content.unmasked.is_empty() {
        true => (HashMap::new(), None),
        false => {
            let of_originals = queries.opening(account, rows.len() * ORIGINAL_BYTES).await?;
            (originals(call, &groups, &rows).await?, Some(of_originals))
        }
    };
    let shown =
        rows.iter().enumerate().map(|(at, row)| shown(call, &groups, &content, (row, originals.remove(&at))));
    let results: Vec<Value> = shown.collect();
    let (statistics, number) = (content.statistics, |count: u64| Value::Float(count as f64));
    let statistics = Output::new()
        .with("recordsMatched", number(statistics.records_matched))
        .with("recordsScanned", number(statistics.records_scanned))
        .with("bytesScanned", number(statistics.bytes_scanned))
        .with("estimatedRecordsSkipped", number(0))
        .with("estimatedBytesSkipped", number(0))
        .with("logGroupsScanned", number(statistics.groups_scanned));
    Ok(Output::new()
        .with("queryLanguage", asked.language.clone())
        .with("results", Value::List(results))
        .with("statistics", statistics)
        .with("status", standing.word())
        .holding((share, of_originals)))
}

/// How often a result is in memory while it is answered: sealed, opened, as rows, as members, as text.
const COPIES: usize = 5;
/// Bytes that a row's original counts, read and shown: long ones are rare.
const ORIGINAL_BYTES: usize = 16 * 1024;

/// Bytes that an answer takes in memory at most, about.
fn answer_bytes(call: &Call<'_>, asked: &Asked) -> usize {
    let bytes = match call.api.logs.queries().find(&asked.id) {
        Some(live) => live.bytes(),
        None => {
            asked.result.as_ref().map_or(0, |resting| usize::try_from(resting.bytes).unwrap_or(usize::MAX))
        }
    };
    bytes.saturating_mul(COPIES)
}

/// What there is of a query: in this process, or where its result rests.
async fn content(call: &Call<'_>, asked: &Asked) -> Result<Now, Fault> {
    if let Some(live) = call.api.logs.queries().find(&asked.id) {
        return Ok(live.now());
    }
    let (standing, statistics) = (asked.at(now(call)), asked.read.into());
    let content = match &asked.result {
        // Keys of columns go with what they sealed: then a result over it is gone, too.
        Some(resting) => call.api.query_results().open(resting).await?.ok_or_else(missing)?,
        None => Content { statistics, ..Content::default() },
    };
    Ok(Now { standing, content })
}

/// Rows are not shown after a group is gone, though another one may have its name, nor while its KMS key is.
async fn still_there(call: &Call<'_>, asked: &Asked, groups: &[Meant]) -> Result<(), Fault> {
    for (meant, over) in groups.iter().zip(&asked.groups) {
        let group = meant.entry(call)?.group;
        if group.uid != over.uid {
            return Err(Fault::new("ResourceNotFoundException", "The specified log group does not exist."));
        }
        keys::ready(call.api, meant, &group).await?;
    }
    Ok(())
}

/// A row: its fields that have a value, and what points at its event.
fn shown(
    call: &Call<'_>,
    groups: &[Meant],
    content: &Content,
    (row, mut original): (&Row, Option<Rendered>),
) -> Value {
    let mut fields = Vec::new();
    for (column, value) in content.columns.iter().zip(&row.values) {
        let opened = if content.unmasked.contains(column) { original.take() } else { None };
        let value = opened.or_else(|| value.as_deref().map(queried_text));
        let Some(value) = value else { continue };
        fields.push(Output::new().with("field", queried_text(column)).with("value", value));
    }
    if let Some((_, group, stream, id)) = located(call, groups, row) {
        let pointer = read::pointer(group, stream, id);
        fields.push(Output::new().with("field", "@ptr").with("value", pointer));
    }
    Value::list(fields)
}

/// The originals of rows that stand for events, for a caller that may see those of their groups.
async fn originals(
    call: &mut Call<'_>,
    groups: &[Meant],
    rows: &[&Row],
) -> Result<HashMap<usize, Rendered>, Fault> {
    let mut of_rows: Vec<Vec<(usize, EventId, Uid)>> = groups.iter().map(|_| Vec::new()).collect();
    for (at, row) in rows.iter().enumerate() {
        let Some((number, _, stream, id)) = located(call, groups, row) else { continue };
        of_rows.get_mut(number).into_iter().for_each(|rows| rows.push((at, id, stream)));
    }
    let (mut rights, mut places, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (meant, rows) in groups.iter().zip(of_rows) {
        rights.push(unmask::right(call, meant)?);
        let (entry, wanted) =
            (meant.entry(call)?, rows.iter().map(|(_, id, stream)| (*id, *stream)).collect());
        let oldest = entry.readable(Range::all(), now(call)).from;
        let events = call.api.logs.events().find_all(entry.group.uid, &wanted, true).await.map_err(fault)?;
        let mut of_group = Vec::new();
        for (at, id, _) in rows {
            let event = events.get(&id).filter(|found| found.event.timestamp_ms() >= oldest.0);
            let Some(event) = event else { continue };
            places.push(at);
            of_group.push(event.clone());
        }
        found.push(of_group);
    }
    let of_groups = groups.iter().zip(&rights).zip(found);
    let of_groups = of_groups.map(|((meant, right), events)| OfGroup { meant, right, events }).collect();
    let shown = unmask::shown_of_groups(call, of_groups).await?;
    Ok(places.into_iter().zip(shown.into_iter().flatten().map(|(_, text)| text)).collect())
}

/// Where the event of a row is: its group's place in the query, group, stream, id.
fn located(call: &Call<'_>, groups: &[Meant], row: &Row) -> Option<(usize, Uid, Uid, EventId)> {
    let event = row.event.as_ref()?;
    let at = usize::try_from(event.group).ok()?;
    let entry = groups.get(at)?.entry(call).ok()?;
    let stream = entry.streams.find(event.stream.as_str())?;
    Some((at, entry.group.uid, stream.uid, event.event.parse().ok()?))
}

async fn stop(call: &mut Call<'_>) -> Answered {
    let (asked, version) = find(call).await?;
    let _asked = may_generally(call, "logs:StopQuery")?;
    let ended = || invalid("Query has already ended; it cannot be stopped");
    if asked.at(now(call)) != Standing::Running {
        return Err(ended());
    }
    let (records, mut kept) = (call.api.query_records(), Some((asked, version)));
    // Its server may say that it is alive at the same moment: then it is tried again.
    for _ in 0..STOP_TRIES_MAX {
        let Some((asked, version)) = kept.filter(|(asked, _)| asked.standing == Standing::Running) else {
            return Err(ended());
        };
        let stopped = Asked { standing: Standing::Cancelled, heard: now(call), ..asked };
        if records.write(&stopped, Some(version)).await.map_err(|error| unavailable(&error))? {
            if let Some(live) = call.api.logs.queries().find(&stopped.id) {
                live.cancel();
            }
            return Ok(Output::new().with("success", true));
        }
        kept = Some(find(call).await?);
    }
    Err(Fault::new("ServiceUnavailableException", "the query could not be stopped; try again"))
}

/// How often a stop is tried while the query's own server writes, too.
const STOP_TRIES_MAX: usize = 5;

async fn describe(call: &mut Call<'_>) -> Answered {
    let (scope, at) = (scope(call)?, now(call));
    let _asked = may_generally(call, "logs:DescribeQueries")?;
    let all = call.api.query_records().of_account(&scope.account).await;
    let mut all: Vec<Asked> =
        all.map_err(|error| unavailable(&error))?.into_iter().map(|(asked, _)| asked).collect();
    all.sort_by(|one, other| (other.created, &other.id).cmp(&(one.created, &one.id)));
    let input = call.input();
    let (group, status) = (input.public("logGroupName"), input.public("status"));
    let language = input.public("queryLanguage");
    let fits = |asked: &Asked| {
        let named = |over: &Over| group.is_none_or(|group| *group == over.name);
        asked.scope == scope
            && (group.is_none() || asked.groups.iter().any(named))
            && status.is_none_or(|status| asked.at(at).word() == status.get().as_str())
            && language.is_none_or(|language| *language == asked.language)
    };
    let after = input.public("nextToken");
    let start = after.and_then(|after| all.iter().position(|asked| asked.id == *after));
    let most = input.integer("maxResults").and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(QUERIES_PAGE_MAX).clamp(1, QUERIES_PAGE_MAX);
    let mut rest = all.iter().skip(start.map_or(0, |at| at + 1)).filter(|asked| fits(asked)).peekable();
    let page: Vec<&Asked> = rest.by_ref().take(most).collect();
    let next = page.last().filter(|_| rest.peek().is_some()).map(|last| last.id.clone());
    let shown = page.into_iter().map(|asked| {
        Output::new()
            .with("queryId", asked.id.clone())
            .with("queryString", stored_text(&asked.text))
            .with("queryLanguage", asked.language.clone())
            .with("status", asked.at(at).word())
            .with("createTime", asked.created.0)
            .with("logGroupName", asked.groups.first().map(|over| over.name.clone()))
    });
    Ok(Output::new().with("queries", Value::list(shown.collect::<Vec<_>>())).with("nextToken", next))
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
