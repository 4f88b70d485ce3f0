//! Bots and their versions: made, changed, set down, deleted; their tags and policies (Lex V2 API Reference; quotas of the Developer
//! Guide, "Quotas").

use super::draft::{Draft, within};
use super::error::{BotError, Outcome};
use super::model::{Alias, Bot, Pointed, Policy, Scope, Seconds, Tags, Version};
use super::record::{Entity, Subject};
use crate::bot::{BotVersion, Id, LocaleId, Name, TEST_ALIAS};
use sotto_kms::Sealed;
use sotto_public::Public;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most bots of an account in a Region.
pub const BOTS_PER_ACCOUNT_MAX: usize = 100;
/// Most versions of a bot, the draft left out.
pub const VERSIONS_PER_BOT_MAX: usize = 100;
/// Most tags of a bot or an alias.
pub const TAGS_MAX: usize = 50;
/// The name of the alias of the draft.
const TEST_ALIAS_NAME: &str = "TestBotAlias";

/// A bot that is made.
#[derive(Clone, Debug)]
pub struct NewBot {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// The role it acts as.
    pub role: Public<String>,
    /// Its settings, sealed.
    pub settings: Sealed,
    /// Its tags.
    pub tags: Tags,
    /// Settings of the alias of its draft, sealed.
    pub alias_settings: Sealed,
    /// Tags of that alias.
    pub alias_tags: Tags,
    /// When.
    pub now: Seconds,
}

/// What is changed of a bot.
#[derive(Clone, Debug)]
pub struct BotUpdate {
    /// Its name.
    pub name: Name,
    /// The role it acts as.
    pub role: Public<String>,
    /// Its settings, sealed.
    pub settings: Sealed,
    /// When.
    pub now: Seconds,
}

impl Draft {
    /// Makes a bot, with a draft and the alias of the draft.
    ///
    /// # Errors
    /// When the name is taken or the quota reached.
    pub fn create_bot(&mut self, scope: &Scope, new: NewBot) -> Outcome<()> {
        let shelf = self.shelf(scope);
        within("bots", shelf.bots().count(), BOTS_PER_ACCOUNT_MAX)?;
        if shelf.bot_named(new.name.as_str()).is_some() {
            return Err(BotError::Exists("bot"));
        }
        let alias = test_alias(&new)?;
        let version = Version {
            created: new.now,
            description: None,
            role: new.role,
            settings: new.settings,
            locales: BTreeMap::new(),
        };
        let bot = Bot {
            id: new.id,
            name: new.name,
            created: new.now,
            updated: new.now,
            versions: BTreeMap::from([(BotVersion::Draft, version)]),
            last_version: 0,
            aliases: BTreeMap::from([(alias.id.clone(), alias)]),
            tags: tagged(&Tags::new(), new.tags)?,
            policy: None,
            revisions: 0,
        };
        self.put(scope, Entity::Bot(Arc::new(bot)));
        Ok(())
    }

    /// Changes a bot's draft.
    ///
    /// # Errors
    /// When there is none, or the name is another one's.
    pub fn update_bot(&mut self, scope: &Scope, id: &Id, update: BotUpdate) -> Outcome<()> {
        if self.shelf(scope).bot_named(update.name.as_str()).is_some_and(|other| other.id != *id) {
            return Err(BotError::Exists("bot"));
        }
        self.with_bot(scope, id, |bot| {
            (bot.name, bot.updated) = (update.name, update.now);
            let draft = bot.versions.get_mut(&BotVersion::Draft).ok_or(BotError::NotFound("bot"))?;
            (draft.role, draft.settings) = (update.role, update.settings);
            Ok(())
        })
    }

    /// Deletes a bot with all that is in it. With `check`, aliases besides that of the draft stand in the way.
    ///
    /// # Errors
    /// When there is none, or it is in use.
    pub fn delete_bot(&mut self, scope: &Scope, id: &Id, check: bool) -> Outcome<()> {
        let bot = self.bot(scope, id)?;
        if check && bot.aliases.len() > 1 {
            return Err(BotError::Conflict("the bot is in use: aliases point to its versions"));
        }
        self.drop_contents(scope, bot.contents());
        self.delete(scope, Subject::Bot(id.clone()));
        Ok(())
    }

    /// Sets a version down, of locales of these versions, and gives its number.
    ///
    /// # Errors
    /// When a locale is missing or not built, or the quota is reached.
    pub fn create_version(
        &mut self,
        scope: &Scope,
        id: &Id,
        sources: &BTreeMap<LocaleId, BotVersion>,
        (description, now): (Option<Sealed>, Seconds),
    ) -> Outcome<u32> {
        self.with_bot(scope, id, |bot| {
            within("versions", bot.versions.len() - 1, VERSIONS_PER_BOT_MAX)?;
            let draft = bot.version(BotVersion::Draft).ok_or(BotError::NotFound("bot"))?;
            let mut locales = BTreeMap::new();
            for (locale, source) in sources {
                let mut head = bot.locale(*source, locale).ok_or(BotError::NotFound("locale"))?.clone();
                let built = head.built.ok_or(BotError::Precondition(
                    "a locale must be built before it becomes part of a version",
                ))?;
                (head.content, head.status) = (built.content, super::LocaleStatus::Built);
                locales.insert(locale.clone(), head);
            }
            let (role, settings) = (draft.role.clone(), draft.settings.clone());
            bot.last_version += 1;
            let version = Version { created: now, description, role, settings, locales };
            bot.versions.insert(BotVersion::Number(bot.last_version), version);
            Ok(bot.last_version)
        })
    }

