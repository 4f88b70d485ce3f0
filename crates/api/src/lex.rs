//! What does the build API of Lex V2 answer? Which file of `lex/` answers which operation, and what they share: which bot is meant,
//! as which resource it is asked for, how a change is committed, and what a refusal is on the wire.
//!
//! Names, ids and versions stand in the registry of bots; what authors wrote is sealed beside it and opened for whoever may see
//! it. Conversations are another API (`lexv2-runtime`) and take built locales from [`contents`].

mod aliases;
mod archives;
mod bots;
mod builtins;
mod classify;
pub(crate) mod contents;
mod jobs;
mod locales;
mod logs;
mod parts;
mod policies;
mod runtime;
mod shelf;
mod tags;
mod transfers;
mod trees;
mod versions;

pub(crate) use contents::Contents;
pub(crate) use jobs::{Bell, keep_building};
pub(crate) use runtime::{Talks, answer_runtime, keep_sessions, sessions_places};

use crate::api::Draw;
use crate::call::{Ask, Call, internal};
use crate::desk::Answered;
use sotto_conversation::bot::{BotVersion, Id, LocaleId, Name};
use sotto_conversation::registry::{
    Alias, Bot, BotError, Draft, LocaleHead, Outcome, Scope, Seconds, Shelf, Version,
};
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_public::{Place, Public};
use sotto_storage::Batch;
use sotto_trail::ResourceName;
use sotto_wire::{Fault, Value, message};
use std::sync::Arc;

/// The answer to an operation of the build API.
pub(crate) async fn answer_models(call: &mut Call<'_>) -> Answered {
    let operation = call.operation().to_owned();
    if let Some(answer) = bots::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = versions::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = aliases::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = locales::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = parts::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = transfers::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = builtins::answer(call, &operation) {
        return answer;
    }
    if let Some(answer) = tags::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = policies::answer(call, &operation).await {
        return answer;
    }
    Err(call.refuse_unserved())
}

/// The answer to an operation of ours about bots.
pub(crate) async fn answer_own(call: &mut Call<'_>) -> Option<Answered> {
    match classify::answer_own(call).await {
        Some(answer) => Some(answer),
        None => logs::answer_own(call).await,
    }
}

/// What a refusal of the registry is on the wire. Operations without `ResourceNotFoundException` say the same as a precondition.
fn fault(call: &Call<'_>, error: BotError) -> Fault {
    fault_of(&call.wire, error)
}

fn fault_of(wire: &sotto_wire::Call, error: BotError) -> Fault {
    let words = message!("{}", crate::record::configured(&error));
    match error {
        BotError::NotFound(_) if wire.has_error("ResourceNotFoundException") => {
            Fault::new("ResourceNotFoundException", words)
        }
        BotError::NotFound(_) | BotError::Exists(_) | BotError::Precondition(_)
            if wire.has_error("PreconditionFailedException") =>
        {
            Fault::new("PreconditionFailedException", words)
        }
        BotError::Quota { .. } => Fault::new("ServiceQuotaExceededException", words),
        BotError::Conflict(_) => Fault::new("ConflictException", words),
        BotError::Stale => Fault::new(STALE, words),
        _ => Fault::new("ValidationException", words),
    }
}

/// A change that was decided on what is not there any more: it is decided again, and its name leaves only when that went wrong too
/// often.
const STALE: &str = "ConflictException";
/// How often a change is decided again because the locale was changed meanwhile.
const EDITS_MAX: usize = 8;

fn invalid(words: impl Into<sotto_wire::Message>) -> Fault {
    Fault::new("ValidationException", words)
}

/// Account and Region of the request.
fn scope(call: &Call<'_>) -> Result<Scope, Fault> {
    Ok(Scope { account: call.account()?, region: call.region().clone() })
}

fn now(call: &Call<'_>) -> Seconds {
    crate::desk::seconds(call)
}

fn instant(seconds: Seconds) -> Value {
    Value::Time(crate::desk::instant(seconds))
}

fn shelf(call: &Call<'_>, scope: &Scope) -> Arc<Shelf> {
    call.snapshot().rooms.bots.shelf(scope).cloned().unwrap_or_default()
}

