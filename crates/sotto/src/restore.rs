//! What does `sotto restore` do? It makes a data directory of a backup and of a copy of keys, after it has seen that the root key opens it.
//!
//! Nothing is written before the root key was tried, and nothing over a store that is there. Files are checked against their
//! checksums while they are copied; the store gets its name last, so that no server starts on half of it. Which backup is
//! being restored stands in a file: the same command goes on after an interruption, another one is refused.
//!
//! Keys come from the copy that is named, and from no other place: what was destroyed before that copy was made stays destroyed,
//! whatever the backup of the data is older than.

use crate::amount::{counted, size};
use crate::args::RestoreArgs;
use crate::backup::listing::{KeysCopy, Listed, Summary};
use crate::backup::{OBJECTS, STORE, objects_at, own_folders, words};
use crate::fault::{Fault, Verdict, reason};
use crate::out;
use crate::private::{self, Readers};
use crate::progress::Watch;
use crate::serve::roots::Roots;
use crate::serve::{devices, first};
use anyhow::Result;
use sotto_api::keeping_place;
use sotto_kms::Keeping;
use sotto_storage::{BlobEntry, BlobName, Blobs, copied_record, join_apart, read_blob_file};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What names the backup that is being restored.
const UNFINISHED: &str = "restoring";
/// The store, before it is one.
const STORE_UNFINISHED: &str = "store.restoring";

/// Restores a backup.
pub(crate) fn run(args: &RestoreArgs) -> Result<Verdict> {
    let summary = Summary::read(&args.from)?;
    let words = words(args.config.as_deref())?;
    if words.storage.is_some() {
        return Err(Fault::usage(
            "this makes an embedded store; a cluster's is restored at its PostgreSQL server",
        ));
    }
    let keys = Keys::chosen(&args.keys)?;
    keys.belong(&summary)?;
    let root = args.root_key_file.as_deref().or(words.root_key_file.as_deref());
    let roots = Roots::new(&args.data, root, devices::devices(&words.devices)?);
    opens(&args.from, &roots)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
    let watch = Watch::begin(args.progress, false, Some(summary.bytes));
    if args.dry_run {
        summary.each_file(&args.from, |listed| {
            watch.read.fetch_add(listed.bytes, Ordering::Relaxed);
            listed.check(&listed.below(&args.from)?)
        })?;
        drop(watch);
        return told("would restore", &summary, &keys);
    }
    let objects = objects_at(args.objects.as_ref().or(words.objects.as_ref()), &args.data);
    begin(&args.data, &objects, &summary.id)?;
    let target = first::open_objects(&objects)?;
    let restoring = Restoring { args, summary: &summary, target, watch };
    runtime.block_on(restoring.objects())?;
    let joined = restoring.store(&keys)?;
    drop(restoring);
    told(&format!("restored, with {} among the records,", counted(joined, "wrapped key")), &summary, &keys)
}

/// Where wrapped keys come from.
enum Keys {
    None,
    Copy(PathBuf, KeysCopy),
}

