//! Do transitions obey AWS's rules, and does a stored change make the same directory again?
#![cfg(test)]

mod identities;
mod organization;
mod sessions;

use sotto_arn::AccountId;
use sotto_directory::{Directory, Draft, Entropy, Text};
use sotto_kms::{SEAL_ENTROPY_BYTES, Sealed, StoreKey};
use sotto_public::{Place, Public, Stored};
use sotto_sensitive::RawText;

/// Counts; every id is new.
pub(crate) struct Counter(pub(crate) u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub(crate) fn key() -> StoreKey {
    StoreKey::new(sotto_sensitive::KeyBytes::copied(&[7; 32])).unwrap()
}

/// Canary text under seal.
pub(crate) fn sealed(text: &str) -> Sealed {
    let raw = RawText::new(text.to_owned());
    key().seal_text(&Place::new("test"), raw, [9; SEAL_ENTROPY_BYTES]).unwrap()
}

pub(crate) fn account() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test's own literals")]
pub(crate) fn text(of: &str) -> Text {
    Text::from(Public::from_pinned_text(of.to_owned()))
}

/// A draft with one open account.
pub(crate) fn draft() -> Draft {
    let mut draft = Directory::default().draft();
    draft.open_account(&account(), 1).unwrap();
    draft
}

pub(crate) const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}"#;

/// The directory after the draft, once applied and once through storage; both must say the same.
pub(crate) fn stored(draft: Draft) -> Directory {
    let shown = format!("{:?}", draft.directory());
    let change = draft.finish();
    let applied = Directory::default().apply(&change);
    assert_eq!(format!("{applied:?}"), shown);
    let records = applied.records().into_iter().map(|record| Stored::of(&record).read().unwrap());
    let loaded = Directory::load(records);
    assert_eq!(format!("{loaded:?}"), shown);
    loaded
}