    /// Deletes a version. With `check`, aliases that point to it stand in the way.
    ///
    /// # Errors
    /// When there is none, or it is in use or the draft.
    pub fn delete_version(
        &mut self,
        scope: &Scope,
        id: &Id,
        version: BotVersion,
        check: bool,
    ) -> Outcome<()> {
        if version == BotVersion::Draft {
            return Err(BotError::Invalid("the draft is deleted with its bot only"));
        }
        self.with_bot(scope, id, |bot| {
            if check && bot.aliases.values().any(|alias| alias.version == Some(version)) {
                return Err(BotError::Conflict("the version is in use: an alias points to it"));
            }
            bot.versions.remove(&version).ok_or(BotError::NotFound("version"))?;
            for alias in bot.aliases.values_mut().filter(|alias| alias.version == Some(version)) {
                alias.version = None;
            }
            Ok(())
        })
    }

    /// Sets tags of a bot, or of one of its aliases.
    ///
    /// # Errors
    /// When there is none, or there are too many.
    pub fn tag(&mut self, scope: &Scope, (id, alias): (&Id, Option<&Id>), tags: Tags) -> Outcome<()> {
        self.with_bot(scope, id, |bot| {
            let place = tags_of(bot, alias)?;
            *place = tagged(place, tags)?;
            Ok(())
        })
    }

    /// Takes tags away.
    ///
    /// # Errors
    /// When there is no such bot or alias.
    pub fn untag(
        &mut self,
        scope: &Scope,
        (id, alias): (&Id, Option<&Id>),
        keys: &[Public<String>],
    ) -> Outcome<()> {
        self.with_bot(scope, id, |bot| {
            tags_of(bot, alias)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    /// Puts the policy of a bot or of one of its aliases, or takes it away, and gives the revision. A revision that is expected
    /// must be the present one; `new` says that there must be none.
    ///
    /// # Errors
    /// When there is no such thing, or the revision is another one.
    pub fn set_policy(
        &mut self,
        scope: &Scope,
        (id, alias): (&Id, Option<&Id>),
        document: Option<Public<String>>,
        expected: Expected,
    ) -> Outcome<u64> {
        self.with_bot(scope, id, |bot| {
            let revision = bot.revisions + 1;
            let place = policy_of(bot, alias)?;
            let present = place.as_ref().map(|policy| policy.revision);
            match expected {
                Expected::None if present.is_some() => {
                    return Err(BotError::Precondition("a resource policy exists already"));
                }
                Expected::Some if present.is_none() => return Err(BotError::NotFound("resource policy")),
                Expected::Revision(_) if present.is_none() => {
                    return Err(BotError::NotFound("resource policy"));
                }
                Expected::Revision(wanted) if present != Some(wanted) => {
                    return Err(BotError::Precondition("the resource policy has another revision"));
                }
                _ => {}
            }
            *place = document.map(|document| Policy { document, revision });
            bot.revisions = revision;
            Ok(revision)
        })
    }
}

/// What a change of a policy relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// There is none.
    None,
    /// There is one.
    Some,
    /// There is one of this revision.
    Revision(u64),
    /// Nothing.
    Anything,
}

fn test_alias(new: &NewBot) -> Outcome<Alias> {
    let invalid = |_| BotError::NotFound("alias");
    Ok(Alias {
        id: Id::parse(TEST_ALIAS).map_err(invalid)?,
        name: Name::parse(TEST_ALIAS_NAME).map_err(invalid)?,
        created: new.now,
        updated: new.now,
        version: Some(BotVersion::Draft),
        history: vec![Pointed { version: BotVersion::Draft, from: new.now, until: None }],
        settings: new.alias_settings.clone(),
        tags: tagged(&Tags::new(), new.alias_tags.clone())?,
        policy: None,
    })
}

/// Tags with others put over them.
pub(super) fn tagged(before: &Tags, tags: Tags) -> Outcome<Tags> {
    let mut after = before.clone();
    after.extend(tags);
    match after.len() <= TAGS_MAX {
        true => Ok(after),
        false => Err(BotError::Quota { what: "tags", most: TAGS_MAX }),
    }
}

fn tags_of<'b>(bot: &'b mut Bot, alias: Option<&Id>) -> Outcome<&'b mut Tags> {
    match alias {
        None => Ok(&mut bot.tags),
        Some(alias) => {
            bot.aliases.get_mut(alias).map(|alias| &mut alias.tags).ok_or(BotError::NotFound("alias"))
        }
    }
}

fn policy_of<'b>(bot: &'b mut Bot, alias: Option<&Id>) -> Outcome<&'b mut Option<Policy>> {
    match alias {
        None => Ok(&mut bot.policy),
        Some(alias) => {
            bot.aliases.get_mut(alias).map(|alias| &mut alias.policy).ok_or(BotError::NotFound("alias"))
        }
    }
}
