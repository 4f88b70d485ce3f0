//! What does a first start make? In an empty store only: the store key under the root key, a management account, and root credentials,
//! in one commit.
//!
//! A crash before that commit leaves an empty store, and the next start is a first one again; after it the store keeps a key,
//! and a root key that is missing or another one is an exact error, never a reason for a second key.

use crate::api::Draw;
use crate::error::ApiError;
use crate::keeping::keeping_place;
use crate::places;
use crate::shelves::Shelf;
use crate::state::head_of_first;
use sotto_arn::AccountId;
use sotto_directory::{AccessKey, Directory, Text, directory_place};
use sotto_kms::{Keeping, StoreKey};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_storage::{Batch, Scan, Store};
use std::time::SystemTime;

/// Credentials of the root user.
pub struct RootCredentials {
    /// The access key's id.
    pub access_key: Public<String>,
    /// Its secret.
    pub secret: RawText,
}

/// What a first start is told.
pub struct FirstStart<'a> {
    /// The key of the store, new.
    pub store_key: &'a StoreKey,
    /// How it is kept, where the store does not say so yet.
    pub keeping: Option<Keeping>,
    /// The management account's id; generated where there is none.
    pub account: Option<AccountId>,
    /// Credentials of the operator's own; generated where there are none.
    pub credentials: Option<RootCredentials>,
    /// When it is.
    pub now: SystemTime,
}

impl FirstStart<'_> {
    /// Whether nobody is in the store yet, whatever its key: then a start is the first one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn is_due(store: &dyn Store) -> Result<bool, ApiError> {
        Ok(store.range(Scan::below(&directory_place()).limit(1)).await?.is_empty())
    }

    /// Makes account and credentials, and gives back what was made.
    ///
    /// # Errors
    /// When there is something in the store, or it does not answer.
    pub async fn make(
        self,
        store: &dyn Store,
        mut draw: Draw<'_>,
    ) -> Result<(AccountId, RootCredentials), ApiError> {
        if !Self::is_due(store).await? {
            return Err(ApiError::NotEmpty);
        }
        let generated = || sotto_directory::id::account_id(&mut draw.clone());
        let account = self.account.or_else(generated).ok_or(ApiError::NoAccount)?;
        let credentials = self.credentials.unwrap_or_else(|| RootCredentials {
            access_key: sotto_directory::id::access_key_id(&mut draw).public(),
            secret: sotto_directory::id::secret(&mut draw),
        });
        let since = self.now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let id = Text::from(credentials.access_key.clone());
        let secret = self.store_key.seal_text(
            &places::access_key(&id),
            crate::context::copied(&credentials.secret),
            draw.bytes(),
        )?;
        let mut draft = Directory::default().draft();
        draft.open_account(&account, since)?;
        let key = AccessKey { id, secret, active: true, created: since };
        draft.create_access_key(&account, None, key)?;
        let mut batch = Batch::new();
        if let Some(keeping) = &self.keeping {
            batch.require_absent(&keeping_place()).put(&keeping_place(), keeping);
        }
        head_of_first(&mut batch);
        <Directory as Shelf>::write(&draft.finish(), &mut batch);
        store.commit(batch).await?;
        Ok((account, credentials))
    }
}
