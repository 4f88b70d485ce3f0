//! What does `sotto backup` do? It copies an embedded store while the server runs: data to one place, wrapped keys to another.
//!
//! Records and the write-ahead log are copied as they were at one moment ([`sotto_storage::copy_store`]), then the objects that the
//! records name. An object that is gone by then was written anew: the records are copied once more, and only what is missing
//! after them, until nothing is; that of an event which waited is gone because it ran, and is not missed. So a long copy needs no lock and no second store. What an interrupted backup left is used;
//! the file that says what there is, and with which checksums, is written last, and without it there is no backup.

pub(crate) mod listing;

use crate::amount::{counted, size};
use crate::args::BackupArgs;
use crate::clock;
use crate::config::{Config, ServeWords};
use crate::fault::{Fault, Verdict, reason};
use crate::out;
use crate::private::{self, Whose};
use crate::progress::Watch;
use crate::serve::edge::Edge;
use crate::serve::first;
use anyhow::Result;
use listing::{FORMAT, KeysCopy, LIST, Listed, Listing, Summary};
use sotto_api::{is_kept_apart, may_lack_objects, objects_of, store_number, store_number_place};
use sotto_public::Place;
use sotto_storage::{BlobName, Blobs, Copied, DirectoryBlobs, Part, copy_store};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

/// How often the records are copied because objects that they name had gone.
const ROUNDS_MAX: usize = 20;
/// How long copies of keys are kept where nothing is said, in days.
pub(crate) const KEYS_DAYS: u64 = 30;
const DAY_SECONDS: u64 = 86_400;
/// What holds one backup off while another writes to the same directory.
const LOCK: &str = "lock";
/// Directories of a backup, as in a data directory.
pub(crate) const STORE: &str = "store";
pub(crate) const OBJECTS: &str = "objects";

