//! Who signed this request, and is it the request that was signed? AWS Signature Version 4.
//!
//! ```text
//! Claim::read(head)                what the request says of itself: key id, scope, signed headers, signature
//!   SigningKey::derive(secret, scope)   one key per secret, day, Region and service: worth keeping
//! claim.verify(head, body, key, now)    compares in constant time; body hash, time and host are part of it
//! ```
//!
//! After "Create a signed AWS API request" of the IAM User Guide, and for S3 "Authenticating Requests (AWS Signature Version 4)".
//! A refusal says which part is wrong and never prints the canonical request: it holds the caller's headers and query.
//! Whoever asks may keep [`SigningKey`]s by access key and scope; they are wiped when dropped.

mod canonical;
mod chunked;
mod claim;
mod key;
mod refusal;
mod sign;
mod time;

pub use chunked::{CHUNKS_MAX, unchunk};
pub use claim::{Claim, Payload, Scope};
pub use key::SigningKey;
pub use refusal::Refusal;
pub use sign::{Credentials, Purpose, SignError, presign, sign};

use std::time::Duration;

/// How far the time of a signature may be from ours (AWS: five minutes).
pub const SKEW_MAX: Duration = Duration::from_secs(5 * 60);

/// How long a presigned URL may hold (S3 API Reference, "Authenticating Requests: Using Query Parameters").
pub const PRESIGNED_MAX: Duration = Duration::from_secs(604_800);

pub(crate) use claim::word;
pub(crate) use time::{civil, seconds_of_civil};
