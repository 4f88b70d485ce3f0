//! How do groups, streams, filters and policies look in answers?

use super::Meant;
use sotto_egress::resting_text;
use sotto_logs::{
    AccountPolicy, Distribution, Entry, Group, MetricFilter, MetricTransformation, ResourcePolicy, Stream,
    SubscriptionFilter,
};
use sotto_public::Public;
use sotto_wire::{Output, Value};

/// `LogGroup`.
pub(super) fn group(meant: &Meant, entry: &Entry, inherits: bool, stored_bytes: u64) -> Output {
    let (group, arn) = (&entry.group, meant.arn());
    Output::new()
        .with("logGroupName", Value::named(&group.name))
        .with("creationTime", group.created.0)
        .with("retentionInDays", group.retention_days)
        .with("metricFilterCount", group.metric_filters.len())
        .with("arn", crate::record::configured(&format_args!("{arn}:*")))
        .with("logGroupArn", crate::record::configured(&arn))
        .with("storedBytes", stored_bytes)
        .with("kmsKeyId", group.kms_key.clone())
        .with("dataProtectionStatus", group.protection.as_ref().map(|_| "ACTIVATED"))
        .with("inheritedProperties", inherits.then(|| Value::list(["ACCOUNT_DATA_PROTECTION"])))
        .with("logGroupClass", group.class.as_str())
        .with("deletionProtectionEnabled", group.deletion_protected)
}

/// What is known of the events of a stream.
pub(super) use sotto_logs::StreamStatistics as Extent;

/// `LogStream`. `storedBytes` is 0 as on AWS, which does not count by stream since 2019.
pub(super) fn stream(meant: &Meant, stream: &Stream, extent: Extent, token: Public<String>) -> Output {
    let arn = crate::record::configured(&format_args!("{}:log-stream:{}", meant.arn(), stream.name));
    Output::new()
        .with("logStreamName", stream.name.public())
        .with("creationTime", stream.created.0)
        .with("firstEventTimestamp", extent.first_event.map(|at| at.0))
        .with("lastEventTimestamp", extent.last_event.map(|at| at.0))
        .with("lastIngestionTime", extent.last_ingestion.map(|at| at.0))
        .with("uploadSequenceToken", token)
        .with("arn", arn)
        .with("storedBytes", 0_u8)
}

/// `MetricFilter`.
pub(super) fn metric_filter(group: &Group, filter: &MetricFilter) -> Output {
    let transformations = filter.transformations.iter().map(transformation);
    let fields = (!filter.system_fields.is_empty()).then(|| {
        Value::List(filter.system_fields.iter().map(|field| Value::Shown(resting_text(field))).collect())
    });
    Output::new()
        .with("filterName", filter.name.clone())
        .with("filterPattern", resting_text(&filter.pattern))
        .with("metricTransformations", Value::list(transformations))
        .with("creationTime", filter.created.0)
        .with("logGroupName", Value::named(&group.name))
        .with("applyOnTransformedLogs", filter.on_transformed)
        .with("fieldSelectionCriteria", filter.selection.as_ref().map(resting_text))
        .with("emitSystemFieldDimensions", fields)
}

fn transformation(transformation: &MetricTransformation) -> Output {
    let dimension = |dimension: &sotto_logs::Dimension| {
        (Value::Shown(resting_text(&dimension.name)), Value::Shown(resting_text(&dimension.value)))
    };
    let dimensions = (!transformation.dimensions.is_empty())
        .then(|| Value::Map(transformation.dimensions.iter().map(dimension).collect()));
    let default = transformation.default_value.as_ref().and_then(|number| number.get().parse::<f64>().ok());
    Output::new()
        .with("metricName", transformation.name.clone())
        .with("metricNamespace", transformation.namespace.clone())
        .with("metricValue", resting_text(&transformation.value))
        .with("defaultValue", default)
        .with("dimensions", dimensions)
        .with("unit", transformation.unit.clone())
}

/// `SubscriptionFilter`.
pub(super) fn subscription_filter(group: &Group, filter: &SubscriptionFilter) -> Output {
    Output::new()
        .with("filterName", filter.name.clone())
        .with("logGroupName", Value::named(&group.name))
        .with("filterPattern", resting_text(&filter.pattern))
        .with("destinationArn", filter.destination.clone())
        .with("roleArn", filter.role.clone())
        .with(
            "distribution",
            match filter.distribution {
                Distribution::ByLogStream => "ByLogStream",
                Distribution::Random => "Random",
            },
        )
        .with("applyOnTransformedLogs", filter.on_transformed)
        .with("creationTime", filter.created.0)
}

/// `AccountPolicy`.
pub(super) fn account_policy(account: &sotto_arn::AccountId, policy: &AccountPolicy) -> Output {
    Output::new()
        .with("policyName", policy.name.clone())
        .with("policyDocument", policy.document.clone())
        .with("lastUpdatedTime", policy.updated.0)
        .with("policyType", policy.kind.as_str())
        .with("scope", "ALL")
        .with("selectionCriteria", policy.selection.as_ref().map(resting_text))
        .with("accountId", Value::named(account))
}

/// `ResourcePolicy`.
pub(super) fn resource_policy(policy: &ResourcePolicy) -> Output {
    Output::new()
        .with("policyName", policy.name.clone())
        .with("policyDocument", policy.document.clone())
        .with("lastUpdatedTime", policy.updated.0)
        .with("policyScope", if policy.resource.is_some() { "RESOURCE" } else { "ACCOUNT" })
        .with("resourceArn", policy.resource.clone())
        .with("revisionId", Public::named(&policy.revision))
}
