//! What does a signed request say of itself? Who, for which day, Region and service, over which headers, with which signature.
//!
//! It stands in the `Authorization` header or, presigned, in the query. Reading it proves nothing: [`Claim::verify`] does.

use super::canonical::{Canonical, Request};
use super::refusal::Refusal;
use super::time::Stamp;
use super::{PRESIGNED_MAX, SKEW_MAX, SigningKey};
use crate::head::Head;
use crate::text::{percent_decode, unhex_32};
use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::time::{Duration, SystemTime};

/// What a signed request says of itself.
#[derive(Debug)]
pub struct Claim {
    access_key: Public<String>,
    scope: Scope,
    stamp: Stamp,
    signed_headers: Vec<String>,
    pub(crate) signature: [u8; 32],
    token: Option<RawText>,
    expires: Option<Duration>,
    payload: Payload,
}

/// For which day, Region and service a signature is good.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    day: [u8; 8],
    region: Public<String>,
    service: Public<String>,
}

impl Scope {
    /// The day: eight digits.
    pub(crate) const fn day(&self) -> &[u8] {
        &self.day
    }

    /// The Region.
    pub const fn region(&self) -> &Public<String> {
        &self.region
    }

    /// The service's signing name.
    pub const fn service(&self) -> &Public<String> {
        &self.service
    }

    /// Reads `20150830/us-east-1/service/aws4_request`.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut parts = text.split(|byte| *byte == b'/');
        let mut part = || parts.next();
        let day: [u8; 8] = part()?.try_into().ok()?;
        let (region, service) = (word(part()?)?, word(part()?)?);
        let ends = part()? == b"aws4_request" && part().is_none() && day.iter().all(u8::is_ascii_digit);
        ends.then_some(Self { day, region, service })
    }

    /// The scope as it is signed.
    pub(crate) fn text(&self) -> Vec<u8> {
        let (region, service) = (self.region.get().as_bytes(), self.service.get().as_bytes());
        [&self.day[..], region, service, b"aws4_request"].join(&b'/')
    }
}

/// What the signature says of the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Its SHA-256 is signed: the one in the header, or the one that is computed.
    Signed(Option<[u8; 32]>),
    /// It is not covered (`UNSIGNED-PAYLOAD`).
    Unsigned,
    /// It comes in chunks, each signed or not, with a trailer or not.
    Chunked {
        /// Whether chunks are signed.
        signed: bool,
        /// Whether headers follow the last chunk.
        trailer: bool,
    },
}

impl Payload {
    fn parse(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"UNSIGNED-PAYLOAD" => Self::Unsigned,
            b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Self::Chunked { signed: true, trailer: false },
            b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Self::Chunked { signed: true, trailer: true },
            b"STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Self::Chunked { signed: false, trailer: true },
            digits => Self::Signed(Some(unhex_32(digits)?)),
        })
    }
}

impl Claim {
    /// Reads what the head says; `None` in it is a [`Refusal::Missing`].
    ///
    /// # Errors
    /// [`Refusal`] when there is no signature or a part of it is malformed.
    pub fn read(head: &Head) -> Result<Self, Refusal> {
        match head.header("authorization") {
            Some(value) => Self::from_header(head, value),
            None => Self::from_query(head),
        }
    }

    fn from_header(head: &Head, value: &[u8]) -> Result<Self, Refusal> {
        let rest = value.trim_ascii().strip_prefix(b"AWS4-HMAC-SHA256").ok_or(Refusal::Algorithm)?;
        let part = |name: &'static str| {
            let found = rest
                .split(|byte| *byte == b',')
                .find_map(|part| part.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
            found.ok_or(Refusal::Malformed { part: name })
        };
        let (access_key, scope) = credential(part("Credential")?)?;
        let stamp = stamp_of(head)?;
        let payload = match head.header("x-amz-content-sha256") {
            Some(text) => Payload::parse(text.trim_ascii())
                .ok_or(Refusal::Malformed { part: "x-amz-content-sha256" })?,
            None => Payload::Signed(None),
        };
        let token =
            head.header("x-amz-security-token").map(|token| raw("X-Amz-Security-Token", token.to_vec()));
        Self {
            access_key,
            scope,
            stamp,
            signed_headers: header_names(part("SignedHeaders")?)?,
            signature: unhex_32(part("Signature")?).ok_or(Refusal::Malformed { part: "Signature" })?,
            token: token.transpose()?,
            expires: None,
            payload,
        }
        .checked()
    }

