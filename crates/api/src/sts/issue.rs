//! How do credentials leave? Made from entropy, sealed into a token, on record, shown once.
//!
//! GetSessionToken and GetFederationToken are here too: they give the caller's own credentials for a time, or a part of what it may.

use super::second_factor;
use crate::call::{Ask, Call, internal};
use crate::context::copied;
use crate::desk::{Answered, fault, instant, number, permit, seconds, text, value};
use sotto_arn::AccountId;
use sotto_directory::documents::{self, SESSION_CHARS_MAX, Slot};
use sotto_directory::id::{secret, session_key_id};
use sotto_directory::{Claims, SessionKind, Text};
use sotto_iam::{Context, Kind, Permit, ReadDirectory, Resource};
use sotto_sensitive::RawText;
use sotto_wire::{Common, Fault, Output, Value};

/// Seconds of GetSessionToken and GetFederationToken: least, most, most for the root user, where nothing is said.
const SESSION_SECONDS: (u64, u64, u64, u64) = (900, 129_600, 3600, 43_200);
/// Managed session policies (STS API Reference, `PolicyArns`).
const POLICY_ARNS_MAX: usize = 10;

/// Session policies of a request: inline ones and ARNs.
pub(super) fn session_policies(call: &Call<'_>) -> Result<(Vec<Text>, Vec<Text>), Fault> {
    let inline: Vec<Text> = text(call, "Policy").into_iter().collect();
    let arns: Vec<Text> = call
        .input()
        .list("PolicyArns")
        .filter_map(|item| item.public("arn").cloned().map(Text::from))
        .collect();
    for document in &inline {
        documents::check(document, Slot::Session).map_err(fault)?;
    }
    if inline.iter().map(documents::size).sum::<usize>() > SESSION_CHARS_MAX || arns.len() > POLICY_ARNS_MAX {
        return Err(Fault::new(
            "PackedPolicyTooLarge",
            "Packed policy consumes more than 100% of allotted space",
        ));
    }
    Ok((inline, arns))
}

/// New credentials with nothing said about the session yet.
pub(super) fn blank(call: &Call<'_>, kind: SessionKind, account: &AccountId, lasting: u64) -> Claims {
    let mut draw = call.draw();
    let now = seconds(call);
    Claims {
        kind,
        key_id: session_key_id(&mut draw),
        secret: secret(&mut draw),
        account: account.clone(),
        subject: account.into(),
        name: "".into(),
        session_name: RawText::default(),
        issued: now,
        expires: now.saturating_add(lasting),
        mfa: None,
        source_identity: None,
        tags: Vec::new(),
        policies: Vec::new(),
        policy_arns: Vec::new(),
        provider: None,
        web: Vec::new(),
    }
}

/// `Credentials`, once the call is on record.
pub(super) async fn credentials(
    call: &mut Call<'_>,
    permit: &Permit<ReadDirectory>,
    claims: &Claims,
) -> Result<Output, Fault> {
    let now = call.now();
    let token = claims.token(call.store_key(), call.draw().bytes()).map_err(fault)?;
    let recorded = call.record().await?;
    let shown = sotto_egress::issued_text(permit, recorded, &claims.secret, now).map_err(|_| internal())?;
    Ok(Output::new()
        .with("AccessKeyId", value(&claims.key_id))
        .with("SecretAccessKey", Value::Shown(shown))
        .with("SessionToken", value(&token))
        .with("Expiration", instant(claims.expires)))
}

/// Seconds that were asked for, within the bounds; the root user's are shorter and are cut.
fn lasting(call: &Call<'_>) -> Result<u64, Fault> {
    let (least, most, most_for_root, usual) = SESSION_SECONDS;
    let asked = number(call, "DurationSeconds").map_or(usual, u64::from);
    if !(least..=most).contains(&asked) {
        return Err(Fault::common(Common::Validation, "DurationSeconds must be between 900 and 129600"));
    }
    let root = call.caller().principal().kind() == Kind::Root;
    Ok(if root { asked.min(most_for_root) } else { asked })
}

/// The caller as the subject of a session: a user, or the root user; with long-term credentials only.
fn subject(call: &Call<'_>) -> Result<(Text, Text), Fault> {
    let caller = call.caller();
    let id = caller.unique_id().cloned().ok_or_else(internal)?;
    match (caller.claims(), caller.principal().kind()) {
        (None, Kind::User | Kind::Root) => Ok((id, caller.name().cloned().unwrap_or_else(|| "".into()))),
        _ => Err(Fault::common(Common::AccessDenied, "Cannot call this operation with session credentials")),
    }
}

/// GetSessionToken: needs no permission, only long-term credentials; an explicit denial holds.
pub(super) async fn session(call: &mut Call<'_>) -> Answered {
    let (subject, name) = subject(call)?;
    let lasting = lasting(call)?;
    let mfa = second_factor::shown(call).await?;
    let account = call.account()?;
    let on = Resource::new(crate::policies::OWN_SESSION).of_account(&account);
    let permit = permit(call, Ask::new("sts:GetSessionToken").on(on))?;
    let claims = Claims { subject, name, mfa, ..blank(call, SessionKind::User, &account, lasting) };
    Ok(Output::new().with("Credentials", credentials(call, &permit, &claims).await?))
}

/// GetFederationToken: what the caller and the session policies both allow.
pub(super) async fn federation(call: &mut Call<'_>) -> Answered {
    let (subject, name) = subject(call)?;
    let (lasting, account) = (lasting(call)?, call.account()?);
    let federated = call.input().raw("Name").map(copied).ok_or_else(internal)?;
    let arn = federated_arn(&account, &federated);
    let on = Resource::new(&arn).of_account(&account);
    let context = crate::desk::tag_context(call, "Tags", Context::new());
    let permit = permit(call, Ask::new("sts:GetFederationToken").on(on).with(context))?;
    let (policies, policy_arns) = session_policies(call)?;
    let shown_arn = crate::desk::show(call, &permit, RawText::new(arn))?;
    let shown_id = crate::desk::show(call, &permit, prefixed(account.as_str(), &federated))?;
    let claims = Claims {
        subject,
        name,
        session_name: federated,
        policies,
        policy_arns,
        tags: super::assume::session_tags(call, "Tags"),
        ..blank(call, SessionKind::Federated, &account, lasting)
    };
    let credentials = credentials(call, &permit, &claims).await?;
    let user = Output::new().with("FederatedUserId", shown_id).with("Arn", shown_arn);
    Ok(Output::new()
        .with("Credentials", credentials)
        .with("FederatedUser", user)
        .with("PackedPolicySize", 0_u8))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the federated user's name is part of the ARN that is decided on"
)]
fn federated_arn(account: &AccountId, name: &RawText) -> String {
    format!("arn:aws:sts::{account}:federated-user/{}", name.expose())
}

/// `ID:NAME`, raw to raw.
#[expect(clippy::disallowed_methods, reason = "a session's name stays captured text behind its id")]
pub(super) fn prefixed(id: &str, name: &RawText) -> RawText {
    RawText::new(format!("{id}:{}", name.expose()))
}