/// A new id.
fn new_id(call: &Call<'_>) -> Id {
    Id::from_random(call.draw().bytes())
}

/// The id of a member.
fn id(call: &Call<'_>, member: &'static str) -> Result<Id, Fault> {
    let text = call.input().public(member).ok_or_else(|| missing(member))?;
    Id::parse(text.get()).map_err(|_| invalid(message!("Value at '{}' is no id", member)))
}

/// The name of a member.
fn name(call: &Call<'_>, member: &'static str) -> Result<Name, Fault> {
    let text = call.input().public(member).ok_or_else(|| missing(member))?;
    Name::parse(text.get()).map_err(|_| invalid(message!("Value at '{}' is no name", member)))
}

/// The version of a member.
fn version(call: &Call<'_>, member: &'static str) -> Result<BotVersion, Fault> {
    let text = call.input().public(member).ok_or_else(|| missing(member))?;
    BotVersion::parse(text.get()).map_err(|_| invalid(message!("Value at '{}' is no version", member)))
}

/// The locale of a member.
fn locale_id(call: &Call<'_>, member: &'static str) -> Result<LocaleId, Fault> {
    let text = call.input().public(member).ok_or_else(|| missing(member))?;
    let parsed = LocaleId::parse(text.get()).ok();
    let known = parsed.filter(|id| sotto_conversation::language_name(id).is_some());
    known.ok_or_else(|| invalid(message!("Value at '{}' is no language that Lex V2 has", member)))
}

fn missing(member: &'static str) -> Fault {
    invalid(message!(
        "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must not be null",
        member
    ))
}

/// A bot that a request means.
struct Meant {
    scope: Scope,
    id: Id,
}

impl Meant {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        Ok(Self { scope: scope(call)?, id: id(call, "botId")? })
    }

    fn bot(&self, call: &Call<'_>) -> Result<Arc<Bot>, Fault> {
        let found = call.snapshot().rooms.bots.bot(&self.scope, &self.id).cloned();
        found.ok_or_else(|| fault(call, BotError::NotFound("bot")))
    }

    fn arn(&self) -> Public<String> {
        arn(&self.scope, &format!("bot/{}", self.id))
    }

    fn alias_arn(&self, alias: &Id) -> Public<String> {
        arn(&self.scope, &format!("bot-alias/{}/{alias}", self.id))
    }

    fn resource(&self, call: &Call<'_>) -> Resource {
        let resource = Resource::new(self.arn().get()).of_account(&self.scope.account);
        match call.snapshot().rooms.bots.bot(&self.scope, &self.id) {
            Some(bot) => tags::with_values(call, resource, (&self.scope, &self.id), &bot.tags),
            None => resource,
        }
    }

    fn alias_resource(&self, call: &Call<'_>, alias: &Id) -> Resource {
        let resource = Resource::new(self.alias_arn(alias).get()).of_account(&self.scope.account);
        let bot = call.snapshot().rooms.bots.bot(&self.scope, &self.id);
        match bot.and_then(|bot| bot.aliases.get(alias)) {
            Some(found) => tags::with_values(call, resource, (&self.scope, alias), &found.tags),
            None => resource,
        }
    }

    /// Asks for the operation on the bot.
    fn may(&self, call: &mut Call<'_>) -> Result<Permit<ReadDirectory>, Fault> {
        let resource = self.resource(call);
        may(call, "AWS::Lex::Bot", self.arn(), resource, Context::new())
    }

    /// Asks for the operation on one of the bot's aliases.
    fn may_alias(&self, call: &mut Call<'_>, alias: &Id) -> Result<Permit<ReadDirectory>, Fault> {
        let resource = self.alias_resource(call, alias);
        may(call, "AWS::Lex::BotAlias", self.alias_arn(alias), resource, Context::new())
    }
}

/// A locale that a request means.
struct MeantLocale {
    bot: Meant,
    version: BotVersion,
    locale: LocaleId,
}

