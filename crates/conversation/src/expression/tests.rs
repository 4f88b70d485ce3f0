//! Conditions against facts, readable ones and others.

use super::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct Known {
    slots: BTreeMap<&'static str, Fact>,
    attributes: BTreeMap<&'static str, &'static str>,
}

impl Facts for Known {
    fn slot(&self, name: &str) -> Option<Fact> {
        self.slots.get(name).cloned()
    }
    fn attribute(&self, name: &str) -> Option<Fact> {
        self.attributes.get(name).map(|value| Fact::one((*value).into(), FactKind::Text))
    }
    fn input_mode(&self) -> Option<Fact> {
        Some(Fact::one("Text".into(), FactKind::Text))
    }
    fn input_transcript(&self) -> Option<Fact> {
        Some(Fact::one("Send it".into(), FactKind::Text))
    }
}

fn known() -> Known {
    let one = |value: &str, kind| Fact::one(value.into(), kind);
    let list = |values: &[&str]| Fact {
        values: values.iter().map(|value| Words::from(*value)).collect(),
        kind: FactKind::Text,
    };
    Known {
        slots: [
            ("age", one("9", FactKind::Number)),
            ("make", one("Honda", FactKind::Text)),
            ("day", one("2026-11-22", FactKind::Date)),
            ("at", one("9:30", FactKind::Time)),
            ("stay", one("P1DT2H", FactKind::Duration)),
            ("share", one("25%", FactKind::Number)),
            ("toppings", list(&["Ham", "pineapple"])),
            ("address.city", one("Ghent", FactKind::Text)),
        ]
        .into(),
        attributes: [("plan", "gold"), ("count", "10"), ("empty", ""), ("quote", "a\"b")].into(),
    }
}

fn read(text: &str) -> Expression {
    Expression::read(&Words::from(text))
}

#[test]
fn conditions_say_what_the_guide_says() {
    let facts = known();
    let check = |text: &str, wanted: bool| {
        let expression = read(text);
        assert_eq!(expression.faults(), [], "{text}");
        assert_eq!(expression.holds(&facts), wanted, "{text}");
    };
    check("{age} < 24", true);
    check("{age} < 10", true);
    check("{age} >= 10", false);
    check("{age} != 9.0", false);
    check("{make} = \"honda\"", true);
    check("{make} == \"HONDA\" and {age} = 9", true);
    check("({make} = \"Honda\") AND ({age} = 8)", false);
    check("({make} = \"Ford\") OR ({age} = 9)", true);
    check("({make} = \"Ford\") || ({age} = 9) && ({age} = 8)", false);
    check("({make} = \"Ford\" || {age} = 9) && ({age} = 9)", true);
    check("!({age} = 9)", false);
    check("NOT {age} = 8", true);
    check("!!{age} = 9", true);
    check("{toppings} CONTAINS \"Pineapple\"", true);
    check("{toppings} contains \"apple\"", false);
    check("{toppings} = \"Ham,Pineapple\"", true);
    check("fn.COUNT({toppings}) = 2", true);
    check("fn.COUNT({nothing}) = 0", true);
    check("fn.LENGTH({make}) > 4", true);
    check("fn.LENGTH([plan]) = 4", true);
    check("fn.IS_SET({make})", true);
    check("fn.IS_SET({nothing})", false);
    check("!fn.IS_SET([nothing])", true);
    check("fn.is_set([plan]) AND [plan] = \"gold\"", true);
    check("[empty] = \"\"", true);
    check("[quote] = \"a\\\"b\"", true);
    check("[count] > 9", true);
    check("[count] > \"9\"", false);
    check("$.inputMode = \"text\"", true);
    check("$.inputTranscript = \"send it\"", true);
    check("{day} > \"2026-02-01\"", true);
    check("{day} < \"2026-11-22\"", false);
    check("{at} < \"10:00\"", true);
    check("{stay} > \"PT25H\"", true);
    check("{stay} < \"P2D\"", true);
    check("{share} >= 25", true);
    check("{address.city} = \"Ghent\"", true);
    check("{ make } = 'Honda'", true);
}

#[test]
fn what_is_unset_is_neither_true_nor_false() {
    let facts = known();
    let check = |text: &str, wanted: bool| assert_eq!(read(text).holds(&facts), wanted, "{text}");
    check("[nothing] = \"a\"", false);
    check("[nothing] != \"a\"", false);
    check("!([nothing] = \"a\")", false);
    check("[nothing] = \"a\" OR {age} = 9", true);
    check("[nothing] = \"a\" AND {age} = 8", false);
    check("!([nothing] = \"a\" AND {age} = 8)", true);
    check("{age} < \"many\"", false);
    check("{day} > \"yesterday\"", false);
}

