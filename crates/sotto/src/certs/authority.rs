//! Who vouches for the server? A small certificate authority of its own, made at the first start and kept beside the data.
//!
//! Folder `tls`: `ca.pem`, `ca.key`, `server.pem` (the chain), `server.key`, and `about.json`, which says what the
//! certificates say, so that nothing here has to read X.509. Keys are P-256 with mode 0600. The authority may sign servers
//! and clients, nothing else (path length 0). The server's certificate lasts 397 days, as long as public ones did, and is
//! made anew at a start within its last 30 days.

use crate::fault::Fault;
use crate::private::{self, Readers};
use anyhow::Result;
use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SerialNumber,
};
use serde::{Deserialize, Serialize};
use sotto_public::Foreign;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;

/// Days that the authority lasts.
const AUTHORITY_DAYS: u16 = 3_650;
/// Days that the server's certificate lasts.
const SERVER_DAYS: u16 = 397;
/// Days before its end from which a start makes a new one.
const RENEW_DAYS: u16 = 30;
/// Clocks of clients may be this far behind.
const BACKDATED: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Names that every server certificate has. Clients put `stream-`, older ones `streaming-`, before the host of some operations
/// of CloudWatch Logs, of a custom endpoint too.
const OWN_NAMES: [&str; 5] = ["localhost", "stream-localhost", "streaming-localhost", "127.0.0.1", "::1"];

/// The authority of one data directory.
pub(crate) struct Authority {
    folder: PathBuf,
    about: About,
}

/// What the certificates say.
#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct About {
    /// The authority's common name.
    pub(crate) authority_name: String,
    /// The authority's certificate.
    pub(crate) authority: Told,
    /// The server's certificate.
    pub(crate) server: Told,
    /// Its names.
    pub(crate) server_names: Vec<String>,
}

/// What is told about one certificate.
#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct Told {
    /// SHA-256 of its DER form.
    pub(crate) sha256: String,
    /// Seconds since 1970 from which it holds.
    pub(crate) from: u64,
    /// Seconds since 1970 to which it holds.
    pub(crate) until: u64,
}

/// A certificate and its key, PEM.
pub(crate) struct Made {
    pub(crate) chain: String,
    pub(crate) key: String,
    told: Told,
}

impl Authority {
    /// The authority of a data directory, made where there is none; the server's certificate is made anew when it ends soon
    /// or lacks one of `names`.
    pub(crate) fn open_or_make(data: &Path, names: &[String], now: SystemTime) -> Result<Self> {
        let folder = data.join("tls");
        if !folder.join("about.json").exists() {
            return Self::make(folder, names, now);
        }
        let mut authority = Self::open(data)?;
        let lacks = |name: &String| !authority.about.server_names.contains(name);
        if ends_within(&authority.about.server, now, RENEW_DAYS) || names.iter().any(lacks) {
            let mut all = authority.about.server_names.clone();
            all.extend(names.iter().filter(|name| lacks(name)).cloned());
            authority.renew_server(&all, now)?;
        }
        Ok(authority)
    }

    /// The authority of a data directory.
    pub(crate) fn open(data: &Path) -> Result<Self> {
        let folder = data.join("tls");
        let path = folder.join("about.json");
        let bytes = private::read(&path).map_err(|error| Fault::file(&path, &error))?;
        let about = std::str::from_utf8(&bytes).ok().and_then(|text| serde_json::from_str(text).ok());
        let unreadable = || Fault::unavailable(format!("`{}` is not what sotto wrote", path.display()));
        Ok(Self { folder, about: about.ok_or_else(unreadable)? })
    }

    /// A new authority, and a certificate for the server.
    pub(crate) fn make(folder: PathBuf, names: &[String], now: SystemTime) -> Result<Self> {
        private::folder(&folder).map_err(|error| Fault::file(&folder, &error))?;
        let authority_name = format!("sotto local authority {}", hex(&random::<4>()?));
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(refused)?;
        let mut params = authority_params(&authority_name);
        let until = last(&mut params, now, AUTHORITY_DAYS)?;
        let certificate = params.self_signed(&key).map_err(refused)?;
        let authority = told(certificate.der(), now, until);
        let server = Told { sha256: String::new(), from: 0, until: 0 };
        let about = About { authority_name, authority, server, server_names: Vec::new() };
        let mut made = Self { folder, about };
        made.write("ca.key", key.serialize_pem().as_bytes(), Readers::Owner)?;
        made.write("ca.pem", certificate.pem().as_bytes(), Readers::All)?;
        made.renew_server(names, now)?;
        Ok(made)
    }

