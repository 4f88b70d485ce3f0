//! `sotto keys caller-input`: which RSA keys does a contact centre encrypt with what callers key in?
//!
//! Amazon Connect Administrator Guide, "Encrypt sensitive customer input": the public key is uploaded, its certificate stands in
//! the flow, up to two keys are active so that one can follow another. A directory holds, for each id, `ID.private.pem` (mode
//! 600), `ID.public.pem` and `ID.cert.pem`; a retired key is `ID.retired.pem` and still decrypts. The directory is the
//! state: a name is given in one step, so no key is ever half made.

use super::{SystemEntropy, pem};
use crate::args::{
    CallerInputListArgs, CallerInputMakeArgs, CallerInputRetireArgs, CallerInputVerb, PlainFormat,
};
use crate::clock;
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::private::{self, Readers};
use anyhow::Result;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, SerialNumber,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde::Serialize;
use sotto_kms::crypto::{RsaBits, RsaKey};
use sotto_kms::drawn;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// Keys that are active at a time, as in Amazon Connect.
const ACTIVE_KEYS_MAX: usize = 2;
/// Characters of an id.
const ID_CHARS_MAX: usize = 64;

const PRIVATE: &str = ".private.pem";
const RETIRED: &str = ".retired.pem";

/// Does what a verb says.
pub(crate) fn run(verb: &CallerInputVerb) -> Result<Verdict> {
    match verb {
        CallerInputVerb::Make(args) => make(args),
        CallerInputVerb::List(args) => list(args),
        CallerInputVerb::Retire(args) => retire(args),
    }
}

/// A key of a directory.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    key_id: String,
    active: bool,
}

fn make(args: &CallerInputMakeArgs) -> Result<Verdict> {
    private::folder(&args.dir).map_err(|error| Fault::file(&args.dir, &error))?;
    let id = match &args.key_id {
        Some(id) => checked(id)?.to_owned(),
        None => new_id(&mut SystemEntropy::new()?),
    };
    let keys = keys(&args.dir)?;
    if keys.iter().any(|key| key.key_id == id) {
        return Err(Fault::usage(format!("there is a key `{id}` already")));
    }
    if keys.iter().filter(|key| key.active).count() >= ACTIVE_KEYS_MAX {
        return Err(Fault::usage(
            "two keys are active already: retire one (`sotto keys caller-input retire`)",
        ));
    }
    let bits = match args.bits.as_str() {
        "2048" => RsaBits::Rsa2048,
        "3072" => RsaBits::Rsa3072,
        _ => RsaBits::Rsa4096,
    };
    let made = Made::new(&id, bits, args.days)?;
    let write = |name: &str, text: &str, readers| {
        let path = args.dir.join(format!("{id}{name}"));
        private::write(&path, text.as_bytes(), readers).map_err(|error| Fault::file(&path, &error))
    };
    write(".public.pem", &made.public, Readers::All)?;
    write(".cert.pem", &made.certificate, Readers::All)?;
    // The private half comes last: from then on the key is there.
    write(PRIVATE, &made.private, Readers::Owner)?;
    say(&format!("{id}\n"))
}

/// The files of a key.
struct Made {
    private: Zeroizing<String>,
    public: Zeroizing<String>,
    certificate: String,
}

impl Made {
    /// A new key, and a certificate that it signs itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "a private key is written for its owner, and signs its own certificate"
    )]
    fn new(id: &str, bits: RsaBits, days: u16) -> Result<Self> {
        let refused = |_| Fault::unavailable("the cryptographic library makes no key");
        let key = RsaKey::generate(bits).map_err(refused)?;
        let (der, public) = (key.to_der().map_err(refused)?, key.public().map_err(refused)?);
        let certificate = certificate(id, days, &PrivatePkcs8KeyDer::from(der.expose()))?;
        let private = pem::write("PRIVATE KEY", der.expose());
        Ok(Self { private, public: pem::write("PUBLIC KEY", public.as_der()), certificate })
    }
}

fn certificate(id: &str, days: u16, key: &PrivatePkcs8KeyDer<'_>) -> Result<String> {
    let refused = |_: rcgen::Error| Fault::unavailable("the certificate could not be made");
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(key, &PKCS_RSA_SHA256).map_err(refused)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("sotto caller input {id}"));
    params.key_usages = vec![KeyUsagePurpose::KeyEncipherment, KeyUsagePurpose::DataEncipherment];
    let now = clock::now();
    params.not_before = (now - Duration::from_secs(3600)).into();
    params.not_after = (now + Duration::from_secs(86_400) * u32::from(days)).into();
    // Positive (RFC 5280, section 4.1.2.2).
    let mut serial: [u8; 16] = drawn(&mut SystemEntropy::new()?);
    serial.iter_mut().take(1).for_each(|first| *first &= 0x7F);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(params.self_signed(&pair).map_err(refused)?.pem())
}

fn list(args: &CallerInputListArgs) -> Result<Verdict> {
    let keys = keys(&args.dir)?;
    match args.format {
        PlainFormat::Json => say(&format!("{}\n", serde_json::to_string(&keys).unwrap_or_default())),
        PlainFormat::Text => {
            let state = |key: &Key| if key.active { "active" } else { "retired" };
            let lines: Vec<String> =
                keys.iter().map(|key| format!("{:8} {}\n", state(key), key.key_id)).collect();
            say(&lines.concat())
        }
    }
}

fn retire(args: &CallerInputRetireArgs) -> Result<Verdict> {
    let id = checked(&args.key_id)?;
    let (from, to) = (args.dir.join(format!("{id}{PRIVATE}")), args.dir.join(format!("{id}{RETIRED}")));
    std::fs::rename(&from, &to).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::usage(format!("there is no active key `{id}`")),
        _ => Fault::file(&from, &error),
    })?;
    Ok(Verdict::Fine)
}

/// The keys of a directory, by id.
fn keys(folder: &Path) -> Result<Vec<Key>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Fault::file(folder, &error))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let key = |name: String| {
        let (id, active) = match name.strip_suffix(PRIVATE) {
            Some(id) => (id, true),
            None => (name.strip_suffix(RETIRED)?, false),
        };
        Some(Key { key_id: checked(id).ok()?.to_owned(), active })
    };
    let mut keys: Vec<Key> = names.filter_map(key).collect();
    keys.sort();
    Ok(keys)
}

/// An id that can be part of a file's name.
fn checked(id: &str) -> Result<&str> {
    let fits = (1..=ID_CHARS_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits { Ok(id) } else { Err(Fault::usage("an id has 1 to 64 letters, digits and hyphens")) }
}

/// A random UUID (RFC 9562, section 5.4).
fn new_id(entropy: &mut SystemEntropy) -> String {
    let bits = u128::from_be_bytes(drawn(entropy)) & !(0xF << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.into_iter().filter_map(|part| digits.get(part)).collect::<Vec<_>>().join("-")
}

fn say(text: &str) -> Result<Verdict> {
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_random_uuids_and_fit_file_names() {
        let (one, two) = (new_id(&mut SystemEntropy), new_id(&mut SystemEntropy));
        assert!(one != two && checked(&one).is_ok() && one.len() == 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(matches!(one.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{one}");
        let (fits, long) = ("a".repeat(ID_CHARS_MAX), "a".repeat(ID_CHARS_MAX + 1));
        for wrong in ["", "../x", "a.b", "a b", &long] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
        assert!(checked(&fits).is_ok());
    }
}
