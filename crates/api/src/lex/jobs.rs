//! What is done for bots in the background? Locales are built, archives taken in, exports made ready, and old ones go.
//!
//! What waits stands in the registry, so a process that ends in between loses nothing: whoever finds it takes it for a bounded time,
//! alone, and writes what came of it on the condition that it is still its own. What cannot be done is a failure with its
//! reasons, never a job that comes again for ever.

use super::{contents, words_place};
use crate::api::{Api, Draw};
use crate::state::NotChanged;
use sotto_conversation::archive::open_archive;
use sotto_conversation::bot::{
    AliasSettings, BotSettings, BotVersion, Id, Locale, LocaleId, Name, Shape, TEST_ALIAS, Tree,
};
use sotto_conversation::check::check;
use sotto_conversation::import::{Imported, import};
use sotto_conversation::merge::{Strategy, merged};
use sotto_conversation::registry::{
    BotError, BotUpdate, Built, ContentId, Done, Draft, Job, NewBot, Outcome, Scope, Seconds, Tags, Transfer,
    TransferKind,
};
use sotto_kms::Sealed;
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_storage::Batch;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

/// Rings when something was asked for.
pub(crate) type Bell = tokio::sync::Notify;

/// Between two looks when nothing rings: for what others asked for, and what others left behind.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// For how long a job is taken; a build that takes longer holds on to it.
const HELD_SECONDS: Seconds = 60;
/// How often a build holds on.
const RENEW_EVERY: Duration = Duration::from_secs(15);

/// Does what is due, as long as there is an `Api`.
pub(crate) async fn keep_building(api: Weak<Api>) {
    loop {
        let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
        let now = seconds(&api);
        for (scope, id) in api.state.now().rooms.bots.expired(now) {
            // What was not deleted now is looked at again.
            let _ = act(&api, None, |draft, _| draft.delete_transfer(&scope, &id)).await;
        }
        for (scope, job) in api.state.now().rooms.bots.due(now) {
            match job {
                Job::Build(bot, locale) => build(&api, &scope, (&bot, &locale)).await,
                Job::Transfer(id) => transfer(&api, &scope, &id).await,
            }
        }
        let bell = Arc::clone(&api.build_bell);
        drop(api);
        let _ = tokio::time::timeout(LOOK_EVERY, bell.notified()).await;
    }
}

