//! What is done in a session? Keys are made and destroyed, bytes sealed and opened, other keys wrapped and unwrapped.
//!
//! A sealed value is 1 || length of the nonce || nonce || ciphertext || tag (AES-256-GCM, NIST SP 800-38D, tag of 128 bits). The
//! nonce is kept as the token left it: some take the one that they are given, some put their own into its place. With random
//! nonces a key may seal 2^32 values (SP 800-38D, section 8.3).
//! What is unwrapped passes through buffers of the PKCS #11 crate, which are freed without being wiped; ours are wiped.

use crate::cause::Cause;
use crate::seat::At;
use cryptoki::error::Error;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use sotto_kms::{DEVICE_ENTROPY_BYTES, DeviceError, DeviceKey, DeviceUse};
use sotto_public::{Foreign, Opaque};
use sotto_sensitive::RawBytes;

const VERSION: u8 = 1;
const TAG_BITS: u64 = 128;
const KEY_BYTES: u64 = 32;
/// Says nothing; sealed to see whether a key works.
const PROBE: [u8; 32] = [0; 32];

/// What a token can do, and which one it is.
pub(crate) struct Abilities {
    pub(crate) token: u64,
    pub(crate) seals: bool,
    pub(crate) wraps: bool,
}

fn of(error: Error) -> Cause {
    Cause::of(&error)
}

/// What the token says of itself.
pub(crate) fn abilities(at: &mut At<'_>) -> Result<Abilities, Cause> {
    at.session().get_session_info().map_err(of)?;
    let token = at.module.get_token_info(at.sitting.slot).map_err(of)?;
    let list = at.module.get_mechanism_list(at.sitting.slot).map_err(of)?;
    // FNV-1a: tells serials apart, nothing more.
    let fold = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let number = token.serial_number().bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    let can = |wanted| list.contains(&wanted);
    Ok(Abilities {
        token: number,
        seals: can(MechanismType::AES_GCM),
        wraps: can(MechanismType::AES_KEY_WRAP_PAD),
    })
}

/// Makes a key that stays where it is.
pub(crate) fn generate(at: &mut At<'_>, key: &DeviceKey, used: DeviceUse) -> Result<(), Cause> {
    if at.find(key)?.is_some() {
        return Err(Cause::Told(DeviceError::KeyExists));
    }
    let name = key.as_str().as_bytes().to_vec();
    let (wraps, seals) = (used == DeviceUse::Wrap, used == DeviceUse::Encrypt);
    let template = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Modifiable(false),
        Attribute::Label(name.clone()),
        Attribute::Id(name),
        Attribute::ValueLen(KEY_BYTES.into()),
        Attribute::Encrypt(seals),
        Attribute::Decrypt(seals),
        Attribute::Wrap(wraps),
        Attribute::Unwrap(wraps),
    ];
    let handle = at.session().generate_key(&Mechanism::AesKeyGen, &template).map_err(of)?;
    at.made(key, handle);
    Ok(())
}

/// Destroys a key.
pub(crate) fn destroy(at: &mut At<'_>, key: &DeviceKey) -> Result<(), Cause> {
    if let Some(handle) = at.find(key)? {
        at.session().destroy_object(handle).map_err(of)?;
    }
    at.destroyed(key);
    Ok(())
}

/// Seals.
#[expect(clippy::disallowed_methods, reason = "the device encrypts; only ciphertext leaves")]
pub(crate) fn encrypt(
    at: &mut At<'_>,
    key: &DeviceKey,
    associated: &[u8],
    raw: &RawBytes,
    mut nonce: [u8; DEVICE_ENTROPY_BYTES],
) -> Result<Opaque, Cause> {
    let handle = at.key(key)?;
    let parameters = GcmParams::new(&mut nonce, associated, TAG_BITS.into()).map_err(of)?;
    let sealed = at.session().encrypt(&Mechanism::AesGcm(parameters), handle, raw.expose()).map_err(of)?;
    let mut whole = vec![VERSION, DEVICE_ENTROPY_BYTES as u8];
    whole.extend_from_slice(&nonce);
    whole.extend_from_slice(&sealed);
    Ok(Opaque::from_pinned_bytes(whole))
}

/// Opens.
pub(crate) fn decrypt(
    at: &mut At<'_>,
    key: &DeviceKey,
    associated: &[u8],
    sealed: &[u8],
) -> Result<RawBytes, Cause> {
    let handle = at.key(key)?;
    let (mut nonce, body) = split(sealed).ok_or(Cause::Data)?;
    let parameters = GcmParams::new(&mut nonce, associated, TAG_BITS.into()).map_err(of)?;
    let opened = at.session().decrypt(&Mechanism::AesGcm(parameters), handle, body).map_err(of);
    opened.map(RawBytes::new).map_err(|cause| opening(cause, || seals(at, handle)))
}

