//! What does `sotto keys` do with the root key? It makes it, changes it, and says how it is.
//!
//! A change re-wraps one key, the store's. It has three steps (see `sotto_kms::Keeping`), and whatever happens between two of
//! them, the same command goes on. The old file is kept beside the new one under the number of its key: backups of the
//! store that were made before open with it alone.

use crate::args::{KeysInitArgs, KeysRotateArgs, KeysStatusArgs, KeysStore, KeysVerb, PlainFormat};
use crate::config::{Config, ServeWords};
use crate::fault::{Fault, Verdict, reason};
use crate::hygiene;
use crate::out;
use crate::private;
use crate::serve::edge::Edge;
use crate::serve::roots::{NEW_PASSPHRASE, PASSPHRASE, Roots, Wanted};
use crate::serve::{devices, first};
use anyhow::Result;
use serde::Serialize;
use sotto_api::{first_keeping, read_keeping, replace_keeping};
use sotto_kms::{DeviceKey, Keeping, KmsError, Root, RootSource};
use sotto_sensitive::MemoryStatus;
use sotto_storage::{Epoch, Store};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Does what a verb says.
pub(crate) fn run(verb: &KeysVerb) -> Result<Verdict> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
    runtime.block_on(async {
        match verb {
            KeysVerb::Init(args) => init(args).await,
            KeysVerb::RotateRoot(args) => rotate(args).await,
            KeysVerb::Status(args) => status(args).await,
            KeysVerb::CallerInput(verb) => crate::messages::caller_input(verb),
        }
    })
}

/// What the settings say about the server.
pub(crate) fn words(store: &KeysStore) -> Result<ServeWords> {
    match &store.config {
        Some(path) => Ok(Config::read(path)?.serve),
        None => Ok(ServeWords::default()),
    }
}

/// The places where the root key of a store is looked for.
pub(crate) fn roots(store: &KeysStore) -> Result<Roots> {
    let words = words(store)?;
    let file = store.root_key_file.as_deref().or(words.root_key_file.as_deref());
    Ok(Roots::new(&store.data, file, devices::devices(&words.devices)?))
}

async fn init(args: &KeysInitArgs) -> Result<Verdict> {
    let wanted = Wanted::parse(&args.source)?;
    let roots = roots(&args.store)?;
    if roots.is_credential() && wanted == Wanted::File {
        return Err(read_only());
    }
    private::folder(&args.store.data).map_err(|error| Fault::file(&args.store.data, &error))?;
    let store = first::open_store(&args.store.data, args.store.storage.as_deref()).await?;
    if read_keeping(&*store).await.map_err(unavailable)?.is_some() {
        return Err(Fault::unavailable("this store has a root key already: a second one could not open it"));
    }
    let (root, source) = roots.make(&wanted, roots.file(), PASSPHRASE)?;
    let (keeping, _) = Keeping::first(&root, source, &mut Edge::new().draw()).map_err(unavailable)?;
    first_keeping(&*store, &keeping).await.map_err(unavailable)?;
    store.close().await.map_err(unavailable)?;
    say(&format!("root key 1: {}\n", place(&keeping_source(&keeping), &roots)))
}

async fn existing(args: &KeysStore) -> Result<(Arc<dyn Store>, Keeping, Epoch)> {
    if args.storage.is_none() && !args.data.is_dir() {
        return Err(Fault::unavailable(format!("`{}` is no directory", args.data.display())));
    }
    let store = first::open_store(&args.data, args.storage.as_deref()).await?;
    let kept = read_keeping(&*store).await.map_err(unavailable)?;
    let (keeping, version) = kept.ok_or_else(|| {
        Fault::unavailable("there is no root key yet: `sotto keys init` or a first `sotto serve` makes it")
    })?;
    Ok((store, keeping, version))
}

async fn rotate(args: &KeysRotateArgs) -> Result<Verdict> {
    let roots = roots(&args.store)?;
    let (store, keeping, version) = existing(&args.store).await?;
    let change = Change { roots: &roots, store: &*store };
    let text = match keeping.is_changing() {
        true => change.go_on(keeping).await,
        false => change.begin(args.to.as_deref(), keeping, version).await,
    };
    let closed = store.close().await.map_err(unavailable);
    say(&text?).and_then(|verdict| closed.map(|()| verdict))
}

