//! How does a client speak? With the server's codec from the other end: here the text is the caller's own.
//!
//! [`prepare`] writes and [`sign`](crate::sigv4::sign) signs a request, [`read`] reads the answer; who sends the bytes is
//! another question (`http`, feature `client`). Inputs are [`Output`]s with leaves of the caller's own ([`text`], [`bytes`]):
//! this module alone makes those, and the server's services have no way to.

#[cfg(feature = "client")]
pub mod credentials;
#[cfg(feature = "client")]
pub mod http;
#[cfg(feature = "client")]
pub mod post;

use crate::call::Call;
use crate::codec::{Reply, read_reply, write_request};
use crate::head::{Head, HeadTooLarge, Method};
use crate::input::{Document, Input};
use crate::output::{Kept, Output, Own, Value};
use crate::sigv4::word;
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::borrow::Cow;
use std::sync::Arc;

/// The caller's own text.
pub fn text(text: RawText) -> Value {
    Value::Own(Own(Kept::Text(text)))
}

/// The caller's own bytes.
pub fn bytes(bytes: RawBytes) -> Value {
    Value::Own(Own(Kept::Bytes(bytes)))
}

/// A value of any shape.
pub fn document(document: Document) -> Value {
    Value::Own(Own(Kept::Document(document)))
}

/// An item of a sparse list, or an entry without a value.
pub fn null() -> Value {
    Value::Own(Own(Kept::Null))
}

/// Adds a member whose name is only known at run time; a name is public.
pub fn set(output: &mut Output, name: &Public<String>, value: Value) {
    output.members.push((Cow::Owned(name.get().clone()), value));
}

/// The members of an output, by name.
pub fn members(output: Output) -> impl Iterator<Item = (Cow<'static, str>, Value)> {
    output.members.into_iter()
}

/// A request that is not signed yet.
#[derive(Debug)]
pub struct Prepared {
    /// Method, path, query and headers.
    pub head: Head,
    /// The body.
    pub body: RawBytes,
}

/// Why there is no request, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A member is not one of the operation's, or of another kind.
    #[error("a parameter is not one of the operation's, or of another kind")]
    Parameter,
    /// The request's head is too large.
    #[error(transparent)]
    Head(#[from] HeadTooLarge),
    /// The answer cannot be read.
    #[error("the answer with status {status} cannot be read")]
    Unreadable {
        /// HTTP status.
        status: u16,
    },
    /// The named profile stands in neither shared file.
    #[error("the profile is in neither the shared config file nor the shared credentials file")]
    Profile,
    /// No credentials were found.
    #[error(
        "no credentials were found in the environment, the profile, or what its credential process prints"
    )]
    Credentials,
    /// The endpoint is no URL of scheme, host and port.
    #[error("the endpoint is not `http://HOST:PORT` or `https://HOST:PORT`")]
    Endpoint,
    /// No certificates to trust were found, or they cannot be read.
    #[error("the certificates to trust cannot be read")]
    Trust,
    /// The service took too long.
    #[error("the service did not answer in time")]
    TimedOut,
    /// There is no connection.
    #[error("the service cannot be reached: {0}")]
    Unreachable(sotto_public::Foreign),
    /// The service answered with an error.
    #[error("the service answered `{code}` with status {status}")]
    Service {
        /// The error's code.
        code: Public<String>,
        /// HTTP status.
        status: u16,
        /// The service's words, which may repeat what the caller sent.
        words: RawText,
    },
}

/// Writes the request of a call.
///
/// # Errors
/// [`ClientError::Parameter`] when the input does not fit the operation, [`ClientError::Head`] when it is too large.
pub fn prepare(call: &Call, host: &Public<String>, input: Output) -> Result<Prepared, ClientError> {
    let operation = call.operation().ok_or(ClientError::Parameter)?;
    let method = Method::parse(&operation.method).ok_or(ClientError::Parameter)?;
    let parts = write_request(call, &Value::Structure(input)).map_err(|_| ClientError::Parameter)?;
    let mut head = Head::new(method, &parts.target)?;
    head.push(b"host", host.get().as_bytes())?;
    for (name, value) in &parts.headers {
        head.push(name.as_bytes(), value)?;
    }
    Ok(Prepared { head, body: RawBytes::new(parts.body) })
}

/// Reads the answer to a call; the head's headers are the answer's.
///
/// # Errors
/// [`ClientError::Service`] for an error of the service, [`ClientError::Unreadable`] for what is none of its answers.
pub fn read(call: &Call, status: u16, head: &Head, body: RawBytes) -> Result<Input, ClientError> {
    let unreadable = ClientError::Unreadable { status };
    let Some((service, _)) = call.modelled() else { return Err(unreadable) };
    match read_reply(call, status, head, body) {
        Ok(Reply::Output(shape, node)) => Ok(Input { service: Arc::clone(service), shape, node }),
        Ok(Reply::Error(code, words)) => {
            let code = word(&code).unwrap_or_else(|| "Unknown".into());
            let words = RawText::from_bytes(RawBytes::new(words)).unwrap_or_default();
            Err(ClientError::Service { code, status, words })
        }
        Err(_) => Err(unreadable),
    }
}
