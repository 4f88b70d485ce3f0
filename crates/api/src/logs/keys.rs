//! Under which keys do a group's data rest? Originals under one key a day; where the group has a KMS key, its masked side too, under
//! another one.
//!
//! A wrapped key is a record of the store: by the store's own key, or by the group's KMS key, which the service uses as
//! `logs.REGION.amazonaws.com` with the context `aws:logs:arn` (User Guide, "Encrypt log data in CloudWatch Logs using AWS
//! KMS"). The KMS key is asked for at every read and write of such a group, by the policies that hold then: when it is lost,
//! nothing of the group can be read, masked or not, though clear keys may still stand in locked memory. A number says day, KMS
//! key and purpose, so that an association holds for what is written after it.

use super::{Meant, fault};
use crate::api::{Api, Randomness};
use crate::call::internal;
use crate::kms::{ServiceUse, Used};
use sotto_deliver::{Content, SealedContent};
use sotto_kms::keys::KeyArn;
use sotto_kms::{BLOB_ENTROPY_BYTES, DataKey, WrappedKey, open_blob, seal_blob};
use sotto_logs::{Group, GroupKeys, GroupSettings, Millis, TOKEN_KEYS, Uid};
use sotto_protect::{Scope as TokenScope, ScopeKind, SpanKey, SpanKeyId, SpanKeys, TokenKey, Tokens};
use sotto_public::{Opaque, Place, Public, Storable, Stored, StoredRecord};
use sotto_segment::ColumnKey;
use sotto_sensitive::RawBytes;
use sotto_wire::{Common, Fault};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Clear keys that are kept.
const KEYS_KEPT_MAX: usize = 4_096;
const DAY_MS: i64 = 86_400_000;
/// Numbers that are tried for a day's key.
const NUMBERS_TRIED_MAX: u64 = 64;
/// Bits of a number that tell KMS keys apart, and purposes.
const TELLING_BITS: u32 = 24;

/// What a key is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Originals = 0,
    Masked = 1,
}

/// A key at rest.
#[derive(Storable)]
struct Kept {
    wrapped: By,
    made_ms: i64,
}

#[derive(Storable)]
enum By {
    /// By the key of the store.
    Store(WrappedKey),
    /// By a KMS key: its ARN, and its ciphertext.
    Kms(Public<String>, Opaque),
}

impl StoredRecord for Kept {
    const KIND: &'static str = "log-key";
}

/// What a key wrapped by the store's own is bound to.
fn place(group: Uid, number: u64) -> Place {
    Place::new("log-key").with(&group.number()).with(&number)
}

/// What frames and columns under a key are bound to.
fn masked_place(group: Uid, number: u64) -> Place {
    Place::new("log-masked").with(&group.number()).with(&number)
}

/// The number of a key: the day, which KMS key, what for.
fn number(now: Millis, kms_key: Option<&Public<String>>, purpose: Purpose) -> u64 {
    let day = u64::try_from(now.0 / DAY_MS).unwrap_or_default();
    let mut told = 0_u64;
    for byte in kms_key.iter().flat_map(|key| key.get().bytes()) {
        told = (told ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3) ^ (told >> 29);
    }
    let told = (told << 1) & ((1 << TELLING_BITS) - 1) | purpose as u64;
    day << TELLING_BITS | told
}

type Held = HashMap<(Uid, u64), Arc<DataKey>>;

/// Clear keys that were used of late, and which of them groups are written under.
#[derive(Default)]
pub(crate) struct Keys {
    held: Mutex<Held>,
    current: Mutex<HashMap<Uid, u64>>,
}

impl Keys {
    pub(super) fn find(&self, group: Uid, number: u64) -> Option<Arc<DataKey>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(&(group, number)).cloned()
    }

    fn keep(&self, group: Uid, number: u64, key: DataKey) -> Arc<DataKey> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= KEYS_KEPT_MAX {
            held.retain(|_, key| Arc::strong_count(key) > 1);
        }
        if held.len() >= KEYS_KEPT_MAX {
            held.clear();
        }
        let key = Arc::new(key);
        held.insert((group, number), Arc::clone(&key));
        key
    }

    /// A key that was destroyed is not used again.
    pub(super) fn forget(&self, group: Uid, number: u64) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&(group, number));
    }

    /// Whether the group was written under a KMS key since the start: what was so written must be opened still.
    fn current_of(&self, group: Uid) -> bool {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&group)
    }

    /// After a start a group is read before it is written to: what comes out of its sealed frames goes under a key again.
    fn write_under_unless_known(&self, group: Uid, number: u64) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).entry(group).or_insert(number);
    }

    fn write_under(&self, group: Uid, number: Option<u64>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match number {
            Some(number) => current.insert(group, number),
            None => current.remove(&group),
        };
    }
}

