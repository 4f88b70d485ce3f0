//! A policy comes to what is stored: each event once, with progress, over a crash, by one holder, and old objects go at the end.
//!
//! The policy of these tests masks texts that end in an odd number; what it finds has one invented kind.

use super::disk::ground;
use super::going::Wrapped;
use super::world::*;
use sotto_logs::{
    Append, Appended, EventStore, LogsError, Millis, NewRetroactive, News, Outcome, RETROACTIVE_ENDED_MAX,
    Retroactive, Run, Standing, Uid,
};
use sotto_protect::Protected;
use sotto_public::{Blob, IdentifierId, Malformed, Public};
use sotto_storage::Batch;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Later than anything of a job.
const SETTLED: Duration = Duration::from_secs(6);
/// By then objects that no record names are deleted.
const MUCH_LATER: Millis = Millis(NOW.0 + 7_200_000);

fn new(number: u64, dry_run: bool) -> NewRetroactive {
    NewRetroactive {
        id: public(format!("{number:04}")),
        scope: scope(),
        group: uid(0x6006),
        name: Public::named(&group_name()),
        dry_run,
        begun_by: "arn:aws:iam::111122223333:root".into(),
        begun: NOW.plus(Duration::from_millis(number)),
        under: 1,
        epoch: 1,
        policy: None,
    }
}

fn odd(_stream: Uid, event: &Protected) -> Outcome<Option<News>> {
    let is_odd = event.stored().as_str().ends_with(['1', '3', '5', '7', '9']);
    let found = BTreeMap::from([(IdentifierId::new("Canary").unwrap(), 1)]);
    let event = protected(event.event().id(), NOW, "******");
    Ok(is_odd.then_some(News { event: Some(event), found }))
}

async fn claimed(store: &EventStore, now: Millis) -> Option<Run> {
    let mut live = store.live_retroactives().await.unwrap();
    store.claim_retroactive(live.pop()?, now).await.unwrap()
}

/// Goes through all segments there are, and waits for none.
async fn go(store: &EventStore, run: &mut Run, now: Millis) -> usize {
    let mut count = 0;
    store.fence_off(run, now).await.unwrap();
    loop {
        while let Some(segment) = store.next_of(run) {
            store.protect_segment(run, &segment, (now, None), odd).await.unwrap();
            count += 1;
        }
        if store.is_through(run).await.unwrap() {
            return count;
        }
        assert!(store.next_of(run).is_some(), "it waits for nothing else");
    }
}

async fn end(store: &EventStore, mut run: Run, now: Millis) -> Retroactive {
    store.wind_up(&mut run, Standing::Complete, BTreeMap::new()).await.unwrap();
    let later = now.plus(Duration::from_secs(61));
    assert!(store.delete_replaced(&mut run, later).await.unwrap());
    store.end_retroactive(run, later).await.unwrap()
}

/// Texts of three segments and of hot events.
async fn filled(store: &Arc<EventStore>, of: &Arc<sotto_logs::Stream>) {
    for portion in 0..4 {
        let texts: Vec<_> = (0..6)
            .map(|at| {
                let at = portion * 6 + at;
                (NOW.plus(Duration::from_millis(at)), format!("canary {at}"))
            })
            .collect();
        put(store, of, &texts).await;
        if portion < 3 {
            store.flush().await.unwrap();
        }
    }
}

async fn texts(store: &EventStore, of: &Arc<sotto_logs::Stream>) -> Vec<String> {
    all(store, of, 100, true).await.into_iter().map(|(_, text)| text).collect()
}

fn wanted() -> Vec<String> {
    (0..24).map(|at| if at % 2 == 1 { "******".to_owned() } else { format!("canary {at}") }).collect()
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let (scratch, registry) = (Scratch::new(), registry(1));
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let of = stream(&registry, 0);
        filled(&store, &of).await;
        let before = texts(&store, &of).await;
        assert_eq!(store.begin_retroactive(new(1, true)).await, Ok(true));
        assert_eq!(store.begin_retroactive(new(2, false)).await, Ok(false), "a group has one job");
        let mut run = claimed(&store, NOW).await.unwrap();
        assert_eq!(go(&store, &mut run, NOW.plus(SETTLED)).await, 4, "hot events, too");
        let job = end(&store, run, NOW).await;
        assert_eq!(
            (job.standing, job.progress.events_masked, job.progress.streams_masked),
            (Standing::Complete, 12, 1)
        );
        assert_eq!((job.progress.events_done, job.progress.events_total), (24, 24));
        assert_eq!(job.progress.identifiers.values().sum::<u64>(), 12);
        assert_eq!(job.samples.len(), 4, "the first of its kind of each segment");
        assert_eq!(texts(&store, &of).await, before);
        assert!(store.live_retroactives().await.unwrap().is_empty());
        assert_eq!(store.retroactives(&scope()).await.unwrap(), [job]);
        drop(store);
        ground.close().await;
    });
}

