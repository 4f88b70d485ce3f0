//! Which events does a filter mean, and what comes of them? Pure functions over stored text.
//!
//! Filters see what is stored: a pattern for a value that was masked never matches. Filters of a group are compiled once
//! ([`GroupFilters`]) and asked for each batch.

use crate::metrics::{MetricDimension, MetricId, MetricPoint};
use crate::model::{Dimension, Group, MetricFilter, SubscriptionFilter};
use crate::{Millis, Scope};
use sotto_protect::StoredEvent;
use sotto_public::{Public, RestingText};
use sotto_query::{FilterPattern, MetricValue, QueryError, Selector};
use std::collections::HashSet;
use std::sync::Arc;

/// Sets of dimensions that one filter makes of one call's events at most (User Guide, "Creating metric filters": a filter that
/// makes a thousand of them is switched off there; here what comes on top is not counted).
const SETS_MAX: usize = 1_000;
/// The same for all filters of a group: what comes of a call is written in one transaction.
const CALL_SETS_MAX: usize = 3_000;
/// Bytes of a dimension's value at most (CloudWatch API Reference, "Dimension").
const DIMENSION_BYTES_MAX: usize = 1_024;

/// The filters of a group, compiled.
#[derive(Clone, Debug, Default)]
pub struct GroupFilters {
    metrics: Vec<CompiledMetric>,
    subscriptions: Vec<CompiledSubscription>,
}

#[derive(Clone, Debug)]
struct CompiledSubscription {
    filter: Arc<SubscriptionFilter>,
    pattern: FilterPattern,
    of_account: bool,
}

#[derive(Clone, Debug)]
struct CompiledMetric {
    pattern: FilterPattern,
    value: MetricValue,
    default: Option<f64>,
    dimensions: Vec<(RestingText, Selector)>,
    filter: Arc<MetricFilter>,
}

/// Events of a batch that a subscription filter means.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The filter.
    pub filter: Arc<SubscriptionFilter>,
    /// Whether it is the account's and not the group's.
    pub of_account: bool,
    /// Places in the batch.
    pub events: Vec<usize>,
}

impl GroupFilters {
    /// Compiles the filters of a group, and one of its account where there is one.
    ///
    /// # Errors
    /// When a stored pattern cannot be read: it was written by another release.
    pub fn compile(group: &Group, account: Option<SubscriptionFilter>) -> Result<Self, QueryError> {
        let metrics = group.metric_filters.values().map(compile_metric).collect::<Result<_, _>>()?;
        let compiled = |filter: SubscriptionFilter, of_account| {
            let pattern = FilterPattern::parse(filter.pattern.as_str())?;
            Ok(CompiledSubscription { filter: Arc::new(filter), pattern, of_account })
        };
        let own = group.subscription_filters.values().map(|filter| compiled(filter.clone(), false));
        let subscriptions = own.chain(account.map(|filter| compiled(filter, true)));
        Ok(Self { metrics, subscriptions: subscriptions.collect::<Result<_, QueryError>>()? })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.subscriptions.is_empty()
    }

    /// What each subscription filter means in a batch; filters that mean nothing are left out.
    pub fn select<'a>(&self, events: impl Iterator<Item = &'a StoredEvent> + Clone) -> Vec<Selected> {
        let chosen = |pattern: &FilterPattern| {
            let numbered = events.clone().enumerate();
            numbered.filter(|(_, event)| pattern.matches(event.text().as_str())).map(|(at, _)| at).collect()
        };
        let all = self.subscriptions.iter();
        let selected = |one: &CompiledSubscription| Selected {
            filter: Arc::clone(&one.filter),
            of_account: one.of_account,
            events: chosen(&one.pattern),
        };
        all.map(selected).filter(|selected| !selected.events.is_empty()).collect()
    }

    /// The values that metric filters take from a batch.
    pub fn points<'a>(
        &self,
        scope: &Scope,
        events: impl Iterator<Item = &'a StoredEvent> + Clone,
    ) -> Vec<MetricPoint> {
        let all = self.metrics.iter().map(|metric| metric.points(scope, events.clone()));
        let mut sets = 0;
        let fits = |points: &Vec<MetricPoint>| {
            sets += distinct(points);
            sets <= CALL_SETS_MAX
        };
        all.take_while(fits).flatten().collect()
    }
}

