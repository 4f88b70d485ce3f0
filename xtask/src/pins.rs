//! Which exceptions were decided? Those of the files under `xtask/pins/`, each with its reason.
//!
//! A list of exceptions is a wall only while it is exact: a place that is not listed fails, and so does a line of the list
//! whose place is gone.

use crate::finding::Finding;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A decided exception: a place, what is done there, and why it may be.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    /// File, relative to the root.
    pub(crate) file: String,
    /// `Type::name` of the function, where the list is about functions.
    #[serde(default)]
    pub(crate) function: String,
    /// The call, type, word or dependency that is meant.
    pub(crate) what: String,
    /// Why.
    pub(crate) reason: String,
}

/// One file of pins.
pub(crate) struct Pins {
    file: &'static str,
    pins: Vec<Pin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PinFile {
    #[serde(default)]
    site: Vec<Pin>,
}

/// A place in the source that needs a pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// File, relative to the root.
    pub(crate) file: String,
    /// Line from 1.
    pub(crate) line: usize,
    /// `Type::name` of the function around it; empty where the list is not about functions.
    pub(crate) function: String,
    /// The call, type, word or dependency.
    pub(crate) what: String,
}

impl Site {
    fn is(&self, pin: &Pin) -> bool {
        self.file == pin.file && self.function == pin.function && self.what == pin.what
    }
}

impl Pins {
    /// Reads a list from its text.
    pub(crate) fn parse(file: &'static str, text: &str) -> Result<Self> {
        let pins: PinFile = toml::from_str(text).with_context(|| format!("{file} is not a list of pins"))?;
        Ok(Self { file, pins: pins.site })
    }

    /// The places without a pin, and the pins without a place, a reason or a twin's absence.
    pub(crate) fn compare(&self, check: &'static str, sites: &[Site], advice: &str) -> Vec<Finding> {
        let mut found: Vec<Finding> = sites
            .iter()
            .filter(|site| !self.pins.iter().any(|pin| site.is(pin)))
            .map(|site| self.unlisted(check, site, advice))
            .collect();
        found.extend(
            self.pins
                .iter()
                .filter(|pin| !sites.iter().any(|site| site.is(pin)))
                .map(|pin| self.gone(check, pin)),
        );
        found.extend(self.pins.iter().filter(|pin| pin.reason.trim().len() < REASON_CHARS_MIN).map(|pin| {
            self.about(check, pin, "has no reason worth the name")
                .fix("say in a sentence why this place may do it")
        }));
        found.extend(self.twins(check));
        found
    }

    fn unlisted(&self, check: &'static str, site: &Site, advice: &str) -> Finding {
        let place = if site.function.is_empty() { String::new() } else { format!(" in `{}`", site.function) };
        let message = format!("`{}`{place} is not in {}", site.what, self.file);
        Finding::new(check, &site.file, site.line, message).fix(advice)
    }

    fn gone(&self, check: &'static str, pin: &Pin) -> Finding {
        self.about(check, pin, "is listed but gone").fix("delete the entry")
    }

    fn about(&self, check: &'static str, pin: &Pin, problem: &str) -> Finding {
        let place = if pin.function.is_empty() { String::new() } else { format!(" `{}`", pin.function) };
        Finding::new(check, self.file, 0, format!("`{}` at {}{place} {problem}", pin.what, pin.file))
    }

    fn twins(&self, check: &'static str) -> Vec<Finding> {
        let mut seen = BTreeSet::new();
        let twins = self.pins.iter().filter(|pin| !seen.insert((&pin.file, &pin.function, &pin.what)));
        twins.map(|pin| self.about(check, pin, "is listed twice").fix("delete one of the entries")).collect()
    }
}

/// Shortest reason that can say something.
const REASON_CHARS_MIN: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn site(function: &str, line: usize) -> Site {
        Site { file: "crates/a/src/b.rs".into(), line, function: function.into(), what: "expose".into() }
    }

    fn compare(list: &str, sites: &[Site]) -> Vec<String> {
        let pins = Pins::parse("pins.toml", list).unwrap();
        pins.compare("expose", sites, "list it").iter().map(|found| found.to_string()).collect()
    }

    const LISTED: &str = "[[site]]\nfile = \"crates/a/src/b.rs\"\nfunction = \"S::f\"\nwhat = \"expose\"\nreason = \"scans the text in place\"\n";

    #[test]
    fn listed_places_pass_however_often() {
        assert!(compare(LISTED, &[site("S::f", 3), site("S::f", 9)]).is_empty());
        assert!(compare("", &[]).is_empty());
    }

    #[test]
    fn every_difference_fails() {
        assert_eq!(
            compare(LISTED, &[site("S::f", 3), site("S::g", 8)]),
            ["crates/a/src/b.rs:8: [expose] `expose` in `S::g` is not in pins.toml\n    fix: list it"]
        );
        assert_eq!(
            compare(LISTED, &[]),
            [
                "pins.toml: [expose] `expose` at crates/a/src/b.rs `S::f` is listed but gone\n    fix: delete the entry"
            ]
        );
        let twice = format!("{LISTED}{LISTED}");
        assert!(compare(&twice, &[site("S::f", 3)]).concat().contains("listed twice"));
        let mute = LISTED.replace("scans the text in place", "ok");
        assert!(compare(&mute, &[site("S::f", 3)]).concat().contains("no reason"));
        assert!(Pins::parse("pins.toml", "[[site]]\nfile = \"a\"\n").is_err());
        assert!(Pins::parse("pins.toml", &LISTED.replace("reason", "because")).is_err());
    }
}
