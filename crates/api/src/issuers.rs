//! Is a web identity token genuine? Its issuer's keys say so: RS256 and ES256, from JWKS documents that were configured.
//!
//! RFC 7515 (signature), RFC 7517 (keys), RFC 7519 (claims), RFC 8725 (good practice): the algorithm is that of the key, never
//! that of the token; a key of one issuer says nothing about another; `exp` is required, `nbf` and a little skew are obeyed. Keys
//! are read once, at the start: sotto asks nobody over the network.

use crate::error::ApiError;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value as Json;
use sotto_directory::Text;
use sotto_public::Public;
use sotto_sensitive::RawText;

/// Bytes of a token (STS API Reference, `WebIdentityToken`).
pub const TOKEN_BYTES_MAX: usize = 20_000;
/// Keys of one issuer.
pub const KEYS_MAX: usize = 64;
/// How far the issuer's clock may be ahead of or behind ours, in seconds.
const SKEW_SECONDS: u64 = 60;
/// Least bytes of an RSA modulus: 2,048 bits (RFC 7518, section 3.3).
const MODULUS_BYTES_MIN: usize = 256;

/// The issuers whose keys are known.
#[derive(Debug, Default)]
pub struct Issuers(Vec<Issuer>);

#[derive(Debug)]
struct Issuer {
    url: Text,
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    kind: KeyKind,
}

#[derive(Debug)]
enum KeyKind {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
}

impl Issuers {
    /// Adds the keys of an issuer (`https://HOST/PATH`) from its JWKS document, which is public.
    ///
    /// # Errors
    /// [`ApiError::IssuerKeys`] when the document holds no key that can be used.
    pub fn add(&mut self, url: &Public<String>, document: &Public<String>) -> Result<(), ApiError> {
        let number = self.0.len() + 1;
        let keys = read_keys(document.get()).ok_or(ApiError::IssuerKeys { number })?;
        let url = Text::from(url.clone()).without_scheme();
        self.0.push(Issuer { url, keys });
        Ok(())
    }

    fn of(&self, url: &str) -> Option<&Issuer> {
        self.0.iter().find(|issuer| issuer.url.as_str() == url)
    }
}

fn read_keys(document: &str) -> Option<Vec<Key>> {
    let document: Json = serde_json::from_str(document).ok()?;
    let keys: Vec<Key> =
        document.get("keys")?.as_array()?.iter().take(KEYS_MAX).filter_map(read_key).collect();
    (!keys.is_empty()).then_some(keys)
}

fn read_key(key: &Json) -> Option<Key> {
    let text = |name: &str| key.get(name).and_then(Json::as_str);
    let bytes = |name: &str| base64url(text(name)?);
    if text("use").is_some_and(|usage| usage != "sig") {
        return None;
    }
    let kind = match (text("kty")?, text("crv"), text("alg")) {
        ("RSA", _, None | Some("RS256")) => {
            let modulus = bytes("n").filter(|modulus| modulus.len() >= MODULUS_BYTES_MIN)?;
            KeyKind::Rsa { modulus, exponent: bytes("e")? }
        }
        ("EC", Some("P-256"), None | Some("ES256")) => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let whole = x.len() == 32 && y.len() == 32;
            KeyKind::P256(whole.then(|| [&[4], x.as_slice(), y.as_slice()].concat())?)
        }
        _ => return None,
    };
    Some(Key { id: text("kid").map(str::to_owned), kind })
}

impl Key {
    fn algorithm(&self) -> &'static str {
        match self.kind {
            KeyKind::Rsa { .. } => "RS256",
            KeyKind::P256(_) => "ES256",
        }
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.kind {
            KeyKind::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            KeyKind::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
        }
    }
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is no signed token, or lacks a claim.
    Malformed,
    /// No key of its issuer made the signature.
    Signature,
    /// Its issuer's keys are not known.
    NoKeys,
    /// It has ended.
    Expired,
    /// It does not hold yet.
    NotYet,
}

/// What a genuine token says.
pub(crate) struct WebToken {
    /// The issuer without its scheme.
    pub(crate) issuer: Text,
    /// Who.
    pub(crate) subject: RawText,
    /// For whom the token was made.
    pub(crate) audiences: Vec<RawText>,
    /// How the subject was authenticated.
    pub(crate) methods: Vec<RawText>,
}

