//! How does a table become a [`Service`]? Line by line: a head, operations, then shapes with their members below them.
//!
//! ```text
//! service iam prefix=iam signing=iam version=2010-05-08 protocols=query
//! op CreateUser POST / in=CreateUserRequest out=CreateUserResponse wrap=CreateUserResult errors=NoSuchEntityException
//! s CreateUserRequest
//! m UserName userNameType req
//! t userNameType min=1 max=64 pat=[\\w+=\c.@-]+
//! ```
//!
//! Shapes are numbered as they come; names are looked up once, here. A table that does not fit is an error with its line:
//! tables are made by a program, but a model given at run time need not be.

use crate::capture::CaptureList;
use crate::line::{Line, boxed, items};
use crate::model::{
    Capture, Kind, ListShape, Location, MapShape, Member, Namespace, Operation, OperationId, Protocol,
    Service, Shape, ShapeId, Structure, TextShape, TimeFormat,
};
use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;

/// A table that cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableError {
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: &'static str,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the service table: {}", self.line, self.what)
    }
}

impl std::error::Error for TableError {}

impl Service {
    /// Reads a table; `list` says which texts are public.
    ///
    /// # Errors
    /// [`TableError`] at the first line that does not fit.
    pub fn read(table: &str, list: &CaptureList) -> Result<Self, TableError> {
        let mut reader = Reader { list, ids: ids(table)?, service: Self::default() };
        for (index, line) in table.lines().enumerate() {
            reader.line(line).map_err(|what| TableError { line: index + 1, what })?;
        }
        reader.finish();
        Ok(reader.service)
    }
}

/// Numbers of the shapes by name, in the order of their lines.
fn ids(table: &str) -> Result<HashMap<&str, ShapeId>, TableError> {
    let mut ids = HashMap::new();
    for (index, text) in table.lines().enumerate() {
        let mut line = Line::new(text);
        let kind = line.word().unwrap_or_default();
        if !is_shape(kind) {
            continue;
        }
        let wrong = |what| TableError { line: index + 1, what };
        let name = line.word().ok_or(wrong("the shape has no name"))?;
        let id = u16::try_from(ids.len()).map_err(|_| wrong("there are too many shapes"))?;
        if ids.insert(name, ShapeId(id)).is_some() {
            return Err(wrong("the shape stands twice"));
        }
    }
    Ok(ids)
}

fn is_shape(kind: &str) -> bool {
    matches!(kind, "s" | "l" | "k" | "t" | "b" | "o" | "i" | "f" | "d" | "j")
}

struct Reader<'a> {
    list: &'a CaptureList,
    ids: HashMap<&'a str, ShapeId>,
    service: Service,
}

type Read<T> = Result<T, &'static str>;

impl<'a> Reader<'a> {
    fn line(&mut self, text: &'a str) -> Read<()> {
        let mut line = Line::new(text);
        match line.word() {
            None => Ok(()),
            Some("service") => self.head(line),
            Some("op") => self.operation(line),
            Some("m") => self.member(line),
            Some(kind) if is_shape(kind) => self.shape(kind, line),
            Some(_) => Err("no such kind of line"),
        }
    }

    fn head(&mut self, mut line: Line<'a>) -> Read<()> {
        let service = &mut self.service;
        service.table = line.word().ok_or("the service has no name")?.into();
        for (key, value) in line.pairs() {
            match key {
                "prefix" => service.prefix = value.into(),
                "signing" => service.signing_name = value.into(),
                "version" => service.api_version = value.into(),
                "protocols" => service.protocols = items(value).filter_map(Protocol::parse).collect(),
                "target" => service.target_prefix = Some(value.into()),
                "json" => service.json_version = Some(value.into()),
                "ns" => service.xml_namespace = Some(boxed(value)),
                "query-compatible" => service.query_compatible = true,
                _ => return Err("no such word in the head"),
            }
        }
        Ok(())
    }