/// Lends the keys of masked data to the store of events.
pub(crate) struct Lender {
    keys: Arc<Keys>,
    randomness: Arc<dyn Randomness>,
}

impl Lender {
    pub(crate) fn new(keys: &Arc<Keys>, randomness: &Arc<dyn Randomness>) -> Self {
        Self { keys: Arc::clone(keys), randomness: Arc::clone(randomness) }
    }
}

impl GroupKeys for Lender {
    fn current(&self, group: Uid) -> Option<u64> {
        self.keys.current.lock().unwrap_or_else(PoisonError::into_inner).get(&group).copied()
    }

    fn lend(&self, group: Uid, number: u64, to: &mut dyn FnMut(&ColumnKey<'_>)) -> bool {
        let Some(key) = self.keys.find(group, number) else { return false };
        let place = masked_place(group, number);
        ColumnKey::new(key.key(), &place).map(|key| to(&key)).is_ok()
    }

    #[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
    fn seal(&self, group: Uid, number: u64, frame: &Stored) -> Option<Opaque> {
        let key = self.keys.find(group, number)?;
        let mut entropy = [0; BLOB_ENTROPY_BYTES];
        self.randomness.fill(&mut entropy);
        let raw = RawBytes::new(frame.as_bytes().to_vec());
        seal_blob(&key, &masked_place(group, number), &raw, entropy).ok().map(Opaque::from_pinned_bytes)
    }

    #[expect(clippy::disallowed_methods, reason = "what was sealed was a stored record, and is one again")]
    fn open(&self, group: Uid, number: u64, sealed: &Opaque) -> Option<Stored> {
        let key = self.keys.find(group, number)?;
        let opened = open_blob(&key, &masked_place(group, number), sealed.as_bytes()).ok()?;
        Some(Stored::from_pinned_bytes(opened.expose().to_vec()))
    }

    fn may_seal(&self, number: u64, now: Millis) -> bool {
        let today = u64::try_from(now.0 / DAY_MS).unwrap_or_default();
        number >> TELLING_BITS >= today.saturating_sub(1)
    }

    fn destroyed(&self, group: Uid, number: u64) {
        self.keys.forget(group, number);
    }
}

/// The keys that a read needs.
pub(super) struct Ring(BTreeMap<SpanKeyId, SpanKey>);

impl SpanKeys for Ring {
    fn span_key(&self, id: SpanKeyId) -> Option<&SpanKey> {
        self.0.get(&id)
    }
}

/// The key that seals a group's originals today; made where there is none. What is written from now on is written under the
/// group's key.
pub(super) async fn key_of_today(
    api: &Api,
    meant: &Meant,
    group: &Group,
    now: Millis,
) -> Result<SpanKey, Fault> {
    let kms_key = group.kms_key.as_ref();
    if let Some(key) = kms_key {
        may_use(api, meant, key).await?;
        let number = number(now, kms_key, Purpose::Masked);
        found_or_made(api, meant, group, number, now).await?;
        api.logs.keys().write_under(group.uid, Some(number));
    } else {
        api.logs.keys().write_under(group.uid, None);
    }
    let number = number_of_today(api, group, now).await?;
    let key = found_or_made(api, meant, group, number, now).await?;
    Ok(SpanKey::shared(SpanKeyId::new(number), key))
}

/// The number of the key of a group's originals today: its own, unless something stored was sealed by a key of that number that is
/// gone, as after a restore without keys. A second key of one number would make what is erased look damaged.
async fn number_of_today(api: &Api, group: &Group, now: Millis) -> Result<u64, Fault> {
    let own = number(now, group.kms_key.as_ref(), Purpose::Originals);
    let (events, held) = (api.logs.events(), api.logs.keys());
    let mut kept: Option<BTreeMap<u64, Kept>> = None;
    for turn in 0..NUMBERS_TRIED_MAX {
        let number = own ^ (turn << 1);
        if held.find(group.uid, number).is_some() {
            return Ok(number);
        }
        if kept.is_none() {
            kept = Some(events.keys(group.uid).await.map_err(fault)?);
        }
        let is_kept = kept.as_ref().is_some_and(|kept| kept.contains_key(&number));
        if is_kept || !events.was_sealed_by(group.uid, number) {
            return Ok(number);
        }
    }
    Ok(own)
}

/// The number of the key of a group's tokens.
fn number_of_tokens(settings: &GroupSettings) -> u64 {
    // Even, as those of originals: columns are under none of them.
    TOKEN_KEYS.saturating_add(settings.tokens.unwrap_or(0).saturating_mul(2)).min(u64::MAX - 1)
}

/// What the group's tokens are made with; made where it is missing. It is no day's key: one value has one token for ever.
#[expect(clippy::disallowed_methods, reason = "the key of tokens is handed over to where they are made")]
pub(super) async fn tokens(api: &Api, meant: &Meant, group: &Group, now: Millis) -> Result<Tokens, Fault> {
    let key = found_or_made(api, meant, group, number_of_tokens(&group.settings), now).await?;
    let key = key.derive("tokens of log groups").map_err(|_| internal())?;
    let key = TokenKey::new(Zeroizing::new(key.key().expose().to_vec())).map_err(|_| internal())?;
    let name = format!("{:032x}", group.uid.number());
    let scope = TokenScope::new(ScopeKind::Group, &name).map_err(|_| internal())?;
    Ok(Tokens { key: Arc::new(key), scope })
}

/// Whether the group has a key of tokens.
pub(super) async fn has_tokens(api: &Api, group: &Group) -> Result<bool, Fault> {
    let kept = api.logs.events().keys::<Kept>(group.uid).await.map_err(fault)?;
    Ok(kept.contains_key(&number_of_tokens(&group.settings)))
}

/// Destroys a key of tokens that another one took the place of.
pub(super) async fn forget_tokens(api: &Api, group: Uid, before: Option<u64>) -> Result<(), Fault> {
    let settings = GroupSettings { tokens: before, ..GroupSettings::default() };
    let number = number_of_tokens(&settings);
    api.logs.keys().forget(group, number);
    api.logs.events().delete_key(group, number).await.map_err(fault)
}

/// Before a read: where the group has a KMS key, it must be there, and the keys under it at hand.
pub(super) async fn ready(api: &Api, meant: &Meant, group: &Group) -> Result<(), Fault> {
    let has_keys = group.kms_key.is_some()
        || api.logs.keys().current_of(group.uid)
        || api.logs.events().rests_under_keys(group.uid);
    let kept = match has_keys {
        true => api.logs.events().keys::<Kept>(group.uid).await.map_err(fault)?,
        false => return Ok(()),
    };
    let mut asked: BTreeSet<&Public<String>> = BTreeSet::new();
    let (mut came, mut newest) = (false, None);
    for (number, kept) in &kept {
        let By::Kms(key, _) = &kept.wrapped else { continue };
        if asked.insert(key) {
            may_use(api, meant, key).await?;
        }
        if number % 2 != Purpose::Masked as u64 {
            continue;
        }
        newest = Some(*number);
        if api.logs.keys().find(group.uid, *number).is_none() {
            open(api, meant, group.uid, *number, kept).await?;
            came = true;
        }
    }
    if let Some(newest) = newest.filter(|_| group.kms_key.is_some()) {
        api.logs.keys().write_under_unless_known(group.uid, newest);
    }
    if came {
        let registry = api.state.now().rooms.logs.clone();
        api.logs.events().unlock(&|group| registry.by_uid(group).is_some()).map_err(fault)?;
    }
    Ok(())
}

/// The key of a segment's columns and what they are bound to, for the query engine; at hand after [`ready`].
#[expect(clippy::disallowed_methods, reason = "the engine reads masked columns; this key opens no original")]
pub(super) fn column_key(api: &Api, group: Uid, number: u64) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let key = api.logs.keys().find(group, number).ok_or_else(internal)?;
    Ok((key.key().expose().to_vec(), masked_place(group, number).as_bytes().to_vec()))
}

