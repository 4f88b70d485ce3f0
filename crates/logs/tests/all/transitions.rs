//! How do groups, streams, filters and policies change? Each transition with what it refuses, and the same registry from its
//! records.

use crate::world::{NOW, entry, group_name, public, registry, scope, stream_name, uid};
use sotto_arn::LogGroupName;
use sotto_logs::{
    AccountPolicy, AccountPolicyType, Class, Dimension, Distribution, Draft, GroupFilters, LogsError,
    METRIC_FILTERS_MAX, MetricFilter, MetricTransformation, NewGroup, RESOURCE_POLICIES_MAX, Record,
    Registry, SubscriptionFilter, TAGS_MAX,
};
use sotto_public::{Opaque, Public, RestingText, Stored};
use std::collections::BTreeMap;

#[expect(clippy::disallowed_methods, reason = "a test's own text")]
fn resting(text: &str) -> RestingText {
    RestingText::from_pinned_text(text.to_owned())
}

fn new_group(name: &str, number: u128) -> NewGroup {
    NewGroup {
        uid: uid(number),
        name: LogGroupName::parse(name).unwrap(),
        at: NOW,
        class: Class::Standard,
        kms_key: None,
        tags: BTreeMap::new(),
        deletion_protected: false,
    }
}

fn metric_filter(name: String, pattern: &str) -> MetricFilter {
    let transformation = MetricTransformation {
        name: Public::from("Errors"),
        namespace: Public::from("canary"),
        value: resting("1"),
        default_value: None,
        dimensions: Vec::new(),
        unit: None,
    };
    MetricFilter {
        name: public(name),
        pattern: resting(pattern),
        transformations: vec![transformation],
        created: NOW,
        on_transformed: false,
        system_fields: Vec::new(),
        selection: None,
    }
}

fn subscription(name: &'static str, pattern: &str) -> SubscriptionFilter {
    SubscriptionFilter {
        name: Public::from(name),
        pattern: resting(pattern),
        destination: Public::from("https://collector.example/canary"),
        role: None,
        distribution: Distribution::ByLogStream,
        created: NOW,
        on_transformed: false,
    }
}

/// What a change of one group gives.
fn changed<T>(change: impl FnOnce(&mut Draft) -> Result<T, LogsError>) -> Result<Registry, LogsError> {
    let before = registry(1);
    let mut draft = before.draft();
    change(&mut draft)?;
    let after = before.apply(&draft.finish());
    assert_eq!(records(&reloaded(&after)), records(&after), "its records make up the same registry");
    Ok(after)
}

fn records(registry: &Registry) -> Vec<Stored> {
    let shelf = registry.shelf(&scope()).cloned().unwrap_or_default();
    let groups = shelf.groups().iter().flat_map(|(_, entry)| {
        let group = Record { scope: scope(), entity: sotto_logs::Entity::Group(entry.group.clone()) };
        let streams = entry
            .streams
            .iter()
            .map(|(_, stream)| Record { scope: scope(), entity: sotto_logs::Entity::Stream(stream.clone()) });
        std::iter::once(group).chain(streams).collect::<Vec<_>>()
    });
    groups.map(|record| Stored::of(&record)).collect()
}

/// Through bytes, streams first.
fn reloaded(registry: &Registry) -> Registry {
    let stored = records(registry);
    Registry::load(stored.iter().rev().map(|stored| stored.read::<Record>().unwrap()))
}

fn refused<T>(change: impl FnOnce(&mut Draft) -> Result<T, LogsError>) -> LogsError {
    changed(change).expect_err("it should be refused")
}

