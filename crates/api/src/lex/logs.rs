//! What of a conversation is written down, and where? [`keep_turn`] makes the entry of a turn and puts it into the log groups of the alias,
//! values of slots as claims, in the name of the bot's role. Operations of ours say how far obfuscation goes: `PutBotLogMode`,
//! `GetBotLogMode`.
//!
//! Lex V2 trusts the same role: it must let `lexv2.amazonaws.com` assume it, and may create streams and put events ("IAM policies for
//! conversation logs", Lex V2 Developer Guide). A log is written at best effort, as on AWS: a turn whose entry cannot be written is
//! answered all the same, and counted in `AWS/Lex`, `ConversationLogsTextDeliveryFailure`. Never is an entry written with less hidden
//! than its settings say: what cannot be made is not written. Bots that children use are not logged (COPPA).

use super::trees::{opened, sealed_by};
use super::{Meant, alias_of, change, id, missing, now};
use crate::api::Api;
use crate::call::Call;
use crate::desk::Answered;
use crate::follows::{OfSlot, Values, claim};
use crate::logs::{Event, RoleLog, Writer, keep_lines};
use crate::state::Snapshot;
use sotto_arn::{AccountId, Action, PrincipalArn};
use sotto_conversation::bot::{AliasSettings, Locale, LogMode, TextLog};
use sotto_conversation::capture::CaptureSettings;
use sotto_conversation::dialog::{Suspended, Turn};
use sotto_conversation::registry::{Alias, Bot, BotError, Scope};
use sotto_conversation::transcript::{Entry, Gap, LogSettings, Mode, Request, entry, follow, gaps};
use sotto_directory::Role;
use sotto_iam::{AssumeRole, Context, Principal, Resource};
use sotto_logs::{MetricDimension, MetricId, MetricSet, Millis, Statistics, StreamName, add_statistics};
use sotto_protect::Claim;
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Output};
use std::sync::Arc;

/// The name of the session in which a role writes conversation logs.
const SESSION: &str = "lex-conversation-logs";

/// A turn that is over, and whose.
pub(crate) struct LoggedTurn<'a> {
    /// Account and Region.
    pub(crate) scope: &'a Scope,
    /// The alias that the bot was reached by.
    pub(crate) alias: &'a Public<String>,
    /// Its settings.
    pub(crate) settings: &'a AliasSettings,
    /// The role that the bot writes logs as.
    pub(crate) role: &'a Public<String>,
    /// Whether children use the bot.
    pub(crate) of_children: bool,
    /// What the entry says beside the turn.
    pub(crate) request: &'a Request<'a>,
    /// The turn.
    pub(crate) turn: &'a Turn,
}

/// Writes a turn down, where the alias says so. The turn's answer is not withheld for a log that cannot be written.
pub(crate) async fn keep_turn(api: &Api, meant: LoggedTurn<'_>) {
    if meant.of_children {
        return;
    }
    for text in meant.settings.text_logs() {
        let capture = CaptureSettings { enabled: true, selective: text.is_selective() };
        let how = LogSettings { mode: mode_of(meant.settings.log_mode()), capture };
        let Some(entry) = entry(meant.request, meant.turn, how) else { continue };
        if meant.write(api, text, entry).await.is_none() {
            meant.count_failure(api).await;
        }
    }
}

/// The values of a conversation that are followed through what its code hook prints; nothing where the alias does not want it.
pub(crate) fn followed_values(
    settings: &AliasSettings,
    (suspended, locale): (&Suspended, &Locale),
) -> Option<Arc<Values>> {
    let strict = settings.log_mode() == LogMode::Strict;
    let values = || Values::of(follow(locale, suspended.session(), suspended.heard()), locale);
    strict.then(|| Arc::new(values()))
}

const fn mode_of(mode: LogMode) -> Mode {
    match mode {
        LogMode::Strict => Mode::Strict,
        LogMode::Compat => Mode::Compat,
    }
}

/// The values of slots in an entry.
fn claims_of(entry: &Entry, locale: &Locale) -> Option<Vec<Claim>> {
    let of = |span: &sotto_conversation::transcript::SlotSpan| {
        claim(span.bytes, span.slot.as_str(), OfSlot::of(locale, &span.slot))
    };
    entry.spans.iter().map(of).collect()
}

