//! What are temporary credentials? Everything about a session, sealed into its token; nothing is stored.
//!
//! Whoever holds the root key opens the token and knows who acts, under which policies and until when. The role or user must still
//! exist under the same unique id, which the caller looks up at every request; so deleting a role ends its sessions at once. A
//! table of sessions was rejected: it grows with callers, and every front end would have to read it.

use crate::{DirectoryError, Outcome, Seconds, Text};
use sotto_arn::AccountId;
use sotto_kms::{SEAL_ENTROPY_BYTES, Sealed, StoreKey};
use sotto_public::Place;
use sotto_sensitive::{RawBytes, RawText};

/// Longest token in characters: session policies and fifty tags fit, what is longer was not made here.
pub const TOKEN_CHARS_MAX: usize = 32 * 1024;
/// Version of the claims' layout.
const LAYOUT: u8 = 1;

/// What kind of session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// AssumeRole.
    Role,
    /// AssumeRoleWithWebIdentity.
    WebIdentity,
    /// GetSessionToken of a user or of the root user.
    User,
    /// GetFederationToken.
    Federated,
}

const KINDS: [SessionKind; 4] =
    [SessionKind::Role, SessionKind::WebIdentity, SessionKind::User, SessionKind::Federated];

/// Everything about a session. Names and tag values are captured text.
#[derive(Debug)]
pub struct Claims {
    /// What kind.
    pub kind: SessionKind,
    /// The id of its access key.
    pub key_id: Text,
    /// The secret of its access key.
    pub secret: RawText,
    /// The account.
    pub account: AccountId,
    /// Unique id of the role or user; the account's id for its root user.
    pub subject: Text,
    /// Name of the role or user; empty for the root user.
    pub name: Text,
    /// The session's name, or the federated user's.
    pub session_name: RawText,
    /// When it began.
    pub issued: Seconds,
    /// When it ends.
    pub expires: Seconds,
    /// When MFA was shown, if it was.
    pub mfa: Option<Seconds>,
    /// The source identity.
    pub source_identity: Option<RawText>,
    /// Session tags: key, value, whether they go along when another role is assumed.
    pub tags: Vec<(RawText, RawText, bool)>,
    /// Inline session policies.
    pub policies: Vec<Text>,
    /// ARNs of managed session policies.
    pub policy_arns: Vec<Text>,
    /// The token issuer of a web identity, as `aws:FederatedProvider` has it.
    pub provider: Option<Text>,
    /// Claims of a web identity: `HOST:sub`, `HOST:aud` and their like.
    pub web: Vec<(Text, RawText)>,
}

fn place() -> Place {
    Place::new("session token")
}

impl Claims {
    /// Seals the claims into a token's bytes.
    ///
    /// # Errors
    /// When they are too much for one token.
    pub fn seal(&self, key: &StoreKey, entropy: [u8; SEAL_ENTROPY_BYTES]) -> Outcome<Sealed> {
        key.seal(&place(), &self.write(), entropy).map_err(|_| too_large())
    }

    /// The token as clients carry it: the sealed bytes in base 64 (RFC 4648, section 4).
    ///
    /// # Errors
    /// When the claims are too much for one token.
    pub fn token(&self, key: &StoreKey, entropy: [u8; SEAL_ENTROPY_BYTES]) -> Outcome<Text> {
        let text = base64::encode(self.seal(key, entropy)?.as_bytes());
        if text.len() > TOKEN_CHARS_MAX { Err(too_large()) } else { Ok(Text::own(text)) }
    }

    /// Opens a token; `None` when it is none of ours, was changed, or belongs to another access key.
    pub fn open(key: &StoreKey, key_id: &str, token: &str) -> Option<Self> {
        if token.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let sealed = Sealed::parse(&base64::decode(token)?).ok()?;
        let claims = Self::read(&key.open(&place(), &sealed).ok()?)?;
        (claims.key_id.as_str() == key_id).then_some(claims)
    }

