//! Which operation of a REST service has this method and path? The most particular one that fits.
//!
//! A pattern has literal segments, labels (`{BotId}`), perhaps a greedy last label (`{Key+}`), and parameters that the query
//! must have (`?tagging`). Of several that fit, literals win over labels from left to right, then more parameters win, then
//! more required members in query and header: CopyObject is a PutObject with a source. Case counts: only it tells Lex's two
//! interfaces apart.

use crate::head::Head;
use crate::text::percent_decode;
use sotto_aws_model::{Location, Operation, OperationId, Service};
use std::cmp::Reverse;

/// Segments of a path at most that are looked at.
const SEGMENTS_MAX: usize = 64;

/// The operation that fits best.
pub(crate) fn find(service: &Service, head: &Head) -> Option<OperationId> {
    let path = segments(head.path());
    let method = head.method().name();
    let fits = service.operation_ids().filter_map(|id| {
        let operation = service.operation(id)?;
        if &*operation.method != method {
            return None;
        }
        Some((rank(service, operation, &path, head)?, Reverse(id)))
    });
    fits.max().map(|(_, Reverse(id))| id)
}

/// How particular a pattern is; `None` when it does not fit.
fn rank(
    service: &Service,
    operation: &Operation,
    path: &[&[u8]],
    head: &Head,
) -> Option<(Vec<u8>, usize, usize)> {
    let (pattern, parameters) = split(&operation.uri);
    let literals = literals(pattern, path)?;
    let mut fixed = 0;
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) =
            parameter.split_once('=').map_or((parameter, None), |(name, value)| (name, Some(value)));
        let found = query_value(head.query(), name)?;
        if value.is_some_and(|value| value.as_bytes() != found) {
            return None;
        }
        fixed += 1;
    }
    Some((literals, fixed, required(service, operation, head)?))
}

/// For each segment whether it is a literal (2), a label (1) or swallowed (0); `None` when the path does not fit.
fn literals(pattern: &str, path: &[&[u8]]) -> Option<Vec<u8>> {
    let mut marks = Vec::with_capacity(path.len());
    let mut rest = path.iter();
    let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
    for segment in pattern.split('/').skip(1) {
        if segment.ends_with("+}") {
            let swallowed = rest.by_ref().count();
            marks.push(0);
            return (swallowed > 0).then_some(marks);
        }
        let found = rest.next()?;
        if segment.starts_with('{') {
            if found.is_empty() {
                return None;
            }
            marks.push(1);
        } else if segment.as_bytes() == *found {
            marks.push(2);
        } else {
            return None;
        }
    }
    rest.next().is_none().then_some(marks)
}

/// How many required members stand in query and headers; `None` when one of them is absent.
fn required(service: &Service, operation: &Operation, head: &Head) -> Option<usize> {
    let structure = operation.input.and_then(|input| service.structure(input));
    let members =
        structure.into_iter().flat_map(|structure| &structure.members).filter(|member| member.required);
    let mut count = 0;
    for member in members {
        let present = match member.location {
            Location::Query => query_value(head.query(), member.wire_name()).is_some(),
            Location::Header => head.header(&member.wire_name().to_ascii_lowercase()).is_some(),
            _ => continue,
        };
        count += usize::from(present);
        if !present && &*service.prefix == "s3" {
            return None;
        }
    }
    Some(count)
}

/// The pattern of the path and the parameters behind it.
pub(crate) fn split(uri: &str) -> (&str, &str) {
    uri.split_once('?').unwrap_or((uri, ""))
}

/// Segments of a path behind its first slash; one trailing slash does not count.
pub(crate) fn segments(path: &[u8]) -> Vec<&[u8]> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    path.split(|byte| *byte == b'/').skip(1).take(SEGMENTS_MAX).collect()
}

fn query_value(query: &[u8], name: &str) -> Option<Vec<u8>> {
    query.split(|byte| *byte == b'&').find_map(|pair| {
        let cut = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (found, value) = pair.split_at(cut);
        (percent_decode(found, true) == name.as_bytes())
            .then(|| percent_decode(value.get(1..).unwrap_or_default(), true))
    })
}
