//! Aliases: made, changed, deleted. That of the draft always points to the draft (Lex V2 Developer Guide, "Aliases").

use super::bots::tagged;
use super::draft::{Draft, within};
use super::error::{BotError, Outcome};
use super::model::{Alias, Bot, Pointed, Scope, Seconds, Tags};
use crate::bot::{BotVersion, Id, Name, TEST_ALIAS};
use sotto_kms::Sealed;

/// Most aliases of a bot, that of the draft left out.
pub const ALIASES_PER_BOT_MAX: usize = 100;
/// Most places that an alias is remembered to have pointed to.
const HISTORY_MAX: usize = 20;

/// An alias that is made.
#[derive(Clone, Debug)]
pub struct NewAlias {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// Where it points.
    pub version: Option<BotVersion>,
    /// Its settings, sealed.
    pub settings: Sealed,
    /// Its tags.
    pub tags: Tags,
    /// When.
    pub now: Seconds,
}

/// What is changed of an alias.
#[derive(Clone, Debug)]
pub struct AliasUpdate {
    /// Its name.
    pub name: Name,
    /// Where it points.
    pub version: Option<BotVersion>,
    /// Its settings, sealed.
    pub settings: Sealed,
    /// When.
    pub now: Seconds,
}

impl Draft {
    /// Makes an alias.
    ///
    /// # Errors
    /// When the name is taken, the version is missing, or the quota is reached.
    pub fn create_alias(&mut self, scope: &Scope, bot: &Id, new: NewAlias) -> Outcome<()> {
        self.with_bot(scope, bot, |bot| {
            within("aliases", bot.aliases.len() - 1, ALIASES_PER_BOT_MAX)?;
            check(bot, &new.id, (&new.name, new.version))?;
            let alias = Alias {
                id: new.id.clone(),
                name: new.name,
                created: new.now,
                updated: new.now,
                version: new.version,
                history: new
                    .version
                    .map(|version| Pointed { version, from: new.now, until: None })
                    .into_iter()
                    .collect(),
                settings: new.settings,
                tags: tagged(&Tags::new(), new.tags)?,
                policy: None,
            };
            bot.aliases.insert(new.id, alias);
            Ok(())
        })
    }

    /// Changes an alias.
    ///
    /// # Errors
    /// When there is none, its name is taken, or its version is missing.
    pub fn update_alias(&mut self, scope: &Scope, bot: &Id, id: &Id, update: AliasUpdate) -> Outcome<()> {
        self.with_bot(scope, bot, |bot| {
            if !bot.aliases.contains_key(id) {
                return Err(BotError::NotFound("alias"));
            }
            check(bot, id, (&update.name, update.version))?;
            let alias = bot.aliases.get_mut(id).ok_or(BotError::NotFound("alias"))?;
            (alias.name, alias.settings, alias.updated) = (update.name, update.settings, update.now);
            alias.point(update.version, update.now);
            Ok(())
        })
    }

    /// Changes the settings of an alias and nothing else.
    ///
    /// # Errors
    /// When there is none.
    pub fn set_alias(
        &mut self,
        scope: &Scope,
        bot: &Id,
        id: &Id,
        (settings, now): (Sealed, Seconds),
    ) -> Outcome<()> {
        self.with_bot(scope, bot, |bot| {
            let alias = bot.aliases.get_mut(id).ok_or(BotError::NotFound("alias"))?;
            (alias.settings, alias.updated) = (settings, now);
            Ok(())
        })
    }

    /// Deletes an alias.
    ///
    /// # Errors
    /// When there is none, or it is that of the draft.
    pub fn delete_alias(&mut self, scope: &Scope, bot: &Id, id: &Id) -> Outcome<()> {
        if id.as_str() == TEST_ALIAS {
            return Err(BotError::Invalid("the alias of the draft is deleted with its bot only"));
        }
        let removed = |bot: &mut Bot| bot.aliases.remove(id).map(|_| ()).ok_or(BotError::NotFound("alias"));
        self.with_bot(scope, bot, removed)
    }
}

/// Whether an alias may have this name and point there.
fn check(bot: &Bot, id: &Id, (name, version): (&Name, Option<BotVersion>)) -> Outcome<()> {
    let is_test = id.as_str() == TEST_ALIAS;
    if bot.aliases.values().any(|other| other.name == *name && other.id != *id) {
        return Err(BotError::Exists("alias"));
    }
    match version {
        Some(BotVersion::Draft) if !is_test => {
            Err(BotError::Invalid("an alias points to a numbered version"))
        }
        version if is_test && version != Some(BotVersion::Draft) => {
            Err(BotError::Invalid("the alias of the draft points to the draft only"))
        }
        Some(version) if bot.version(version).is_none() => Err(BotError::NotFound("version")),
        _ => Ok(()),
    }
}

impl Alias {
    fn point(&mut self, version: Option<BotVersion>, now: Seconds) {
        if self.version == version {
            return;
        }
        self.version = version;
        if let Some(last) = self.history.last_mut() {
            last.until = last.until.or(Some(now));
        }
        self.history.extend(version.map(|version| Pointed { version, from: now, until: None }));
        let over = self.history.len().saturating_sub(HISTORY_MAX);
        self.history.drain(..over);
    }
}
