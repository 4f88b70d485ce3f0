//! How can many threads work while results keep their order? Each job has a small queue of its own; the queues are read
//! one after the other.
//!
//! Jobs begin in order, so the job whose turn it is always runs, and a job that is ahead of its turn waits when its queue
//! is full: what is held is bounded by the number of threads. The caller's thread takes the results and is told when
//! nothing is ready, so that it can flush.

use anyhow::Result;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Results that one job may be ahead of its turn.
const QUEUE_PARTS: usize = 4;

/// Where a job puts its results, one or many.
pub(crate) struct Parts<R>(SyncSender<R>);

impl<R> Parts<R> {
    /// Hands a result over. `false` when nobody wants any more: stop.
    pub(crate) fn send(&self, part: R) -> bool {
        self.0.send(part).is_ok()
    }
}

/// What the caller's thread is told.
pub(crate) enum Event<R> {
    /// The next result.
    Part(R),
    /// Nothing is ready: a good time to flush.
    Idle,
}

/// As many threads as were asked for, or one for each core.
pub(crate) fn threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// Works on all jobs and takes their results in order. The first error of `take` ends everything.
pub(crate) fn ordered<J: Send, R: Send>(
    threads: NonZeroUsize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J, &Parts<R>) + Sync,
    mut take: impl FnMut(Event<R>) -> Result<()>,
) -> Result<()> {
    let (turns, order) = sync_channel::<Receiver<R>>(threads.get());
    let (jobs_in, queue) = sync_channel::<(J, Parts<R>)>(threads.get());
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        scope.spawn(move || deal(jobs, &turns, &jobs_in));
        for _ in 0..threads.get() {
            scope.spawn(|| {
                while let Some((job, parts)) = next_job(&queue) {
                    work(job, &parts);
                }
            });
        }
        let taken = take_all(&order, &mut take);
        // Nobody listens any more: whoever still sends sees that and stops.
        drop(order);
        taken
    })
}

fn deal<J, R>(
    jobs: impl Iterator<Item = J>,
    turns: &SyncSender<Receiver<R>>,
    queue: &SyncSender<(J, Parts<R>)>,
) {
    for job in jobs {
        let (parts, results) = sync_channel(QUEUE_PARTS);
        if turns.send(results).is_err() || queue.send((job, Parts(parts))).is_err() {
            return;
        }
    }
}

fn next_job<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn take_all<R>(order: &Receiver<Receiver<R>>, take: &mut impl FnMut(Event<R>) -> Result<()>) -> Result<()> {
    while let Some(parts) = receive(order, || take(Event::Idle))? {
        while let Some(part) = receive(&parts, || take(Event::Idle))? {
            take(Event::Part(part))?;
        }
    }
    Ok(())
}

/// The next message; `idle` is called before waiting for it.
fn receive<T>(from: &Receiver<T>, idle: impl FnOnce() -> Result<()>) -> Result<Option<T>> {
    match from.try_recv() {
        Ok(message) => Ok(Some(message)),
        Err(TryRecvError::Disconnected) => Ok(None),
        Err(TryRecvError::Empty) => {
            idle()?;
            Ok(from.recv().ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(threads: usize, jobs: u64) -> Vec<u64> {
        let mut taken = Vec::new();
        let work = |job: u64, parts: &Parts<u64>| {
            thread::sleep(std::time::Duration::from_micros((jobs - job) * 20));
            (0..job % 9).for_each(|part| assert!(parts.send(job * 100 + part)));
        };
        ordered(NonZeroUsize::new(threads).unwrap(), 0..jobs, work, |event| {
            taken.extend(match event {
                Event::Part(part) => Some(part),
                Event::Idle => None,
            });
            Ok(())
        })
        .unwrap();
        taken
    }

    #[test]
    fn results_keep_the_order_of_their_jobs() {
        let expected: Vec<u64> =
            (0..50).flat_map(|job| (0..job % 9).map(move |part| job * 100 + part)).collect();
        for threads in [1, 2, 7] {
            assert_eq!(run(threads, 50), expected);
        }
    }

    #[test]
    fn an_error_of_the_taker_ends_everything() {
        let endless = ordered(
            NonZeroUsize::new(3).unwrap(),
            0_u64..,
            |job, parts| while parts.send(job) {},
            |event| match event {
                Event::Part(_) => anyhow::bail!("enough"),
                Event::Idle => Ok(()),
            },
        );
        assert!(endless.is_err());
    }
}
