//! What goes into a function, and what of its work may leave? The event for a permit to invoke it, and its answer for the same one,
//! both once the call is on record: a function is somebody else's code, and sees real values.
//!
//! The end of its log leaves as everybody may read it, masked: a permit to invoke a function is none to unmask its log group.

use crate::rendered::{Rendered, Shown};
use crate::road::{EgressError, check, shown_bytes};
use sotto_iam::{Decrypt, Invoke, Permit};
use sotto_kms::{BLOB_ENTROPY_BYTES, DataKey, open_blob, seal_blob};
use sotto_protect::StoredText;
use sotto_public::{Blob, Place, Recorded};
use sotto_sensitive::RawBytes;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// The event of an invocation, for the function alone.
///
/// # Errors
/// When the permit has run out.
pub fn function_event(
    permit: &Permit<Invoke>,
    _recorded: &Recorded,
    event: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_bytes(event)))
}

/// What a function answered, for whoever invoked it.
///
/// # Errors
/// When the permit has run out.
pub fn function_answer(
    permit: &Permit<Invoke>,
    _recorded: &Recorded,
    answer: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    Ok(Rendered(shown_bytes(answer)))
}

/// What a function of the server's own opened, for whoever invoked it and may use the key himself.
///
/// # Errors
/// When one of the permits has run out.
pub fn function_answer_opened(
    (permit, opens): (&Permit<Invoke>, &Permit<Decrypt>),
    recorded: &Recorded,
    answer: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(opens, now)?;
    function_answer(permit, recorded, answer, now)
}

/// Where an event stands that waits. Nobody but this file seals anything there: whoever opens it gets what was rendered.
fn waiting_place(number: u128) -> Place {
    Place::new("event for a function").with(&number)
}

/// An event that was rendered for a function and is not run yet, sealed: it was given for a permit and may wait longer than that.
///
/// # Errors
/// When it cannot be sealed.
#[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
pub fn waiting_event(
    event: &Rendered,
    (key, number): (&DataKey, u128),
    entropy: [u8; BLOB_ENTROPY_BYTES],
) -> Result<Blob, EgressError> {
    let Shown::Bytes(bytes) = &event.0 else { return Err(EgressError::Damaged) };
    let sealed = seal_blob(key, &waiting_place(number), &RawBytes::new(bytes.to_vec()), entropy);
    sealed.map(Blob::from_pinned_bytes).map_err(|_| EgressError::Damaged)
}

/// The event again, for the function that it was rendered for.
///
/// # Errors
/// When it was not sealed by [`waiting_event`] under this key and number.
pub fn waited_event((key, number): (&DataKey, u128), sealed: &Blob) -> Result<Rendered, EgressError> {
    let opened = open_blob(key, &waiting_place(number), sealed.as_bytes());
    opened.map(|bytes| Rendered(shown_bytes(&bytes))).map_err(|_| EgressError::Damaged)
}

/// The end of a function's log in base64 (RFC 4648, section 4), as the header of an answer has it: masked lines.
///
/// # Errors
/// When the permit has run out.
pub fn function_log(
    permit: &Permit<Invoke>,
    lines: &[StoredText],
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    let mut log = Zeroizing::new(String::new());
    for line in lines {
        log.push_str(line.as_str());
        log.push('\n');
    }
    Ok(Rendered(Shown::Text(base64(log.as_bytes()))))
}

