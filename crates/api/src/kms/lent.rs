//! How do functions that are built in use a key? As whoever invoked them, or, where a service did, as the function's role; each use is
//! decided by the same policies and grants as a call to KMS, says `kms:ViaService`, and stands in the trail of the key's account.
//!
//! There is no grant of their own: a right to invoke the function opens nothing, and neither does a right to the key alone.

use super::ask::{encryption_context, may_under, pairs, resource_of};
use super::fault;
use super::refer::Meant;
use crate::api::{Api, Draw};
use crate::call::{Call, internal, unavailable};
use crate::caller::Caller;
use crate::lambda::ServiceAct;
use crate::record::identity;
use crate::state::Snapshot;
use sotto_arn::{AccountId, Action, Region};
use sotto_iam::{Context, Decrypt, Permit, Request};
use sotto_kms::keys::{EncryptionAlgorithm, EncryptionContext, Key, KeyArn, Outcome, Vault};
use sotto_public::{Opaque, Public};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use sotto_storage::StorageError;
use sotto_trail::{EventKind, Identity, Record};
use sotto_wire::{Common, Fault, message};
use std::sync::Arc;

/// As whom a key is used.
pub(crate) enum LentTo<'l, 'c> {
    /// Whoever invoked the function.
    Caller(&'l mut Call<'c>),
    /// The function's role.
    Role(&'l RoleUser<'l>),
}

/// A session of a function's role, on the snapshot that it was made on.
pub(crate) struct RoleUser<'l> {
    pub(crate) api: &'l Api,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) caller: Caller,
    /// The role's ARN, for the trail.
    pub(crate) role: Public<String>,
}

/// A key that a function is set to.
pub(crate) struct LentKey {
    pub(crate) key: KeyArn,
    /// The function's ARN and Region.
    pub(crate) function: Public<String>,
    pub(crate) region: Region,
}

impl LentTo<'_, '_> {
    fn api(&self) -> &Api {
        match self {
            Self::Caller(call) => call.api,
            Self::Role(user) => user.api,
        }
    }

    fn snapshot(&self) -> &Arc<Snapshot> {
        match self {
            Self::Caller(call) => &call.snapshot,
            Self::Role(user) => &user.snapshot,
        }
    }

    fn account(&self) -> Option<AccountId> {
        match self {
            Self::Caller(call) => call.caller.account().cloned(),
            Self::Role(user) => user.caller.account().cloned(),
        }
    }

    /// A data key, in clear and under the key.
    ///
    /// # Errors
    /// Access denied, the key's state, or that the store does not take the record.
    pub(crate) async fn data_key(
        &mut self,
        of: &LentKey,
        length: usize,
        context: EncryptionContext,
    ) -> Result<(KeyBytes, Opaque), Fault> {
        let (_permit, key) = self.may(of, "GenerateDataKey", &context).await?;
        let work = move |vault: &Vault<'_>, draw: &mut Draw<'_>| vault.data_key(&key, length, &context, draw);
        let made = self.work(work).await?;
        self.record(of, "GenerateDataKey", None).await?;
        Ok(made)
    }

    /// A data key again, with the permit for what it opens. Its record is durable before it is given.
    ///
    /// # Errors
    /// Access denied, the key's state, a ciphertext that does not open, or that the store does not take the record.
    pub(crate) async fn decrypt(
        &mut self,
        of: &LentKey,
        sealed: RawBytes,
        context: EncryptionContext,
    ) -> Result<(Permit<Decrypt>, KeyBytes), Fault> {
        let (permit, key) = self.may(of, "Decrypt", &context).await?;
        let work = move |vault: &Vault<'_>, _: &mut Draw<'_>| {
            vault.decrypt(&key, EncryptionAlgorithm::Symmetric, &sealed, &context)
        };
        let opened = self.work(work).await?;
        self.record(of, "Decrypt", None).await?;
        Ok((permit, KeyBytes::from(opened)))
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault<'_>, &mut Draw<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Fault> {
        self.api().blocking(self.account().as_ref(), Arc::clone(self.snapshot()), work).await
    }

