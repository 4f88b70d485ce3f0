//! Whom does a statement of a resource-based policy speak of?
//!
//! IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal": everybody (`*`), accounts (twelve digits or the ARN
//! of the root, which mean the same), users, roles, sessions of roles, federated sessions, unique ids, services, providers of
//! identities. A wildcard inside of a name is refused: AWS takes none.

use super::element::{Reading, Text, below};
use super::json::{Member, Node, Value};
use super::problem::quoted;
use super::statement::either;
use super::{Place, PolicyKind, Rule};
use sotto_arn::{AccountId, PrincipalArn, PrincipalKind};

const TYPES: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

/// The principals of a statement.
#[derive(Debug)]
pub struct Principals {
    /// Whether they are those left out (`NotPrincipal`).
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<PrincipalPattern>,
}

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub struct PrincipalPattern {
    pub(crate) text: Box<str>,
    pub(crate) place: Place,
    pub(crate) who: Who,
}

impl Principals {
    /// Whether the entries are those left out.
    pub fn are_left_out(&self) -> bool {
        self.negated
    }

    /// Its entries.
    pub fn entries(&self) -> &[PrincipalPattern] {
        &self.patterns
    }
}

impl PrincipalPattern {
    /// The entry as the policy spells it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }
}

/// Whom an entry means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// `*`: everybody, also without any signature.
    Everyone,
    /// An account.
    Account(AccountId),
    /// A user, a role, a session.
    Arn(PrincipalArn),
    /// `AIDA...`, `AROA...`: what AWS keeps in place of the ARN of a user or role.
    UniqueId(Box<str>),
    /// A service.
    Service(Box<str>),
    /// A provider of identities.
    Federated(Box<str>),
    /// The canonical id of an account, as S3 has them.
    Canonical(Box<str>),
}

impl Who {
    fn of(kind: &str, text: &str) -> Option<Self> {
        match kind {
            "Service" => is_host(text).then(|| Self::Service(text.to_ascii_lowercase().into())),
            "Federated" => (!text.is_empty()).then(|| Self::Federated(text.into())),
            "CanonicalUser" => (!text.is_empty()).then(|| Self::Canonical(text.into())),
            _ => Self::of_aws(text),
        }
    }

    fn of_aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if let Ok(account) = AccountId::parse(text) {
            return Some(Self::Account(account));
        }
        let unique = (16..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if unique && text.starts_with('A') {
            return Some(Self::UniqueId(text.into()));
        }
        let arn = PrincipalArn::parse(text).ok()?;
        match arn.kind() {
            PrincipalKind::Root => Some(Self::Account(arn.account().clone())),
            PrincipalKind::Group | PrincipalKind::OidcProvider | PrincipalKind::SamlProvider => None,
            _ => Some(Self::Arn(arn)),
        }
    }
}

/// The name of a service: dots between words of letters, digits and hyphens; or everybody.
fn is_host(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    text.split('.').count() > 1 && text.split('.').all(word)
}

pub(super) fn read(reading: &mut Reading<'_>, members: &[Member], at: (Place, &str)) -> Option<Principals> {
    let found = either(reading, members, ("Principal", "NotPrincipal"), at);
    let Some((value, negated, path)) = found else {
        if reading.kind.names_principals() {
            let aws = Some("Missing required field Principal".to_owned());
            reading.note(
                Rule::MissingElement,
                at,
                "a statement of this policy needs a `Principal`".to_owned(),
                aws,
            );
        }
        return None;
    };
    if !reading.kind.names_principals() {
        let aws = Some("Policy document should not specify a principal.".to_owned());
        let message = "this policy names no principal: it is for whom it is attached to".to_owned();
        reading.note(Rule::PrincipalNotAllowed, at, message, aws);
        return None;
    }
    if negated && matches!(reading.kind, PolicyKind::Trust | PolicyKind::Rcp) {
        let aws = Some("Has prohibited field NotPrincipal.".to_owned());
        reading.note(
            Rule::ProhibitedElement,
            at,
            "`NotPrincipal` has no place in this policy".to_owned(),
            aws,
        );
    }
    let patterns = patterns(reading, value, &path);
    everybody_in_rcp(reading, &patterns, at);
    Some(Principals { negated, patterns })
}

