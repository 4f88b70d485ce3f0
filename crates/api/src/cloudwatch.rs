//! What does CloudWatch answer? Metrics that log groups make and that others put: listed, read by period, worked with.
//!
//! CloudWatch API Reference, "ListMetrics", "GetMetricData", "GetMetricStatistics", "PutMetricData". Values of dimensions in a
//! question are compared with those of known metrics and never kept. Statistics are kept by the minute, so a period is a multiple
//! of 60 seconds; percentiles need what is not kept, and are refused rather than guessed.

mod data;
mod put;

use crate::call::{Ask, Call, internal};
use crate::context::is;
use crate::desk::{Answered, instant};
use crate::logs::{fault, scope};
use sotto_egress::resting_text;
use sotto_logs::{MetricDimension, MetricListed, Millis, Statistics, list_metrics, metric_minutes};
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value, View};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Metrics of a page (API Reference, "ListMetrics").
const LIST_ITEMS_MAX: usize = 500;
/// The longest period, in seconds: as long as metrics are kept.
const PERIOD_S_MAX: i64 = 455 * 86_400;
/// Data points of one call of GetMetricStatistics.
const STATISTICS_POINTS_MAX: usize = 1_440;
/// What `RecentlyActive` means.
const RECENT_MS: i64 = 3 * 60 * 60 * 1_000;

/// The answer to an operation of CloudWatch.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    match call.operation() {
        "ListMetrics" => list(call).await,
        "GetMetricData" => data::answer(call).await,
        "PutMetricData" => put::answer(call).await,
        "GetMetricStatistics" => statistics(call).await,
        _ => Err(call.refuse_unserved()),
    }
}

fn wrong(words: &'static str) -> Fault {
    Fault::new("InvalidParameterValueException", words)
}

async fn known(call: &Call<'_>) -> Result<Vec<MetricListed>, Fault> {
    list_metrics(call.store(), &scope(call)?).await.map_err(fault)
}

async fn list(call: &mut Call<'_>) -> Answered {
    let _asked = call.authorize(Ask::new("cloudwatch:ListMetrics"))?;
    let all = known(call).await?;
    let input = call.input();
    let (namespace, name) = (input.public("Namespace"), input.public("MetricName"));
    let recent = input.has("RecentlyActive").then(|| Millis::of(call.now()).0 - RECENT_MS);
    let fits = |listed: &MetricListed| {
        namespace.is_none_or(|namespace| listed.metric.namespace == *namespace)
            && name.is_none_or(|name| listed.metric.name == *name)
            && recent.is_none_or(|recent| listed.last.0 >= recent)
            && input
                .list("Dimensions")
                .all(|filter| listed.metric.dimensions.iter().any(|one| fits_one(filter, one)))
    };
    let start = match input.public("NextToken") {
        Some(token) => token.get().parse().map_err(|_| wrong("The token is not one of ListMetrics."))?,
        None => 0_usize,
    };
    let mut found = all.iter().filter(|listed| fits(listed)).skip(start);
    let page: Vec<_> = found.by_ref().take(LIST_ITEMS_MAX).map(metric).collect();
    let next = found.next().map(|_| Public::named(&((start + LIST_ITEMS_MAX) as u64)));
    Ok(Output::new().with("Metrics", Value::list(page)).with("NextToken", next))
}

/// A dimension of a request with that of a metric; a filter may leave the value open.
fn fits_one(given: View<'_>, known: &MetricDimension) -> bool {
    given.public("Name").is_some_and(|name| name.get() == known.name.as_str())
        && given.raw("Value").is_none_or(|value| is(value, known.value.as_str()))
}

fn metric(listed: &MetricListed) -> Output {
    let dimension = |one: &MetricDimension| {
        Output::new().with("Name", resting_text(&one.name)).with("Value", resting_text(&one.value))
    };
    Output::new()
        .with("Namespace", listed.metric.namespace.clone())
        .with("MetricName", listed.metric.name.clone())
        .with("Dimensions", Value::list(listed.metric.dimensions.iter().map(dimension)))
}

/// The metric that a request means: of that namespace and name, with exactly those dimensions.
fn meant<'a>(all: &'a [MetricListed], given: View<'_>) -> Option<&'a MetricListed> {
    let (namespace, name) = (given.public("Namespace")?, given.public("MetricName")?);
    all.iter().find(|listed| {
        let dimensions = &listed.metric.dimensions;
        listed.metric.namespace == *namespace
            && listed.metric.name == *name
            && given.list("Dimensions").count() == dimensions.len()
            && given.list("Dimensions").all(|one| dimensions.iter().any(|known| fits_one(one, known)))
    })
}

/// Which number of a period's statistics is asked for.
#[derive(Clone, Copy)]
enum Pick {
    Sum,
    Average,
    Minimum,
    Maximum,
    SampleCount,
}

