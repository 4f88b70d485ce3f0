//! What is wrong with a policy, where, and what would be right?
//!
//! Each problem names a rule; many have a sentence of AWS's own, which is what `MalformedPolicyDocument` carries. AWS answers
//! with one sentence only: [`PolicyProblems::aws_message`] is that of the rule that AWS looks at first.

use super::Place;
use std::fmt;

/// The most problems that are reported for one document.
pub const PROBLEMS_MAX: usize = 64;

/// The longest piece of a document that a message repeats, in characters.
const QUOTE_CHARS_MAX: usize = 128;

/// The rule that a document breaks, in the order in which AWS looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sotto_public::LogSafe)]
#[non_exhaustive]
pub enum Rule {
    /// Not JSON, or an element of the wrong type, unknown, or repeated.
    Syntax,
    /// The place has no such element.
    ProhibitedElement,
    /// The place asks for an element that is absent.
    MissingElement,
    /// A principal where none may be named.
    PrincipalNotAllowed,
    /// `Effect` in another case, a date that is none, an ARN that an older parser refuses.
    Legacy,
    /// A principal that is neither `*`, an account, an ARN nor a unique id.
    InvalidPrincipal,
    /// A `Sid` with other characters than letters and digits.
    SidCharacters,
    /// Two statements with one `Sid`.
    SidRepeated,
    /// A resource that is neither `*` nor an ARN.
    ResourceFormat,
    /// A partition that does not exist.
    Partition,
    /// A wildcard, or nothing, where an ARN names its service.
    ResourceVendor,
    /// A Region where the service has none.
    ResourceRegion,
    /// An IAM resource of no known type.
    IamPath,
    /// An action without a service.
    ActionVendor,
    /// An action with more than one colon.
    ActionColons,
    /// A service with characters that services do not have.
    VendorCharacters,
    /// A statement without actions.
    MissingActions,
    /// A statement without resources.
    MissingResources,
    /// A trust policy with actions that are not those of STS.
    TrustActions,
    /// A resource control policy that says what those cannot say.
    RcpElement,
}

/// One problem of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule.
    pub rule: Rule,
    /// Where it is broken.
    pub place: Place,
    /// The path of the value, as `Statement[1].Action[0]`.
    pub path: String,
    /// What is wrong and what would be right: one sentence.
    pub message: String,
    /// AWS's sentence, where there is one.
    pub aws: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, " (`{}`)", self.path) }
    }
}

/// Why a document is no policy: at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyProblems(Vec<Problem>);

impl PolicyProblems {
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.place);
        problems.truncate(PROBLEMS_MAX);
        Self(problems)
    }

    /// All of them, in the order of the document.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.0.iter()
    }

    /// What AWS answers (`MalformedPolicyDocument`): the sentence of the rule that it looks at first.
    pub fn aws_message(&self) -> &str {
        let first = self.0.iter().filter(|problem| problem.aws.is_some()).min_by_key(|problem| problem.rule);
        first.and_then(|problem| problem.aws.as_deref()).unwrap_or("Syntax errors in policy.")
    }
}

impl fmt::Display for PolicyProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyProblems {}

/// A piece of a document as a message may repeat it: cut, and without control characters.
pub(super) fn quoted(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut out: String = clean.clone().take(QUOTE_CHARS_MAX).collect();
    if clean.count() > QUOTE_CHARS_MAX {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(rule: Rule, line: u32, aws: Option<&str>) -> Problem {
        let place = Place { line, column: 1 };
        Problem { rule, place, path: String::new(), message: "m".to_owned(), aws: aws.map(str::to_owned) }
    }

    #[test]
    fn aws_speaks_of_the_first_rule_only() {
        let both = PolicyProblems::new(vec![
            problem(Rule::MissingActions, 1, Some("Policy statement must contain actions.")),
            problem(Rule::Legacy, 9, Some("The policy failed legacy parsing")),
        ]);
        assert_eq!(both.aws_message(), "The policy failed legacy parsing");
        assert_eq!(both.to_string(), "1:1: m; 9:1: m");
        assert_eq!(
            PolicyProblems::new(vec![problem(Rule::Syntax, 1, None)]).aws_message(),
            "Syntax errors in policy."
        );
    }

    #[test]
    fn problems_and_quotes_are_bounded() {
        let many =
            |count: usize| PolicyProblems::new(vec![problem(Rule::Syntax, 1, None); count]).iter().len();
        assert_eq!((many(PROBLEMS_MAX), many(PROBLEMS_MAX + 1)), (PROBLEMS_MAX, PROBLEMS_MAX));
        assert_eq!(quoted(&"a".repeat(QUOTE_CHARS_MAX)).chars().count(), QUOTE_CHARS_MAX);
        assert_eq!(quoted(&"a".repeat(500)).chars().count(), QUOTE_CHARS_MAX + 1);
        assert_eq!(quoted("a\nb"), "a\u{fffd}b");
    }
}
