//! Is each confirmed event found once, in order, whatever became of it in between: hot, in a segment, after another start?

use crate::disk::ground;
use crate::world::{
    NOW, Scratch, all, block_on, entry, put, registry, scope, search, stream, stream_name, uid,
};
use sotto_logs::{Cursor, Heard, Millis, PAGE_BYTES_MAX, PAGE_EVENTS_MAX, Range, Stream};
use sotto_public::EventId;
use std::collections::BTreeMap;
use std::time::Duration;

/// A small generator: the multiplier of Knuth's MMIX.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

type Model = BTreeMap<u64, BTreeMap<EventId, String>>;

#[test]
fn what_is_confirmed_is_found_once_and_in_order_whatever_happens_in_between() {
    let scratch = Scratch::new();
    let (registry, mut dice, mut model) = (registry(4), Dice(11), Model::new());
    block_on(async {
        for start in 0..4_u64 {
            let ground = ground(scratch.path(), u128::from(start) + 1).await;
            let store = ground.events(NOW.plus(Duration::from_secs(start)), u128::from(start)).await;
            for step in 0..25 {
                let number = dice.roll(4);
                let to = stream(&registry, number);
                let base = NOW.0 - i64::try_from(dice.roll(3 * 86_400_000)).unwrap();
                let count = dice.roll(20) + 1;
                let events: Vec<_> = (0..count)
                    .map(|at| {
                        (Millis(base + i64::try_from(at / 3).unwrap()), format!("canary {start} {step} {at}"))
                    })
                    .collect();
                let ids = put(&store, &to, &events).await;
                let texts = events.into_iter().map(|(_, text)| text);
                model.entry(number).or_default().extend(ids.into_iter().zip(texts));
                if dice.roll(6) == 0 {
                    store.flush().await.unwrap();
                    assert_eq!(store.hot_bytes(), 0);
                }
                if dice.roll(8) == 0 {
                    store.sweep(&registry, NOW).await.unwrap();
                }
            }
            check(&store, &registry, &model).await;
            drop(store);
            ground.close().await;
        }
    });
}

async fn check(store: &sotto_logs::EventStore, registry: &sotto_logs::Registry, model: &Model) {
    for (number, events) in model {
        let wanted: Vec<_> = events.iter().map(|(id, text)| (*id, text.clone())).collect();
        let of = stream(registry, *number);
        for page in [3, 50, PAGE_EVENTS_MAX] {
            assert_eq!(all(store, &of, page, true).await, wanted, "forwards by {page}");
            assert_eq!(all(store, &of, page, false).await, wanted, "backwards by {page}");
        }
        let statistics = store.stream_statistics(of.group)[&of.uid];
        assert_eq!(statistics.events, wanted.len() as u64);
        assert_eq!(statistics.text_bytes, wanted.iter().map(|(_, text)| text.len() as u64).sum::<u64>());
        let (id, text) = &wanted[wanted.len() / 2];
        let found = store.find(of.group, of.uid, *id, false).await.unwrap().unwrap();
        assert_eq!(found.event.text().as_str(), text);
    }
    let mut everything: Vec<_> = model
        .iter()
        .flat_map(|(number, events)| {
            events.iter().map(|(id, text)| (*id, stream(registry, *number).uid, text.clone()))
        })
        .collect();
    everything.sort_by_key(|(id, ..)| *id);
    let word = "canary 0 1";
    for limit in [7, PAGE_EVENTS_MAX] {
        let wanted = everything.iter().filter(|(_, _, text)| text.contains(word));
        let wanted: Vec<_> = wanted.map(|(_, stream, text)| (*stream, text.clone())).collect();
        assert_eq!(search(store, &entry(registry), word, limit).await, wanted);
    }
}

#[test]
fn pages_of_a_stream_have_tokens_for_both_directions_that_never_end() {
    let scratch = Scratch::new();
    let registry = registry(2);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let (of, other) = (stream(&registry, 0), stream(&registry, 1));
        let empty = read(&store, &other, None, 5, true).await;
        assert!(empty.events.is_empty());
        let again = read(&store, &other, Some(empty.forward), 5, true).await;
        assert_eq!(again.forward, empty.forward, "at the end the token comes back");
        let texts: Vec<_> =
            (0..10).map(|at| (NOW.plus(Duration::from_millis(at)), format!("canary {at}"))).collect();
        put(&store, &of, &texts).await;
        let newest = read(&store, &of, None, 4, false).await;
        assert_eq!(shown(&newest), ["canary 6", "canary 7", "canary 8", "canary 9"]);
        let older = read(&store, &of, Some(newest.backward), 4, false).await;
        assert_eq!(shown(&older), ["canary 2", "canary 3", "canary 4", "canary 5"]);
        let forth = read(&store, &of, Some(older.forward), 100, false).await;
        assert_eq!(shown(&forth), shown(&newest));
        let end = read(&store, &of, Some(forth.forward), 100, false).await;
        assert!(end.events.is_empty() && end.forward == forth.forward);
        put(&store, &of, &[(NOW.plus(Duration::from_secs(1)), "canary later".to_owned())]).await;
        let later = read(&store, &of, Some(end.forward), 100, false).await;
        assert_eq!(shown(&later), ["canary later"], "a follower goes on where it was");
        // The end of a range is not included, its beginning is.
        let range = Range {
            from: NOW.plus(Duration::from_millis(3)),
            to: NOW.plus(Duration::from_millis(5)),
            originals: false,
        };
        let page = store.read_stream((of.group, of.uid), &range, None, (100, true)).await.unwrap();
        assert_eq!(shown(&page), ["canary 3", "canary 4"]);
        // What the first page of an empty stream said holds once something comes.
        put(&store, &other, &[(NOW, "canary first".to_owned())]).await;
        assert_eq!(shown(&read(&store, &other, Some(empty.forward), 5, true).await), ["canary first"]);
        drop(store);
        ground.close().await;
    });
}