    /// Asks the policies; a refusal is on record in the trail of the key's account.
    async fn may(
        &mut self,
        of: &LentKey,
        operation: &'static str,
        under: &EncryptionContext,
    ) -> Result<(Permit<Decrypt>, Arc<Key>), Fault> {
        // A key is reached in its own Region only.
        let key =
            self.snapshot().rooms.keys.key(&of.key).filter(|key| *key.arn.region() == of.region).cloned();
        let key = key.ok_or_else(|| {
            Fault::new("NotFoundException", message!("Key '{}' does not exist", of.key.public()))
        })?;
        let action = if operation == "Decrypt" { "kms:Decrypt" } else { "kms:GenerateDataKey" };
        let asked = Context::new()
            .with("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
            .with("kms:ViaService", format!("lambda.{}.amazonaws.com", of.region).as_str());
        let decided = match self {
            Self::Caller(call) => {
                let meant = Meant { key: Arc::clone(&key), alias: None };
                may_under(call, action, &meant, asked, under)
            }
            Self::Role(user) => user.may((action, &key, of), asked, under),
        };
        match decided {
            Ok(permit) => Ok((permit, key)),
            Err(fault) => {
                self.record(of, operation, Some("AccessDenied")).await?;
                Err(fault)
            }
        }
    }

    async fn record(
        &self,
        of: &LentKey,
        operation: &'static str,
        error: Option<&'static str>,
    ) -> Result<(), Fault> {
        let mut resources =
            vec![("AWS::KMS::Key", of.key.public()), ("AWS::Lambda::Function", of.function.clone())];
        if let Self::Role(user) = self {
            resources.push(("AWS::IAM::Role", user.role.clone()));
        }
        let act = ServiceAct {
            service: "lambda",
            act: ("kms", operation),
            account: of.key.account(),
            region: of.key.region(),
            resources,
            error,
        };
        let api = self.api();
        let mut row = api.row_of(act).ok_or_else(internal)?;
        if let Self::Caller(call) = self {
            called(&mut row, call);
        }
        api.journal.write(row).await.map(|_| ()).map_err(|error| unavailable(&error))
    }
}

/// Makes a row one about a caller who asked through Lambda: who it was, and by which request, whose id the row of Invoke has, too.
fn called(row: &mut Record, call: &Call<'_>) {
    let by = row.identity.invoked_by.take();
    row.identity = Identity { invoked_by: by, ..identity(call.caller(), call.sieve) };
    row.request_id = call.request_id();
    row.kind = EventKind::ApiCall;
    call.sieve.mask(row);
}

impl RoleUser<'_> {
    fn may(
        &self,
        (action, key, of): (&'static str, &Key, &LentKey),
        asked: Context,
        under: &EncryptionContext,
    ) -> Result<Permit<Decrypt>, Fault> {
        if !self.api.state.is_fresh() {
            return Err(unavailable(&StorageError::Busy));
        }
        let now = self.api.now();
        let mut context = asked
            .with("aws:CurrentTime", now)
            .with("aws:EpochTime", crate::context::epoch_seconds(now))
            .with("aws:RequestedRegion", of.region.as_str());
        if let Some(account) = self.caller.account() {
            context.set("kms:CallerAccount", [account.as_str()]);
        }
        self.caller.complete(now, &mut context);
        encryption_context(&mut context, under);
        let action = Action::parse(action).map_err(|_| internal())?;
        let on = resource_of(&self.snapshot.rooms.keys, &self.api.store_key, key);
        let request = Request::new(self.caller.principal().clone(), action, on, context)
            .with_encryption_context(pairs(under));
        let decided = self.snapshot.policies.authorize::<Decrypt>(&request, now);
        let denied = "the function's role may not use the key";
        decided.into_permit().map_err(|_| Fault::common(Common::AccessDenied, denied))
    }
}

/// The pairs of a message as KMS takes them.
///
/// # Errors
/// When they are too long for it.
pub(crate) fn context_of(pairs: Vec<(RawText, RawText)>) -> Result<EncryptionContext, Fault> {
    if pairs.len() > super::ask::CONTEXT_PAIRS_MAX {
        return Err(super::invalid("The encryption context has more than 256 pairs"));
    }
    EncryptionContext::new(pairs).map_err(fault)
}
