//! GetMetricData: series of metrics, and what expressions of metric math make of them.
//!
//! Expressions name other queries by their ids, in any order; those whose operands are all there are worked out, again and again,
//! until none is left. What is left then names an id that is not there, or itself. Pages are cut out of the whole, which each call
//! works out anew: a token says where the next one begins, and nothing is kept between them.

use super::{Pick, Window, at, known, meant, period_ms, wrong};
use crate::call::{Ask, Call, internal};
use crate::desk::Answered;
use crate::logs::looked_at;
use sotto_egress::{Rendered, screened_pattern};
use sotto_logs::{Expression, Grid, MathError, MetricListed, MetricSeries, Millis, Operand, Operands};
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value, View, message};
use std::collections::BTreeSet;
use std::ops::Range;

/// Queries of one call, and data points of all of them (API Reference, "GetMetricData").
const QUERIES_MAX: usize = 500;
const POINTS_MAX: usize = 100_800;
/// The period of new series where nothing in the call has one.
const PERIOD_MS: i64 = 300_000;

/// A query, read.
struct Query {
    id: Public<String>,
    /// What it is called where the caller says nothing.
    name: Public<String>,
    /// What the caller calls it, as it may be shown.
    label: Option<Rendered>,
    expression: Option<Expression>,
    period_ms: Option<i64>,
    is_shown: bool,
}

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let _asked = call.authorize(Ask::new("cloudwatch:GetMetricData"))?;
    if call.input().list("MetricDataQueries").count() > QUERIES_MAX {
        return Err(wrong("at most 500 metric data queries can be asked at once"));
    }
    let all = known(call).await?;
    let (mut queries, mut operands, mut points) = (Vec::new(), Operands::default(), 0);
    for given in call.input().list("MetricDataQueries") {
        let query = read(call, given).await?;
        if queries.iter().any(|other: &Query| other.id == query.id) {
            return Err(wrong("The values for parameter id in MetricDataQueries are not unique."));
        }
        if query.expression.is_none() {
            let series = series(call, (given, queries.len()), &all).await?;
            points += series.points.len();
            operands.by_id.insert(query.id.to_string(), Operand::Series(series));
            operands.metrics.push(query.id.to_string());
        }
        queries.push(query);
        within(points)?;
    }
    work_out(call, &queries, &mut operands)?;
    shown(call, queries, &mut operands)
}

fn within(points: usize) -> Result<(), Fault> {
    match points {
        0..=POINTS_MAX => Ok(()),
        _ => Err(wrong("more than 100800 data points; ask for less time or longer periods")),
    }
}