fn seconds(api: &Api) -> Seconds {
    api.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Decides on the newest registry and commits, with a record where one is named.
async fn act<T>(
    api: &Api,
    event: Option<(&str, &Scope, &Id)>,
    mut decide: impl FnMut(&mut Draft, &mut Batch) -> Outcome<T>,
) -> Option<T> {
    let row = event.and_then(|(name, scope, id)| {
        let arn = super::arn(scope, &format!("bot/{id}"));
        api.bot_event(name, scope, ("AWS::Lex::Bot", arn))
    });
    let changed = api.state.change(
        |drafts| {
            let done = decide(&mut drafts.bots, &mut drafts.also)?;
            contents::settle(&drafts.bots, &mut drafts.also);
            Ok::<_, BotError>(done)
        },
        |_| row.iter().cloned().collect(),
    );
    match changed.await {
        Ok((done, _)) => Some(done),
        Err(NotChanged::Refused(_) | NotChanged::Store(_)) => None,
    }
}

/// Builds a locale: checks it and trains what understands it.
async fn build(api: &Api, scope: &Scope, place: (&Id, &LocaleId)) {
    let now = seconds(api);
    let mut held = now + HELD_SECONDS;
    let Some(content) = act(api, None, |draft, _| draft.hold_build(scope, place, now, held)).await else {
        return;
    };
    let Ok(locale) = contents::locale(api, scope, content).await else { return };
    let mut training = tokio::task::spawn_blocking(move || trained(&locale));
    let trained = loop {
        if let Ok(trained) = tokio::time::timeout(RENEW_EVERY, &mut training).await {
            break trained.unwrap_or_else(|_| Err(vec!["the locale cannot be built by this release".into()]));
        }
        let until = seconds(api) + HELD_SECONDS;
        if act(api, None, |draft, _| draft.renew_build(scope, place, held, until)).await.is_some() {
            held = until;
        }
    };
    let event = Some(("lex:BuildBotLocale", scope, place.0));
    let done = act(api, event, |draft, also| {
        let outcome = match &trained {
            Err(failures) => Err(failures.clone()),
            Ok(raw) => kept(api, also, scope, raw).map(|model| Built { content, model }),
        };
        draft.finish_build(scope, place, held, outcome)
    });
    // Where the store did not take it, the next holder builds again.
    let _ = done.await;
}

/// Writes what was made under a new number.
fn kept(
    api: &Api,
    also: &mut Batch,
    scope: &Scope,
    raw: &RawBytes,
) -> Result<ContentId, Vec<Public<String>>> {
    let failed = || vec!["what was trained is larger than this release can hold".into()];
    let content = contents::reserve(api.draw(), raw).ok_or_else(failed)?;
    contents::write((&api.store_key, api.draw()), also, (scope, content), raw).map_err(|_| failed())?;
    Ok(content)
}

/// The model of a locale, as it rests; or why there cannot be one.
fn trained(locale: &Locale) -> Result<RawBytes, Vec<Public<String>>> {
    let failures = check(locale);
    if !failures.is_empty() {
        return Err(failures.iter().map(|failure| crate::record::configured(failure)).collect());
    }
    Ok(super::contents::model_of(locale))
}

/// Does what an import or an export asks for.
async fn transfer(api: &Api, scope: &Scope, id: &Id) {
    let now = seconds(api);
    let held = now + HELD_SECONDS;
    let Some(transfer) = act(api, None, |draft, _| draft.hold_transfer(scope, id, now, held)).await else {
        return;
    };
    match &transfer.kind {
        TransferKind::Import { .. } => take_in(api, scope, &transfer, (now, held)).await,
        TransferKind::Export { bot, version, locale, .. } => {
            let there = super::transfers::files(api, scope, (bot, *version, locale.as_ref())).await.is_ok();
            let outcome = || if there { Ok(Done::default()) } else { Err(None) };
            let event = Some(("lex:FinishExport", scope, bot));
            let _ =
                act(api, event, |draft, _| draft.finish_transfer(scope, id, (held, now), outcome())).await;
        }
    }
}

/// Takes an archive in.
async fn take_in(api: &Api, scope: &Scope, transfer: &Transfer, (now, held): (Seconds, Seconds)) {
    let work = Work { api, scope, id: &transfer.id, now, held };
    let failed = match work.wanted(transfer).await {
        Err(reasons) => reasons,
        Ok(wanted) => match work.commit(&wanted).await {
            Ok(()) => return,
            Err(reasons) => reasons,
        },
    };
    let words = work.sealed_lines(&failed);
    let _ = act(api, None, |draft, _| draft.finish_transfer(scope, work.id, (held, now), Err(words.clone())))
        .await;
}

/// An import at work.
struct Work<'w> {
    api: &'w Api,
    scope: &'w Scope,
    id: &'w Id,
    now: Seconds,
    held: Seconds,
}

/// What is to be imported, read.
struct Wanted {
    request: Tree,
    strategy: Strategy,
    imported: Imported,
}

/// Why an import is not possible, in words that hold checked names and places.
type Reasons = Vec<String>;

fn reason(words: &dyn std::fmt::Display) -> Reasons {
    vec![words.to_string()]
}

