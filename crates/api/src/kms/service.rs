//! How do our own services use a key? As service principals (`logs.REGION.amazonaws.com`), judged by the same engine, under the
//! key's policy and its grants, and on record in the trail of the key's account.
//!
//! A key's policy names the service and may ask for `aws:SourceArn`, `aws:SourceAccount` and the encryption context, as
//! CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS", does. There is no other door: a service
//! that the policy does not name gets nothing.

use super::fault;
use crate::api::{Api, Draw};
use crate::call::{internal, unavailable};
use crate::context::epoch_seconds;
use crate::record::{action_of, configured};
use crate::state::Snapshot;
use crate::turns::Turns;
use sotto_arn::{AccountId, Region, Service};
use sotto_iam::{Act, Context, Decrypt, Permit, Principal, Request, UseKey};
use sotto_kms::StoreKey;
use sotto_kms::keys::{
    EncryptionAlgorithm, EncryptionContext, Key, KeyArn, Keys, MessageType, Outcome, SigningAlgorithm, Vault,
};
use sotto_public::{Opaque, Public};
use sotto_sensitive::{KeyBytes, RawBytes};
use sotto_storage::StorageError;
use sotto_trail::{EventKind, Identity, IdentityKind, Record, Source, Value};
use sotto_wire::{Common, Fault, message};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// For what a service uses a key.
#[derive(Clone, Debug)]
pub struct ServiceUse<'a> {
    /// The service, by what stands before the Region in its principal: `logs`.
    pub service: &'static str,
    /// Where.
    pub region: &'a Region,
    /// Whose resource it works for.
    pub account: &'a AccountId,
    /// The resource, by its ARN: `aws:SourceArn`.
    pub source: &'a Public<String>,
    /// The key.
    pub key: &'a KeyArn,
    /// The encryption context: names of the service's own, values that are public.
    pub context: &'a [(&'static str, &'a Public<String>)],
}

/// What a service got from a key: the data key in clear, and under the KMS key.
pub struct Used {
    /// In clear, in locked memory; it leaves no process.
    pub clear: KeyBytes,
    /// To be kept.
    pub sealed: Opaque,
}

/// The service that signs the trail.
pub(crate) const CLOUDTRAIL: &str = "cloudtrail";

/// How long work that blocks waits for its turn.
const ROOM_TIME_MAX: Duration = Duration::from_secs(20);

/// Bytes of a service's data key.
const DATA_KEY_BYTES: usize = 32;

impl Api {
    /// A data key for a service, under a KMS key whose policy lets it.
    ///
    /// # Errors
    /// Access denied, the key's state, or that the store does not take the record.
    pub async fn service_generate_data_key(&self, asked: &ServiceUse<'_>) -> Result<Used, Fault> {
        let (snapshot, key) = self.service_key(asked)?;
        let _permit: Permit<Decrypt> = self.service_may(&snapshot, "kms:GenerateDataKey", asked).await?;
        let context = EncryptionContext::of_public(asked.context);
        let work = move |vault: &Vault<'_>, draw: &mut Draw<'_>| {
            vault.data_key(&key, DATA_KEY_BYTES, &context, draw)
        };
        let (clear, sealed) = self.blocking(Some(asked.account), Arc::clone(&snapshot), work).await?;
        self.service_recorded("GenerateDataKey", asked).await?;
        Ok(Used { clear, sealed })
    }

    /// The data key again, for a service that the policy still lets. Its record is durable before the key is given.
    ///
    /// # Errors
    /// Access denied, the key's state, a ciphertext that does not open, or that the store does not take the record.
    pub async fn service_decrypt(&self, asked: &ServiceUse<'_>, sealed: &Opaque) -> Result<KeyBytes, Fault> {
        let (snapshot, key) = self.service_key(asked)?;
        let _permit: Permit<Decrypt> = self.service_may(&snapshot, "kms:Decrypt", asked).await?;
        let context = EncryptionContext::of_public(asked.context);
        let sealed = RawBytes::new(sealed.as_bytes().to_vec());
        let work = move |vault: &Vault<'_>, _: &mut Draw<'_>| {
            vault.decrypt(&key, EncryptionAlgorithm::Symmetric, &sealed, &context)
        };
        let opened = self.blocking(Some(asked.account), Arc::clone(&snapshot), work).await?;
        self.service_recorded("Decrypt", asked).await?;
        Ok(KeyBytes::from(opened))
    }

