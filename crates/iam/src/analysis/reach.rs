//! Which of these resources does each entry of a policy match?
//!
//! For a look at what exists: an entry that matches nothing there is often misspelt. Variables are taken as anything.

use super::language::Unknown;
use crate::policy::{Place, Policy, ResourcePattern};

/// What one entry of `Resource` or `NotResource` matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Which statement, from 0.
    pub statement: usize,
    /// The entry as the policy spells it.
    pub pattern: String,
    /// Where it stands.
    pub place: Place,
    /// Whether its resources are those left out.
    pub left_out: bool,
    /// The matching resources, by their index in the list that was asked about.
    pub matched: Vec<usize>,
}

/// Holds each entry against resources, given as AWS decides on them: a log group as `...:log-group:NAME:log-stream:`.
pub fn reach(policy: &Policy, arns: &[String]) -> Vec<Reach> {
    let statements = policy.statements().filter_map(|statement| Some((statement, statement.resources()?)));
    statements
        .flat_map(|(statement, resources)| {
            resources.patterns.iter().map(|entry| Reach {
                statement: statement.index,
                pattern: entry.text.to_string(),
                place: entry.place,
                left_out: resources.negated,
                matched: matched(entry, arns),
            })
        })
        .collect()
}

fn matched(entry: &ResourcePattern, arns: &[String]) -> Vec<usize> {
    let language = entry.language(Unknown::Wide);
    let takes = |arn: &String| language.as_ref().is_some_and(|language| language.takes(arn));
    arns.iter().enumerate().filter(|(_, arn)| takes(arn)).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PolicyKind;

    #[test]
    fn entries_are_held_against_what_exists() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"logs:*","Resource":
            ["arn:aws:logs:*:*:log-group:a","arn:aws:logs:*:*:log-group:a:*","*","arn:aws:logs:*:*:log-group:${aws:username}:*"]}]}"#;
        let policy = Policy::parse(text, PolicyKind::Scp).unwrap();
        let arns = ["a", "ab"]
            .map(|name| format!("arn:aws:logs:eu-west-1:111122223333:log-group:{name}:log-stream:"));
        let found: Vec<Vec<usize>> = reach(&policy, &arns).into_iter().map(|one| one.matched).collect();
        assert_eq!(found, [vec![], vec![0], vec![0, 1], vec![0, 1]]);
    }
}