impl Work<'_> {
    async fn wanted(&self, transfer: &Transfer) -> Result<Wanted, Reasons> {
        let TransferKind::Import { wanted: Some(wanted), archive: Some(archive), .. } = &transfer.kind else {
            return Err(reason(&"nothing was uploaded"));
        };
        let place = words_place(self.scope, self.id, "import");
        let unreadable = || reason(&"the request cannot be read any more");
        let request = self.api.store_key.open(&place, wanted).map_err(|_| unreadable())?;
        let request = Tree::read(&request).map_err(|_| unreadable())?;
        let archive = contents::read(self.api, self.scope, *archive)
            .await
            .map_err(|_| reason(&"the archive is gone"))?;
        let password =
            request.member("filePassword").and_then(Tree::as_words).map(sotto_conversation::Words::raw);
        let password = password.map(crate::context::copied);
        let (now, randomness) = (self.now, Arc::clone(&self.api.randomness));
        let read =
            tokio::task::spawn_blocking(move || read_archive(&archive, password.as_ref(), now, &*randomness));
        let imported = read.await.map_err(|_| reason(&"the archive cannot be read by this release"))??;
        let strategy = word(&request, "mergeStrategy").and_then(|text| Strategy::parse(&text));
        Ok(Wanted { strategy: strategy.unwrap_or(Strategy::FailOnConflict), request, imported })
    }

    /// Writes what was imported, all of it or nothing.
    async fn commit(&self, wanted: &Wanted) -> Result<(), Reasons> {
        let resource = wanted
            .request
            .member("resourceSpecification")
            .ok_or_else(|| reason(&"the request is incomplete"))?;
        match (resource.member("botImportSpecification"), resource.member("botLocaleImportSpecification")) {
            (Some(of), _) => self.commit_bot(wanted, of).await,
            (None, Some(of)) => self.commit_locale(wanted, of).await,
            (None, None) => Err(reason(&"the request is incomplete")),
        }
    }

    async fn commit_bot(&self, wanted: &Wanted, of: &Tree) -> Result<(), Reasons> {
        let name = word(of, "botName").and_then(|text| Name::parse(&text).ok());
        let name = name.ok_or_else(|| reason(&"the bot has no valid name"))?;
        let role = of.member("roleArn").and_then(Tree::as_words).map(|words| public_role(words.raw()));
        let role = role.ok_or_else(|| reason(&"the bot has no role"))?;
        let snapshot = self.api.state.now();
        let there =
            snapshot.rooms.bots.shelf(self.scope).and_then(|shelf| shelf.bot_named(name.as_str())).cloned();
        if there.is_some() && wanted.strategy == Strategy::FailOnConflict {
            return Err(reason(&BotError::Exists("bot")));
        }
        // Rights were asked for on the bot that was there then, or on none.
        let meets = wanted.request.member(super::transfers::MEETS).and_then(id_in);
        if there.as_ref().map(|bot| &bot.id) != meets.as_ref() {
            return Err(reason(&"the bot of this name is another one than when the import was asked for"));
        }
        let id =
            there.as_ref().map_or_else(|| Id::from_random(self.api.draw().bytes()), |bot| bot.id.clone());
        let settings = self.settings(&id, &bot_settings(wanted, of))?;
        let heads =
            there.as_ref().and_then(|bot| bot.version(BotVersion::Draft)).map(|draft| draft.locales.clone());
        let mut locales = Vec::new();
        for locale in &wanted.imported.locales {
            let head = heads.as_ref().and_then(|heads| heads.get(&locale.id));
            locales.push(self.merged(locale.clone(), head.map(|head| head.content), wanted.strategy).await?);
        }
        let new = self.new_bot((&id, &name, &role), settings.clone(), of)?;
        let update = BotUpdate { name, role, settings, now: self.now };
        let event = Some(("lex:FinishImport", self.scope, &id));
        let report = self.report(wanted);
        let mut refused = None;
        let done = act(self.api, event, |draft, also| {
            let mut write = || {
                match there.is_some() {
                    true => draft.update_bot(self.scope, &id, update.clone())?,
                    false => draft.create_bot(self.scope, new.clone())?,
                }
                for (locale, before, raw) in &locales {
                    self.put(draft, also, (&id, locale, *before), raw)?;
                }
                let done = Done { bot: Some(id.clone()), locale: None, report: report.clone() };
                draft.finish_transfer(self.scope, self.id, (self.held, self.now), Ok(done))
            };
            let written = write();
            refused = written.as_ref().err().cloned();
            written
        });
        done.await.ok_or_else(|| refusal(refused))
    }

    async fn commit_locale(&self, wanted: &Wanted, of: &Tree) -> Result<(), Reasons> {
        let bot = word(of, "botId").and_then(|text| Id::parse(&text).ok());
        let locale = word(of, "localeId").and_then(|text| LocaleId::parse(&text).ok());
        let (Some(bot), Some(locale)) = (bot, locale) else {
            return Err(reason(&"the request is incomplete"));
        };
        let mut found = wanted.imported.locales.iter().filter(|one| one.id == locale);
        let (Some(imported), None) = (found.next(), found.next()) else {
            return Err(vec![format!("the archive holds no locale `{locale}`")]);
        };
        let mut imported = imported.clone();
        let mut reader = sotto_conversation::bot::Reader::of("request");
        let said = sotto_conversation::bot::LocaleSettings::read(of, &mut reader);
        imported.settings.threshold = said.threshold.or(imported.settings.threshold);
        imported.settings.voice = said.voice.or(imported.settings.voice.take());
        let snapshot = self.api.state.now();
        let head = snapshot
            .rooms
            .bots
            .bot(self.scope, &bot)
            .and_then(|bot| bot.locale(BotVersion::Draft, &locale))
            .cloned();
        let (merged, before, raw) =
            self.merged(imported, head.map(|head| head.content), wanted.strategy).await?;
        let event = Some(("lex:FinishImport", self.scope, &bot));
        let report = self.report(wanted);
        let mut refused = None;
        let done = act(self.api, event, |draft, also| {
            let written = self.put(draft, also, (&bot, &merged, before), &raw).and_then(|()| {
                let done =
                    Done { bot: Some(bot.clone()), locale: Some(locale.clone()), report: report.clone() };
                draft.finish_transfer(self.scope, self.id, (self.held, self.now), Ok(done))
            });
            refused = written.as_ref().err().cloned();
            written
        });
        done.await.ok_or_else(|| refusal(refused))
    }

    /// A locale after the import, what it stands on, and as it rests.
    async fn merged(
        &self,
        locale: Locale,
        before: Option<ContentId>,
        strategy: Strategy,
    ) -> Result<(Locale, Option<ContentId>, RawBytes), Reasons> {
        let old = match before {
            None => None,
            Some(content) => {
                let read = contents::locale(self.api, self.scope, content).await;
                Some(read.map_err(|_| reason(&"the locale was changed meanwhile"))?)
            }
        };
        let draw = self.api.draw();
        let merged = merged(old.as_deref(), locale, strategy, &mut || Id::from_random(draw.bytes()));
        let merged = merged.map_err(|error| reason(&error))?;
        let raw = merged.to_resting();
        Ok((merged, before, raw))
    }

    fn put(
        &self,
        draft: &mut Draft,
        also: &mut Batch,
        (bot, locale, before): (&Id, &Locale, Option<ContentId>),
        raw: &RawBytes,
    ) -> Outcome<()> {
        let large = BotError::Invalid("the locale is larger than this release can hold");
        let content = contents::reserve(self.api.draw(), raw).ok_or_else(|| large.clone())?;
        draft.put_locale(self.scope, bot, locale, (content, before))?;
        contents::write((&self.api.store_key, self.api.draw()), also, (self.scope, content), raw)
            .map_err(|_| large)
    }

    fn new_bot(
        &self,
        (id, name, role): (&Id, &Name, &Public<String>),
        settings: Sealed,
        of: &Tree,
    ) -> Result<NewBot, Reasons> {
        let alias = Id::parse(TEST_ALIAS).map_err(|error| reason(&error))?;
        Ok(NewBot {
            id: id.clone(),
            name: name.clone(),
            role: role.clone(),
            settings,
            tags: self.tags(id, of.member("botTags"))?,
            alias_settings: self.settings(&alias, &AliasSettings::default())?,
            alias_tags: self.tags(&alias, of.member("testBotAliasTags"))?,
            now: self.now,
        })
    }

    fn settings<T: Shape>(&self, id: &Id, settings: &T) -> Result<Sealed, Reasons> {
        let bytes = settings.write(sotto_conversation::bot::Dialect::Export).to_json();
        let place = words_place(self.scope, id, "settings");
        let sealed = self.api.store_key.seal(&place, &bytes, self.api.draw().bytes());
        sealed.map_err(|_| reason(&"the settings are too long"))
    }

    fn tags(&self, id: &Id, tags: Option<&Tree>) -> Result<Tags, Reasons> {
        let Some(Tree::Map(entries)) = tags else { return Ok(Tags::new()) };
        let seal = |(key, value): &(sotto_conversation::Words, Tree)| {
            let key = public_role(key.raw());
            let raw = value.as_words().map(|words| crate::context::copied(words.raw())).unwrap_or_default();
            let place = super::tags::place(self.scope, id, &key);
            let sealed = self.api.store_key.seal_text(&place, raw, self.api.draw().bytes());
            sealed.map(|sealed| (key, sealed)).map_err(|_| reason(&"a tag is too long"))
        };
        entries.iter().map(seal).collect()
    }

    /// What was odd, sealed.
    fn report(&self, wanted: &Wanted) -> Option<Sealed> {
        let lines: Vec<String> =
            wanted.imported.warnings.iter().map(|one| format!("warning: {one}")).collect();
        if lines.is_empty() { None } else { self.sealed_lines(&lines) }
    }

    fn sealed_lines(&self, lines: &[String]) -> Option<Sealed> {
        let tree = Tree::List(lines.iter().map(|line| Tree::text(line)).collect());
        let place = words_place(self.scope, self.id, "report");
        self.api.store_key.seal(&place, &tree.to_json(), self.api.draw().bytes()).ok()
    }
}