async fn read(
    store: &sotto_logs::EventStore,
    of: &Stream,
    cursor: Option<Cursor>,
    limit: usize,
    from_head: bool,
) -> sotto_logs::StreamPage {
    store.read_stream((of.group, of.uid), &Range::all(), cursor, (limit, from_head)).await.unwrap()
}

fn shown(page: &sotto_logs::StreamPage) -> Vec<&str> {
    page.events.iter().map(|found| found.event.text().as_str()).collect()
}

#[test]
fn a_page_stays_within_its_bytes_but_always_gives_one_event() {
    let scratch = Scratch::new();
    let registry = registry(1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let of = stream(&registry, 0);
        let text = "x".repeat(PAGE_BYTES_MAX / 2 - 26);
        for at in 0..3 {
            put(&store, &of, &[(NOW.plus(Duration::from_millis(at)), text.clone())]).await;
        }
        put(&store, &of, &[(NOW.plus(Duration::from_secs(1)), "x".repeat(PAGE_BYTES_MAX + 1))]).await;
        for flushed in [false, true] {
            let first = read(&store, &of, None, 100, true).await;
            assert_eq!(first.events.len(), 2, "two halves fit exactly; flushed: {flushed}");
            let second = read(&store, &of, Some(first.forward), 100, true).await;
            assert_eq!(second.events.len(), 1);
            assert_eq!(
                read(&store, &of, Some(second.forward), 100, true).await.events.len(),
                1,
                "one event alone"
            );
            assert_eq!(read(&store, &of, None, 100, false).await.events.len(), 1, "from the other end");
            store.flush().await.unwrap();
        }
        drop(store);
        ground.close().await;
    });
}

#[test]
fn a_stream_that_is_made_again_shows_nothing_of_the_one_before() {
    let scratch = Scratch::new();
    let before = registry(1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let old = stream(&before, 0);
        put(&store, &old, &[(NOW, "canary old".to_owned())]).await;
        let mut draft = before.draft();
        let name = sotto_arn::LogGroupName::parse("/canary/orders").unwrap();
        draft.delete_stream(&scope(), &name, &stream_name(0)).unwrap();
        draft.create_stream(&scope(), &name, (stream_name(0), uid(0x9999), NOW)).unwrap();
        let after = before.apply(&draft.finish());
        let new = stream(&after, 0);
        put(&store, &new, &[(NOW, "canary new".to_owned())]).await;
        for flushed in [false, true] {
            assert_eq!(
                search(&store, &entry(&after), "canary", 10).await,
                [(new.uid, "canary new".to_owned())]
            );
            let shown = all(&store, &new, 10, true).await;
            assert_eq!(
                shown.into_iter().map(|(_, text)| text).collect::<Vec<_>>(),
                ["canary new"],
                "{flushed}"
            );
            store.flush().await.unwrap();
        }
        // After a while the old one's events are deleted for good.
        let later = |seconds| NOW.plus(Duration::from_secs(seconds));
        for seconds in [0, 61, 200] {
            store.sweep(&after, later(seconds)).await.unwrap();
        }
        assert_eq!(store.segments(old.group).iter().map(|segment| segment.events).sum::<u64>(), 1);
        drop(store);
        ground.close().await;
    });
}

#[test]
fn events_that_are_found_together_are_those_that_are_found_one_by_one() {
    let scratch = Scratch::new();
    let registry = registry(2);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let streams = [stream(&registry, 0), stream(&registry, 1)];
        let texts = |from: u64| -> Vec<_> {
            (from..from + 5).map(|at| (NOW.plus(Duration::from_millis(at)), format!("canary {at}"))).collect()
        };
        for round in [0, 10] {
            for of in &streams {
                put(&store, of, &texts(round)).await;
            }
            // What came first is in a segment, what comes then is not.
            if round == 0 {
                store.flush().await.unwrap();
            }
        }
        let mut wanted = BTreeMap::new();
        for of in &streams {
            let page = store.read_stream((of.group, of.uid), &Range::all(), None, (100, true)).await.unwrap();
            wanted.extend(page.events.iter().map(|found| (found.event.id(), of.uid)));
        }
        let group = streams[0].group;
        let found = store.find_all(group, &wanted, true).await.unwrap();
        assert_eq!((wanted.len(), found.len()), (20, 20));
        for (id, of) in &wanted {
            assert_eq!(store.find(group, *of, *id, true).await.unwrap().as_ref(), found.get(id));
        }
        let swapped = wanted.iter().map(|(id, of)| {
            let other = streams.iter().find(|stream| stream.uid != *of).unwrap();
            (*id, other.uid)
        });
        assert!(store.find_all(group, &swapped.collect(), true).await.unwrap().is_empty());
        drop(store);
        ground.close().await;
    });
}

#[test]
fn listeners_hear_what_is_confirmed() {
    let scratch = Scratch::new();
    let registry = registry(1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let (of, mut heard) = (stream(&registry, 0), store.listen());
        put(&store, &of, &[(NOW, "canary".to_owned())]).await;
        let Heard::Events(arrived) = heard.hear() else { panic!() };
        assert_eq!((arrived.group(), arrived.stream(), arrived.events().len()), (of.group, of.uid, 1));
        assert_eq!(arrived.stream_name(), &stream_name(0).public());
        drop(store);
        ground.close().await;
    });
}
