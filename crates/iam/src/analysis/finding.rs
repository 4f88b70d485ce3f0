//! What a document gets wrong or leaves open: which rule, where, what it really does, and what would be right.

use crate::policy::{Place, Statement};
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what is meant, or wider than it looks.
    Warning,
    /// Does not do what it says, or opens what should be closed.
    Error,
}

impl Severity {
    /// The word, which is SARIF's too.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $title:literal;)*) => {
        /// A rule of the linter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LintRule {
            $($(#[doc = $doc])+ $name,)*
        }

        impl LintRule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its id in reports.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What it looks for, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

rules! {
    /// The document is no policy.
    Malformed = "malformed", "the document is not a policy of its kind";
    /// A Deny that names those whom it means to exempt.
    DeniesTheExempt = "denies-the-exempt", "a Deny holds only for those whom it means to exempt";
    /// A log group without `:*` where AWS decides on its streams.
    LogGroupWithoutStar = "log-group-without-star", "the ARN of a log group matches none of the actions";
    /// Actions of Lex V1 do nothing on V2 bots.
    LexV1 = "lex-v1", "actions or resources of Lex V1 have no effect on V2 bots";
    /// A guardrail that leaves open what defeats it.
    AimDefeated = "aim-defeated", "actions that defeat the aim of the policy are still open";
    /// No request can meet the statement.
    NeverMatches = "never-matches", "the statement can never match";
    /// An action of the statement can never match on its resources.
    ActionWithoutEffect = "action-without-effect", "an action is never decided on the resources of its statement";
    /// No action has this name.
    UnknownAction = "unknown-action", "no action has this name";
    /// The action never carries the condition key.
    KeyNeverPresent = "key-never-present", "none of the actions carries the condition key";
    /// A wildcard where the operator compares letter by letter.
    LiteralWildcard = "literal-wildcard", "a wildcard stands where the operator knows none";
    /// A value that the key never has.
    ImpossibleValue = "impossible-value", "the condition key never has this value";
    /// A condition on a second factor that long-term credentials walk round.
    AbsentSecondFactor = "absent-second-factor", "a condition on a second factor misses credentials that cannot have one";
    /// Another statement says the same already.
    Redundant = "redundant", "another statement says the same already";
    /// A Deny takes away everything that the statement grants.
    Shadowed = "shadowed", "a Deny takes away everything that the statement grants";
    /// Unmask or decrypt is granted by a wildcard, or everywhere.
    WideSensitiveGrant = "wide-sensitive-grant", "unmasking or decrypting is granted wider than stated";
    /// Everything is granted.
    GrantsEverything = "grants-everything", "everything is allowed";
    /// An Allow over all but the listed.
    AllowsAllBut = "allows-all-but", "an Allow over everything but a list grants what is not listed";
    /// Anybody may.
    PublicPrincipal = "public-principal", "anybody is granted access";
    /// A provider of identities without a check of whom it vouches for.
    OpenFederation = "open-federation", "any identity of a provider may assume the role";
    /// Variables in a version of the language that has none.
    VariablesInOldVersion = "variables-in-old-version", "variables are plain text in this version";
    /// Larger than the service takes.
    TooLarge = "too-large", "the document is larger than the service takes";
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: LintRule,
    /// How bad it is here.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// Which statement, from 0; `None` for the document.
    pub statement: Option<usize>,
    /// The statement's `Sid`.
    pub sid: Option<String>,
    /// What the policy really does: a sentence without a full stop.
    pub does: String,
    /// What would be right.
    pub fix: String,
    /// AWS's own message, where there is one.
    pub aws: Option<String>,
}

impl Finding {
    pub(crate) fn at(rule: LintRule, severity: Severity, statement: &Statement, place: Place) -> Self {
        Self {
            rule,
            severity,
            place,
            statement: Some(statement.index),
            sid: statement.sid.as_deref().map(str::to_owned),
            does: String::new(),
            fix: String::new(),
            aws: None,
        }
    }

    pub(crate) fn of_document(rule: LintRule, severity: Severity, place: Place) -> Self {
        let (does, fix) = (String::new(), String::new());
        Self { rule, severity, place, statement: None, sid: None, does, fix, aws: None }
    }

    pub(crate) fn does(mut self, does: String) -> Self {
        self.does = does;
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {} [{}]; {}",
            self.place,
            self.severity.as_str(),
            self.does,
            self.rule.id(),
            self.fix
        )
    }
}

/// Names in backticks, the first few of them.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN_MAX: usize = 8;
    let shown: Vec<String> =
        names.iter().take(SHOWN_MAX).map(|name| format!("`{}`", name.as_ref())).collect();
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