impl LoggedTurn<'_> {
    /// Puts an entry into a log; nothing when that cannot be done.
    async fn write(&self, api: &Api, text: &TextLog, entry: Entry) -> Option<()> {
        let snapshot = api.state.now();
        let (to, writer) = (self.log(text)?, self.writer(api, &snapshot)?);
        // An entry of which a single place cannot be named is not written.
        let claims = claims_of(&entry, self.request.locale)?;
        let event = Event { timestamp: Millis::of(api.now()), message: entry.text, claims };
        keep_lines(api, &writer, &to, vec![event]).await.ok()
    }

    /// The log group of the settings, in the account and Region of the bot, and a stream of it: one for each language and day.
    fn log(&self, text: &TextLog) -> Option<RoleLog> {
        let to = &text.destination.cloud_watch;
        let group = to.log_group()?;
        if *group.account() != self.scope.account || *group.region() != self.scope.region {
            return None;
        }
        let facts = self.request.bot;
        let stream = crate::record::configured(&format_args!(
            "{}{}/{}/{}/{}",
            to.stream_prefix()?,
            facts.id,
            facts.alias_id,
            facts.locale,
            day(self.request.now)
        ));
        let scope =
            sotto_logs::Scope { account: self.scope.account.clone(), region: self.scope.region.clone() };
        let (name, stream) = (group.name().clone(), StreamName::parse(stream).ok()?);
        Some(RoleLog { scope, name, stream, makes_group: false })
    }

    /// A session of the bot's role, while the role trusts Lex.
    fn writer(&self, api: &Api, snapshot: &Arc<Snapshot>) -> Option<Writer> {
        let (role, parsed) = role_of(snapshot, self.role, &self.scope.account)?;
        let context = Context::at(api.now())
            .with("aws:SourceArn", self.alias.get().as_str())
            .with("aws:SourceAccount", self.scope.account.as_str());
        let action = Action::parse("sts:AssumeRole").ok()?;
        let on = Resource::new(self.role.get()).of_account(&self.scope.account);
        let lex = Principal::service("lexv2.amazonaws.com");
        let request = sotto_iam::Request::new(lex, action, on, context);
        let decided = snapshot.policies.authorize::<AssumeRole>(&request, api.now());
        let _trusted = decided.into_permit().ok()?;
        let session = RawText::new(SESSION.to_owned());
        Writer::of(api, snapshot, (&parsed, &role), ("lexv2", &session))
    }

    /// An entry was not written. What counts it may fail, too: then nobody knows.
    async fn count_failure(&self, api: &Api) {
        let dimension = |name: &'static str, value: &Public<String>| MetricDimension {
            name: crate::record::resting(name),
            value: crate::record::resting(value.get()),
        };
        let facts = self.request.bot;
        let mut dimensions = vec![
            dimension("BotId", &facts.id.public()),
            dimension("BotAliasId", &facts.alias_id.public()),
            dimension("LocaleId", &facts.locale.public()),
        ];
        dimensions.sort();
        let metric = MetricId {
            scope: sotto_logs::Scope {
                account: self.scope.account.clone(),
                region: self.scope.region.clone(),
            },
            namespace: "AWS/Lex".into(),
            name: "ConversationLogsTextDeliveryFailure".into(),
            dimensions,
        };
        let (at, statistics) = (Millis::of(api.now()), Statistics::of(1.0, 1));
        let set = MetricSet { metric, unit: Some("Count".into()), at, statistics };
        let writer = api.logs.metric_writer().lock().await;
        let _counted = add_statistics(&*api.store, *writer, vec![set]).await;
    }
}

fn role_of(
    snapshot: &Snapshot,
    name: &Public<String>,
    account: &AccountId,
) -> Option<(Arc<Role>, PrincipalArn)> {
    let parsed = PrincipalArn::parse(name.get()).ok().filter(|arn| arn.account() == account)?;
    let role = snapshot.rooms.directory.account(account)?.role(parsed.name())?;
    Some((Arc::clone(role), parsed))
}

/// An instant in seconds since 1970, as entries write it (ISO 8601).
pub(crate) fn timestamp(seconds: u64) -> String {
    let rest = seconds % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", day(seconds), rest / 3_600, rest / 60 % 60, rest % 60)
}

