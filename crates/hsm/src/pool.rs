//! How does nobody wait for ever? Jobs stand in a bounded queue; whoever asks goes away when its time is over.
//!
//! A job that nobody has begun is then withdrawn, and was never done. One that is running cannot be stopped: its worker counts
//! as stuck until it comes back, and what it brings is dropped. What became of such a job is not known: whoever asks again
//! asks for something that may have happened.

use sotto_kms::DeviceError;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Jobs that wait for each worker; beyond that one is told that the device is busy, at once.
pub(crate) const JOBS_PER_WORKER_MAX: usize = 256;

const WAITS: u8 = 0;
const RUNS: u8 = 1;
const ENDED: u8 = 2;
const LEFT: u8 = 3;

/// Workers, each with a state `S` of its own.
pub(crate) struct Pool<S> {
    shared: Arc<Shared<S>>,
    workers: usize,
    timeout: Duration,
}

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    wake: Condvar,
    stuck: AtomicUsize,
}

struct Queue<S> {
    jobs: VecDeque<Job<S>>,
    open: bool,
}

struct Job<S> {
    state: Arc<AtomicU8>,
    act: Box<dyn FnOnce(&mut S) + Send>,
}

impl<S> Shared<S> {
    fn queue(&self) -> MutexGuard<'_, Queue<S>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, or nothing at the end.
    fn next(&self) -> Option<Job<S>> {
        let mut queue = self.queue();
        loop {
            match queue.jobs.pop_front() {
                Some(job) => return Some(job),
                None if !queue.open => return None,
                None => queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn work(&self, mut state: S) {
        while let Some(job) = self.next() {
            if swap(&job.state, WAITS, RUNS) {
                (job.act)(&mut state);
                if !swap(&job.state, RUNS, ENDED) {
                    self.stuck.fetch_sub(1, Ordering::AcqRel);
                }
            }
        }
    }
}

fn swap(state: &AtomicU8, from: u8, to: u8) -> bool {
    state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

impl<S: 'static> Pool<S> {
    /// Starts workers, each with the state that `make` gives it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(
        workers: usize,
        timeout: Duration,
        make: impl Fn() -> S + Clone + Send + 'static,
    ) -> std::io::Result<Self> {
        let queue = Mutex::new(Queue { jobs: VecDeque::new(), open: true });
        let shared = Arc::new(Shared { queue, wake: Condvar::new(), stuck: AtomicUsize::new(0) });
        let pool = Self { shared, workers, timeout };
        for _ in 0..workers {
            let (shared, make) = (Arc::clone(&pool.shared), make.clone());
            std::thread::Builder::new().name("sotto-hsm".into()).spawn(move || shared.work(make()))?;
        }
        Ok(pool)
    }

    /// Lets a worker do it, and waits for a bounded time.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut S) -> Result<T, DeviceError> + Send + 'static,
    ) -> Result<T, DeviceError> {
        let millis = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        let (answer, answered) = sync_channel(1);
        let state = Arc::new(AtomicU8::new(WAITS));
        let act = Box::new(move |seat: &mut S| drop(answer.send(act(seat))));
        {
            let mut queue = self.shared.queue();
            if queue.jobs.len() >= self.workers * JOBS_PER_WORKER_MAX {
                return Err(DeviceError::Busy { millis: 0 });
            }
            queue.jobs.push_back(Job { state: Arc::clone(&state), act });
        }
        self.shared.wake.notify_one();
        match answered.recv_timeout(self.timeout) {
            Ok(done) => done,
            // The worker ended: its module took it along.
            Err(RecvTimeoutError::Disconnected) => Err(DeviceError::Gone),
            Err(RecvTimeoutError::Timeout) if swap(&state, WAITS, LEFT) => Err(DeviceError::Busy { millis }),
            Err(RecvTimeoutError::Timeout) => {
                self.shared.stuck.fetch_add(1, Ordering::AcqRel);
                if !swap(&state, RUNS, LEFT) {
                    // It came back at this very moment.
                    self.shared.stuck.fetch_sub(1, Ordering::AcqRel);
                    return answered.try_recv().unwrap_or(Err(DeviceError::TimedOut { millis }));
                }
                Err(DeviceError::TimedOut { millis })
            }
        }
    }

    /// Workers, and how many of them did not come back.
    pub(crate) fn workers(&self) -> (usize, usize) {
        (self.workers, self.shared.stuck.load(Ordering::Acquire))
    }
}

impl<S> Drop for Pool<S> {
    /// Workers end when they have nothing to do; one that is stuck is not waited for.
    fn drop(&mut self) {
        self.shared.queue().open = false;
        self.shared.wake.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::time::Instant;

    const WAIT: Duration = Duration::from_millis(150);

    fn pool(workers: usize) -> Pool<u32> {
        Pool::start(workers, WAIT, || 0).unwrap()
    }

    #[test]
    fn workers_keep_their_state() {
        let pool = pool(1);
        let next = || {
            pool.ask(|count| {
                *count += 1;
                Ok(*count)
            })
        };
        assert_eq!((next(), next()), (Ok(1), Ok(2)));
        assert_eq!(pool.ask(|_| Err::<(), _>(DeviceError::KeyAbsent)), Err(DeviceError::KeyAbsent));
        assert_eq!(pool.workers(), (1, 0));
    }

    #[test]
    fn nobody_waits_longer_than_the_bound() {
        let pool = pool(1);
        let (enter, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (inner_enter, inner_leave) = (Arc::clone(&enter), Arc::clone(&leave));
        let stuck = move |_: &mut u32| {
            inner_enter.wait();
            inner_leave.wait();
            Ok(())
        };
        let millis = WAIT.as_millis() as u64;
        std::thread::scope(|scope| {
            let first = scope.spawn(|| pool.ask(stuck));
            enter.wait();
            let since = Instant::now();
            // The only worker is stuck: what waits is withdrawn, and is never done.
            assert_eq!(pool.ask(|_| Ok(())), Err(DeviceError::Busy { millis }));
            assert!(since.elapsed() < 10 * WAIT);
            assert_eq!(first.join().unwrap(), Err(DeviceError::TimedOut { millis }));
        });
        assert_eq!(pool.workers(), (1, 1));
        leave.wait();
        assert_eq!(pool.ask(|_| Ok(7)), Ok(7), "it came back");
        assert_eq!(pool.workers(), (1, 0));
    }

    #[test]
    fn a_full_queue_says_so_at_once() {
        let pool = Arc::new(Pool::start(1, Duration::from_secs(5), || 0).unwrap());
        let gate = Arc::new(Barrier::new(2));
        let (started, inner) = (Arc::new(Barrier::new(2)), Arc::clone(&gate));
        let inside = Arc::clone(&started);
        type Act = Box<dyn FnOnce(&mut u32) -> Result<(), DeviceError> + Send>;
        let asking = |act: Act| {
            let pool = Arc::clone(&pool);
            std::thread::spawn(move || pool.ask(act))
        };
        let mut all = vec![asking(Box::new(move |_| {
            inside.wait();
            inner.wait();
            Ok(())
        }))];
        started.wait();
        all.extend((0..JOBS_PER_WORKER_MAX).map(|_| asking(Box::new(|_| Ok(())))));
        while pool.shared.queue().jobs.len() < JOBS_PER_WORKER_MAX {
            std::thread::yield_now();
        }
        assert_eq!(pool.ask(|_| Ok(())), Err(DeviceError::Busy { millis: 0 }));
        gate.wait();
        assert!(all.into_iter().all(|one| one.join().unwrap() == Ok(())));
    }
}
