//! Which requests are enough to tell two sets of policies apart? One of each class that their patterns make.
//!
//! Texts of a class are made by [`classes`](super::language::classes) and then made readable: an empty Region becomes one that
//! exists, an empty account one of twelve digits, where the class stays the same.

use super::estate::{Estate, somebody, web_provider};
use super::language::{Language, PATTERNS_MAX, Unknown, classes};
use super::scope::KnownAction;
use super::values;
use crate::condition::Condition;
use crate::policy::{ActionPattern, Policy, ResourcePattern, Statement, Who};
use sotto_arn::{AccountId, Action, PrincipalArn};
use std::collections::{BTreeMap, BTreeSet};

/// The account of whoever asks where no policy names another: AWS's example account.
const ACCOUNT: &str = "111122223333";
/// Most principals that are asked for each resource.
const PRINCIPALS_MAX: usize = 64;
/// Most contexts that are asked for each action.
const CONTEXTS_MAX: usize = 1_024;

/// One context: keys with their values.
type List = Vec<(String, Vec<String>)>;

/// An action that stands for those that the patterns do not tell apart.
#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) action: Action,
    /// Others of the same class.
    pub(crate) alike: Vec<String>,
    known: Option<KnownAction>,
}

/// Resources, or why there may be more.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) texts: Vec<String>,
    pub(crate) complete: bool,
}

/// Contexts, or why there may be more.
#[derive(Debug, Default)]
pub(crate) struct Contexts {
    pub(crate) lists: Vec<List>,
    pub(crate) complete: bool,
}

/// The classes of two estates.
pub(crate) struct Candidates<'e> {
    policies: Vec<&'e Policy>,
    subjects: Vec<&'e PrincipalArn>,
    /// Resources with policies of their own.
    owners: BTreeSet<&'e str>,
    actions: Vec<Keyed>,
    complete: bool,
}

impl<'e> Candidates<'e> {
    pub(crate) fn of(estates: &[&'e Estate]) -> Self {
        let policies: Vec<&Policy> = estates.iter().flat_map(|estate| estate.policies()).collect();
        let mut subjects: Vec<&PrincipalArn> =
            estates.iter().flat_map(|estate| &estate.subjects).map(|subject| &subject.arn).collect();
        subjects.sort_unstable_by_key(|arn| arn.to_string());
        subjects.dedup();
        let owners = estates.iter().flat_map(|estate| estate.owners()).collect();
        let (actions, complete) = actions(&policies);
        Self { policies, subjects, owners, actions, complete }
    }

    /// Whether actions and principals are all that there are.
    pub(crate) fn complete(&self) -> bool {
        let conditioned = if self.subjects.is_empty() { self.conditioned(None) } else { Vec::new() };
        let named = conditioned.into_iter().chain(self.named());
        let all = named.chain(self.subjects.iter().map(|arn| (*arn).clone()));
        let all: BTreeSet<String> = all.map(|arn| arn.to_string()).collect();
        // Somebody of the resource's account asks beside those who are named.
        self.complete && all.len() < PRINCIPALS_MAX
    }

    pub(crate) fn actions(&self) -> &[Keyed] {
        &self.actions
    }

    fn statements(&self) -> impl Iterator<Item = &'e Statement> {
        self.policies.iter().flat_map(|policy| policy.statements())
    }

