//! Log streams: created, described, deleted.

use super::shapes::Extent;
use super::{Meant, PAGE_ITEMS_MAX, fault, invalid, may, now, page, shapes};
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, permit};
use sotto_iam::{Permit, ReadDirectory};
use sotto_logs::{Stream, StreamName, Uid};
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateLogStream" => create(call).await,
        "DeleteLogStream" => delete(call).await,
        "DescribeLogStreams" => describe(call),
        _ => return None,
    })
}

/// The stream that is named.
pub(super) fn named(call: &Call<'_>) -> Result<StreamName, Fault> {
    let name = call.input().public("logStreamName").cloned().ok_or_else(internal)?;
    StreamName::parse(name).map_err(fault)
}

/// Asks for an action on a stream.
pub(super) fn may_on(
    call: &mut Call<'_>,
    action: &'static str,
    meant: &Meant,
    stream: &StreamName,
) -> Result<Permit<ReadDirectory>, Fault> {
    meant.note(call);
    let on = meant.resource_of_stream(call, stream.as_str());
    permit(call, Ask::new(action).on(on))
}

/// The stream, while it is there.
pub(super) fn found(call: &Call<'_>, meant: &Meant, name: &StreamName) -> Result<Arc<Stream>, Fault> {
    let stream = meant.entry(call)?.streams.find(name.as_str()).cloned();
    stream.ok_or_else(|| Fault::new("ResourceNotFoundException", "The specified log stream does not exist."))
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (meant, name) = (Meant::of(call)?, named(call)?);
    let _asked = may_on(call, "logs:CreateLogStream", &meant, &name)?;
    make(call, &meant, &name).await?;
    Ok(Output::new())
}

/// Makes a stream for somebody who may.
pub(super) async fn make(
    call: &mut Call<'_>,
    meant: &Meant,
    name: &StreamName,
) -> Result<Arc<Stream>, Fault> {
    let (uid, at) = (Uid::new(call.draw().bytes()), now(call));
    let new = || (name.clone(), uid, at);
    call.transact(|drafts, _| drafts.logs.create_stream(&meant.scope, &meant.name, new()).map_err(fault))
        .await
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (meant, name) = (Meant::of(call)?, named(call)?);
    let _asked = may_on(call, "logs:DeleteLogStream", &meant, &name)?;
    call.transact(|drafts, _| drafts.logs.delete_stream(&meant.scope, &meant.name, &name).map_err(fault))
        .await?;
    Ok(Output::new())
}

fn describe(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:DescribeLogStreams", &meant)?;
    let entry = meant.entry(call)?;
    let input = call.input();
    let prefix = input.public("logStreamNamePrefix").cloned();
    let by_time = input.public("orderBy").is_some_and(|order| order.get() == "LastEventTime");
    let descending = input.flag("descending").unwrap_or(false);
    if by_time && prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let fits =
        |stream: &Stream| prefix.as_ref().is_none_or(|prefix| stream.name.as_str().starts_with(prefix.get()));
    let streams: Vec<_> =
        entry.streams.iter().map(|(_, stream)| Arc::clone(stream)).filter(|s| fits(s)).collect();
    let extents = super::extents(call, &entry, &streams);
    let mut found: Vec<_> = streams.into_iter().zip(extents).collect();
    if by_time {
        found.sort_by_key(|(stream, extent)| (extent.last_event, stream.name.clone()));
    }
    if descending {
        found.reverse();
    }
    let (page, next) = match by_time || descending {
        false => page(call, found.into_iter().map(|one| (one.0.name.public(), one)), PAGE_ITEMS_MAX),
        true => page_after(call, found),
    };
    let token = sequence_token(call);
    let shown =
        page.into_iter().map(|(stream, extent)| shapes::stream(&meant, &stream, extent, token.clone()));
    Ok(Output::new().with("logStreams", Value::list(shown)).with("nextToken", next))
}

type Found = (Arc<Stream>, Extent);

/// The page behind the stream that the token names, in whatever order.
fn page_after(call: &Call<'_>, found: Vec<Found>) -> (Vec<Found>, Option<Public<String>>) {
    let limit = call.input().integer("limit").and_then(|limit| usize::try_from(limit).ok());
    let count = limit.unwrap_or(PAGE_ITEMS_MAX).clamp(1, PAGE_ITEMS_MAX);
    let after = call.input().public("nextToken");
    let start = after.and_then(|after| found.iter().position(|(stream, _)| stream.name.public() == *after));
    let mut rest: Vec<_> = found.into_iter().skip(start.map_or(0, |at| at + 1)).collect();
    let more = rest.len() > count;
    rest.truncate(count);
    let next = rest.last().filter(|_| more).map(|(stream, _)| stream.name.public());
    (rest, next)
}

/// A token that clients pass back and nobody reads since January 2023 (API Reference, "PutLogEvents").
pub(super) fn sequence_token(call: &Call<'_>) -> Public<String> {
    crate::record::configured(&format_args!("{:056}", call.request_id().number()))
}
