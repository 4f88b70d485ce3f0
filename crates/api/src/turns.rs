//! Whose turn is it? Places for work, shared so that nobody's many requests keep everybody else out.
//!
//! There is a bound on places, on how many of them one may hold, and on how many of one wait. A place that becomes free goes to the
//! next one in a round of those who wait, not to whoever asked first: who sends a thousand requests gets a place per round, like
//! who sends one. Whoever waits too long, or is one too many, is told whether it was his own share or all of them that were
//! taken: AWS's answers differ (`ThrottlingException`, `ServiceUnavailableException`). Rates per account were rejected: a quiet
//! machine would refuse what it could do.
//!
//! A place may be any unit: what a request takes is a number of them, so that bytes of bodies are shared like requests are. Who
//! needs many and is next is waited for: small ones do not slip past for ever.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How many there are of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Places.
    pub places: usize,
    /// Places that one may hold.
    pub each: usize,
    /// How many of one may wait.
    pub waiting_each: usize,
    /// How many may wait.
    pub waiting: usize,
}

/// How many of one wait at least where there are few places.
const WAITING_EACH_LEAST: usize = 8;

impl Shares {
    /// Half of the places for one; an eighth of them, or a few, waiting.
    pub fn of(places: usize) -> Self {
        let places = places.max(1);
        Self {
            places,
            each: places.div_ceil(2),
            waiting_each: places.div_ceil(8).max(WAITING_EACH_LEAST),
            waiting: places.saturating_mul(2),
        }
    }
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// Whoever asks holds as many as one may.
    Own,
    /// All are taken.
    All,
}

/// Places, by whose turn it is.
pub struct Turns<K: Clone + Eq + Hash>(Arc<Shared<K>>);

impl<K: Clone + Eq + Hash> Clone for Turns<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Shared<K> {
    shares: Shares,
    line: Mutex<Line<K>>,
}

/// Who holds, and who waits.
struct Line<K> {
    held: usize,
    held_by: HashMap<K, usize>,
    waiting: usize,
    waiters: HashMap<K, VecDeque<Waiter>>,
    /// Those of whom somebody waits, the next one first.
    round: VecDeque<K>,
}

/// Somebody who waits for so many units.
struct Waiter {
    units: usize,
    turn: oneshot::Sender<()>,
}

/// Whether units can be had now.
#[derive(PartialEq, Eq)]
enum Fit {
    Yes,
    /// One's share does not allow it.
    Own,
    /// Others hold too many.
    All,
}

impl<K: Clone + Eq + Hash> Line<K> {
    fn fit(&self, shares: &Shares, key: &K, units: usize) -> Fit {
        let own = self.held_by(key);
        if own > 0 && own + units > shares.each {
            return Fit::Own;
        }
        if self.held > 0 && self.held + units > shares.places { Fit::All } else { Fit::Yes }
    }

    /// Whether somebody waits who is let in by his own share: then nobody passes him.
    fn somebody_is_next(&self, shares: &Shares) -> bool {
        let waits = |key: &K| {
            let first = self.waiters.get(key).and_then(VecDeque::front);
            first.is_some_and(|waiter| self.fit(shares, key, waiter.units) != Fit::Own)
        };
        self.round.iter().any(waits)
    }

    fn held_by(&self, key: &K) -> usize {
        self.held_by.get(key).copied().unwrap_or_default()
    }

    fn hold(&mut self, key: &K, units: usize) {
        self.held += units;
        *self.held_by.entry(key.clone()).or_default() += units;
    }

    fn let_go(&mut self, key: &K, units: usize) {
        self.held = self.held.saturating_sub(units);
        if let Some(count) = self.held_by.get_mut(key) {
            *count = count.saturating_sub(units);
            if *count == 0 {
                self.held_by.remove(key);
            }
        }
    }

    /// Gives what is free to those who wait, one each in turn.
    fn serve(&mut self, shares: &Shares) {
        let mut passed = 0;
        while passed < self.round.len() {
            let Some(key) = self.round.pop_front() else { return };
            let Some(first) = self.waiters.get(&key).and_then(VecDeque::front) else { continue };
            match self.fit(shares, &key, first.units) {
                Fit::All => return self.round.push_front(key),
                Fit::Own => {
                    self.round.push_back(key);
                    passed += 1;
                }
                Fit::Yes => {
                    passed = 0;
                    if self.next(&key) {
                        self.round.push_back(key);
                    }
                }
            }
        }
    }

