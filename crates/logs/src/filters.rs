//! How do metric filters and subscription filters come and go?
//!
//! Bounds: 100 metric filters and 2 subscription filters a group, at most 5 filters with a regex, exactly one
//! transformation, at most 3 dimensions, and a default value only without dimensions (CloudWatch Logs quotas; API Reference,
//! "PutMetricFilter", "MetricTransformation"). A caller that wants to say where a pattern is wrong reads it first.

use crate::Scope;
use crate::draft::Draft;
use crate::error::{LIMIT, LogsError, Outcome};
use crate::model::{Class, Group, MetricFilter, SubscriptionFilter};
use crate::select::check_metric_filter;
use sotto_arn::LogGroupName;
use sotto_public::Public;
use sotto_query::FilterPattern;

/// Most metric filters of a group.
pub const METRIC_FILTERS_MAX: usize = 100;
/// Most subscription filters of a group; the account's comes on top.
pub const SUBSCRIPTION_FILTERS_MAX: usize = 2;
/// Most filters of a group whose pattern has a regex.
pub const REGEX_FILTERS_MAX: usize = 5;
/// Most dimensions of a transformation.
pub const DIMENSIONS_MAX: usize = 3;

impl Draft {
    /// PutMetricFilter: made, or replaced.
    ///
    /// # Errors
    /// When there is no such group, a bound is passed, or members exclude each other.
    pub fn put_metric_filter(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        filter: MetricFilter,
    ) -> Outcome<()> {
        check_transformation(&filter)?;
        check_metric_filter(&filter).map_err(|error| LogsError::InvalidParameter(error.problem()))?;
        self.with_group(scope, group, |group| {
            refuse_class(group, "Metric filters need a log group of the class STANDARD")?;
            let old = group.metric_filters.get(&filter.name);
            let created = old.map_or(filter.created, |old| old.created);
            if old.is_none() && group.metric_filters.len() >= METRIC_FILTERS_MAX {
                return Err(LIMIT);
            }
            group.metric_filters.insert(filter.name.clone(), MetricFilter { created, ..filter });
            within_regexes(group)
        })
    }

    /// DeleteMetricFilter.
    ///
    /// # Errors
    /// When there is no such group or filter.
    pub fn delete_metric_filter(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        name: &Public<String>,
    ) -> Outcome<()> {
        self.with_group(scope, group, |group| match group.metric_filters.remove(name) {
            Some(_) => Ok(()),
            None => Err(LogsError::NotFound("The specified metric filter does not exist.")),
        })
    }

    /// PutSubscriptionFilter: made, or replaced.
    ///
    /// # Errors
    /// When there is no such group, or a bound is passed.
    pub fn put_subscription_filter(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        filter: SubscriptionFilter,
    ) -> Outcome<()> {
        FilterPattern::parse(filter.pattern.as_str())
            .map_err(|error| LogsError::InvalidParameter(error.problem()))?;
        self.with_group(scope, group, |group| {
            refuse_class(group, "Subscription filters need a log group of the class STANDARD")?;
            let old = group.subscription_filters.get(&filter.name);
            let created = old.map_or(filter.created, |old| old.created);
            if old.is_none() && group.subscription_filters.len() >= SUBSCRIPTION_FILTERS_MAX {
                return Err(LIMIT);
            }
            group.subscription_filters.insert(filter.name.clone(), SubscriptionFilter { created, ..filter });
            within_regexes(group)
        })
    }

    /// DeleteSubscriptionFilter.
    ///
    /// # Errors
    /// When there is no such group or filter.
    pub fn delete_subscription_filter(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        name: &Public<String>,
    ) -> Outcome<()> {
        self.with_group(scope, group, |group| match group.subscription_filters.remove(name) {
            Some(_) => Ok(()),
            None => Err(LogsError::NotFound("The specified subscription filter does not exist.")),
        })
    }
}

fn refuse_class(group: &Group, words: &'static str) -> Outcome<()> {
    match group.class {
        Class::Standard => Ok(()),
        _ => Err(LogsError::InvalidOperation(words)),
    }
}

fn check_transformation(filter: &MetricFilter) -> Outcome<()> {
    let [transformation] = filter.transformations.as_slice() else {
        return Err(LogsError::InvalidParameter("A metric filter has exactly one metric transformation"));
    };
    if transformation.dimensions.len() > DIMENSIONS_MAX {
        return Err(LogsError::InvalidParameter("A metric transformation has at most 3 dimensions"));
    }
    if transformation.default_value.is_some() && !transformation.dimensions.is_empty() {
        return Err(LogsError::InvalidParameter(
            "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
        ));
    }
    Ok(())
}

fn within_regexes(group: &Group) -> Outcome<()> {
    let metric = group.metric_filters.values().map(|filter| filter.pattern.as_str());
    let patterns = metric.chain(group.subscription_filters.values().map(|filter| filter.pattern.as_str()));
    let has_regex =
        |pattern: &&str| FilterPattern::parse(pattern).is_ok_and(|pattern| pattern.regex_count() > 0);
    match patterns.filter(has_regex).count() {
        0..=REGEX_FILTERS_MAX => Ok(()),
        _ => Err(LogsError::LimitExceeded(
            "At most 5 filter patterns of a log group have a regular expression",
        )),
    }
}
