//! How does the server prove who it is? With a certificate of the local authority or one of the operator's own, TLS 1.2 or
//! 1.3 (NIST SP 800-52r2, section 3.1), taken over again when its file changes.
//!
//! One provider, aws-lc-rs, is named here instead of being installed for the process: nothing can change it later.

use super::bounds;
use crate::fault::Fault;
use crate::private;
use anyhow::Result;
use arc_swap::ArcSwap;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The present configuration, and where it came from.
pub(crate) struct Tls {
    config: ArcSwap<ServerConfig>,
    files: TlsFiles,
}

/// What a configuration is made of.
pub(crate) struct TlsFiles {
    /// The server's certificates, its own first.
    pub(crate) chain: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
    /// Who vouches for clients.
    pub(crate) client_authority: PathBuf,
    /// Whether clients must have a certificate.
    pub(crate) require_client: bool,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn new(files: TlsFiles) -> Result<Arc<Self>> {
        Ok(Arc::new(Self { config: ArcSwap::from_pointee(files.read()?), files }))
    }

    /// What the next connection gets.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.config.load_full()
    }

    /// Looks at the files from time to time, for ever; a pair that does not fit leaves the one before in place.
    pub(crate) async fn watch(self: Arc<Self>) {
        let mut seen = self.files.changed();
        loop {
            tokio::time::sleep(bounds::CERTIFICATE_LOOK).await;
            let changed = self.files.changed();
            if changed == seen {
                continue;
            }
            match self.files.read() {
                Ok(config) => self.config.store(Arc::new(config)),
                Err(_) => {
                    super::log::warn("the changed certificate cannot be read; the one before stays", &[])
                }
            }
            seen = changed;
        }
    }
}

impl TlsFiles {
    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| std::fs::metadata(path).and_then(|about| about.modified()).ok())
    }

    fn read(&self) -> Result<ServerConfig> {
        let chain = certificates(&self.chain)?;
        let pem = zeroize::Zeroizing::new(read(&self.key)?);
        let key =
            PrivateKeyDer::from_pem_slice(&pem).map_err(|_| unfit(&self.key, "a private key in PEM"))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(self.clients()?, Arc::clone(&provider));
        let clients = if self.require_client { clients } else { clients.allow_unauthenticated() };
        let clients = clients.build().map_err(|_| unfit(&self.client_authority, "an authority"))?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Fault::unavailable("TLS 1.2 and 1.3 are not there"))?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, key)
            .map_err(|_| unfit(&self.chain, "a certificate that fits its key"))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn clients(&self) -> Result<Arc<RootCertStore>> {
        let mut store = RootCertStore::empty();
        for certificate in certificates(&self.client_authority)? {
            store
                .add(certificate)
                .map_err(|_| unfit(&self.client_authority, "an authority's certificate"))?;
        }
        Ok(Arc::new(store))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = read(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    all.ok().filter(|all| !all.is_empty()).ok_or_else(|| unfit(path, "certificates in PEM"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    private::read(path).map_err(|error| Fault::file(path, &error))
}

fn unfit(path: &Path, expected: &str) -> anyhow::Error {
    Fault::usage(format!("`{}` does not hold {expected}", path.display()))
}
