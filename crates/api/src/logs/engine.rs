//! How is a query run? By the program `sotto-insights`, over a socket: it gets paths of segments, hot events, and at most the keys of
//! masked columns; it answers with rows of stored text.
//!
//! One connection a query; closing it cancels. Without the program, or when it died, a query ends with one exact sentence, and
//! nothing else of the server is touched.

use crate::turns::Turn;
use sotto_arn::AccountId;
use sotto_query::engine::{
    Answer, FRAME_HEAD_BYTES, Failure, FrameKind, Request, Row, Statistics, frame_head, read_frame_head,
    read_message, write_message,
};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// What is said where the query engine is not there.
pub(crate) const NO_ENGINE: &str = "Insights queries need the program sotto-insights beside sotto: build it with \
    `cargo build --release -p sotto-insights` and start the server again";

/// What is said where the query engine went away while it worked.
pub(crate) const ENGINE_GONE: &str = "the query engine went away; start the query again";

/// Bytes of the rows of one result at most: results are kept in memory for days.
pub(crate) const RESULT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a row and a value count beside their text.
const ROW_BYTES: usize = 128;
const VALUE_BYTES: usize = 32;

fn weight(row: &Row) -> usize {
    let text = |value: &Option<String>| VALUE_BYTES + value.as_ref().map_or(0, String::len);
    ROW_BYTES + row.values.iter().map(text).sum::<usize>()
}

/// Why a query has no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotRun {
    /// The program is not there, or went away.
    Away,
    /// The program refuses.
    Failed(Failure),
}

/// What came of a query so far.
#[derive(Default)]
pub(crate) struct Came {
    pub(crate) columns: Arc<Vec<String>>,
    pub(crate) rows: Vec<Arc<Vec<Row>>>,
    pub(crate) statistics: Statistics,
    pub(crate) bytes: usize,
}

/// Hot rows of a query, and the place among those that hold some in memory.
pub(crate) type Blocks = (Vec<Vec<u8>>, Option<Turn<AccountId>>);

/// Runs a query; what comes is seen in `came` at once, as long as there is room for so many bytes more.
pub(crate) async fn run(
    socket: &Path,
    request: &Request,
    (blocks, sending): Blocks,
    came: &Mutex<Came>,
    room: &(dyn Fn(usize) -> bool + Send + Sync),
) -> Result<(), NotRun> {
    let mut stream = UnixStream::connect(socket).await.map_err(|_| NotRun::Away)?;
    let message = write_message(request).map_err(|_| NotRun::Failed(Failure::Request))?;
    send(&mut stream, FrameKind::Message, &message).await?;
    for block in blocks {
        send(&mut stream, FrameKind::Block, &block).await?;
    }
    drop(sending);
    loop {
        let answer = receive(&mut stream).await?;
        let mut came = came.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Answer::Columns(columns) => came.columns = Arc::new(columns),
            Answer::Rows(rows) => {
                let bytes = rows.iter().map(weight).sum::<usize>();
                came.bytes += bytes;
                if came.bytes > RESULT_BYTES_MAX || !room(bytes) {
                    return Err(NotRun::Failed(Failure::Memory));
                }
                came.rows.push(Arc::new(rows));
            }
            Answer::Progress(statistics) => came.statistics = statistics,
            Answer::Done(statistics) => {
                came.statistics = statistics;
                return Ok(());
            }
            Answer::Failed(failure) => return Err(NotRun::Failed(failure)),
        }
    }
}

async fn send(stream: &mut UnixStream, kind: FrameKind, content: &[u8]) -> Result<(), NotRun> {
    let head = frame_head(kind, content.len()).map_err(|_| NotRun::Failed(Failure::Request))?;
    stream.write_all(&head).await.map_err(|_| NotRun::Away)?;
    stream.write_all(content).await.map_err(|_| NotRun::Away)
}

async fn receive(stream: &mut UnixStream) -> Result<Answer, NotRun> {
    let mut head = [0; FRAME_HEAD_BYTES];
    stream.read_exact(&mut head).await.map_err(|_| NotRun::Away)?;
    let internal = NotRun::Failed(Failure::Internal);
    let (FrameKind::Message, length) = read_frame_head(head).map_err(|_| internal)? else {
        return Err(internal);
    };
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await.map_err(|_| NotRun::Away)?;
    read_message(&content).map_err(|_| internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UnixListener;

    async fn came_of(rows: usize, room: bool) -> (Result<(), NotRun>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        let row = || Row { values: vec![Some("a".repeat((1 << 20) - ROW_BYTES - VALUE_BYTES))], event: None };
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let rows = (0..rows).map(|_| Answer::Rows(vec![row()]));
            for answer in rows.chain([Answer::Done(Statistics::default())]) {
                let _ = send(&mut stream, FrameKind::Message, &write_message(&answer).unwrap()).await;
            }
            // What was asked is left unread until the other end is done.
            let _ = stream.read_exact(&mut [0; 4096]).await;
        });
        let request = Request {
            version: 0,
            query: sotto_query::engine::Query::Sql(String::new()),
            groups: Vec::new(),
            start_ms: 0,
            end_ms: 0,
            now_ms: 0,
            rows_max: 0,
            time_ms_max: 0,
            blocks: 0,
        };
        let came = Mutex::default();
        let done = run(&socket, &request, (Vec::new(), None), &came, &|_| room).await;
        let rows = came.lock().unwrap().rows.len();
        (done, rows)
    }

    #[tokio::test]
    async fn a_result_is_bounded_on_both_sides() {
        let most = RESULT_BYTES_MAX >> 20;
        assert_eq!(came_of(most, true).await, (Ok(()), most));
        assert_eq!(came_of(most + 1, true).await, (Err(NotRun::Failed(Failure::Memory)), most));
        assert_eq!(
            came_of(1, false).await,
            (Err(NotRun::Failed(Failure::Memory)), 0),
            "others have the room"
        );
    }
}