impl Keys {
    /// Keys of another store open nothing of this one, and hide what it lacks.
    fn belong(&self, summary: &Summary) -> Result<()> {
        match self {
            Self::Copy(path, copy) if !copy.fits(summary) => Err(Fault::usage(format!(
                "`{}` holds the keys of another store: name a copy that was made of the same store as the backup",
                path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// A file, the newest one of a directory, or none.
    fn chosen(given: &Path) -> Result<Self> {
        if given == Path::new("none") {
            return Ok(Self::None);
        }
        let (folder, copy) = match given.is_dir() {
            true => (given, KeysCopy::all(given)?.pop()),
            false => {
                let folder = given.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new("."));
                let name = given.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                (folder, Some(KeysCopy::read(folder, name)?))
            }
        };
        let copy = copy.ok_or_else(|| {
            Fault::unavailable(format!(
                "`{}` holds no copy of keys; `--keys none` restores masked texts without originals",
                given.display()
            ))
        })?;
        let path = copy.file.below(folder)?;
        copy.file.check(&path)?;
        Ok(Self::Copy(path, copy))
    }
}

/// Whether the root key that is here opens the backup.
fn opens(from: &Path, roots: &Roots) -> Result<()> {
    let row = copied_record(&from.join(STORE), &keeping_place()).map_err(first::unavailable)?;
    let row = row.ok_or_else(|| Fault::unavailable("the backup holds no key of the store"))?;
    let keeping: Keeping = row.read().map_err(|error| Fault::unavailable(error.to_string()))?;
    roots.store_key(&keeping).map(drop)
}

/// Nothing is written over a store, nor over another backup's half, nor where somebody else may change it or lead it elsewhere.
fn begin(data: &Path, objects: &Path, id: &str) -> Result<()> {
    private::folder(data).map_err(|error| Fault::file(data, &error))?;
    let unfinished = data.join(STORE_UNFINISHED);
    own_folders(&[data, objects, &data.join(OBJECTS), &unfinished, &unfinished.join("wal")])?;
    if data.join(STORE).exists() {
        // An interrupted one may have left its mark behind.
        let _ = std::fs::remove_file(data.join(UNFINISHED));
        return Err(Fault::usage(format!(
            "`{}` holds a store; it is not overwritten: name another directory",
            data.display()
        )));
    }
    let mark = data.join(UNFINISHED);
    own_mark(&mark)?;
    match private::read(&mark) {
        Ok(found) if found == id.as_bytes() => Ok(()),
        Ok(_) => Err(Fault::usage(format!(
            "`{}` holds half of another backup: name another directory",
            data.display()
        ))),
        Err(_) => {
            let objects = data.join(OBJECTS);
            let is_empty = std::fs::read_dir(&objects).map_or(true, |mut entries| entries.next().is_none());
            if !is_empty {
                return Err(Fault::usage(format!(
                    "`{}` is not empty: name another directory",
                    objects.display()
                )));
            }
            private::write(&mark, id.as_bytes(), Readers::Owner).map_err(|error| Fault::file(&mark, &error))
        }
    }
}

/// A mark that somebody else laid there, or a link to one, says nothing of what is in the directory.
fn own_mark(mark: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let found = match std::fs::symlink_metadata(mark) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        found => found.map_err(|error| Fault::file(mark, &error))?,
    };
    match found.is_file() && found.uid() == rustix::process::geteuid().as_raw() {
        true => Ok(()),
        false => Err(Fault::usage(format!("`{}` is no file of yours: delete it", mark.display()))),
    }
}

/// A backup that is being restored.
struct Restoring<'a> {
    args: &'a RestoreArgs,
    summary: &'a Summary,
    target: Arc<dyn Blobs>,
    watch: Watch,
}

impl Restoring<'_> {
    /// Copies the objects that are not there yet.
    async fn objects(&self) -> Result<()> {
        let (mut objects, from) = (Vec::new(), &self.args.from);
        self.summary.each_file(from, |listed| {
            if let Some(name) = listed.name.strip_prefix(OBJECTS).and_then(|name| name.strip_prefix('/')) {
                let name: BlobName = name.parse().map_err(|_| listed.damaged())?;
                objects.push((name, listed));
            }
            Ok(())
        })?;
        let mut there: BTreeMap<BlobName, Option<u64>> = BTreeMap::new();
        for (name, listed) in objects {
            let root = root_of(&name).ok_or_else(|| listed.damaged())?;
            if !there.contains_key(&root) {
                let list = self.target.list(root.clone()).await.map_err(first::unavailable)?;
                there.extend(list.into_iter().map(|BlobEntry { name, length }| (name, Some(length))));
                there.insert(root, None);
            }
            let is_there = there.get(&name).copied().flatten() == Some(listed.bytes);
            self.object(name, &listed, is_there).await?;
        }
        Ok(())
    }

    /// Copies one, unless the same is there.
    async fn object(&self, name: BlobName, listed: &Listed, is_there: bool) -> Result<()> {
        self.watch.read.fetch_add(listed.bytes, Ordering::Relaxed);
        if is_there {
            let held = self.target.get(name.clone()).await.map_err(first::unavailable)?;
            if held.is_some_and(|held| Listed::of_bytes(held.as_bytes(), listed.name.clone()) == *listed) {
                return Ok(());
            }
        }
        let blob = read_blob_file(&listed.below(&self.args.from)?).map_err(first::unavailable)?;
        match Listed::of_bytes(blob.as_bytes(), listed.name.clone()) == *listed {
            true => self.target.put(name, blob).await.map_err(first::unavailable),
            false => Err(listed.damaged()),
        }
    }

    /// Copies records and log, puts the keys in, and gives the store its name.
    fn store(&self, keys: &Keys) -> Result<u64> {
        let data = &self.args.data;
        let unfinished = data.join(STORE_UNFINISHED);
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).map_err(|error| Fault::file(&unfinished, &error))?;
        }
        self.summary.each_file(&self.args.from, |listed| {
            let Some(name) = listed.name.strip_prefix(STORE).and_then(|name| name.strip_prefix('/')) else {
                return Ok(());
            };
            self.watch.read.fetch_add(listed.bytes, Ordering::Relaxed);
            copy_file(&listed, &listed.below(&self.args.from)?, &unfinished.join(name))
        })?;
        let joined = match keys {
            Keys::None => 0,
            Keys::Copy(path, _) => join_apart(&unfinished, path).map_err(first::unavailable)?,
        };
        let store = data.join(STORE);
        std::fs::rename(&unfinished, &store).map_err(|error| Fault::file(&store, &error))?;
        let mark = data.join(UNFINISHED);
        let done = std::fs::remove_file(&mark).and_then(|()| std::fs::File::open(data)?.sync_all());
        done.map_err(|error| Fault::file(&mark, &error))?;
        Ok(joined)
    }
}

