//! Which of the cards in this conversation was it? `[CreditCardNumber_1]` and `[CreditCardNumber_2]`.
//!
//! The same value has the same number within a document or conversation. What is remembered is a keyed digest of the
//! value under a key that lives no longer than the document, never the value; and only so many of them.

use crate::token::TokenKey;
use crate::{mask::MaskError, mask::normal::normal_form};
use sotto_detect::RuleInfo;
use sotto_public::IdentifierId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Most values that one document remembers; further ones get a label without a number.
pub const NUMBERED_VALUES_MAX: usize = 65_536;

/// The numbers given so far in one document or conversation.
pub struct Numbers {
    key: TokenKey,
    given: Mutex<Given>,
}

#[derive(Default)]
struct Given {
    numbers: HashMap<[u8; 16], u32>,
    last: BTreeMap<IdentifierId, u32>,
}

impl Numbers {
    /// Begins a document. `entropy` is fresh randomness, at least 32 bytes; it must not be used for another document.
    ///
    /// # Errors
    /// When the entropy is too short or one repeated byte.
    pub fn new(entropy: Zeroizing<Vec<u8>>) -> Result<Self, MaskError> {
        Ok(Self { key: TokenKey::new(entropy)?, given: Mutex::default() })
    }

    /// The number of a value: the one it has, or the next. `None` when no more are remembered.
    pub(crate) fn of(&self, rule: &RuleInfo, value: &[u8]) -> Option<u32> {
        let parts = [rule.identifier.as_str().as_bytes(), &normal_form(rule, value)];
        let digest = self.key.digest(b"sotto number", &parts)?;
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = given.numbers.get(&digest) {
            return Some(*number);
        }
        if given.numbers.len() >= NUMBERED_VALUES_MAX {
            return None;
        }
        let number = given.next(&rule.identifier);
        given.numbers.insert(digest, number);
        Some(number)
    }
}

impl Given {
    fn next(&mut self, identifier: &IdentifierId) -> u32 {
        let last = self.last.entry(identifier.clone()).or_default();
        *last = last.saturating_add(1);
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::double;

    fn numbers() -> Numbers {
        Numbers::new(Zeroizing::new((0..32).collect())).unwrap()
    }

    #[test]
    fn values_are_numbered_per_identifier() {
        let (numbers, card, name) = (numbers(), double::rule("CreditCardNumber"), double::rule("Name"));
        let given = [
            numbers.of(&card, b"4111-1111"),
            numbers.of(&card, b"5222 2222"),
            numbers.of(&name, b"Ann Lee"),
            numbers.of(&card, b"41111111"),
            numbers.of(&name, b"ANN  LEE"),
        ];
        assert_eq!(given, [Some(1), Some(2), Some(1), Some(1), Some(1)]);
    }

    #[test]
    fn memory_is_bounded() {
        let (numbers, rule) = (numbers(), double::rule("Badge"));
        for value in 0..NUMBERED_VALUES_MAX {
            assert!(numbers.of(&rule, value.to_string().as_bytes()).is_some());
        }
        assert_eq!(numbers.of(&rule, b"one more"), None);
        assert_eq!(numbers.of(&rule, b"0"), Some(1));
    }
}
