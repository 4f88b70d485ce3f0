//! How does a store keep its key, and how does the root key change? In a [`Keeping`]: the store key, wrapped under the root key,
//! and for the time of a change under two of them.
//!
//! Changing the root key re-wraps one key, so it is short however large the store is. Three steps, each one commit of this
//! record or one file, and after a crash between any two of them the next try goes on:
//! 1. [`Keeping::begin`]: the store key is wrapped under the new root key, too. Either root key opens the store.
//! 2. The new root key takes the old one's place (file, passphrase, device): the edge's work, synchronised.
//! 3. [`Keeping::finish`]: the old wrapping is dropped. The old root key opens nothing any more but old backups.
//!
//! Re-wrapping every sealed record was rejected: it takes as long as the store is large, and a crash leaves two halves.

use crate::{
    ClusterId, DeviceKey, Entropy, KeyCheck, KmsError, PassphraseSetting, Root, StoreKey, WrappedKey,
};
use sotto_public::{Place, Storable, StoredRecord};

/// Where a root key comes from.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum RootSource {
    /// A file, or a credential of the service manager.
    File,
    /// A passphrase, with costs and salt.
    Passphrase(PassphraseSetting),
    /// A device.
    Device {
        /// The device, by the cluster id of the configuration.
        cluster: ClusterId,
        /// The key's name there.
        key: DeviceKey,
    },
}

/// The store key under one root key.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Envelope {
    /// Where the root key comes from.
    pub source: RootSource,
    /// Recognises it; a key in a device is recognised by what it unwraps.
    pub check: Option<KeyCheck>,
    /// Which root key of this store it is, from 1.
    pub generation: u64,
    wrapped: WrappedKey,
}

/// How a store keeps its key.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Keeping {
    /// The wrapping that holds, and the new one while the root key is being changed.
    envelopes: Vec<Envelope>,
}

impl StoredRecord for Keeping {
    const KIND: &'static str = "store-key-keeping";
}

/// Where the store key stands, under which root key of the store.
fn store_key_place(generation: u64) -> Place {
    Place::new("store key").with(&generation)
}

impl Envelope {
    fn seal(root: &Root, source: RootSource, generation: u64, key: &StoreKey) -> Result<Self, KmsError> {
        let check = match root {
            Root::Key(root) => Some(root.check_value()),
            Root::Device { .. } => None,
        };
        let wrapped = root.wrap(&store_key_place(generation), key.key())?;
        Ok(Self { source, check, generation, wrapped })
    }

    /// The store key, by this very root key.
    fn open(&self, root: &Root) -> Result<StoreKey, KmsError> {
        match (root, &self.check) {
            (Root::Key(root), Some(check)) => root.confirm(check)?,
            (Root::Device { .. }, None) => {}
            _ => return Err(KmsError::RootKeyChanged),
        }
        let opened = root.unwrap(&store_key_place(self.generation), &self.wrapped);
        match opened {
            Err(KmsError::DoesNotOpen) if self.check.is_none() => Err(KmsError::RootKeyChanged),
            other => StoreKey::new(other?),
        }
    }
}

impl Keeping {
    /// A new store key, kept under a root key.
    ///
    /// # Errors
    /// When the device does not wrap.
    pub fn first(
        root: &Root,
        source: RootSource,
        entropy: &mut dyn Entropy,
    ) -> Result<(Self, StoreKey), KmsError> {
        let key = StoreKey::generate(entropy);
        let envelope = Envelope::seal(root, source, 1, &key)?;
        Ok((Self { envelopes: vec![envelope] }, key))
    }

    /// The store key, by a root key that keeps it.
    ///
    /// # Errors
    /// [`KmsError::RootKeyChanged`] when this root key does not, or why the device does not unwrap.
    pub fn open(&self, root: &Root) -> Result<StoreKey, KmsError> {
        let mut last = KmsError::RootKeyChanged;
        for envelope in &self.envelopes {
            match envelope.open(root) {
                Err(KmsError::RootKeyChanged) => {}
                Err(other) => last = other,
                opened => return opened,
            }
        }
        Err(last)
    }

