//! Where is the root key? In a file or a credential of the service manager, in somebody's memory, or in a device.
//!
//! The store says which of these keeps it; this is where it is looked for. A source that is missing, open to others or another
//! one is an exact error: nothing here ever makes a second key for a store that has one.

use super::edge::Edge;
use crate::fault::Fault;
use anyhow::Result;
use sotto_kms::{
    ClusterId, Device, DeviceKey, Devices, Keeping, KeyFile, PassphraseSetting, Root, RootSource, StoreKey,
};
use sotto_sensitive::RawText;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Name of the root key's file in the data directory.
const KEY_FILE: &str = "root.key";
/// Name of the root key among the credentials of the service manager (systemd.exec(5), LoadCredential).
const CREDENTIAL: &str = "sotto-root-key";
/// Where the service manager puts credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Where a passphrase comes from.
pub(crate) const PASSPHRASE: &str = "SOTTO_PASSPHRASE";
/// Where the passphrase comes from that is to be the next one.
pub(crate) const NEW_PASSPHRASE: &str = "SOTTO_NEW_PASSPHRASE";

/// The places where root keys are looked for.
pub(crate) struct Roots {
    file: PathBuf,
    is_credential: bool,
    devices: Devices,
}

/// Where a new root key is to come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    File,
    Passphrase,
    Device(ClusterId, DeviceKey),
}

impl Wanted {
    /// `file`, `passphrase`, or `device:CLUSTER/KEY`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refused = || Fault::usage("a source is `file`, `passphrase` or `device:CLUSTER/KEY`");
        match text {
            "file" => Ok(Self::File),
            "passphrase" => Ok(Self::Passphrase),
            _ => {
                let device = text.strip_prefix("device:").and_then(|device| device.split_once('/'));
                let (cluster, key) = device.ok_or_else(refused)?;
                let cluster = ClusterId::parse(cluster).map_err(|error| Fault::usage(error.to_string()))?;
                let key = DeviceKey::parse(key).map_err(|error| Fault::usage(error.to_string()))?;
                Ok(Self::Device(cluster, key))
            }
        }
    }
}

impl Roots {
    /// Where a server with these settings looks.
    pub(crate) fn new(data: &Path, file: Option<&Path>, devices: Devices) -> Self {
        let credential = std::env::var_os(CREDENTIALS).map(|folder| Path::new(&folder).join(CREDENTIAL));
        let credential = credential.filter(|path| file.is_none() && path.exists());
        let is_credential = credential.is_some();
        let named = file.map(Path::to_owned).or(credential);
        Self { file: named.unwrap_or_else(|| data.join(KEY_FILE)), is_credential, devices }
    }

    /// The file of the root key, where it is one.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Whether that is a credential of the service manager, which is read only.
    pub(crate) fn is_credential(&self) -> bool {
        self.is_credential
    }

    /// The devices.
    pub(crate) fn devices(&self) -> &Devices {
        &self.devices
    }

    /// The root key of a file.
    pub(crate) fn key_file(&self) -> KeyFile {
        match self.is_credential {
            true => KeyFile::credential(&self.file),
            false => KeyFile::new(&self.file),
        }
    }

    /// The key of the store, by a root key that keeps it, or the exact reason why there is none.
    pub(crate) fn store_key(&self, keeping: &Keeping) -> Result<StoreKey> {
        self.any(keeping).map(|(_, key)| key)
    }

    /// A root key that keeps the store, and the key of the store.
    pub(crate) fn any(&self, keeping: &Keeping) -> Result<(Root, StoreKey)> {
        let mut refusal = Fault::unavailable("the store keeps no key");
        for envelope in keeping.envelopes() {
            let root = self.root(&envelope.source, PASSPHRASE);
            match root.and_then(|root| Ok((keeping.open(&root).map_err(unavailable)?, root))) {
                Ok((key, root)) => return Ok((root, key)),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// The root key of a source; a passphrase is in that variable of the environment.
    pub(crate) fn root(&self, source: &RootSource, variable: &'static str) -> Result<Root> {
        match source {
            RootSource::Passphrase(setting) => {
                let needed =
                    || Fault::usage(format!("this data is protected by a passphrase: set {variable}"));
                let key = setting.derive(&passphrase(variable).ok_or_else(needed)?);
                key.map(Root::Key).map_err(unavailable)
            }
            RootSource::File => self.key_file().read().map(Root::Key).map_err(unavailable),
            RootSource::Device { cluster, key } => {
                Ok(Root::Device { device: self.device(cluster)?, key: key.clone() })
            }
        }
    }

    fn device(&self, cluster: &ClusterId) -> Result<Arc<dyn Device>> {
        let device = self.devices.get(cluster).cloned();
        device.ok_or_else(|| {
            let message = "the settings name no such device: add [serve.devices] for it and give --config";
            Fault::usage(format!("the root key is in `{cluster}`, and {message}"))
        })
    }

    /// A new root key. A file that somebody left before they could go on is taken.
    pub(crate) fn make(
        &self,
        wanted: &Wanted,
        file: &Path,
        variable: &'static str,
    ) -> Result<(Root, RootSource)> {
        match wanted {
            Wanted::File => {
                let file = KeyFile::new(file);
                let key = match file.exists().map_err(unavailable)? {
                    true => file.read(),
                    false => file.create(Zeroizing::new(Edge::new().draw().bytes())),
                };
                Ok((Root::Key(key.map_err(unavailable)?), RootSource::File))
            }
            Wanted::Passphrase => {
                let needed = || Fault::usage(format!("set {variable} to the new passphrase"));
                let setting = PassphraseSetting::new(Edge::new().draw().bytes());
                let key = setting.derive(&passphrase(variable).ok_or_else(needed)?).map_err(unavailable)?;
                Ok((Root::Key(key), RootSource::Passphrase(setting)))
            }
            Wanted::Device(cluster, key) => {
                let root = Root::Device { device: self.device(cluster)?, key: key.clone() };
                root.prepare().map_err(unavailable)?;
                Ok((root, RootSource::Device { cluster: cluster.clone(), key: key.clone() }))
            }
        }
    }

    /// What a first start makes where nobody said what to: a passphrase where one is set, else a file.
    pub(crate) fn usual() -> Wanted {
        match passphrase(PASSPHRASE) {
            Some(_) => Wanted::Passphrase,
            None => Wanted::File,
        }
    }
}

/// A passphrase of the environment.
pub(crate) fn passphrase(variable: &str) -> Option<RawText> {
    std::env::var(variable).ok().filter(|text| !text.is_empty()).map(RawText::new)
}

/// An error of the rooms below: their sentences are free of captured text.
fn unavailable(error: impl std::fmt::Display) -> anyhow::Error {
    Fault::unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_have_three_forms() {
        assert_eq!(Wanted::parse("file").unwrap(), Wanted::File);
        assert_eq!(Wanted::parse("passphrase").unwrap(), Wanted::Passphrase);
        let device = Wanted::parse("device:cluster-2a23b4cdefg/sotto-root").unwrap();
        assert!(matches!(device, Wanted::Device(_, key) if key.as_str() == "sotto-root"));
        for wrong in
            ["", "File", "device:", "device:cluster-2a23b4cdefg", "device:x/y", "device:cluster-2a23b4cdefg/"]
        {
            assert!(Wanted::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_is_named_wins_over_the_data_directory() {
        let data = Path::new("data");
        assert_eq!(Roots::new(data, None, Devices::new()).file(), Path::new("data/root.key"));
        let named = Roots::new(data, Some(Path::new("k")), Devices::new());
        assert!(named.file() == Path::new("k") && !named.is_credential());
    }
}
