//! Metric filters and subscription filters: put, described, tested, deleted.
//!
//! A pattern that is kept is run over masked text for ever: one that holds a value which is masked could never match, and is
//! refused with the reason instead of being kept.

use super::{Meant, PAGE_ITEMS_MAX, fault, invalid, may, may_generally, now, page, scope, shapes, shelf};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_deliver::{DeliverError, Destination};
use sotto_egress::{stored_part, stored_text};
use sotto_logs::{
    Dimension, Distribution, LogsError, MetricFilter, MetricTransformation, SubscriptionFilter,
};
use sotto_protect::screen::Screened;
use sotto_public::{Public, RestingText};
use sotto_query::{FilterPattern, MetricValue, QueryError, test_events};
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Output, Value, View, message};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "PutMetricFilter" => put_metric(call).await,
        "DescribeMetricFilters" => describe_metric(call),
        "DeleteMetricFilter" => delete_metric(call).await,
        "TestMetricFilter" => test(call).await,
        "PutSubscriptionFilter" => put_subscription(call).await,
        "DescribeSubscriptionFilters" => describe_subscription(call),
        "DeleteSubscriptionFilter" => delete_subscription(call).await,
        _ => return None,
    })
}

/// Looks at what was typed.
pub(crate) async fn looked_at(call: &Call<'_>, typed: Option<&RawText>) -> Result<Screened, Fault> {
    let empty = RawText::default();
    Ok(call.api.logs.screen().await?.look(typed.unwrap_or(&empty)))
}

/// A pattern, read.
pub(super) fn compiled(screened: &Screened) -> Result<FilterPattern, Fault> {
    FilterPattern::parse(screened.typed()).map_err(unread)
}

fn unread(error: QueryError) -> Fault {
    invalid(message!("Invalid filter pattern: {}", crate::record::configured(&error)))
}

/// A text that is kept and run again; refused where it holds a value.
fn kept(screened: &Screened, member: &'static str) -> Result<RestingText, Fault> {
    let text = screened
        .to_keep()
        .map_err(|refused| invalid(message!("Value at '{}' is not kept: {}", member, refused)))?;
    Ok(text.resting().clone())
}

pub(super) async fn kept_member(
    call: &Call<'_>,
    raw: Option<&RawText>,
    member: &'static str,
) -> Result<Option<RestingText>, Fault> {
    match raw {
        None => Ok(None),
        Some(raw) => kept(&looked_at(call, Some(raw)).await?, member).map(Some),
    }
}

