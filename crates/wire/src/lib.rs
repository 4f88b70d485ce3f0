//! How do the bytes of AWS's protocols become typed operations, and back? And who signed them?
//!
//! ```text
//! Head, body ── sigv4::Claim::read ──> Claim ── verify(key, now) ──> who signed it
//!      └────── route ──> Call ── decode ──> Input (leaves public or raw)
//! Output (leaves public or rendered), Fault ── encode ──> Answer
//!
//! decode(&Call, &Head, body: RawBytes) -> Result<Input, Fault>
//! encode(&Call, request_id: &Public<String>, Result<Output, Fault>) -> Answer
//! ```
//!
//! One codec, driven by the tables of `aws-model`, for AWS JSON 1.0 and 1.1, Query, EC2 query, REST-JSON, REST-XML and
//! rpc-v2-cbor. What the capture list does not name as public arrives raw; validation answers in AWS's words and repeats
//! no text. [`client`] is the same
//! codec from the other end: there the text is the caller's own.
//!
//! Nothing here decides who may do what, and nothing is stored.

mod answer;
mod call;
pub mod client;
mod codec;
pub mod event_stream;
mod fault;
mod form;
mod head;
mod input;
pub mod neutral;
mod output;
mod paths;
mod route;
pub mod sigv4;
mod text;
mod ticket;
mod time;
pub mod tongues;

pub use answer::{Answer, Tail};
pub use call::{Call, Target};
pub use codec::{decode, encode};
pub use fault::{Common, Fault, Message};
pub use head::{HEAD_BYTES_MAX, HEADERS_MAX, Head, HeadTooLarge, Method};
pub use input::{Document, Input, Key, Seen, View};
pub use output::{Output, Value};
pub use route::route;
pub use ticket::{ARCHIVE_PATH, Ticket};

#[doc(hidden)]
pub use sotto_public::Safe;
