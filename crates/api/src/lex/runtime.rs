//! What does the runtime API of Lex V2 answer? Which conversation a request means, who may hold it, and which file of `runtime/`
//! does what: one turn (`turn`), the functions that it asks (`hooks`), what is remembered (`sessions`, `sweep`), what understands
//! (`models`), and the two forms of requests and answers (`text`, `packed`).
//!
//! A turn reads the session from the store, is thought out, and is written back sealed, with its record of the trail, in one commit
//! on the version that it was read at. So any server may take the next turn, two turns of one conversation never both count, and
//! what was answered survives a crash.

mod hooks;
mod models;
mod packed;
mod sessions;
mod stored;
mod sweep;
mod text;
mod turn;
mod utterance;

pub(crate) use sessions::sessions_places;
pub(crate) use sweep::keep_sessions;

use self::models::Models;
use self::sessions::InTurn;
use self::sweep::Counts;
use super::trees::opened;
use super::{Meant, id, locale_id};
use crate::api::Api;
use crate::call::{Ask, Call};
use crate::desk::Answered;
use sotto_conversation::bot::{AliasSettings, BotSettings, BotVersion, Id, LocaleId};
use sotto_conversation::dialog::BotFacts;
use sotto_conversation::registry::{Alias, Bot, Built};
use sotto_iam::{Act, Permit};
use sotto_public::Public;
use sotto_trail::ResourceName;
use sotto_wire::{Common, Fault, message};
use std::sync::Arc;
use std::time::SystemTime;

/// What conversations share in this process; nothing of it is needed by another one.
#[derive(Default)]
pub(crate) struct Talks {
    /// Who understands.
    models: Models,
    /// Conversations that have a turn now.
    turns: InTurn,
    /// How many there are.
    counts: Counts,
}

/// The answer to an operation of the runtime API.
pub(crate) async fn answer_runtime(call: &mut Call<'_>) -> Answered {
    match call.operation() {
        "RecognizeText" => text::answer(call).await,
        "RecognizeUtterance" => utterance::answer(call).await,
        "PutSession" => stored::put(call).await,
        "GetSession" => stored::get(call).await,
        "DeleteSession" => stored::delete(call).await,
        "StartConversation" => Err(streams(call)),
        _ => Err(call.refuse_unserved()),
    }
}

/// Streams are refused by name, to whoever may ask for them.
fn streams(call: &mut Call<'_>) -> Fault {
    let asked = Asked::of(call).and_then(|asked| asked.may::<sotto_iam::Converse>(call));
    match asked {
        Err(fault) => fault,
        Ok(_permit) => Fault::common(
            Common::NotImplemented,
            "StartConversation is not available in this release: it is a stream in both directions over HTTP/2; use \
             RecognizeText or RecognizeUtterance",
        ),
    }
}

/// What a request names: a bot, one of its aliases, a language.
pub(super) struct Asked {
    meant: Meant,
    alias: Id,
    locale: LocaleId,
}

impl Asked {
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let (alias, locale) = (id(call, "botAliasId")?, locale_id(call, "localeId")?);
        Ok(Self { meant: Meant::of(call)?, alias, locale })
    }

    /// Who may ask of what, which the record then names.
    pub(super) fn ask(&self, call: &mut Call<'_>) -> Ask {
        let name = self.meant.alias_arn(&self.alias);
        call.concerns(ResourceName { kind: "AWS::Lex::BotAlias".into(), name });
        Ask::of(call.notes.action.clone()).on(self.meant.alias_resource(call, &self.alias))
    }

    /// Asks for the operation on the alias.
    pub(super) fn may<A: Act>(&self, call: &mut Call<'_>) -> Result<Permit<A>, Fault> {
        let ask = self.ask(call);
        call.authorize_as::<A>(ask)
    }

    /// What is talked with, for whoever may.
    pub(super) fn found(self, call: &Call<'_>) -> Result<Talk, Fault> {
        let bot = call.snapshot().rooms.bots.bot(&self.meant.scope, &self.meant.id).cloned();
        let bot = bot.ok_or_else(|| gone("there is no such bot"))?;
        let alias = bot.aliases.get(&self.alias).ok_or_else(|| gone("the bot has no such alias"))?;
        let key = call.store_key();
        let settings: AliasSettings =
            opened(key, (&self.meant.scope, &alias.id, "settings"), &alias.settings)?;
        if !settings.is_enabled(self.locale.as_str()) {
            return Err(gone("the language is not enabled for the alias"));
        }
        let version = alias.version.ok_or_else(|| gone("the alias points to no version"))?;
        let (built, role) = built(&bot, version, &self.locale)?;
        let head = bot.version(version).ok_or_else(|| gone("the alias points to no version"))?;
        let of_bot: BotSettings = opened(key, (&self.meant.scope, &bot.id, "settings"), &head.settings)?;
        let facts = facts(&bot, alias, (version, &self.locale));
        Ok(Talk {
            arn: self.meant.alias_arn(&self.alias),
            meant: self.meant,
            facts,
            built,
            role,
            settings,
            of_bot,
        })
    }
}

/// What conversations run on: of the draft what was built last.
fn built(bot: &Bot, version: BotVersion, locale: &LocaleId) -> Result<(Built, Public<String>), Fault> {
    let head = bot.version(version).ok_or_else(|| gone("the alias points to no version"))?;
    let found = head.locales.get(locale).ok_or_else(|| gone("the bot does not have the language"))?;
    let built = found.built.ok_or_else(|| gone("the language was never built; call BuildBotLocale"))?;
    Ok((built, head.role.clone()))
}

fn facts(bot: &Arc<Bot>, alias: &Alias, (version, locale): (BotVersion, &LocaleId)) -> BotFacts {
    BotFacts {
        id: bot.id.clone(),
        name: bot.name.clone(),
        alias_id: alias.id.clone(),
        alias_name: alias.name.clone(),
        version,
        locale: locale.clone(),
    }
}

/// A bot that is talked with: as it was built, by an alias, in a language.
pub(super) struct Talk {
    meant: Meant,
    /// The alias, by its ARN: what functions know as the source of a call.
    pub(super) arn: Public<String>,
    pub(super) facts: BotFacts,
    pub(super) built: Built,
    /// The role that the bot writes logs as.
    pub(super) role: Public<String>,
    pub(super) settings: AliasSettings,
    pub(super) of_bot: BotSettings,
}

fn gone(words: &'static str) -> Fault {
    Fault::new("ResourceNotFoundException", message!("{}", words))
}

/// Another turn of the same conversation is going on, or came first.
fn busy() -> Fault {
    Fault::new(
        "ConflictException",
        "another request of the same session is being worked on; send the next one after its answer",
    )
}

/// Whole seconds since 1970, by the server's clock and not by the beginning of the request: a function may have taken long.
fn seconds(api: &Api) -> u64 {
    api.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
