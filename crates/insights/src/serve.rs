//! How do queries come in and rows go out? Over a socket of the file system, one connection for each query.
//!
//! Only processes of the same user are heard. A connection that closes cancels its query; several run at once, up to a
//! bound, and others wait for their turn.

use crate::{Block, Engine};
use sotto_query::engine::{
    Answer, BLOCKS_MAX, FRAME_HEAD_BYTES, Failure, FrameError, FrameKind, Request, frame_head,
    read_frame_head, read_message, write_message,
};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Most queries that run at once (page "CloudWatch Logs quotas": 100 for an account; memory is the tighter bound here).
pub const QUERIES_MAX: usize = 30;
/// Most bytes of hot rows that one request brings.
pub const BLOCK_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Bytes of a group's number in front of a block.
const GROUP_BYTES: usize = 4;
/// Answers that wait for a slow reader.
const ANSWERS_WAITING_MAX: usize = 4;

/// Serves queries until the listener fails.
///
/// # Errors
/// When no more connections can be taken.
pub async fn serve(listener: UnixListener, engine: Arc<Engine>) -> io::Result<()> {
    let turns = Arc::new(Semaphore::new(QUERIES_MAX));
    loop {
        let (stream, _) = listener.accept().await?;
        if !is_own(&stream) {
            continue;
        }
        let (engine, turns) = (Arc::clone(&engine), Arc::clone(&turns));
        tokio::spawn(async move {
            if let Ok(_turn) = turns.acquire().await {
                let _ = one(stream, &engine).await;
            }
        });
    }
}

/// Whether the other end runs as the same user.
fn is_own(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

async fn one(stream: UnixStream, engine: &Engine) -> io::Result<()> {
    let (mut reader, mut writer) = stream.into_split();
    let Asked { request, blocks, _room } = match read_request(&mut reader, engine).await {
        Ok(read) => read,
        Err(failure) => return write(&mut writer, &Answer::Failed(failure)).await,
    };
    let (sender, mut answers) = mpsc::channel(ANSWERS_WAITING_MAX);
    let running = engine.run(request, blocks, &sender);
    let sending = async {
        while let Some(answer) = answers.recv().await {
            let last = matches!(answer, Answer::Done(_) | Answer::Failed(_));
            write(&mut writer, &answer).await?;
            if last {
                break;
            }
        }
        Ok::<_, io::Error>(())
    };
    tokio::select! {
        (_, sent) = async { tokio::join!(running, sending) } => sent,
        // Nothing more is to come from the other end but its closing.
        _ = reader.read_u8() => Ok(()),
    }
}

/// A request with its hot rows, and the room that they take.
struct Asked {
    request: Request,
    blocks: Vec<Block>,
    _room: Vec<OwnedSemaphorePermit>,
}

async fn read_request(reader: &mut (impl AsyncRead + Unpin), engine: &Engine) -> Result<Asked, Failure> {
    let (FrameKind::Message, length) = read_head(reader).await? else { return Err(Failure::Request) };
    let request: Request = read_message(&read_bytes(reader, length).await?).map_err(|_| Failure::Request)?;
    if request.blocks > BLOCKS_MAX {
        return Err(Failure::Request);
    }
    let (mut blocks, mut held) = (Vec::new(), Vec::new());
    let mut room = BLOCK_BYTES_MAX;
    for _ in 0..request.blocks {
        let (FrameKind::Block, length) = read_head(reader).await? else { return Err(Failure::Request) };
        room = room.checked_sub(length).ok_or(Failure::Memory)?;
        held.push(engine.hold(length)?);
        let mut group = [0; GROUP_BYTES];
        let length = length.checked_sub(GROUP_BYTES).ok_or(Failure::Request)?;
        reader.read_exact(&mut group).await.map_err(|_| Failure::Request)?;
        // Rows begin a buffer of their own: aligned, they are used where they are.
        blocks.push(Block { group: u32::from_be_bytes(group), rows: read_bytes(reader, length).await? });
    }
    Ok(Asked { request, blocks, _room: held })
}

async fn read_head(reader: &mut (impl AsyncRead + Unpin)) -> Result<(FrameKind, usize), Failure> {
    let mut head = [0; FRAME_HEAD_BYTES];
    reader.read_exact(&mut head).await.map_err(|_| Failure::Request)?;
    read_frame_head(head).map_err(|_| Failure::Request)
}

async fn read_bytes(reader: &mut (impl AsyncRead + Unpin), length: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).await.map_err(|_| Failure::Request)?;
    Ok(bytes)
}

async fn write(writer: &mut (impl AsyncWrite + Unpin), answer: &Answer) -> io::Result<()> {
    let bytes = match write_message(answer) {
        Ok(bytes) => bytes,
        Err(FrameError::TooLong | FrameError::Kind | FrameError::Content) => {
            write_message(&Answer::Failed(Failure::Memory)).map_err(io::Error::other)?
        }
    };
    let head = frame_head(FrameKind::Message, bytes.len()).map_err(io::Error::other)?;
    writer.write_all(&head).await?;
    writer.write_all(&bytes).await?;
    writer.flush().await
}
