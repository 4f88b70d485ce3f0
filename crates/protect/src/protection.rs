//! What is done about the events of one log group? A [`Protection`]: the policies that hold for it, compiled.
//!
//! The policy of the account and that of the group add up; neither takes away what the other protects. What the service
//! leaves open is a group's own [`Settings`]: how a value is replaced, which fields are looked at, whether an issuer keeps
//! card security codes. Where no policy holds there is the policy of last resort ([`last_resort`](Protection::last_resort)),
//! and without that, [`Protection::none`]: text is stored as it came.
//!
//! Compiling takes tens of milliseconds; groups that look for the same share one scanner through [`Scanners`].

mod defaults;
mod scanners;
mod settings;

pub use scanners::Scanners;
pub use settings::{Replacement, Settings};

use crate::arrival_error::ProtectError;
use crate::fields::{FieldPaths, FieldWalk};
use crate::findings::Audit;
use crate::mask::domain::begins_word;
use crate::mask::{Find, Masker, Style};
use crate::policy::{EffectivePolicy, FindingsDestinations, Level};
use crate::token::{Scope, TokenKey};
use sotto_detect::{Detection, RuleInfo, Scanner};
use sotto_public::{IdentifierId, Public, RestingText};
use sotto_sensitive::RawText;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The name of the policy of last resort.
pub const LAST_RESORT: &str = "sotto-default";

/// What tokens are made with.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The secret.
    pub key: Arc<TokenKey>,
    /// How far a token reaches: the log group.
    pub scope: Scope,
}

/// What is done about the events of one log group.
#[derive(Debug, Default)]
pub struct Protection(Option<Look>);

/// The compiled policies of a group.
pub(crate) struct Look {
    scanner: Arc<Scanner>,
    fields: Option<FieldPaths>,
    masker: Masker,
    maskers: BTreeMap<IdentifierId, Masker>,
    keep_card_codes: bool,
    audits: Vec<Audit>,
}

impl Protection {
    /// No policy: text is stored as it came.
    pub fn none() -> Self {
        Self(None)
    }

    /// The policies of account and group. Without any, [`Protection::none`].
    ///
    /// # Errors
    /// When what they look for cannot be compiled, or tokens are asked for without a key.
    pub fn compile(
        policies: &EffectivePolicy,
        settings: &Settings,
        tokens: Option<&Tokens>,
        scanners: &Scanners,
    ) -> Result<Self, ProtectError> {
        if !policies.protects() {
            return Ok(Self::none());
        }
        let look = Look::new(scanners.of_policies(policies)?, settings, tokens)?;
        Ok(Self(Some(Look { audits: audits(policies), ..look })))
    }

    /// The policy of last resort, `sotto-default`: credentials, financial and national identifiers with checksums, card
    /// security codes and track data. It holds where no other policy does, and reports nowhere but in counters.
    ///
    /// # Errors
    /// As for [`Protection::compile`].
    pub fn last_resort(
        settings: &Settings,
        tokens: Option<&Tokens>,
        scanners: &Scanners,
    ) -> Result<Self, ProtectError> {
        let look = Look::new(scanners.of_last_resort()?, settings, tokens)?;
        let audit = Audit {
            level: Level::Account,
            policy: Public::from(LAST_RESORT),
            destinations: FindingsDestinations::default(),
            identifiers: look.scanner.identifiers().into_iter().collect(),
        };
        Ok(Self(Some(Look { audits: vec![audit], ..look })))
    }

    /// Whether any policy holds.
    pub fn protects(&self) -> bool {
        self.0.is_some()
    }

    /// What each policy asks to be reported.
    pub fn audits(&self) -> &[Audit] {
        self.0.as_ref().map_or(&[], |look| &look.audits)
    }

    /// The identifiers that are looked for, sorted.
    pub fn identifiers(&self) -> BTreeSet<&IdentifierId> {
        self.audits().iter().flat_map(|audit| &audit.identifiers).collect()
    }

    pub(crate) fn look(&self) -> Option<&Look> {
        self.0.as_ref()
    }
}

