//! How do frames become groups? As batches do: one writer takes what waits, up to a bound, and makes it durable together.
//!
//! The queue is bounded by bytes. Who finds it full waits a bounded time and is told [`StorageError::Busy`].

use super::{FRAME_BYTES_MAX, Fence, WAL_QUEUE_BYTES_MAX, WalPosition};
use crate::StorageError;
use sotto_public::Stored;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Most frames in one group.
const GROUP_FRAMES_MAX: usize = 1_024;
/// A group takes no further frame once it holds so many bytes.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Room in the queue is counted in pieces of so many bytes.
const PIECE_BYTES: usize = 1_024;
/// How long somebody waits for room in the queue.
const QUEUE_WAIT_MAX: Duration = Duration::from_secs(5);

/// A frame and who waits for it.
pub(crate) struct Job {
    pub(crate) body: Stored,
    pub(crate) under: Option<Fence>,
    pub(crate) answer: oneshot::Sender<Result<WalPosition, StorageError>>,
    _room: OwnedSemaphorePermit,
}

/// What the writer is told.
pub(crate) enum Order {
    Append(Job),
    Truncate(WalPosition, oneshot::Sender<Result<(), StorageError>>),
    Fence(Fence, oneshot::Sender<Result<WalPosition, StorageError>>),
    Unfence(u128, oneshot::Sender<Result<(), StorageError>>),
    Close(oneshot::Sender<()>),
}

/// The writer's door.
#[derive(Clone)]
pub(crate) struct Door {
    orders: mpsc::UnboundedSender<Order>,
    room: Arc<Semaphore>,
}

/// The writer's end of the queue. It has no bound of its own: each frame in it holds room.
pub(crate) type Orders = mpsc::UnboundedReceiver<Order>;

/// Makes a queue.
pub(crate) fn queue() -> (Door, Orders) {
    let (orders, receiver) = mpsc::unbounded_channel();
    (Door { orders, room: Arc::new(Semaphore::new(WAL_QUEUE_BYTES_MAX / PIECE_BYTES)) }, receiver)
}

impl Door {
    pub(crate) async fn append(
        &self,
        body: Stored,
        under: Option<Fence>,
    ) -> Result<WalPosition, StorageError> {
        let bytes = body.as_bytes().len();
        if bytes > FRAME_BYTES_MAX {
            return Err(StorageError::TooLarge { what: "bytes", found: bytes, most: FRAME_BYTES_MAX });
        }
        let pieces = u32::try_from(bytes / PIECE_BYTES + 1).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(pieces);
        let room = tokio::time::timeout(QUEUE_WAIT_MAX, room).await.map_err(|_| StorageError::Busy)?;
        let _room = room.map_err(|_| StorageError::Closed)?;
        let (answer, answered) = oneshot::channel();
        self.send(Order::Append(Job { body, under, answer, _room }))?;
        // The writer ends only with its process or after a panic: what it was doing is not known.
        answered.await.map_err(|_| StorageError::Unknown)?
    }

    pub(crate) async fn truncate(&self, through: WalPosition) -> Result<(), StorageError> {
        let (answer, answered) = oneshot::channel();
        self.send(Order::Truncate(through, answer))?;
        answered.await.map_err(|_| StorageError::Closed)?
    }

    pub(crate) async fn fence(&self, fence: Fence) -> Result<WalPosition, StorageError> {
        let (answer, answered) = oneshot::channel();
        self.send(Order::Fence(fence, answer))?;
        answered.await.map_err(|_| StorageError::Closed)?
    }

    pub(crate) async fn unfence(&self, lane: u128) -> Result<(), StorageError> {
        let (answer, answered) = oneshot::channel();
        self.send(Order::Unfence(lane, answer))?;
        answered.await.map_err(|_| StorageError::Closed)?
    }

    pub(crate) async fn close(&self) -> Result<(), StorageError> {
        let (answer, answered) = oneshot::channel();
        self.send(Order::Close(answer))?;
        answered.await.map_err(|_| StorageError::Closed)
    }

    fn send(&self, order: Order) -> Result<(), StorageError> {
        self.orders.send(order).map_err(|_| StorageError::Closed)
    }
}

/// Frames that are made durable together, and an order that came behind them.
pub(crate) struct Group {
    pub(crate) jobs: Vec<Job>,
    pub(crate) next: Option<Order>,
}

impl Group {
    /// What begins with this order and is waiting already.
    pub(crate) fn gather(first: Order, orders: &mut Orders) -> Self {
        let (mut jobs, mut bytes) = (Vec::new(), 0);
        let mut order = Some(first);
        while let Some(Order::Append(job)) = order {
            bytes += job.body.as_bytes().len();
            jobs.push(job);
            order = match jobs.len() < GROUP_FRAMES_MAX && bytes < GROUP_BYTES_MAX {
                true => orders.try_recv().ok(),
                false => None,
            };
        }
        Self { jobs, next: order }
    }
}

/// Tells those that a newer state refuses; the others.
pub(crate) fn turn_away(jobs: Vec<Job>, is_refused: impl Fn(Fence) -> bool) -> Vec<Job> {
    let (refused, let_in): (Vec<Job>, Vec<Job>) =
        jobs.into_iter().partition(|job| job.under.is_some_and(&is_refused));
    for job in refused {
        let _ = job.answer.send(Err(StorageError::Fenced));
    }
    let_in
}

/// Tells each its position, or all the same failure. Who stopped waiting hears nothing.
pub(crate) fn tell(jobs: Vec<Job>, outcome: Result<WalPosition, StorageError>) {
    for (number, job) in (0..).zip(jobs) {
        let answer = outcome.map(|first| WalPosition::new(first.number() + number));
        let _ = job.answer.send(answer);
    }
}

/// Takes nothing more, and says so to those who are waiting.
pub(crate) fn refuse(mut orders: Orders) {
    orders.close();
    while let Ok(order) = orders.try_recv() {
        match order {
            Order::Append(job) => drop(job.answer.send(Err(StorageError::Closed))),
            Order::Truncate(_, answer) | Order::Unfence(_, answer) => {
                let _ = answer.send(Err(StorageError::Closed));
            }
            Order::Fence(_, answer) => drop(answer.send(Err(StorageError::Closed))),
            Order::Close(answer) => drop(answer.send(())),
        }
    }
}