/// The key that a group is written under now, where its data rest under a customer's key.
pub(super) fn current(api: &Api, group: Uid) -> Option<u64> {
    api.logs.keys().current.lock().unwrap_or_else(PoisonError::into_inner).get(&group).copied()
}

/// The keys of these numbers, as far as they are still there.
pub(super) async fn ring(
    api: &Api,
    meant: &Meant,
    group: Uid,
    ids: &BTreeSet<SpanKeyId>,
) -> Result<Ring, Fault> {
    let mut ring = BTreeMap::new();
    let missing = ids.iter().any(|id| api.logs.keys().find(group, id.number()).is_none());
    let kept = match missing {
        true => api.logs.events().keys::<Kept>(group).await.map_err(fault)?,
        false => BTreeMap::new(),
    };
    for id in ids {
        let key = match (api.logs.keys().find(group, id.number()), kept.get(&id.number())) {
            (Some(key), _) => key,
            (None, Some(kept)) => open(api, meant, group, id.number(), kept).await?,
            (None, None) => continue,
        };
        ring.insert(*id, SpanKey::shared(*id, key));
    }
    Ok(Ring(ring))
}

/// What is queued for others, under the key of a group whose data rest under a customer's key.
pub(super) fn sealed_content(api: &Api, group: Uid, content: Content) -> Result<Content, Fault> {
    let lender = Lender { keys: api.logs.shared_keys(), randomness: Arc::clone(&api.randomness) };
    let Some(key) = lender.current(group) else { return Ok(content) };
    let body = lender.seal(group, key, &Stored::of(&content)).ok_or_else(internal)?;
    Ok(Content::Sealed(SealedContent { group: group.number(), key, body }))
}