#[test]
fn a_job_goes_on_after_a_crash_and_counts_each_event_once() {
    let (scratch, registry) = (Scratch::new(), registry(1));
    let of = stream(&registry, 0);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        filled(&store, &of).await;
        store.begin_retroactive(new(1, false)).await.unwrap();
        let mut run = claimed(&store, NOW).await.unwrap();
        let first = store.next_of(&run).unwrap();
        assert_eq!(store.events_unreached(run.job()), 24, "nothing yet");
        store.protect_segment(&mut run, &first, (NOW, None), odd).await.unwrap();
        assert_eq!((run.job().progress.events_done, run.job().progress.events_masked), (6, 3));
        assert_eq!(store.events_unreached(run.job()), 18, "were it stopped here");
        assert!(store.protect_segment(&mut run, &first, (NOW, None), odd).await.is_err(), "it was replaced");
        // The process goes away here: nothing is told to the next one but by the store.
        drop((run, store));
        ground.close().await;
    });
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW.plus(Duration::from_secs(1)), 2).await;
        let mut run = claimed(&store, NOW).await.unwrap();
        assert_eq!(run.job().progress.events_done, 6);
        let now = NOW.plus(SETTLED);
        assert_eq!(go(&store, &mut run, now).await, 3, "what was done is not done again");
        assert_eq!(texts(&store, &of).await, wanted());
        let progress = run.job().progress.clone();
        assert_eq!((progress.events_done, progress.events_masked, progress.streams_masked), (24, 12, 1));
        // Old objects stay for readers, and go then.
        store.wind_up(&mut run, Standing::Complete, BTreeMap::new()).await.unwrap();
        assert!(!store.delete_replaced(&mut run, now).await.unwrap());
        let later = now.plus(Duration::from_secs(61));
        assert!(store.delete_replaced(&mut run, later).await.unwrap());
        assert_eq!(store.end_retroactive(run, later).await.unwrap().standing, Standing::Complete);
        assert_eq!(store.sweep_objects(NOW).await, Ok(0));
        assert_eq!(store.sweep_objects(MUCH_LATER).await, Ok(0), "nothing is left that no record names");
        drop(store);
        ground.close().await;
    });
}

#[test]
fn one_that_lost_its_job_counts_nothing() {
    let (scratch, registry) = (Scratch::new(), registry(1));
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let of = stream(&registry, 0);
        filled(&store, &of).await;
        store.begin_retroactive(new(1, false)).await.unwrap();
        let mut slow = claimed(&store, NOW).await.unwrap();
        let mut quick = claimed(&store, NOW).await.unwrap();
        let segment = store.next_of(&slow).unwrap();
        assert!(
            store.protect_segment(&mut slow, &segment, (NOW, None), odd).await.is_err(),
            "another one holds it"
        );
        assert_eq!(texts(&store, &of).await.iter().filter(|text| *text == "******").count(), 0);
        store.protect_segment(&mut quick, &segment, (NOW, None), odd).await.unwrap();
        let stopped = store.stop_retroactive(&scope(), &public("0001".to_owned())).await.unwrap();
        assert!(stopped.is_some_and(|job| job.stopping));
        assert_eq!(store.stop_retroactive(&scope(), &public("0002".to_owned())).await, Ok(None));
        assert!(store.note_waiting(&mut quick, true, NOW).await.is_err(), "it must look again");
        let mut again = claimed(&store, NOW).await.unwrap();
        assert!(again.job().stopping && again.job().progress.events_done == 6);
        // Other policies hold now: everything is looked at again, and old objects are still known.
        store.begin_anew(&mut again, (2, 2), NOW).await.unwrap();
        assert_eq!(go(&store, &mut again, NOW.plus(SETTLED)).await, 4);
        assert_eq!(texts(&store, &of).await, wanted());
        let ended = end(&store, again, NOW.plus(SETTLED)).await;
        assert_eq!((ended.under, ended.epoch), (2, 2), "who knows less does not go on with it");
        assert_eq!(store.sweep_objects(NOW).await, Ok(0));
        assert_eq!(store.sweep_objects(MUCH_LATER).await, Ok(0));
        drop(store);
        ground.close().await;
    });
}

#[test]
fn ended_jobs_are_remembered_up_to_a_bound() {
    let (scratch, _registry) = (Scratch::new(), registry(1));
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        for number in 0..=RETROACTIVE_ENDED_MAX as u64 {
            store.begin_retroactive(new(number, true)).await.unwrap();
            let run = claimed(&store, NOW).await.unwrap();
            store.end_retroactive(run, NOW).await.unwrap();
        }
        let kept = store.retroactives(&scope()).await.unwrap();
        assert_eq!(kept.len(), RETROACTIVE_ENDED_MAX);
        assert_eq!(kept.last().map(|job| job.id.get().as_str()), Some("0001"), "the oldest one went");
        let other = NewRetroactive { group: uid(1), ..new(0, true) };
        assert_eq!(store.begin_retroactive(other).await, Ok(true));
        assert!(!matches!(store.begin_retroactive(new(0, true)).await, Err(LogsError::Busy)));
        drop(store);
        ground.close().await;
    });
}