/// Whether a key seals and opens at all.
fn seals(at: &At<'_>, key: ObjectHandle) -> Result<(), Cause> {
    let mut nonce = [0; DEVICE_ENTROPY_BYTES];
    at.session().generate_random_slice(&mut nonce).map_err(of)?;
    let parameters = GcmParams::new(&mut nonce, &[], TAG_BITS.into()).map_err(of)?;
    let sealed = at.session().encrypt(&Mechanism::AesGcm(parameters), key, &PROBE).map_err(of)?;
    let parameters = GcmParams::new(&mut nonce, &[], TAG_BITS.into()).map_err(of)?;
    at.session().decrypt(&Mechanism::AesGcm(parameters), key, &sealed).map(|_| ()).map_err(of)
}

/// Nonce and body of a sealed value.
fn split(sealed: &[u8]) -> Option<([u8; DEVICE_ENTROPY_BYTES], &[u8])> {
    let (head, rest) = sealed.split_first_chunk::<2>()?;
    let (nonce, body) = rest.split_first_chunk()?;
    (*head == [VERSION, DEVICE_ENTROPY_BYTES as u8]).then_some((*nonce, body))
}

/// Wraps another key: it stands in the session as an object for as long as that takes.
pub(crate) fn wrap(at: &mut At<'_>, key: &DeviceKey, secret: &RawBytes) -> Result<Opaque, Cause> {
    let handle = at.key(key)?;
    let other = load(at, secret)?;
    let wrapped = at.session().wrap_key(&Mechanism::AesKeyWrapPad, handle, other);
    let gone = at.session().destroy_object(other);
    let wrapped = wrapped.map_err(of)?;
    gone.map_err(of)?;
    Ok(opaque(wrapped))
}

#[expect(clippy::disallowed_methods, reason = "a key that the device wrapped is ciphertext")]
fn opaque(wrapped: Vec<u8>) -> Opaque {
    Opaque::from_pinned_bytes(wrapped)
}

/// Puts the bytes of a key into the session.
#[expect(clippy::disallowed_methods, reason = "the device wraps it; the copy is wiped below")]
fn load(at: &At<'_>, secret: &RawBytes) -> Result<ObjectHandle, Cause> {
    let mut template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
        Attribute::Value(secret.expose().to_vec()),
    ];
    let loaded = at.session().create_object(&template).map_err(of);
    for attribute in &mut template {
        if let Attribute::Value(bytes) = attribute {
            drop(RawBytes::new(std::mem::take(bytes)));
        }
    }
    loaded
}

/// Unwraps another key, reads it, and takes it out of the session again.
pub(crate) fn unwrap(at: &mut At<'_>, key: &DeviceKey, wrapped: &[u8]) -> Result<RawBytes, Cause> {
    let handle = at.key(key)?;
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
    ];
    let other = at.session().unwrap_key(&Mechanism::AesKeyWrapPad, handle, wrapped, &template).map_err(of);
    let other = other.map_err(|cause| opening(cause, || wraps(at, handle, &template)))?;
    let read = at.session().get_attributes(other, &[AttributeType::Value]);
    let gone = at.session().destroy_object(other);
    let mut attributes = read.map_err(of)?;
    gone.map_err(of)?;
    match attributes.pop() {
        Some(Attribute::Value(bytes)) => Ok(RawBytes::new(bytes)),
        _ => Err(Cause::Unclear(Foreign::new("pkcs11", "an unwrapped key cannot be read"))),
    }
}

/// Random bytes of the token.
pub(crate) fn random(at: &mut At<'_>, count: usize) -> Result<RawBytes, Cause> {
    let mut bytes = vec![0; count];
    at.session().generate_random_slice(&mut bytes).map_err(of)?;
    Ok(RawBytes::new(bytes))
}

/// Whether a key wraps and unwraps at all.
fn wraps(at: &At<'_>, key: ObjectHandle, template: &[Attribute]) -> Result<(), Cause> {
    let probe = load(at, &RawBytes::new(PROBE.to_vec()))?;
    let wrapped = at.session().wrap_key(&Mechanism::AesKeyWrapPad, key, probe);
    at.session().destroy_object(probe).map_err(of)?;
    let unwrapped = at.session().unwrap_key(&Mechanism::AesKeyWrapPad, key, &wrapped.map_err(of)?, template);
    at.session().destroy_object(unwrapped.map_err(of)?).map_err(of)
}

/// Some modules have no better word for what does not open than a general error. Where the key opens something else at
/// this very moment, it is what was given.
fn opening(cause: Cause, works: impl FnOnce() -> Result<(), Cause>) -> Cause {
    match cause {
        Cause::Unclear(_) if works().is_ok() => Cause::Data,
        cause => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_has_one_form() {
        let sealed = |first: [u8; 2], rest: usize| [first.as_slice(), &vec![7; rest]].concat();
        assert!(split(&sealed([1, 12], 12)).is_some_and(|(nonce, body)| nonce == [7; 12] && body.is_empty()));
        assert!(split(&sealed([1, 12], 13)).is_some_and(|(_, body)| body == [7]));
        for wrong in [sealed([2, 12], 30), sealed([1, 13], 30), sealed([1, 12], 11), vec![1], Vec::new()] {
            assert!(split(&wrong).is_none(), "{} bytes", wrong.len());
        }
    }
}