impl WebToken {
    /// Checks a token at an instant.
    #[expect(
        clippy::disallowed_methods,
        reason = "the token is read to be verified; its claims stay captured text"
    )]
    pub(crate) fn verify(issuers: &Issuers, token: &RawText, now: u64) -> Result<Self, Refused> {
        if token.length() > TOKEN_BYTES_MAX {
            return Err(Refused::Malformed);
        }
        let (signed, signature) = token.expose().rsplit_once('.').ok_or(Refused::Malformed)?;
        let (head, body) = signed.split_once('.').ok_or(Refused::Malformed)?;
        let (head, body) = (json(head)?, json(body)?);
        let claimed = body.get("iss").and_then(Json::as_str).ok_or(Refused::Malformed)?;
        let url = claimed.strip_prefix("https://").unwrap_or(claimed);
        let issuer = issuers.of(url).ok_or(Refused::NoKeys)?;
        let signature = base64url(signature).ok_or(Refused::Malformed)?;
        let text = |name: &str| head.get(name).and_then(Json::as_str);
        let wanted = |key: &&Key| {
            Some(key.algorithm()) == text("alg")
                && (text("kid").is_none() || key.id.as_deref() == text("kid"))
        };
        if !issuer.keys.iter().filter(wanted).any(|key| key.signed(signed.as_bytes(), &signature)) {
            return Err(Refused::Signature);
        }
        timely(&body, now)?;
        let subject = body.get("sub").and_then(Json::as_str).map(raw).ok_or(Refused::Malformed)?;
        let (audiences, methods) = (raws(&body, "aud"), raws(&body, "amr"));
        Ok(Self { issuer: issuer.url.clone(), subject, audiences, methods })
    }

    /// The claims as condition keys of the session: `HOST/PATH:sub`, `:aud`, `:amr`.
    pub(crate) fn keys(&self) -> Vec<(Text, RawText)> {
        let key = |name: &'static str| self.issuer.claim(name);
        let mut keys = vec![(key("sub"), crate::context::copied(&self.subject))];
        keys.extend(self.audiences.first().map(|audience| (key("aud"), crate::context::copied(audience))));
        keys
    }
}

fn timely(body: &Json, now: u64) -> Result<(), Refused> {
    let time = |name: &str| body.get(name).and_then(seconds);
    let ends = time("exp").ok_or(Refused::Malformed)?;
    if now >= ends.saturating_add(SKEW_SECONDS) {
        return Err(Refused::Expired);
    }
    match time("nbf") {
        Some(begins) if now.saturating_add(SKEW_SECONDS) < begins => Err(Refused::NotYet),
        _ => Ok(()),
    }
}

/// A NumericDate (RFC 7519, section 2), whole seconds of it.
fn seconds(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
}

fn json(part: &str) -> Result<Json, Refused> {
    let bytes = base64url(part).ok_or(Refused::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Malformed)
}

fn raw(text: &str) -> RawText {
    RawText::new(text.to_owned())
}

/// A claim that is one text or a list of them.
fn raws(body: &Json, name: &str) -> Vec<RawText> {
    match body.get(name) {
        Some(Json::String(one)) => vec![raw(one)],
        Some(Json::Array(many)) => many.iter().filter_map(Json::as_str).map(raw).collect(),
        _ => Vec::new(),
    }
}