    /// A new certificate for the server.
    pub(crate) fn renew_server(&mut self, names: &[String], now: SystemTime) -> Result<()> {
        let mut all: Vec<String> = OWN_NAMES.map(str::to_owned).to_vec();
        all.extend(names.iter().filter(|name| !OWN_NAMES.contains(&name.as_str())).cloned());
        let subject = self.about.authority_name.replace("authority", "server");
        let made = self.sign(&subject, &all, ExtendedKeyUsagePurpose::ServerAuth, SERVER_DAYS, now)?;
        self.write("server.key", made.key.as_bytes(), Readers::Owner)?;
        self.write("server.pem", made.chain.as_bytes(), Readers::All)?;
        (self.about.server, self.about.server_names) = (made.told, all);
        let text = serde_json::to_string_pretty(&self.about)
            .map_err(|_| Fault::unavailable("certificates: not told"))?;
        self.write("about.json", text.as_bytes(), Readers::All)
    }

    /// A certificate for a client.
    pub(crate) fn client(&self, name: &str, days: u16, now: SystemTime) -> Result<Made> {
        self.sign(name, &[], ExtendedKeyUsagePurpose::ClientAuth, days, now)
    }

    /// The authority's certificate, PEM.
    pub(crate) fn pem(&self) -> Result<Vec<u8>> {
        self.read("ca.pem")
    }

    /// The server's chain and key, PEM.
    pub(crate) fn server_files(&self) -> (PathBuf, PathBuf) {
        (self.folder.join("server.pem"), self.folder.join("server.key"))
    }

    /// The file of the authority's certificate.
    pub(crate) fn authority_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// What the certificates say.
    pub(crate) fn about(&self) -> &About {
        &self.about
    }

    /// The names of the server's certificate that were asked for.
    pub(crate) fn asked_names(&self) -> Vec<String> {
        self.about.server_names.iter().filter(|name| !OWN_NAMES.contains(&name.as_str())).cloned().collect()
    }

    fn sign(
        &self,
        subject: &str,
        names: &[String],
        usage: ExtendedKeyUsagePurpose,
        days: u16,
        now: SystemTime,
    ) -> Result<Made> {
        let wrong = || {
            Fault::usage("one of the names is neither a DNS name nor an address; give it as `host.example`")
        };
        if !names.iter().all(|name| is_name(name)) {
            return Err(wrong());
        }
        let mut params = CertificateParams::new(names).map_err(|_| wrong())?;
        params.distinguished_name = name_of(subject);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let until = last(&mut params, now, days)?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(refused)?;
        let certificate = params.signed_by(&key, &self.issuer()?).map_err(refused)?;
        let chain = certificate.pem() + &String::from_utf8_lossy(&self.pem()?);
        Ok(Made { chain, key: key.serialize_pem(), told: told(certificate.der(), now, until) })
    }

    fn issuer(&self) -> Result<Issuer<'static, KeyPair>> {
        let pem = zeroize::Zeroizing::new(self.read("ca.key")?);
        let key = std::str::from_utf8(&pem).ok().and_then(|pem| KeyPair::from_pem(pem).ok());
        let key = key.ok_or_else(|| Fault::unavailable("`ca.key` is not a P-256 key in PEM"))?;
        Ok(Issuer::new(authority_params(&self.about.authority_name), key))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.folder.join(name);
        private::read(&path).map_err(|error| Fault::file(&path, &error))
    }

    fn write(&self, name: &str, bytes: &[u8], readers: Readers) -> Result<()> {
        let path = self.folder.join(name);
        private::write(&path, bytes, readers).map_err(|error| Fault::file(&path, &error))
    }
}

/// Whether it is an address or a DNS name, perhaps with a wildcard in front (RFC 1123, section 2.1; RFC 9525, section 6.3).
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.chars().all(fits);
    name.parse::<std::net::IpAddr>().is_ok() || rest.len() <= 253 && rest.split('.').all(is_label)
}

/// Always the same for one name: the issuer of later certificates is made from it again.
fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name_of(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn name_of(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// Sets from when to when it holds, and a serial number of 16 random bytes (RFC 5280, section 4.1.2.2: positive).
fn last(params: &mut CertificateParams, now: SystemTime, days: u16) -> Result<SystemTime> {
    let until = now + DAY * u32::from(days);
    params.not_before = OffsetDateTime::from(now - BACKDATED);
    params.not_after = OffsetDateTime::from(until);
    let mut serial = random::<16>()?;
    if let Some(first) = serial.first_mut() {
        *first &= 0x7f;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(until)
}

fn told(der: &[u8], now: SystemTime, until: SystemTime) -> Told {
    let seconds =
        |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Told { sha256: hex(digest(&SHA256, der).as_ref()), from: seconds(now - BACKDATED), until: seconds(until) }
}

fn ends_within(told: &Told, now: SystemTime, days: u16) -> bool {
    SystemTime::UNIX_EPOCH + Duration::from_secs(told.until) < now + DAY * u32::from(days)
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Fault::unavailable("the system gives no randomness"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refused(_: rcgen::Error) -> anyhow::Error {
    Fault::unavailable(Foreign::new("rcgen", "a certificate could not be made").to_string())
}
