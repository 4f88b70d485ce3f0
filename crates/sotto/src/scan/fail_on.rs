//! Which findings make the run fail? Those that `--fail-on` names.

use crate::fault::Fault;
use crate::look::{Look, selection};
use anyhow::Result;
use sotto_detect::{Category, RuleInfo, Selection, catalog};
use std::collections::BTreeSet;

/// What makes a run fail.
#[derive(Default)]
pub(crate) struct FailOn {
    any: bool,
    categories: Vec<Category>,
    identifiers: BTreeSet<String>,
}

impl FailOn {
    /// Reads the words; a name that is not looked for could never fail, so it is refused.
    pub(crate) fn new(words: &[String], look: &Look) -> Result<Self> {
        let looked_for = look.scanner().identifiers();
        let mut fail_on = Self::default();
        for word in words {
            match selection(word.trim())? {
                _ if word.trim() == "any" => fail_on.any = true,
                Selection::All | Selection::Structured => fail_on.any = true,
                Selection::Category(category) => fail_on.categories.push(category),
                Selection::Id(id) => {
                    let known = looked_for.iter().find(|known| known.as_str().eq_ignore_ascii_case(&id));
                    let known = known.ok_or_else(|| unknown(&id))?;
                    fail_on.identifiers.insert(known.as_str().to_owned());
                }
            }
        }
        Ok(fail_on)
    }

    /// Whether a finding of that rule fails the run.
    pub(crate) fn holds(&self, rule: &RuleInfo) -> bool {
        self.any
            || self.categories.contains(&rule.category)
            || self.identifiers.contains(rule.identifier.as_str())
    }
}

fn unknown(id: &str) -> anyhow::Error {
    Fault::usage(match (catalog::get(id), catalog::similar(id)) {
        (Some(_), _) => format!("--fail-on: `{id}` is not looked for; name it in --identifiers too"),
        (None, Some(similar)) => {
            format!("--fail-on: there is no identifier `{id}`; did you mean `{similar}`?")
        }
        (None, None) => {
            format!("--fail-on: there is no identifier `{id}`; `sotto identifiers list` lists them")
        }
    })
}
