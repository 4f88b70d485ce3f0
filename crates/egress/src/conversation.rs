//! What of a conversation may leave? What a bot says and remembers: to who spoke with it, for a permit to converse, and to who reads
//! the session, for a permit to read it. Both once the call is on record: slots, attributes and messages hold real values.
//!
//! Some operations answer in headers: JSON, compressed and in base64 (`lexv2-runtime`, "RecognizeUtterance"). The form is made here,
//! so that nothing in clear exists outside of what may be shown.

use crate::functions::base64;
use crate::rendered::{Rendered, Shown};
use crate::road::{EgressError, TREE_DEPTH_MAX, check, shown_tree};
use flate2::Compression;
use flate2::write::GzEncoder;
use sotto_iam::{Converse, Permit, ReadSession};
use sotto_public::Recorded;
use sotto_sensitive::{RawBytes, RawTree};
use std::io::Write;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// A part of a bot's answer, for whoever spoke with it.
///
/// # Errors
/// When the permit has run out, or the part is nested too deep.
pub fn turn_tree(
    permit: &Permit<Converse>,
    _recorded: &Recorded,
    raw: &RawTree,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    shown_tree(raw, TREE_DEPTH_MAX).map(Rendered)
}

/// The same as a header: JSON, compressed (RFC 1952) and in base64 (RFC 4648, section 4).
///
/// # Errors
/// When the permit has run out.
pub fn turn_header(
    permit: &Permit<Converse>,
    _recorded: &Recorded,
    json: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    packed(json).map(Rendered)
}

/// A part of a session, for whoever may read it.
///
/// # Errors
/// When the permit has run out, or the part is nested too deep.
pub fn session_tree(
    permit: &Permit<ReadSession>,
    _recorded: &Recorded,
    raw: &RawTree,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    shown_tree(raw, TREE_DEPTH_MAX).map(Rendered)
}

/// The same as a header.
///
/// # Errors
/// When the permit has run out.
pub fn session_header(
    permit: &Permit<ReadSession>,
    _recorded: &Recorded,
    json: &RawBytes,
    now: SystemTime,
) -> Result<Rendered, EgressError> {
    check(permit, now)?;
    packed(json).map(Rendered)
}

#[expect(clippy::disallowed_methods, reason = "the caller holds a permit to see this JSON")]
fn packed(json: &RawBytes) -> Result<Shown, EgressError> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(json.expose()).map_err(|_| EgressError::Damaged)?;
    let packed = Zeroizing::new(packer.finish().map_err(|_| EgressError::Damaged)?);
    Ok(Shown::Text(base64(&packed)))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "policies, a proof and texts of a test")]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Action, Partition};
    use sotto_iam::{
        Act, Context, PERMIT_SECONDS_MAX, PermitError, PolicyRecord, PolicySnapshot, Principal, Request,
        Resource,
    };
    use sotto_public::ChainId;
    use sotto_sensitive::RawText;
    use std::time::Duration;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn permit<A: Act>(action: &str) -> Permit<A> {
        let account = AccountId::parse("111122223333").unwrap();
        let resource = Resource::new("arn:aws:lex:eu-central-1:111122223333:bot-alias/ABCDE12345/TSTALIASID")
            .of_account(&account);
        let request = Request::new(
            Principal::root(Partition::Aws, &account),
            Action::parse(action).unwrap(),
            resource,
            Context::at(NOW),
        );
        let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
        let snapshot = PolicySnapshot::from_pinned_records(1, [known]).unwrap();
        snapshot.authorize::<A>(&request, NOW).into_permit().unwrap()
    }

    #[test]
    fn a_conversation_is_shown_until_the_permit_runs_out() {
        let recorded = Recorded::from_pinned_commit(ChainId::new(1), 1, 1);
        let (converse, read) = (permit("lex:RecognizeText"), permit("lex:GetSession"));
        let (last, late) = (
            NOW + Duration::from_secs(PERMIT_SECONDS_MAX),
            NOW + Duration::from_secs(PERMIT_SECONDS_MAX) + Duration::from_nanos(1),
        );
        let expired = Some(EgressError::Permit(PermitError::Expired));
        let tree = RawTree::Text(RawText::new("canary".into()));
        let json = RawBytes::new(b"\"canary\"".to_vec());
        assert!(matches!(
            turn_tree(&converse, &recorded, &tree, last).unwrap().shown(),
            Shown::Text(text) if **text == "canary"
        ));
        assert!(session_tree(&read, &recorded, &tree, last).is_ok());
        let Rendered(Shown::Text(header)) = turn_header(&converse, &recorded, &json, last).unwrap() else {
            panic!()
        };
        // 1f 8b 08: gzip, deflated (RFC 1952, section 2.3).
        assert!(header.starts_with("H4sI") && !header.contains("canary"));
        assert!(session_header(&read, &recorded, &json, last).is_ok());
        assert_eq!(turn_tree(&converse, &recorded, &tree, late).err(), expired);
        assert_eq!(session_tree(&read, &recorded, &tree, late).err(), expired);
        assert_eq!(turn_header(&converse, &recorded, &json, late).err(), expired);
        assert_eq!(session_header(&read, &recorded, &json, late).err(), expired);
    }
}