impl MeantLocale {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let (version, locale) = (version(call, "botVersion")?, locale_id(call, "localeId")?);
        Ok(Self { bot: Meant::of(call)?, version, locale })
    }

    fn head(&self, call: &Call<'_>) -> Result<LocaleHead, Fault> {
        let bot = self.bot.bot(call)?;
        version_of(call, &bot, self.version)?;
        let head = bot.locale(self.version, &self.locale).cloned();
        head.ok_or_else(|| fault(call, BotError::NotFound("locale")))
    }
}

fn version_of<'b>(call: &Call<'_>, bot: &'b Bot, version: BotVersion) -> Result<&'b Version, Fault> {
    bot.version(version).ok_or_else(|| fault(call, BotError::NotFound("version")))
}

fn alias_of<'b>(call: &Call<'_>, bot: &'b Bot, alias: &Id) -> Result<&'b Alias, Fault> {
    bot.aliases.get(alias).ok_or_else(|| fault(call, BotError::NotFound("alias")))
}

fn arn(scope: &Scope, below: &str) -> Public<String> {
    let partition = scope.region.partition();
    crate::record::configured(&format_args!("arn:{partition}:lex:{}:{}:{below}", scope.region, scope.account))
}

/// Asks for the operation on a resource, which the record then names.
fn may(
    call: &mut Call<'_>,
    kind: &'static str,
    name: Public<String>,
    resource: Resource,
    context: Context,
) -> Result<Permit<ReadDirectory>, Fault> {
    call.concerns(ResourceName { kind: kind.into(), name });
    let ask = Ask::of(call.notes.action.clone()).on(resource).with(context);
    crate::desk::permit(call, ask)
}

/// Asks for the operation on nothing in particular.
fn may_generally(call: &mut Call<'_>) -> Result<Permit<ReadDirectory>, Fault> {
    let ask = Ask::of(call.notes.action.clone());
    crate::desk::permit(call, ask)
}

/// Handing a role to a bot is `iam:PassRole` (Lex V2 Developer Guide, "Identity-based policies").
fn may_pass(call: &mut Call<'_>, role: &Public<String>) -> Result<(), Fault> {
    let account = call.account()?;
    let own = role.get().split(':').nth(4) == Some(account.as_str());
    if !own {
        return Err(invalid("Value at 'roleArn' names a role of another account"));
    }
    let on = Resource::new(role.get()).of_account(&account);
    let to = Context::new().with("iam:PassedToService", "lexv2.amazonaws.com");
    call.authorize(Ask::new("iam:PassRole").on(on).with(to)).map(drop)
}

/// Decides on the newest registry and commits. Contents that nobody names any more go with the change.
async fn change<T>(
    call: &mut Call<'_>,
    mut decide: impl FnMut(&mut Draft, &mut Batch, &mut Draw<'_>) -> Outcome<T>,
) -> Result<T, Fault> {
    let wire = call.wire.clone();
    let changed = call.transact(|drafts, draw| {
        let done =
            decide(&mut drafts.bots, &mut drafts.also, draw).map_err(|error| fault_of(&wire, error))?;
        contents::settle(&drafts.bots, &mut drafts.also);
        Ok(done)
    });
    changed.await
}

/// Where the description, the settings and other sealed words of something stand.
fn words_place(scope: &Scope, id: &Id, what: &'static str) -> Place {
    Place::new("bot words").with(&scope.account).with(&scope.region).with(&id.public()).with(&what)
}

/// A page of items in order: those behind the token, at most as many as are wanted, and the next token.
fn page<T>(call: &Call<'_>, items: Vec<T>) -> (Vec<T>, Option<Public<String>>) {
    let most = call.input().integer("maxResults").and_then(|count| usize::try_from(count).ok());
    let most = most.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX);
    let behind =
        call.input().public("nextToken").and_then(|token| token.get().parse::<usize>().ok()).unwrap_or(0);
    let end = behind.saturating_add(most);
    let next = (items.len() > end).then(|| crate::record::configured(&end));
    (items.into_iter().skip(behind).take(most).collect(), next)
}

/// Items of a page where nothing else is said, and at most (Lex V2 API Reference, `maxResults`).
const PAGE_ITEMS: usize = 100;
const PAGE_ITEMS_MAX: usize = 1_000;

/// Nothing was there of what must be.
fn broken() -> Fault {
    internal()
}
