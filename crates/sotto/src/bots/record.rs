//! What did a run change? A file of runs, newest last: names, ids and settings before and after, written down before anything changes,
//! so that it can be taken back.
//!
//! No prompt, no sample and no value stands in it. It is a file of whoever runs the verb, readable by them alone: a service such as
//! AWS's has no place for it.

use crate::fault::Fault;
use crate::private::{self, Readers};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// Most bytes of the file, and most runs in it.
const FILE_BYTES_MAX: u64 = 16 << 20;
const RUNS_MAX: usize = 100;

/// The file.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) runs: Vec<Run>,
}

/// What one run changed.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    pub(super) bot: String,
    pub(super) bot_name: String,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    pub(super) changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Change {
    /// What logs show of a slot; nothing is a setting, too.
    Slot {
        locale: String,
        intent: String,
        intent_id: String,
        slot: String,
        slot_id: String,
        before: Option<String>,
        after: Option<String>,
    },
    /// What an alias's text log keeps.
    Alias { alias: String, alias_id: String, log: usize, before: Option<bool>, after: Option<bool> },
    /// What an alias's log makes of values: `strict` or `compat`.
    Mode { alias: String, alias_id: String, before: String, after: String },
}

impl Change {
    /// A line for people.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Slot { locale, intent, slot, before, after, .. } => {
                let word = |setting: &Option<String>| setting.clone().unwrap_or_else(|| "unset".to_owned());
                format!("{locale} {intent}.{slot}: obfuscation {} -> {}", word(before), word(after))
            }
            Self::Alias { alias, before, after, .. } => {
                let word = |setting: &Option<bool>| {
                    if *setting == Some(true) { "selected turns" } else { "all turns" }
                };
                format!("alias {alias}: text log {} -> {}", word(before), word(after))
            }
            Self::Mode { alias, before, after, .. } => format!("alias {alias}: log mode {before} -> {after}"),
        }
    }

    /// The same the other way round.
    pub(super) fn back(&self) -> Self {
        let mut back = self.clone();
        match &mut back {
            Self::Slot { before, after, .. } => std::mem::swap(before, after),
            Self::Alias { before, after, .. } => std::mem::swap(before, after),
            Self::Mode { before, after, .. } => std::mem::swap(before, after),
        }
        back
    }
}

impl Record {
    /// Reads it; an empty one where there is no file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let size = match fs::metadata(path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Fault::file(path, &error)),
        };
        let wrong = || Fault::usage(format!("`{}` is no record of this verb", path.display()));
        if size > FILE_BYTES_MAX {
            return Err(wrong());
        }
        let bytes = fs::read(path).map_err(|error| Fault::file(path, &error))?;
        serde_json::from_slice(&bytes).map_err(|_| wrong())
    }

    /// Writes it in the place of what is there: whole or not at all, for its owner alone. Without runs there is no file.
    pub(super) fn write(&mut self, path: &Path) -> Result<()> {
        let surplus = self.runs.len().saturating_sub(RUNS_MAX);
        self.runs.drain(..surplus);
        if self.runs.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Fault::file(path, &error)),
                _ => Ok(()),
            };
        }
        let text = serde_json::to_vec_pretty(&self).map_err(std::io::Error::other);
        let written = text.and_then(|text| private::write(path, &text, Readers::Owner));
        written.map_err(|error| Fault::file(path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn run(at: i64) -> Run {
        let change = Change::Slot {
            locale: "en_US".into(),
            intent: "Pay".into(),
            intent_id: "I000000001".into(),
            slot: "Card".into(),
            slot_id: "S000000001".into(),
            before: None,
            after: Some("DefaultObfuscation".into()),
        };
        let alias = Change::Alias {
            alias: "live".into(),
            alias_id: "A000000001".into(),
            log: 0,
            before: Some(false),
            after: Some(true),
        };
        Run { bot: "B000000001".into(), bot_name: "Bank".into(), at, changes: vec![change, alias] }
    }

    #[test]
    fn runs_are_kept_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        assert_eq!(Record::read(&path).unwrap(), Record::default());
        let mut record = Record { runs: (0..=RUNS_MAX as i64).map(run).collect() };
        record.write(&path).unwrap();
        let mut read = Record::read(&path).unwrap();
        assert_eq!((read.runs.len(), read.runs[0].at), (RUNS_MAX, 1));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        read.runs.clear();
        read.write(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn what_lies_where_it_is_written_first_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new) = (folder.path().join("record.json"), folder.path().join("record.json.new"));
        let other = folder.path().join("other");
        private::write(&other, b"canary", Readers::Owner).unwrap();
        fs::set_permissions(&other, fs::Permissions::from_mode(0o666)).unwrap();
        for is_link in [true, false] {
            match is_link {
                true => std::os::unix::fs::symlink(&other, &new).unwrap(),
                false => fs::hard_link(&other, &new).unwrap(),
            }
            Record { runs: vec![run(1)] }.write(&path).unwrap();
            assert_eq!(fs::read(&other).unwrap(), b"canary", "another file is not written to");
            let found = fs::symlink_metadata(&path).unwrap();
            assert!(found.is_file() && found.permissions().mode() & 0o777 == 0o600);
        }
    }

    #[test]
    fn changes_are_told_and_taken_back() {
        let changes = run(0).changes;
        let (slot, alias) = (&changes[0], &changes[1]);
        assert_eq!(slot.line(), "en_US Pay.Card: obfuscation unset -> DefaultObfuscation");
        assert_eq!(slot.back().line(), "en_US Pay.Card: obfuscation DefaultObfuscation -> unset");
        assert_eq!(alias.line(), "alias live: text log all turns -> selected turns");
        assert_eq!(alias.back().back(), *alias);
    }

    #[test]
    fn another_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.json");
        private::write(&path, b"{\"canary\": 1}", Readers::Owner).unwrap();
        let error = Record::read(&path).unwrap_err().to_string();
        assert!(error.contains("no record") && !error.contains("canary"), "{error}");
    }
}
