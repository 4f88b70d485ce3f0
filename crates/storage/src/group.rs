//! How do batches become groups? One writer takes what is waiting, up to a bound, and commits it together.
//!
//! Every engine on one machine is bound by how often it can make a disk tell the truth (some hundred to thousand times a
//! second), so one commit has to carry everything that came in the meantime. No waiting for company: while one group is
//! written, the next one gathers. The queue is bounded; who finds it full waits a bounded time and is told [`StorageError::Busy`].

use crate::plan::{GROUP_BATCHES_MAX, GROUP_BYTES_MAX};
use crate::{Batch, Committed, StorageError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Most batches that wait.
pub(crate) const QUEUE_BATCHES_MAX: usize = 4_096;

/// How long somebody waits for a place in the queue.
const QUEUE_WAIT_MAX: Duration = Duration::from_secs(5);

/// One batch and who waits for it.
pub(crate) struct Job {
    pub(crate) batch: Batch,
    pub(crate) answer: oneshot::Sender<Result<Committed, StorageError>>,
}

/// What the writer is told.
pub(crate) enum Order {
    Commit(Job),
    Close(oneshot::Sender<()>),
}

/// The writer's door.
#[derive(Clone)]
pub(crate) struct Door(mpsc::Sender<Order>);

/// The writer's end of the queue.
pub(crate) type Orders = mpsc::Receiver<Order>;

/// Makes a queue.
pub(crate) fn queue() -> (Door, Orders) {
    let (sender, receiver) = mpsc::channel(QUEUE_BATCHES_MAX);
    (Door(sender), receiver)
}

impl Door {
    /// Hands a batch in and waits until it is durable or refused.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<Committed, StorageError> {
        batch.check_size()?;
        let (answer, answered) = oneshot::channel();
        self.send(Order::Commit(Job { batch, answer })).await?;
        // The writer ends only with its process or after a panic: what it was doing is not known.
        answered.await.map_err(|_| StorageError::Unknown)?
    }

    /// Finishes what was accepted.
    pub(crate) async fn close(&self) -> Result<(), StorageError> {
        let (answer, answered) = oneshot::channel();
        self.send(Order::Close(answer)).await?;
        answered.await.map_err(|_| StorageError::Closed)
    }

    async fn send(&self, order: Order) -> Result<(), StorageError> {
        match self.0.try_send(order) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(StorageError::Closed),
            Err(mpsc::error::TrySendError::Full(order)) => self.wait(order).await,
        }
    }

    async fn wait(&self, order: Order) -> Result<(), StorageError> {
        match tokio::time::timeout(QUEUE_WAIT_MAX, self.0.send(order)).await {
            Ok(sent) => sent.map_err(|_| StorageError::Closed),
            Err(_) => Err(StorageError::Busy),
        }
    }
}

/// Takes nothing more, and says so to those who are waiting.
pub(crate) fn refuse(mut orders: Orders) {
    orders.close();
    while let Ok(order) = orders.try_recv() {
        if let Order::Commit(job) = order {
            let _ = job.answer.send(Err(StorageError::Closed));
        }
    }
}

/// A group of batches, and perhaps the order to close after it.
pub(crate) struct Group {
    pub(crate) jobs: Vec<Job>,
    pub(crate) close: Option<oneshot::Sender<()>>,
}

impl Group {
    /// What begins with this order and is waiting already.
    pub(crate) fn gather(first: Order, orders: &mut Orders) -> Self {
        let mut group = Self { jobs: Vec::new(), close: None };
        let mut bytes = group.take(first);
        while group.close.is_none() && group.jobs.len() < GROUP_BATCHES_MAX && bytes < GROUP_BYTES_MAX {
            let Ok(order) = orders.try_recv() else { break };
            bytes += group.take(order);
        }
        group
    }

    fn take(&mut self, order: Order) -> usize {
        match order {
            Order::Commit(job) => {
                let bytes = job.batch.bytes();
                self.jobs.push(job);
                bytes
            }
            Order::Close(answer) => {
                self.close = Some(answer);
                0
            }
        }
    }

    /// Batches and waiters apart.
    pub(crate) fn split(self) -> (Vec<Batch>, Waiters) {
        let (batches, waiters) = self.jobs.into_iter().map(|job| (job.batch, job.answer)).unzip();
        (batches, Waiters { answers: waiters, close: self.close })
    }
}

/// Who waits for a group.
pub(crate) struct Waiters {
    answers: Vec<oneshot::Sender<Result<Committed, StorageError>>>,
    pub(crate) close: Option<oneshot::Sender<()>>,
}

impl Waiters {
    /// Tells each its own answer, or all the same failure. Who stopped waiting hears nothing.
    pub(crate) fn tell(
        self,
        outcome: Result<Vec<Result<Committed, StorageError>>, StorageError>,
    ) -> Option<oneshot::Sender<()>> {
        match outcome {
            Ok(answers) => self.answers.into_iter().zip(answers).for_each(|(waiter, answer)| {
                let _ = waiter.send(answer);
            }),
            Err(error) => self.answers.into_iter().for_each(|waiter| {
                let _ = waiter.send(Err(error));
            }),
        }
        self.close
    }
}
