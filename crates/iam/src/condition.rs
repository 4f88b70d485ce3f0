//! Is this condition of a statement met by the request?
//!
//! IAM User Guide, "IAM JSON policy elements: Condition operators" and "Creating a condition with multiple keys or values". An
//! operator has a comparison, may be negated, may ask `IfExists`, and may be qualified by `ForAllValues` or `ForAnyValue`.
//! Values of a key are joined by OR (by NOR where negated), keys and operators by AND.
//!
//! | the key is absent or has no value | result |
//! |---|---|
//! | `...IfExists` | true |
//! | `ForAllValues:` | true |
//! | `ForAnyValue:` | false |
//! | negated | true |
//! | otherwise | false |

mod base64;
pub(crate) mod date;
mod decimal;
mod ip;
mod operand;
mod operator;

pub use operator::{Comparison, Operator, Qualifier};

use crate::context::{Key, Value};
use crate::policy::Place;
use crate::variable::{Lookup, Variable};
use operand::Operand;

/// One key of one operator of a statement's `Condition` element.
#[derive(Debug)]
pub struct Condition {
    pub(crate) operator: Operator,
    pub(crate) key: Key,
    /// The key as the policy spells it.
    pub(crate) key_text: Box<str>,
    pub(crate) values: Vec<ConditionValue>,
    pub(crate) place: Place,
}

/// A value of a condition, as it is written and as it is compared.
#[derive(Debug)]
pub struct ConditionValue {
    pub(crate) text: Box<str>,
    pub(crate) place: Place,
    operand: Operand,
}

impl ConditionValue {
    /// The value as the policy spells it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Reads a value for a comparison.
    pub(crate) fn new(text: &str, place: Place, comparison: Comparison, variables: bool) -> Self {
        Self { text: text.into(), place, operand: Operand::new(text, comparison, variables) }
    }

    /// Whether the value can be compared at all: not a date that is none, and the like.
    pub(crate) fn is_sound(&self) -> bool {
        !matches!(self.operand, Operand::Never)
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.operand.variables()
    }
}

impl Condition {
    /// Its operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// Its key, as the policy spells it.
    pub fn key(&self) -> &str {
        &self.key_text
    }

    /// What the key is compared with.
    pub fn values(&self) -> &[ConditionValue] {
        &self.values
    }

    /// Where the key stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether values of the key meet the condition; `None` and an empty list are the same.
    pub(crate) fn is_met(&self, values: Option<&[Value]>, lookup: &impl Lookup) -> bool {
        let values = values.unwrap_or_default();
        let Operator { comparison, negated, if_exists, qualifier } = self.operator;
        if comparison == Comparison::Null {
            return self.asks_null(values.is_empty(), lookup);
        }
        if values.is_empty() {
            return match qualifier {
                _ if if_exists => true,
                Qualifier::AllValues => true,
                Qualifier::AnyValue => false,
                Qualifier::None => negated,
            };
        }
        let found = |value: &Value| {
            self.values.iter().any(|known| known.operand.equals(comparison, value.compared(), lookup))
        };
        match (qualifier, negated) {
            (Qualifier::None | Qualifier::AnyValue, false) => values.iter().any(found),
            (Qualifier::AnyValue, true) => values.iter().any(|value| !found(value)),
            (Qualifier::AllValues, false) => values.iter().all(found),
            (Qualifier::None | Qualifier::AllValues, true) => !values.iter().any(found),
        }
    }

    /// `Null`: `true` asks for an absent key, `false` for a present one.
    fn asks_null(&self, absent: bool, lookup: &impl Lookup) -> bool {
        let word = if absent { "true" } else { "false" };
        self.values.iter().any(|wanted| wanted.operand.equals(Comparison::Null, word, lookup))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;

    struct Nobody;

    impl Lookup for Nobody {
        fn single(&self, _key: &Key) -> Option<&str> {
            None
        }
    }

    /// Whether `operator` with `wanted` is met by the values of a request.
    fn met(operator: &str, wanted: &[&str], given: Option<&[&str]>) -> bool {
        let operator = Operator::parse(operator).unwrap();
        let value = |text: &&str| ConditionValue::new(text, Place::default(), operator.comparison, true);
        let condition = Condition {
            operator,
            key: Key::new("k"),
            key_text: "k".into(),
            values: wanted.iter().map(value).collect(),
            place: Place::default(),
        };
        let context =
            given.map_or_else(Context::new, |values| Context::new().with_all("k", values.iter().copied()));
        condition.is_met(context.get(&condition.key), &Nobody)
    }

    #[test]
    fn absent_keys() {
        for (operator, wanted) in [
            ("StringEquals", false),
            ("StringNotEquals", true),
            ("StringEqualsIfExists", true),
            ("StringNotEqualsIfExists", true),
            ("ForAllValues:StringEquals", true),
            ("ForAllValues:StringNotEquals", true),
            ("ForAnyValue:StringEquals", false),
            ("ForAnyValue:StringNotEquals", false),
            ("ForAnyValue:StringEqualsIfExists", true),
            ("Bool", false),
            ("NumericNotEquals", true),
            ("ArnNotLike", true),
            ("NotIpAddress", true),
        ] {
            for given in [None, Some([].as_slice())] {
                assert_eq!(met(operator, &["1"], given), wanted, "{operator}");
            }
        }
    }

    #[test]
    fn sets() {
        for (operator, given, wanted) in [
            ("StringEquals", ["a", "x"], true),
            ("StringNotEquals", ["a", "x"], false),
            ("StringNotEquals", ["x", "y"], true),
            ("ForAllValues:StringEquals", ["a", "x"], false),
            ("ForAllValues:StringEquals", ["a", "b"], true),
            ("ForAnyValue:StringEquals", ["a", "x"], true),
            ("ForAnyValue:StringEquals", ["x", "y"], false),
            ("ForAllValues:StringNotEquals", ["a", "x"], false),
            ("ForAllValues:StringNotEquals", ["x", "y"], true),
            ("ForAnyValue:StringNotEquals", ["a", "x"], true),
            ("ForAnyValue:StringNotEquals", ["a", "b"], false),
        ] {
            assert_eq!(met(operator, &["a", "b"], Some(&given)), wanted, "{operator} {given:?}");
        }
    }

    #[test]
    fn null_asks_for_presence() {
        assert!(met("Null", &["true"], None) && !met("Null", &["false"], None));
        assert!(met("Null", &["false"], Some(&["x"])) && !met("Null", &["true"], Some(&["x"])));
        assert!(met("Null", &["true"], Some(&[])));
    }

    #[test]
    fn no_value_in_the_policy_matches_nothing() {
        assert!(!met("StringEquals", &[], Some(&["a"])) && met("StringNotEquals", &[], Some(&["a"])));
    }

    #[test]
    fn a_variable_without_value_equals_nothing() {
        assert!(!met("StringEquals", &["${nobody}"], Some(&[""])));
        assert!(met("StringNotEquals", &["${nobody}"], Some(&["x"])));
    }
}
