//! Locales of drafts: made, changed, built, deleted. Contents are replaced as a whole by whoever read them: a change that was made on
//! contents which are not the present ones any more is refused as stale, and made again.

use super::draft::{Draft, within};
use super::error::{BotError, Outcome};
use super::model::{Built, ContentId, LocaleHead, LocaleStatus, Scope, Seconds, Version};
use crate::bot::{BotVersion, Id, Locale, LocaleId};
use sotto_public::Public;

/// Most locales of a bot.
pub const LOCALES_PER_BOT_MAX: usize = 25;

/// The draft's locales.
fn draft_of(bot: &mut super::Bot) -> Outcome<&mut Version> {
    bot.versions.get_mut(&BotVersion::Draft).ok_or(BotError::NotFound("bot"))
}

impl Draft {
    /// Puts a locale into a draft: new, or in the place of one with the contents that were read.
    ///
    /// # Errors
    /// When it is there and none is expected, when it was changed meanwhile or is being built, or the quota is reached.
    pub fn put_locale(
        &mut self,
        scope: &Scope,
        bot: &Id,
        locale: &Locale,
        (content, before): (ContentId, Option<ContentId>),
    ) -> Outcome<()> {
        self.with_bot(scope, bot, |bot| {
            bot.updated = bot.updated.max(locale.updated);
            let draft = draft_of(bot)?;
            let found = draft.locales.get(&locale.id);
            match (found, before) {
                (Some(_), None) => return Err(BotError::Exists("locale")),
                (None, Some(_)) => return Err(BotError::NotFound("locale")),
                (Some(head), Some(before)) if head.content != before => return Err(BotError::Stale),
                (Some(head), _) if head.status == LocaleStatus::Building => {
                    return Err(BotError::Conflict("the locale is being built"));
                }
                (None, None) => within("locales", draft.locales.len(), LOCALES_PER_BOT_MAX)?,
                _ => {}
            }
            let head = LocaleHead {
                status: LocaleStatus::NotBuilt,
                created: locale.created,
                updated: locale.updated,
                build_asked: found.and_then(|head| head.build_asked),
                content,
                built: found.and_then(|head| head.built),
                intents: count(locale.intents.len()),
                slot_types: count(locale.slot_types.len()),
                failures: Vec::new(),
                held_until: None,
            };
            draft.locales.insert(locale.id.clone(), head);
            Ok(())
        })
    }

    /// Deletes a locale of a draft.
    ///
    /// # Errors
    /// When there is none, or it is being built.
    pub fn delete_locale(&mut self, scope: &Scope, bot: &Id, locale: &LocaleId) -> Outcome<()> {
        self.with_bot(scope, bot, |bot| {
            let draft = draft_of(bot)?;
            match draft.locales.get(locale).map(|head| head.status) {
                None => Err(BotError::NotFound("locale")),
                Some(LocaleStatus::Building) => Err(BotError::Conflict("the locale is being built")),
                Some(_) => {
                    draft.locales.remove(locale);
                    Ok(())
                }
            }
        })
    }

    /// Asks for a build.
    ///
    /// # Errors
    /// When there is no such locale, or it is being built.
    pub fn start_build(&mut self, scope: &Scope, bot: &Id, locale: &LocaleId, now: Seconds) -> Outcome<()> {
        self.with_locale(scope, bot, locale, |head| match head.status {
            LocaleStatus::Building => Err(BotError::Conflict("the locale is being built")),
            _ => {
                (head.status, head.build_asked, head.held_until) = (LocaleStatus::Building, Some(now), None);
                head.failures.clear();
                Ok(())
            }
        })
    }

    /// Takes a build for oneself, until an instant; gives the contents to build.
    ///
    /// # Errors
    /// When nothing is to be built, or somebody else is at work.
    pub fn hold_build(
        &mut self,
        scope: &Scope,
        (bot, locale): (&Id, &LocaleId),
        now: Seconds,
        until: Seconds,
    ) -> Outcome<ContentId> {
        self.with_locale(scope, bot, locale, |head| {
            let free = head.held_until.is_none_or(|held| held <= now);
            match head.status == LocaleStatus::Building && free {
                true => {
                    head.held_until = Some(until);
                    Ok(head.content)
                }
                false => Err(BotError::Stale),
            }
        })
    }

    /// Holds on to a build that goes on, until a later instant.
    ///
    /// # Errors
    /// When somebody else has it now.
    pub fn renew_build(
        &mut self,
        scope: &Scope,
        (bot, locale): (&Id, &LocaleId),
        held: Seconds,
        until: Seconds,
    ) -> Outcome<()> {
        self.with_locale(scope, bot, locale, |head| {
            match head.status == LocaleStatus::Building && head.held_until == Some(held) {
                true => {
                    head.held_until = Some(until);
                    Ok(())
                }
                false => Err(BotError::Stale),
            }
        })
    }

    /// What came of a build that was held until this instant.
    ///
    /// # Errors
    /// When somebody else has it now.
    pub fn finish_build(
        &mut self,
        scope: &Scope,
        (bot, locale): (&Id, &LocaleId),
        held: Seconds,
        outcome: Result<Built, Vec<Public<String>>>,
    ) -> Outcome<()> {
        self.with_locale(scope, bot, locale, |head| {
            if head.status != LocaleStatus::Building || head.held_until != Some(held) {
                return Err(BotError::Stale);
            }
            head.held_until = None;
            match outcome {
                Ok(built) => (head.status, head.built) = (LocaleStatus::Built, Some(built)),
                Err(failures) => (head.status, head.failures) = (LocaleStatus::Failed, failures),
            }
            Ok(())
        })
    }

    fn with_locale<T>(
        &mut self,
        scope: &Scope,
        bot: &Id,
        locale: &LocaleId,
        change: impl FnOnce(&mut LocaleHead) -> Outcome<T>,
    ) -> Outcome<T> {
        self.with_bot(scope, bot, |bot| {
            change(draft_of(bot)?.locales.get_mut(locale).ok_or(BotError::NotFound("locale"))?)
        })
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