    #[expect(clippy::disallowed_methods, reason = "claims are copied raw to raw, to be sealed")]
    fn write(&self) -> RawBytes {
        let mut out = Writer(RawBytes::default());
        out.0.push(&[LAYOUT, KINDS.iter().position(|kind| *kind == self.kind).unwrap_or(0) as u8]);
        for text in [self.key_id.as_str(), self.secret.expose(), self.account.as_str(), self.subject.as_str()]
        {
            out.text(text);
        }
        out.text(self.name.as_str());
        out.text(self.session_name.expose());
        out.number(self.issued);
        out.number(self.expires);
        out.number(self.mfa.map_or(0, |at| at.saturating_add(1)));
        out.option(self.source_identity.as_ref().map(RawText::expose));
        out.number(self.tags.len() as u64);
        for (key, value, transitive) in &self.tags {
            out.text(key.expose());
            out.text(value.expose());
            out.0.push(&[u8::from(*transitive)]);
        }
        out.texts(&self.policies);
        out.texts(&self.policy_arns);
        out.option(self.provider.as_ref().map(Text::as_str));
        out.number(self.web.len() as u64);
        for (key, value) in &self.web {
            out.text(key.as_str());
            out.text(value.expose());
        }
        out.0
    }

    #[expect(clippy::disallowed_methods, reason = "claims are copied raw to raw, out of their seal")]
    fn read(raw: &RawBytes) -> Option<Self> {
        let mut input = Reader(raw.expose());
        let head = input.take(2)?;
        let (layout, kind) = (head.first()?, head.last()?);
        let kind = *KINDS.get(usize::from(*kind)).filter(|_| *layout == LAYOUT)?;
        Some(Self {
            kind,
            key_id: input.own()?,
            secret: input.raw()?,
            account: AccountId::parse(input.text()?).ok()?,
            subject: input.own()?,
            name: input.own()?,
            session_name: input.raw()?,
            issued: input.number()?,
            expires: input.number()?,
            mfa: input.number()?.checked_sub(1),
            source_identity: input.option(Reader::raw)?,
            tags: input.list(|tag| Some((tag.raw()?, tag.raw()?, *tag.take(1)?.first()? == 1)))?,
            policies: input.list(Reader::own)?,
            policy_arns: input.list(Reader::own)?,
            provider: input.option(Reader::own)?,
            web: input.list(|claim| Some((claim.own()?, claim.raw()?)))?,
        })
    }
}

fn too_large() -> DirectoryError {
    DirectoryError::LimitExceeded("The session's policies and tags are too large for a token.".into())
}

struct Writer(RawBytes);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.push(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.push(text.as_bytes());
    }

    fn texts(&mut self, texts: &[Text]) {
        self.number(texts.len() as u64);
        texts.iter().for_each(|text| self.text(text.as_str()));
    }

    fn option(&mut self, text: Option<&str>) {
        self.0.push(&[u8::from(text.is_some())]);
        text.into_iter().for_each(|text| self.text(text));
    }
}

/// Most items of one list in a token.
const ITEMS_MAX: u64 = 256;

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn number(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        let count = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.take(count)?).ok()
    }

    fn own(&mut self) -> Option<Text> {
        self.text().map(|text| Text::own(text.to_owned()))
    }

    fn raw(&mut self) -> Option<RawText> {
        self.text().map(|text| RawText::new(text.to_owned()))
    }

    fn option<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.take(1)?.first()? {
            0 => Some(None),
            _ => read(self).map(Some),
        }
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number().filter(|count| *count <= ITEMS_MAX)?;
        (0..count).map(|_| read(self)).collect()
    }
}

/// Base 64 with padding (RFC 4648, section 4).
mod base64 {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            for index in 0..4 {
                let sextet = (word >> (18 - 6 * index)) & 63;
                let letter =
                    usize::try_from(sextet).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'=');
                text.push(if index <= chunk.len() { char::from(letter) } else { '=' });
            }
        }
        text
    }

    pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
        let (mut word, mut bits) = (0_u32, 0_u32);
        for letter in text.trim_end_matches('=').bytes() {
            let value = ALPHABET.iter().position(|known| *known == letter)?;
            word = (word << 6 | u32::try_from(value).ok()?) & 0xffff;
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from((word >> bits) & 0xff).ok()?);
            }
        }
        Some(bytes)
    }
}