    /// A signature over what a service hashed, by the first of the algorithms that the key has. Its record is durable before it
    /// is given.
    ///
    /// # Errors
    /// Access denied, the key's state, a key that signs by none of them, or that the store does not take the record.
    pub(crate) async fn service_sign(
        &self,
        asked: &ServiceUse<'_>,
        digests: Vec<(SigningAlgorithm, Opaque)>,
    ) -> Result<(SigningAlgorithm, Opaque), Fault> {
        let (snapshot, key) = self.service_key(asked)?;
        let _permit: Permit<UseKey> = self.service_may(&snapshot, "kms:Sign", asked).await?;
        let fitting = digests.into_iter().find(|(name, _)| key.spec.signing_algorithms().contains(name));
        let (algorithm, digest) = fitting.ok_or_else(|| {
            Fault::new(
                "InvalidKeyUsageException",
                message!("{} signs by no algorithm that is wanted", key.arn.public()),
            )
        })?;
        let digest = RawBytes::new(digest.as_bytes().to_vec());
        let work = move |vault: &Vault<'_>, _: &mut Draw<'_>| {
            vault.sign(&key, algorithm, &digest, MessageType::Digest)
        };
        let signature = self.blocking(Some(asked.account), Arc::clone(&snapshot), work).await?;
        self.service_recorded("Sign", asked).await?;
        Ok((algorithm, signature))
    }

    /// Whether a service may encrypt and decrypt under a key now: asked before a resource is tied to it.
    ///
    /// # Errors
    /// Access denied, or the key's state.
    pub async fn service_may_use(&self, asked: &ServiceUse<'_>) -> Result<(), Fault> {
        let (snapshot, key) = self.service_key(asked)?;
        snapshot.rooms.keys.usable(&key).map_err(fault)?;
        let _generate: Permit<UseKey> = self.service_may(&snapshot, "kms:GenerateDataKey", asked).await?;
        let _decrypt: Permit<Decrypt> = self.service_may(&snapshot, "kms:Decrypt", asked).await?;
        Ok(())
    }

    fn service_key(&self, asked: &ServiceUse<'_>) -> Result<(Arc<Snapshot>, Arc<Key>), Fault> {
        let snapshot = self.state.now();
        let key = snapshot.rooms.keys.key(asked.key).cloned();
        let key = key.ok_or_else(|| {
            Fault::new("NotFoundException", message!("Key '{}' does not exist", asked.key.public()))
        })?;
        Ok((snapshot, key))
    }

    /// Asks the policies; a refusal is on record, too.
    async fn service_may<A: Act>(
        &self,
        snapshot: &Arc<Snapshot>,
        action: &'static str,
        asked: &ServiceUse<'_>,
    ) -> Result<Permit<A>, Fault> {
        if !self.state.is_fresh() {
            return Err(unavailable(&StorageError::Busy));
        }
        let request = request(&snapshot.rooms.keys, &self.store_key, (action, asked), self.now())?;
        let decided = snapshot.policies.authorize::<A>(&request, self.now()).into_permit();
        match decided {
            Ok(permit) => Ok(permit),
            Err(verdict) => {
                let words = configured(&verdict.message(&request));
                let operation = action.strip_prefix("kms:").unwrap_or(action);
                let record = self.service_record(operation, asked, Some("AccessDenied"))?;
                self.journal.write(record).await.map_err(|error| unavailable(&error))?;
                Err(Fault::common(Common::AccessDenied, words))
            }
        }
    }

    async fn service_recorded(&self, operation: &'static str, asked: &ServiceUse<'_>) -> Result<(), Fault> {
        let record = self.service_record(operation, asked, None)?;
        self.journal.write(record).await.map(|_| ()).map_err(|error| unavailable(&error))
    }

    /// The record of a service's use, in the trail of the key's account.
    fn service_record(
        &self,
        operation: &str,
        asked: &ServiceUse<'_>,
        error: Option<&'static str>,
    ) -> Result<Record, Fault> {
        let (call, read_only) = action_of("kms", operation).ok_or_else(internal)?;
        let service = Service::parse(asked.service).map_err(|_| internal())?;
        let resource =
            |kind: &'static str, name: Public<String>| sotto_trail::ResourceName { kind: kind.into(), name };
        Ok(Record {
            event: self.event_id(),
            at: self.now(),
            call,
            region: asked.region.clone(),
            source: Some(Source::Service(service.clone())),
            user_agent: Value::Null,
            identity: Identity {
                kind: IdentityKind::AwsService,
                invoked_by: Some(service),
                ..Identity::unknown()
            },
            request: Value::Null,
            response: Value::Null,
            error: error.map(Public::<String>::from),
            error_message: None,
            decision: None,
            resources: vec![
                resource("AWS::KMS::Key", asked.key.public()),
                resource(source_kind(asked.service), asked.source.clone()),
            ],
            request_id: self.event_id(),
            read_only,
            kind: EventKind::ServiceEvent,
            recipient: asked.key.account().clone(),
            findings: Vec::new(),
        })
    }