    /// The wrappings: one, or two while the root key is being changed, the newer one last.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.envelopes
    }

    /// Whether the root key is being changed.
    pub fn is_changing(&self) -> bool {
        self.envelopes.len() > 1
    }

    /// Which root key of this store is the newest.
    pub fn generation(&self) -> u64 {
        self.envelopes.last().map_or(0, |envelope| envelope.generation)
    }

    /// Step 1 of a change: the store key under the new root key, too. Where that was done already, nothing changes.
    ///
    /// # Errors
    /// [`KmsError::RootKeyChanging`] when a change to yet another root key is under way, [`KmsError::RootKeyChanged`] when
    /// `old` does not keep the store key, [`KmsError::RootKeySame`] when both are one key.
    pub fn begin(&self, old: &Root, new: &Root, source: RootSource) -> Result<Self, KmsError> {
        let key = self.open(old)?;
        let Some(last) = self.envelopes.last() else { return Err(KmsError::RootKeyChanged) };
        if last.open(new).is_ok() {
            return if self.is_changing() { Ok(self.clone()) } else { Err(KmsError::RootKeySame) };
        }
        if self.is_changing() {
            return Err(KmsError::RootKeyChanging);
        }
        let next = Envelope::seal(new, source, last.generation.saturating_add(1), &key)?;
        Ok(Self { envelopes: vec![last.clone(), next] })
    }

    /// Step 3: only the newest wrapping stays. Where that was done already, nothing changes.
    ///
    /// # Errors
    /// [`KmsError::RootKeyChanged`] when `new` is not the newest root key: then the change is not far enough to be finished.
    pub fn finish(&self, new: &Root) -> Result<Self, KmsError> {
        let last = self.envelopes.last().ok_or(KmsError::RootKeyChanged)?;
        last.open(new)?;
        Ok(Self { envelopes: vec![last.clone()] })
    }

    /// Gives a change up before step 2: only the older wrapping stays.
    ///
    /// # Errors
    /// [`KmsError::RootKeyChanged`] when `old` is not the older root key.
    pub fn give_up(&self, old: &Root) -> Result<Self, KmsError> {
        let first = self.envelopes.first().ok_or(KmsError::RootKeyChanged)?;
        first.open(old)?;
        Ok(Self { envelopes: vec![first.clone()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RootKey;
    use crate::entropy::tests::Counter;
    use sotto_public::Stored;
    use zeroize::Zeroizing;

    fn root(byte: u8) -> Root {
        Root::Key(RootKey::new(Zeroizing::new([byte; 32])))
    }

    fn code(key: &StoreKey) -> [u8; 32] {
        key.authenticate("test", b"")
    }

    /// What storage gives back.
    fn stored(keeping: &Keeping) -> Keeping {
        Stored::of(keeping).read().unwrap()
    }

    #[test]
    fn the_store_key_outlives_its_root_keys() {
        let (keeping, key) = Keeping::first(&root(1), RootSource::File, &mut Counter(1)).unwrap();
        let wanted = code(&key);
        let opens = |keeping: &Keeping, byte| stored(keeping).open(&root(byte)).map(|key| code(&key));
        assert_eq!(opens(&keeping, 1), Ok(wanted));
        assert_eq!(opens(&keeping, 2), Err(KmsError::RootKeyChanged));

        // Between the first and the last step both open it; a second try of a step changes nothing.
        let changing = keeping.begin(&root(1), &root(2), RootSource::File).unwrap();
        assert!(changing.is_changing());
        assert_eq!((opens(&changing, 1), opens(&changing, 2)), (Ok(wanted), Ok(wanted)));
        assert_eq!(changing.begin(&root(1), &root(2), RootSource::File), Ok(changing.clone()));
        assert_eq!(changing.begin(&root(2), &root(2), RootSource::File), Ok(changing.clone()));
        assert_eq!(changing.begin(&root(1), &root(3), RootSource::File), Err(KmsError::RootKeyChanging));
        assert_eq!(changing.finish(&root(1)), Err(KmsError::RootKeyChanged));
        assert_eq!(changing.give_up(&root(1)), Ok(keeping.clone()));
        assert_eq!(changing.give_up(&root(2)), Err(KmsError::RootKeyChanged));

        let changed = changing.finish(&root(2)).unwrap();
        assert_eq!((opens(&changed, 2), opens(&changed, 1)), (Ok(wanted), Err(KmsError::RootKeyChanged)));
        assert_eq!(changed.finish(&root(2)), Ok(changed.clone()));
        assert_eq!((keeping.generation(), changed.generation()), (1, 2));
        assert_eq!(changed.begin(&root(2), &root(2), RootSource::File), Err(KmsError::RootKeySame));
        assert_eq!(changed.begin(&root(9), &root(3), RootSource::File), Err(KmsError::RootKeyChanged));
    }

    #[test]
    fn an_old_wrapping_does_not_pass_for_a_newer_one() {
        let (keeping, _) = Keeping::first(&root(1), RootSource::File, &mut Counter(1)).unwrap();
        let mut moved = keeping.clone();
        moved.envelopes[0].generation = 2;
        assert_eq!(moved.open(&root(1)).err(), Some(KmsError::DoesNotOpen));
        let mut bytes = Stored::of(&keeping).as_bytes().to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        #[expect(clippy::disallowed_methods, reason = "a changed record")]
        let changed: Keeping = Stored::from_pinned_bytes(bytes).read().unwrap();
        assert_eq!(changed.open(&root(1)).err(), Some(KmsError::DoesNotOpen));
    }
}
