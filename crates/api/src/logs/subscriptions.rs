//! What does the subscription filter of an account mean? A document that says what goes where, and criteria that leave groups out.
//!
//! CloudWatch Logs API Reference, "PutAccountPolicy": `DestinationArn`, `RoleArn`, `FilterPattern`, `Distribution`; the only criterion is
//! `LogGroupName NOT IN ["NAME", ...]`. The pattern is kept and run over masked text for ever, so it is looked at like that of a
//! group's filter. It stands beside the two filters that a group may have of its own.

use super::filters::{compiled, deliverable, kept_member, looked_at};
use super::invalid;
use crate::call::Call;
use serde_json::Value as Json;
use sotto_arn::LogGroupName;
use sotto_logs::{AccountPolicy, Distribution, SubscriptionFilter};
use sotto_public::{Public, RestingText};
use sotto_sensitive::RawText;
use sotto_wire::Fault;

/// Bytes of the criteria at most (API Reference, "PutAccountPolicy").
const SELECTION_BYTES_MAX: usize = 25 * 1024;
/// Groups that are left out at most.
const LEFT_OUT_MAX: usize = 1_000;

/// The document of an account's subscription filter.
struct Document {
    destination: Public<String>,
    role: Option<Public<String>>,
    pattern: String,
    distribution: Distribution,
}

/// Members of the document.
const MEMBERS: [&str; 4] = ["DestinationArn", "RoleArn", "FilterPattern", "Distribution"];

impl Document {
    fn read(text: &Public<String>) -> Option<Self> {
        let json: serde_json::Map<String, Json> = serde_json::from_str(text.get()).ok()?;
        if !json.keys().all(|key| MEMBERS.contains(&key.as_str())) {
            return None;
        }
        // A member that is there and no text makes the document one that cannot be read.
        let text = |name: &str| match json.get(name) {
            None => Some(None),
            Some(value) => value.as_str().map(Some),
        };
        Some(Self {
            destination: configured(text("DestinationArn")??),
            role: text("RoleArn")?.map(configured),
            pattern: text("FilterPattern")?.unwrap_or_default().to_owned(),
            distribution: match text("Distribution")? {
                None | Some("ByLogStream") => Distribution::ByLogStream,
                Some("Random") => Distribution::Random,
                Some(_) => return None,
            },
        })
    }
}

/// Checks a document that is to be put; gives the criteria of the request as they are kept.
pub(super) async fn checked(
    call: &Call<'_>,
    document: &Public<String>,
) -> Result<Option<RestingText>, Fault> {
    let read = Document::read(document).ok_or_else(|| {
        invalid("policyDocument of a subscription filter is a JSON object with DestinationArn, FilterPattern, RoleArn and Distribution")
    })?;
    let pattern = RawText::new(read.pattern);
    compiled(&looked_at(call, Some(&pattern)).await?)?;
    kept_member(call, Some(&pattern), "FilterPattern").await?;
    deliverable(call, &read.destination)?;
    let selection = kept_member(call, call.input().raw("selectionCriteria"), "selectionCriteria").await?;
    if selection.as_ref().is_some_and(|text| left_out(text.as_str()).is_none()) {
        return Err(invalid(
            "selectionCriteria of a subscription filter is `LogGroupName NOT IN [\"NAME\", ...]` of at most 1000 names and 25 KB",
        ));
    }
    Ok(selection)
}

/// The filter for a group; none for a group that is left out.
pub(super) fn of_group(policy: &AccountPolicy, group: &LogGroupName) -> Option<SubscriptionFilter> {
    let read = Document::read(&policy.document)?;
    let left_out = policy.selection.as_ref().map(|text| left_out(text.as_str()));
    if left_out.is_some_and(|names| names.is_none_or(|names| names.iter().any(|name| name == group.as_str())))
    {
        return None;
    }
    Some(SubscriptionFilter {
        name: policy.name.clone(),
        pattern: crate::record::resting(&read.pattern),
        destination: read.destination,
        role: read.role,
        distribution: read.distribution,
        created: policy.updated,
        on_transformed: false,
    })
}

/// A member of a document that is public as a whole.
fn configured(text: &str) -> Public<String> {
    crate::record::configured(&text)
}

/// The names behind `LogGroupName NOT IN`; none where it is something else.
fn left_out(criteria: &str) -> Option<Vec<String>> {
    let mut rest = criteria.trim();
    for word in ["LogGroupName", "NOT", "IN"] {
        let (head, tail) = rest.split_at_checked(word.len())?;
        rest = head.eq_ignore_ascii_case(word).then(|| tail.trim_start())?;
    }
    let names: Vec<String> = serde_json::from_str(rest).ok()?;
    let are_names = names.iter().all(|name| LogGroupName::parse(name).is_ok());
    (are_names && names.len() <= LEFT_OUT_MAX && criteria.len() <= SELECTION_BYTES_MAX).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_logs::{AccountPolicyType, Millis};

    #[test]
    fn criteria_leave_groups_out_by_name_alone() {
        for (criteria, wanted) in [
            (r#"LogGroupName NOT IN ["/a", "/b"]"#, Some(vec!["/a", "/b"])),
            (r#"  loggroupname not in["/a"]"#, Some(vec!["/a"])),
            ("LogGroupName NOT IN []", Some(vec![])),
            (r#"LogGroupName IN ["/a"]"#, None),
            (r#"LogGroupName NOT IN ["/a"] OR 1"#, None),
            (r#"LogGroupName NOT IN ["a b"]"#, None),
            ("", None),
        ] {
            let wanted = wanted.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(left_out(criteria), wanted, "{criteria}");
        }
        let many = |count: usize| format!("LogGroupName NOT IN {}", serde_json::json!(vec!["/a"; count]));
        assert!(left_out(&many(LEFT_OUT_MAX)).is_some() && left_out(&many(LEFT_OUT_MAX + 1)).is_none());
        let long = |bytes: usize| format!("LogGroupName NOT IN []{}", " ".repeat(bytes - 22));
        assert!(
            left_out(&long(SELECTION_BYTES_MAX)).is_some()
                && left_out(&long(SELECTION_BYTES_MAX + 1)).is_none()
        );
    }

    #[test]
    fn a_policy_is_a_filter_for_the_groups_that_it_does_not_leave_out() {
        let policy = |document: &'static str, selection: Option<&str>| AccountPolicy {
            name: "all".into(),
            kind: AccountPolicyType::SubscriptionFilter,
            document: document.into(),
            selection: selection.map(crate::record::resting),
            updated: Millis(5),
        };
        let (own, other) = (LogGroupName::parse("/a").unwrap(), LogGroupName::parse("/b").unwrap());
        let document = r#"{"DestinationArn": "file:x", "FilterPattern": "a", "Distribution": "Random"}"#;
        let filter = of_group(&policy(document, None), &own).unwrap();
        assert_eq!((filter.pattern.as_str(), filter.distribution), ("a", Distribution::Random));
        assert_eq!((filter.name.get().as_str(), filter.destination.get().as_str()), ("all", "file:x"));
        let without = policy(document, Some(r#"LogGroupName NOT IN ["/a"]"#));
        assert!(of_group(&without, &own).is_none() && of_group(&without, &other).is_some());
        for wrong in [
            "{}",
            "[]",
            r#"{"DestinationArn": "file:x", "Other": 1}"#,
            r#"{"DestinationArn": "file:x", "FilterPattern": 1}"#,
            r#"{"DestinationArn": "file:x", "Distribution": "x"}"#,
        ] {
            assert!(of_group(&policy(wrong, None), &own).is_none(), "{wrong}");
        }
    }
}