impl Look {
    fn new(
        scanner: Arc<Scanner>,
        settings: &Settings,
        tokens: Option<&Tokens>,
    ) -> Result<Self, ProtectError> {
        let masker = |replacement: Replacement| replacement.masker(tokens);
        let only: Vec<&str> = settings.fields_only.iter().map(RestingText::as_str).collect();
        let without: Vec<&str> = settings.fields_without.iter().map(RestingText::as_str).collect();
        let named = settings.replacements.iter();
        Ok(Self {
            scanner,
            fields: FieldPaths::new(&only, &without)?,
            masker: masker(settings.replacement)?,
            maskers: named
                .map(|(id, own)| Ok((id.clone(), masker(*own)?)))
                .collect::<Result<_, ProtectError>>()?,
            keep_card_codes: settings.keep_card_codes,
            audits: Vec::new(),
        })
    }

    /// What is found in a text, without what stands in fields that are not looked at.
    #[expect(
        clippy::disallowed_methods,
        reason = "the structure around the values decides whether they count"
    )]
    pub(crate) fn find(&self, raw: &RawText) -> Vec<Detection> {
        let mut found = self.scanner.scan(raw);
        if let Some(paths) = self.fields.as_ref().filter(|_| !found.is_empty()) {
            FieldWalk::new(paths).walk(paths, raw.expose().as_bytes(), &mut found);
        }
        found
    }

    /// What replaces the values of an identifier.
    pub(crate) fn masker(&self, identifier: &IdentifierId) -> &Masker {
        self.maskers.get(identifier).unwrap_or(&self.masker)
    }

    /// The rule that won at a place.
    pub(crate) fn rule(&self, place: &Detection) -> &RuleInfo {
        Scanner::rule(&self.scanner, place.rule)
    }

    /// The rule of another label.
    pub(crate) fn rival(&self, rule: sotto_detect::RuleId) -> &RuleInfo {
        Scanner::rule(&self.scanner, rule)
    }

    /// Whether a value shows nothing in any style, not even what its style would show: card security codes, track data, and
    /// PINs, which only custom identifiers know (PCI DSS 4.0.1, 3.3.1).
    pub(crate) fn discards(&self, place: &Detection) -> bool {
        let is_pin = |rule| begins_word(self.scanner.identifier(rule).as_str(), "Pin");
        Find::discards(&self.scanner, place)
            || is_pin(place.rule)
            || place.rivals.iter().any(|rival| is_pin(rival.rule))
    }

    /// Whether originals of card security codes are sealed as others are.
    pub(crate) fn keeps_card_codes(&self) -> bool {
        self.keep_card_codes
    }

    /// Whether an original may be sealed.
    pub(crate) fn keeps(&self, place: &Detection) -> bool {
        self.keep_card_codes || !self.discards(place)
    }
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Look").field("audits", &self.audits).finish_non_exhaustive()
    }
}

impl Replacement {
    fn masker(self, tokens: Option<&Tokens>) -> Result<Masker, ProtectError> {
        Ok(Masker::new(match self {
            Self::Asterisks => Style::Asterisks,
            Self::Label => Style::Label,
            Self::LastFour => Style::LastFour,
            Self::Token => {
                let Tokens { key, scope } = tokens.ok_or(ProtectError::NoTokenKey)?.clone();
                Style::Token { key, scope }
            }
        }))
    }
}

/// What each policy asks to be reported.
#[expect(
    clippy::disallowed_methods,
    reason = "a policy's name is letters, digits, `-` and `_`, a metric's dimension"
)]
fn audits(policies: &EffectivePolicy) -> Vec<Audit> {
    let destinations = policies.levels().map(|(level, policy)| Audit {
        level,
        policy: Public::from_pinned_text(policy.name().to_owned()),
        destinations: policy.audit().destinations().clone(),
        identifiers: policy.identifiers().iter().filter_map(|id| IdentifierId::new(id.name()).ok()).collect(),
    });
    destinations.collect()
}
