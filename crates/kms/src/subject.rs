//! How is everything about one person erased? By destroying the person's key: a [`SubjectKey`].
//!
//! What is sealed for a data subject is sealed under a key derived from the data key **and** the subject's key, so that it opens
//! with both only. Destroying the subject's key makes every copy of the record unreadable, in stores, queues and backups of
//! data alike; only backups of subject keys could bring it back, which is why these are kept apart, for a stated time, and
//! [`SubjectKey::erased_for_good`] names the day from which an erasure holds there too. A subject is found by a code of its id
//! under the store key: the list of subjects says nothing about who they are.

use crate::crypto::{Hash, Hkdf, random_key};
use crate::store_key::KEY_BYTES;
use crate::{DataKey, Entropy, KmsError, StoreKey, WrappedKey};
use sotto_arn::AccountId;
use sotto_public::{LogSafe, Place, Storable, StoredRecord};
use sotto_sensitive::RawText;

/// Longest that backups of subject keys may be kept, in days: ten years.
pub const BACKUP_DAYS_MAX: u64 = 3_650;

const DAY_SECONDS: u64 = 86_400;

/// Who it is, to whoever has the store key; a number to everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable, LogSafe)]
pub struct SubjectId(u128);

impl SubjectId {
    /// The code of a name in an account: HMAC-SHA256 under the store key, its first half.
    #[expect(
        clippy::disallowed_methods,
        reason = "the subject's name is read to make its code, which says nothing"
    )]
    pub fn of(store: &StoreKey, account: &AccountId, name: &RawText) -> Self {
        let message = [account.as_str().as_bytes(), b"/", name.expose().as_bytes()].concat();
        let code = store.authenticate("sotto data subject 1", &message);
        let half = code.first_chunk().copied().unwrap_or_default();
        Self(u128::from_be_bytes(half))
    }

    /// Where its key is kept: below one place, so that a backup can leave these out and keep them apart.
    pub fn place(self) -> Place {
        subject_keys_place().with(&self.0)
    }
}

/// Where all subject keys are kept, and nothing else.
pub fn subject_keys_place() -> Place {
    Place::new("subject-key")
}

/// The key of a data subject, as it rests.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct SubjectKey {
    /// Whose.
    pub id: SubjectId,
    /// Since when, in seconds since 1970.
    pub created: u64,
    key: Option<WrappedKey>,
    destroyed: Option<u64>,
}

impl StoredRecord for SubjectKey {
    const KIND: &'static str = "subject-key";
}

impl SubjectKey {
    /// A new key.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn generate(
        id: SubjectId,
        store: &StoreKey,
        now: u64,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, KmsError> {
        let key = store.wrap(&id.place(), &random_key(KEY_BYTES, entropy))?;
        Ok(Self { id, created: now, key: Some(key), destroyed: None })
    }

    /// The key that seals this subject's records among those of a data key.
    ///
    /// # Errors
    /// [`KmsError::SubjectErased`] when it was destroyed.
    pub fn data_key(&self, store: &StoreKey, data: &DataKey) -> Result<DataKey, KmsError> {
        let wrapped = self.key.as_ref().ok_or(KmsError::SubjectErased)?;
        let subject = store.unwrap(&self.id.place(), wrapped)?;
        let salt = Hash::Sha256.of(crate::crypto::bytes(data.key()));
        let both = Hkdf::extract(Hash::Sha256, salt.as_bytes(), &subject);
        DataKey::new(both.expand(&[b"sotto data subject 1"], KEY_BYTES)?)
    }

    /// What is put in its place when the subject is to be erased: the same record without a key. Done twice, the first time
    /// counts.
    #[must_use]
    pub fn destroyed(&self, now: u64) -> Self {
        Self { key: None, destroyed: Some(self.destroyed.unwrap_or(now)), ..self.clone() }
    }

    /// When it was destroyed.
    pub fn destroyed_at(&self) -> Option<u64> {
        self.destroyed
    }

    /// From when on the erasure holds everywhere, when backups of subject keys are kept that many days: the last backup that
    /// holds the key was made before it was destroyed.
    pub fn erased_for_good(&self, backup_days: u64) -> Option<u64> {
        let kept = backup_days.min(BACKUP_DAYS_MAX).saturating_mul(DAY_SECONDS);
        Some(self.destroyed?.saturating_add(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::drawn;
    use crate::entropy::tests::Counter;
    use sotto_public::Stored;
    use sotto_sensitive::RawBytes;

    fn account(number: u64) -> AccountId {
        AccountId::parse(&format!("{number:012}")).unwrap()
    }

    fn subject(name: &str) -> SubjectId {
        SubjectId::of(&store(), &account(1), &RawText::new(name.to_owned()))
    }

    fn store() -> StoreKey {
        StoreKey::generate(&mut Counter(1))
    }

    #[test]
    fn a_destroyed_key_erases_one_subject_and_no_other() {
        let data = DataKey::generate(&mut Counter(2)).unwrap();
        let keys = ["lina canary", "tomas canary"].map(|name| {
            SubjectKey::generate(subject(name), &store(), 5, &mut Counter(name.len() as u64)).unwrap()
        });
        let place = Place::new("record");
        let sealed = keys.each_ref().map(|key| {
            let raw = RawBytes::new(b"canary".to_vec());
            key.data_key(&store(), &data).unwrap().seal(&place, &raw, drawn(&mut Counter(3))).unwrap()
        });
        let opens = |key: &SubjectKey, at: usize| {
            key.data_key(&store(), &data).and_then(|key| key.open(&place, &sealed[at])).map(|_| ())
        };
        assert_eq!((opens(&keys[0], 0), opens(&keys[1], 1)), (Ok(()), Ok(())));
        assert_eq!(opens(&keys[0], 1), Err(KmsError::DoesNotOpen));
        let wrapped = keys[0].key.clone().unwrap();
        let gone = Stored::of(&keys[0].destroyed(100));
        assert!(!gone.as_bytes().windows(8).any(|part| wrapped.as_bytes().windows(8).any(|key| key == part)));
        let gone: SubjectKey = gone.read().unwrap();
        assert_eq!((opens(&gone, 0), opens(&keys[1], 1)), (Err(KmsError::SubjectErased), Ok(())));
        assert_eq!(data.open(&place, &sealed[0]).err(), Some(KmsError::DoesNotOpen));
        assert_eq!((gone.destroyed_at(), gone.destroyed(200).destroyed_at()), (Some(100), Some(100)));
    }

    #[test]
    fn the_day_from_which_an_erasure_holds_is_known() {
        let key = SubjectKey::generate(subject("lina canary"), &store(), 5, &mut Counter(4)).unwrap();
        assert_eq!(key.erased_for_good(30), None);
        let gone = key.destroyed(1_000);
        assert_eq!(gone.erased_for_good(0), Some(1_000));
        assert_eq!(gone.erased_for_good(30), Some(1_000 + 30 * DAY_SECONDS));
        assert_eq!(gone.erased_for_good(BACKUP_DAYS_MAX + 1), gone.erased_for_good(BACKUP_DAYS_MAX));
    }

    #[test]
    fn ids_differ_by_name_account_and_store() {
        let name = || RawText::new("lina canary".to_owned());
        let id = SubjectId::of(&store(), &account(1), &name());
        assert_eq!(id, subject("lina canary"));
        assert_ne!(id, subject("lina canarz"));
        assert_ne!(id, SubjectId::of(&store(), &account(2), &name()));
        assert_ne!(id, SubjectId::of(&StoreKey::generate(&mut Counter(9)), &account(1), &name()));
        assert!(subject_keys_place().holds(&id.place()));
    }
}
