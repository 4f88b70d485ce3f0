//! How does a message become members by name, and members a message? By walking the shapes of the model.
//!
//! Readers and writers of a format know nothing of directions: the server reads requests and writes answers with the same
//! functions with which a client writes requests and reads answers. What a format needs besides the shape (names, flattening,
//! formats of times) stands in the member's traits.

mod cbor_read;
mod cbor_write;
mod decode;
mod element;
mod encode;
mod fault;
mod inflate;
mod json_read;
mod json_write;
mod look;
mod names;
mod query_read;
mod query_write;
mod reply;
mod request;
mod rest_read;
mod rest_write;
mod scalar;
mod validate;
mod xml_read;
mod xml_write;

pub use decode::decode;
pub use encode::encode;
pub(crate) use encode::json_type;
pub(crate) use fault::json_fault;
pub(crate) use json_read::read_document;
pub(crate) use json_read::{check as check_json, top_text, top_value};
pub(crate) use json_write::{string as json_string, write_document};
pub(crate) use reply::{Reply, read_reply};
pub(crate) use request::write_request;

/// Appends a value of a shape as JSON.
pub(crate) fn json_value(
    out: &mut Vec<u8>,
    value: &crate::output::Value,
    (service, shape): (&sotto_aws_model::Service, sotto_aws_model::ShapeId),
) -> Result<(), Mistake> {
    let (capture, time) = (sotto_aws_model::Capture::Raw, sotto_aws_model::TimeFormat::UnixTimestamp);
    json_write::write(out, look::Look::at(value), scalar::Slot { service, shape, capture, time })
}

/// Depth of nesting at most: of JSON, XML, CBOR and query names.
pub(crate) const DEPTH_MAX: usize = 128;

/// Values of a message of any shape: a tree takes up to a hundred times the bytes that it is written with.
pub(crate) const DOCUMENT_NODES_MAX: usize = 1_000_000;

/// Why a message cannot be read. Places and kinds, never text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    /// The format's grammar is broken at a byte.
    #[error("malformed at byte {at}")]
    Grammar {
        /// Offset, counted from 0.
        at: usize,
    },
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("nested too deeply")]
    Deep,
    /// More values than [`DOCUMENT_NODES_MAX`].
    #[error("more values than are taken")]
    Many,
    /// A value of another kind than the member's.
    #[error("not the kind of value that is expected")]
    Kind {
        /// What is expected, in the words of AWS's answers.
        expected: &'static str,
    },
    /// The body is none at all, or in a form that the operation does not take.
    #[error("the body is not what the operation takes")]
    Body,
}

/// A member that cannot be written: a mistake of whoever built the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mistake;