async fn put_metric(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:PutMetricFilter", &meant)?;
    let screened = looked_at(call, call.input().raw("filterPattern")).await?;
    let pattern = compiled(&screened)?;
    let mut transformations = Vec::new();
    for item in call.input().list("metricTransformations") {
        transformations.push(transformation(call, item, &pattern).await?);
    }
    let mut system_fields = Vec::new();
    for field in call.input().list("emitSystemFieldDimensions") {
        system_fields.extend(kept_member(call, field.as_raw(), "emitSystemFieldDimensions").await?);
    }
    let filter = MetricFilter {
        name: call.input().public("filterName").cloned().ok_or_else(internal)?,
        pattern: kept(&screened, "filterPattern")?,
        transformations,
        created: now(call),
        on_transformed: call.input().flag("applyOnTransformedLogs").unwrap_or(false),
        system_fields,
        selection: kept_member(call, call.input().raw("fieldSelectionCriteria"), "fieldSelectionCriteria")
            .await?,
    };
    call.transact(|drafts, _| {
        drafts.logs.put_metric_filter(&meant.scope, &meant.name, filter.clone()).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

async fn transformation(
    call: &Call<'_>,
    item: View<'_>,
    pattern: &FilterPattern,
) -> Result<MetricTransformation, Fault> {
    let screened = looked_at(call, item.raw("metricValue")).await?;
    MetricValue::parse(screened.typed(), pattern).map_err(unread)?;
    let mut dimensions = Vec::new();
    for (key, value) in item.map("dimensions") {
        let name = match key {
            sotto_wire::Key::Raw(raw) => kept_member(call, Some(raw), "dimensions").await?,
            sotto_wire::Key::Public(_) => None,
        };
        let value = kept_member(call, value.as_raw(), "dimensions").await?;
        let (name, value) = name.zip(value).ok_or_else(internal)?;
        dimensions.push(Dimension { name, value });
    }
    let default_value = item.float("defaultValue").map(|number| crate::record::configured(&number));
    Ok(MetricTransformation {
        name: item.public("metricName").cloned().ok_or_else(internal)?,
        namespace: item.public("metricNamespace").cloned().ok_or_else(internal)?,
        value: kept(&screened, "metricValue")?,
        default_value,
        dimensions,
        unit: item.public("unit").cloned(),
    })
}

fn describe_metric(call: &mut Call<'_>) -> Answered {
    let (scope, input) = (scope(call)?, call.input());
    let (metric, namespace) = (input.public("metricName").cloned(), input.public("metricNamespace").cloned());
    let prefix = input.public("filterNamePrefix").cloned();
    if metric.is_some() != namespace.is_some() {
        return Err(invalid("metricName and metricNamespace must be specified together"));
    }
    let named = input.has("logGroupName").then(|| Meant::of(call)).transpose()?;
    let groups = match &named {
        Some(meant) => {
            let _asked = may(call, "logs:DescribeMetricFilters", meant)?;
            vec![meant.entry(call)?]
        }
        None => {
            let _asked = may_generally(call, "logs:DescribeMetricFilters")?;
            let shelf = shelf(call, &scope).unwrap_or_default();
            shelf.groups().iter().map(|(_, entry)| entry.clone()).collect()
        }
    };
    let counts = |filter: &MetricFilter| {
        prefix.as_ref().is_none_or(|prefix| filter.name.get().starts_with(prefix.get()))
            && filter.transformations.iter().any(|transformation| {
                metric.as_ref().is_none_or(|metric| transformation.name == *metric)
                    && namespace.as_ref().is_none_or(|namespace| transformation.namespace == *namespace)
            })
    };
    let found = groups.iter().flat_map(|entry| {
        let filters = entry.group.metric_filters.values().filter(|filter| counts(filter));
        filters.map(|filter| {
            let name = crate::record::configured(&format_args!("{}:{}", entry.group.name, filter.name));
            (name, shapes::metric_filter(&entry.group, filter))
        })
    });
    let (shown, next) = page(call, found, PAGE_ITEMS_MAX);
    Ok(Output::new().with("metricFilters", Value::list(shown)).with("nextToken", next))
}

async fn delete_metric(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:DeleteMetricFilter", &meant)?;
    let name = call.input().public("filterName").cloned().ok_or_else(internal)?;
    call.transact(|drafts, _| {
        drafts.logs.delete_metric_filter(&meant.scope, &meant.name, &name).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

/// The pattern sees what it would see of stored events: masked text. That is what the answer repeats, too.
async fn test(call: &mut Call<'_>) -> Answered {
    let _asked = may_generally(call, "logs:TestMetricFilter")?;
    let pattern = compiled(&looked_at(call, call.input().raw("filterPattern")).await?)?;
    let mut messages = Vec::new();
    for message in call.input().list("logEventMessages") {
        messages.push(looked_at(call, message.as_raw()).await?.masked().clone());
    }
    let tested = test_events(&pattern, messages.iter().map(|message| message.as_str()));
    let shown = tested.iter().filter_map(|event| {
        let message = messages.get(event.event_number.checked_sub(1)?)?;
        let part = |text: &String| Value::Shown(stored_part(message, text));
        let extracted = event.extracted.iter().map(|(name, value)| (part(name), part(value))).collect();
        let shown =
            Output::new().with("eventNumber", event.event_number).with("eventMessage", stored_text(message));
        Some(shown.with("extractedValues", Value::Map(extracted)))
    });
    Ok(Output::new().with("matches", Value::list(shown)))
}

async fn put_subscription(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:PutSubscriptionFilter", &meant)?;
    let screened = looked_at(call, call.input().raw("filterPattern")).await?;
    compiled(&screened)?;
    let input = call.input();
    let destination = input.public("destinationArn").cloned().ok_or_else(internal)?;
    deliverable(call, &destination)?;
    let distribution = match input.public("distribution").map(|text| text.get().as_str()) {
        Some("Random") => Distribution::Random,
        _ => Distribution::ByLogStream,
    };
    let filter = SubscriptionFilter {
        name: input.public("filterName").cloned().ok_or_else(internal)?,
        pattern: kept(&screened, "filterPattern")?,
        destination,
        role: input.public("roleArn").cloned(),
        distribution,
        created: now(call),
        on_transformed: input.flag("applyOnTransformedLogs").unwrap_or(false),
    };
    call.transact(|drafts, _| {
        drafts.logs.put_subscription_filter(&meant.scope, &meant.name, filter.clone()).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

/// A destination that is well formed, of a kind that is here, and allowed to the caller's account.
pub(super) fn deliverable(call: &Call<'_>, address: &Public<String>) -> Result<(), Fault> {
    let destination = Destination::parse(address).map_err(undeliverable)?;
    let (site, account) = (call.api.logs.site(), Public::named(&call.account()?));
    match destination {
        Destination::Function(_) if !site.functions => {
            Err(undeliverable(DeliverError::Kind("Lambda function")))
        }
        _ if site.allows(Some(&account), &destination) => Ok(()),
        _ => Err(invalid(
            "the operator allows no deliveries of this account to this destination; `sotto serve --deliver-to [ACCOUNT=]ADDRESS` names what is allowed",
        )),
    }
}

fn undeliverable(error: DeliverError) -> Fault {
    match error {
        DeliverError::Kind(kind) => fault(LogsError::DestinationKind(kind)),
        DeliverError::Address | DeliverError::Allowance => {
            invalid(message!("{}", crate::record::configured(&error)))
        }
        DeliverError::Storage(error) => crate::call::unavailable(&error),
    }
}

fn describe_subscription(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:DescribeSubscriptionFilters", &meant)?;
    let entry = meant.entry(call)?;
    let prefix: Option<Public<String>> = call.input().public("filterNamePrefix").cloned();
    let fits =
        |name: &Public<String>| prefix.as_ref().is_none_or(|prefix| name.get().starts_with(prefix.get()));
    let filters = entry.group.subscription_filters.iter().filter(|(name, _)| fits(name));
    let found =
        filters.map(|(name, filter)| (name.clone(), shapes::subscription_filter(&entry.group, filter)));
    let (shown, next) = page(call, found, PAGE_ITEMS_MAX);
    Ok(Output::new().with("subscriptionFilters", Value::list(shown)).with("nextToken", next))
}

async fn delete_subscription(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:DeleteSubscriptionFilter", &meant)?;
    let name = call.input().public("filterName").cloned().ok_or_else(internal)?;
    call.transact(|drafts, _| {
        drafts.logs.delete_subscription_filter(&meant.scope, &meant.name, &name).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}
