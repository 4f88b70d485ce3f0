//! What may leave of a key's work? What it opened, for a permit to decrypt and once that is on record; what it sealed or signed,
//! for a permit to use it.
//!
//! Plaintext is raw, and its way out is a door of its own: a permit to describe a key, or to encrypt under it, opens nothing.
//! What a key made (ciphertext, signatures, codes, public keys) is [`Opaque`] where it comes from and says nothing by itself,
//! but it still goes to no one who may not use the key.

use crate::rendered::{Rendered, Shown};
use crate::road::{EgressError, check, shown_bytes};
use sotto_iam::{Decrypt, Permit, UseKey};
use sotto_public::{Opaque, Recorded};
use sotto_sensitive::RawBytes;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// What a key opened, or made to be used in clear: the plaintext of a ciphertext, a data key, an agreed secret.
///
/// # Errors
/// When the permit has run out.
pub fn opened_bytes(
    permit: &Permit<Decrypt>,
    _recorded: &Recorded,
    raw: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_bytes(raw)))
}

/// What a key made: ciphertext, a signature, a code, its public half.
///
/// # Errors
/// When the permit has run out.
pub fn made_bytes(permit: &Permit<UseKey>, made: &Opaque, now: SystemTime) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown(made)))
}

/// A ciphertext that goes along with what is shown in clear: of a data key, or sealed anew.
///
/// # Errors
/// When the permit has run out.
pub fn sealed_bytes(
    permit: &Permit<Decrypt>,
    sealed: &Opaque,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown(sealed)))
}

fn shown(bytes: &Opaque) -> Shown {
    Shown::Bytes(Zeroizing::new(bytes.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Action, Partition};
    use sotto_iam::{
        Act, Context, PERMIT_SECONDS_MAX, PermitError, PolicyRecord, PolicySnapshot, Principal, Request,
        Resource,
    };
    use sotto_public::ChainId;
    use std::time::Duration;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    #[expect(clippy::disallowed_methods, reason = "policies of a test")]
    fn permit<A: Act>(action: &str) -> Permit<A> {
        let account = AccountId::parse("111122223333").unwrap();
        let resource = Resource::none().of_account(&account);
        let principal = Principal::root(Partition::Aws, &account);
        let request = Request::new(principal, Action::parse(action).unwrap(), resource, Context::at(NOW));
        let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
        let snapshot = PolicySnapshot::from_pinned_records(1, [known]).unwrap();
        snapshot.authorize::<A>(&request, NOW).into_permit().unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a proof and a ciphertext for a test")]
    fn what_a_key_did_is_shown_until_the_permit_runs_out() {
        let recorded = Recorded::from_pinned_commit(ChainId::new(1), 1, 1);
        let (raw, made) = (RawBytes::new(b"canary".to_vec()), Opaque::from_pinned_bytes(vec![1, 2]));
        let last = NOW + Duration::from_secs(PERMIT_SECONDS_MAX);
        let late = last + Duration::from_nanos(1);
        let bytes = |rendered: Rendered| match rendered.shown() {
            Shown::Bytes(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        };
        let decrypt = permit::<Decrypt>("kms:GenerateDataKey");
        let encrypt = permit::<UseKey>("kms:Encrypt");
        assert_eq!(bytes(opened_bytes(&decrypt, &recorded, &raw, last).unwrap()), b"canary");
        assert_eq!(bytes(sealed_bytes(&decrypt, &made, last).unwrap()), [1, 2]);
        assert_eq!(bytes(made_bytes(&encrypt, &made, last).unwrap()), [1, 2]);
        let expired = Some(EgressError::Permit(PermitError::Expired));
        assert_eq!(opened_bytes(&decrypt, &recorded, &raw, late).err(), expired);
        assert_eq!(sealed_bytes(&decrypt, &made, late).err(), expired);
        assert_eq!(made_bytes(&encrypt, &made, late).err(), expired);
    }
}