    /// Statements that speak of an action.
    fn concerned<'s>(&'s self, keyed: &'s Keyed) -> impl Iterator<Item = &'e Statement> + 's {
        self.statements().filter(|statement| statement.actions.matches(keyed.action.folded()))
    }

    /// Resources that the patterns tell apart, among those that the action is decided on.
    pub(crate) fn resources(&self, keyed: &Keyed) -> Texts {
        let patterns: Vec<&ResourcePattern> = self
            .concerned(keyed)
            .filter_map(|statement| statement.resources.as_ref())
            .flat_map(|list| &list.patterns)
            .collect();
        let mut shapes = keyed.known.map(|known| known.resources()).unwrap_or_default();
        let required =
            keyed.known.is_some_and(|known| known.action.resources.iter().any(|kind| kind.required));
        let mut found = Texts { texts: Vec::new(), complete: true };
        if !required {
            found.texts.push("*".to_owned());
        }
        if keyed.known.is_none() {
            shapes.push(Language::form(&format!("arn:aws:{}:*:*:**", keyed.action.service())));
        }
        for shape in shapes {
            let owners = self.owners.iter().filter(|arn| shape.takes(arn)).map(|arn| (*arn).to_owned());
            found.extend(Texts { texts: owners.collect(), complete: true });
            found.extend(classed(&shape, &patterns));
        }
        found
    }

    /// Who asks for a resource: those who are known by name, those whom policies name, and somebody of the resource's account.
    pub(crate) fn principals(&self, resource: &str) -> Vec<PrincipalArn> {
        let own = resource.split(':').nth(4).and_then(|account| AccountId::parse(account).ok());
        let account = own.or_else(|| AccountId::parse(ACCOUNT).ok());
        let mut all: Vec<PrincipalArn> = self.subjects.iter().map(|arn| (*arn).clone()).collect();
        if self.subjects.is_empty() {
            all.extend(account.as_ref().and_then(somebody));
            all.extend(self.conditioned(account.as_ref()));
        }
        all.extend(self.named());
        let mut seen = BTreeSet::new();
        all.retain(|arn| seen.insert(arn.to_string()));
        all.truncate(PRINCIPALS_MAX);
        all
    }

    /// Principals that conditions name.
    fn conditioned(&self, account: Option<&AccountId>) -> Vec<PrincipalArn> {
        let conditions = self.statements().flat_map(|statement| &statement.conditions);
        let about = conditions.filter(|condition| condition.key.as_str() == "aws:principalarn");
        let values = about.flat_map(|condition| &condition.values);
        values.filter_map(|value| filled(&value.text, account)).collect()
    }

    /// Principals that policies of resources name.
    fn named(&self) -> Vec<PrincipalArn> {
        let principals = self.statements().filter_map(|statement| statement.principals.as_ref());
        let patterns = principals.flat_map(|principals| &principals.patterns);
        let named = patterns.filter_map(|pattern| match &pattern.who {
            Who::Arn(arn) => Some(arn.clone()),
            Who::Account(account) => somebody(account),
            Who::Federated(provider) => web_provider(provider),
            _ => None,
        });
        named.collect()
    }

    /// Contexts that the conditions tell apart.
    pub(crate) fn contexts(&self, keyed: &Keyed) -> Contexts {
        let mut keys: BTreeMap<&str, Vec<&Condition>> = BTreeMap::new();
        for condition in self.concerned(keyed).flat_map(|statement| &statement.conditions) {
            if !follows_from_elsewhere(condition.key.as_str()) {
                keys.entry(condition.key.as_str()).or_default().push(condition);
            }
        }
        let mut choices: Vec<(String, values::Choices)> = Vec::new();
        let mut complete = true;
        for conditions in keys.values() {
            let (found, whole) = values::choices(conditions);
            complete &= whole;
            choices.extend(conditions.first().map(|condition| (condition.key().to_owned(), found)));
        }
        let found = contexts(&choices);
        Contexts { complete: found.complete && complete, ..found }
    }
}

impl Texts {
    fn extend(&mut self, other: Self) {
        self.complete &= other.complete;
        for text in other.texts {
            if !self.texts.contains(&text) {
                self.texts.push(text);
            }
        }
    }
}

/// Keys that the principal or the resource brings.
fn follows_from_elsewhere(key: &str) -> bool {
    matches!(
        key,
        "aws:principalarn"
            | "aws:principalaccount"
            | "aws:principaltype"
            | "aws:username"
            | "aws:userid"
            | "aws:resourceaccount"
    )
}

/// Actions by the patterns that take them in, and whether these are all.
fn actions(policies: &[&Policy]) -> (Vec<Keyed>, bool) {
    let statements = || policies.iter().flat_map(|policy| policy.statements());
    let mut patterns: Vec<&ActionPattern> =
        statements().flat_map(|statement| &statement.actions.patterns).collect();
    patterns.sort_unstable_by(|one, other| one.folded.cmp(&other.folded));
    patterns.dedup_by(|one, other| one.folded == other.folded);
    let mut classes: BTreeMap<(Vec<bool>, String), Vec<KnownAction>> = BTreeMap::new();
    for known in KnownAction::all() {
        let name = known.name().to_ascii_lowercase();
        let members = patterns.iter().map(|pattern| pattern.matches(&name)).collect();
        classes.entry((members, decided_on(known))).or_default().push(known);
    }
    let mut keyed: Vec<Keyed> = classes.into_values().filter_map(|class| of_class(&class)).collect();
    let other = patterns.iter().filter(|pattern| !has_table(&pattern.folded) && &*pattern.folded != "*");
    let mut complete = true;
    for pattern in other {
        complete &= !pattern.folded.contains(['*', '?']);
        let name = pattern.text.replace('*', "").replace('?', "X");
        let name = if name.ends_with(':') { format!("{name}Any") } else { name };
        let action = Action::parse(&name).ok();
        keyed.extend(action.map(|action| Keyed { action, alike: Vec::new(), known: None }));
    }
    keyed.sort_by(|one, other| one.action.folded().cmp(other.action.folded()));
    (keyed, complete)
}

fn has_table(folded: &str) -> bool {
    folded.split_once(':').is_some_and(|(service, _)| sotto_aws_model::action_prefixes().contains(&service))
}

