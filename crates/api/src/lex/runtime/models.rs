//! Who understands a bot? Its locale and model, read from the store when they are first asked for and kept for the next turn.
//!
//! Contents have numbers that are never used again, so what was read stays right, and what a bot does not run on any more falls out
//! by itself. Room is bounded, and shared: when it is full, whoever holds most of it loses what it used longest ago, so that one
//! account with many bots does not make those of others slow. Reading is bounded as well: a large bot takes some ten times its size
//! while it is read.

use super::Talk;
use crate::api::Api;
use crate::call::internal;
use crate::lex::contents;
use crate::refuse::crowded;
use crate::turns::{Shares, Turns};
use sotto_arn::AccountId;
use sotto_conversation::bot::Locale;
use sotto_conversation::nlu::{Lesson, Listener, Model};
use sotto_conversation::registry::{Built, Scope};
use sotto_sensitive::RawBytes;
use sotto_wire::Fault;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most bytes of bots that are kept, as [`Ready::bytes`] counts them.
const KEPT_BYTES_MAX: usize = 256 << 20;
/// Bots that are read at one time.
const READING_MAX: usize = 4;
/// How many of one account wait for a bot to be read, and how many at all.
const WAITING_EACH_MAX: usize = 64;
const WAITING_MAX: usize = 512;
/// How long somebody waits.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// What a byte at rest is in memory, roughly: words as values with owners, templates and tables of what they hold.
const TIMES_LARGER: usize = 4;
/// Up to this size a bot is asked on the thread of the request; larger ones think on a thread that may block.
const LIGHT_BYTES_MAX: usize = 4 << 20;

/// A bot that can be asked.
pub(super) struct Ready {
    pub(super) locale: Locale,
    pub(super) listener: Listener,
    bytes: usize,
}

impl Ready {
    fn read(contents: &RawBytes, model: &RawBytes) -> Result<Self, Fault> {
        let locale = Locale::from_resting(contents).map_err(|_| internal())?;
        let model = Model::from_bytes(model).map_err(|_| internal())?;
        let bytes = contents.length() * TIMES_LARGER + model.bytes();
        let listener = Listener::new(Arc::new(Lesson::of(&locale)), model).map_err(|_| internal())?;
        Ok(Self { locale, listener, bytes })
    }

    /// Whether it answers fast enough to be asked where other requests are waited for.
    pub(super) fn is_light(&self) -> bool {
        self.bytes <= LIGHT_BYTES_MAX
    }
}

/// Whose room it takes, and the numbers of its contents, which are unique by themselves.
type Named = (AccountId, u128, u128);

/// Bots that were read lately.
pub(super) struct Models {
    kept: Mutex<Kept<Ready>>,
    /// Who is reading what, so that it is read once.
    gates: Mutex<HashMap<Named, Arc<tokio::sync::Mutex<()>>>>,
    reading: Turns<AccountId>,
}

