//! What do keys do by themselves? They rotate when their period has passed, they go when their waiting period has, and imported
//! material ends when it was said to (KMS Developer Guide, "Rotate AWS KMS keys", "Deleting AWS KMS keys", "Importing key
//! material").
//!
//! Looked at once a minute on the snapshot in memory; only what is due is changed, decided on the newest keys, and recorded in the
//! trail of the key's account as an event of the service. Two processes that do it at one time do it once.

use crate::api::Api;
use crate::state::NotChanged;
use sotto_arn::{Action, Service};
use sotto_kms::keys::{Deleted, KeyArn, Keys, KeysError, RotationKind, Seconds};
use sotto_storage::StorageError;
use sotto_trail::{EventKind, Identity, IdentityKind, Record, ResourceName, Source, Value};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

/// How often is looked.
pub(crate) const UPKEEP_EVERY: Duration = Duration::from_secs(60);

/// Looks at once and from time to time, as long as there is an `Api`.
pub(crate) async fn keep_up(api: Weak<Api>) {
    loop {
        let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
        // What was not done now is due in a minute, too.
        let _ = api.keep_keys().await;
        drop(api);
        tokio::time::sleep(UPKEEP_EVERY).await;
    }
}

/// Whether anything is due.
fn is_due(keys: &Keys, now: Seconds) -> bool {
    !keys.due_rotations(now).is_empty()
        || keys.all().any(|key| {
            let ends = key.deletion.is_some_and(|deletion| deletion.at.is_none_or(|at| at <= now));
            let expires = |at: Option<Seconds>| at.is_some_and(|at| at <= now);
            ends || key.materials.iter().any(|held| {
                held.wrapped.is_some() && expires(held.import.as_ref().and_then(|import| import.expires))
            })
        })
}

impl Api {
    /// Does what is due now.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn keep_keys(&self) -> Result<(), StorageError> {
        let at = self.now();
        let now = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if !is_due(&self.state.now().rooms.keys, now) {
            return Ok(());
        }
        for arn in self.state.now().rooms.keys.due_rotations(now) {
            self.rotate_due(&arn, now).await?;
        }
        let done = self.state.change(
            |drafts| {
                let expired = drafts.keys.expire_imports(now);
                Ok::<_, KeysError>((drafts.keys.delete_due(now), expired))
            },
            |(deleted, expired)| {
                let deleted = deleted.iter().map(|key| self.event("kms:DeleteKey", &key.arn));
                let expired = expired.iter().map(|arn| self.event("kms:DeleteExpiredKeyMaterial", arn));
                deleted.chain(expired).flatten().collect()
            },
        );
        match done.await {
            Ok(((deleted, _), _)) => {
                self.destroy(deleted).await;
                Ok(())
            }
            Err(NotChanged::Store(error)) => Err(error),
            Err(NotChanged::Refused(_)) => Ok(()),
        }
    }

    /// A key that cannot rotate now (it was disabled a moment ago) rotates when it can.
    async fn rotate_due(&self, arn: &KeyArn, now: Seconds) -> Result<(), StorageError> {
        let snapshot = self.state.now();
        let Some(key) = snapshot.rooms.keys.key(arn).cloned() else { return Ok(()) };
        let made = self.blocking(Some(arn.account()), Arc::clone(&snapshot), move |vault, draw| {
            vault.rotated(&key, RotationKind::Automatic, now, draw)
        });
        let Ok(material) = made.await else { return Ok(()) };
        let done = self.state.change(
            |drafts| match drafts.keys.keys().due_rotations(now).contains(arn) {
                true => drafts.keys.rotate(arn, RotationKind::Automatic, Some(&material), now).map(|()| true),
                false => Ok(false),
            },
            |rotated| {
                if *rotated { self.event("kms:RotateKey", arn).into_iter().collect() } else { Vec::new() }
            },
        );
        match done.await {
            Ok(_) | Err(NotChanged::Refused(_)) => Ok(()),
            Err(NotChanged::Store(error)) => Err(error),
        }
    }

    /// Keys of deleted keys in devices. What a device does not do now stays there and opens nothing: no key names it any more.
    async fn destroy(&self, deleted: Vec<Deleted>) {
        let devices = Arc::clone(&self.devices);
        let destroy = move || {
            for (cluster, name) in deleted.iter().flat_map(|deleted| &deleted.in_devices) {
                let _ = devices.get(cluster).map(|device| device.destroy_key(name));
            }
        };
        let _ = tokio::task::spawn_blocking(destroy).await;
    }

    /// The record of what a key did by itself.
    fn event(&self, name: &str, arn: &KeyArn) -> Option<Record> {
        let service = Service::parse("kms").ok()?;
        Some(Record {
            event: self.event_id(),
            at: self.now(),
            call: Action::parse(name).ok()?,
            region: arn.region().clone(),
            source: Some(Source::Service(service.clone())),
            user_agent: Value::Null,
            identity: Identity {
                kind: IdentityKind::AwsService,
                invoked_by: Some(service),
                ..Identity::unknown()
            },
            request: Value::Null,
            response: Value::Null,
            error: None,
            error_message: None,
            decision: None,
            resources: vec![ResourceName { kind: "AWS::KMS::Key".into(), name: arn.public() }],
            request_id: self.event_id(),
            read_only: false,
            kind: EventKind::ServiceEvent,
            recipient: arn.account().clone(),
            findings: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Region};
    use sotto_kms::keys::{KeySpec, Origin, Vault, WantedKey};
    use sotto_kms::{Devices, StoreKey};

    /// Always the next number.
    struct Counter(u8);

    impl sotto_kms::Entropy for Counter {
        fn fill(&mut self, place: &mut [u8]) {
            place.iter_mut().for_each(|byte| (*byte, self.0) = (self.0, self.0.wrapping_add(1)));
        }
    }

    const DAY: Seconds = 86_400;

    fn one_key(change: impl FnOnce(&mut sotto_kms::keys::Draft, &KeyArn)) -> Keys {
        let (store, devices, before) =
            (StoreKey::generate(&mut Counter(1)), Devices::default(), Keys::default());
        let wanted = WantedKey {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
            spec: KeySpec::Symmetric,
            usage: None,
            origin: Origin::Kms,
            multi_region: false,
            policy: "{}".into(),
            description: None,
            tags: Vec::new(),
            key_store: None,
        };
        let vault = Vault { keys: &before, store: &store, devices: &devices };
        let new = vault.new_key(wanted, 0, &mut Counter(7)).unwrap();
        let mut draft = before.draft();
        draft.create_key(&new).unwrap();
        change(&mut draft, new.arn());
        before.apply(&draft.finish())
    }

    #[test]
    fn what_is_due_is_seen_on_both_sides_of_its_instant() {
        let idle = one_key(|_, _| {});
        assert!(!is_due(&idle, 10_000 * DAY));
        let rotating = one_key(|draft, arn| draft.enable_rotation(arn, 90, 0).unwrap());
        assert!(!is_due(&rotating, 90 * DAY - 1) && is_due(&rotating, 90 * DAY));
        let ending = one_key(|draft, arn| {
            draft.schedule_deletion(arn, 7, 0).unwrap();
        });
        assert!(!is_due(&ending, 7 * DAY - 1) && is_due(&ending, 7 * DAY));
    }
}
