//! A PKCS#11 token behind the trait that keys ask.
//!
//! ```text
//! Device (kms) ── Token ── bounded queue ──> workers, one session each ──> the vendor's module, in this process
//! ```
//!
//! Which question does this crate answer? *How are keys used that never leave their device?* The module is somebody else's
//! code: it may hang, and a token may go away and come back. So nobody calls it but workers, everybody who asks waits for a
//! bounded time, and what the module says becomes one of the exact errors of [`sotto_kms::DeviceError`].
//!
//! **Invariant of absence:** knows no policies, no stores, no protocols. A PIN that was refused is not tried again, so that
//! no loop locks a token.

mod acts;
mod cause;
mod module;
mod pin;
mod pool;
mod seat;
mod settings;
mod token;

pub use settings::{
    LABEL_BYTES_MAX, TIMEOUT_MAX, TIMEOUT_MIN, TokenSettings, TokenSettingsError, WORKERS_MAX,
};
pub use token::Token;
