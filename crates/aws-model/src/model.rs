//! How is a service described? As operations over shapes, in the words of AWS's service models.
//!
//! The fields are open to read: a model is a value, nobody changes one that is in use. Names of members, locations and
//! traits are those of the model files; what a trait means on the wire is written where the codec obeys it.

use std::collections::HashMap;
use std::ops::RangeInclusive;

/// A service: its names, its operations, its shapes.
#[derive(Debug, Default)]
pub struct Service {
    /// The prefix of its actions in policies: `iam`, `cloudwatch`, `lex`.
    pub prefix: Box<str>,
    /// The file that it comes from: `lexv2-runtime`. Two models may share a prefix.
    pub table: Box<str>,
    /// The service in the scope of a signature: `monitoring`.
    pub signing_name: Box<str>,
    /// Version of the interface: `2010-05-08`.
    pub api_version: Box<str>,
    /// Protocols it speaks, the preferred one first.
    pub protocols: Vec<Protocol>,
    /// What stands before the operation in `X-Amz-Target`, and the service in the path of rpc-v2.
    pub target_prefix: Option<Box<str>>,
    /// `1.0` or `1.1`, where JSON is spoken.
    pub json_version: Option<Box<str>>,
    /// Namespace of its XML.
    pub xml_namespace: Option<Box<str>>,
    /// Whether errors carry `x-amzn-query-error` too.
    pub query_compatible: bool,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Its shapes.
    pub shapes: Vec<Shape>,
    pub(crate) operation_index: HashMap<Box<str>, OperationId>,
    pub(crate) error_index: HashMap<Box<str>, ShapeId>,
}

impl Service {
    /// The operation of a name.
    pub fn operation_id(&self, name: &str) -> Option<OperationId> {
        self.operation_index.get(name).copied()
    }

    /// An operation by its number.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.get(usize::from(id.0))
    }

    /// Numbers of all operations, in order.
    pub fn operation_ids(&self) -> impl Iterator<Item = OperationId> {
        (0..self.operations.len()).filter_map(|index| u16::try_from(index).ok().map(OperationId))
    }

    /// A shape by its number.
    pub fn shape(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(usize::from(id.0))
    }

    /// The structure of a number, when it is one.
    pub fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match &self.shape(id)?.kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// Number of the structure of a name; looks at all shapes.
    pub fn structure_of(&self, name: &str) -> Option<ShapeId> {
        let is_it = |shape: &Shape| &*shape.name == name && matches!(shape.kind, Kind::Structure(_));
        u16::try_from(self.shapes.iter().position(is_it)?).ok().map(ShapeId)
    }

    /// The error that a code or a shape's name stands for.
    pub fn error(&self, code: &str) -> Option<&Shape> {
        self.shape(*self.error_index.get(code)?)
    }

    /// Whether it speaks a protocol.
    pub fn speaks(&self, protocol: Protocol) -> bool {
        self.protocols.contains(&protocol)
    }
}

/// Number of a shape within its service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub(crate) u16);

/// Number of an operation within its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(crate) u16);

/// The protocols of AWS, by the names that the models give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `json`: one endpoint, operation in `X-Amz-Target`, JSON bodies; 1.0 and 1.1.
    Json,
    /// `query`: form bodies in, XML out.
    Query,
    /// `ec2`: a dialect of `query`.
    Ec2,
    /// `rest-json`: paths, queries, headers, JSON bodies.
    RestJson,
    /// `rest-xml`: paths, queries, headers, XML bodies.
    RestXml,
    /// `smithy-rpc-v2-cbor`: service and operation in the path, CBOR bodies.
    RpcV2Cbor,
}

