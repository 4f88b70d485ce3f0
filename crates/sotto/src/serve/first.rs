//! How does the server come to its data? It opens the store, finds the root key that belongs to it, and makes both at a first
//! start, which is a start in an empty store and nothing else.
//!
//! The store says by which key it was sealed. A key that is missing or another one ends the start with that very sentence; a
//! second key is never made. What a first start makes is shown once, on standard output: nobody can show it again.

use super::bucket::BucketBlobs;
use super::edge::{Edge, SystemClock, chain_id};
use super::log;
use super::options::Options;
use super::roots::{PASSPHRASE, Roots};
use crate::clock;
use crate::fault::Fault;
use crate::out;
use anyhow::Result;
use sotto_api::{
    Allowance, Api, Destination, Entrance, FirstStart, Issuers, LogSettings, RootCredentials, Settings, Site,
    read_keeping,
};
use sotto_arn::AccountId;
use sotto_kms::{Keeping, StoreKey};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_storage::{BlobName, Blobs, DirectoryBlobs, LocalCopies, Location, Store};
use sotto_wire::client::credentials::Surroundings;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where the operator's own root credentials come from.
const ACCESS_KEY: &str = "SOTTO_ROOT_ACCESS_KEY_ID";
const SECRET: &str = "SOTTO_ROOT_SECRET_ACCESS_KEY";

/// Bytes of local copies of segments that rest in a bucket, for the query engine; twice as many while queries hold some.
const COPIES_BYTES_MAX: u64 = 4 << 30;

/// Characters of an access key's id (STS API Reference, "Credentials").
const ACCESS_KEY_CHARS: std::ops::RangeInclusive<usize> = 3..=128;
/// Characters of a secret: long enough not to be guessed.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 8..=128;

/// Everything behind the listeners, with what a first start needs made.
pub(crate) async fn open(
    options: &Options,
    (entrances, engine): (Vec<Entrance>, Option<PathBuf>),
) -> Result<Arc<Api>> {
    let store = open_store(&options.data, options.storage.as_deref()).await?;
    let store_key = key_of(options, &*store).await?;
    let number = u128::from_be_bytes(Edge::new().draw().bytes());
    sotto_api::number_store(&*store, number).await.map_err(unavailable)?;
    let (clock, randomness) = (Box::new(SystemClock), Box::new(Edge::new()));
    let (issuers, names) = (issuers(options)?, options.sensitive_names);
    let devices = options.devices.clone();
    let logs = logs(options, engine).await?;
    let functions = super::functions::settings(options)?;
    let requests_max = options.requests_max;
    let settings = Settings {
        store,
        store_key,
        devices,
        clock,
        randomness,
        issuers,
        names,
        logs,
        functions,
        entrances,
        requests_max,
    };
    Api::start(settings).await.map_err(unavailable)
}

/// What log groups rest on.
#[expect(clippy::disallowed_methods, reason = "the operator's settings: addresses of receivers")]
async fn logs(options: &Options, engine: Option<PathBuf>) -> Result<LogSettings> {
    let location = location(&options.data, options.storage.as_deref())?;
    let wal = location.open_wal(chain_id()?).await.map_err(unavailable)?;
    let objects = options.objects.clone().unwrap_or_else(|| options.data.join("objects"));
    let allowance = |text: &String| {
        let allowance = Allowance::parse(&Public::from_pinned_text(text.clone()));
        allowance.map_err(|error| Fault::usage(format!("`deliver_to`: {error}")))
    };
    let allowed = options.deliver_to.iter().map(allowance).collect::<Result<_>>()?;
    let alarm = options.alarm_to.clone().map(Public::from_pinned_text);
    let alarm = alarm.map(|address| Destination::parse(&address)).transpose();
    let alarm = alarm.map_err(|error| Fault::usage(format!("`alarm_to`: {error}")))?;
    if matches!(alarm, Some(Destination::Function(_))) {
        return Err(Fault::usage(
            "`alarm_to`: functions belong to accounts; name an endpoint, a file or a receiver",
        ));
    }
    let blobs = open_objects(&objects)?;
    let is_apart = blobs.path(&BlobName::new("any")).is_none();
    let copies = is_apart.then(|| LocalCopies::open(&options.data.join("query-copies"), COPIES_BYTES_MAX));
    let copies = copies.transpose().map_err(unavailable)?.map(Arc::new);
    Ok(LogSettings {
        wal,
        blobs,
        deliveries: Site { folder: Some(options.data.join("deliveries")), allowed, functions: false },
        alarm,
        trust: options.deliver_ca.clone(),
        engine,
        copies,
        default_policy: options.default_policy,
    })
}

/// Where segments stay: in a bucket, or in a directory.
pub(crate) fn open_objects(objects: &Path) -> Result<Arc<dyn Blobs>> {
    let address = objects.to_str().unwrap_or_default();
    match BucketBlobs::parse(address, Surroundings::of_process()) {
        Some(bucket) => Ok(Arc::new(bucket.map_err(|error| Fault::usage(error.to_string()))?)),
        None => Ok(Arc::new(DirectoryBlobs::open(objects).map_err(unavailable)?)),
    }
}

