//! Which values have no regular shape? Those with a matcher of their own.
//!
//! A matcher is called at the place that its trigger names (a token with a digit, an `@`, a row of hyphens, a word) and
//! answers with the place of the value. Whether a keyword is near, and whether the place is a whole token, is judged
//! by the engine, except where a matcher says that it does so itself.

pub(crate) mod cookie;
pub(crate) mod email;
pub(crate) mod ip;
pub(crate) mod key_block;
pub(crate) mod phone;
pub(crate) mod track;
pub(crate) mod url_credentials;

use crate::shape::{Kind, Next, Signature};

/// A built-in matcher.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Matcher {
    Email,
    Ipv4,
    Ipv6,
    Phone(Option<phone::RegionCode>),
    /// PEM blocks with one of these labels.
    Pem(Vec<String>),
    PgpPrivateKey,
    PuttyPrivateKey,
    UrlCredentials,
    Cookie,
    MagneticStripe,
    Name,
    Address,
    /// A user's own regular expression, which is matched line by line instead.
    Custom,
}

/// What makes the engine call a matcher.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trigger {
    /// The first token of a value.
    Token(Vec<Signature>),
    /// An `@`.
    At,
    /// Five hyphens in a row.
    Dashes,
    /// One of these words; the value begins behind it.
    Words(&'static [&'static str]),
    /// People's writing, read by `prose`.
    Prose,
}

impl Matcher {
    /// The matcher of that name, with its parameters.
    pub(crate) fn by_name(name: &str, labels: &[String], region: Option<&str>) -> Option<Self> {
        Some(match name {
            "email" => Self::Email,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "phone" => match region {
                None => Self::Phone(None),
                Some(code) => Self::Phone(Some(phone::RegionCode::from_code(code)?)),
            },
            "pem" if !labels.is_empty() => Self::Pem(labels.to_vec()),
            "pgp-private-key" => Self::PgpPrivateKey,
            "putty-private-key" => Self::PuttyPrivateKey,
            "url-credentials" => Self::UrlCredentials,
            "cookie" => Self::Cookie,
            "magnetic-stripe" => Self::MagneticStripe,
            "name" => Self::Name,
            "address" => Self::Address,
            _ => return None,
        })
    }

    /// When to call it.
    pub(crate) fn trigger(&self) -> Trigger {
        match self {
            Self::Email | Self::UrlCredentials => Trigger::At,
            Self::Pem(_) | Self::PgpPrivateKey => Trigger::Dashes,
            Self::PuttyPrivateKey => Trigger::Words(key_block::PUTTY_WORDS),
            Self::Cookie => Trigger::Words(cookie::WORDS),
            Self::Ipv4 => Trigger::Token(Signature::of(Kind::Digits, 1..=3, &[Next::Dot])),
            Self::Ipv6 => Trigger::Token(ipv6_signatures()),
            Self::Phone(_) => Trigger::Token(phone_signatures()),
            Self::MagneticStripe => Trigger::Token(
                Signature::of(Kind::Digits, 13..=19, &[Next::Field])
                    .into_iter()
                    .chain(Signature::of(Kind::Mixed, 9..=20, &[Next::Field]))
                    .collect(),
            ),
            Self::Custom => Trigger::Token(Vec::new()),
            Self::Name | Self::Address => Trigger::Prose,
        }
    }

    /// First tokens of values that need no keyword although most do, each with a pattern of how such values begin.
    pub(crate) fn self_evident(&self) -> Vec<(&'static str, Vec<Signature>)> {
        match self {
            Self::Phone(region) => self_evident_phones(*region),
            _ => Vec::new(),
        }
    }

    /// Whether a pass is as good as a check digit.
    pub(crate) fn is_certain(&self) -> bool {
        !matches!(self, Self::Phone(_) | Self::Name | Self::Address | Self::Custom)
    }
}

fn ipv6_signatures() -> Vec<Signature> {
    let mut all = Signature::of(Kind::Digits, 1..=4, &[Next::Colon]);
    all.extend(Signature::of(Kind::Mixed, 1..=4, &[Next::Colon]));
    all
}

fn phone_signatures() -> Vec<Signature> {
    let mut all = Signature::of(Kind::Digits, 1..=15, &Next::ALL);
    all.extend(Signature::of(Kind::Paren, 1..=5, &Next::ALL));
    all
}

/// How a telephone number can begin that needs no keyword: with its country code, or grouped as in North America.
fn self_evident_phones(region: Option<phone::RegionCode>) -> Vec<(&'static str, Vec<Signature>)> {
    let joints = [Next::Dash, Next::Dot, Next::Space, Next::Slash];
    let mut all = vec![(r"\+[1-9(]", Signature::of(Kind::Plus, 1..=15, &Next::ALL))];
    if region.is_none_or(|region| region == phone::RegionCode::US) {
        all.push((r"\(\d{3}\)[-. /]?\d{3}[-. ]?\d{4}", Signature::of(Kind::Paren, 3..=3, &Next::ALL)));
        let grouped = r"(?:[2-9]\d\d[-. /]\d{3}|001[-. /(]{1,2}\d{3})[-. )/]{1,2}\d{3}";
        all.push((grouped, Signature::of(Kind::Digits, 3..=3, &joints)));
        all.push((r"1[-. /](?:\()?\d{3}[-. /)]{1,2}\d{3}", Signature::of(Kind::Digits, 1..=1, &joints)));
    }
    all
}

/// A byte, or a blank outside the text.
pub(crate) fn byte_at(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b' ')
}

/// The byte before, or a blank at the beginning.
pub(crate) fn byte_before(text: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(b' ', |before| byte_at(text, before))
}

/// The first offset from `at` on, within `reach` bytes, where `stop` holds; the end of the reach otherwise.
pub(crate) fn forward(text: &[u8], at: usize, reach: usize, stop: impl Fn(u8) -> bool) -> usize {
    let window = text.get(at..text.len().min(at.saturating_add(reach))).unwrap_or_default();
    at + window.iter().position(|&byte| stop(byte)).unwrap_or(window.len())
}

/// The last offset up to `at`, within `reach` bytes, whose byte before satisfies `stop`; the start of the reach otherwise.
pub(crate) fn backward(text: &[u8], at: usize, reach: usize, stop: impl Fn(u8) -> bool) -> usize {
    let from = at.saturating_sub(reach);
    let window = text.get(from..at).unwrap_or_default();
    from + window.iter().rposition(|&byte| stop(byte)).map_or(0, |index| index + 1)
}