    /// Works with keys on a thread that may block, a bounded number at once, and of one account no more than its share.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        account: Option<&AccountId>,
        snapshot: Arc<Snapshot>,
        work: impl FnOnce(&Vault<'_>, &mut Draw<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let (store, devices) = (Arc::clone(&self.store_key), Arc::clone(&self.devices));
        let randomness = Arc::clone(&self.randomness);
        let done = in_turn(&self.blocking, account, move || {
            let vault = Vault { keys: &snapshot.rooms.keys, store: &store, devices: &devices };
            work(&vault, &mut Draw::from(&*randomness))
        });
        done.await?.map_err(fault)
    }
}

impl Api {
    /// The same for work without keys.
    pub(crate) async fn in_turn<T: Send + 'static>(
        &self,
        account: Option<&AccountId>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        in_turn(&self.blocking, account, work).await
    }
}

/// Work on a thread that may block, when there is room. The room is taken until the work has ended: a thread goes on when
/// whoever asked is gone, and would not be counted.
async fn in_turn<T: Send + 'static>(
    rooms: &Turns<Option<AccountId>>,
    account: Option<&AccountId>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let room = rooms.take(account.cloned(), ROOM_TIME_MAX).await.map_err(crate::refuse::crowded)?;
    let done = tokio::task::spawn_blocking(move || {
        let _room = room;
        work()
    });
    done.await.map_err(|_| internal())
}

