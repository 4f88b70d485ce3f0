//! AssumeRole: may the caller become the role, for how long, and what goes along?
//!
//! STS API Reference, "AssumeRole"; IAM User Guide, "Pass session tags in AWS STS", "Roles terms and concepts" (role chaining: one
//! hour at most). Tags marked transitive and the source identity go along from session to session and cannot be changed.

use super::issue::{blank, credentials, prefixed, session_policies};
use super::second_factor;
use crate::call::{Ask, Call, internal};
use crate::context::copied;
use crate::desk::{Answered, number, permit, required, resource, show, tag_context, texts};
use sotto_arn::{AccountId, PrincipalArn, PrincipalKind};
use sotto_directory::names::session_arn;
use sotto_directory::{Claims, Role, SessionKind, Text};
use sotto_iam::{Context, Kind, Permit, ReadDirectory, Resource};
use sotto_sensitive::RawText;
use sotto_wire::{Common, Fault, Output, message};
use std::sync::Arc;

/// Least seconds of a role's session (STS API Reference, `DurationSeconds`).
const LEAST_SECONDS: u64 = 900;
/// Most seconds when a role assumes a role.
const CHAINED_SECONDS_MAX: u64 = 3600;
/// Session tags (STS API Reference, `Tags`).
const TAGS_MAX: usize = 50;

/// The role that a request names, if it is there.
pub(super) struct Wanted {
    pub(super) arn: Text,
    pub(super) account: AccountId,
    pub(super) role: Option<Arc<Role>>,
}

impl Wanted {
    /// Reads `RoleArn`.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let arn = required(call, "RoleArn")?;
        let parsed = PrincipalArn::parse(arn.as_str()).ok().filter(|arn| arn.kind() == PrincipalKind::Role);
        let parsed = parsed
            .ok_or_else(|| Fault::common(Common::Validation, message!("{} is invalid", arn.public())))?;
        let account = parsed.account().clone();
        let held = call.directory().account(&account);
        let role = held
            .and_then(|held| held.role(parsed.name()))
            .filter(|role| role.path.as_str() == path_of(&parsed));
        Ok(Self { arn, account, role: role.cloned() })
    }

    /// As a resource, with its tags.
    pub(super) fn resource(&self, call: &Call<'_>) -> Resource {
        resource(call, &self.account, &self.arn, self.role.as_ref().map(|role| &role.tags))
    }

    /// The role; when there is none, the caller may not either.
    pub(super) fn existing(&self, call: &Call<'_>) -> Result<&Arc<Role>, Fault> {
        self.role.as_ref().ok_or_else(|| {
            let (who, what) = (call.caller().arn(), self.arn.public());
            let words =
                message!("User: {} is not authorized to perform: sts:AssumeRole on resource: {}", who, what);
            Fault::common(Common::AccessDenied, words)
        })
    }
}

/// The path with both slashes.
fn path_of(arn: &PrincipalArn) -> String {
    match arn.path() {
        "" => "/".to_owned(),
        path if path.starts_with('/') && path.ends_with('/') => path.to_owned(),
        path => format!("/{}/", path.trim_matches('/')),
    }
}

pub(super) async fn role(call: &mut Call<'_>) -> Answered {
    if call.caller().principal().kind() == Kind::Root {
        return Err(Fault::common(Common::AccessDenied, "Roles may not be assumed by root accounts."));
    }
    let wanted = Wanted::of(call)?;
    let mfa = second_factor::shown(call).await?;
    let permit = ask(call, &wanted, mfa)?;
    let role = Arc::clone(wanted.existing(call)?);
    let chained = matches!(call.caller().claims(), Some(claims) if claims.kind != SessionKind::User);
    let lasting = lasting(call, &role, chained)?;
    let (policies, policy_arns) = session_policies(call)?;
    let claims = Claims {
        subject: role.id.clone(),
        name: role.name.clone(),
        session_name: call.input().raw("RoleSessionName").map(copied).ok_or_else(internal)?,
        source_identity: source_identity(call)?,
        tags: tags(call)?,
        policies,
        policy_arns,
        mfa,
        ..blank(call, SessionKind::Role, &wanted.account, lasting)
    };
    let output = Output::new().with("Credentials", credentials(call, &permit, &claims).await?);
    describe(call, &permit, &claims, output)
}

/// Asks for `sts:AssumeRole`, and for what else the request brings.
fn ask(call: &mut Call<'_>, wanted: &Wanted, mfa: Option<u64>) -> Result<Permit<ReadDirectory>, Fault> {
    let permit = permit(call, Ask::new("sts:AssumeRole").on(wanted.resource(call)).with(context(call, mfa)))?;
    if call.input().list("Tags").next().is_some() {
        let _asked = crate::desk::permit(
            call,
            Ask::new("sts:TagSession").on(wanted.resource(call)).with(context(call, mfa)),
        )?;
    }
    if call.input().has("SourceIdentity") {
        let ask = Ask::new("sts:SetSourceIdentity").on(wanted.resource(call));
        let _asked = crate::desk::permit(call, ask.with(context(call, mfa)))?;
    }
    Ok(permit)
}