    fn operation(&mut self, mut line: Line<'a>) -> Read<()> {
        let mut word = || line.word().ok_or("an operation has name, method and path");
        let mut operation = Operation {
            name: word()?.into(),
            method: word()?.into(),
            uri: word()?.into(),
            ..Default::default()
        };
        operation.status = 200;
        for (key, value) in line.pairs() {
            match key {
                "status" => operation.status = number(value)?,
                "in" => operation.input = Some(self.id(value)?),
                "in-name" => operation.input_element = Some(value.into()),
                "in-ns" => operation.input_namespace = Some(boxed(value)),
                "out" => operation.output = Some(self.id(value)?),
                "wrap" => operation.result_wrapper = Some(value.into()),
                "errors" => operation.errors = items(value).map(|name| self.id(name)).collect::<Read<_>>()?,
                "unsigned" => operation.unsigned = true,
                "unsigned-payload" => operation.unsigned_payload = true,
                "gzip" => operation.compressible = true,
                "host" => operation.host_prefix = Some(value.into()),
                _ => return Err("no such word for an operation"),
            }
        }
        let id = u16::try_from(self.service.operations.len()).map_err(|_| "there are too many operations")?;
        self.service.operation_index.insert(operation.name.clone(), OperationId(id));
        self.service.operations.push(operation);
        Ok(())
    }

    fn shape(&mut self, kind: &str, mut line: Line<'a>) -> Read<()> {
        let name = line.word().unwrap_or_default();
        let kind = match kind {
            "s" => Kind::Structure(structure(line)?),
            "l" => Kind::List(self.list_shape(name, line)?),
            "k" => Kind::Map(self.map_shape(name, line)?),
            "t" => Kind::Text(Box::new(text_shape(line)?)),
            "b" => Kind::Blob(bounds(line, 0, u64::MAX)?),
            "o" => Kind::Boolean,
            "i" => Kind::Integer(bounds(line, i64::MIN, i64::MAX)?),
            "f" => Kind::Float,
            "d" => Kind::Timestamp(
                line.pairs().find(|(key, _)| *key == "fmt").map(|(_, v)| time(v)).transpose()?,
            ),
            _ => Kind::Document,
        };
        self.service.shapes.push(Shape { name: name.into(), kind });
        Ok(())
    }

    fn list_shape(&self, name: &str, mut line: Line<'a>) -> Read<ListShape> {
        let item_name = line.word().ok_or("a list has an item")?;
        let mut list = ListShape {
            item: self.id(item_name)?,
            item_element: None,
            item_namespace: None,
            flattened: false,
            length: 0..=u64::MAX,
            capture: self.list.verdict(name, "member", item_name),
        };
        for (key, value) in line.pairs() {
            match key {
                "name" => list.item_element = Some(value.into()),
                "ns" => list.item_namespace = Some(namespace(value)),
                "flat" => list.flattened = true,
                "min" => list.length = number(value)?..=*list.length.end(),
                "max" => list.length = *list.length.start()..=number(value)?,
                _ => return Err("no such word for a list"),
            }
        }
        Ok(list)
    }

    fn map_shape(&self, name: &str, mut line: Line<'a>) -> Read<MapShape> {
        let (key_name, value_name) = line.word().zip(line.word()).ok_or("a map has a key and a value")?;
        let mut map = MapShape {
            key: self.id(key_name)?,
            value: self.id(value_name)?,
            key_element: None,
            value_element: None,
            namespaces: [None, None],
            flattened: false,
            length: 0..=u64::MAX,
            capture: [self.list.verdict(name, "key", key_name), self.list.verdict(name, "value", value_name)],
        };
        let [key_namespace, value_namespace] = &mut map.namespaces;
        for (key, value) in line.pairs() {
            match key {
                "key" => map.key_element = Some(value.into()),
                "value" => map.value_element = Some(value.into()),
                "key-ns" => *key_namespace = Some(namespace(value)),
                "value-ns" => *value_namespace = Some(namespace(value)),
                "flat" => map.flattened = true,
                "min" => map.length = number(value)?..=*map.length.end(),
                "max" => map.length = *map.length.start()..=number(value)?,
                _ => return Err("no such word for a map"),
            }
        }
        Ok(map)
    }

    fn member(&mut self, mut line: Line<'a>) -> Read<()> {
        let (name, shape) = line.word().zip(line.word()).ok_or("a member has a name and a shape")?;
        let id = self.id(shape)?;
        let Some(Shape { name: owner, kind: Kind::Structure(structure) }) = self.service.shapes.last_mut()
        else {
            return Err("a member stands below its structure");
        };
        let mut member = new_member(name, id, self.list.verdict(owner, name, shape));
        for (key, value) in line.pairs() {
            if key == "payload" {
                structure.payload = u16::try_from(structure.members.len()).ok();
            } else {
                set_trait(&mut member, key, value)?;
            }
        }
        structure.members.push(member);
        Ok(())
    }

