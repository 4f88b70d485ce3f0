//! Which captured values may be shown, to whom, on which ground? One function per kind of value; there is no general one.
//!
//! Each checks that the permit still holds at this instant. Resource and epoch were checked in the same call, by whoever
//! decided; what lives longer than a call asks again. A secret that is made and shown once needs the proof that its
//! making is in the trail, since nobody can take it back.

use crate::rendered::{Rendered, Shown};
use sotto_iam::{Act, Permit, PermitError, ReadDirectory};
use sotto_public::{LogSafe, Recorded};
use sotto_sensitive::{PublicScalar, RawBytes, RawText, RawTree};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// Deepest tree that is rendered; deeper ones do not come through a codec.
pub const TREE_DEPTH_MAX: usize = 128;

/// Why a value is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum EgressError {
    /// The permit does not hold any more.
    #[error("the value is not shown: {0}")]
    Permit(PermitError),
    /// The tree is too deep.
    #[error("the value is not shown: it is nested deeper than {most} levels")]
    Depth {
        /// How deep it may be.
        most: usize,
    },
}

fn check<A: Act>(permit: &Permit<A>, now: SystemTime) -> Result<(), EgressError> {
    match now <= permit.deadline() {
        true => Ok(()),
        false => Err(EgressError::Permit(PermitError::Expired)),
    }
}

/// Text of the directory: a tag's value, a description, a session's name.
///
/// # Errors
/// When the permit has run out.
pub fn directory_text(
    permit: &Permit<ReadDirectory>,
    raw: RawText,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_text(&raw)))
}

/// Bytes of the directory.
///
/// # Errors
/// When the permit has run out.
pub fn directory_bytes(
    permit: &Permit<ReadDirectory>,
    raw: RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_bytes(&raw)))
}

/// A tree of the directory.
///
/// # Errors
/// When the permit has run out, or the tree is too deep.
pub fn directory_tree(
    permit: &Permit<ReadDirectory>,
    raw: &RawTree,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    shown_tree(raw, TREE_DEPTH_MAX).map(Rendered)
}

/// A secret that this call made, shown once to who asked for it: an access key, a session's credentials.
///
/// # Errors
/// When the permit has run out.
pub fn issued_text<A: Act>(
    permit: &Permit<A>,
    _recorded: &Recorded,
    raw: &RawText,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_text(raw)))
}

/// The same for bytes: the seed of a second factor.
///
/// # Errors
/// When the permit has run out.
pub fn issued_bytes<A: Act>(
    permit: &Permit<A>,
    _recorded: &Recorded,
    raw: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_bytes(raw)))
}

#[expect(clippy::disallowed_methods, reason = "the caller holds a permit to see this text")]
fn shown_text(raw: &RawText) -> Shown {
    Shown::Text(Zeroizing::new(raw.expose().to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "the caller holds a permit to see these bytes")]
fn shown_bytes(raw: &RawBytes) -> Shown {
    Shown::Bytes(Zeroizing::new(raw.expose().to_vec()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the caller holds a permit to see this tree; its keys are captured, too"
)]
fn shown_tree(raw: &RawTree, depth_left: usize) -> Result<Shown, EgressError> {
    let below = || depth_left.checked_sub(1).ok_or(EgressError::Depth { most: TREE_DEPTH_MAX });
    Ok(match raw {
        RawTree::Null => Shown::Null,
        RawTree::Public(PublicScalar::Bool(value)) => Shown::Bool(*value),
        RawTree::Public(PublicScalar::Integer(value)) => Shown::Integer(*value),
        RawTree::Public(PublicScalar::Float(value)) => Shown::Float(*value),
        RawTree::Public(PublicScalar::Text(text)) => Shown::Text(Zeroizing::new(text.get().clone())),
        RawTree::Text(text) => shown_text(text),
        RawTree::List(items) => {
            let below = below()?;
            Shown::List(items.iter().map(|item| shown_tree(item, below)).collect::<Result<_, _>>()?)
        }
        RawTree::Map(members) => {
            let below = below()?;
            let member = |(key, value): &(RawText, RawTree)| {
                Ok((Zeroizing::new(key.expose().to_owned()), shown_tree(value, below)?))
            };
            Shown::Map(members.iter().map(member).collect::<Result<_, _>>()?)
        }
    })
}
