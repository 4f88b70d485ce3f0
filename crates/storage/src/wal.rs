//! What may be confirmed before it is sorted into its place? What stands in the write-ahead log: frames in one order, durable
//! when [`Wal::append`] returns.
//!
//! One trait over two back ends: files of one process, and rows at a PostgreSQL server that all processes append to and read.
//! Frames have positions without gaps. Nothing waits for company: while one group is made durable the next one gathers, so
//! a frame waits for at most two synchronisations. Where a reader has to begin is not kept here: the caller keeps it in the
//! transaction that publishes what the frames became ([`crate::Store`]), and then lets go of them with [`Wal::truncate`].

mod file;
mod frame;
mod postgres;
mod queue;

use crate::store::Reply;
use sotto_public::{LogSafe, NamePart, Part, Storable, Stored};

pub use file::FileWal;
pub use postgres::PostgresWal;

/// Most bytes of one frame.
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most bytes of frames that wait to become durable.
pub const WAL_QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Most frames in one answer of [`Wal::read`].
pub const WAL_PAGE_FRAMES_MAX: usize = 1_000;

/// Most bytes in one answer of [`Wal::read`], unless one frame alone is larger.
pub const WAL_PAGE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Where a frame stands: 1 is the first one, 0 is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Storable, LogSafe)]
pub struct WalPosition(u64);

impl WalPosition {
    /// This number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl sotto_public::sealed::NamePart for WalPosition {}
impl NamePart for WalPosition {
    fn part(&self) -> Part<'_> {
        Part::Number(u128::from(self.0))
    }
}

/// A frame and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalFrame {
    /// Where.
    pub position: WalPosition,
    /// What was appended.
    pub body: Stored,
}

/// Which frames there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalBounds {
    /// The last frame that was let go of: nothing up to here can be read.
    pub floor: WalPosition,
    /// The newest durable frame.
    pub end: WalPosition,
}

/// By how new a state of things the frames of a lane were decided, or must have been.
///
/// Who decides by a snapshot and appends later may be overtaken by somebody who goes through all that is there under newer rules.
/// With a fence there is a position behind which every frame of the lane was decided by those rules: no time has to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// What frames have in common, such as a log group.
    pub lane: u128,
    /// The state.
    pub epoch: u64,
}

/// A write-ahead log. One value per process; shared behind `Arc<dyn Wal>`.
pub trait Wal: Send + Sync + 'static {
    /// Appends a frame: durable when this returns. [`crate::StorageError::Unknown`] says that it may be there or not.
    fn append(&self, body: Stored) -> Reply<'_, WalPosition> {
        self.append_under(body, None)
    }

    /// The same, unless a newer state was demanded for its lane meanwhile: then [`crate::StorageError::Fenced`], and nothing was
    /// appended.
    fn append_under(&self, body: Stored, under: Option<Fence>) -> Reply<'_, WalPosition>;

    /// Refuses from now on, at all processes, what an older state decided in a lane; frames that it did not refuse stand up to
    /// the position that this returns. A fence only rises. An embedded log forgets it with its process, as whoever decided does.
    fn fence(&self, fence: Fence) -> Reply<'_, WalPosition>;

    /// Forgets the fence of a lane that is no more.
    fn unfence(&self, lane: u128) -> Reply<'_, ()>;

    /// Frames after a position, in order, at most a page; an empty page is the end.
    fn read(&self, after: WalPosition) -> Reply<'_, Vec<WalFrame>>;

    /// Which frames there are, those of other processes included.
    fn bounds(&self) -> Reply<'_, WalBounds>;

    /// Lets go of all frames up to a position.
    fn truncate(&self, through: WalPosition) -> Reply<'_, ()>;

    /// Whether other processes append, too.
    fn is_shared(&self) -> bool;

    /// Finishes what was accepted and takes nothing more.
    fn close(&self) -> Reply<'_, ()>;
}