/// A resource control policy is for everybody; conditions narrow it (Organizations User Guide, "RCP syntax").
fn everybody_in_rcp(reading: &mut Reading<'_>, patterns: &[PrincipalPattern], at: (Place, &str)) {
    let narrowed = patterns.iter().any(|pattern| pattern.who != Who::Everyone);
    if reading.kind == PolicyKind::Rcp && narrowed {
        let message = "a resource control policy takes `\"Principal\": \"*\"` only, narrow it by `Condition`"
            .to_owned();
        reading.note(Rule::RcpElement, at, message, None);
    }
}

fn patterns(reading: &mut Reading<'_>, value: &Value, path: &str) -> Vec<PrincipalPattern> {
    let place = reading.place(value);
    if let Node::Text(text) = &value.node {
        if text == "*" {
            return vec![PrincipalPattern { text: "*".into(), place, who: Who::Everyone }];
        }
        invalid(reading, "", &Text { text, place, path: path.to_owned() });
        return Vec::new();
    }
    let Some(members) = reading.members(value, path, TYPES) else { return Vec::new() };
    let mut patterns = Vec::new();
    for member in members {
        for text in reading.texts(&member.value, &below(path, &member.key)) {
            match Who::of(&member.key, text.text) {
                Some(who) => {
                    patterns.push(PrincipalPattern { text: text.text.into(), place: text.place, who })
                }
                None => invalid(reading, &member.key, &text),
            }
        }
    }
    patterns
}

fn invalid(reading: &mut Reading<'_>, kind: &str, text: &Text<'_>) {
    let shown = quoted(text.text);
    let aws = match kind {
        "" => format!("Invalid principal in policy: \"{shown}\""),
        kind => format!("Invalid principal in policy: \"{}\":\"{shown}\"", quoted(kind)),
    };
    let message = format!(
        "`{shown}` names no principal, expected `*`, an account, or the ARN of a user, role or session"
    );
    reading.note(Rule::InvalidPrincipal, (text.place, &text.path), message, Some(aws));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_meant() {
        let account = || Who::Account(AccountId::parse("111122223333").unwrap());
        let arn = |text: &str| Some(Who::Arn(PrincipalArn::parse(text).unwrap()));
        for (kind, text, wanted) in [
            ("AWS", "*", Some(Who::Everyone)),
            ("AWS", "111122223333", Some(account())),
            ("AWS", "arn:aws:iam::111122223333:root", Some(account())),
            ("AWS", "arn:aws:iam::111122223333:role/p/R", arn("arn:aws:iam::111122223333:role/p/R")),
            (
                "AWS",
                "arn:aws:sts::111122223333:assumed-role/R/s",
                arn("arn:aws:sts::111122223333:assumed-role/R/s"),
            ),
            ("AWS", "AROAEXAMPLEROLE12345", Some(Who::UniqueId("AROAEXAMPLEROLE12345".into()))),
            ("AWS", "arn:aws:iam::111122223333:user/*", None),
            ("AWS", "arn:aws:iam::111122223333:group/g", None),
            ("AWS", "arn:aws:iam::*:root", None),
            ("AWS", "ana", None),
            ("Service", "Logs.amazonaws.com", Some(Who::Service("logs.amazonaws.com".into()))),
            ("Service", "logs", None),
            ("Service", "*", None),
            ("Federated", "accounts.google.com", Some(Who::Federated("accounts.google.com".into()))),
        ] {
            assert_eq!(Who::of(kind, text), wanted, "{kind} {text}");
        }
    }
}
