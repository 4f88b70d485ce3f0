//! How does a test talk to the program? As the server does: it starts it, and opens a connection for each query.

use sotto_query::Plan;
use sotto_query::engine::{
    Answer, ColumnKey, FRAME_HEAD_BYTES, Failure, FrameKind, Group, PROTOCOL_VERSION, Query, Request, Row,
    Segment, Statistics, frame_head, read_frame_head, read_message, write_message,
};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for the program to listen.
const START_MAX: Duration = Duration::from_secs(60);

/// The program, and a folder for it.
pub(crate) struct Program {
    child: Child,
    pub(crate) folder: PathBuf,
}

/// What a query came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) end: Result<Statistics, Failure>,
}

impl Program {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("sotto-insights-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sotto-insights"));
        command.arg("--socket").arg(folder.join("socket")).arg("--with-parent").args(arguments);
        let child = command.stdin(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while !folder.join("socket").exists() {
            assert!(begun.elapsed() < START_MAX, "the program does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, folder }
    }

    pub(crate) fn connect(&self) -> UnixStream {
        UnixStream::connect(self.folder.join("socket")).unwrap()
    }

    /// Runs a request with hot rows of its first group.
    pub(crate) fn run(&self, mut request: Request, blocks: &[Vec<u8>]) -> Outcome {
        request.blocks = blocks.len();
        let mut stream = self.connect();
        send(&mut stream, FrameKind::Message, &write_message(&request).unwrap());
        for block in blocks {
            let framed: Vec<u8> = [0_u32.to_be_bytes().as_slice(), block].concat();
            send(&mut stream, FrameKind::Block, &framed);
        }
        read_outcome(&mut stream)
    }

    /// Whether the program still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it as the server's end does: its standard input closes.
    pub(crate) fn close(&mut self) -> bool {
        drop(self.child.stdin.take());
        let begun = Instant::now();
        while self.is_running() && begun.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        !self.is_running()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn send(stream: &mut UnixStream, kind: FrameKind, content: &[u8]) {
    // The other end may have answered and gone.
    let _ =
        stream.write_all(&frame_head(kind, content.len()).unwrap()).and_then(|()| stream.write_all(content));
}

pub(crate) fn read_outcome(stream: &mut UnixStream) -> Outcome {
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    loop {
        match read_answer(stream) {
            Answer::Columns(names) => columns = names,
            Answer::Rows(more) => rows.extend(more),
            Answer::Progress(_) => {}
            Answer::Done(statistics) => return Outcome { columns, rows, end: Ok(statistics) },
            Answer::Failed(failure) => return Outcome { columns, rows, end: Err(failure) },
        }
    }
}

fn read_answer(stream: &mut UnixStream) -> Answer {
    let mut head = [0; FRAME_HEAD_BYTES];
    stream.read_exact(&mut head).unwrap();
    let (_, length) = read_frame_head(head).unwrap();
    let mut content = vec![0; length];
    stream.read_exact(&mut content).unwrap();
    read_message(&content).unwrap()
}

/// A request over all time and these segments of one group.
pub(crate) fn request(query: Query, segments: &[&Path]) -> Request {
    let segments =
        segments.iter().map(|path| Segment { path: path.to_str().unwrap().to_owned(), key: None }).collect();
    let group = Group {
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
        name: "/app/shop".to_owned(),
        segments,
        start_ms: 0,
    };
    Request {
        version: PROTOCOL_VERSION,
        query,
        groups: vec![group],
        start_ms: 0,
        end_ms: i64::MAX,
        now_ms: 1_700_000_000_000,
        rows_max: 100_000,
        time_ms_max: 60_000,
        blocks: 0,
    }
}

/// A request for an Insights query.
pub(crate) fn insights(query: &str, segments: &[&Path]) -> Request {
    let plan = Plan::compile(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    request(Query::Insights(plan), segments)
}

/// The same request with a key for all its segments.
pub(crate) fn with_key(mut request: Request, key: &[u8], place: &[u8]) -> Request {
    for segment in request.groups.iter_mut().flat_map(|group| &mut group.segments) {
        segment.key = Some(ColumnKey::new(key.to_vec(), place.to_vec()));
    }
    request
}