/// The same opened, when the KMS key may be used now; nothing where the group's key is gone for ever.
pub(super) async fn opened_content(
    api: &Api,
    (meant, group): (&Meant, Uid),
    sealed: &SealedContent,
) -> Result<Option<Content>, Fault> {
    let kept = api.logs.events().keys::<Kept>(group).await.map_err(fault)?;
    let Some(kept) = kept.get(&sealed.key) else { return Ok(None) };
    if let By::Kms(key, _) = &kept.wrapped {
        may_use(api, meant, key).await?;
    }
    if api.logs.keys().find(group, sealed.key).is_none() {
        open(api, meant, group, sealed.key, kept).await?;
    }
    let lender = Lender { keys: api.logs.shared_keys(), randomness: Arc::clone(&api.randomness) };
    let opened = lender.open(group, sealed.key, &sealed.body).ok_or_else(internal)?;
    opened.read().map(Some).map_err(|_| internal())
}

async fn found_or_made(
    api: &Api,
    meant: &Meant,
    group: &Group,
    number: u64,
    now: Millis,
) -> Result<Arc<DataKey>, Fault> {
    if let Some(key) = api.logs.keys().find(group.uid, number) {
        return Ok(key);
    }
    let events = api.logs.events();
    if let Some(kept) = events.keys::<Kept>(group.uid).await.map_err(fault)?.get(&number) {
        return open(api, meant, group.uid, number, kept).await;
    }
    let (key, wrapped) = made(api, meant, group, number).await?;
    match events.add_key(group.uid, number, &Kept { wrapped, made_ms: now.0 }).await.map_err(fault)? {
        true => Ok(api.logs.keys().keep(group.uid, number, key)),
        // Another process was faster: its key counts.
        false => {
            let kept = events.keys::<Kept>(group.uid).await.map_err(fault)?;
            open(api, meant, group.uid, number, kept.get(&number).ok_or_else(internal)?).await
        }
    }
}

async fn made(api: &Api, meant: &Meant, group: &Group, number: u64) -> Result<(DataKey, By), Fault> {
    let Some(kms_key) = &group.kms_key else {
        let key = DataKey::generate(&mut api.draw()).map_err(|_| internal())?;
        let wrapped = key.wrap(&api.store_key, &place(group.uid, number)).map_err(|_| internal())?;
        return Ok((key, By::Store(wrapped)));
    };
    let Used { clear, sealed } =
        used(meant, kms_key, async |asked| api.service_generate_data_key(asked).await).await?;
    Ok((DataKey::new(clear).map_err(|_| internal())?, By::Kms(kms_key.clone(), sealed)))
}