#[test]
fn groups_come_change_and_go() {
    let made = changed(|draft| draft.create_group(&scope(), new_group("/canary/other", 9))).unwrap();
    assert_eq!(made.shelf(&scope()).unwrap().groups().count(), 2);
    assert!(made.by_uid(uid(9)).is_some());
    assert!(matches!(
        refused(|draft| draft.create_group(&scope(), new_group("/canary/orders", 9))),
        LogsError::AlreadyExists(_)
    ));
    assert!(matches!(
        refused(|draft| draft.create_group(&scope(), new_group("aws/canary", 9))),
        LogsError::InvalidParameter(_)
    ));
    let gone = changed(|draft| draft.delete_group(&scope(), &group_name())).unwrap();
    assert!(gone.group(&scope(), &group_name()).is_none() && gone.by_uid(uid(0x6006)).is_none());
    let other = LogGroupName::parse("nothing").unwrap();
    assert!(matches!(refused(|draft| draft.delete_group(&scope(), &other)), LogsError::NotFound(_)));
    assert!(matches!(
        refused(|draft| {
            draft.set_deletion_protection(&scope(), &group_name(), true)?;
            draft.delete_group(&scope(), &group_name())
        }),
        LogsError::InvalidOperation(_)
    ));
    for (days, fits) in [(1, true), (2, false), (3_653, true), (3_654, false), (0, false)] {
        assert_eq!(
            changed(|draft| draft.set_retention(&scope(), &group_name(), Some(days))).is_ok(),
            fits,
            "{days}"
        );
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test's own bytes")]
fn tags_have_a_bound() {
    let tags = |count: usize| -> BTreeMap<Public<String>, Opaque> {
        (0..count).map(|at| (public(format!("key-{at}")), Opaque::from_pinned_bytes(vec![1]))).collect()
    };
    let tagged = |count| changed(|draft| draft.tag_group(&scope(), &group_name(), tags(count)));
    assert!(tagged(TAGS_MAX).is_ok() && tagged(TAGS_MAX + 1).is_err());
    let left = changed(|draft| {
        draft.tag_group(&scope(), &group_name(), tags(2))?;
        draft.untag_group(&scope(), &group_name(), &[public("key-0".to_owned()), public("none".to_owned())])
    });
    assert_eq!(entry(&left.unwrap()).group.tags.len(), 1);
}

#[test]
fn a_group_that_is_made_again_has_none_of_the_old_streams() {
    let before = registry(3);
    let mut draft = before.draft();
    draft.delete_group(&scope(), &group_name()).unwrap();
    draft.create_group(&scope(), new_group("/canary/orders", 77)).unwrap();
    let change = draft.finish();
    let after = before.apply(&change);
    assert!(entry(&after).streams.is_empty());
    // A stream's record that outlives its group is a stray, also after another start.
    let old = entry(&before);
    let stray = old
        .streams
        .iter()
        .map(|(_, stream)| Record { scope: scope(), entity: sotto_logs::Entity::Stream(stream.clone()) });
    let group = Record { scope: scope(), entity: sotto_logs::Entity::Group(entry(&after).group.clone()) };
    let loaded = Registry::load(stray.chain([group]));
    assert!(entry(&loaded).streams.is_empty());
    assert_eq!((loaded.strays().count(), loaded.swept().strays().count()), (3, 0));
}

#[test]
fn streams_come_and_go() {
    let name = || (stream_name(5), uid(5), NOW);
    let made = changed(|draft| draft.create_stream(&scope(), &group_name(), name())).unwrap();
    assert_eq!(entry(&made).streams.count(), 2);
    assert!(matches!(
        refused(|draft| {
            draft.create_stream(&scope(), &group_name(), name())?;
            draft.create_stream(&scope(), &group_name(), name())
        }),
        LogsError::AlreadyExists(_)
    ));
    let gone = changed(|draft| draft.delete_stream(&scope(), &group_name(), &stream_name(0))).unwrap();
    assert!(entry(&gone).streams.is_empty());
    assert!(matches!(
        refused(|draft| draft.delete_stream(&scope(), &group_name(), &stream_name(9))),
        LogsError::NotFound(_)
    ));
}

#[test]
fn filters_are_checked_and_counted() {
    let put = |filters: Vec<MetricFilter>| {
        changed(|draft| {
            filters
                .into_iter()
                .try_for_each(|filter| draft.put_metric_filter(&scope(), &group_name(), filter))
        })
    };
    let many = |count| (0..count).map(|at| metric_filter(format!("f{at}"), "ERROR")).collect();
    assert!(put(many(METRIC_FILTERS_MAX)).is_ok() && put(many(METRIC_FILTERS_MAX + 1)).is_err());
    let regexes = |count| (0..count).map(|at| metric_filter(format!("f{at}"), "%x+%")).collect();
    assert!(put(regexes(5)).is_ok() && put(regexes(6)).is_err());
    let replaced =
        put(vec![metric_filter("f".to_owned(), "ERROR"), metric_filter("f".to_owned(), "WARN")]).unwrap();
    assert_eq!(entry(&replaced).group.metric_filters.len(), 1);
    assert!(put(vec![metric_filter("f".to_owned(), "{ broken")]).is_err());
    let mut both = metric_filter("f".to_owned(), "[a, b]");
    let first = both.transformations.first_mut().unwrap();
    first.default_value = Some(Public::from("0"));
    assert!(put(vec![both.clone()]).is_ok());
    let first = both.transformations.first_mut().unwrap();
    first.dimensions.push(Dimension { name: resting("who"), value: resting("$a") });
    assert!(put(vec![both.clone()]).is_err(), "a default value and dimensions exclude each other");
    both.transformations.clear();
    assert!(put(vec![both]).is_err());
    let subscribed = |names: &[&'static str]| {
        changed(|draft| {
            names.iter().try_for_each(|name| {
                draft.put_subscription_filter(&scope(), &group_name(), subscription(name, "ERROR"))
            })
        })
    };
    assert!(subscribed(&["a", "b", "a"]).is_ok() && subscribed(&["a", "b", "c"]).is_err());
    assert!(matches!(
        refused(|draft| draft.delete_metric_filter(&scope(), &group_name(), &public("none".to_owned()))),
        LogsError::NotFound(_)
    ));
}

#[test]
fn filters_give_points_and_selections_of_what_is_stored() {
    let after = changed(|draft| {
        let mut filter = metric_filter("size".to_owned(), "[who, bytes > 10, ...]");
        let first = filter.transformations.first_mut().unwrap();
        first.value = resting("$bytes");
        first.dimensions.push(Dimension { name: resting("Who"), value: resting("$who") });
        draft.put_metric_filter(&scope(), &group_name(), filter)?;
        let mut counted = metric_filter("errors".to_owned(), "ERROR");
        counted.transformations.first_mut().unwrap().default_value = Some(Public::from("0"));
        draft.put_metric_filter(&scope(), &group_name(), counted)?;
        draft.put_subscription_filter(&scope(), &group_name(), subscription("sub", "canary"))
    });
    let filters = GroupFilters::compile(&entry(&after.unwrap()).group, None).unwrap();
    assert!(!filters.is_empty());
    let texts = ["canary 5 x", "canary 25 x", "other 30 x", "ERROR"];
    let numbered = (0..).zip(texts);
    let events: Vec<_> = numbered
        .map(|(at, text)| {
            let id = sotto_public::EventId::new(u64::try_from(NOW.0).unwrap(), 0, at);
            crate::world::protected(id, NOW, text)
        })
        .collect();
    let stored = || events.iter().map(|event| event.event());
    let points = filters.points(&scope(), stored());
    let shown: Vec<_> = points
        .iter()
        .map(|point| {
            let dimensions: Vec<_> = point
                .metric
                .dimensions
                .iter()
                .map(|held| (held.name.as_str(), held.value.as_str()))
                .collect();
            (f64::from(point.value), dimensions)
        })
        .collect();
    assert_eq!(shown, [(1.0, vec![]), (25.0, vec![("Who", "canary")]), (30.0, vec![("Who", "other")])]);
    let selected = filters.select(stored());
    assert_eq!(selected.iter().map(|selected| selected.events.clone()).collect::<Vec<_>>(), [vec![0, 1]]);
    let none = filters.points(&scope(), stored().take(1));
    assert_eq!(
        none.iter().map(|point| f64::from(point.value)).collect::<Vec<_>>(),
        [0.0],
        "the default value"
    );
}

#[test]
fn policies_of_the_account_are_one_of_each_type_and_resource_policies_are_bounded() {
    let policy = |name: &'static str| AccountPolicy {
        name: Public::from(name),
        kind: AccountPolicyType::SubscriptionFilter,
        document: Public::from("{}"),
        selection: None,
        updated: NOW,
    };
    let put = |names: &[&'static str]| {
        changed(|draft| {
            names.iter().try_for_each(|name| draft.put_account_policy(&scope(), policy(name), None).map(drop))
        })
    };
    assert!(put(&["one", "one"]).is_ok() && put(&["one", "two"]).is_err() && put(&["aws/one"]).is_err());
    let resources = |count: usize, chars: usize| {
        changed(|draft| {
            (0..count).try_for_each(|at| {
                let new = (public(format!("p{at}")), public("x".repeat(chars)), NOW);
                draft.put_resource_policy(&scope(), new).map(drop)
            })
        })
    };
    assert!(resources(RESOURCE_POLICIES_MAX, 5_120).is_ok());
    assert!(resources(RESOURCE_POLICIES_MAX + 1, 1).is_err() && resources(1, 5_121).is_err());
}
