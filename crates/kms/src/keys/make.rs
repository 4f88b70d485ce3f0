//! How is the material of a key made? A secret drawn here, a key pair by the library, or a key in a device; wrapped before it is
//! given out.

use super::error::{KeysError, Outcome, said};
use super::model::{Key, Material, MaterialState, RotationKind, Seconds};
use super::names::{KeyArn, MaterialId};
use super::vault::Vault;
use super::words::KeySpec;
use crate::crypto::{EcKey, EdwardsKey, LATTICE_SEED_BYTES, LatticeKey, RsaKey, random_key};
use crate::{DeviceKey, DeviceUse, Entropy, KmsError, drawn};
use sotto_public::Opaque;
use sotto_sensitive::KeyBytes;

/// A secret, with its public half where it has one.
pub(crate) struct Made {
    pub(crate) secret: KeyBytes,
    pub(crate) public: Option<Vec<u8>>,
}

impl Made {
    /// A new one.
    pub(crate) fn generate(spec: KeySpec, entropy: &mut dyn Entropy) -> Outcome<Self> {
        if let Some(length) = spec.secret_bytes() {
            return Ok(Self { secret: random_key(length, entropy), public: None });
        }
        let (secret, public) = match (spec.rsa(), spec.curve(), spec.lattice()) {
            (Some(bits), ..) => of_rsa(&RsaKey::generate(bits)?)?,
            (_, Some(curve), _) => of_curve(&EcKey::generate(curve)?)?,
            (.., Some(lattice)) => {
                let seed = random_key(LATTICE_SEED_BYTES, entropy);
                of_lattice(&LatticeKey::of_seed(lattice, &seed)?)?
            }
            _ => of_edwards(&EdwardsKey::generate()?)?,
        };
        Ok(Self { secret, public: Some(public) })
    }

    /// One that was imported: of the right length, or PKCS#8 of the right kind.
    pub(crate) fn imported(spec: KeySpec, secret: KeyBytes) -> Outcome<Self> {
        if let Some(length) = spec.secret_bytes() {
            return match secret.length() == length {
                true => Ok(Self { secret, public: None }),
                false => Err(unfit(spec)),
            };
        }
        let read = match (spec.rsa(), spec.curve(), spec.lattice()) {
            (Some(bits), ..) => RsaKey::read(&secret).and_then(|key| match key.bits() == bits {
                true => of_rsa(&key),
                false => Err(KmsError::KeyMalformed),
            }),
            (_, Some(curve), _) => EcKey::read(curve, &secret).and_then(|key| of_curve(&key)),
            (.., Some(lattice)) => LatticeKey::read(lattice, &secret).and_then(|key| of_lattice(&key)),
            _ => EdwardsKey::read(&secret).and_then(|key| of_edwards(&key)),
        };
        let (secret, public) = read.map_err(|_| unfit(spec))?;
        Ok(Self { secret, public: Some(public) })
    }
}

fn of_rsa(key: &RsaKey) -> Result<(KeyBytes, Vec<u8>), KmsError> {
    Ok((key.to_der()?, key.public()?.as_der().to_vec()))
}

fn of_curve(key: &EcKey) -> Result<(KeyBytes, Vec<u8>), KmsError> {
    Ok((key.to_der()?, key.public()?.to_der()?))
}

fn of_edwards(key: &EdwardsKey) -> Result<(KeyBytes, Vec<u8>), KmsError> {
    Ok((key.to_der()?, key.public()?.to_der()?))
}

fn of_lattice(key: &LatticeKey) -> Result<(KeyBytes, Vec<u8>), KmsError> {
    Ok((key.to_der()?, key.public()?.to_der()?))
}

fn unfit(spec: KeySpec) -> KeysError {
    KeysError::IncorrectMaterial(said(format_args!(
        "The key material is not that of a key with the spec {spec}."
    )))
}

/// A public key says nothing that is secret.
#[expect(
    clippy::disallowed_methods,
    reason = "public keys, signatures and ciphertext say nothing without the key"
)]
pub(crate) fn opaque(bytes: Vec<u8>) -> Opaque {
    Opaque::from_pinned_bytes(bytes)
}

impl Vault<'_> {
    /// A new material for a key, wrapped; how it came says whether it is the first.
    pub(crate) fn material(
        &self,
        key: &Key,
        kind: RotationKind,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Material> {
        let id = MaterialId::of_bytes(drawn(entropy));
        if key.is_in_device() {
            return self.device_material(key, id, now);
        }
        let made = Made::generate(key.spec, entropy)?;
        let wrapped = Some(self.store.wrap(&Material::place(&key.arn, &id), &made.secret)?);
        let (state, public) = (MaterialState::Current, made.public.map(opaque));
        Ok(Material { id, created: now, kind, state, wrapped, device: None, public, import: None })
    }

    /// A key in a device; a second try of the same key finds it there.
    fn device_material(&self, key: &Key, id: MaterialId, now: Seconds) -> Outcome<Material> {
        let store = self.keys.store_of(key).ok_or(KeysError::Crypto(KmsError::Refused))?;
        let name = device_key(&key.arn)?;
        self.ask(store, |device| device.generate_key(&name, DeviceUse::Encrypt))?;
        let (kind, state) = (RotationKind::First, MaterialState::Current);
        Ok(Material {
            id,
            created: now,
            kind,
            state,
            wrapped: None,
            device: Some(name),
            public: None,
            import: None,
        })
    }

    /// A new material for a rotation. What takes long is done here, so that the transition itself can be decided again.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn rotated(
        &self,
        key: &Key,
        kind: RotationKind,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Material> {
        self.material(key, kind, now, entropy)
    }
}

/// A key's name in a device: its id.
fn device_key(arn: &KeyArn) -> Outcome<DeviceKey> {
    DeviceKey::parse(arn.id().as_str()).map_err(|_| KeysError::Crypto(KmsError::Refused))
}
