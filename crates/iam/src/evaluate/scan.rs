//! What does one set of policies say to a request: refused, allowed, or nothing?

use super::grant::{self, Grant};
use crate::policies::{Entry, PolicySet};
use crate::policy::Statement;
use crate::request::Scene;
use crate::verdict::Label;
use std::sync::Arc;

/// What a set says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scan<'p> {
    /// A statement refuses.
    Denied(&'p Arc<Label>),
    /// A statement allows, naming the principal so.
    Allowed(&'p Arc<Label>, Grant),
    /// None speaks of it.
    Silent,
}

impl<'p> Scan<'p> {
    /// Looks through a set: at all refusals that can speak of the action, and at permissions until one is as strong as any.
    pub(crate) fn of(set: &'p PolicySet, scene: Scene<'_>) -> Self {
        let action = scene.request.action();
        let found = set.index().find([action.folded(), action.service()], scene.request.hashes());
        let entry = |number: &u32| set.entries().get(*number as usize);
        for found in found.iter().flatten() {
            for entry in found.bucket.deny.iter().filter_map(entry) {
                if speaks(entry, scene, found.ask) != Grant::None {
                    return Self::Denied(&entry.label);
                }
            }
        }
        let mut best = Self::Silent;
        for found in found.iter().flatten() {
            for entry in found.bucket.allow.iter().filter_map(entry) {
                let grant = speaks(entry, scene, found.ask);
                if grant > best.grant() {
                    best = Self::Allowed(&entry.label, grant);
                }
                if grant == Grant::Itself {
                    return best;
                }
            }
        }
        best
    }

    /// How strong a permission is.
    pub(crate) fn grant(&self) -> Grant {
        match self {
            Self::Allowed(_, grant) => *grant,
            Self::Denied(_) | Self::Silent => Grant::None,
        }
    }
}

/// Whether a statement speaks of the request, and how it names the principal.
fn speaks(entry: &Entry, scene: Scene<'_>, ask: bool) -> Grant {
    let statement = &*entry.statement;
    if ask && !statement.actions.matches(scene.request.action().folded()) {
        Grant::None
    } else {
        applies(statement, scene)
    }
}

/// The same for a statement that is known to speak of the action.
pub(crate) fn applies(statement: &Statement, scene: Scene<'_>) -> Grant {
    let fits =
        statement.resources.as_ref().is_none_or(|resources| resources.matches(scene.resource.arn(), &scene));
    if !fits {
        return Grant::None;
    }
    let grant = match &statement.principals {
        Some(principals) => grant::of(principals, statement.effect, scene.request.principal()),
        None => Grant::Itself,
    };
    let met = grant != Grant::None
        && statement.conditions.iter().all(|condition| scene.meets(condition, statement.effect));
    if met { grant } else { Grant::None }
}
