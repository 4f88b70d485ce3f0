//! PutMetricData: values that others counted, added to their metrics, durable before the answer.
//!
//! Values of dimensions are kept and listed for ever: one that holds a value which log groups mask is refused, with the reason.
//! Namespaces of services are not given away. A call holds at most 1,000 data of at most 150 values and 30 dimensions, up to two
//! weeks old and two hours ahead (CloudWatch API Reference, "PutMetricData", "MetricDatum").

use super::wrong;
use crate::call::{Ask, Call, internal, unavailable};
use crate::desk::Answered;
use crate::logs::{fault, looked_at, scope};
use sotto_iam::Context;
use sotto_logs::{
    LogsError, MetricDimension, MetricId, MetricSet, Millis, Scope, Statistics, add_statistics,
};
use sotto_public::{IdentifierId, Public};
use sotto_wire::{Fault, Output, Seen, View, message};
use std::time::Duration;

/// Data of one call.
const DATA_MAX: usize = 1_000;
/// Values of one datum.
const VALUES_MAX: usize = 150;
/// Dimensions of one datum.
const DIMENSIONS_MAX: usize = 30;
const OLD_MAX: Duration = Duration::from_secs(14 * 86_400);
const AHEAD_MAX: Duration = Duration::from_secs(2 * 3_600);
/// How large a value may be.
const VALUE_MAX: f64 = 2.348_542_582_773_833e108;
/// How many samples a value may stand for.
const SAMPLES_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let namespace = call.input().public("Namespace").cloned().ok_or_else(internal)?;
    let mut context = Context::new();
    context.set("cloudwatch:namespace", [namespace.get().as_str()]);
    let _asked = call.authorize(Ask::new("cloudwatch:PutMetricData").with(context))?;
    if namespace.get().starts_with("AWS/") {
        return Err(wrong("The value AWS/ for parameter Namespace is invalid."));
    }
    if call.input().has("EntityMetricData") {
        return Err(wrong("metrics of entities are not available in this release"));
    }
    if call.input().list("MetricData").count() > DATA_MAX {
        return Err(wrong("The collection MetricData must not have a size greater than 1000."));
    }
    let (scope, mut sets) = (scope(call)?, Vec::new());
    for datum in call.input().list("MetricData") {
        let metric = metric(call, (&scope, &namespace), datum).await?;
        let (at, unit) = (instant(call, datum)?, datum.public("Unit").cloned());
        if let Some(statistics) = statistics(datum)? {
            sets.push(MetricSet { metric, unit, at, statistics });
        }
    }
    let writer = call.api.logs.metric_writer().lock().await;
    add_statistics(call.store(), *writer, sets).await.map_err(|error| match error {
        LogsError::LimitExceeded(words) => wrong(words),
        LogsError::Storage(error) => unavailable(&error),
        error => fault(error),
    })?;
    Ok(Output::new())
}

async fn metric(
    call: &Call<'_>,
    (scope, namespace): (&Scope, &Public<String>),
    datum: View<'_>,
) -> Result<MetricId, Fault> {
    let mut dimensions = Vec::new();
    for given in datum.list("Dimensions") {
        let name = given.public("Name").ok_or_else(internal)?;
        let screened = looked_at(call, given.raw("Value")).await?;
        let kept = screened.to_keep().map_err(|refused| held(&refused.identifier))?;
        let value = kept.resting().clone();
        dimensions.push(MetricDimension { name: crate::record::resting(name.get()), value });
    }
    if dimensions.len() > DIMENSIONS_MAX {
        return Err(wrong("The collection Dimensions must not have a size greater than 30."));
    }
    dimensions.sort();
    if dimensions.windows(2).any(|two| matches!(two, [one, other] if one.name == other.name)) {
        return Err(wrong("a name of a dimension stands twice"));
    }
    let name = datum.public("MetricName").cloned().ok_or_else(internal)?;
    Ok(MetricId { scope: scope.clone(), namespace: namespace.clone(), name, dimensions })
}

fn held(identifier: &IdentifierId) -> Fault {
    let words = message!(
        "the value of a dimension holds a value of type '{}', which log groups mask; leave it out",
        identifier.clone()
    );
    Fault::new("InvalidParameterValueException", words)
}

fn instant(call: &Call<'_>, datum: View<'_>) -> Result<Millis, Fault> {
    let now = Millis::of(call.now());
    let at = datum.time("Timestamp").map_or(now, Millis::of);
    match (now.minus(OLD_MAX)..=now.plus(AHEAD_MAX)).contains(&at) {
        true => Ok(at),
        false => Err(wrong("Timestamp must be at most two weeks old and two hours ahead")),
    }
}