impl Pick {
    fn parse(word: &str) -> Result<Self, Fault> {
        Ok(match word {
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            _ => return Err(wrong("percentiles and trimmed statistics are not available in this release")),
        })
    }

    fn of(self, statistics: Statistics) -> f64 {
        match self {
            Self::Sum => statistics.sum(),
            Self::Average => statistics.average(),
            Self::Minimum => statistics.min(),
            Self::Maximum => statistics.max(),
            Self::SampleCount => statistics.count as f64,
        }
    }
}

/// The times of a request, and how long its periods are.
struct Window {
    from: Millis,
    to: Millis,
    period_ms: i64,
}

impl Window {
    fn of(call: &Call<'_>, period: Option<i64>) -> Result<Self, Fault> {
        let (from, to) = (call.input().time("StartTime"), call.input().time("EndTime"));
        let (from, to) = from.zip(to).ok_or_else(internal)?;
        if from >= to {
            return Err(wrong("The parameter StartTime must be less than the parameter EndTime."));
        }
        Ok(Self { from: Millis::of(from), to: Millis::of(to), period_ms: period_ms(period)? })
    }

    /// Statistics by period; a period begins at a multiple of its length.
    async fn read(
        &self,
        call: &Call<'_>,
        listed: Option<&MetricListed>,
    ) -> Result<BTreeMap<i64, Statistics>, Fault> {
        let mut periods: BTreeMap<i64, Statistics> = BTreeMap::new();
        let Some(listed) = listed else { return Ok(periods) };
        let from = Millis(self.from.0.div_euclid(self.period_ms) * self.period_ms);
        let minutes = metric_minutes(call.store(), &listed.metric, (from, self.to)).await.map_err(fault)?;
        for (minute, statistics) in minutes {
            let start = minute.0.div_euclid(self.period_ms) * self.period_ms;
            periods.entry(start).and_modify(|sum| *sum = sum.joined(statistics)).or_insert(statistics);
        }
        Ok(periods)
    }
}

/// A period in milliseconds.
fn period_ms(seconds: Option<i64>) -> Result<i64, Fault> {
    let fits = |seconds: &i64| (60..=PERIOD_S_MAX).contains(seconds) && seconds % 60 == 0;
    let seconds = seconds.filter(fits);
    seconds
        .map(|seconds| seconds * 1_000)
        .ok_or_else(|| wrong("Period must be a multiple of 60 seconds, and at most 39312000"))
}

fn at(start_ms: i64) -> SystemTime {
    instant(u64::try_from(start_ms / 1_000).unwrap_or_default())
}

async fn statistics(call: &mut Call<'_>) -> Answered {
    let _asked = call.authorize(Ask::new("cloudwatch:GetMetricStatistics"))?;
    if call.input().has("ExtendedStatistics") {
        return Err(wrong("percentiles and trimmed statistics are not available in this release"));
    }
    let all = known(call).await?;
    let picks: Vec<(Public<String>, Pick)> = call
        .input()
        .publics("Statistics")
        .map(|word| Ok((word.clone(), Pick::parse(word.get())?)))
        .collect::<Result<_, Fault>>()?;
    let window = Window::of(call, call.input().integer("Period"))?;
    let listed = meant(&all, call.input().view());
    let found = window.read(call, listed).await?;
    if found.len() > STATISTICS_POINTS_MAX {
        return Err(wrong("more than 1440 data points; ask for less time or longer periods"));
    }
    let unit = listed.and_then(|listed| listed.unit.clone());
    let shown = found.into_iter().map(|(start, statistics)| {
        let mut point = Output::new().with("Timestamp", at(start)).with("Unit", unit.clone());
        for (word, pick) in &picks {
            let name = match word.get().as_str() {
                "Sum" => "Sum",
                "Average" => "Average",
                "Minimum" => "Minimum",
                "Maximum" => "Maximum",
                _ => "SampleCount",
            };
            point.set(name, pick.of(statistics));
        }
        point
    });
    Ok(Output::new()
        .with("Label", call.input().public("MetricName").cloned())
        .with("Datapoints", Value::list(shown.collect::<Vec<_>>())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_bounds_on_both_sides() {
        for (seconds, wanted) in [
            (Some(60), Some(60_000)),
            (Some(PERIOD_S_MAX), Some(39_312_000_000)),
            (Some(PERIOD_S_MAX + 60), None),
            (Some(i64::MAX - i64::MAX % 60), None),
            (Some(59), None),
            (Some(90), None),
            (Some(0), None),
            (Some(-60), None),
            (None, None),
        ] {
            assert_eq!(period_ms(seconds).ok(), wanted, "{seconds:?}");
        }
    }
}
