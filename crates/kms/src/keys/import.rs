//! How does somebody's own material come in? Wrapped under a key pair of ours that is good for a day, and opened here.
//!
//! KMS API Reference: GetParametersForImport, ImportKeyMaterial; Developer Guide, "Importing key material". The private half of
//! the pair rests in the import token itself, sealed for one key: there is nothing to keep and nothing to clean up.

use super::encrypt::bytes;
use super::error::{KeysError, Outcome, said};
use super::make::{Made, opaque};
use super::model::{Key, Material, Seconds};
use super::names::MaterialId;
use super::state::KeyState;
use super::vault::Vault;
use super::words::{Origin, WrappingAlgorithm, WrappingSpec};
use crate::crypto::{AesWrap, RsaKey};
use crate::{Entropy, KmsError, Sealed, WrappedKey, drawn};
use sotto_public::{Opaque, Place};
use sotto_sensitive::{KeyBytes, RawBytes};

/// How long parameters hold: 24 hours (KMS API Reference, "GetParametersForImport").
pub const IMPORT_SECONDS: u64 = 86_400;

/// What somebody needs to wrap their material.
#[derive(Clone, Debug)]
pub struct ImportParameters {
    /// The public key to wrap under (SubjectPublicKeyInfo).
    pub public: Opaque,
    /// Comes back with the material.
    pub token: Opaque,
    /// Until when.
    pub valid_to: Seconds,
}

/// Material that was opened, checked and wrapped under the store key.
#[derive(Clone, Debug)]
pub struct OpenedImport {
    pub(crate) id: MaterialId,
    pub(crate) wrapped: WrappedKey,
    pub(crate) public: Option<Opaque>,
}

impl OpenedImport {
    /// The id that this material has in this key, whenever it is imported.
    pub fn id(&self) -> &MaterialId {
        &self.id
    }
}

fn token_place(key: &Key) -> Place {
    Place::new("kms import").with(key.arn.account()).with(key.arn.region()).with(key.arn.id())
}

impl Vault<'_> {
    /// GetParametersForImport.
    ///
    /// # Errors
    /// When the key takes no imported material, or is to be deleted.
    pub fn import_parameters(
        &self,
        key: &Key,
        algorithm: WrappingAlgorithm,
        spec: WrappingSpec,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<ImportParameters> {
        self.keys.imports(key)?;
        if key.spec.rsa().is_some() && !algorithm.is_two_step() {
            let sentence = format_args!("{algorithm} does not wrap key material of the spec {}", key.spec);
            return Err(KeysError::Validation(said(sentence)));
        }
        let pair = RsaKey::generate(spec.bits())?;
        let valid_to = now.saturating_add(IMPORT_SECONDS);
        let mut token = RawBytes::new(valid_to.to_be_bytes().to_vec());
        token.push(&[position(algorithm)]);
        token.push(crate::crypto::bytes(&pair.to_der()?));
        let sealed = self.store.seal(&token_place(key), &token, drawn(entropy))?;
        let public = opaque(pair.public()?.as_der().to_vec());
        Ok(ImportParameters { public, token: opaque(sealed.as_bytes().to_vec()), valid_to })
    }

    /// Opens what ImportKeyMaterial brings.
    ///
    /// # Errors
    /// [`KeysError::InvalidImportToken`], [`KeysError::ExpiredImportToken`], [`KeysError::InvalidCiphertext`],
    /// [`KeysError::IncorrectMaterial`], or when the key takes no imported material now.
    pub fn open_import(
        &self,
        key: &Key,
        token: &RawBytes,
        encrypted: &RawBytes,
        now: Seconds,
    ) -> Outcome<OpenedImport> {
        self.keys.imports(key)?;
        let sealed = Sealed::parse(bytes(token)).map_err(|_| KeysError::InvalidImportToken)?;
        let opened =
            self.store.open(&token_place(key), &sealed).map_err(|_| KeysError::InvalidImportToken)?;
        let (algorithm, pair) = read_token(&opened, now)?;
        let secret = unwrap(algorithm, &pair, bytes(encrypted))?;
        let id = self.imported_id(key, &secret);
        let made = Made::imported(key.spec, secret)?;
        let wrapped = self.store.wrap(&Material::place(&key.arn, &id), &made.secret)?;
        Ok(OpenedImport { id, wrapped, public: made.public.map(opaque) })
    }

    /// The same material has the same id in the same key, and says nothing about itself.
    fn imported_id(&self, key: &Key, secret: &KeyBytes) -> MaterialId {
        let names = format!("{}/{}/", key.arn.account(), key.arn.id());
        let message = zeroize::Zeroizing::new([names.as_bytes(), crate::crypto::bytes(secret)].concat());
        MaterialId::of_bytes(self.store.authenticate("sotto imported material 1", &message))
    }
}

impl super::Keys {
    /// Refuses a key that takes no imported material now.
    ///
    /// # Errors
    /// [`KeysError::Unsupported`] or [`KeysError::InvalidState`].
    pub fn imports(&self, key: &Key) -> Outcome<()> {
        if key.origin != Origin::External {
            let sentence =
                format_args!("{} origin is {} which is not valid for this operation.", key.arn, key.origin);
            return Err(KeysError::Unsupported(said(sentence)));
        }
        match self.state(key) {
            KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => Ok(()),
            state => Err(super::state::invalid_state(key, state)),
        }
    }
}

fn position(algorithm: WrappingAlgorithm) -> u8 {
    let at = WrappingAlgorithm::ALL.iter().position(|one| *one == algorithm);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

/// Until when, how, and with which private key.
fn read_token(opened: &RawBytes, now: Seconds) -> Outcome<(WrappingAlgorithm, RsaKey)> {
    let (valid_to, rest) = bytes(opened).split_first_chunk::<8>().ok_or(KeysError::InvalidImportToken)?;
    let (at, der) = rest.split_first().ok_or(KeysError::InvalidImportToken)?;
    let algorithm = WrappingAlgorithm::ALL.get(usize::from(*at)).ok_or(KeysError::InvalidImportToken)?;
    if now > u64::from_be_bytes(*valid_to) {
        return Err(KeysError::ExpiredImportToken);
    }
    let pair = RsaKey::read(&KeyBytes::copied(der)).map_err(|_| KeysError::InvalidImportToken)?;
    Ok((*algorithm, pair))
}

/// Opens material that is wrapped under the RSA key, or under an AES key that is (KMS Developer Guide, "Encrypt the key
/// material": the wrapped AES key stands first, then AES key wrap with padding).
fn unwrap(algorithm: WrappingAlgorithm, pair: &RsaKey, encrypted: &[u8]) -> Outcome<KeyBytes> {
    let foreign = |error| match error {
        KmsError::DoesNotOpen | KmsError::KeyLength { .. } => KeysError::InvalidCiphertext,
        other => KeysError::Crypto(other),
    };
    if !algorithm.is_two_step() {
        return pair.decrypt(algorithm.padding(), encrypted).map_err(foreign);
    }
    let parts = encrypted.split_at_checked(pair.bits().bytes());
    let (outer, inner) = parts.ok_or(KeysError::InvalidCiphertext)?;
    let kek = pair.decrypt(algorithm.padding(), outer).map_err(foreign)?;
    AesWrap::new(&kek).and_then(|wrap| wrap.unwrap(inner)).map_err(foreign)
}
