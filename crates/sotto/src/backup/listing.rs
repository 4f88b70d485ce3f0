//! What does a backup say of itself? `backup.json` which one it is, `files.jsonl` each file with length and SHA-256; beside each copy
//! of keys a file that says until when it is kept.
//!
//! `backup.json` holds the checksum of the list, and is written last. None of these holds anything but numbers, names of files and
//! times.

use crate::fault::Fault;
use crate::private::{self, Readers};
use anyhow::Result;
use aws_lc_rs::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The layout that this release writes and reads.
pub(crate) const FORMAT: u32 = 1;
/// Names of the two files.
pub(crate) const SUMMARY: &str = "backup.json";
pub(crate) const LIST: &str = "files.jsonl";
/// What copies of keys begin and end with.
const KEYS: &str = "keys-";
const KEYS_ENDING: &str = ".db";
/// Bytes that are read at a time.
const STEP_BYTES: usize = 1 << 20;
/// Bytes of one line of the list.
const LINE_BYTES_MAX: u64 = 4_096;
/// Files of a backup at most.
pub(crate) const FILES_MAX: u64 = 50_000_000;

/// A file and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Where it is, below the backup.
    pub(crate) name: String,
    /// How long it is.
    pub(crate) bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    pub(crate) sha256: String,
}

/// Which backup it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Summary {
    pub(crate) format: u32,
    pub(crate) id: String,
    pub(crate) release: String,
    /// When it was begun, in seconds since 1970.
    pub(crate) taken: u64,
    pub(crate) records: u64,
    pub(crate) rows: u64,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// The list of files.
    pub(crate) list: Listed,
    /// The copy of keys that was made with it.
    pub(crate) keys: String,
    /// The number of the store; none where its server was not started with this release yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<String>,
}

/// Which copy of keys it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysCopy {
    pub(crate) format: u32,
    /// The backup that it was made with.
    pub(crate) id: String,
    pub(crate) taken: u64,
    /// When it has to go.
    pub(crate) keep_until: u64,
    pub(crate) records: u64,
    pub(crate) file: Listed,
    /// The number of the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<String>,
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Listed {
    /// Of bytes that are at hand.
    pub(crate) fn of_bytes(bytes: &[u8], name: String) -> Self {
        Self { name, bytes: bytes.len() as u64, sha256: hexadecimal(digest(&SHA256, bytes).as_ref()) }
    }

    /// Of a file.
    pub(crate) fn of_file(path: &Path, name: String) -> Result<Self> {
        let failed = |error: std::io::Error| Fault::file(path, &error);
        let (mut file, mut context) = (File::open(path).map_err(failed)?, Context::new(&SHA256));
        let (mut block, mut bytes) = (vec![0; STEP_BYTES], 0);
        loop {
            let count = file.read(&mut block).map_err(failed)?;
            let Some(came) = block.get(..count).filter(|came| !came.is_empty()) else { break };
            context.update(came);
            bytes += count as u64;
        }
        Ok(Self { name, bytes, sha256: hexadecimal(context.finish().as_ref()) })
    }

    /// Fails where a file is not what it was.
    pub(crate) fn check(&self, path: &Path) -> Result<()> {
        match Self::of_file(path, self.name.clone())? == *self {
            true => Ok(()),
            false => Err(self.damaged()),
        }
    }

    /// That this one is not what it was.
    pub(crate) fn damaged(&self) -> anyhow::Error {
        Fault::unavailable(format!("the backup is damaged: `{}` is not what it was", self.name))
    }

    /// The path below a directory; names that lead elsewhere are refused.
    pub(crate) fn below(&self, folder: &Path) -> Result<PathBuf> {
        let name = Path::new(&self.name);
        let plain = name.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        match plain && !self.name.is_empty() {
            true => Ok(folder.join(name)),
            false => Err(Fault::unavailable("the backup is damaged: its list names a file outside of it")),
        }
    }
}

fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T> {
    let bytes = private::read(path).map_err(|error| Fault::file(path, &error))?;
    serde_json::from_slice(&bytes)
        .map_err(|_| Fault::unavailable(format!("`{}` cannot be read", path.display())))
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    private::write(path, &text, Readers::Owner).map_err(|error| Fault::file(path, &error))
}

fn known(format: u32) -> Result<()> {
    match format {
        FORMAT => Ok(()),
        _ => Err(Fault::unavailable(format!(
            "the backup has format {format}, this release knows {FORMAT}: use a newer release"
        ))),
    }
}

impl Summary {
    /// Whether a directory holds a finished backup.
    pub(crate) fn is_there(folder: &Path) -> bool {
        folder.join(SUMMARY).exists()
    }

    /// Writes it; from now on there is a backup.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write_json(&folder.join(SUMMARY), self)
    }

    /// Reads it.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        if !Self::is_there(folder) {
            return Err(Fault::unavailable(format!("`{}` holds no finished backup", folder.display())));
        }
        let summary: Self = read_json(&folder.join(SUMMARY))?;
        known(summary.format)?;
        Ok(summary)
    }

    /// Calls for each file of the list, which is checked before.
    pub(crate) fn each_file(&self, folder: &Path, mut each: impl FnMut(Listed) -> Result<()>) -> Result<()> {
        let path = folder.join(LIST);
        self.list.check(&path)?;
        let failed = |error: std::io::Error| Fault::file(&path, &error);
        let mut lines = BufReader::new(File::open(&path).map_err(failed)?);
        for _ in 0..FILES_MAX {
            let mut line = Vec::new();
            let read = lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(failed)?;
            if read == 0 {
                return Ok(());
            }
            each(serde_json::from_slice(&line).map_err(|_| self.list.damaged())?)?;
        }
        Err(Fault::unavailable(format!("a backup has at most {FILES_MAX} files")))
    }
}

impl KeysCopy {
    /// Whether it may be of the store of a backup: neither is of another one.
    pub(crate) fn fits(&self, summary: &Summary) -> bool {
        match (&self.store, &summary.store) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }

    /// What a copy is called.
    pub(crate) fn file_name(taken: u64, id: &str) -> String {
        let id = id.get(..8).unwrap_or(id);
        format!("{KEYS}{taken:012}-{id}{KEYS_ENDING}")
    }

    fn beside(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{}.json", name.strip_suffix(KEYS_ENDING).unwrap_or(name)))
    }

    /// Writes what is known of it.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write_json(&Self::beside(folder, &self.file.name), self)
    }

    /// What is known of a copy.
    pub(crate) fn read(folder: &Path, name: &str) -> Result<Self> {
        let copy: Self = read_json(&Self::beside(folder, name))?;
        known(copy.format)?;
        match copy.file.name == name {
            true => Ok(copy),
            false => Err(copy.file.damaged()),
        }
    }

    /// All copies of a directory, the newest last.
    pub(crate) fn all(folder: &Path) -> Result<Vec<Self>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|error| Fault::file(folder, &error))? {
            let name = entry.map_err(|error| Fault::file(folder, &error))?.file_name();
            names.extend(name.to_str().filter(|name| is_copy(name)).map(str::to_owned));
        }
        names.sort();
        names.iter().map(|name| Self::read(folder, name)).collect()
    }
}

fn is_copy(name: &str) -> bool {
    name.starts_with(KEYS) && name.ends_with(KEYS_ENDING)
}

/// Deletes copies of keys that have ended, and what interrupted backups left of them.
pub(crate) fn delete_ended(folder: &Path, now: u64) -> Result<()> {
    let gone = |path: &Path| match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Fault::file(path, &error)),
        _ => Ok(()),
    };
    for entry in std::fs::read_dir(folder).map_err(|error| Fault::file(folder, &error))? {
        let name = entry.map_err(|error| Fault::file(folder, &error))?.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.split_once(".new").is_some_and(|(copy, _)| is_copy(copy)) {
            gone(&folder.join(name))?;
        }
        if is_copy(name) && !KeysCopy::beside(folder, name).exists() {
            gone(&folder.join(name))?;
        }
    }
    for copy in KeysCopy::all(folder)?.iter().filter(|copy| copy.keep_until <= now) {
        gone(&folder.join(&copy.file.name))?;
        gone(&KeysCopy::beside(folder, &copy.file.name))?;
    }
    Ok(())
}