/// The keys of the issuers whose documents were named.
#[expect(
    clippy::disallowed_methods,
    reason = "the operator's settings: an issuer's address and its public keys"
)]
fn issuers(options: &Options) -> Result<Issuers> {
    let mut issuers = Issuers::default();
    for (issuer, path) in &options.jwks {
        let document = crate::config::read_text(path)?;
        let (issuer, document) =
            (Public::from_pinned_text(issuer.clone()), Public::from_pinned_text(document));
        let added = issuers.add(&issuer, &document);
        added.map_err(|error| Fault::usage(format!("`{}`: {error}", path.display())))?;
    }
    Ok(issuers)
}

/// The store of a data directory, or of a database.
pub(crate) async fn open_store(data: &Path, storage: Option<&str>) -> Result<Arc<dyn Store>> {
    location(data, storage)?.open(chain_id()?).await.map_err(unavailable)
}

/// Where the store lives.
fn location(data: &Path, storage: Option<&str>) -> Result<Location> {
    match storage {
        Some(address) => Ok(Location::parse(address).map_err(|error| Fault::usage(error.to_string()))?),
        None => Ok(Location::Directory(data.join("store"))),
    }
}

/// The key of the store; of an empty one what a first start makes. The root key may be there already (`sotto keys init`).
async fn key_of(options: &Options, store: &dyn Store) -> Result<StoreKey> {
    let roots = Roots::new(&options.data, options.root_key_file.as_deref(), options.devices.clone());
    let kept = read_keeping(store).await.map_err(unavailable)?;
    let (store_key, new) = match kept {
        Some((keeping, _)) => (roots.store_key(&keeping)?, None),
        None => {
            let (root, source) = roots.make(&Roots::usual(), roots.file(), PASSPHRASE)?;
            let made = Keeping::first(&root, source, &mut Edge::new().draw()).map_err(unavailable)?;
            (made.1, Some(made.0))
        }
    };
    if new.is_some() || FirstStart::is_due(store).await.map_err(unavailable)? {
        first_start(options, store, &store_key, new).await?;
    }
    Ok(store_key)
}

async fn first_start(
    options: &Options,
    store: &dyn Store,
    store_key: &StoreKey,
    keeping: Option<Keeping>,
) -> Result<()> {
    let account = options.account.as_deref().map(AccountId::parse).transpose();
    let account = account.map_err(|error| Fault::usage(format!("--account: {error}")))?;
    let credentials = given_credentials()?;
    let generated = credentials.is_none();
    let first = FirstStart { store_key, keeping, account, credentials, now: clock::now() };
    let (account, credentials) = first.make(store, Edge::new().draw()).await.map_err(unavailable)?;
    show(&account, &credentials, generated)?;
    log::info("first start: root key, management account and root credentials made", &[]);
    Ok(())
}

/// The operator's own credentials, both or none.
#[expect(
    clippy::disallowed_methods,
    reason = "the id of an access key that the operator chose: letters, digits and _"
)]
fn given_credentials() -> Result<Option<RootCredentials>> {
    let [access_key, secret] = [ACCESS_KEY, SECRET].map(|name| std::env::var(name).ok());
    let (access_key, secret) = match (access_key, secret) {
        (None, None) => return Ok(None),
        (Some(access_key), Some(secret)) => (access_key, RawText::new(secret)),
        _ => return Err(Fault::usage(format!("set both {ACCESS_KEY} and {SECRET}, or none of them"))),
    };
    let proper = access_key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !proper || !ACCESS_KEY_CHARS.contains(&access_key.len()) {
        return Err(Fault::usage(format!("{ACCESS_KEY} has 3 to 128 letters, digits and _")));
    }
    if !SECRET_CHARS.contains(&secret.length()) {
        return Err(Fault::usage(format!("{SECRET} has 8 to 128 characters")));
    }
    Ok(Some(RootCredentials { access_key: Public::from_pinned_text(access_key), secret }))
}

/// Says what was made; a secret that was generated is shown here and never again.
#[expect(
    clippy::disallowed_methods,
    reason = "generated root credentials are shown once, at the first start"
)]
fn show(account: &AccountId, credentials: &RootCredentials, generated: bool) -> Result<()> {
    let mut text = Zeroizing::new(format!("account {account}\naccess-key-id {}\n", credentials.access_key));
    if generated {
        text.push_str("secret-access-key ");
        text.push_str(credentials.secret.expose());
        text.push('\n');
    }
    let mut out = out::plain();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Fault::output(&error))?;
    if generated {
        out::say("sotto: these credentials are shown once; keep them");
    }
    out::say(&format!(
        "sotto: service control policies do not bind the management account {account}, as on AWS; keep what they are to \
         protect in member accounts"
    ));
    Ok(())
}

/// An error of the rooms below: their sentences are free of captured text.
pub(crate) fn unavailable(error: impl std::fmt::Display) -> anyhow::Error {
    Fault::unavailable(error.to_string())
}