#[test]
fn what_cannot_be_read_is_not_true_and_reported() {
    let facts = known();
    let check = |text: &str, wanted: bool, faults: &[(usize, FaultKind)]| {
        let expression = read(text);
        let found: Vec<_> = expression.faults().iter().map(|fault| (fault.at, fault.kind)).collect();
        assert_eq!(found, faults, "{text}");
        assert_eq!(expression.holds(&facts), wanted, "{text}");
    };
    check("", false, &[(0, FaultKind::Unreadable)]);
    check("({age} = 9", true, &[(10, FaultKind::MissingParenthesis)]);
    check("({age} = 9))", true, &[(11, FaultKind::LoneParenthesis)]);
    check("({age} = 9)) AND {age} = 8", false, &[(11, FaultKind::LoneParenthesis)]);
    check("({age} = 8)) OR {age} = 9", true, &[(11, FaultKind::LoneParenthesis)]);
    check("fn.IS_SET({age} AND {age} = 9", true, &[(16, FaultKind::MissingParenthesis)]);
    check("{age} = {age}", false, &[(8, FaultKind::NoConstant)]);
    check("{age} = ", false, &[(8, FaultKind::NoConstant)]);
    check("{age}", false, &[(5, FaultKind::Unreadable)]);
    check("{age} = 9 {age} = 9", false, &[(10, FaultKind::Unreadable)]);
    check("{age = 9", false, &[(0, FaultKind::Unterminated)]);
    check("{make} = \"Honda", false, &[(9, FaultKind::Unterminated)]);
    check("fn.SUM({age}) = 9 OR {age} = 9", true, &[(0, FaultKind::UnknownFunction)]);
    check("9 = {age} OR {age} = 9", true, &[(0, FaultKind::Unreadable)]);
    check("é & {age} = 9", false, &[(0, FaultKind::Unreadable)]);
    check("AND {age} = 9", false, &[(0, FaultKind::Unreadable)]);
}

/// The conditions of a public export, which do not balance: each function takes one reference, so they say what was meant.
#[test]
fn unbalanced_conditions_of_real_exports_are_read_as_they_were_meant() {
    let initial = "(!fn.IS_SET([fallback-count]) OR [fallback-count] = \"\" OR [fallback-count] = \"0\") AND \
                   (!fn.IS_SET([slot-failure] OR [slot-failure] != \"true\")";
    let retry = "[fallback-count] = \"1\" AND (!fn.IS_SET([slot-failure] OR [slot-failure] != \"true\")";
    let facts = |attributes: &[(&'static str, &'static str)]| Known {
        attributes: attributes.iter().copied().collect(),
        ..Known::default()
    };
    let (initial, retry) = (read(initial), read(retry));
    assert_eq!((initial.faults().len(), retry.faults().len()), (1, 1));
    assert!(initial.holds(&facts(&[])));
    assert!(initial.holds(&facts(&[("fallback-count", "0"), ("slot-failure", "false")])));
    assert!(!initial.holds(&facts(&[("slot-failure", "true")])));
    assert!(!initial.holds(&facts(&[("fallback-count", "1")])));
    assert!(retry.holds(&facts(&[("fallback-count", "1")])));
    assert!(!retry.holds(&facts(&[("fallback-count", "1"), ("slot-failure", "true")])));
}

#[test]
fn both_sides_of_the_bounds() {
    let nested = |depth: usize| format!("{}{{age}} = 9{}", "(".repeat(depth), ")".repeat(depth));
    assert!(read(&nested(EXPRESSION_DEPTH_MAX)).holds(&known()));
    let deeper = read(&nested(EXPRESSION_DEPTH_MAX + 1));
    assert!(!deeper.holds(&known()));
    assert!(deeper.faults().iter().any(|fault| fault.kind == FaultKind::TooLarge));
    let long = |chars: usize| {
        let start = "{age} = 9 OR {age} = ";
        format!("{start}{}", "9".repeat(chars - start.len()))
    };
    assert!(read(&long(EXPRESSION_CHARS_MAX)).holds(&known()));
    assert!(!read(&long(EXPRESSION_CHARS_MAX + 1)).holds(&known()));
}

#[test]
fn nothing_of_a_condition_is_printed() {
    let expression = read("{pin} = \"canary-1234\" AND (");
    let shown = format!("{expression:?} {}", expression.faults()[0]);
    assert!(!shown.contains("canary"), "{shown}");
}