/// What an action is decided on and which keys it carries, so that its class holds for each of its members.
fn decided_on(known: KnownAction) -> String {
    let resources: Vec<&str> = known.action.resources.iter().map(|kind| &*kind.name).collect();
    format!("{} {}", known.prefix, resources.join(","))
}

fn of_class(class: &[KnownAction]) -> Option<Keyed> {
    let (first, rest) = class.split_first()?;
    let action = Action::parse(&first.name()).ok()?;
    Some(Keyed { action, alike: rest.iter().map(KnownAction::name).collect(), known: Some(*first) })
}

/// The texts of a shape that the patterns tell apart.
fn classed(shape: &Language, patterns: &[&ResourcePattern]) -> Texts {
    let mut known: Vec<&ResourcePattern> = patterns.to_vec();
    known.sort_unstable_by(|one, other| one.text.cmp(&other.text));
    known.dedup_by(|one, other| one.text == other.text);
    let fits = known.len() < PATTERNS_MAX;
    let languages: Vec<Language> = std::iter::once(shape.clone())
        .chain(known.iter().take(PATTERNS_MAX - 1).filter_map(|pattern| pattern.language(Unknown::Wide)))
        .collect();
    let found = classes(&languages);
    let inside = found.classes.iter().filter(|class| class.members & 1 == 1);
    let texts = inside.map(|class| readable(&class.text, &languages)).collect();
    Texts { texts, complete: found.complete && fits }
}

/// Parts of ARNs without a name, and with one.
const NAMELESS: &[(&str, &str)] = &[
    ("//", "/x/"),
    (":log-group::log-stream:", ":log-group:x:log-stream:"),
    ("/:log-stream:", "/x:log-stream:"),
];

/// The same class in an ARN that people recognise.
fn readable(text: &str, languages: &[Language]) -> String {
    let members = |text: &str| languages.iter().map(|language| language.takes(text)).collect::<Vec<_>>();
    let wanted = members(text);
    let mut parts: Vec<String> = text.splitn(6, ':').map(str::to_owned).collect();
    for (index, usual) in [(1, "aws"), (3, "eu-central-1"), (4, ACCOUNT)] {
        let global =
            index == 3 && matches!(parts.get(2).map(String::as_str), Some("iam" | "s3" | "organizations"));
        let mut other = parts.clone();
        match other.get_mut(index) {
            Some(part) if part.len() < 2 && !global => usual.clone_into(part),
            _ => continue,
        }
        if members(&other.join(":")) == wanted {
            parts = other;
        }
    }
    let mut whole = parts.join(":");
    for (nameless, named) in NAMELESS {
        let other = whole.replace(nameless, named);
        if members(&other) == wanted {
            whole = other;
        }
    }
    let named = format!("{whole}x");
    if whole.ends_with('/') && members(&named) == wanted { named } else { whole }
}

/// A principal that a pattern takes in: `*` and `?` become something.
fn filled(pattern: &str, account: Option<&AccountId>) -> Option<PrincipalArn> {
    let account = account.map_or(ACCOUNT.to_owned(), ToString::to_string);
    let mut parts: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    for (index, usual) in [(1, "aws"), (2, "iam"), (4, account.as_str())] {
        if let Some(part) = parts.get_mut(index).filter(|part| part.contains('*')) {
            usual.clone_into(part);
        }
    }
    let whole = parts.join(":").replace('?', "x");
    let arn = PrincipalArn::parse(&whole.replace('*', ""))
        .or_else(|_| PrincipalArn::parse(&whole.replace('*', "x")));
    arn.ok()
}

/// All combinations of choices, or where there are too many those that differ from the first in two keys at most.
fn contexts(choices: &[(String, values::Choices)]) -> Contexts {
    let product = choices.iter().try_fold(1_usize, |product, (_, one)| product.checked_mul(one.len()));
    let whole = product.is_some_and(|product| product <= CONTEXTS_MAX);
    let mut lists: Vec<Vec<usize>> = vec![vec![0; choices.len()]];
    for (index, (_, one)) in choices.iter().enumerate() {
        let changed = |list: &Vec<usize>| list.iter().filter(|choice| **choice != 0).count();
        let open: Vec<Vec<usize>> = lists.iter().filter(|list| whole || changed(list) < 2).cloned().collect();
        for choice in 1..one.len() {
            lists.extend(open.iter().map(|list| {
                let mut list = list.clone();
                if let Some(place) = list.get_mut(index) {
                    *place = choice;
                }
                list
            }));
        }
        lists.truncate(CONTEXTS_MAX);
    }
    Contexts { lists: lists.iter().map(|list| picked(list, choices)).collect(), complete: whole }
}

fn picked(list: &[usize], choices: &[(String, values::Choices)]) -> List {
    let chosen = list
        .iter()
        .zip(choices)
        .filter_map(|(choice, (key, one))| Some((key.clone(), one.get(*choice)?.clone()?)));
    chosen.collect()
}