async fn read(call: &Call<'_>, given: View<'_>) -> Result<Query, Fault> {
    let id = given.public("Id").cloned().ok_or_else(internal)?;
    let is_id = |id: &str| {
        id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !is_id(id.get()) {
        return Err(wrong("an Id begins with a lower-case letter and has letters, digits and underscores"));
    }
    let stat = given.member("MetricStat");
    let expression = match (given.raw("Expression"), stat) {
        (Some(text), None) => {
            let parsed = Expression::parse(looked_at(call, Some(text)).await?.typed());
            Some(parsed.map_err(|error| refused(&id, error))?)
        }
        (None, Some(_)) => None,
        _ => return Err(wrong("a query has either Expression or MetricStat")),
    };
    let label = match given.raw("Label") {
        Some(label) => Some(screened_pattern(&looked_at(call, Some(label)).await?)),
        None => None,
    };
    let metric = stat.and_then(|stat| stat.member("Metric"));
    let period = match stat {
        Some(stat) => stat.integer("Period"),
        None => given.integer("Period"),
    };
    Ok(Query {
        name: metric.and_then(|metric| metric.public("MetricName").cloned()).unwrap_or_else(|| id.clone()),
        id,
        label,
        expression,
        period_ms: period.map(|period| period_ms(Some(period))).transpose()?,
        is_shown: given.flag("ReturnData") != Some(false),
    })
}

/// The series of a metric.
async fn series(
    call: &Call<'_>,
    (given, source): (View<'_>, usize),
    all: &[MetricListed],
) -> Result<MetricSeries, Fault> {
    let stat = given.member("MetricStat").ok_or_else(internal)?;
    let pick = Pick::parse(stat.public("Stat").map_or("", |word| word.get()))?;
    let window = Window::of(call, stat.integer("Period"))?;
    let metric = stat.member("Metric").ok_or_else(internal)?;
    let found = window.read(call, meant(all, metric)).await?;
    let points = found.into_iter().map(|(start, statistics)| (start, pick.of(statistics)));
    Ok(MetricSeries { source, period_ms: window.period_ms, points: points.collect() })
}

/// Works out expressions until all are, or none can be.
fn work_out(call: &Call<'_>, queries: &[Query], operands: &mut Operands) -> Result<(), Fault> {
    let shortest =
        queries.iter().filter(|query| query.expression.is_none()).filter_map(|query| query.period_ms).min();
    let window = |period_ms: i64| Window::of(call, Some(period_ms / 1_000));
    let mut points = 0;
    loop {
        let is_left =
            |query: &&Query| query.expression.is_some() && !operands.by_id.contains_key(query.id.get());
        let left: Vec<&Query> = queries.iter().filter(is_left).collect();
        let is_ready = |query: &&&Query| {
            let ids = query.expression.as_ref().map(|expression| expression.ids().0).unwrap_or_default();
            ids.iter().all(|id| operands.by_id.contains_key(*id))
        };
        let Some(query) = left.iter().find(is_ready) else {
            return match left.first() {
                Some(query) => Err(refused(&query.id, MathError::Id)),
                None => Ok(()),
            };
        };
        let period_ms = query.period_ms.or(shortest).unwrap_or(PERIOD_MS);
        let Window { from: Millis(from_ms), to: Millis(to_ms), .. } = window(period_ms)?;
        let grid = Grid { from_ms, to_ms, period_ms, points_max: POINTS_MAX };
        let expression = query.expression.as_ref().ok_or_else(internal)?;
        let result = expression.result(operands, grid).map_err(|error| refused(&query.id, error))?;
        points += count(&result);
        within(points)?;
        operands.by_id.insert(query.id.to_string(), result);
    }
}

fn count(operand: &Operand) -> usize {
    match operand {
        Operand::Scalar(_) => 1,
        Operand::Series(series) => series.points.len(),
        Operand::Many(all) => all.iter().map(|series| series.points.len()).sum(),
    }
}

fn refused(id: &Public<String>, error: MathError) -> Fault {
    let words = message!("Error in expression '{}': {}", id.clone(), crate::record::configured(&error));
    Fault::new("InvalidParameterValueException", words)
}

fn shown(call: &Call<'_>, queries: Vec<Query>, operands: &mut Operands) -> Answered {
    let oldest_first = call.input().public("ScanBy").is_some_and(|order| order.get() == "TimestampAscending");
    let names: Vec<Public<String>> = queries.iter().map(|query| query.name.clone()).collect();
    let (mut results, mut labelled) = (Vec::new(), BTreeSet::new());
    for mut query in queries.into_iter().filter(|query| query.is_shown) {
        let operand = operands.by_id.remove(query.id.get()).ok_or_else(internal)?;
        let several = matches!(operand, Operand::Many(_));
        for series in operand.into_results().map_err(|error| refused(&query.id, error))? {
            let mut points: Vec<(i64, f64)> = series.points.into_iter().collect();
            if !oldest_first {
                points.reverse();
            }
            let name = if several { names.get(series.source).unwrap_or(&query.name) } else { &query.name };
            let result = Output::new().with("Id", query.id.clone());
            // A label is given out once: several series of one query go by their metrics' names after that.
            let result = match query.label.take().filter(|_| labelled.insert(query.id.clone())) {
                Some(label) => result.with("Label", label),
                None => result.with("Label", name.clone()),
            };
            results.push((result, points));
        }
    }
    paged(call, results)
}

/// A result without its points, and these.
type Whole = (Output, Vec<(i64, f64)>);

fn paged(call: &Call<'_>, results: Vec<Whole>) -> Answered {
    let begin = match call.input().public("NextToken") {
        Some(token) => Mark::parse(token.get())
            .ok_or_else(|| wrong("The value for parameter NextToken is not valid."))?,
        None => Mark::default(),
    };
    let most = call.input().integer("MaxDatapoints").and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(POINTS_MAX).clamp(1, POINTS_MAX);
    let lengths: Vec<usize> = results.iter().map(|(_, points)| points.len()).collect();
    let (ranges, next) = page(&lengths, begin, most);
    let cut = |((result, points), range): (Whole, Range<usize>)| {
        let is_whole = range.end == points.len();
        let page = || points.iter().take(range.end).skip(range.start);
        result
            .with("Timestamps", Value::list(page().map(|(start, _)| at(*start))))
            .with("Values", Value::list(page().map(|(_, value)| *value)))
            .with("StatusCode", if is_whole { "Complete" } else { "PartialData" })
    };
    let shown = results.into_iter().skip(begin.result).zip(ranges).map(cut);
    let next =
        next.map(|Mark { result, point }| crate::record::configured(&format_args!("{result}.{point}")));
    Ok(Output::new().with("MetricDataResults", Value::list(shown)).with("NextToken", next))
}

/// Where a page begins: at a result, and at a point of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Mark {
    result: usize,
    point: usize,
}

impl Mark {
    fn parse(token: &str) -> Option<Self> {
        let (result, point) = token.split_once('.')?;
        Some(Self { result: result.parse().ok()?, point: point.parse().ok()? })
    }
}

/// Which points of the results from a mark on are on a page of so many, and where the next one begins.
fn page(lengths: &[usize], begin: Mark, most: usize) -> (Vec<Range<usize>>, Option<Mark>) {
    let (mut ranges, mut left) = (Vec::new(), most);
    for (result, length) in lengths.iter().enumerate().skip(begin.result) {
        let start = if result == begin.result { begin.point.min(*length) } else { 0 };
        if left == 0 && start < *length {
            return (ranges, Some(Mark { result, point: start }));
        }
        let end = start.saturating_add(left).min(*length);
        ranges.push(start..end);
        left -= end - start;
        if end < *length {
            return (ranges, Some(Mark { result, point: end }));
        }
    }
    (ranges, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_show_each_point_once_and_end() {
        let mark = |result, point| Mark { result, point };
        let check = |lengths: &[usize], begin, most, wanted: &[(usize, usize)], next| {
            let (ranges, found) = page(lengths, begin, most);
            let ranges: Vec<_> = ranges.iter().map(|range| (range.start, range.end)).collect();
            assert_eq!((ranges.as_slice(), found), (wanted, next), "{lengths:?} {begin:?} {most}");
        };
        check(&[3, 2], mark(0, 0), 5, &[(0, 3), (0, 2)], None);
        check(&[3, 2], mark(0, 0), 4, &[(0, 3), (0, 1)], Some(mark(1, 1)));
        check(&[3, 2], mark(1, 1), 4, &[(1, 2)], None);
        check(&[3, 0, 2], mark(0, 0), 3, &[(0, 3), (0, 0)], Some(mark(2, 0)));
        check(&[3], mark(0, 1), 1, &[(1, 2)], Some(mark(0, 2)));
        check(&[3], mark(7, 7), 1, &[], None);
        check(&[3], mark(0, usize::MAX), 1, &[(3, 3)], None);
        assert_eq!(Mark::parse("4.17"), Some(mark(4, 17)));
        for token in ["", "4", "4.", "-1.0", "a.b", "99999999999999999999999.0"] {
            assert_eq!(Mark::parse(token), None, "{token}");
        }
    }
}