/// Base 64 for URLs, without padding (RFC 4648, section 5).
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        word = (word << 6 | u32::from(value)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((word >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test declares its own literals public")]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    /// RFC 7515, appendix A.2 and A.3: keys, payload and signatures.
    const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const PAYLOAD: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RS256: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const ES256: &str =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    const ENDS: u64 = 1_300_819_380;

    fn public(text: &str) -> Public<String> {
        Public::from_pinned_text(text.to_owned())
    }

    fn issuers(url: &str, keys: &str) -> Issuers {
        let mut issuers = Issuers::default();
        issuers.add(&public(url), &public(&format!("{{\"keys\":[{keys}]}}"))).unwrap();
        issuers
    }

    fn published() -> Issuers {
        let rsa = format!("{{\"kty\":\"RSA\",\"n\":\"{RSA_N}\",\"e\":\"AQAB\"}}");
        let ec = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        issuers("joe", &format!("{rsa},{ec}"))
    }

    fn refused(issuers: &Issuers, token: &str, now: u64) -> Option<Refused> {
        WebToken::verify(issuers, &raw(token), now).err()
    }

    #[test]
    fn published_signatures_hold_and_time_is_obeyed() {
        // Both lack a subject, which is looked at last.
        let rs256 = format!("eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}.{RS256}");
        let es256 = format!("eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}.{ES256}");
        let crossed = format!("eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}.{RS256}");
        let none = format!("eyJhbGciOiJub25lIn0.{PAYLOAD}.");
        let cases = [
            (&rs256, ENDS - 1, Refused::Malformed),
            (&es256, ENDS - 1, Refused::Malformed),
            (&rs256, ENDS + SKEW_SECONDS - 1, Refused::Malformed),
            (&rs256, ENDS + SKEW_SECONDS, Refused::Expired),
            (&crossed, ENDS - 1, Refused::Signature),
            (&none, ENDS - 1, Refused::Signature),
        ];
        for (token, now, expected) in cases {
            assert_eq!(refused(&published(), token, now), Some(expected), "{now}");
        }
        assert_eq!(refused(&issuers("ann", &own_key(&pair())), &rs256, 0), Some(Refused::NoKeys));
    }

    fn pair() -> EcdsaKeyPair {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
    }

    fn encoded(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            let letters = (0..=chunk.len()).map(|at| ALPHABET[(word >> (18 - 6 * at)) as usize & 63]);
            text.extend(letters.map(char::from));
        }
        text
    }

    fn own_key(pair: &EcdsaKeyPair) -> String {
        let point = pair.public_key().as_ref();
        let (x, y) = (encoded(&point[1..33]), encoded(&point[33..65]));
        format!("{{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"{x}\",\"y\":\"{y}\"}}")
    }

    fn token(pair: &EcdsaKeyPair, claims: &str) -> String {
        let head = encoded(br#"{"alg":"ES256","kid":"k"}"#);
        let signed = format!("{head}.{}", encoded(claims.as_bytes()));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", encoded(signature.as_ref()))
    }

    #[test]
    fn a_genuine_token_says_who_and_for_whom() {
        let pair = pair();
        let known = issuers("https://id.example/pool", &own_key(&pair));
        let claims = r#"{"iss":"https://id.example/pool","sub":"canary","aud":["a","b"],"amr":["otp"],"exp":100,"nbf":50.5}"#;
        let token = token(&pair, claims);
        let read = WebToken::verify(&known, &raw(&token), 90).unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!((read.issuer.as_str(), read.subject.expose()), ("id.example/pool", "canary"));
        assert_eq!((read.audiences.len(), read.methods.len(), read.keys().len()), (2, 1, 2));
        assert_eq!(read.keys()[0].0.as_str(), "id.example/pool:sub");
    }

    #[test]
    fn what_is_not_genuine_is_refused() {
        let pair = pair();
        let known = issuers("https://id.example", &own_key(&pair));
        let good = token(&pair, r#"{"iss":"https://id.example","sub":"s","exp":1000,"nbf":500}"#);
        let foreign = token(&super::tests::pair(), r#"{"iss":"https://id.example","sub":"s","exp":1000}"#);
        let endless = token(&pair, r#"{"iss":"https://id.example","sub":"s"}"#);
        let cases = [
            (good.clone(), 500, None),
            (good.clone(), 500 - SKEW_SECONDS, None),
            (good.clone(), 500 - SKEW_SECONDS - 1, Some(Refused::NotYet)),
            (foreign, 500, Some(Refused::Signature)),
            (endless, 500, Some(Refused::Malformed)),
            (good.replace('.', ""), 500, Some(Refused::Malformed)),
            ("a.b.c".to_owned(), 500, Some(Refused::Malformed)),
            (good.clone() + &"A".repeat(TOKEN_BYTES_MAX), 500, Some(Refused::Malformed)),
        ];
        for (token, now, expected) in cases {
            assert_eq!(refused(&known, &token, now), expected, "{now}");
        }
    }

    #[test]
    fn documents_without_a_usable_key_are_refused() {
        let short = r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#;
        for document in ["", "{}", r#"{"keys":[]}"#, short, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#] {
            let added = Issuers::default().add(&public("https://id.example"), &public(document));
            assert!(matches!(added, Err(ApiError::IssuerKeys { number: 1 })), "{document}");
        }
    }
}