/// Makes a backup.
pub(crate) fn run(args: &BackupArgs) -> Result<Verdict> {
    let words = words(args.config.as_deref())?;
    if words.storage.is_some() {
        return Err(Fault::usage(
            "this copies the embedded store; a cluster's is backed up at its PostgreSQL server: docs/backup.md",
        ));
    }
    let store = args.data.join(STORE);
    if !store.is_dir() {
        return Err(Fault::unavailable(format!("`{}` holds no embedded store", args.data.display())));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
    let _lock = prepared(args)?;
    let days = args.keys_days.map(u64::from).or(words.subject_backup_days).unwrap_or(KEYS_DAYS);
    let objects = objects_at(args.objects.as_ref().or(words.objects.as_ref()), &args.data);
    let making = Making {
        store,
        to: &args.to,
        keys: &args.keys_to,
        id: id(),
        begun: seconds(clock::now()),
        days,
        source: first::open_objects(&objects)?,
        target: Arc::new(DirectoryBlobs::open(&args.to.join(OBJECTS)).map_err(first::unavailable)?),
        watch: Watch::begin(args.progress, false, None),
    };
    let summary = runtime.block_on(making.all())?;
    drop(making);
    told(&summary, args)
}

/// The settings of the server.
pub(crate) fn words(config: Option<&Path>) -> Result<ServeWords> {
    config.map_or_else(|| Ok(ServeWords::default()), |path| Ok(Config::read(path)?.serve))
}

/// Where objects are.
pub(crate) fn objects_at(named: Option<&PathBuf>, data: &Path) -> PathBuf {
    named.cloned().unwrap_or_else(|| data.join(OBJECTS))
}

fn id() -> String {
    Edge::new().draw().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Both directories, and the locks on them: copies of keys of several backups are in one directory, and what another one is
/// writing there looks like what an interrupted one left.
fn prepared(args: &BackupArgs) -> Result<[File; 2]> {
    let Ok(to) = std::path::absolute(&args.to) else { return Err(Fault::usage("--to is no path")) };
    let Ok(keys) = std::path::absolute(&args.keys_to) else {
        return Err(Fault::usage("--keys-to is no path"));
    };
    kept_apart(&to, &keys)?;
    if Summary::is_there(&args.to) {
        return Err(Fault::usage(format!(
            "`{}` holds a backup; it is not overwritten: name another directory",
            args.to.display()
        )));
    }
    for folder in [&args.to, &args.keys_to] {
        private::folder(folder).map_err(|error| Fault::file(folder, &error))?;
    }
    // Links on the way to them are followed only now.
    let real = |folder: &Path| folder.canonicalize().map_err(|error| Fault::file(folder, &error));
    kept_apart(&real(&args.to)?, &real(&args.keys_to)?)?;
    let (store, objects) = (args.to.join(STORE), args.to.join(OBJECTS));
    own_folders(&[&args.to, &args.keys_to, &store, &store.join("wal"), &objects])?;
    foreign_files(&args.to)?;
    Ok([locked(&args.to)?, locked(&args.keys_to)?])
}

fn kept_apart(to: &Path, keys: &Path) -> Result<()> {
    match keys.starts_with(to) || to.starts_with(keys) {
        true => Err(Fault::usage(
            "keys are kept apart from the data: neither of --to and --keys-to may be in the other",
        )),
        false => Ok(()),
    }
}

/// Nobody else may look into what is written to, nor lead it elsewhere.
pub(crate) fn own_folders(folders: &[&Path]) -> Result<()> {
    let owner = rustix::process::geteuid().as_raw();
    for folder in folders {
        let name = folder.display();
        let says = match private::whose(folder, owner) {
            Ok(Whose::Own) => continue,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Fault::file(folder, &error)),
            Ok(Whose::Link) => format!("`{name}` is a link: name the directory itself"),
            Ok(Whose::Foreign) => format!("`{name}` belongs to another user: name a directory of your own"),
            Ok(Whose::Open) => {
                format!(
                    "`{name}` is open to other users; what is written there is for its owner alone: chmod 700 '{name}'"
                )
            }
        };
        return Err(Fault::usage(says));
    }
    Ok(())
}

/// The lock on a directory.
fn locked(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let lock = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(|error| Fault::file(&path, &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(_) => Err(Fault::unavailable(format!("another backup to `{}` is running", folder.display()))),
    }
}

/// Nothing but what an interrupted backup leaves may be there.
fn foreign_files(to: &Path) -> Result<()> {
    let ours = [STORE, OBJECTS, LOCK, LIST, listing::SUMMARY];
    let entries = std::fs::read_dir(to).map_err(|error| Fault::file(to, &error))?;
    for entry in entries {
        let name = entry.map_err(|error| Fault::file(to, &error))?.file_name();
        let name = name.to_string_lossy();
        if !ours.iter().any(|ours| {
            name.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.starts_with(".new"))
        }) {
            return Err(Fault::usage(format!(
                "`{}` holds other files: name an empty directory",
                to.display()
            )));
        }
    }
    Ok(())
}

/// The records of one moment, and the number of their store.
struct Moment {
    copied: Copied,
    number: Option<String>,
}

/// Objects that records name.
#[derive(Default)]
struct Named {
    all: BTreeSet<BlobName>,
    /// Those of them without which there is no backup.
    needed: BTreeSet<BlobName>,
}

impl Named {
    /// Adds what the record of a place names.
    fn add(&mut self, place: &Place, objects: Vec<BlobName>) {
        if !may_lack_objects(place) {
            self.needed.extend(objects.iter().cloned());
        }
        self.all.extend(objects);
    }
}

/// A backup that is being made.
struct Making<'a> {
    store: PathBuf,
    to: &'a Path,
    keys: &'a Path,
    id: String,
    begun: u64,
    days: u64,
    source: Arc<dyn Blobs>,
    target: Arc<dyn Blobs>,
    watch: Watch,
}