    fn from_query(head: &Head) -> Result<Self, Refusal> {
        let algorithm = parameter(head, "X-Amz-Algorithm").ok_or(Refusal::Missing)?;
        if algorithm != b"AWS4-HMAC-SHA256" {
            return Err(Refusal::Algorithm);
        }
        let part = |name: &'static str| parameter(head, name).ok_or(Refusal::Malformed { part: name });
        let (access_key, scope) = credential(&part("X-Amz-Credential")?)?;
        let malformed = |part| Refusal::Malformed { part };
        let seconds = std::str::from_utf8(&part("X-Amz-Expires")?).ok().and_then(|text| text.parse().ok());
        let expires = Duration::from_secs(seconds.ok_or(malformed("X-Amz-Expires"))?);
        let token = parameter(head, "X-Amz-Security-Token").map(|token| raw("X-Amz-Security-Token", token));
        let s3 = scope.service.get() == "s3";
        Self {
            access_key,
            scope,
            stamp: Stamp::parse(&part("X-Amz-Date")?).ok_or(malformed("X-Amz-Date"))?,
            signed_headers: header_names(&part("X-Amz-SignedHeaders")?)?,
            signature: unhex_32(&part("X-Amz-Signature")?).ok_or(malformed("X-Amz-Signature"))?,
            token: token.transpose()?,
            expires: Some(expires)
                .filter(|expires| *expires <= PRESIGNED_MAX)
                .ok_or(malformed("X-Amz-Expires"))?
                .into(),
            payload: if s3 { Payload::Unsigned } else { Payload::Signed(None) },
        }
        .checked()
    }

    fn checked(self) -> Result<Self, Refusal> {
        if self.stamp.day() == self.scope.day { Ok(self) } else { Err(Refusal::ScopeDate) }
    }

    /// Id of the access key.
    pub const fn access_key(&self) -> &Public<String> {
        &self.access_key
    }

    /// Day, Region and service.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The session token that came along.
    pub const fn token(&self) -> Option<&RawText> {
        self.token.as_ref()
    }

    /// The time that the request says it was signed at.
    pub fn signed_at(&self) -> Option<SystemTime> {
        self.stamp.time()
    }

    /// Whether it stands in the query.
    pub const fn is_presigned(&self) -> bool {
        self.expires.is_some()
    }

    /// What it says of the payload.
    pub const fn payload(&self) -> Payload {
        self.payload
    }

    /// The signature, in hexadecimal.
    #[expect(clippy::disallowed_methods, reason = "64 hexadecimal digits")]
    pub fn signature_text(&self) -> Public<String> {
        Public::from_pinned_text(String::from_utf8_lossy(&crate::text::hex(&self.signature)).into_owned())
    }

    pub(crate) const fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Whether this request was signed with this key, now.
    ///
    /// A chunked payload is checked by [`super::unchunk`] in turn.
    ///
    /// # Errors
    /// [`Refusal`] with the part that is wrong.
    pub fn verify(
        &self,
        head: &Head,
        body: &RawBytes,
        key: &SigningKey,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        self.check_time(now)?;
        self.check_signed_headers(head)?;
        let hash = self.payload_hash(body)?;
        self.verify_signature(head, &hash, key)
    }

    /// Compares the signature alone, in constant time.
    pub(crate) fn verify_signature(&self, head: &Head, hash: &[u8], key: &SigningKey) -> Result<(), Refusal> {
        let canonical = self.canonical(head, hash);
        let expected = key.sign(&canonical.string_to_sign(&self.stamp, &self.scope));
        verify_slices_are_equal(&expected, &self.signature).map_err(|_| Refusal::Mismatch)
    }

    pub(crate) fn canonical(&self, head: &Head, hash: &[u8]) -> Canonical {
        let request = Request { head, signed_headers: &self.signed_headers, payload_hash: hash };
        request.canonical(self.scope.service.get() == "s3")
    }

    fn check_time(&self, now: SystemTime) -> Result<(), Refusal> {
        let signed = self.stamp.time().ok_or(Refusal::Malformed { part: "X-Amz-Date" })?;
        let ahead = signed.duration_since(now).unwrap_or_default();
        let behind = now.duration_since(signed).unwrap_or_default();
        if ahead > SKEW_MAX {
            return Err(Refusal::Skew);
        }
        match self.expires {
            Some(expires) if behind > expires => Err(Refusal::Expired),
            None if behind > SKEW_MAX => Err(Refusal::Skew),
            _ => Ok(()),
        }
    }