/// The first word of a name.
fn root_of(name: &BlobName) -> Option<BlobName> {
    name.as_str().split('/').next()?.parse().ok()
}

/// Copies a file for its owner alone, and looks whether it is what it was.
fn copy_file(listed: &Listed, from: &Path, to: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |error: std::io::Error| Fault::file(to, &error);
    private::folder(to.parent().unwrap_or(to)).map_err(failed)?;
    let mut source = std::fs::File::open(from).map_err(|error| Fault::file(from, &error))?;
    let mut target =
        std::fs::File::options().write(true).create_new(true).mode(0o600).open(to).map_err(failed)?;
    std::io::copy(&mut source, &mut target).map_err(failed)?;
    target.sync_all().map_err(failed)?;
    listed.check(to)
}

fn told(what: &str, summary: &Summary, keys: &Keys) -> Result<Verdict> {
    let of_keys = match keys {
        Keys::None => "no keys: originals stay closed, and groups with a KMS key unreadable".to_owned(),
        Keys::Copy(_, copy) => format!("keys of {}", crate::certs::day(copy.taken)),
    };
    let text = format!(
        "{what} backup {} of {}: {} in {}; {of_keys}\n",
        summary.id,
        crate::certs::day(summary.taken),
        size(summary.bytes),
        counted(summary.files, "file"),
    );
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    type Lays<'l> = &'l dyn Fn(&Path);

    #[test]
    fn nothing_is_restored_where_somebody_else_may_change_it() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        private::folder(&other).unwrap();
        private::write(&other.join("mark"), b"canary", Readers::Owner).unwrap();
        let open = |path: &Path| {
            private::folder(path).unwrap();
            std::fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
        };
        let ways: [(&str, Lays<'_>, bool); 8] = [
            ("nothing", &|_| {}, true),
            ("a folder of one's own", &|data| private::folder(&data.join(OBJECTS)).unwrap(), true),
            ("an open directory", &|data| open(data), false),
            ("open objects", &|data| open(&data.join(OBJECTS)), false),
            ("objects elsewhere", &|data| symlink(&other, data.join(OBJECTS)).unwrap(), false),
            ("an open half", &|data| open(&data.join(STORE_UNFINISHED)), false),
            (
                "a log elsewhere",
                &|data| {
                    private::folder(&data.join(STORE_UNFINISHED)).unwrap();
                    symlink(&other, data.join(STORE_UNFINISHED).join("wal")).unwrap();
                },
                false,
            ),
            ("a mark elsewhere", &|data| symlink(other.join("mark"), data.join(UNFINISHED)).unwrap(), false),
        ];
        for (number, (name, lay, wanted)) in ways.into_iter().enumerate() {
            let data = folder.path().join(format!("data{number}"));
            private::folder(&data).unwrap();
            lay(&data);
            let begun = begin(&data, &data.join(OBJECTS), "canary");
            assert_eq!(begun.is_ok(), wanted, "{name}");
            assert_eq!(data.join(UNFINISHED).is_file(), wanted || name == "a mark elsewhere", "{name}");
        }
    }
}