impl Making<'_> {
    async fn all(&self) -> Result<Summary> {
        listing::delete_ended(self.keys, self.begun)?;
        let unfinished = self.keys.join(format!("{}.new", KeysCopy::file_name(self.begun, &self.id)));
        let mut have = self.there_already().await?;
        let mut made = None;
        for _ in 0..ROUNDS_MAX {
            let (moment, named) = self.records(&unfinished)?;
            if self.objects(&named, &mut have).await? {
                made = Some((moment, named));
                break;
            }
        }
        let Some((moment, named)) = made else {
            let _ = std::fs::remove_file(&unfinished);
            return Err(Fault::unavailable(
                "segments are written anew faster than they can be copied; try again",
            ));
        };
        for name in have.keys().filter(|name| !named.all.contains(*name)).cloned().collect::<Vec<_>>() {
            self.target.delete(name.clone()).await.map_err(first::unavailable)?;
            have.remove(&name);
        }
        let keys = self.finish_keys(&unfinished, &moment)?;
        self.finish(&moment, have, keys)
    }

    /// What an earlier try brought.
    async fn there_already(&self) -> Result<BTreeMap<BlobName, Listed>> {
        let mut have = BTreeMap::new();
        let roots: BTreeSet<BlobName> = first_words(&self.to.join(OBJECTS));
        for root in roots {
            for entry in self.target.list(root).await.map_err(first::unavailable)? {
                let path = self.to.join(OBJECTS).join(entry.name.as_str());
                let listed = Listed::of_file(&path, format!("{OBJECTS}/{}", entry.name))?;
                self.watch.read.fetch_add(listed.bytes, Ordering::Relaxed);
                have.insert(entry.name, listed);
            }
        }
        Ok(have)
    }

    /// Records and log of one moment, and which objects they name.
    fn records(&self, unfinished: &Path) -> Result<(Moment, Named)> {
        let (mut named, mut damaged, mut number) = (Named::default(), false, None);
        let own = store_number_place();
        let to = self.to.join(STORE);
        let copied = copy_store(&self.store, &to, unfinished, &mut |place, record| {
            match objects_of(place, record) {
                Ok(objects) => named.add(place, objects),
                Err(_) => damaged = true,
            }
            if *place == own {
                number = store_number(record).ok().map(|number| format!("{number:032x}"));
            }
            if is_kept_apart(place) { Part::Apart } else { Part::Data }
        });
        let copied = copied.map_err(first::unavailable)?;
        match damaged {
            true => Err(Fault::unavailable("a record of the catalogue cannot be read: see the server's log")),
            false => Ok((Moment { copied, number }, named)),
        }
    }

    /// Copies what is missing; `false` when something had gone that is needed.
    async fn objects(&self, named: &Named, have: &mut BTreeMap<BlobName, Listed>) -> Result<bool> {
        let mut all = true;
        for name in &named.all {
            if have.contains_key(name) {
                continue;
            }
            let Some(blob) = self.source.get(name.clone()).await.map_err(first::unavailable)? else {
                all &= !named.needed.contains(name);
                continue;
            };
            let listed = Listed::of_bytes(blob.as_bytes(), format!("{OBJECTS}/{name}"));
            self.watch.read.fetch_add(listed.bytes, Ordering::Relaxed);
            self.target.put(name.clone(), blob).await.map_err(first::unavailable)?;
            have.insert(name.clone(), listed);
        }
        Ok(all)
    }

    fn finish_keys(&self, unfinished: &Path, moment: &Moment) -> Result<KeysCopy> {
        let name = KeysCopy::file_name(self.begun, &self.id);
        let path = self.keys.join(&name);
        std::fs::rename(unfinished, &path).map_err(|error| Fault::file(&path, &error))?;
        let listed = Listed::of_file(&path, name)?;
        let keep_until = self.begun.saturating_add(self.days.saturating_mul(DAY_SECONDS));
        let copy = KeysCopy {
            format: FORMAT,
            id: self.id.clone(),
            taken: self.begun,
            keep_until,
            records: moment.copied.apart,
            file: listed,
            store: moment.number.clone(),
        };
        copy.write(self.keys)?;
        Ok(copy)
    }

    fn finish(
        &self,
        Moment { copied, number }: &Moment,
        objects: BTreeMap<BlobName, Listed>,
        keys: KeysCopy,
    ) -> Result<Summary> {
        let mut listing = Listing::begin(self.to)?;
        for name in listing::files_below(&self.to.join(STORE))? {
            let path = self.to.join(STORE).join(&name);
            listing.add(&Listed::of_file(&path, format!("{STORE}/{}", name.display()))?)?;
        }
        objects.values().try_for_each(|listed| listing.add(listed))?;
        let (files, bytes, list) = listing.finish()?;
        let summary = Summary {
            format: FORMAT,
            id: self.id.clone(),
            release: env!("CARGO_PKG_VERSION").to_owned(),
            taken: self.begun,
            records: copied.records,
            rows: copied.rows,
            files,
            bytes,
            list,
            keys: keys.file.name,
            store: number.clone(),
        };
        summary.write(self.to)?;
        Ok(summary)
    }
}

