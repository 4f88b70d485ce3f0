//! What does a request say? An [`Input`]: members by name, each leaf public or raw.
//!
//! [`View`] looks at it, [`Input::take`] moves parts out, since raw leaves cannot be copied. Names are those of the model;
//! a member that the request does not have is `None`, and so is one of another kind: what is required and of which kind was
//! checked when it was decoded.

use sotto_aws_model::{Kind, Service, ShapeId, Structure};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::sync::Arc;
use std::time::SystemTime;

/// A decoded request, or a part of one.
#[derive(Debug)]
pub struct Input {
    pub(crate) service: Arc<Service>,
    pub(crate) shape: ShapeId,
    pub(crate) node: Node,
}

#[derive(Debug)]
pub(crate) enum Node {
    Null,
    Flag(bool),
    Integer(i64),
    Float(f64),
    Time(SystemTime),
    Public(Public<String>),
    Raw(RawText),
    Bytes(RawBytes),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
    Structure(Vec<(u16, Node)>),
    Document(Document),
}

/// A value of any shape, captured whole: numbers are kept as they were written.
#[derive(Debug)]
pub enum Document {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A number.
    Number(RawText),
    /// Text.
    Text(RawText),
    /// Items in order.
    List(Vec<Document>),
    /// Members in order.
    Map(Vec<(RawText, Document)>),
}

impl Document {
    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(Self::leaves).sum(),
            Self::Map(members) => members.iter().map(|(_, value)| value.leaves()).sum(),
            _ => 1,
        }
    }
}

/// The key of an entry.
#[derive(Debug)]
pub enum Key {
    /// The capture list names it.
    Public(Public<String>),
    /// Captured.
    Raw(RawText),
}

impl Key {
    /// The key, when it is public.
    pub const fn public(&self) -> Option<&Public<String>> {
        match self {
            Self::Public(text) => Some(text),
            Self::Raw(_) => None,
        }
    }
}

/// A look at an input or a part of one.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    service: &'a Service,
    shape: ShapeId,
    node: &'a Node,
}