    fn id(&self, name: &str) -> Read<ShapeId> {
        self.ids.get(name).copied().ok_or("no such shape")
    }

    /// Indexes errors by shape name and by code; a code names the first shape that has it.
    fn finish(&mut self) {
        let errors = self.service.shapes.iter().zip(0_u16..).filter_map(|(shape, id)| match &shape.kind {
            Kind::Structure(structure) => Some((shape, ShapeId(id), structure.error.as_ref()?)),
            _ => None,
        });
        for (shape, id, error) in errors {
            self.service.error_index.insert(shape.name.clone(), id);
            if let Some(code) = &error.code {
                self.service.error_index.entry(code.clone()).or_insert(id);
            }
        }
    }
}

const fn new_location() -> Location {
    Location::Body
}

fn new_member(name: &str, shape: ShapeId, capture: Capture) -> Member {
    Member {
        name: name.into(),
        shape,
        location: new_location(),
        wire_name: None,
        query_name: None,
        flattened: false,
        attribute: false,
        namespace: None,
        required: false,
        json_value: false,
        idempotency_token: false,
        host_label: false,
        time_format: None,
        capture,
    }
}

fn set_trait(member: &mut Member, key: &str, value: &str) -> Read<()> {
    match key {
        "at" => member.location = location(value)?,
        "name" => member.wire_name = Some(boxed(value)),
        "query" => member.query_name = Some(value.into()),
        "flat" => member.flattened = true,
        "attr" => member.attribute = true,
        "ns" => member.namespace = Some(namespace(value)),
        "req" => member.required = true,
        "json" => member.json_value = true,
        "token" => member.idempotency_token = true,
        "host" => member.host_label = true,
        "fmt" => member.time_format = Some(time(value)?),
        _ => return Err("no such word for a member"),
    }
    Ok(())
}

fn location(value: &str) -> Read<Location> {
    Ok(match value {
        "uri" => Location::Uri,
        "querystring" => Location::Query,
        "header" => Location::Header,
        "headers" => Location::Headers,
        "statusCode" => Location::Status,
        _ => return Err("no such place for a member"),
    })
}

fn structure(line: Line<'_>) -> Read<Structure> {
    let mut structure = Structure::default();
    for (key, value) in line.pairs() {
        match key {
            "name" => structure.element = Some(value.into()),
            "ns" => structure.namespace = Some(namespace(value)),
            "union" => structure.union = true,
            "events" => structure.event_stream = true,
            "error" => {
                structure.error.get_or_insert_default().code =
                    Some(value).filter(|v| !v.is_empty()).map(boxed)
            }
            "status" => structure.error.get_or_insert_default().status = Some(number(value)?),
            "fault" => structure.error.get_or_insert_default().fault = true,
            _ => return Err("no such word for a structure"),
        }
    }
    Ok(structure)
}

fn text_shape(line: Line<'_>) -> Read<TextShape> {
    let mut text = TextShape { length: 0..=u64::MAX, pattern: None, values: Vec::new(), sensitive: false };
    for (key, value) in line.pairs() {
        match key {
            "min" => text.length = number(value)?..=*text.length.end(),
            "max" => text.length = *text.length.start()..=number(value)?,
            "pat" => text.pattern = Some(boxed(value)),
            "enum" => text.values = items(value).map(boxed).collect(),
            "sensitive" => text.sensitive = true,
            _ => return Err("no such word for a text"),
        }
    }
    Ok(text)
}

fn bounds<T: Copy + std::str::FromStr>(line: Line<'_>, least: T, most: T) -> Read<RangeInclusive<T>> {
    let (mut least, mut most) = (least, most);
    for (key, value) in line.pairs() {
        match key {
            "min" => least = number(value)?,
            "max" => most = number(value)?,
            _ => return Err("no such word for a number"),
        }
    }
    Ok(least..=most)
}

/// `URI`, or `PREFIX>URI`.
fn namespace(value: &str) -> Namespace {
    let (prefix, uri) = value.split_once('>').unwrap_or(("", value));
    Namespace { prefix: prefix.into(), uri: boxed(uri) }
}

fn time(value: &str) -> Read<TimeFormat> {
    TimeFormat::parse(value).ok_or("no such format of times")
}

fn number<T: std::str::FromStr>(value: &str) -> Read<T> {
    value.parse().map_err(|_| "a number is expected")
}
