//! Which actions does a statement speak of?
//!
//! A service, a colon, a name, in which `*` and `?` stand for characters; case does not matter (IAM User Guide, "IAM JSON policy
//! elements: Action"). `*` alone is every action.

use super::element::{Reading, Text};
use super::json::Member;
use super::problem::quoted;
use super::statement::either;
use super::{Place, PolicyKind, Rule};
use crate::glob::{Dialect, Glob};
use crate::variable::Lookup;

/// The actions of a statement.
#[derive(Debug)]
pub struct Actions {
    /// Whether they are those left out (`NotAction`).
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<ActionPattern>,
}

/// One entry of `Action` or `NotAction`.
#[derive(Debug)]
pub struct ActionPattern {
    pub(crate) text: Box<str>,
    pub(crate) place: Place,
    /// In lower case.
    pub(crate) folded: Box<str>,
    pub(crate) reach: Reach,
    glob: Glob,
}

/// How far an entry reaches: under what a statement is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// One action.
    One,
    /// Several of one service, which ends at this byte.
    Service(usize),
    /// Any service.
    Any,
}

/// Actions hold no variables.
struct Nothing;

impl Lookup for Nothing {
    fn single(&self, _key: &crate::context::Key) -> Option<&str> {
        None
    }
}

impl ActionPattern {
    /// The entry as the policy spells it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }

    pub(crate) fn new(text: &str, place: Place) -> Self {
        let folded: Box<str> = text.to_ascii_lowercase().into();
        let wild = |text: &str| text.contains(['*', '?']);
        let reach = match folded.split_once(':') {
            Some((service, _)) if wild(service) => Reach::Any,
            Some((service, name)) if wild(name) => Reach::Service(service.len()),
            Some(_) => Reach::One,
            None => Reach::Any,
        };
        let glob = Glob::new(&folded, Dialect::Like, false);
        Self { text: text.into(), place, folded, reach, glob }
    }

    /// Whether it takes in an action, given in lower case.
    pub(crate) fn matches(&self, folded: &str) -> bool {
        self.glob.matches(folded, &Nothing)
    }

    /// The pattern, in lower case.
    pub(crate) fn glob(&self) -> &Glob {
        &self.glob
    }

    /// The service's prefix, where there is one.
    pub(crate) fn service(&self) -> Option<&str> {
        match self.reach {
            Reach::Service(end) => self.folded.get(..end),
            _ => None,
        }
    }
}

impl Actions {
    /// Whether the entries are those left out.
    pub fn are_left_out(&self) -> bool {
        self.negated
    }

    /// Its entries.
    pub fn entries(&self) -> &[ActionPattern] {
        &self.patterns
    }

    /// Whether the statement speaks of an action, given in lower case.
    pub(crate) fn matches(&self, folded: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(folded)) != self.negated
    }
}

pub(super) fn read(reading: &mut Reading<'_>, members: &[Member], at: (Place, &str)) -> Option<Actions> {
    let found = either(reading, members, ("Action", "NotAction"), at);
    let texts = found.as_ref().map(|(value, _, path)| reading.texts(value, path)).unwrap_or_default();
    if texts.is_empty() {
        let aws = Some("Policy statement must contain actions.".to_owned());
        reading.note(Rule::MissingActions, at, "a statement needs `Action` or `NotAction`".to_owned(), aws);
        return None;
    }
    for text in &texts {
        check(reading, text);
    }
    let negated = found.is_some_and(|(_, negated, _)| negated);
    if negated && reading.kind == PolicyKind::Rcp {
        let message = "resource control policies have no `NotAction`, name the actions".to_owned();
        reading.note(Rule::RcpElement, at, message, None);
    }
    let patterns = texts.iter().map(|text| ActionPattern::new(text.text, text.place)).collect();
    Some(Actions { negated, patterns })
}

fn check(reading: &mut Reading<'_>, text: &Text<'_>) {
    let at = (text.place, text.path.as_str());
    let shown = quoted(text.text);
    if text.text == "*" {
        return;
    }
    let Some((service, name)) = text.text.split_once(':') else {
        let aws = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".to_owned();
        let message = format!("`{shown}` names no service, expected one as `logs:Unmask`");
        return reading.note(Rule::ActionVendor, at, message, Some(aws));
    };
    if name.contains(':') {
        let aws = "Actions/Condition can contain only one colon.".to_owned();
        return reading.note(Rule::ActionColons, at, format!("`{shown}` has more than one colon"), Some(aws));
    }
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'*' | b'?');
    if service.is_empty() || !service.bytes().all(sound) {
        let aws = format!("Vendor {} is not valid", quoted(service));
        return reading.note(
            Rule::VendorCharacters,
            at,
            format!("`{}` is no service", quoted(service)),
            Some(aws),
        );
    }
    if reading.kind == PolicyKind::Trust {
        trusts(reading, text, at);
    }
}

/// What a trust policy may speak of, in lower case: to become the role, and what goes along (IAM User Guide, "Roles terms and
/// concepts", "Pass session tags in AWS STS", "Monitor and control actions taken with assumed roles").
const TRUSTED: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
];

fn trusts(reading: &mut Reading<'_>, text: &Text<'_>, at: (Place, &str)) {
    let pattern = ActionPattern::new(text.text, text.place);
    if TRUSTED.iter().any(|action| pattern.matches(action)) {
        return;
    }
    let shown = quoted(text.text);
    let (aws, message) = match pattern.folded.starts_with("sts:") {
        true => (
            "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and \
             sts:AssumeRoleWithWebIdentity",
            format!("`{shown}` is no action by which a role is assumed, a trust policy is about those alone"),
        ),
        false => (
            "AssumeRole policy may only specify STS AssumeRole actions.",
            format!("`{shown}` is no action of `sts`, a trust policy is about those alone"),
        ),
    };
    reading.note(Rule::TrustActions, at, message, Some(aws.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fold_case_and_know_their_reach() {
        for (pattern, action, wanted, reach) in [
            ("*", "s3:getobject", true, Reach::Any),
            ("s3:*", "s3:getobject", true, Reach::Service(2)),
            ("S3:Get*", "s3:getobject", true, Reach::Service(2)),
            ("s3:Get*", "s3:putobject", false, Reach::Service(2)),
            ("iam:*AccessKey*", "iam:listaccesskeys", true, Reach::Service(3)),
            ("s3:GetObject", "s3:getobject", true, Reach::One),
            ("s3:GetObjec?", "s3:getobject", true, Reach::Service(2)),
            ("s*:GetObject", "sqs:getobject", true, Reach::Any),
            ("logs:*", "s3:getobject", false, Reach::Service(4)),
        ] {
            let compiled = ActionPattern::new(pattern, Place::default());
            assert_eq!((compiled.matches(action), compiled.reach), (wanted, reach), "{pattern} {action}");
        }
    }

    #[test]
    fn negation_turns_the_whole_list() {
        let patterns = || {
            vec![ActionPattern::new("iam:*", Place::default()), ActionPattern::new("sts:*", Place::default())]
        };
        let not = Actions { negated: true, patterns: patterns() };
        assert!(not.matches("s3:getobject") && !not.matches("iam:getuser") && !not.matches("sts:assumerole"));
    }
}