    /// The first of one who waits gets what he waits for, if he is still there; says whether more of the same wait.
    fn next(&mut self, key: &K) -> bool {
        let Some(mut queue) = self.waiters.remove(key) else { return false };
        if let Some(waiter) = queue.pop_front() {
            self.waiting = self.waiting.saturating_sub(1);
            self.hold(key, waiter.units);
            if waiter.turn.send(()).is_err() {
                self.let_go(key, waiter.units);
            }
        }
        let more = !queue.is_empty();
        if more {
            self.waiters.insert(key.clone(), queue);
        }
        more
    }

    fn wait(&mut self, key: &K, units: usize, shares: &Shares) -> Option<oneshot::Receiver<()>> {
        let own = self.waiters.get(key).map_or(0, VecDeque::len);
        if own >= shares.waiting_each || self.waiting >= shares.waiting {
            return None;
        }
        let (turn, turned) = oneshot::channel();
        self.waiters.entry(key.clone()).or_default().push_back(Waiter { units, turn });
        self.waiting += 1;
        if own == 0 {
            self.round.push_back(key.clone());
        }
        Some(turned)
    }

    /// Forgets those of one who wait no more.
    fn forget(&mut self, key: &K) {
        let Some(queue) = self.waiters.get_mut(key) else { return };
        let before = queue.len();
        queue.retain(|waiter| !waiter.turn.is_closed());
        self.waiting = self.waiting.saturating_sub(before - queue.len());
        if queue.is_empty() {
            self.waiters.remove(key);
            self.round.retain(|waits| waits != key);
        }
    }
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// All places free.
    pub fn new(shares: Shares) -> Self {
        let (held_by, waiters, round) = (HashMap::new(), HashMap::new(), VecDeque::new());
        let line = Line { held: 0, held_by, waiting: 0, waiters, round };
        Self(Arc::new(Shared { shares, line: Mutex::new(line) }))
    }

    fn line(&self) -> MutexGuard<'_, Line<K>> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, when it is one's turn within a time; it is given back when it is dropped.
    ///
    /// # Errors
    /// [`Crowded`] says whose fault it is.
    pub async fn take(&self, key: K, longest: Duration) -> Result<Turn<K>, Crowded> {
        self.take_units(key, 1, longest).await
    }

    /// So many units at once; more than a share counts as a share.
    ///
    /// # Errors
    /// [`Crowded`] says whose fault it is.
    pub async fn take_units(&self, key: K, units: usize, longest: Duration) -> Result<Turn<K>, Crowded> {
        let shares = self.0.shares;
        let units = units.min(shares.each);
        let turned = {
            let mut line = self.line();
            let is_first = line.waiters.get(&key).is_none_or(VecDeque::is_empty);
            let fits = is_first && line.fit(&shares, &key, units) == Fit::Yes;
            if fits && !line.somebody_is_next(&shares) {
                line.hold(&key, units);
                return Ok(Turn { turns: self.clone(), key, units });
            }
            line.wait(&key, units, &shares)
        };
        let Some(turned) = turned else { return Err(self.crowded(&key, units)) };
        let mut waiting = Waiting { turns: self.clone(), key: key.clone(), units, turned: Some(turned) };
        match waiting.until(longest).await {
            true => Ok(Turn { turns: self.clone(), key, units }),
            false => Err(self.crowded(&key, units)),
        }
    }

    fn crowded(&self, key: &K, units: usize) -> Crowded {
        match self.line().fit(&self.0.shares, key, units) {
            Fit::Own => Crowded::Own,
            Fit::All | Fit::Yes => Crowded::All,
        }
    }

    /// Somebody waits no more; who waited behind may be let in.
    fn gone(&self, key: &K) {
        let mut line = self.line();
        line.forget(key);
        line.serve(&self.0.shares);
    }

    fn give_back(&self, key: &K, units: usize) {
        let mut line = self.line();
        line.let_go(key, units);
        line.serve(&self.0.shares);
    }
}

/// A place that somebody has.
pub struct Turn<K: Clone + Eq + Hash> {
    turns: Turns<K>,
    key: K,
    units: usize,
}

impl<K: Clone + Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        self.turns.give_back(&self.key, self.units);
    }
}

/// Somebody who waits. Who goes away in the moment of being called gives the place back.
struct Waiting<K: Clone + Eq + Hash> {
    turns: Turns<K>,
    key: K,
    units: usize,
    turned: Option<oneshot::Receiver<()>>,
}

