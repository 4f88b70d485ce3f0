//! Does this statement speak of everything that another one speaks of, and which known actions does it speak of at all?
//!
//! *Covers* is claimed only where it is certain: for each element, what the inner statement takes in must be taken in by the
//! outer one, with variables read against the claim; conditions of the outer one must be met whenever those of the inner one are,
//! which is read off where both spell the same operator and key.

use super::language::{Language, Unknown, outside, shared};
use crate::condition::{Comparison, Condition};
use crate::glob::Dialect;
use crate::policy::{
    ActionPattern, Actions, PrincipalPattern, Principals, ResourcePattern, Resources, Statement, Who,
};
use sotto_aws_model as model;

/// An action of the tables, with its prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownAction {
    /// The prefix: `logs`.
    pub(crate) prefix: &'static str,
    /// What it is decided on.
    pub(crate) action: &'static model::Action,
}

impl KnownAction {
    /// As a policy spells it.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.prefix, self.action.name)
    }

    /// All actions of all tables.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        model::action_prefixes().iter().flat_map(|prefix| {
            let actions = model::actions(prefix).map(|table| table.actions.as_slice()).unwrap_or_default();
            actions.iter().map(|action| Self { prefix, action })
        })
    }

    /// The action of a name as a policy spells it, without wildcards.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let (prefix, name) = name.split_once(':')?;
        let prefix = model::action_prefixes().iter().find(|known| known.eq_ignore_ascii_case(prefix))?;
        let action = model::actions(prefix)?.action(name)?;
        Some(Self { prefix, action })
    }

    /// Whether it is one of CloudWatch Logs on groups or streams, but for those on tags: decided on `...:log-stream:`.
    pub(crate) fn is_on_streams(&self) -> bool {
        let decided =
            self.action.resources.iter().any(|kind| matches!(&*kind.name, "log-group" | "log-stream"));
        self.prefix == "logs" && decided && !self.action.name.contains("Tag")
    }

    /// What its resources look like, as widely as they may; empty where it is decided on `*`.
    pub(crate) fn resources(&self) -> Vec<Language> {
        let Some(table) = model::actions(self.prefix) else { return Vec::new() };
        let types = self.action.resources.iter().filter_map(|resource| table.resource(&resource.name));
        types.map(|kind| self.shape(&kind.name, &kind.arn)).collect()
    }

    /// The ARNs of a resource type. Logs decides actions on groups on the group's stream without a name, but for tags.
    fn shape(&self, kind: &str, arn: &str) -> Language {
        let tags = self.action.name.contains("Tag");
        let arn = match (self.prefix, kind) {
            ("logs", "log-group" | "log-stream") if !tags => {
                "arn:*:logs:*:*:log-group:*:log-stream:*".to_owned()
            }
            // No bucket has a slash in its name; what follows one is an object.
            ("s3", "bucket") => "arn:*:s3:::^".to_owned(),
            _ => opened(arn),
        };
        Language::form(&arn)
    }

    /// What AWS takes in place of `*` for an action that is decided on no resource: CloudWatch Logs a group without a name
    /// (CloudWatch Logs User Guide, "Logs sent to CloudWatch Logs", wants `log-group:*` there), S3 `arn:aws:s3:::*` (Amazon S3
    /// User Guide, "Controlling access to a bucket with user policies").
    fn nothing(&self) -> Vec<Language> {
        let forms: &[&str] = match self.prefix {
            "logs" => &["arn:*:logs:*:*:log-group::log-stream:"],
            _ => &[],
        };
        let exact: &[&str] = match self.prefix {
            "s3" => &["*", "arn:aws:s3:::*", "arn:aws-cn:s3:::*", "arn:aws-us-gov:s3:::*"],
            _ => &["*"],
        };
        exact
            .iter()
            .map(|text| Language::exactly(text))
            .chain(forms.iter().map(|form| Language::form(form)))
            .collect()
    }
}

/// The template of an ARN with `*` for each `${...}`; what stands last may hold colons, as the key of an object may.
fn opened(template: &str) -> String {
    let mut parts = template.split("${");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('*');
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    if out.ends_with('*') {
        out.push('*');
    }
    out
}

impl ActionPattern {
    pub(crate) fn language(&self) -> Language {
        Language::of(self.glob(), Unknown::Wide)
    }
}

impl ResourcePattern {
    /// The ARNs that it takes in; `None` for none at all.
    pub(crate) fn language(&self, unknown: Unknown) -> Option<Language> {
        Some(Language::of(self.glob()?, unknown))
    }
}

/// The known actions that a statement speaks of.
pub(crate) fn known_actions(statement: &Statement) -> impl Iterator<Item = KnownAction> {
    KnownAction::all().filter(|known| statement.actions.matches(&known.name().to_ascii_lowercase()))
}

