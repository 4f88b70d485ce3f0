//! Captured text, bytes and trees that cannot be printed, cloned, serialised or compared.
//!
//! ```text
//! codec, recogniser, file reader ──> RawText, RawBytes, RawTree ──expose()──> the few listed sites
//! ```
//!
//! Which question does this crate answer? *Who may read captured text?* Only the call sites of `expose`, which
//! clippy bans everywhere (`disallowed_methods`) but where an `#[expect]` gives a reason, and which
//! `cargo xtask tidy` compares with a checked list. Everything here is wiped when it is dropped, and what a
//! buffer leaves behind when it grows is wiped too. Bytes of keys have memory of their own, [`KeyBytes`].
//!
//! **Invariant of absence:** no `Clone`, `Display`, `Serialize`, `Deref`, `AsRef`, `PartialEq` or `Hash` on a
//! raw type, no closure that is handed raw text, and a `Debug` that prints a byte count.

mod bytes;
mod memory;
mod text;
mod tree;

pub use bytes::RawBytes;
pub use memory::{KeyBytes, MemoryStatus};
pub use text::{NotUtf8, RawText};
pub use tree::{PublicScalar, RawTree};