impl<K: Clone + Eq + Hash> Waiting<K> {
    /// Whether the turn came in time.
    async fn until(&mut self, longest: Duration) -> bool {
        let Some(turned) = &mut self.turned else { return false };
        let came = matches!(timeout(longest, turned).await, Ok(Ok(())));
        if came {
            self.turned = None;
        }
        came
    }
}

impl<K: Clone + Eq + Hash> Drop for Waiting<K> {
    fn drop(&mut self) {
        let Some(mut turned) = self.turned.take() else { return };
        turned.close();
        match turned.try_recv() {
            Ok(()) => self.turns.give_back(&self.key, self.units),
            Err(_) => self.turns.gone(&self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(30);

    fn turns(places: usize, each: usize) -> Turns<&'static str> {
        Turns::new(Shares { places, each, waiting_each: 2, waiting: 3 })
    }

    async fn taken(turns: &Turns<&'static str>, key: &'static str) -> Option<Crowded> {
        turns.take(key, SHORT).await.err()
    }

    #[tokio::test]
    async fn nobody_holds_more_than_a_share_and_everybody_at_most_all() {
        let turns = turns(3, 2);
        let one = turns.take("a", SHORT).await.unwrap();
        let two = turns.take("a", SHORT).await;
        assert!(two.is_ok());
        assert_eq!(taken(&turns, "a").await, Some(Crowded::Own));
        let other = turns.take("b", SHORT).await;
        assert!(other.is_ok());
        assert_eq!(taken(&turns, "b").await, Some(Crowded::All));
        drop(one);
        assert_eq!(taken(&turns, "a").await, None);
        drop((two, other));
        let line = turns.line();
        assert_eq!((line.held, line.held_by.len(), line.waiting), (0, 0, 0));
    }

    #[tokio::test]
    async fn a_place_goes_round_and_not_to_whoever_asked_most() {
        let turns = turns(1, 1);
        let first = turns.take("greedy", SHORT).await.unwrap();
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        for key in ["greedy", "greedy", "modest"] {
            let (turns, told) = (turns.clone(), told.clone());
            tokio::spawn(async move {
                let turn = turns.take(key, LONG).await;
                let _ = told.send(key);
                drop(turn);
            });
            tokio::task::yield_now().await;
        }
        drop(first);
        let mut came = Vec::new();
        for _ in 0..3 {
            came.extend(order.recv().await);
        }
        assert_eq!(came, ["greedy", "modest", "greedy"]);
    }

    #[tokio::test]
    async fn how_many_wait_has_a_bound_on_both_sides_and_who_left_does_not_count() {
        let turns = turns(1, 1);
        let held = turns.take("a", SHORT).await;
        let waiting: Vec<_> = ["a", "a", "b"]
            .into_iter()
            .map(|key| {
                let turns = turns.clone();
                tokio::spawn(async move { turns.take(key, LONG).await.is_ok() })
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(turns.line().waiting, 3);
        let begun = std::time::Instant::now();
        assert_eq!(turns.take("a", LONG).await.err(), Some(Crowded::Own));
        assert_eq!(turns.take("c", LONG).await.err(), Some(Crowded::All));
        assert!(begun.elapsed() < LONG / 2);
        for waiter in waiting {
            waiter.abort();
            let _ = waiter.await;
        }
        drop(held);
        assert_eq!(taken(&turns, "c").await, None);
        assert_eq!(turns.line().held, 0);
    }

    #[tokio::test]
    async fn who_needs_much_is_waited_for_and_nobody_takes_more_than_a_share() {
        let turns = Turns::new(Shares { places: 10, each: 6, waiting_each: 4, waiting: 8 });
        let small = turns.take_units("small", 3, SHORT).await;
        let other = turns.take_units("other", 3, SHORT).await;
        let large = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take_units("large", 100, LONG).await.map(|turn| turn.units) }
        });
        tokio::task::yield_now().await;
        // Three would fit, but somebody else is next.
        assert_eq!(turns.take_units("small", 3, SHORT).await.err(), Some(Crowded::All));
        assert_eq!(turns.take_units("small", 4, SHORT).await.err(), Some(Crowded::Own));
        drop(other);
        assert_eq!(large.await.ok(), Some(Ok(6)));
        drop(small);
        let line = turns.line();
        assert_eq!((line.held, line.waiting), (0, 0));
    }
}