impl<'a> View<'a> {
    /// A member.
    pub fn member(self, name: &'static str) -> Option<View<'a>> {
        let (structure, members) = self.members()?;
        let (index, member) = structure.member(name)?;
        let node = members.iter().find(|(at, _)| *at == index).map(|(_, node)| node)?;
        Some(View { service: self.service, shape: member.shape, node })
    }

    fn members(self) -> Option<(&'a Structure, &'a [(u16, Node)])> {
        match self.node {
            Node::Structure(members) => Some((self.service.structure(self.shape)?, members)),
            _ => None,
        }
    }

    /// Whether a member is there.
    pub fn has(self, name: &'static str) -> bool {
        self.member(name).is_some()
    }

    /// The public text of a member.
    pub fn public(self, name: &'static str) -> Option<&'a Public<String>> {
        self.member(name)?.as_public()
    }

    /// The captured text of a member.
    pub fn raw(self, name: &'static str) -> Option<&'a RawText> {
        self.member(name)?.as_raw()
    }

    /// The bytes of a member.
    pub fn bytes(self, name: &'static str) -> Option<&'a RawBytes> {
        match self.member(name)?.node {
            Node::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A member that is true or false.
    pub fn flag(self, name: &'static str) -> Option<bool> {
        match self.member(name)?.node {
            Node::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number.
    pub fn integer(self, name: &'static str) -> Option<i64> {
        self.member(name)?.as_integer()
    }

    /// A number.
    pub fn float(self, name: &'static str) -> Option<f64> {
        match self.member(name)?.node {
            Node::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// An instant.
    pub fn time(self, name: &'static str) -> Option<SystemTime> {
        match self.member(name)?.node {
            Node::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// A value of any shape.
    pub fn document(self, name: &'static str) -> Option<&'a Document> {
        match self.member(name)?.node {
            Node::Document(tree) => Some(tree),
            _ => None,
        }
    }

    /// The items of a member; none when it is not there.
    pub fn list(self, name: &'static str) -> impl Iterator<Item = View<'a>> {
        self.member(name).into_iter().flat_map(View::items)
    }

    /// The public texts of a list; none when it is not there.
    pub fn publics(self, name: &'static str) -> impl Iterator<Item = &'a Public<String>> {
        self.list(name).filter_map(View::as_public)
    }

    /// The entries of a member; none when it is not there.
    pub fn map(self, name: &'static str) -> impl Iterator<Item = (&'a Key, View<'a>)> {
        self.member(name).into_iter().flat_map(View::entries)
    }

    /// The items of this list.
    pub fn items(self) -> impl Iterator<Item = View<'a>> {
        let (service, shape) = (self.service, self.item_shape());
        let items = match self.node {
            Node::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |node| View { service, shape, node })
    }

    /// The entries of this map.
    pub fn entries(self) -> impl Iterator<Item = (&'a Key, View<'a>)> {
        let (service, shape) = (self.service, self.item_shape());
        let entries = match self.node {
            Node::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |(key, node)| (key, View { service, shape, node }))
    }

    fn item_shape(self) -> ShapeId {
        item_shape(self.service, self.shape)
    }

    /// This text, when it is public.
    pub const fn as_public(self) -> Option<&'a Public<String>> {
        match self.node {
            Node::Public(text) => Some(text),
            _ => None,
        }
    }

    /// This text, when it is captured.
    pub const fn as_raw(self) -> Option<&'a RawText> {
        match self.node {
            Node::Raw(text) => Some(text),
            _ => None,
        }
    }

    /// These bytes.
    pub const fn as_bytes(self) -> Option<&'a RawBytes> {
        match self.node {
            Node::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// This value of any shape.
    pub const fn as_document(self) -> Option<&'a Document> {
        match self.node {
            Node::Document(document) => Some(document),
            _ => None,
        }
    }

    /// This number.
    pub const fn as_integer(self) -> Option<i64> {
        match self.node {
            Node::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

/// What stands somewhere in an input, for who walks all of it: raw leaves as their length.
#[derive(Clone, Debug)]
pub enum Seen<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// An instant.
    Time(SystemTime),
    /// Public text.
    Public(&'a Public<String>),
    /// So many captured bytes; of a tree the number of its leaves.
    Hidden(usize),
    /// Items.
    List(Vec<View<'a>>),
    /// Entries.
    Map(Vec<(&'a Key, View<'a>)>),
    /// Members by their names in the model.
    Structure(Vec<(&'a str, View<'a>)>),
}

impl<'a> View<'a> {
    /// What stands here.
    pub fn seen(self) -> Seen<'a> {
        match self.node {
            Node::Null => Seen::Null,
            Node::Flag(flag) => Seen::Flag(*flag),
            Node::Integer(number) => Seen::Integer(*number),
            Node::Float(number) => Seen::Float(*number),
            Node::Time(time) => Seen::Time(*time),
            Node::Public(text) => Seen::Public(text),
            Node::Raw(text) => Seen::Hidden(text.length()),
            Node::Bytes(bytes) => Seen::Hidden(bytes.length()),
            Node::List(_) => Seen::List(self.items().collect()),
            Node::Map(_) => Seen::Map(self.entries().collect()),
            Node::Structure(members) => Seen::Structure(self.seen_members(members)),
            Node::Document(tree) => Seen::Hidden(tree.leaves()),
        }
    }

    fn seen_members(self, members: &'a [(u16, Node)]) -> Vec<(&'a str, View<'a>)> {
        let Some(structure) = self.service.structure(self.shape) else { return Vec::new() };
        let view = |(index, node): &'a (u16, Node)| {
            let member = structure.at(*index)?;
            Some((&*member.name, View { service: self.service, shape: member.shape, node }))
        };
        members.iter().filter_map(view).collect()
    }
}

/// Shape of a list's items, or of a map's values.
fn item_shape(service: &Service, shape: ShapeId) -> ShapeId {
    match service.shape(shape).map(|shape| &shape.kind) {
        Some(Kind::List(list)) => list.item,
        Some(Kind::Map(map)) => map.value,
        _ => ShapeId::default(),
    }
}

/// Members by name, as [`View`] has them.
impl Input {
    /// Nothing at all: for a request whose members nobody reads.
    pub fn nothing(service: &Arc<Service>) -> Self {
        Self { service: Arc::clone(service), shape: ShapeId::default(), node: Node::Null }
    }

    /// A look at all of it.
    pub fn view(&self) -> View<'_> {
        View { service: &self.service, shape: self.shape, node: &self.node }
    }

    /// See [`View::has`].
    pub fn has(&self, name: &'static str) -> bool {
        self.view().has(name)
    }

    /// See [`View::member`].
    pub fn member(&self, name: &'static str) -> Option<View<'_>> {
        self.view().member(name)
    }

    /// See [`View::public`].
    pub fn public(&self, name: &'static str) -> Option<&Public<String>> {
        self.view().public(name)
    }

    /// See [`View::raw`].
    pub fn raw(&self, name: &'static str) -> Option<&RawText> {
        self.view().raw(name)
    }

    /// See [`View::bytes`].
    pub fn bytes(&self, name: &'static str) -> Option<&RawBytes> {
        self.view().bytes(name)
    }

    /// See [`View::flag`].
    pub fn flag(&self, name: &'static str) -> Option<bool> {
        self.view().flag(name)
    }

    /// See [`View::integer`].
    pub fn integer(&self, name: &'static str) -> Option<i64> {
        self.view().integer(name)
    }

    /// See [`View::time`].
    pub fn time(&self, name: &'static str) -> Option<SystemTime> {
        self.view().time(name)
    }

    /// See [`View::list`].
    pub fn list(&self, name: &'static str) -> impl Iterator<Item = View<'_>> {
        self.view().list(name)
    }

    /// See [`View::publics`].
    pub fn publics(&self, name: &'static str) -> impl Iterator<Item = &Public<String>> {
        self.view().publics(name)
    }

    /// See [`View::map`].
    pub fn map(&self, name: &'static str) -> impl Iterator<Item = (&Key, View<'_>)> {
        self.view().map(name)
    }

    /// Moves a member out.
    pub fn take(&mut self, name: &'static str) -> Option<Input> {
        let (index, member) = self.service.structure(self.shape)?.member(name)?;
        let shape = member.shape;
        let Node::Structure(members) = &mut self.node else { return None };
        let at = members.iter().position(|(found, _)| *found == index)?;
        let (_, node) = members.swap_remove(at);
        Some(Input { service: Arc::clone(&self.service), shape, node })
    }

    /// Moves the captured text of a member out.
    pub fn take_raw(&mut self, name: &'static str) -> Option<RawText> {
        self.take(name)?.into_raw()
    }

    /// Moves the bytes of a member out.
    pub fn take_bytes(&mut self, name: &'static str) -> Option<RawBytes> {
        match self.take(name)?.node {
            Node::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Moves the items of a member out; none when it is not there.
    pub fn take_list(&mut self, name: &'static str) -> Vec<Input> {
        self.take(name).map(Input::into_items).unwrap_or_default()
    }

    /// Moves the entries of a member out; none when it is not there.
    pub fn take_map(&mut self, name: &'static str) -> Vec<(Key, Input)> {
        self.take(name).map(Input::into_entries).unwrap_or_default()
    }

    /// This text, when it is captured.
    pub fn into_raw(self) -> Option<RawText> {
        match self.node {
            Node::Raw(text) => Some(text),
            _ => None,
        }
    }

    /// The items of this list.
    pub fn into_items(self) -> Vec<Input> {
        let (service, shape) = (self.service, self.shape);
        let shape = item_shape(&service, shape);
        let Node::List(items) = self.node else { return Vec::new() };
        items.into_iter().map(|node| Input { service: Arc::clone(&service), shape, node }).collect()
    }

    /// The entries of this map.
    pub fn into_entries(self) -> Vec<(Key, Input)> {
        let (service, shape) = (self.service, self.shape);
        let shape = item_shape(&service, shape);
        let Node::Map(entries) = self.node else { return Vec::new() };
        let input = |(key, node)| (key, Input { service: Arc::clone(&service), shape, node });
        entries.into_iter().map(input).collect()
    }
}
