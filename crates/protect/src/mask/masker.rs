//! What stands in the place of a value? That is the style's decision, made here, once for all ways in.

use crate::mask::domain::fits_token;
use crate::mask::last_four::write_last_four;
use crate::mask::normal::normal_form;
use crate::mask::numbered::Numbers;
use crate::token::{Scope, TokenKey, write_token};
use sotto_detect::RuleInfo;
use std::sync::Arc;

/// What replaces a value.
#[derive(Default)]
pub enum Style {
    /// One asterisk for each character; line breaks inside a value stay (CloudWatch Logs masks this way).
    #[default]
    Asterisks,
    /// The identifier's name: `[CreditCardNumber]`.
    Label,
    /// The identifier's name and a number that stays the same for the same value: `[CreditCardNumber_1]`.
    Numbered(Numbers),
    /// Asterisks, and the last four letters or digits of long values.
    LastFour,
    /// A keyed token, the same for the same value in the same scope: `[CreditCardNumber:t1g:...]`.
    Token {
        /// The secret.
        key: Arc<TokenKey>,
        /// How far the token reaches.
        scope: Scope,
    },
}

impl std::fmt::Debug for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Asterisks => "Asterisks",
            Self::Label => "Label",
            Self::Numbered(_) => "Numbered",
            Self::LastFour => "LastFour",
            Self::Token { .. } => "Token",
        })
    }
}

/// Replaces values in one style. One for each document where the style is [`Style::Numbered`]; otherwise share it.
#[derive(Debug, Default)]
pub struct Masker {
    style: Style,
}

/// One value to be replaced.
pub(crate) struct Hidden<'a> {
    /// The rule that found it.
    pub(crate) rule: &'a RuleInfo,
    /// Whether its value must not be kept in any form.
    pub(crate) discard: bool,
    /// The value, which tokens and numbers are made from.
    pub(crate) value: &'a [u8],
    /// What is overwritten; usually the value.
    pub(crate) bytes: &'a [u8],
}

impl Masker {
    /// A masker of that style.
    pub fn new(style: Style) -> Self {
        Self { style }
    }

    /// Its style.
    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Writes what replaces a value. Values that must be discarded (PCI DSS 4.0.1, 3.3.1) show nothing in any style.
    pub(crate) fn replace(&self, hidden: &Hidden<'_>, out: &mut Vec<u8>) {
        let whole = hidden.value.len() == hidden.bytes.len();
        match &self.style {
            Style::LastFour
                if whole && !hidden.discard && write_last_four(hidden.rule, hidden.bytes, out) => {}
            Style::Asterisks | Style::LastFour => write_asterisks(hidden.bytes, out),
            Style::Numbered(numbers) if !hidden.discard => {
                write_label(hidden.rule, numbers.of(hidden.rule, hidden.value), out);
            }
            Style::Token { key, scope } if !hidden.discard && fits_token(hidden.rule, hidden.value) => {
                let normal = normal_form(hidden.rule, hidden.value);
                if !write_token(key, scope, hidden.rule.identifier.as_str(), &normal, out) {
                    write_label(hidden.rule, None, out);
                }
            }
            Style::Label | Style::Numbered(_) | Style::Token { .. } => write_label(hidden.rule, None, out),
        }
    }
}

fn write_label(rule: &RuleInfo, number: Option<u32>, out: &mut Vec<u8>) {
    out.push(b'[');
    out.extend_from_slice(rule.identifier.as_str().as_bytes());
    if let Some(number) = number {
        out.push(b'_');
        out.extend_from_slice(number.to_string().as_bytes());
    }
    out.push(b']');
}

/// One asterisk for each character and for each byte that is part of none; line breaks stay, so that lines do.
pub(crate) fn write_asterisks(hidden: &[u8], out: &mut Vec<u8>) {
    let masked_byte = |byte: &u8| {
        if matches!(byte, b'\n' | b'\r') { *byte } else { b'*' }
    };
    if hidden.is_ascii() {
        out.extend(hidden.iter().map(masked_byte));
        return;
    }
    let masked = |c: char| u8::try_from(c).map_or(b'*', |byte| masked_byte(&byte));
    for chunk in hidden.utf8_chunks() {
        out.extend(chunk.valid().chars().map(masked));
        out.extend(chunk.invalid().iter().map(|_| b'*'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::double;
    use crate::token::ScopeKind;
    use zeroize::Zeroizing;

    fn entropy() -> Zeroizing<Vec<u8>> {
        Zeroizing::new((0..32).collect())
    }

    fn styles() -> [Style; 5] {
        let scope = Scope::new(ScopeKind::Group, "g").unwrap();
        let key = Arc::new(TokenKey::new(entropy()).unwrap());
        let numbers = Numbers::new(entropy()).unwrap();
        [
            Style::Asterisks,
            Style::Label,
            Style::Numbered(numbers),
            Style::LastFour,
            Style::Token { key, scope },
        ]
    }

    fn replaced(style: Style, id: &str, value: &str, discard: bool) -> String {
        let mut out = Vec::new();
        let (rule, value) = (double::rule(id), value.as_bytes());
        Masker::new(style).replace(&Hidden { rule: &rule, discard, value, bytes: value }, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_style_writes_its_own() {
        let made = styles().map(|style| replaced(style, "CreditCardNumber", "4111 1111 1111 1111", false));
        let [asterisks, label, numbered, last_four, token] = made;
        assert_eq!(asterisks, "*".repeat(19));
        assert_eq!(label, "[CreditCardNumber]");
        assert_eq!(numbered, "[CreditCardNumber_1]");
        assert_eq!(last_four, "**** **** **** 1111");
        assert!(token.starts_with("[CreditCardNumber:t1g:"), "{token}");
    }

    #[test]
    fn discarded_values_show_nothing_in_any_style() {
        let made =
            styles().map(|style| replaced(style, "CreditCardMagneticStripe", "4111111111111111=2512", true));
        let (stars, label) = ("*".repeat(21), "[CreditCardMagneticStripe]");
        assert_eq!(made, [&stars, label, label, &stars, label].map(str::to_owned));
    }

    #[test]
    fn small_domains_get_no_token() {
        let token = styles().into_iter().next_back().unwrap();
        assert_eq!(replaced(token, "ZipCode-US", "12345-6789", false), "[ZipCode-US]");
    }

    #[test]
    fn asterisks_count_characters_and_stray_bytes() {
        let mut out = Vec::new();
        write_asterisks("aé\u{1f600}".as_bytes(), &mut out);
        write_asterisks(b"\xff\xfe\xf0\x9f", &mut out);
        write_asterisks(b"x\r\ny", &mut out);
        assert_eq!(out, b"********\r\n*");
    }
}