impl Default for Models {
    fn default() -> Self {
        let shares = Shares {
            places: READING_MAX,
            each: READING_MAX.div_ceil(2),
            waiting_each: WAITING_EACH_MAX,
            waiting: WAITING_MAX,
        };
        let kept = Mutex::new(Kept::with_room(KEPT_BYTES_MAX));
        Self { kept, gates: Mutex::default(), reading: Turns::new(shares) }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bot of a conversation.
pub(super) async fn ready(api: &Api, talk: &Talk) -> Result<Arc<Ready>, Fault> {
    let models = &api.talks.models;
    let (scope, built) = (&talk.meant.scope, talk.built);
    let key: Named = (scope.account.clone(), built.content.number, built.model.number);
    if let Some(found) = locked(&models.kept).find(&key) {
        return Ok(found);
    }
    let gate = Arc::clone(locked(&models.gates).entry(key.clone()).or_default());
    let held = gate.lock().await;
    if let Some(found) = locked(&models.kept).find(&key) {
        return Ok(found);
    }
    let read = read(api, scope, built).await;
    if let Ok(ready) = &read {
        locked(&models.kept).keep(key.clone(), ready, ready.bytes);
    }
    locked(&models.gates).remove(&key);
    drop(held);
    read
}

async fn read(api: &Api, scope: &Scope, built: Built) -> Result<Arc<Ready>, Fault> {
    let turn = api.talks.models.reading.take(scope.account.clone(), WAIT_MAX).await.map_err(crowded)?;
    let contents = contents::read(api, scope, built.content).await?;
    let model = contents::read(api, scope, built.model).await?;
    let work = move || {
        let _turn = turn;
        Ready::read(&contents, &model)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| internal())?.map(Arc::new)
}

/// What is kept, and for whom.
struct Kept<T> {
    room: usize,
    all: BTreeMap<Named, Held<T>>,
    bytes: usize,
    uses: u64,
}

struct Held<T> {
    value: Arc<T>,
    bytes: usize,
    used: u64,
}

impl<T> Kept<T> {
    fn with_room(room: usize) -> Self {
        Self { room, all: BTreeMap::new(), bytes: 0, uses: 0 }
    }

    fn find(&mut self, key: &Named) -> Option<Arc<T>> {
        self.uses += 1;
        let used = self.uses;
        let held = self.all.get_mut(key)?;
        held.used = used;
        Some(Arc::clone(&held.value))
    }

    fn keep(&mut self, key: Named, value: &Arc<T>, bytes: usize) {
        self.uses += 1;
        self.bytes += bytes;
        let held = Held { value: Arc::clone(value), bytes, used: self.uses };
        if let Some(before) = self.all.insert(key, held) {
            self.bytes -= before.bytes;
        }
        while self.bytes > self.room {
            let Some(oldest) = self.oldest_of_the_greatest() else { return };
            let Some(held) = self.all.remove(&oldest) else { return };
            self.bytes -= held.bytes;
        }
    }

    /// What the account that holds most used longest ago.
    fn oldest_of_the_greatest(&self) -> Option<Named> {
        let mut by_account: BTreeMap<&AccountId, usize> = BTreeMap::new();
        for ((account, ..), held) in &self.all {
            *by_account.entry(account).or_default() += held.bytes;
        }
        let greatest = by_account.into_iter().max_by_key(|(_, bytes)| *bytes)?.0;
        let own = self.all.iter().filter(|((account, ..), _)| account == greatest);
        own.min_by_key(|(_, held)| held.used).map(|(key, _)| key.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(account: &str, number: u128) -> Named {
        (AccountId::parse(account).unwrap(), number, number)
    }

    #[test]
    fn whoever_holds_most_makes_room() {
        let (many, few) = ("111122223333", "444455556666");
        let mut kept = Kept::with_room(100);
        let value = Arc::new(());
        kept.keep(key(few, 1), &value, 20);
        for number in 2..=5 {
            kept.keep(key(many, number), &value, 20);
        }
        assert_eq!(kept.bytes, 100);
        assert!(kept.find(&key(many, 2)).is_some());
        kept.keep(key(many, 6), &value, 20);
        assert!(kept.find(&key(few, 1)).is_some(), "the other account's stays");
        assert!(kept.find(&key(many, 3)).is_none() && kept.find(&key(many, 2)).is_some());
        kept.keep(key(many, 7), &value, 101);
        assert!(kept.find(&key(many, 7)).is_none(), "what is larger than the room is not kept");
        assert!(kept.find(&key(few, 1)).is_some() && kept.bytes <= 100);
    }

    #[test]
    fn what_is_kept_again_counts_once() {
        let mut kept = Kept::with_room(100);
        let value = Arc::new(());
        kept.keep(key("111122223333", 1), &value, 60);
        kept.keep(key("111122223333", 1), &value, 60);
        assert_eq!(kept.bytes, 60);
    }
}
