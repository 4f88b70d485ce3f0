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
    /// What is stored cannot be opened, though the permit holds.
    #[error("the value is not shown: what is stored is damaged, or its key refuses")]
    Damaged,
}

pub(crate) fn check<A: Act>(permit: &Permit<A>, now: SystemTime) -> Result<(), EgressError> {
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
pub(crate) fn shown_text(raw: &RawText) -> Shown {
    Shown::Text(Zeroizing::new(raw.expose().to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "the caller holds a permit to see these bytes")]
pub(crate) fn shown_bytes(raw: &RawBytes) -> Shown {
    Shown::Bytes(Zeroizing::new(raw.expose().to_vec()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the caller holds a permit to see this tree; its keys are captured, too"
)]
pub(crate) fn shown_tree(raw: &RawTree, depth_left: usize) -> Result<Shown, EgressError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Action, Partition};
    use sotto_iam::{
        Context, PERMIT_SECONDS_MAX, PolicyRecord, PolicySnapshot, Principal, Request, Resource,
    };
    use sotto_public::{ChainId, Public};
    use std::time::Duration;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    /// A permit of an account's root, who may do everything there.
    #[expect(clippy::disallowed_methods, reason = "policies of a test")]
    fn permit() -> Permit<ReadDirectory> {
        let account = AccountId::parse("111122223333").unwrap();
        let resource = Resource::new("arn:aws:iam::111122223333:user/canary").of_account(&account);
        let principal = Principal::root(Partition::Aws, &account);
        let request =
            Request::new(principal, Action::parse("iam:GetUser").unwrap(), resource, Context::at(NOW));
        let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
        let snapshot = PolicySnapshot::from_pinned_records(1, [known]).unwrap();
        snapshot.authorize::<ReadDirectory>(&request, NOW).into_permit().unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "a proof for a test")]
    fn recorded() -> Recorded {
        Recorded::from_pinned_commit(ChainId::new(1), 1, 1)
    }

    fn canary() -> RawText {
        RawText::new("canary".into())
    }

    fn text(rendered: Rendered) -> String {
        match rendered.shown() {
            Shown::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_permit_shows_until_it_runs_out() {
        let last = NOW + Duration::from_secs(PERMIT_SECONDS_MAX);
        let late = last + Duration::from_nanos(1);
        let expired = Some(EgressError::Permit(PermitError::Expired));
        assert_eq!(text(directory_text(&permit(), canary(), last).unwrap()), "canary");
        assert_eq!(directory_text(&permit(), canary(), late).err(), expired);
        assert_eq!(text(issued_text(&permit(), &recorded(), &canary(), last).unwrap()), "canary");
        assert_eq!(issued_text(&permit(), &recorded(), &canary(), late).err(), expired);
        let bytes = || RawBytes::new(vec![0, 255]);
        assert!(
            matches!(directory_bytes(&permit(), bytes(), last).unwrap().shown(), Shown::Bytes(b) if **b == [0, 255])
        );
        assert_eq!(directory_bytes(&permit(), bytes(), late).err(), expired);
        assert!(issued_bytes(&permit(), &recorded(), &bytes(), last).is_ok());
        assert_eq!(issued_bytes(&permit(), &recorded(), &bytes(), late).err(), expired);
        assert_eq!(directory_tree(&permit(), &RawTree::Null, late).err(), expired);
    }

    #[test]
    fn a_tree_keeps_its_shape() {
        let public = |scalar| RawTree::Public(scalar);
        let list = RawTree::List(vec![
            RawTree::Null,
            public(PublicScalar::Bool(true)),
            public(PublicScalar::Integer(-4)),
            public(PublicScalar::Float(0.5)),
            public(PublicScalar::Text(Public::from("shown"))),
            RawTree::Text(canary()),
        ]);
        let tree = RawTree::Map(vec![(RawText::new("key".into()), list)]);
        let rendered = directory_tree(&permit(), &tree, NOW).unwrap();
        let Shown::Map(members) = rendered.shown() else { panic!() };
        let [(key, Shown::List(items))] = members.as_slice() else { panic!() };
        let [
            Shown::Null,
            Shown::Bool(true),
            Shown::Integer(-4),
            Shown::Float(half),
            Shown::Text(shown),
            Shown::Text(raw),
        ] = items.as_slice()
        else {
            panic!()
        };
        assert_eq!((key.as_str(), *half, shown.as_str(), raw.as_str()), ("key", 0.5, "shown", "canary"));
        assert!(!format!("{rendered:?} {:?}", rendered.shown()).contains("canary"));
    }

    #[test]
    fn depth_is_bounded() {
        let nested =
            |depth: usize| (0..depth).fold(RawTree::Text(canary()), |tree, _| RawTree::List(vec![tree]));
        assert!(directory_tree(&permit(), &nested(TREE_DEPTH_MAX), NOW).is_ok());
        let error = directory_tree(&permit(), &nested(TREE_DEPTH_MAX + 1), NOW).err();
        assert_eq!(error, Some(EgressError::Depth { most: TREE_DEPTH_MAX }));
    }
}