    /// The host, every `x-amz-` header but the session token, which proves itself, and every `x-sotto-` header.
    fn check_signed_headers(&self, head: &Head) -> Result<(), Refusal> {
        let signed = |name: &[u8]| self.signed_headers.iter().any(|signed| signed.as_bytes() == name);
        if !signed(b"host") {
            return Err(Refusal::Unsigned { header: "host" });
        }
        let amazon = |name: &[u8]| name.starts_with(b"x-amz-") && name != b"x-amz-security-token";
        let unsigned = |is: &dyn Fn(&[u8]) -> bool| head.headers().any(|(name, _)| is(name) && !signed(name));
        if unsigned(&amazon) {
            return Err(Refusal::Unsigned { header: "x-amz-*" });
        }
        match unsigned(&|name| name.starts_with(b"x-sotto-")) {
            true => Err(Refusal::Unsigned { header: "x-sotto-*" }),
            false => Ok(()),
        }
    }

    /// The payload's hash as it was signed, once it is known to be this payload's.
    fn payload_hash(&self, body: &RawBytes) -> Result<Vec<u8>, Refusal> {
        let service = self.scope.service.get().as_str();
        let s3 = service == "s3";
        match self.payload {
            Payload::Signed(said) => {
                let found = hash_of(body);
                if said.is_some_and(|said| said != found) {
                    return Err(Refusal::Payload);
                }
                Ok(crate::text::hex(&found))
            }
            // Of Lex one operation's; whoever knows the operation looks at that.
            Payload::Unsigned if service == "lex" => Ok(b"UNSIGNED-PAYLOAD".to_vec()),
            _ if !s3 => Err(Refusal::UnsignedPayload),
            Payload::Unsigned => Ok(b"UNSIGNED-PAYLOAD".to_vec()),
            Payload::Chunked { signed, trailer } => Ok(chunked_name(signed, trailer).to_vec()),
        }
    }
}

const fn chunked_name(signed: bool, trailer: bool) -> &'static [u8] {
    match (signed, trailer) {
        (true, false) => b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        (true, true) => b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        (false, _) => b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    }
}

#[expect(clippy::disallowed_methods, reason = "the body is hashed; a hash leaves")]
pub(crate) fn hash_of(body: &RawBytes) -> [u8; 32] {
    sha256(body.expose())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// Access key and scope of `AKID/20150830/us-east-1/service/aws4_request`.
fn credential(text: &[u8]) -> Result<(Public<String>, Scope), Refusal> {
    let malformed = Refusal::Malformed { part: "Credential" };
    let slash = text.iter().position(|byte| *byte == b'/').ok_or(malformed)?;
    let (key, scope) = text.split_at(slash);
    let scope = scope.strip_prefix(b"/").and_then(Scope::parse).ok_or(malformed)?;
    Ok((word(key).ok_or(malformed)?, scope))
}

/// A word of at most 128 letters, digits and `-_.`: key ids, Regions, services.
#[expect(
    clippy::disallowed_methods,
    reason = "names of keys, Regions and services: letters, digits and -_. only"
)]
pub(crate) fn word(text: &[u8]) -> Option<Public<String>> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = (1..=128).contains(&text.len()) && text.iter().all(allowed);
    let text = std::str::from_utf8(text).ok().filter(|_| fits)?;
    Some(Public::from_pinned_text(text.to_owned()))
}

/// Names of headers, in lower case and in order, as they must be.
fn header_names(text: &[u8]) -> Result<Vec<String>, Refusal> {
    let malformed = Refusal::Malformed { part: "SignedHeaders" };
    let text = std::str::from_utf8(text).map_err(|_| malformed)?;
    let names: Vec<String> = text.split(';').map(str::to_owned).collect();
    let proper = |name: &String| {
        !name.is_empty() && !name.contains(|c: char| c.is_ascii_uppercase() || c.is_whitespace())
    };
    if names.len() > crate::HEADERS_MAX || !names.iter().all(proper) || !names.is_sorted() {
        return Err(malformed);
    }
    Ok(names)
}

fn stamp_of(head: &Head) -> Result<Stamp, Refusal> {
    let malformed = Refusal::Malformed { part: "X-Amz-Date" };
    match head.header("x-amz-date") {
        Some(text) => Stamp::parse(text.trim_ascii()).ok_or(malformed),
        None => {
            let date = head.header_text("date").ok_or(malformed)?;
            let time = Stamp::parse(date.as_bytes()).and_then(|stamp| stamp.time());
            let time = time.or_else(|| crate::time::parse_http_date(date)).ok_or(malformed)?;
            Stamp::of(time).ok_or(malformed)
        }
    }
}

fn raw(part: &'static str, text: Vec<u8>) -> Result<RawText, Refusal> {
    RawText::from_bytes(RawBytes::new(text)).map_err(|_| Refusal::Malformed { part })
}

/// A parameter of the query, decoded.
fn parameter(head: &Head, name: &str) -> Option<Vec<u8>> {
    let pairs = head.query().split(|byte| *byte == b'&');
    let value = pairs.filter_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")).next()?;
    Some(percent_decode(value, false))
}