impl Protocol {
    /// The protocol that a model names; `None` for one that is not spoken here.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Self::Json,
            "query" => Self::Query,
            "ec2" => Self::Ec2,
            "rest-json" => Self::RestJson,
            "rest-xml" => Self::RestXml,
            "smithy-rpc-v2-cbor" => Self::RpcV2Cbor,
            _ => return None,
        })
    }

    /// Its name in the models.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Query => "query",
            Self::Ec2 => "ec2",
            Self::RestJson => "rest-json",
            Self::RestXml => "rest-xml",
            Self::RpcV2Cbor => "smithy-rpc-v2-cbor",
        }
    }
}

/// An operation.
#[derive(Debug, Default)]
pub struct Operation {
    /// Its name, which is the action's name too, but where the authorization table says otherwise.
    pub name: Box<str>,
    /// HTTP method.
    pub method: Box<str>,
    /// Path with `{Label}` and `{Label+}`, and perhaps a fixed query: `/{Bucket}?tagging`.
    pub uri: Box<str>,
    /// HTTP status of success.
    pub status: u16,
    /// Its input, when it has one.
    pub input: Option<ShapeId>,
    /// Name of the input's element, where the operation names it (XML).
    pub input_element: Option<Box<str>>,
    /// Namespace of the input's element.
    pub input_namespace: Option<Box<str>>,
    /// Its output, when it has one.
    pub output: Option<ShapeId>,
    /// Element around the output (`query`).
    pub result_wrapper: Option<Box<str>>,
    /// Errors that the model lists for it.
    pub errors: Vec<ShapeId>,
    /// Whether it comes without a signature (STS: AssumeRoleWithWebIdentity).
    pub unsigned: bool,
    /// Whether its payload may go unsigned.
    pub unsigned_payload: bool,
    /// Whether its body may come compressed.
    pub compressible: bool,
    /// What is put before the host: `stream-`.
    pub host_prefix: Option<Box<str>>,
}

/// A shape.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the model.
    pub name: Box<str>,
    /// What it is.
    pub kind: Kind,
}

/// What a shape is.
#[derive(Debug)]
pub enum Kind {
    /// Members by name.
    Structure(Structure),
    /// Items.
    List(ListShape),
    /// Keys and values.
    Map(MapShape),
    /// Text.
    Text(Box<TextShape>),
    /// Bytes; the range is of their number.
    Blob(RangeInclusive<u64>),
    /// True or false.
    Boolean,
    /// A whole number, 32 or 64 bits, within a range.
    Integer(RangeInclusive<i64>),
    /// A number with a fraction.
    Float,
    /// An instant.
    Timestamp(Option<TimeFormat>),
    /// Any JSON value.
    Document,
}

/// Members by name.
#[derive(Debug, Default)]
pub struct Structure {
    /// Members in the order of their names.
    pub members: Vec<Member>,
    /// Index of the member that is the whole body.
    pub payload: Option<u16>,
    /// Name of its element, where it has one of its own (XML).
    pub element: Option<Box<str>>,
    /// Namespace of its element.
    pub namespace: Option<Namespace>,
    /// Whether exactly one member is set.
    pub union: bool,
    /// Whether it is an event stream.
    pub event_stream: bool,
    /// Set when it is an error.
    pub error: Option<ErrorTraits>,
}

impl Structure {
    /// A member and its index by name.
    pub fn member(&self, name: &str) -> Option<(u16, &Member)> {
        (0_u16..).zip(&self.members).find(|(_, member)| &*member.name == name)
    }

    /// A member by its index.
    pub fn at(&self, index: u16) -> Option<&Member> {
        self.members.get(usize::from(index))
    }

    /// The member that is the whole body.
    pub fn payload_member(&self) -> Option<(u16, &Member)> {
        let index = self.payload?;
        Some((index, self.at(index)?))
    }
}

