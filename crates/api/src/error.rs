//! Why can the server not start or end? Causes with typed data; what callers are answered is a [`sotto_wire::Fault`].

use sotto_kms::KmsError;
use sotto_storage::StorageError;

/// Why the server cannot start or end.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Of the store.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// Of the root key.
    #[error("{0}")]
    Key(#[from] KmsError),
    /// The directory refuses.
    #[error("{0}")]
    Directory(#[from] sotto_directory::DirectoryError),
    /// Log groups cannot be opened.
    #[error("{0}")]
    Logs(#[from] sotto_logs::LogsError),
    /// Certificates that deliveries are to believe cannot be read.
    #[error("the certificates to trust in deliveries cannot be read, or there are none")]
    Trust,
    /// An endpoint of functions that cannot be used.
    #[error(
        "endpoint {number} of functions cannot be used: it needs a name of its own, an https address or one of this machine, and \
         certificates that can be read"
    )]
    Endpoint {
        /// Which one, counted from 1.
        number: usize,
    },
    /// There is data already.
    #[error("there is data already; a first start wants an empty store")]
    NotEmpty,
    /// No account id could be made.
    #[error("no account id could be generated; give one with --account")]
    NoAccount,
    /// A JWKS document that cannot be used.
    #[error("the keys of issuer {number} cannot be used: a JWKS document with RSA or P-256 keys is wanted")]
    IssuerKeys {
        /// Which issuer, counted from 1.
        number: usize,
    },
}
