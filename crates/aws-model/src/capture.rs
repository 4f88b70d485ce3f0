//! Which texts are public? Those of the capture list; every other text and blob is raw.
//!
//! The list names shapes (`userNameType`) and, where a shape means different things in different places, members
//! (`LookupAttribute.AttributeValue`; a list's item is `LIST.member`, a map's sides `MAP.key` and `MAP.value`). The member's
//! line wins. Enums need no line: a value of an enum is one of ours. Every text of a served service stands in the list, as
//! public or as raw, so that a new one in a newer model is a decision somebody makes: a test compares.
//!
//! Kept apart from the generated tables on purpose: those can be made again, these lines are decisions.

use crate::model::{Capture, Kind, Service, ShapeId};
use std::collections::HashMap;

/// Public and raw texts of a service, by shape and by member.
#[derive(Debug, Default)]
pub struct CaptureList {
    verdicts: HashMap<Box<str>, Capture>,
}

/// What the list says of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is listed.
    Listed(Capture),
    /// It is not: raw, and a gap in the list.
    Unlisted,
}

impl CaptureList {
    /// Reads a list: lines `public NAME...` and `raw NAME...`, and comments after `#`.
    pub fn parse(text: &str) -> Self {
        let mut verdicts = HashMap::new();
        for line in text.lines() {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let capture = match words.next() {
                Some("public") => Capture::Public,
                Some("raw") => Capture::Raw,
                _ => continue,
            };
            verdicts.extend(words.map(|word| (Box::from(word), capture)));
        }
        Self { verdicts }
    }

    /// What the list says of the member of an owner, whose shape is `shape`.
    pub fn look_up(&self, owner: &str, member: &str, shape: &str) -> Verdict {
        let of_member = || self.verdicts.get(format!("{owner}.{member}").as_str());
        match of_member().or_else(|| self.verdicts.get(shape)) {
            Some(capture) => Verdict::Listed(*capture),
            None => Verdict::Unlisted,
        }
    }

    pub(crate) fn verdict(&self, owner: &str, member: &str, shape: &str) -> Capture {
        match self.look_up(owner, member, shape) {
            Verdict::Listed(capture) => capture,
            Verdict::Unlisted => Capture::Raw,
        }
    }

    /// The texts and blobs of a service that the list does not name, as `OWNER.MEMBER SHAPE`.
    pub fn gaps(&self, service: &Service) -> Vec<String> {
        let mut gaps = Vec::new();
        for shape in &service.shapes {
            let mut look =
                |member: &str, id: ShapeId| gaps.extend(self.gap(service, (&shape.name, member), id));
            match &shape.kind {
                Kind::Structure(s) => s.members.iter().for_each(|member| look(&member.name, member.shape)),
                Kind::List(list) => look("member", list.item),
                Kind::Map(map) => {
                    [("key", map.key), ("value", map.value)].into_iter().for_each(|(side, id)| look(side, id))
                }
                _ => {}
            }
        }
        gaps
    }

    fn gap(&self, service: &Service, (owner, member): (&str, &str), id: ShapeId) -> Option<String> {
        let shape = service.shape(id)?;
        let free = match &shape.kind {
            Kind::Text(text) => text.values.is_empty(),
            Kind::Blob(_) | Kind::Document => true,
            _ => false,
        };
        let listed = self.look_up(owner, member, &shape.name) != Verdict::Unlisted;
        (free && !listed).then(|| format!("{owner}.{member} {}", shape.name))
    }
}