/// Condition keys of the request (Service Authorization Reference, AWS Security Token Service).
fn context(call: &Call<'_>, mfa: Option<u64>) -> Context {
    let mut context = tag_context(call, "Tags", Context::new());
    for (key, member) in [
        ("sts:ExternalId", "ExternalId"),
        ("sts:RoleSessionName", "RoleSessionName"),
        ("sts:SourceIdentity", "SourceIdentity"),
    ] {
        if let Some(raw) = call.input().raw(member) {
            context.set(key, [copied(raw)]);
        }
    }
    let transitive = texts(call, "TransitiveTagKeys");
    if !transitive.is_empty() {
        context.set("sts:TransitiveTagKeys", transitive.iter().map(Text::as_str));
    }
    if let Some(seconds) = number(call, "DurationSeconds") {
        context.set("sts:DurationSeconds", [i64::from(seconds)]);
    }
    if mfa.is_some() {
        context.set("aws:MultiFactorAuthPresent", [true]);
        context.set("aws:MultiFactorAuthAge", [0_i64]);
    }
    context
}

/// Seconds that were asked for, within what the role and a chain of roles allow.
pub(super) fn lasting(call: &Call<'_>, role: &Role, chained: bool) -> Result<u64, Fault> {
    let longest = u64::from(role.session_seconds_max);
    let asked = number(call, "DurationSeconds").map_or(CHAINED_SECONDS_MAX.min(longest), u64::from);
    let refuse = |words: &'static str| Err(Fault::common(Common::Validation, words));
    if asked < LEAST_SECONDS {
        return refuse("DurationSeconds must be at least 900");
    }
    if asked > longest {
        return refuse("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    if chained && asked > CHAINED_SECONDS_MAX {
        return refuse(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        );
    }
    Ok(asked)
}

/// The source identity that stays with the session; once set it does not change.
fn source_identity(call: &Call<'_>) -> Result<Option<RawText>, Fault> {
    let held = call.caller().claims().and_then(|claims| claims.source_identity.as_ref());
    match (call.input().raw("SourceIdentity"), held) {
        (Some(new), Some(held)) if !crate::context::same(new, held) => {
            Err(Fault::common(Common::AccessDenied, "The source identity of a session cannot be changed"))
        }
        (new, held) => Ok(new.or(held).map(copied)),
    }
}

/// The tags of a request's member, none of them transitive.
pub(super) fn session_tags(call: &Call<'_>, member: &'static str) -> Vec<(RawText, RawText, bool)> {
    let transitive = texts(call, "TransitiveTagKeys");
    let tags = call.input().list(member).filter_map(|item| {
        let key = item.public("Key")?;
        let goes_along = transitive.iter().any(|name| name.as_str() == key.get());
        let value = item.raw("Value").map(copied).unwrap_or_default();
        Some((RawText::new(key.get().clone()), value, goes_along))
    });
    tags.collect()
}

/// Tags that go along from the caller's session, and those of the request.
fn tags(call: &Call<'_>) -> Result<Vec<(RawText, RawText, bool)>, Fault> {
    let mut tags = session_tags(call, "Tags");
    let held = call.caller().claims().map(|claims| claims.tags.as_slice()).unwrap_or_default();
    for (key, value, _) in held.iter().filter(|(_, _, transitive)| *transitive) {
        if tags.iter().any(|(own, ..)| crate::context::same_folded(own, key)) {
            let words = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag \
                         key from the calling session.";
            return Err(Fault::common(Common::Validation, words));
        }
        tags.push((copied(key), copied(value), true));
    }
    if tags.len() > TAGS_MAX {
        return Err(Fault::common(Common::Validation, "A session has at most 50 tags"));
    }
    Ok(tags)
}

/// `AssumedRoleUser` and the source identity.
pub(super) fn describe(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    claims: &Claims,
    output: Output,
) -> Answered {
    let id = show(call, permit, prefixed(claims.subject.as_str(), &claims.session_name))?;
    let user = Output::new().with("AssumedRoleId", id).with("Arn", show(call, permit, arn_of(claims))?);
    let mut output = output.with("AssumedRoleUser", user);
    if !claims.policies.is_empty() || !claims.policy_arns.is_empty() || !claims.tags.is_empty() {
        output.set("PackedPolicySize", packed(claims));
    }
    if let Some(identity) = &claims.source_identity {
        output.set("SourceIdentity", show(call, permit, copied(identity))?);
    }
    Ok(output)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a session's name stays captured text in the ARN that is shown to its owner"
)]
fn arn_of(claims: &Claims) -> RawText {
    RawText::new(session_arn(&claims.account, &claims.name, claims.session_name.expose()))
}

/// How full the token is, in per cent.
fn packed(claims: &Claims) -> u64 {
    let policies: usize =
        claims.policies.iter().chain(&claims.policy_arns).map(|text| text.as_str().len()).sum();
    let tags: usize = claims.tags.iter().map(|(key, value, _)| key.length() + value.length()).sum();
    let of = sotto_directory::session::TOKEN_CHARS_MAX;
    u64::try_from(((policies + tags) * 100 / of).clamp(1, 100)).unwrap_or(100)
}