/// What is asked of the policies: the service, on the key, for its resource, under its encryption context.
fn request(
    keys: &Keys,
    store_key: &StoreKey,
    (action, asked): (&'static str, &ServiceUse<'_>),
    now: SystemTime,
) -> Result<Request, Fault> {
    let under = EncryptionContext::of_public(asked.context);
    let mut context = Context::new()
        .with("aws:CurrentTime", now)
        .with("aws:EpochTime", epoch_seconds(now))
        .with("aws:RequestedRegion", asked.region.as_str())
        .with("aws:SourceArn", asked.source.get().as_str())
        .with("aws:SourceAccount", asked.account.as_str());
    context = match action {
        "kms:Sign" => context.with("kms:MessageType", "DIGEST"),
        _ => context.with("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    };
    super::ask::encryption_context(&mut context, &under);
    let action = sotto_arn::Action::parse(action).map_err(|_| internal())?;
    let key = keys.key(asked.key).ok_or_else(internal)?;
    let resource = super::ask::resource_of(keys, store_key, key);
    let request = Request::new(Principal::service(&principal_name(asked)), action, resource, context);
    Ok(request.with_encryption_context(super::ask::pairs(&under)))
}

/// What kind of thing a service works for.
fn source_kind(service: &'static str) -> &'static str {
    match service {
        CLOUDTRAIL => "AWS::CloudTrail::Trail",
        _ => "AWS::Logs::LogGroup",
    }
}

/// The name of the service's principal in a Region; CloudTrail's is one everywhere (CloudTrail User Guide, "Configure AWS KMS
/// key policies for CloudTrail").
fn principal_name(asked: &ServiceUse<'_>) -> String {
    if asked.service == CLOUDTRAIL {
        return "cloudtrail.amazonaws.com".to_owned();
    }
    let suffix = if asked.region.as_str().starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("{}.{}.{suffix}", asked.service, asked.region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shelves::Shelf;
    use crate::turns::Shares;
    use sotto_iam::{Grants, PolicySnapshot};
    use sotto_kms::Devices;
    use sotto_kms::keys::{GrantOperation, KeySpec, NewGrant, Origin, WantedKey};

    /// The numbers 1, 2, 3 and so on.
    struct Counter(u8);

    impl sotto_kms::Entropy for Counter {
        fn fill(&mut self, place: &mut [u8]) {
            for byte in place {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"logs.eu-central-1.amazonaws.com"},
        "Action":["kms:GenerateDataKey*","kms:Decrypt*"],"Resource":"*","Condition":{
        "ArnEquals":{"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:eu-central-1:111122223333:log-group:calls"},
        "StringEquals":{"aws:SourceAccount":"111122223333"}}}]}"#;

    struct World {
        account: AccountId,
        store: StoreKey,
        keys: Keys,
        key: KeyArn,
    }

    impl World {
        fn new(policy: &'static str) -> Self {
            let (account, region) =
                (AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
            let (store, devices) = (StoreKey::generate(&mut Counter(1)), Devices::default());
            let wanted = WantedKey {
                account: account.clone(),
                region,
                spec: KeySpec::Symmetric,
                usage: None,
                origin: Origin::Kms,
                multi_region: false,
                policy: Public::from(policy),
                description: None,
                tags: Vec::new(),
                key_store: None,
            };
            let before = Keys::default();
            let vault = Vault { keys: &before, store: &store, devices: &devices };
            let new = vault.new_key(wanted, 1, &mut Counter(7)).unwrap();
            let mut draft = before.draft();
            draft.create_key(&new).unwrap();
            let keys = before.apply(&draft.finish());
            Self { account, store, keys, key: new.arn().clone() }
        }

        #[expect(clippy::disallowed_methods, reason = "policies of a test")]
        fn allows(&self, service: &'static str, group: &'static str, region: &str) -> bool {
            let (group, region) = (Public::<String>::from(group), Region::parse(region).unwrap());
            let asked = ServiceUse {
                service,
                region: &region,
                account: &self.account,
                source: &group,
                key: &self.key,
                context: &[("aws:logs:arn", &group)],
            };
            let policies = PolicySnapshot::from_pinned_records(1, Shelf::policies(&self.keys)).unwrap();
            let policies = policies.with_pinned_grants(self.keys.grants().unwrap());
            let now = SystemTime::UNIX_EPOCH;
            let request = request(&self.keys, &self.store, ("kms:Decrypt", &asked), now).unwrap();
            policies.authorize::<Decrypt>(&request, now).into_permit().is_ok()
        }
    }

    const CALLS: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:calls";
    const OTHER: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:other";

    #[test]
    fn a_service_uses_a_key_as_its_policy_says() {
        let world = World::new(POLICY);
        for (service, group, region, wanted) in [
            ("logs", CALLS, "eu-central-1", true),
            ("logs", OTHER, "eu-central-1", false),
            ("logs", CALLS, "us-west-2", false),
            ("lex", CALLS, "eu-central-1", false),
        ] {
            assert_eq!(world.allows(service, group, region), wanted, "{service} {group} {region}");
        }
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_takes_its_room() {
        let rooms: Turns<Option<AccountId>> = Turns::new(Shares::of(1));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (started, begun) = tokio::sync::oneshot::channel();
        let asked = in_turn(&rooms, None, move || {
            let _ = started.send(());
            wait.recv().is_ok()
        });
        tokio::select! {
            _ = asked => panic!("it waits to be let go"),
            begun = begun => begun.unwrap(),
        }
        assert!(rooms.take(None, Duration::ZERO).await.is_err());
        go.send(()).unwrap();
        assert_eq!(in_turn(&rooms, None, || 7).await.ok(), Some(7));
    }

    #[test]
    fn a_key_whose_policy_names_no_service_gives_nothing_but_by_a_grant() {
        let root = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}"#;
        let mut world = World::new(root);
        assert!(!world.allows("logs", CALLS, "eu-central-1"));
        let new = NewGrant {
            key: world.key.clone(),
            name: None,
            grantee: "logs.eu-central-1.amazonaws.com".into(),
            grantee_id: None,
            retiring: None,
            operations: [GrantOperation::Decrypt].into(),
            constraint: None,
            issuing: "arn:aws:iam::111122223333:root".into(),
        };
        let (keys, devices) = (world.keys.clone(), Devices::default());
        let vault = Vault { keys: &keys, store: &world.store, devices: &devices };
        let grant = vault.new_grant(&new, 1, &mut Counter(9)).unwrap();
        let mut draft = world.keys.draft();
        draft.create_grant(&new, &grant).unwrap();
        world.keys = world.keys.apply(&draft.finish());
        assert!(world.allows("logs", CALLS, "eu-central-1") && !world.allows("lex", CALLS, "eu-central-1"));
        let _: &dyn Grants = &world.keys;
    }
}