/// The list while it is written.
pub(crate) struct Listing {
    out: BufWriter<File>,
    path: PathBuf,
    folder: PathBuf,
    files: u64,
    bytes: u64,
}

impl Listing {
    pub(crate) fn begin(folder: &Path) -> Result<Self> {
        let path = folder.join(format!("{LIST}.new"));
        let _ = std::fs::remove_file(&path);
        private::write(&path, b"", Readers::Owner).map_err(|error| Fault::file(&path, &error))?;
        let file = File::options().write(true).open(&path).map_err(|error| Fault::file(&path, &error))?;
        Ok(Self { out: BufWriter::new(file), path, folder: folder.to_owned(), files: 0, bytes: 0 })
    }

    pub(crate) fn add(&mut self, listed: &Listed) -> Result<()> {
        let mut line = serde_json::to_vec(listed).unwrap_or_default();
        line.push(b'\n');
        self.out.write_all(&line).map_err(|error| Fault::file(&self.path, &error))?;
        (self.files, self.bytes) = (self.files + 1, self.bytes + listed.bytes);
        Ok(())
    }

    /// How many files, how many bytes, and the list itself.
    pub(crate) fn finish(self) -> Result<(u64, u64, Listed)> {
        let failed = |error: std::io::Error| Fault::file(&self.path, &error);
        let file = self.out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        let path = self.folder.join(LIST);
        std::fs::rename(&self.path, &path).map_err(failed)?;
        Ok((self.files, self.bytes, Listed::of_file(&path, LIST.to_owned())?))
    }
}

/// Files below a directory, by their paths below it.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        let failed = |error: std::io::Error| Fault::file(&path, &error);
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = below.join(entry.file_name());
            match entry.file_type().map_err(failed)?.is_dir() {
                true => folders.push(name),
                false => found.push(name),
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, bytes: &[u8]) {
        private::write(path, bytes, Readers::Owner).unwrap();
    }

    fn copy(folder: &Path, taken: u64, keep_until: u64) -> KeysCopy {
        let id = format!("{taken:032x}");
        let name = KeysCopy::file_name(taken, &id);
        put(&folder.join(&name), b"canary");
        let file = Listed::of_file(&folder.join(&name), name).unwrap();
        let copy = KeysCopy { format: FORMAT, id, taken, keep_until, records: 1, file, store: None };
        copy.write(folder).unwrap();
        copy
    }

    #[test]
    fn copies_of_keys_go_when_they_have_ended_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (old, new) = (copy(folder, 1_000, 2_000), copy(folder, 1_500, 2_500));
        put(&folder.join("keys-000000001700-abcd.db.new"), b"left");
        put(&folder.join("keys-000000001700-abcd.db"), b"left");
        put(&folder.join("other.db"), b"somebody's");
        delete_ended(folder, 1_999).unwrap();
        assert_eq!(KeysCopy::all(folder).unwrap(), [old, new.clone()]);
        delete_ended(folder, 2_000).unwrap();
        assert_eq!(KeysCopy::all(folder).unwrap(), [new]);
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 3);
    }

    #[test]
    fn a_list_says_when_something_is_not_what_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        put(&path, b"canary");
        let listed = Listed::of_file(&path, "a".to_owned()).unwrap();
        assert_eq!(listed, Listed::of_bytes(b"canary", "a".to_owned()));
        assert!(listed.check(&path).is_ok());
        put(&path, b"canarz");
        assert!(listed.check(&path).is_err());
        for name in ["../a", "/a", "", "a/../../b"] {
            let listed = Listed { name: name.to_owned(), ..listed.clone() };
            assert!(listed.below(folder.path()).is_err(), "{name}");
        }
        assert!(listed.below(folder.path()).is_ok());
    }
}