/// Events stored masked, as a subscription hands them to a function: the same text that everybody who reads the group sees.
pub fn delivered_event(event: &[u8]) -> Rendered {
    Rendered(Shown::Bytes(Zeroizing::new(event.to_vec())))
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(bytes: &[u8]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(3) * 4));
    for group in bytes.chunks(3) {
        let [one, two, three] = [0, 1, 2].map(|at| group.get(at).copied().map_or(0, u32::from));
        let bits = one << 16 | two << 8 | three;
        for place in 0..4_usize {
            let digit =
                usize::try_from(bits >> (18 - 6 * place) & 63).ok().and_then(|digit| DIGITS.get(digit));
            out.push(match digit.filter(|_| place <= group.len()) {
                Some(digit) => char::from(*digit),
                None => '=',
            });
        }
    }
    out
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "policies, a proof and texts of a test")]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Action, Partition};
    use sotto_iam::{
        Context, PERMIT_SECONDS_MAX, PermitError, PolicyRecord, PolicySnapshot, Principal, Request, Resource,
    };
    use sotto_protect::TextKind;
    use sotto_public::ChainId;
    use std::time::Duration;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn permit() -> Permit<Invoke> {
        permit_for("lambda:InvokeFunction")
    }

    fn permit_for<A: sotto_iam::Act>(action: &str) -> Permit<A> {
        let account = AccountId::parse("111122223333").unwrap();
        let resource = Resource::none().of_account(&account);
        let principal = Principal::root(Partition::Aws, &account);
        let action = Action::parse(action).unwrap();
        let request = Request::new(principal, action, resource, Context::at(NOW));
        let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
        let snapshot = PolicySnapshot::from_pinned_records(1, [known]).unwrap();
        snapshot.authorize::<A>(&request, NOW).into_permit().unwrap()
    }

    fn shown(rendered: &Rendered) -> String {
        match rendered.shown() {
            Shown::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Shown::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn events_and_answers_pass_until_the_permit_runs_out() {
        let recorded = Recorded::from_pinned_commit(ChainId::new(1), 1, 1);
        let raw = RawBytes::new(b"canary".to_vec());
        let line = StoredText::from_pinned_text(TextKind::Masked, "card ****".to_owned());
        let lines = [line];
        let last = NOW + Duration::from_secs(PERMIT_SECONDS_MAX);
        let late = last + Duration::from_nanos(1);
        let expired = Some(EgressError::Permit(PermitError::Expired));
        assert_eq!(shown(&function_event(&permit(), &recorded, &raw, last).unwrap()), "canary");
        assert_eq!(shown(&function_answer(&permit(), &recorded, &raw, last).unwrap()), "canary");
        assert_eq!(shown(&function_log(&permit(), &lines, last).unwrap()), "Y2FyZCAqKioqCg==");
        assert_eq!(function_event(&permit(), &recorded, &raw, late).err(), expired);
        assert_eq!(function_answer(&permit(), &recorded, &raw, late).err(), expired);
        assert_eq!(function_log(&permit(), &lines, late).err(), expired);
    }

    #[test]
    fn what_was_opened_leaves_for_two_permits() {
        let recorded = Recorded::from_pinned_commit(ChainId::new(1), 1, 1);
        let (raw, opens) = (RawBytes::new(b"canary".to_vec()), permit_for::<Decrypt>("kms:Decrypt"));
        let last = NOW + Duration::from_secs(PERMIT_SECONDS_MAX);
        let shown_at = |now| function_answer_opened((&permit(), &opens), &recorded, &raw, now);
        assert_eq!(shown(&shown_at(last).unwrap()), "canary");
        assert!(shown_at(last + Duration::from_nanos(1)).is_err());
    }

    #[test]
    fn an_event_waits_sealed_and_comes_back_under_its_own_number() {
        let recorded = Recorded::from_pinned_commit(ChainId::new(1), 1, 1);
        let event = function_event(&permit(), &recorded, &RawBytes::new(b"canary".to_vec()), NOW).unwrap();
        let key = |byte| DataKey::new(sotto_sensitive::KeyBytes::copied(&[byte; 32])).unwrap();
        let sealed = waiting_event(&event, (&key(1), 7), [3; BLOB_ENTROPY_BYTES]).unwrap();
        assert!(!sealed.as_bytes().windows(6).any(|bytes| bytes == b"canary"));
        assert_eq!(shown(&waited_event((&key(1), 7), &sealed).unwrap()), "canary");
        assert!(waited_event((&key(1), 8), &sealed).is_err() && waited_event((&key(2), 7), &sealed).is_err());
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        // RFC 4648, section 10.
        for (text, wanted) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()).as_str(), wanted);
        }
    }
}