/// First words of names of objects that a directory holds.
fn first_words(objects: &Path) -> BTreeSet<BlobName> {
    let entries = std::fs::read_dir(objects).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn told(summary: &Summary, args: &BackupArgs) -> Result<Verdict> {
    let text = format!(
        "backup {}: {} in {}, of {}\nkeys: `{}`, to be kept until {} at most\n",
        summary.id,
        size(summary.bytes),
        counted(summary.files, "file"),
        crate::certs::day(summary.taken),
        args.keys_to.join(&summary.keys).display(),
        crate::certs::day(KeysCopy::read(&args.keys_to, &summary.keys)?.keep_until),
    );
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_went_with_its_event_is_not_missed() {
        let folder = tempfile::tempdir().unwrap();
        let opened = |name: &str| first::open_objects(&folder.path().join(name)).unwrap();
        let (to, keys) = (folder.path().join("to"), folder.path().join("keys"));
        let making = Making {
            store: folder.path().join(STORE),
            to: &to,
            keys: &keys,
            id: String::new(),
            begun: 0,
            days: 1,
            source: opened("source"),
            target: opened("target"),
            watch: Watch::begin(Default::default(), false, None),
        };
        let object = |name: &str| name.parse::<BlobName>().unwrap();
        let there = object("objects/there");
        private::folder(&folder.path().join("source/objects")).unwrap();
        let file = folder.path().join("source/objects/there");
        private::write(&file, b"canary", private::Readers::Owner).unwrap();
        for (place, gone, wanted) in [
            ("function-event", None, true),
            ("function-event", Some("objects/gone"), true),
            ("log-segment", None, true),
            ("log-segment", Some("objects/gone"), false),
        ] {
            let (mut named, mut have) = (Named::default(), BTreeMap::new());
            let place = Place::new(place).with(&7_u64);
            named.add(&place, vec![there.clone()]);
            named.add(&place, gone.map(object).into_iter().collect());
            assert_eq!(making.objects(&named, &mut have).await.unwrap(), wanted, "{place:?} {gone:?}");
            assert_eq!(have.keys().collect::<Vec<_>>(), [&there], "what is there is copied");
        }
    }

    #[test]
    fn a_directory_of_keys_is_locked_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        private::folder(&keys).unwrap();
        let args = |to: &str| BackupArgs {
            to: folder.path().join(to),
            keys_to: keys.clone(),
            data: folder.path().to_owned(),
            keys_days: None,
            objects: None,
            config: None,
            progress: Default::default(),
        };
        let first = prepared(&args("one")).unwrap();
        assert!(prepared(&args("two")).is_err(), "keys of two at once");
        drop(first);
        assert!(prepared(&args("two")).is_ok());
    }

    #[test]
    fn keys_are_apart_whatever_links_say() {
        let folder = tempfile::tempdir().unwrap();
        let (data, link) = (folder.path().join("data"), folder.path().join("link"));
        private::folder(&data).unwrap();
        std::os::unix::fs::symlink(&data, &link).unwrap();
        let (to, keys) = (data.canonicalize().unwrap(), link.canonicalize().unwrap());
        assert!(kept_apart(&data, &link).is_ok(), "as they are spelled");
        assert!(kept_apart(&to, &keys).is_err());
    }
}