/// What makes a structure an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorTraits {
    /// Code on the wire, where it is not the shape's name.
    pub code: Option<Box<str>>,
    /// HTTP status, where the model gives one.
    pub status: Option<u16>,
    /// Whether the service is to blame.
    pub fault: bool,
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name for callers.
    pub name: Box<str>,
    /// Its shape.
    pub shape: ShapeId,
    /// Where in a message it stands.
    pub location: Location,
    /// Its name on the wire, where that differs.
    pub wire_name: Option<Box<str>>,
    /// Its name in `ec2` queries, where that differs (`queryName`).
    pub query_name: Option<Box<str>>,
    /// Whether the list or map has no element of its own.
    pub flattened: bool,
    /// Whether it is an attribute of the element.
    pub attribute: bool,
    /// Namespace of its element.
    pub namespace: Option<Namespace>,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it is JSON in a header, as base64.
    pub json_value: bool,
    /// Whether a client fills it with a fresh token.
    pub idempotency_token: bool,
    /// Whether a client puts it into the host's name.
    pub host_label: bool,
    /// Format of a time, where the member has its own.
    pub time_format: Option<TimeFormat>,
    /// Whether its text may be shown.
    pub capture: Capture,
}

impl Member {
    /// Its name on the wire.
    pub fn wire_name(&self) -> &str {
        self.wire_name.as_deref().unwrap_or(&self.name)
    }
}

/// Whether a text is public or captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Capture {
    /// Captured: the rule.
    #[default]
    Raw,
    /// Named by the capture list, or of a kind that can hold no free text.
    Public,
}

/// Where in a message a member stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Location {
    /// In the body.
    #[default]
    Body,
    /// A label of the path.
    Uri,
    /// A parameter of the query.
    Query,
    /// A header.
    Header,
    /// Every header that begins with its name.
    Headers,
    /// The HTTP status.
    Status,
}

/// A namespace of XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Prefix; empty for the default namespace.
    pub prefix: Box<str>,
    /// What it stands for.
    pub uri: Box<str>,
}

/// Items.
#[derive(Debug)]
pub struct ListShape {
    /// Shape of an item.
    pub item: ShapeId,
    /// Element of an item, where it is not `member`.
    pub item_element: Option<Box<str>>,
    /// Namespace of an item's element.
    pub item_namespace: Option<Namespace>,
    /// Whether it has no element of its own.
    pub flattened: bool,
    /// How many items it may have.
    pub length: RangeInclusive<u64>,
    /// Whether an item's text may be shown.
    pub capture: Capture,
}

/// Keys and values.
#[derive(Debug)]
pub struct MapShape {
    /// Shape of a key.
    pub key: ShapeId,
    /// Shape of a value.
    pub value: ShapeId,
    /// Element of a key, where it is not `key`.
    pub key_element: Option<Box<str>>,
    /// Element of a value, where it is not `value`.
    pub value_element: Option<Box<str>>,
    /// Namespaces of key and value.
    pub namespaces: [Option<Namespace>; 2],
    /// Whether it has no element of its own.
    pub flattened: bool,
    /// How many entries it may have.
    pub length: RangeInclusive<u64>,
    /// Whether keys, and whether values may be shown.
    pub capture: [Capture; 2],
}

/// Text and what holds for it.
#[derive(Debug)]
pub struct TextShape {
    /// How many characters it may have.
    pub length: RangeInclusive<u64>,
    /// Java's regular expression that the whole text must match.
    pub pattern: Option<Box<str>>,
    /// Values, when it is an enum.
    pub values: Vec<Box<str>>,
    /// Whether the model marks it as sensitive.
    pub sensitive: bool,
}

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// `2015-01-01T00:00:00Z` (RFC 3339).
    Iso8601,
    /// `Thu, 01 Jan 2015 00:00:00 GMT` (RFC 9110, section 5.6.7).
    Rfc822,
    /// Seconds since 1970, with a fraction perhaps.
    UnixTimestamp,
}

impl TimeFormat {
    /// The format that a model names.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "iso8601" => Self::Iso8601,
            "rfc822" => Self::Rfc822,
            "unixTimestamp" => Self::UnixTimestamp,
            _ => return None,
        })
    }
}
