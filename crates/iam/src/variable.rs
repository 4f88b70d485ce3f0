//! What stands for `${aws:username}` in this request?
//!
//! IAM User Guide, "IAM policy elements: Variables and tags": a variable is a context key with one value, and may bring a
//! default (`${aws:PrincipalTag/team, 'company-wide'}`). One without value and default makes its pattern match nothing. Wildcards
//! in the value are plain characters.

use crate::context::Key;

/// Where variables get their values.
pub(crate) trait Lookup {
    /// The value of a key that has exactly one.
    fn single(&self, key: &Key) -> Option<&str>;
}

/// A variable of a pattern.
#[derive(Debug)]
pub(crate) struct Variable {
    /// The context key.
    pub(crate) key: Key,
    /// What stands in for an absent value.
    pub(crate) default: Option<Box<str>>,
}

impl Variable {
    /// Reads what stands between the braces.
    pub(crate) fn parse(inside: &str) -> Self {
        let (key, default) =
            inside.split_once(',').map_or((inside, None), |(key, rest)| (key, Some(rest.trim())));
        let quoted = |text: &str| Some(text.strip_prefix('\'')?.strip_suffix('\'')?.into());
        Self { key: Key::new(key.trim()), default: default.and_then(quoted) }
    }

    /// Its value in a request.
    pub(crate) fn value<'a>(&'a self, lookup: &'a impl Lookup) -> Option<&'a str> {
        lookup.single(&self.key).or(self.default.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_defaults() {
        for (inside, key, default) in [
            ("aws:UserName", "aws:username", None),
            ("aws:PrincipalTag/Team, 'company-wide'", "aws:principaltag/team", Some("company-wide")),
            ("a,'x'", "a", Some("x")),
            ("a, ''", "a", Some("")),
            ("a, x", "a", None),
        ] {
            let variable = Variable::parse(inside);
            assert_eq!((variable.key.as_str(), variable.default.as_deref()), (key, default), "{inside}");
        }
    }
}
