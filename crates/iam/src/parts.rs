//! Does a permission reach every part of what it is about, or some only?
//!
//! A log event may hold a card number and an address, and a policy may let somebody see the one and not the other. Which parts
//! there are is known only when the event has been read; whether it may be read for that at all is asked before. So an act has
//! keys that belong to its parts ([`Act::PARTS`]), and is decided in two steps:
//!
//! 1. [`PolicySnapshot::authorize_parts`] takes these keys as unknown: a permission that depends on them is taken to allow, and
//!    a refusal not to refuse. Who is refused here could not have seen any part. Every policy is monotone in that sense: one
//!    statement more that allows, or one less that refuses, never takes anything away.
//! 2. [`Reach::holds_for`] decides each part, with its values, by the same policies. Nothing opens but for a yes of this step.
//!
//! To refuse a whole page for one forbidden part was rejected: a refusal should take away just what it names.

use crate::act::Act;
use crate::condition::Condition;
use crate::context::{Context, Key, Value};
use crate::permit::{Permit, PermitError};
use crate::request::Request;
use crate::snapshot::PolicySnapshot;
use crate::verdict::Verdict;
use std::cell::Cell;
use std::fmt;
use std::time::SystemTime;

/// What is known of parts while a statement is held against a request.
#[derive(Clone, Copy)]
pub(crate) enum Within<'r> {
    /// There are none.
    Whole,
    /// Nothing yet.
    Unknown(&'r Unknown),
    /// One part: its keys, the values that it has, and a key whose value nobody can tell.
    Part(&'r [Key], &'r Context, Option<&'r Doubt>),
}

/// Keys that are not known yet.
pub(crate) struct Unknown {
    keys: Vec<Key>,
    /// Whether any statement asked for one.
    asked: Cell<bool>,
}

impl Unknown {
    pub(crate) fn of<A: Act>() -> Self {
        Self { keys: A::PARTS.iter().map(|key| Key::new(key)).collect(), asked: Cell::new(false) }
    }

    fn asks(&self, key: &Key) -> bool {
        let asks = self.keys.contains(key);
        self.asked.set(self.asked.get() || asks);
        asks
    }
}

/// A key of a part whose value nobody can tell.
pub(crate) struct Doubt {
    key: Key,
    /// Whether the decision looked at it.
    asked: Cell<bool>,
}

impl Doubt {
    fn look_up(&self, key: &Key) {
        self.asked.set(self.asked.get() || self.key == *key);
    }
}

impl<'r> Within<'r> {
    /// The values of a key that is about parts; `None` for other keys.
    pub(crate) fn values(&self, key: &Key) -> Option<Option<&'r [Value]>> {
        match self {
            Self::Whole => None,
            Self::Unknown(unknown) => unknown.asks(key).then_some(None),
            Self::Part(keys, values, doubt) => {
                doubt.iter().for_each(|doubt| doubt.look_up(key));
                keys.contains(key).then(|| values.get(key))
            }
        }
    }

    /// Whether a condition asks for what is not known yet.
    pub(crate) fn leaves_open(&self, condition: &Condition) -> bool {
        let Self::Unknown(unknown) = self else { return false };
        let mut variables = condition.values.iter().flat_map(|value| value.variables());
        unknown.asks(&condition.key) || variables.any(|variable| unknown.asks(&variable.key))
    }
}

/// A permit for an act that is decided part by part, with the request that it was given for.
pub struct Scoped<A: Act> {
    permit: Permit<A>,
    request: Request,
    keys: Vec<Key>,
    /// Whether parts can differ.
    differs: bool,
    at: SystemTime,
}

/// A refusal, with the request that was refused.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub verdict: Verdict,
    /// What was asked.
    pub request: Request,
}

impl<A: Act> Scoped<A> {
    pub(crate) fn new(permit: Permit<A>, request: Request, unknown: Unknown, at: SystemTime) -> Self {
        Self { permit, request, differs: unknown.asked.get(), keys: unknown.keys, at }
    }

    /// The permit.
    pub fn permit(&self) -> &Permit<A> {
        &self.permit
    }

    /// What was asked.
    pub fn request(&self) -> &Request {
        &self.request
    }
}

impl<A: Act> fmt::Debug for Scoped<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped").field("permit", &self.permit).finish_non_exhaustive()
    }
}

/// A permit together with the policies that decide its parts.
#[derive(Clone, Copy)]
pub struct Reach<'a, A: Act> {
    scoped: &'a Scoped<A>,
    policies: &'a PolicySnapshot,
}

impl<'a, A: Act> Reach<'a, A> {
    pub(crate) fn new(scoped: &'a Scoped<A>, policies: &'a PolicySnapshot) -> Result<Self, PermitError> {
        let (given, now) = (scoped.permit.epoch(), policies.epoch());
        match given == now {
            true => Ok(Self { scoped, policies }),
            false => Err(PermitError::Epoch { given, now }),
        }
    }

    /// The permit.
    pub fn permit(&self) -> &'a Permit<A> {
        &self.scoped.permit
    }

    /// When it was asked: the instant that the age of a part is counted to.
    pub fn at(&self) -> SystemTime {
        self.scoped.at
    }

    /// Whether parts can differ. When not, each may be reached.
    pub fn differs(&self) -> bool {
        self.scoped.differs
    }

    /// Whether a part with these values may be reached. A key of the act's own that has no value here is absent.
    pub fn holds_for(&self, part: &Context) -> bool {
        let Scoped { request, keys, differs, .. } = self.scoped;
        !differs || self.policies.judge_part(request, keys, part, None).is_allowed()
    }

    /// Whether a part may be reached of which one key's value cannot be told: only when no decision asks for that key. To take
    /// it as absent would let past what refuses by its value.
    pub fn holds_whatever(&self, key: &str, part: &Context) -> bool {
        let Scoped { request, keys, differs, .. } = self.scoped;
        let doubt = Doubt { key: Key::new(key), asked: Cell::new(false) };
        let allowed = || self.policies.judge_part(request, keys, part, Some(&doubt)).is_allowed();
        !differs || (allowed() && !doubt.asked.get())
    }
}

impl<A: Act> fmt::Debug for Reach<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("scoped", self.scoped).finish_non_exhaustive()
    }
}
