//! What does a caller hold who may? A permit: for one act, one principal, its resources, a while.
//!
//! It is made by `authorize` alone, cannot be copied or written down, and says by which statement and by which epoch of the
//! policies it was given. Whoever acts on it checks resource, epoch and deadline there and then: what takes longer than
//! [`PERMIT_SECONDS_MAX`] asks again.

use crate::act::Act;
use crate::request::Request;
use crate::verdict::Verdict;
use sotto_arn::Action;
use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

/// How long a permit lasts.
pub const PERMIT_SECONDS_MAX: u64 = 60;

/// The right to do one act.
#[must_use]
pub struct Permit<A: Act> {
    principal: Box<str>,
    action: Action,
    resources: Vec<Box<str>>,
    verdict: Verdict,
    epoch: u64,
    deadline: SystemTime,
    act: PhantomData<fn() -> A>,
}

/// Why a permit does not hold here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum PermitError {
    /// It is for other resources.
    #[error("the permit is for another resource, ask for one on this")]
    Resource,
    /// The policies have changed since.
    #[error("the permit is of epoch {given}, the policies are at {now}: ask again")]
    Epoch {
        /// The epoch it was given in.
        given: u64,
        /// The epoch now.
        now: u64,
    },
    /// It has run out.
    #[error("the permit has run out, ask again")]
    Expired,
}

impl<A: Act> Permit<A> {
    pub(crate) fn new(request: &Request, verdict: Verdict, epoch: u64, now: SystemTime) -> Self {
        let deadline = now.checked_add(Duration::from_secs(PERMIT_SECONDS_MAX)).unwrap_or(now);
        Self {
            principal: request.principal().arn().into(),
            action: request.action().clone(),
            resources: request.resources().iter().map(|resource| resource.arn().into()).collect(),
            verdict,
            epoch,
            deadline,
            act: PhantomData,
        }
    }

    /// Whether it holds on a resource, for policies of an epoch, at an instant.
    ///
    /// # Errors
    /// When the resource is another, the policies have changed, or the permit has run out.
    pub fn check(&self, resource: &str, epoch: u64, now: SystemTime) -> Result<(), PermitError> {
        if !self.resources.iter().any(|known| **known == *resource) {
            return Err(PermitError::Resource);
        }
        if epoch != self.epoch {
            return Err(PermitError::Epoch { given: self.epoch, now: epoch });
        }
        if now > self.deadline { Err(PermitError::Expired) } else { Ok(()) }
    }

    /// Who holds it: the ARN it acted as.
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// The action that was asked for.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// The resources it is for.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &str> {
        self.resources.iter().map(|resource| &**resource)
    }

    /// The decision behind it.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The epoch of the policies it was given by.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Until when it holds.
    pub fn deadline(&self) -> SystemTime {
        self.deadline
    }
}

impl<A: Act> fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("act", &A::NAME).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// What was decided about an act.
#[must_use]
#[derive(Debug)]
pub enum Decision<A: Act> {
    /// It may be done.
    Allow(Permit<A>),
    /// A statement refuses it.
    ExplicitDeny(Verdict),
    /// Nothing that must allow it does.
    ImplicitDeny(Verdict),
}

impl<A: Act> Decision<A> {
    /// The decision, explained.
    pub fn verdict(&self) -> &Verdict {
        match self {
            Self::Allow(permit) => permit.verdict(),
            Self::ExplicitDeny(verdict) | Self::ImplicitDeny(verdict) => verdict,
        }
    }

    /// The permit.
    ///
    /// # Errors
    /// The explanation, when there is none.
    pub fn into_permit(self) -> Result<Permit<A>, Box<Verdict>> {
        match self {
            Self::Allow(permit) => Ok(permit),
            Self::ExplicitDeny(verdict) | Self::ImplicitDeny(verdict) => Err(Box::new(verdict)),
        }
    }
}
