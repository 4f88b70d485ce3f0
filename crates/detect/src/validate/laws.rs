//! Do the rules keep what the theory of their check digits promises?
//!
//! For made-up payloads of every shape: one check value at most passes (exactly one where the rule skips
//! none), and no number that differs from a valid one in a single digit does. And no rule panics, whatever
//! the bytes are.

use proptest::prelude::*;

use super::shapes::{Dice, Promise, SHAPES, candidates, one_digit_off, payload};
use super::{by_name, names};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn check_values_are_single_and_notice_changes(seed: u64) {
        for (name, shape, promise) in SHAPES.iter().filter(|row| row.2 != Promise::Nothing) {
            let rule = by_name(name).expect("the rule is in the table");
            let payload = payload(shape, &mut Dice(seed));
            let good: Vec<_> = candidates(&payload).into_iter().filter(|text| rule(text.as_bytes())).collect();
            prop_assert!(good.len() <= 1, "{} takes {} check values of one payload", name, good.len());
            prop_assert!(*promise == Promise::AtMostOne || good.len() == 1, "{} takes no check value", name);
            for valid in good {
                let missed = one_digit_off(&valid).iter().filter(|text| rule(text.as_bytes())).count();
                prop_assert_eq!(missed, 0, "{} does not notice a changed digit", name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rule_panics(bytes: Vec<u8>, text in "[0-9A-Za-z <>^=./:;%?,+_\u{e9}-]{0,100}", digits in "[0-9]{0,40}") {
        for name in names() {
            let rule = by_name(name).expect("the rule is in the table");
            let _ = (rule(&bytes), rule(text.as_bytes()), rule(digits.as_bytes()));
        }
    }
}

#[test]
fn every_shape_yields_valid_numbers() {
    let barren = SHAPES.iter().filter(|(name, shape, _)| {
        let rule = by_name(name).expect("the rule is in the table");
        let mut dice = Dice(8);
        !(0..2_000).any(|_| candidates(&payload(shape, &mut dice)).iter().any(|text| rule(text.as_bytes())))
    });
    let barren: Vec<_> = barren.map(|(name, shape, _)| (name, shape)).collect();
    assert!(barren.is_empty(), "no valid number found for {barren:?}");
}

#[test]
fn separators_and_nothing_are_no_number() {
    for name in names() {
        let rule = by_name(name).expect("the rule is in the table");
        for text in ["", " ", "-", "----------", "          ", ".", "/", "\0", "é", "0"] {
            assert!(!rule(text.as_bytes()), "{name} takes a text without content");
        }
    }
}
