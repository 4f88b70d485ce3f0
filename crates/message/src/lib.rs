//! AWS Encryption SDK messages: written, read, and refused.
//!
//! ```text
//! RawBytes ── Encryptor(keyring, context, suite) ──> message ── Decryptor(keyring, context) ──> RawBytes
//! ```
//!
//! Which question does this crate answer? *How does an encrypted message travel, so that every AWS Encryption SDK reads it?*
//! The format with its eleven suites in both versions, keyrings, caching, required contexts, and the message of Amazon
//! Connect's encrypted customer input. Written from the specification (awslabs/aws-encryption-sdk-specification), not from
//! an SDK; vectors of others are the proof.
//!
//! **Invariant of absence:** no clock, no randomness of its own but that inside of signatures and RSA, no files, no sockets:
//! KMS is a trait. Plaintext goes in and comes out as `RawBytes`; no error repeats a byte of a message. Nothing of a signed
//! message is released before its footer is verified, unless that is asked for by name.

pub mod base64;
mod caching;
mod connect;
mod context;
mod cursor;
mod error;
mod frame;
mod header;
mod keyring;
mod materials;
mod read;
mod schedule;
mod sign;
mod suite;
mod twice;
mod write;

pub use caching::{CACHED_MESSAGES_MAX, CacheBounds, Caching};
pub use connect::{
    CONNECT_INPUT_BYTES_MAX, CONNECT_PROVIDER, connect_keyring, connect_writing, decrypt_input, encrypt_input,
};
pub use context::EncryptionContext;
pub use error::MessageError;
pub use header::{Content, EncryptedDataKey, HEADER_BYTES_MAX, Header, MessageId, peek_suite};
pub use keyring::{
    Attempt, DataKeys, DiscoveryFilter, Generated, Keyring, KmsClient, KmsDiscoveryKeyring, KmsFault,
    KmsKeyArn, KmsKeyName, KmsKeyring, Locked, MultiKeyring, RawAesKeyring, RawRsaKeyring, Wrapped,
};
pub use materials::{MaterialsSource, OpenMaterials, RequiredContext, ToOpen, ToWrite, WriteMaterials};
pub use read::{Decryptor, HELD_BYTES_MAX, Opened, PIECE_BYTES_MAX, Reading, Release, decrypt};
pub use suite::{CommitmentPolicy, Suite};
pub use twice::{FirstPass, PART_BYTES, Proven, SecondPass};
pub use write::{Encryptor, FRAME_BYTES, FrameIvs, Writing, Written, encrypt};