fn distinct(points: &[MetricPoint]) -> usize {
    points.iter().map(|point| &point.metric.dimensions).collect::<HashSet<_>>().len()
}

fn compile_metric(filter: &MetricFilter) -> Result<CompiledMetric, QueryError> {
    let pattern = FilterPattern::parse(filter.pattern.as_str())?;
    let transformation = filter.transformations.first().ok_or(QueryError::MetricValue)?;
    let value = MetricValue::parse(transformation.value.as_str(), &pattern)?;
    let selector = |dimension: &Dimension| {
        let selector = Selector::parse(dimension.value.as_str())?;
        Ok((dimension.name.clone(), selector))
    };
    let mut dimensions: Vec<_> =
        transformation.dimensions.iter().map(selector).collect::<Result<_, QueryError>>()?;
    dimensions.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    let default = transformation.default_value.as_ref().and_then(|value| value.get().parse().ok());
    Ok(CompiledMetric { pattern, value, default, dimensions, filter: Arc::new(filter.clone()) })
}

/// That a metric filter can be compiled, as when it is put.
///
/// # Errors
/// When its pattern, value or dimensions cannot be read.
pub fn check_metric_filter(filter: &MetricFilter) -> Result<(), QueryError> {
    compile_metric(filter).map(drop)
}

impl CompiledMetric {
    fn points<'a>(
        &self,
        scope: &Scope,
        events: impl Iterator<Item = &'a StoredEvent> + Clone,
    ) -> Vec<MetricPoint> {
        let mut last = None;
        let mut points: Vec<MetricPoint> = Vec::new();
        let mut sets: HashSet<Vec<MetricDimension>> = HashSet::new();
        for event in events {
            last = Some(Millis(event.timestamp_ms()));
            let Some(point) = self.point(scope, event) else { continue };
            if sets.len() < SETS_MAX || sets.contains(&point.metric.dimensions) {
                sets.insert(point.metric.dimensions.clone());
                points.push(point);
            }
        }
        match (self.default, last) {
            (Some(default), Some(at)) if points.is_empty() => {
                vec![self.made(scope, Vec::new(), (at, default))]
            }
            _ => points,
        }
    }

    /// The point of an event, where it has one: all dimensions must be there (API reference, "MetricTransformation").
    fn point(&self, scope: &Scope, event: &StoredEvent) -> Option<MetricPoint> {
        let text = event.text();
        if !self.pattern.matches(text.as_str()) {
            return None;
        }
        let value = self.value.of(&self.pattern, text.as_str()).filter(|value| value.is_finite())?;
        let mut dimensions = Vec::new();
        for (name, selector) in &self.dimensions {
            let found = self.pattern.select(selector, text.as_str())?;
            if found.len() > DIMENSION_BYTES_MAX {
                return None;
            }
            dimensions.push(MetricDimension { name: name.clone(), value: resting(found) });
        }
        Some(self.made(scope, dimensions, (Millis(event.timestamp_ms()), value)))
    }

    fn made(
        &self,
        scope: &Scope,
        dimensions: Vec<MetricDimension>,
        (at, value): (Millis, f64),
    ) -> MetricPoint {
        let transformation = self.filter.transformations.first();
        let text = |pick: fn(&crate::MetricTransformation) -> &Public<String>| {
            transformation.map_or_else(|| Public::from(""), |transformation| pick(transformation).clone())
        };
        let metric = MetricId {
            scope: scope.clone(),
            namespace: text(|transformation| &transformation.namespace),
            name: text(|transformation| &transformation.name),
            dimensions,
        };
        let unit = transformation.and_then(|transformation| transformation.unit.clone());
        MetricPoint { metric, unit, at, value: value.into(), times: 1 }
    }
}

#[expect(clippy::disallowed_methods, reason = "a part of stored text rests as the whole does")]
fn resting(text: String) -> RestingText {
    RestingText::from_pinned_text(text)
}
