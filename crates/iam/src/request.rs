//! What is asked: who, which action, on which resources, under which circumstances?

use crate::condition::Condition;
use crate::context::{Context, Key, Value, fnv};
use crate::parts::Within;
use crate::policy::Effect;
use crate::principal::Principal;
use crate::variable::Lookup;
use sotto_arn::{AccountId, Action};
use sotto_sensitive::RawText;
use std::fmt;

/// The most resources that one request names.
pub const RESOURCES_MAX: usize = 1_000;

/// A resource that a request is about.
pub struct Resource {
    arn: Box<str>,
    account: Option<AccountId>,
    facts: Context,
}

impl Resource {
    /// A resource by its ARN; its account is read from there. `*` is for actions that are decided on no resource.
    pub fn new(arn: &str) -> Self {
        let account = arn.split(':').nth(4).and_then(|account| AccountId::parse(account).ok());
        Self { arn: arn.into(), account, facts: Context::new() }.completed()
    }

    /// No resource: `*`.
    pub fn none() -> Self {
        Self::new("*")
    }

    /// The same resource as one of an account: ARNs of buckets do not say whose they are.
    #[must_use]
    pub fn of_account(mut self, account: &AccountId) -> Self {
        self.account = Some(account.clone());
        self.completed()
    }

    /// The same resource with a tag.
    #[must_use]
    pub fn with_tag(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.facts.set(&format!("aws:ResourceTag/{key}"), [value.into()]);
        self
    }

    /// The same resource with a context key that is about it alone, as `s3:ExistingObjectTag/team`.
    #[must_use]
    pub fn with_fact(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.facts.set(key, [value.into()]);
        self
    }

    /// The same resource with a context key of several values, as `kms:ResourceAliases`.
    #[must_use]
    pub fn with_facts<V: Into<Value>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.facts.set(key, values);
        self
    }

    fn completed(mut self) -> Self {
        if let Some(account) = &self.account {
            self.facts.set("aws:ResourceAccount", [account.as_str()]);
        }
        self
    }

    /// Its ARN, or `*`.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Whose it is.
    pub fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }
}

impl fmt::Debug for Resource {
    /// The account only: names of resources may be captured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What is asked.
#[derive(Debug)]
pub struct Request {
    principal: Principal,
    action: Action,
    hashes: [u64; 2],
    resources: Vec<Resource>,
    context: Context,
    encryption_context: Vec<(RawText, RawText)>,
}

impl Request {
    /// A request on one resource. Keys that follow from the principal are added to the context where it is silent.
    pub fn new(principal: Principal, action: Action, resource: Resource, context: Context) -> Self {
        Self::on(principal, action, vec![resource], context)
    }

    /// A request on several resources, of which each must be allowed; none stands for `*`, and those beyond [`RESOURCES_MAX`]
    /// make it one that nothing allows.
    pub fn on(principal: Principal, action: Action, resources: Vec<Resource>, mut context: Context) -> Self {
        principal.complete(&mut context);
        let hashes = [fnv(action.folded().as_bytes()), fnv(action.service().as_bytes())];
        let resources = if resources.is_empty() { vec![Resource::none()] } else { resources };
        Self { principal, action, hashes, resources, context, encryption_context: Vec::new() }
    }

    /// The same request with the encryption context that it brings, exactly as it was given: constraints of grants tell case
    /// apart in names, which condition keys do not (KMS Developer Guide, "Using grant constraints").
    #[must_use]
    pub fn with_encryption_context(mut self, pairs: Vec<(RawText, RawText)>) -> Self {
        self.encryption_context = pairs;
        self
    }

    /// The encryption context, for constraints of grants.
    pub fn encryption_context(&self) -> &[(RawText, RawText)] {
        &self.encryption_context
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What for.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// On what; at least one.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// Under which circumstances.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Hashes of the action and of its service.
    pub(crate) fn hashes(&self) -> [u64; 2] {
        self.hashes
    }
}

/// A request as seen at one of its resources: what a statement is held against.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'r> {
    pub(crate) request: &'r Request,
    pub(crate) resource: &'r Resource,
    pub(crate) within: Within<'r>,
}

impl<'r> Scene<'r> {
    /// A request as a whole.
    pub(crate) fn whole(request: &'r Request, resource: &'r Resource) -> Self {
        Self { request, resource, within: Within::Whole }
    }

    /// The values of a key: those of the part where it is about parts, else those of the request, then those of the resource.
    pub(crate) fn values(&self, key: &Key) -> Option<&'r [Value]> {
        match self.within.values(key) {
            Some(values) => values,
            None => self.request.context.get(key).or_else(|| self.resource.facts.get(key)),
        }
    }

    /// Whether a statement's condition is met. One that asks for what is not known yet may be met by some part: then it
    /// stands in no permission's way, and makes no refusal.
    pub(crate) fn meets(&self, condition: &Condition, effect: Effect) -> bool {
        match self.within.leaves_open(condition) {
            true => effect == Effect::Allow,
            false => condition.is_met(self.values(&condition.key), self),
        }
    }
}

impl Lookup for Scene<'_> {
    fn single(&self, key: &Key) -> Option<&str> {
        match self.values(key) {
            Some([value]) => Some(value.compared()),
            _ => None,
        }
    }
}