/// A change of the root key.
struct Change<'a> {
    roots: &'a Roots,
    store: &'a dyn Store,
}

impl Change<'_> {
    /// From the first step on.
    async fn begin(&self, to: Option<&str>, keeping: Keeping, version: Epoch) -> Result<String> {
        let (old, _) = self.roots.any(&keeping)?;
        let wanted = match to {
            Some(text) => Wanted::parse(text)?,
            None => next_like(&keeping),
        };
        let from_file = keeping_source(&keeping) == RootSource::File;
        if self.roots.is_credential() && (from_file || wanted == Wanted::File) {
            return Err(read_only());
        }
        let (new, source) = self.roots.make(&wanted, &self.next_file(), NEW_PASSPHRASE)?;
        let begun = match keeping.begin(&old, &new, source) {
            Err(KmsError::RootKeySame) => {
                return Err(Fault::usage("the new root key is the present one: nothing to change"));
            }
            begun => begun.map_err(unavailable)?,
        };
        replace_keeping(self.store, version, &begun).await.map_err(unavailable)?;
        self.end(begun, &new).await
    }

    /// After a crash: the new root key is where the first step put it, or in its place already.
    async fn go_on(&self, keeping: Keeping) -> Result<String> {
        let source = keeping_source(&keeping);
        let next = self.next_file();
        let new = match &source {
            RootSource::File if next.exists() => {
                sotto_kms::KeyFile::new(&next).read().map(Root::Key).map_err(unavailable)?
            }
            RootSource::Passphrase(_) if std::env::var_os(NEW_PASSPHRASE).is_some() => {
                self.roots.root(&source, NEW_PASSPHRASE)?
            }
            _ => self.roots.root(&source, PASSPHRASE)?,
        };
        self.end(keeping, &new).await
    }

    /// The second and the third step.
    async fn end(&self, keeping: Keeping, new: &Root) -> Result<String> {
        // Only a key that opens the store may take the place of another.
        let finished = keeping.finish(new).map_err(unavailable)?;
        let kept = self.put_in_place(&keeping)?;
        let (_, version) = read_keeping(self.store).await.map_err(unavailable)?.ok_or_else(gone)?;
        replace_keeping(self.store, version, &finished).await.map_err(unavailable)?;
        let mut text = format!(
            "root key {}: {}\n",
            finished.generation(),
            place(&keeping_source(&finished), self.roots)
        );
        if let Some(kept) = kept {
            let kept = kept.display();
            text.push_str(&format!(
                "the old one is in {kept}: backups made before open with it; destroy it after them\n"
            ));
        }
        Ok(text)
    }

    /// Moves files: the old key beside, the new key to where it is looked for. Done twice it changes nothing.
    fn put_in_place(&self, keeping: &Keeping) -> Result<Option<PathBuf>> {
        let file = self.roots.file();
        let failed = |error: std::io::Error| Fault::file(file, &error);
        let [old, new] = keeping.envelopes() else { return Ok(None) };
        let (was_file, is_file) = (old.source == RootSource::File, new.source == RootSource::File);
        let (next, aside) = (self.next_file(), numbered(file, &old.generation.to_string()));
        if was_file && (next.exists() || !is_file) && file.exists() {
            match std::fs::hard_link(file, &aside) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
                _ => {}
            }
        }
        if is_file && next.exists() {
            if !was_file && file.exists() {
                return Err(unavailable(KmsError::RootKeyExists));
            }
            std::fs::rename(&next, file).map_err(failed)?;
        } else if was_file && !is_file && file.exists() {
            std::fs::remove_file(file).map_err(failed)?;
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(was_file.then_some(aside))
    }

    fn next_file(&self) -> PathBuf {
        numbered(self.roots.file(), "next")
    }
}

/// The same kind of source as now; a key in a device gets the next name.
fn next_like(keeping: &Keeping) -> Wanted {
    match keeping_source(keeping) {
        RootSource::File => Wanted::File,
        RootSource::Passphrase(_) => Wanted::Passphrase,
        RootSource::Device { cluster, key } => {
            let next = DeviceKey::parse(&format!("sotto-root-{}", keeping.generation() + 1));
            Wanted::Device(cluster, next.unwrap_or(key))
        }
    }
}

