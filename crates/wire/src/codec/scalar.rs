//! How does a text on the wire become a leaf? By the kind of its shape, and public only where the capture list says so.
//!
//! A value of an enum is public because it is one of the model's; another value in an enum's place stays raw, and validation
//! refuses it. This is one of the two places where the codec declares text public; the other one reads names of members.

use super::Unread;
use crate::input::{Key, Node};
use crate::text::base64_decode;
use crate::time;
use sotto_aws_model::{Capture, Kind, Service, ShapeId, TextShape, TimeFormat};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};

/// What a value is read as.
#[derive(Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub(crate) service: &'a Service,
    pub(crate) shape: ShapeId,
    pub(crate) capture: Capture,
    /// The format of times here.
    pub(crate) time: TimeFormat,
}

impl<'a> Slot<'a> {
    /// A value below this one; `own` is the format of times that its member or shape asks for.
    pub(crate) fn below(self, shape: ShapeId, capture: Capture, own: Option<TimeFormat>) -> Self {
        Self { shape, capture, time: own.unwrap_or(self.time), ..self }
    }

    pub(crate) fn kind(self) -> Result<&'a Kind, Unread> {
        self.service.shape(self.shape).map(|shape| &shape.kind).ok_or(Unread::Kind { expected: "a shape" })
    }

    /// The format of a time here: the shape's own, the member's, else the place's.
    fn time_format(self) -> TimeFormat {
        match self.kind() {
            Ok(Kind::Timestamp(Some(own))) => *own,
            _ => self.time,
        }
    }

    /// A leaf from text as it stands in queries, headers, paths and XML.
    pub(crate) fn leaf(self, text: Vec<u8>) -> Result<Node, Unread> {
        match self.kind()? {
            Kind::Text(shape) => self.text(shape, text),
            Kind::Blob(_) => base64(&text).map(Node::Bytes),
            Kind::Boolean => match &*text {
                b"true" => Ok(Node::Flag(true)),
                b"false" => Ok(Node::Flag(false)),
                _ => Err(Unread::Kind { expected: "Boolean" }),
            },
            Kind::Integer(_) => integer(&text).map(Node::Integer),
            Kind::Float => float(&text).map(Node::Float),
            Kind::Timestamp(_) => self.timestamp(&text),
            _ => Err(Unread::Kind { expected: "structure, list or map" }),
        }
    }

    pub(crate) fn timestamp(self, text: &[u8]) -> Result<Node, Unread> {
        let text = std::str::from_utf8(text).ok();
        let time = text.and_then(|text| time::parse(text.trim(), self.time_format()));
        time.map(Node::Time).ok_or(Unread::Kind { expected: "Timestamp" })
    }

    /// A text, public or raw.
    pub(crate) fn text(self, shape: &TextShape, text: Vec<u8>) -> Result<Node, Unread> {
        let is_ours = || shape.values.iter().any(|value| value.as_bytes() == text);
        let public = if shape.values.is_empty() { self.capture == Capture::Public } else { is_ours() };
        Ok(match declared(text, public)? {
            Key::Public(text) => Node::Public(text),
            Key::Raw(text) => Node::Raw(text),
        })
    }

    /// A key of a map: values of enums and what the capture list names are public.
    pub(crate) fn key(self, text: Vec<u8>) -> Result<Key, Unread> {
        match self.kind()? {
            Kind::Text(shape) => match self.text(shape, text)? {
                Node::Public(text) => Ok(Key::Public(text)),
                Node::Raw(text) => Ok(Key::Raw(text)),
                _ => Err(Unread::Kind { expected: "String" }),
            },
            _ => declared(text, false),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the capture list names the member, or the value is of the model's enum"
)]
fn declared(text: Vec<u8>, public: bool) -> Result<Key, Unread> {
    let text = RawText::from_bytes(RawBytes::new(text)).map_err(|_| Unread::Kind { expected: "UTF-8" })?;
    Ok(if public { Key::Public(Public::from_pinned_text(text.expose().to_owned())) } else { Key::Raw(text) })
}

pub(crate) fn base64(text: &[u8]) -> Result<RawBytes, Unread> {
    base64_decode(text.trim_ascii()).map(RawBytes::new).ok_or(Unread::Kind { expected: "base64" })
}

pub(crate) fn integer(text: &[u8]) -> Result<i64, Unread> {
    let text = std::str::from_utf8(text).ok().map(str::trim);
    text.and_then(|text| text.parse().ok()).ok_or(Unread::Kind { expected: "Integer" })
}

/// A number with a fraction; `NaN` and the infinities have names (Smithy, "Float").
pub(crate) fn float(text: &[u8]) -> Result<f64, Unread> {
    let text = std::str::from_utf8(text).ok().map(str::trim);
    let number = match text {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
            text.parse().ok()
        }
        _ => None,
    };
    number.ok_or(Unread::Kind { expected: "Float" })
}