/// A call whose rules were taken from a state of things.
fn call(store: &EventStore, of: &Arc<sotto_logs::Stream>, (text, decided): (&str, u64)) -> Append {
    let events = events_of(&store.reserve(1), &[(NOW, text.to_owned())]);
    let (stream, points, also) = (Arc::clone(of), Vec::new(), Batch::new());
    Append { stream, events, points, also, decided: Some(decided) }
}

#[test]
fn what_an_older_state_decided_about_never_comes_behind_a_job() {
    let (scratch, registry) = (Scratch::new(), registry(2));
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let of = stream(&registry, 0);
        // Three calls that were looked at before the job: one is there, one comes while it goes on, one when it has ended.
        let (early, during, late) = (
            call(&store, &of, ("canary 1", 0)),
            call(&store, &of, ("canary 3", 0)),
            call(&store, &of, ("canary 5", 0)),
        );
        assert!(matches!(store.append(early).await, Ok(Appended::Durable)));
        store.begin_retroactive(new(1, false)).await.unwrap();
        let mut run = claimed(&store, NOW).await.unwrap();
        assert!(!store.is_through(&run).await.unwrap(), "how far others may have come is not known yet");
        assert!(matches!(store.append(during).await, Ok(Appended::Outdated(_))));
        assert_eq!(go(&store, &mut run, NOW).await, 1, "though it was in no segment");
        assert_eq!(end(&store, run, NOW).await.progress.events_masked, 1);
        let Ok(Appended::Outdated(events)) = store.append(late).await else { panic!("it is refused") };
        assert_eq!(events.iter().map(|event| event.stored().as_str()).collect::<Vec<_>>(), ["canary 5"]);
        assert_eq!(texts(&store, &of).await, ["******"]);
        // By the state of the job, or a newer one; and what nobody decided about.
        for (decided, text) in [(1, "canary 7"), (2, "canary 9")] {
            let call = call(&store, &of, (text, decided));
            assert!(matches!(store.append(call).await, Ok(Appended::Durable)));
        }
        put(&store, &stream(&registry, 1), &[(NOW, "report".to_owned())]).await;
        drop(store);
        ground.close().await;
    });
}

#[test]
fn what_cannot_be_masked_is_passed_by_and_told() {
    let (scratch, registry) = (Scratch::new(), registry(1));
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let of = stream(&registry, 0);
        filled(&store, &of).await;
        // The second of four segments cannot be read, nor one event of the first.
        let broken = store.segments(uid(0x6006))[1].columns();
        #[expect(clippy::disallowed_methods, reason = "a test's own damage")]
        ground.blobs.put(broken, Blob::from_pinned_bytes(b"canary".to_vec())).await.unwrap();
        drop(store);
        let store = ground.events(NOW.plus(Duration::from_secs(1)), 2).await;
        store.begin_retroactive(new(1, false)).await.unwrap();
        let mut run = claimed(&store, NOW).await.unwrap();
        let look = |stream, event: &Protected| match event.stored().as_str() {
            "canary 3" => Err(LogsError::Damaged(Malformed::Text)),
            _ => odd(stream, event),
        };
        store.fence_off(&mut run, NOW).await.unwrap();
        let mut count = 0;
        while !store.is_through(&run).await.unwrap() {
            while let Some(segment) = store.next_of(&run) {
                store.protect_segment(&mut run, &segment, (NOW, None), look).await.unwrap();
                count += 1;
            }
        }
        assert_eq!(count, 4);
        let progress = &run.job().progress;
        let unreached = store.events_unreached(run.job());
        assert_eq!((progress.damaged, progress.events_masked, unreached), (Some(7), 8, 7));
        drop(store);
        ground.close().await;
    });
}

#[test]
fn nothing_is_published_that_a_destroyed_key_sealed() {
    let (scratch, registry) = (Scratch::new(), registry(1));
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let (of, group) = (stream(&registry, 0), uid(0x6006));
        filled(&store, &of).await;
        let before = texts(&store, &of).await;
        store.begin_retroactive(new(1, false)).await.unwrap();
        let mut run = claimed(&store, NOW).await.unwrap();
        let first = store.next_of(&run).unwrap();
        let gone = store.protect_segment(&mut run, &first, (NOW, Some(5)), odd).await;
        assert_eq!(gone, Err(LogsError::Key { group, number: 5 }));
        assert_eq!((texts(&store, &of).await, run.job().progress.events_done), (before, 0));
        store.add_key(group, 5, &Wrapped(5)).await.unwrap();
        store.protect_segment(&mut run, &first, (NOW, Some(5)), odd).await.unwrap();
        assert_eq!(run.job().progress.events_masked, 3);
        drop(store);
        ground.close().await;
    });
}