/// The statistics of a datum: of one value, of a set that was counted, or of values with how often each came. None of no samples.
fn statistics(datum: View<'_>) -> Result<Option<Statistics>, Fault> {
    let numbers = |name| datum.list(name).filter_map(number).collect::<Vec<f64>>();
    let (values, counts) = (numbers("Values"), numbers("Counts"));
    match (datum.float("Value"), datum.member("StatisticValues"), values.is_empty()) {
        (Some(value), None, true) => of_values(&[value], &[]),
        (None, Some(set), true) => {
            let of = |name| set.float(name).ok_or_else(internal);
            counted(of("SampleCount")?, of("Sum")?, (of("Minimum")?, of("Maximum")?))
        }
        (None, None, false) => of_values(&values, &counts),
        _ => Err(wrong("a datum has exactly one of Value, Values and StatisticValues")),
    }
}

fn number(view: View<'_>) -> Option<f64> {
    match view.seen() {
        Seen::Float(number) => Some(number),
        _ => None,
    }
}

fn is_value(value: f64) -> bool {
    value.is_finite() && value.abs() <= VALUE_MAX
}

fn samples(count: f64) -> Result<u64, Fault> {
    match (0.0..=SAMPLES_MAX).contains(&count) {
        // A part of a sample is none.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within the bounds of a count"
        )]
        true => Ok(count as u64),
        false => Err(wrong("a count of samples is from 0 to 2 to the power of 53")),
    }
}

fn counted(count: f64, sum: f64, (min, max): (f64, f64)) -> Result<Option<Statistics>, Fault> {
    if !is_value(sum) || !is_value(min) || !is_value(max) || min > max {
        return Err(wrong("StatisticValues must be numbers, and Minimum not above Maximum"));
    }
    let count = samples(count)?;
    Ok((count > 0).then(|| Statistics::counted(count, sum, (min, max))))
}

fn of_values(values: &[f64], counts: &[f64]) -> Result<Option<Statistics>, Fault> {
    if values.len() > VALUES_MAX || !counts.is_empty() && counts.len() != values.len() {
        return Err(wrong("Values has at most 150 numbers, and Counts one for each of them"));
    }
    if !values.iter().all(|value| is_value(*value)) {
        return Err(wrong("a value must be a number from -2^360 to 2^360"));
    }
    let mut all: Option<Statistics> = None;
    for (at, value) in values.iter().enumerate() {
        let times = samples(counts.get(at).copied().unwrap_or(1.0))?;
        if times > 0 {
            let one = Statistics::of(*value, times);
            all = Some(all.map_or(one, |all| all.joined(one)));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(statistics: Result<Option<Statistics>, Fault>) -> Option<Option<(u64, f64, f64, f64)>> {
        let of = |all: Statistics| (all.count, all.sum(), all.min(), all.max());
        statistics.ok().map(|statistics| statistics.map(of))
    }

    #[test]
    fn values_are_counted_within_bounds() {
        assert_eq!(shown(of_values(&[2.0, 4.0], &[3.0, 1.0])), Some(Some((4, 10.0, 2.0, 4.0))));
        assert_eq!(shown(of_values(&[2.0, 4.0], &[])), Some(Some((2, 6.0, 2.0, 4.0))));
        assert_eq!(shown(of_values(&[2.0], &[0.0])), Some(None));
        assert_eq!(shown(of_values(&[2.0], &[1.0, 1.0])), None);
        assert_eq!(shown(of_values(&[f64::NAN], &[])), None);
        assert!(
            shown(of_values(&[VALUE_MAX], &[])).is_some()
                && shown(of_values(&[VALUE_MAX * 1.1], &[])).is_none()
        );
        assert!(shown(of_values(&[1.0; VALUES_MAX], &[])).is_some());
        assert_eq!(shown(of_values(&[1.0; VALUES_MAX + 1], &[])), None);
        assert!(shown(of_values(&[1.0], &[SAMPLES_MAX])).is_some());
        assert_eq!(shown(of_values(&[1.0], &[SAMPLES_MAX * 2.0])), None);
        assert_eq!(shown(of_values(&[1.0], &[-1.0])), None);
    }

    #[test]
    fn sets_that_were_counted_elsewhere_are_taken_as_they_are() {
        assert_eq!(shown(counted(2.0, 5.0, (1.0, 4.0))), Some(Some((2, 5.0, 1.0, 4.0))));
        assert_eq!(shown(counted(0.0, 0.0, (0.0, 0.0))), Some(None));
        assert_eq!(shown(counted(2.0, 5.0, (4.0, 1.0))), None);
        assert_eq!(shown(counted(2.0, f64::INFINITY, (1.0, 4.0))), None);
    }
}
