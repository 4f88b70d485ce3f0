//! What does a name mean at this place of the query? A column that an earlier command made, an attribute of one, a field
//! of the system, or a discovered field; after `stats` only what it left.

use super::value::{Kind, Value};
use crate::events::column;
use crate::functions::{choose_text, json_value_at};
use datafusion::prelude::ident;
use sotto_query::engine::Group;
use std::collections::BTreeMap;

/// The names that are known.
pub(crate) struct Scope {
    columns: BTreeMap<String, Value>,
    groups: Vec<Group>,
    /// Whether rows still stand for events.
    pub(crate) of_events: bool,
}

impl Scope {
    /// At the start of a query: the fields of events.
    pub(crate) fn new(groups: Vec<Group>) -> Self {
        Self { columns: BTreeMap::new(), groups, of_events: true }
    }

    /// Makes a name known.
    pub(crate) fn name(&mut self, name: &str, value: Value) {
        self.columns.insert(name.to_owned(), value);
    }

    /// Leaves events behind: only these names are known from here on.
    pub(crate) fn leave_events(&mut self, columns: BTreeMap<String, Value>) {
        self.columns = columns;
        self.of_events = false;
    }

    /// What a name means. A name that nothing has is a missing value.
    pub(crate) fn field(&self, name: &str) -> Value {
        if let Some(value) = self.columns.get(name) {
            return value.clone();
        }
        if let Some(value) = self.attribute(name) {
            return value;
        }
        match self.of_events {
            true => self.system(name).unwrap_or_else(|| discovered(name)),
            false => Value::missing(),
        }
    }

    /// `made.attribute`, where `made` is a column of JSON or `@masked`.
    fn attribute(&self, name: &str) -> Option<Value> {
        let dots = name.match_indices('.').map(|(at, _)| at).rev();
        let splits = dots.filter_map(|at| Some((name.get(..at)?, name.get(at + 1..)?)));
        let mut found = splits.filter_map(|(made, path)| Some((self.known(made)?, path)));
        let (value, path) = found.find(|(value, _)| value.kind == Kind::Json)?;
        Some(Value::new(json_value_at(value.expr, path), Kind::Json))
    }

    fn known(&self, name: &str) -> Option<Value> {
        let made = self.columns.get(name).cloned();
        made.or_else(|| self.of_events.then(|| self.system(name)).flatten())
    }

    fn system(&self, name: &str) -> Option<Value> {
        Some(match name {
            "@message" => Value::new(ident(column::MESSAGE), Kind::Text),
            "@timestamp" => Value::new(ident(column::TIMESTAMP), Kind::Time),
            "@ingestionTime" => Value::new(ident(column::INGESTION), Kind::Time),
            "@logStream" => Value::new(ident(column::STREAM), Kind::Text),
            "@masked" => Value::new(ident(column::MASKED), Kind::Json),
            "@log" => self.of_group("log", |group| format!("{}:{}", group.account, group.name)),
            "@aws.account" => self.of_group("account", |group| group.account.clone()),
            "@aws.region" => self.of_group("region", |group| group.region.clone()),
            // The server makes `@ptr` of the event that a row stands for, and knows of no entities.
            "@ptr" | "@entity" => Value::missing(),
            _ => return None,
        })
    }

    fn of_group(&self, what: &str, text: impl Fn(&Group) -> String) -> Value {
        let texts = self.groups.iter().map(text).collect();
        Value::new(choose_text(what, ident(column::GROUP), texts), Kind::Text)
    }
}

fn discovered(name: &str) -> Value {
    Value::new(ident(format!("{}{name}", column::FIELD_PREFIX)), Kind::Any)
}