/// The day of an instant in seconds since 1970, as ISO 8601 writes it, by the proleptic Gregorian calendar.
fn day(seconds: u64) -> String {
    let days = i64::try_from(seconds / 86_400).unwrap_or_default() + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + i64::from(month <= 2))
}

/// The answer to an operation of ours about conversation logs.
pub(crate) async fn answer_own(call: &mut Call<'_>) -> Option<Answered> {
    Some(match call.operation().to_owned().as_str() {
        "PutBotLogMode" => put(call).await,
        "GetBotLogMode" => get(call).await,
        _ => return None,
    })
}

async fn put(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = (Meant::of(call)?, id(call, "botAliasId")?);
    let word = call.input().public("mode").ok_or_else(|| missing("mode"))?;
    let mode = LogMode::parse(word.get())
        .ok_or_else(|| super::invalid("Value at 'mode' is neither strict nor compat"))?;
    let (name, resource) = (meant.alias_arn(&alias), meant.alias_resource(call, &alias));
    let context = Context::new().with("sotto:LogMode", mode.as_str());
    let _asked = super::may(call, "AWS::Lex::BotAlias", name, resource, context)?;
    let (api, at) = (call.api, now(call));
    change(call, |draft, _, _| {
        let bot = draft.bot(&meant.scope, &meant.id)?;
        let before = bot.aliases.get(&alias).ok_or(BotError::NotFound("alias"))?;
        let place = (&meant.scope, &alias, "settings");
        let read = opened::<AliasSettings>(&api.store_key, place, &before.settings).ok();
        let settings = read.map(|settings| AliasSettings { log_mode: Some(mode), ..settings });
        let sealed = settings.and_then(|settings| sealed_by(api, place, &settings).ok());
        let sealed = sealed.ok_or(BotError::Invalid("the settings of the alias cannot be read"))?;
        draft.set_alias(&meant.scope, &meant.id, &alias, (sealed, at))
    })
    .await?;
    shown(call, &meant, &alias).await
}

async fn get(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = (Meant::of(call)?, id(call, "botAliasId")?);
    let _asked = meant.may_alias(call, &alias)?;
    shown(call, &meant, &alias).await
}

/// The mode of an alias, and what it leaves open in each of its languages.
async fn shown(call: &Call<'_>, meant: &Meant, alias: &sotto_conversation::bot::Id) -> Answered {
    let bot = meant.bot(call)?;
    let found = alias_of(call, &bot, alias)?;
    let settings: AliasSettings =
        opened(call.store_key(), (&meant.scope, alias, "settings"), &found.settings)?;
    let mode = settings.log_mode();
    let mut warnings = Vec::new();
    for (locale, gap) in open_gaps(call.api, meant, (&bot, found), mode_of(mode)).await? {
        let warning = Output::new()
            .with("localeId", locale.public())
            .with("gap", gap.name())
            .with("message", crate::record::configured(&gap));
        warnings.push(warning);
    }
    Ok(Output::new()
        .with("botId", meant.id.public())
        .with("botAliasId", alias.public())
        .with("mode", mode.as_str())
        .with("warnings", warnings))
}

async fn open_gaps(
    api: &Api,
    meant: &Meant,
    (bot, alias): (&Bot, &Alias),
    mode: Mode,
) -> Result<Vec<(sotto_conversation::bot::LocaleId, Gap)>, Fault> {
    let version = alias.version.and_then(|version| bot.version(version));
    let Some(version) = version.filter(|_| mode == Mode::Compat) else { return Ok(Vec::new()) };
    let mut open = Vec::new();
    for (id, head) in &version.locales {
        let locale = super::contents::locale(api, &meant.scope, head.content).await?;
        // Speech is not recorded: there is nowhere to put it yet.
        open.extend(gaps(&locale, mode, false).into_iter().map(|gap| (id.clone(), gap)));
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let check = |seconds: u64, wanted: &str| assert_eq!(day(seconds), wanted);
        check(0, "1970-01-01");
        check(86_399, "1970-01-01");
        check(951_782_400, "2000-02-29");
        check(1_709_164_800, "2024-02-29");
        check(1_795_305_600, "2026-11-22");
        check(4_107_542_400, "2100-03-01");
        assert_eq!(timestamp(1_795_305_600 + 3_723), "2026-11-22T01:02:03Z");
    }
}
