//! Imports and exports: asked for, taken, done, gone. They are kept for seven days (Lex V2 Developer Guide, "Exporting bots"), and a
//! URL lives for five minutes.

use super::draft::{Draft, within};
use super::error::{BotError, Outcome};
use super::model::{ContentId, Scope, Seconds, Transfer, TransferKind, TransferStatus};
use super::record::{Entity, Subject};
use crate::bot::{Id, LocaleId};
use sotto_kms::Sealed;
use std::sync::Arc;

/// Most imports and exports of an account in a Region at one time.
pub const TRANSFERS_MAX: usize = 100;
/// How long they are kept.
pub const TRANSFER_SECONDS: Seconds = 7 * 86_400;
/// How long a URL lives.
pub const URL_SECONDS: Seconds = 300;

impl Draft {
    /// Makes a place for an upload, or asks for an export.
    ///
    /// # Errors
    /// When there are too many.
    pub fn create_transfer(
        &mut self,
        scope: &Scope,
        id: Id,
        kind: TransferKind,
        now: Seconds,
    ) -> Outcome<()> {
        within("imports and exports", self.shelf(scope).transfers().count(), TRANSFERS_MAX)?;
        let status = match kind {
            TransferKind::Import { .. } => TransferStatus::Waiting,
            TransferKind::Export { .. } => TransferStatus::InProgress,
        };
        let expires = now.saturating_add(TRANSFER_SECONDS);
        let (created, updated) = (now, now);
        let one = Transfer { id, kind, status, created, updated, expires, failures: None, held_until: None };
        self.put(scope, Entity::Transfer(Arc::new(one)));
        Ok(())
    }

    /// Notes that an archive was uploaded.
    ///
    /// # Errors
    /// When nothing waits for it.
    pub fn uploaded(&mut self, scope: &Scope, id: &Id, content: ContentId) -> Outcome<()> {
        self.with_transfer(scope, id, |one| match (&mut one.kind, one.status) {
            (TransferKind::Import { archive, .. }, TransferStatus::Waiting) => {
                *archive = Some(content);
                Ok(())
            }
            _ => Err(BotError::Conflict("nothing waits for this upload")),
        })
    }

    /// Asks for an import of what was uploaded.
    ///
    /// # Errors
    /// When nothing was uploaded, or it was asked for already.
    pub fn start_import(&mut self, scope: &Scope, id: &Id, request: Sealed, now: Seconds) -> Outcome<()> {
        self.with_transfer(scope, id, |one| match (&mut one.kind, one.status) {
            (TransferKind::Import { archive: None, .. }, _) => {
                Err(BotError::Precondition("nothing was uploaded for this import"))
            }
            (TransferKind::Import { wanted, .. }, TransferStatus::Waiting) => {
                (*wanted, one.status, one.updated) = (Some(request), TransferStatus::InProgress, now);
                Ok(())
            }
            _ => Err(BotError::Conflict("the import has begun already")),
        })
    }

    /// Takes it for oneself, until an instant.
    ///
    /// # Errors
    /// When it is not to be done, or somebody else is at work.
    pub fn hold_transfer(
        &mut self,
        scope: &Scope,
        id: &Id,
        now: Seconds,
        until: Seconds,
    ) -> Outcome<Arc<Transfer>> {
        self.with_transfer(scope, id, |one| match one.is_due(now) {
            true => {
                one.held_until = Some(until);
                Ok(())
            }
            false => Err(BotError::Stale),
        })?;
        self.transfer(scope, id)
    }

    /// What came of one that was held until this instant. The archive of an import is not kept.
    ///
    /// # Errors
    /// When somebody else has it now.
    pub fn finish_transfer(
        &mut self,
        scope: &Scope,
        id: &Id,
        (held, now): (Seconds, Seconds),
        outcome: Result<Done, Option<Sealed>>,
    ) -> Outcome<()> {
        self.with_transfer(scope, id, |one| {
            if one.status != TransferStatus::InProgress || one.held_until != Some(held) {
                return Err(BotError::Stale);
            }
            (one.held_until, one.updated) = (None, now);
            if let TransferKind::Import { archive, .. } = &mut one.kind {
                *archive = None;
            }
            match outcome {
                Ok(done) => one.complete(done),
                Err(failures) => (one.status, one.failures) = (TransferStatus::Failed, failures),
            }
            Ok(())
        })
    }

    /// Sets another password for an export.
    ///
    /// # Errors
    /// When there is no such export.
    pub fn set_password(
        &mut self,
        scope: &Scope,
        id: &Id,
        sealed: Option<Sealed>,
        now: Seconds,
    ) -> Outcome<()> {
        self.with_transfer(scope, id, |one| match &mut one.kind {
            TransferKind::Export { password, .. } => {
                (*password, one.updated) = (sealed, now);
                Ok(())
            }
            TransferKind::Import { .. } => Err(BotError::NotFound("export")),
        })
    }

    /// Deletes one.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete_transfer(&mut self, scope: &Scope, id: &Id) -> Outcome<()> {
        let one = self.transfer(scope, id)?;
        self.drop_contents(scope, one.contents().into_iter());
        self.delete(scope, Subject::Transfer(id.clone()));
        Ok(())
    }
}

/// What came of an import or an export.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// The bot of an import.
    pub bot: Option<Id>,
    /// The locale of an import.
    pub locale: Option<LocaleId>,
    /// What was odd, sealed.
    pub report: Option<Sealed>,
}

impl Transfer {
    fn complete(&mut self, done: Done) {
        self.status = TransferStatus::Completed;
        if let TransferKind::Import { bot, locale, report, .. } = &mut self.kind {
            (*bot, *locale, *report) = (done.bot, done.locale, done.report);
        }
    }
}