/// Where the newest root key comes from.
fn keeping_source(keeping: &Keeping) -> RootSource {
    keeping.envelopes().last().map_or(RootSource::File, |envelope| envelope.source.clone())
}

/// The file's path with a further ending.
fn numbered(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// In words.
fn place(source: &RootSource, roots: &Roots) -> String {
    match source {
        RootSource::File => format!("file {}", roots.file().display()),
        RootSource::Passphrase(_) => "passphrase".to_owned(),
        RootSource::Device { cluster, key } => format!("device {cluster}, key {key}"),
    }
}

/// How keys are kept, as `keys status` says it.
#[derive(Serialize)]
struct Status {
    /// Which root key of this store it is.
    root_key: u64,
    /// `file`, `passphrase` or `device`.
    source: &'static str,
    place: String,
    /// Whether the present root key opens the store; the reason where it does not.
    opens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// Whether a change of the root key was begun and not finished.
    changing: bool,
    core_files: bool,
    memory: Memory,
    devices: Vec<Token>,
}

/// The memory of this process's keys.
#[derive(Serialize)]
struct Memory {
    locked_bytes: u64,
    unlocked_bytes: u64,
    /// How much a process may lock; nothing where there is no limit.
    limit_bytes: Option<u64>,
}

/// A device of the settings.
#[derive(Serialize)]
struct Token {
    cluster: String,
    answers: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

async fn status(args: &KeysStatusArgs) -> Result<Verdict> {
    let roots = roots(&args.store)?;
    let (store, keeping, _) = existing(&args.store).await?;
    let opened = roots.any(&keeping);
    let memory = MemoryStatus::now();
    let source = keeping_source(&keeping);
    let status = Status {
        root_key: keeping.generation(),
        source: match source {
            RootSource::File => "file",
            RootSource::Passphrase(_) => "passphrase",
            RootSource::Device { .. } => "device",
        },
        place: place(&source, &roots),
        opens: opened.is_ok(),
        refusal: opened.err().map(|error| format!("{error:#}")),
        changing: keeping.is_changing(),
        core_files: !hygiene::leaves_no_cores(),
        memory: Memory {
            locked_bytes: memory.locked_bytes,
            unlocked_bytes: memory.unlocked_bytes,
            limit_bytes: memory.limit_bytes,
        },
        devices: tokens(&roots),
    };
    store.close().await.map_err(unavailable)?;
    let text = match args.format {
        PlainFormat::Json => serde_json::to_string_pretty(&status).unwrap_or_default() + "\n",
        PlainFormat::Text => told(&status),
    };
    say(&text)?;
    Ok(if status.opens { Verdict::Fine } else { Verdict::Incomplete })
}

fn tokens(roots: &Roots) -> Vec<Token> {
    let told = roots.devices().iter().map(|(cluster, device)| {
        let refusal = device.status().err().map(|error| error.to_string());
        Token { cluster: cluster.to_string(), answers: refusal.is_none(), refusal }
    });
    told.collect()
}

fn told(status: &Status) -> String {
    let Status { root_key, place, opens, refusal, changing, core_files, memory, devices, .. } = status;
    let mut text = format!("root key    {root_key}: {place}\n");
    match (opens, refusal) {
        (false, Some(refusal)) => text.push_str(&format!("store       does not open: {refusal}\n")),
        _ => text.push_str("store       opens\n"),
    }
    if *changing {
        text.push_str("change      begun and not finished: run `sotto keys rotate-root` again\n");
    }
    let limit = memory.limit_bytes.map_or("no limit".to_owned(), |bytes| format!("limit {bytes}"));
    let (locked, unlocked) = (memory.locked_bytes, memory.unlocked_bytes);
    text.push_str(&format!("memory      {locked} bytes locked, {unlocked} not locked, {limit}\n"));
    text.push_str(&format!("core files  {}\n", if *core_files { "on" } else { "off" }));
    for Token { cluster, refusal, .. } in devices {
        text.push_str(&format!("device      {cluster}: {}\n", refusal.as_deref().unwrap_or("answers")));
    }
    text
}

fn say(text: &str) -> Result<Verdict> {
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn read_only() -> anyhow::Error {
    Fault::usage(
        "the root key is a credential of the service manager, which is read only: name the file behind it with --root-key-file",
    )
}

fn gone() -> anyhow::Error {
    Fault::unavailable("the store's record of its root key is gone")
}

fn unavailable(error: impl std::fmt::Display) -> anyhow::Error {
    Fault::unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_kms::{Devices, KeyFile, StoreKey};
    use zeroize::Zeroizing;

    struct Scratch {
        folder: tempfile::TempDir,
    }

    impl Scratch {
        fn args(&self) -> KeysStore {
            KeysStore {
                data: self.folder.path().to_owned(),
                storage: None,
                root_key_file: None,
                config: None,
            }
        }

        fn roots(&self) -> Roots {
            Roots::new(self.folder.path(), None, Devices::new())
        }

        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        async fn rotate(&self) -> Result<Verdict> {
            rotate(&KeysRotateArgs { store: self.args(), to: None }).await
        }

        /// What the store keeps, and a code that only its key gives.
        async fn kept(&self) -> (Keeping, [u8; 32]) {
            let (store, keeping, _) = existing(&self.args()).await.unwrap();
            store.close().await.unwrap();
            let key: StoreKey = self.roots().store_key(&keeping).unwrap();
            (keeping, key.authenticate("test", b""))
        }
    }

    async fn scratch() -> Scratch {
        let scratch = Scratch { folder: tempfile::tempdir().unwrap() };
        init(&KeysInitArgs { store: scratch.args(), source: "file".into() }).await.unwrap();
        scratch
    }

    /// As a crash leaves it after the first step: wrapped twice, the new key in a file of its own.
    async fn begun(scratch: &Scratch) {
        let (store, keeping, version) = existing(&scratch.args()).await.unwrap();
        let (old, _) = scratch.roots().any(&keeping).unwrap();
        let file = KeyFile::new(&scratch.file("root.key.next"));
        let new = Root::Key(file.create(Zeroizing::new([9; 32])).unwrap());
        let begun = keeping.begin(&old, &new, RootSource::File).unwrap();
        replace_keeping(&*store, version, &begun).await.unwrap();
        store.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_change_goes_on_wherever_it_was_cut_off() {
        // Before the first step: a file that nobody speaks of yet.
        let one = scratch().await;
        let (_, code) = one.kept().await;
        KeyFile::new(&one.file("root.key.next")).create(Zeroizing::new([7; 32])).unwrap();
        one.rotate().await.unwrap();
        assert_eq!(one.kept().await.1, code);
        assert!(!one.file("root.key.next").exists());

        // After the first step, and in the midst of the second: both keys open the store, and the next try ends it.
        for moved in 0..3 {
            let one = scratch().await;
            let (_, code) = one.kept().await;
            begun(&one).await;
            if moved > 0 {
                std::fs::hard_link(one.file("root.key"), one.file("root.key.1")).unwrap();
            }
            if moved > 1 {
                std::fs::rename(one.file("root.key.next"), one.file("root.key")).unwrap();
            }
            let (keeping, during) = one.kept().await;
            assert!(keeping.is_changing() && during == code);
            one.rotate().await.unwrap();
            let (keeping, after) = one.kept().await;
            assert!(!keeping.is_changing() && after == code && keeping.generation() == 2, "{moved}");
            assert!(one.file("root.key.1").exists() && !one.file("root.key.next").exists());
            one.rotate().await.unwrap();
            assert_eq!(one.kept().await.0.generation(), 3, "and the next change is a new one");
        }
    }

    #[tokio::test]
    async fn a_key_that_does_not_open_the_store_takes_no_place() {
        let one = scratch().await;
        begun(&one).await;
        std::fs::remove_file(one.file("root.key.next")).unwrap();
        KeyFile::new(&one.file("root.key.next")).create(Zeroizing::new([8; 32])).unwrap();
        let before = std::fs::read(one.file("root.key")).unwrap();
        assert!(one.rotate().await.is_err());
        assert_eq!(std::fs::read(one.file("root.key")).unwrap(), before);
        assert!(one.kept().await.0.is_changing());
    }
}