/// Why a change was refused; nothing said means that the store did not take it, and that is not the archive's fault.
fn refusal(refused: Option<BotError>) -> Reasons {
    match refused {
        Some(error) => reason(&error),
        None => reason(&"the store did not take the import; start it again"),
    }
}

/// Reads an archive, on a thread that may block.
fn read_archive(
    archive: &RawBytes,
    password: Option<&RawText>,
    now: Seconds,
    randomness: &dyn crate::api::Randomness,
) -> Result<Imported, Reasons> {
    let files = open_archive(archive, password).map_err(|error| reason(&error))?;
    let draw = Draw::from(randomness);
    import(&files, now, &mut || Id::from_random(draw.bytes())).map_err(|error| reason(&error))
}

/// Settings of an imported bot: those of the archive, with what the request says over them.
fn bot_settings(wanted: &Wanted, of: &Tree) -> BotSettings {
    let mut settings = wanted.imported.settings.clone().unwrap_or_default();
    let said = BotSettings::read(of, &mut sotto_conversation::bot::Reader::of("request"));
    settings.privacy = said.privacy.or(settings.privacy);
    settings.ttl_seconds = said.ttl_seconds.or(settings.ttl_seconds);
    settings.description = said.description.or(settings.description);
    settings
}

/// The id that a member holds.
#[expect(clippy::disallowed_methods, reason = "an id of the request is checked here")]
pub(super) fn id_in(tree: &Tree) -> Option<Id> {
    Id::parse(tree.as_words()?.raw().expose()).ok()
}

/// A member that is a name or an id in the request's model.
#[expect(clippy::disallowed_methods, reason = "names and ids of the request are checked right after")]
fn word(tree: &Tree, member: &str) -> Option<String> {
    tree.member(member).and_then(Tree::as_words).map(|words| words.raw().expose().to_owned())
}

/// The ARN of a role and keys of tags are public members of the request that they were sealed with.
#[expect(
    clippy::disallowed_methods,
    reason = "public in the model of the request, which was sealed as a whole"
)]
fn public_role(raw: &RawText) -> Public<String> {
    Public::from_pinned_text(raw.expose().to_owned())
}