/// Whether some resource of an action is one that the statement speaks of. Where that is open, it may be.
pub(crate) fn may_concern(statement: &Statement, known: KnownAction) -> bool {
    let Some(resources) = &statement.resources else { return true };
    if !resources.negated && resources.patterns.iter().any(|pattern| &*pattern.text == "*") {
        return true;
    }
    let mut shapes = known.resources();
    let on_nothing = shapes.is_empty() || known.action.resources.iter().all(|resource| !resource.required);
    if on_nothing {
        shapes.extend(known.nothing());
    }
    if resources.negated {
        let left_out = languages(resources, Unknown::Narrow);
        return shapes.iter().any(|shape| outside(shape, &left_out) != Ok(None));
    }
    let spoken = languages(resources, Unknown::Wide);
    shapes.iter().any(|shape| spoken.iter().any(|one| shared(shape, one) != Ok(None)))
}

fn languages(resources: &Resources, unknown: Unknown) -> Vec<Language> {
    resources.patterns.iter().filter_map(|pattern| pattern.language(unknown)).collect()
}

/// Whether the outer statement certainly speaks of everything that the inner one speaks of.
pub(crate) fn covers(outer: &Statement, inner: &Statement) -> bool {
    covers_actions(&outer.actions, &inner.actions)
        && covers_resources(outer.resources.as_ref(), inner.resources.as_ref())
        && covers_principals(outer.principals.as_ref(), inner.principals.as_ref())
        && outer.conditions.iter().all(|weak| inner.conditions.iter().any(|strong| follows(weak, strong)))
}

fn within(inner: &Language, outer: &[Language]) -> bool {
    outside(inner, outer) == Ok(None)
}

fn covers_actions(outer: &Actions, inner: &Actions) -> bool {
    let of = |actions: &Actions| actions.patterns.iter().map(ActionPattern::language).collect::<Vec<_>>();
    sets_cover((of(outer), outer.negated), (of(inner), inner.negated))
}

fn covers_resources(outer: Option<&Resources>, inner: Option<&Resources>) -> bool {
    let (Some(outer), Some(inner)) = (outer, inner) else { return outer.is_none() && inner.is_none() };
    let read = |resources: &Resources, unknown| (languages(resources, unknown), resources.negated);
    let (generous, strict) = (Unknown::Wide, Unknown::Narrow);
    let same = |one: &ResourcePattern, other: &ResourcePattern| one.text == other.text;
    let spelled = !outer.negated && !inner.negated;
    let all_spelled = inner.patterns.iter().all(|one| outer.patterns.iter().any(|other| same(one, other)));
    let outer_reading = if outer.negated { generous } else { strict };
    let inner_reading = if inner.negated { strict } else { generous };
    spelled && all_spelled || sets_cover(read(outer, outer_reading), read(inner, inner_reading))
}

/// Whether one list of patterns takes in all that another does; either may be a list of what is left out.
fn sets_cover(
    (outer, outer_negated): (Vec<Language>, bool),
    (inner, inner_negated): (Vec<Language>, bool),
) -> bool {
    let apart = |one: &Language, other: &Language| shared(one, other) == Ok(None);
    match (outer_negated, inner_negated) {
        (false, false) => inner.iter().all(|one| within(one, &outer)),
        (true, true) => outer.iter().all(|one| within(one, &inner)),
        (true, false) => inner.iter().all(|one| outer.iter().all(|left_out| apart(one, left_out))),
        (false, true) => {
            let everything = Language::parse("*", Dialect::Like);
            let both: Vec<Language> = outer.into_iter().chain(inner).collect();
            within(&everything, &both)
        }
    }
}

fn covers_principals(outer: Option<&Principals>, inner: Option<&Principals>) -> bool {
    let (Some(outer), Some(inner)) = (outer, inner) else { return outer.is_none() && inner.is_none() };
    let named = |list: &[PrincipalPattern], who: &Who| list.iter().any(|one| one.who == *who);
    match (outer.negated, inner.negated) {
        (false, false) => inner
            .patterns
            .iter()
            .all(|one| named(&outer.patterns, &Who::Everyone) || named(&outer.patterns, &one.who)),
        (true, true) => outer.patterns.iter().all(|one| named(&inner.patterns, &one.who)),
        (false, true) => named(&outer.patterns, &Who::Everyone),
        (true, false) => false,
    }
}

/// Whether the weak condition is met whenever the strong one is.
fn follows(weak: &Condition, strong: &Condition) -> bool {
    if weak.key != strong.key || weak.operator != strong.operator {
        return false;
    }
    let listed = |one: &Condition, other: &Condition| {
        one.values.iter().all(|value| other.values.iter().any(|known| known.text == value.text))
    };
    match (weak.operator.negated, weak.operator.comparison) {
        (_, Comparison::Null) => listed(weak, strong) && listed(strong, weak),
        (false, _) => listed(strong, weak),
        (true, _) => listed(weak, strong),
    }
}