async fn open(api: &Api, meant: &Meant, group: Uid, number: u64, kept: &Kept) -> Result<Arc<DataKey>, Fault> {
    let key = match &kept.wrapped {
        By::Store(wrapped) => DataKey::unwrap(&api.store_key, &place(group, number), wrapped),
        By::Kms(key, sealed) => {
            let opened = used(meant, key, async |asked| api.service_decrypt(asked, sealed).await).await;
            DataKey::new(opened?)
        }
    };
    Ok(api.logs.keys().keep(group, number, key.map_err(|_| internal())?))
}

/// Whether the service may use a KMS key for a group now.
pub(super) async fn may_use(api: &Api, meant: &Meant, key: &Public<String>) -> Result<(), Fault> {
    used(meant, key, async |asked| api.service_may_use(asked).await).await
}

/// Does something with a KMS key as the service; what is refused is told as the group's trouble, not as the caller's.
async fn used<T>(
    meant: &Meant,
    key: &Public<String>,
    act: impl AsyncFnOnce(&ServiceUse<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let lost = |_| {
        Fault::common(
            Common::AccessDenied,
            "The specified KMS key does not exist or is not allowed to be used with the log group",
        )
    };
    let key = KeyArn::parse(key.get()).map_err(|_| internal())?;
    let arn = crate::record::configured(&meant.arn());
    let context = [("aws:logs:arn", &arn)];
    let (region, account) = (&meant.scope.region, &meant.scope.account);
    let asked = ServiceUse { service: "logs", region, account, source: &arn, key: &key, context: &context };
    act(&asked).await.map_err(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_tokens_are_no_days_and_never_of_columns() {
        let number = |tokens| number_of_tokens(&GroupSettings { tokens, ..GroupSettings::default() });
        assert_eq!(number(None), number(Some(0)));
        for tokens in [Some(0), Some(1), Some(2), Some(u64::MAX)] {
            assert!(number(tokens) >= TOKEN_KEYS && number(tokens) % 2 == Purpose::Originals as u64);
        }
        assert!(number(Some(1)) != number(Some(0)) && number(Some(1)) != number(Some(2)));
    }

    #[test]
    fn keys_of_today_and_yesterday_may_still_seal() {
        struct Zeros;
        impl Randomness for Zeros {
            fn fill(&self, out: &mut [u8]) {
                out.fill(0);
            }
        }
        let (keys, randomness) = (Arc::<Keys>::default(), Arc::new(Zeros) as Arc<dyn Randomness>);
        let (lender, group) = (Lender::new(&keys, &randomness), Uid::new([1; 16]));
        let at = |day: i64| Millis(day * DAY_MS + DAY_MS - 1);
        let made = |day| number(at(day), Some(&"arn:one".into()), Purpose::Originals);
        for (day, may) in [(20_001, true), (20_000, true), (19_999, true), (19_998, false)] {
            assert_eq!(lender.may_seal(made(day), at(20_000)), may, "{day}");
        }
        keys.keep(group, 7, DataKey::new(sotto_sensitive::KeyBytes::zeroed(32)).unwrap());
        assert!(keys.find(group, 7).is_some());
        lender.destroyed(group, 7);
        assert!(keys.find(group, 7).is_none(), "a key that was destroyed seals nothing more");
    }

    #[test]
    fn numbers_tell_days_keys_and_purposes_apart() {
        let (one, other) = (Public::<String>::from("arn:one"), Public::<String>::from("arn:other"));
        let day = |day: i64| Millis(day * DAY_MS + 5);
        let mut numbers = BTreeSet::new();
        for at in [day(20_000), day(20_001)] {
            for key in [None, Some(&one), Some(&other)] {
                for purpose in [Purpose::Originals, Purpose::Masked] {
                    let number = number(at, key, purpose);
                    assert_eq!(number % 2, purpose as u64);
                    assert!(numbers.insert(number));
                }
            }
        }
        assert_eq!(
            number(Millis(20_000 * DAY_MS), None, Purpose::Originals),
            number(day(20_000), None, Purpose::Originals)
        );
        assert!(
            number(day(20_001), None, Purpose::Originals) > number(day(20_000), Some(&one), Purpose::Masked)
        );
    }
}
