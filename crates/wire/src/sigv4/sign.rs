//! How does a client sign? With the same canonical request that the server verifies.

use super::canonical::Request;
use super::claim::{Scope, hash_of};
use super::key::SigningKey;
use super::time::Stamp;
use crate::head::{Head, HeadTooLarge, Method};
use crate::text::{hex, percent_encode};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::time::{Duration, SystemTime};

/// Who signs.
#[derive(Debug)]
pub struct Credentials {
    /// Id of the access key.
    pub access_key: Public<String>,
    /// Its secret.
    pub secret: RawText,
    /// Token of the session, when the key belongs to one.
    pub token: Option<RawText>,
}

/// For what is signed.
#[derive(Clone, Debug)]
pub struct Purpose {
    /// The Region.
    pub region: Public<String>,
    /// The service's signing name.
    pub service: Public<String>,
    /// Now.
    pub now: SystemTime,
}

impl Purpose {
    fn scope(&self, stamp: &Stamp) -> Option<Scope> {
        let (region, service) = (self.region.get().as_bytes(), self.service.get().as_bytes());
        Scope::parse(&[stamp.day(), region, service, b"aws4_request"].join(&b'/'))
    }
}

/// Why a request cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The clock, the Region or the service cannot stand in a scope.
    #[error("the time, the region or the service cannot stand in a signature")]
    Scope,
    /// The signed head is too large.
    #[error(transparent)]
    Head(#[from] HeadTooLarge),
}

/// Headers that proxies change: they stay unsigned.
const UNSIGNED: &[&str] =
    &["authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

/// Adds time, session token, payload hash (S3) and `Authorization` to a head that has its host.
///
/// # Errors
/// [`SignError`].
#[expect(clippy::disallowed_methods, reason = "the caller's own session token becomes a header")]
pub fn sign(head: &mut Head, body: &RawBytes, who: &Credentials, purpose: &Purpose) -> Result<(), SignError> {
    let stamp = Stamp::of(purpose.now).ok_or(SignError::Scope)?;
    let scope = purpose.scope(&stamp).ok_or(SignError::Scope)?;
    let hash = hex(&hash_of(body));
    if head.header("x-amz-date").is_none() {
        head.push(b"x-amz-date", stamp.bytes())?;
    }
    if let Some(token) = who.token.as_ref().filter(|_| head.header("x-amz-security-token").is_none()) {
        head.push(b"x-amz-security-token", token.expose().as_bytes())?;
    }
    if purpose.service.get() == "s3" {
        head.push(b"x-amz-content-sha256", &hash)?;
    }
    let names = signed_names(head);
    let signature = signature(head, &names, &hash, (&stamp, &scope, who));
    let credential = [who.access_key.get().as_bytes(), b"/", &scope.text()].concat();
    let names = names.join(";");
    let parts: [&[u8]; 6] = [
        &b"AWS4-HMAC-SHA256 Credential="[..],
        &credential,
        &b", SignedHeaders="[..],
        names.as_bytes(),
        &b", Signature="[..],
        &signature,
    ];
    Ok(head.push(b"authorization", &parts.concat())?)
}

/// The same request, signed in its query, good for a time.
///
/// # Errors
/// [`SignError`].
#[expect(clippy::disallowed_methods, reason = "the caller's own session token becomes a parameter")]
pub fn presign(
    head: &Head,
    expires: Duration,
    who: &Credentials,
    purpose: &Purpose,
) -> Result<Head, SignError> {
    let stamp = Stamp::of(purpose.now).ok_or(SignError::Scope)?;
    let scope = purpose.scope(&stamp).ok_or(SignError::Scope)?;
    let names = signed_names(head);
    let credential = [who.access_key.get().as_bytes(), b"/", &scope.text()].concat();
    let mut query = head.query().to_vec();
    let mut add = |name: &str, value: &[u8]| {
        if !query.is_empty() {
            query.push(b'&');
        }
        query.extend_from_slice(name.as_bytes());
        query.push(b'=');
        percent_encode(&mut query, value, false);
    };
    add("X-Amz-Algorithm", b"AWS4-HMAC-SHA256");
    add("X-Amz-Credential", &credential);
    add("X-Amz-Date", stamp.bytes());
    add("X-Amz-Expires", expires.as_secs().to_string().as_bytes());
    add("X-Amz-SignedHeaders", names.join(";").as_bytes());
    if let Some(token) = &who.token {
        add("X-Amz-Security-Token", token.expose().as_bytes());
    }
    let unsigned = with_query(head, &query)?;
    let hash = if purpose.service.get() == "s3" {
        b"UNSIGNED-PAYLOAD".to_vec()
    } else {
        hex(&super::claim::sha256(b""))
    };
    let signature = signature(&unsigned, &names, &hash, (&stamp, &scope, who));
    query.extend_from_slice(b"&X-Amz-Signature=");
    query.extend_from_slice(&signature);
    Ok(with_query(head, &query)?)
}

fn with_query(head: &Head, query: &[u8]) -> Result<Head, HeadTooLarge> {
    let method: Method = head.method();
    let mut with = Head::new(method, &[head.path(), b"?", query].concat())?;
    for (name, value) in head.headers() {
        with.push(name, value)?;
    }
    Ok(with)
}

fn signed_names(head: &Head) -> Vec<String> {
    let text = |name: &[u8]| String::from_utf8(name.to_vec()).ok();
    let mut names: Vec<String> = head.headers().filter_map(|(name, _)| text(name)).collect();
    names.retain(|name| !UNSIGNED.contains(&name.as_str()));
    names.sort();
    names.dedup();
    names
}

fn signature(
    head: &Head,
    signed_headers: &[String],
    payload_hash: &[u8],
    (stamp, scope, who): (&Stamp, &Scope, &Credentials),
) -> Vec<u8> {
    let canonical = Request { head, signed_headers, payload_hash }.canonical(scope.service().get() == "s3");
    let key = SigningKey::derive(&who.secret, scope);
    hex(&key.sign(&canonical.string_to_sign(stamp, scope)))
}
