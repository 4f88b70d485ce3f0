//! Which devices has a server? Those of its settings, by cluster id: a PKCS#11 module, a token's label, a file with the PIN.
//!
//! Nothing is loaded here: a token that is absent is told when it is needed, by whoever needs it, so that a server whose
//! custom key store is away starts and answers everything else.

use crate::config::DeviceWords;
use crate::fault::Fault;
use crate::private;
use anyhow::Result;
use sotto_hsm::{Token, TokenSettings};
use sotto_kms::{ClusterId, Device, Devices};
use sotto_sensitive::{RawBytes, RawText};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Most devices: AWS allows ten custom key stores in an account and Region (KMS developer guide, "Resource quotas").
const DEVICES_MAX: usize = 10;

/// The devices that the settings name.
pub(crate) fn devices(words: &BTreeMap<String, DeviceWords>) -> Result<Devices> {
    if words.len() > DEVICES_MAX {
        return Err(Fault::usage(format!("at most {DEVICES_MAX} devices can be named")));
    }
    words.iter().map(|(cluster, words)| device(cluster, words)).collect()
}

fn device(cluster: &str, words: &DeviceWords) -> Result<(ClusterId, Arc<dyn Device>)> {
    let id = ClusterId::parse(cluster).map_err(|error| Fault::usage(format!("`{cluster}`: {error}")))?;
    let refused = |error| Fault::usage(format!("`{cluster}`: {error}"));
    let mut settings = TokenSettings::new(words.module.clone(), &words.token).map_err(refused)?;
    if let Some(workers) = words.workers {
        settings = settings.workers(workers).map_err(refused)?;
    }
    if let Some(seconds) = words.timeout {
        settings = settings.timeout(Duration::from_secs(seconds)).map_err(refused)?;
    }
    if let Some(path) = &words.pin_file {
        settings = settings.pin(pin(path)?);
    }
    let token = Token::open(settings).map_err(|error| Fault::unavailable(format!("`{cluster}`: {error}")))?;
    Ok((id, Arc::new(token)))
}

/// The PIN of a file, without the line end that editors put there.
fn pin(path: &Path) -> Result<RawText> {
    let bytes = private::read(path).map_err(|error| Fault::file(path, &error))?;
    let text = RawText::from_bytes(RawBytes::new(bytes.trim_ascii().to_vec()));
    drop(RawBytes::new(bytes));
    match text {
        Ok(text) if !text.is_empty() && !private::open_to_others(path).unwrap_or(true) => Ok(text),
        _ => Err(Fault::usage(format!(
            "`{}` must hold a PIN and be readable by its owner alone (mode 600)",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::Readers;

    fn words(token: &str, pin: Option<&Path>) -> DeviceWords {
        let pin_file = pin.map(Path::to_owned);
        DeviceWords { module: "m.so".into(), token: token.to_owned(), pin_file, workers: None, timeout: None }
    }

    fn named(cluster: &str, words: DeviceWords) -> Result<Devices> {
        devices(&[(cluster.to_owned(), words)].into())
    }

    #[test]
    fn mistakes_name_the_cluster() {
        assert_eq!(named("cluster-2a23b4cdefg", words("a", None)).unwrap().len(), 1);
        for (cluster, words) in [
            ("cluster-1", words("a", None)),
            ("cluster-2a23b4cdefg", words("", None)),
            ("cluster-2a23b4cdefg", DeviceWords { workers: Some(0), ..words("a", None) }),
            ("cluster-2a23b4cdefg", DeviceWords { timeout: Some(301), ..words("a", None) }),
        ] {
            let error = format!("{:#}", named(cluster, words).err().unwrap());
            assert!(error.contains(cluster), "{error}");
        }
        let many = |count: usize| {
            let all = (0..count)
                .map(|at| (format!("cluster-2a23b4cdef{}", char::from(b'a' + at as u8)), words("a", None)))
                .collect();
            devices(&all).is_ok()
        };
        assert!(many(DEVICES_MAX) && !many(DEVICES_MAX + 1));
    }

    #[test]
    fn a_pin_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        let read = |text: &[u8], readers| {
            private::write(&path, text, readers).unwrap();
            named("cluster-2a23b4cdefg", words("a", Some(&path)))
        };
        assert!(read(b"canary\n", Readers::Owner).is_ok());
        for (text, readers) in
            [(b"canary".as_slice(), Readers::All), (b" \n", Readers::Owner), (b"\xff", Readers::Owner)]
        {
            let error = format!("{:#}", read(text, readers).err().unwrap());
            assert!(error.contains("mode 600") && !error.contains("canary"), "{error}");
        }
    }
}
