//! What does a function's process see of the server? The Runtime API, 2018-06-01 (AWS Lambda Developer Guide, "Using the Lambda
//! runtime API for custom runtimes"): the next event, its answer or error, and that it could not begin.
//!
//! One desk serves one process, at an address of its own. It holds one invocation at a time: offered, taken, answered. Who asks is
//! checked for each connection ([`crate::peers`]); whoever else connects is not answered at all.

use crate::deployment::{Invocation, PAYLOAD_BYTES_MAX, Payload};
use crate::peers::Members;
use crate::seat::INIT_MAX;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot, watch};

/// Connections of one process that are open at one time.
const CONNECTIONS_MAX: usize = 64;
/// How long a body that nobody wants may take.
const PASS_BY_MAX: Duration = Duration::from_secs(1);
/// The root of all paths.
const ROOT: &str = "/2018-06-01/runtime/";

/// How far a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It begins.
    Starting,
    /// It waits for an event.
    Waiting,
    /// It has one.
    Busy,
    /// It answered, and has not asked for the next.
    Answered,
    /// It said that it could not begin.
    Refused,
}

/// What a process said to an event.
pub(crate) struct Reply {
    pub(crate) body: RawBytes,
    /// Whether it said that it failed.
    pub(crate) failed: bool,
    /// Whether the answer was larger than it may be.
    pub(crate) too_large: bool,
}

struct Work {
    invocation: Invocation,
    deadline: SystemTime,
    reply: oneshot::Sender<Reply>,
}

#[derive(Default)]
struct State {
    offered: Option<Work>,
    taken: Option<(Public<String>, oneshot::Sender<Reply>)>,
    refusal: RawBytes,
    /// Whether it said once that it could not begin.
    refuses: bool,
}

/// The desk of one process.
pub(crate) struct Desk {
    arn: Public<String>,
    state: Mutex<State>,
    offered: Notify,
    phase: watch::Sender<Phase>,
}

impl Desk {
    pub(crate) fn new(arn: Public<String>) -> Arc<Self> {
        let phase = watch::Sender::new(Phase::Starting);
        Arc::new(Self { arn, state: Mutex::default(), offered: Notify::new(), phase })
    }

    /// How far the process is, and what comes of it.
    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// What the process said when it could not begin.
    pub(crate) fn refusal(&self) -> RawBytes {
        std::mem::take(&mut self.state().refusal)
    }

    /// Offers an event; the answer comes when the process gives it.
    pub(crate) fn offer(&self, invocation: Invocation, deadline: SystemTime) -> oneshot::Receiver<Reply> {
        let (reply, answered) = oneshot::channel();
        self.state().offered = Some(Work { invocation, deadline, reply });
        self.offered.notify_one();
        answered
    }

    /// Serves these processes, for ever.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener, own: SocketAddr, members: Members) {
        let room = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
            let Ok((stream, peer)) = listener.accept().await else { continue };
            let desk = Arc::clone(&self);
            tokio::spawn(async move {
                let checked = tokio::task::spawn_blocking(move || crate::peers::is_of(peer, own, members));
                if checked.await.unwrap_or(false) {
                    desk.converse(stream).await;
                }
                drop(place);
            });
        }
    }

    async fn converse(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let desk = Arc::clone(&self);
            async move { Ok::<_, std::convert::Infallible>(desk.answer(request).await) }
        });
        // A connection that breaks is the process's own affair.
        let _ended = hyper::server::conn::http1::Builder::new()
            .half_close(false)
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().strip_prefix(ROOT).map(str::to_owned).unwrap_or_default();
        let post = request.method() == Method::POST;
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["invocation", "next"] if request.method() == Method::GET => self.next().await,
            ["invocation", id, "response"] if post => self.answered(id, request, false).await,
            ["invocation", id, "error"] if post => self.answered(id, request, true).await,
            ["init", "error"] if post => self.refused(request).await,
            _ => said(StatusCode::NOT_FOUND, "NotFound"),
        }
    }

    /// The next event, as soon as there is one.
    async fn next(&self) -> Response<Full<Bytes>> {
        loop {
            let work = {
                let mut state = self.state();
                // Whoever asks for the next one without an answer to the last gives none.
                state.taken = None;
                let work = state.offered.take();
                self.phase.send_replace(if work.is_some() { Phase::Busy } else { Phase::Waiting });
                if let Some(work) = work {
                    let Work { invocation, deadline, reply } = work;
                    state.taken = Some((invocation.id.clone(), reply));
                    Some((invocation, deadline))
                } else {
                    None
                }
            };
            match work {
                Some((invocation, deadline)) => return self.event(invocation, deadline),
                None => self.offered.notified().await,
            }
        }
    }

    fn event(&self, invocation: Invocation, deadline: SystemTime) -> Response<Full<Bytes>> {
        let since = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut response = Response::new(Full::new(Bytes::from_owner(Event(invocation.payload))));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let values = [
            ("lambda-runtime-aws-request-id", HeaderValue::from_str(invocation.id.get())),
            ("lambda-runtime-deadline-ms", HeaderValue::from_str(&since.as_millis().to_string())),
            ("lambda-runtime-invoked-function-arn", HeaderValue::from_str(self.arn.get())),
            ("lambda-runtime-trace-id", HeaderValue::from_str(&trace(&invocation.id, since.as_secs()))),
        ];
        for (name, value) in values {
            value.into_iter().for_each(|value| drop(headers.insert(name, value)));
        }
        if let Some(value) = invocation.client_context.as_ref().and_then(header) {
            headers.insert("lambda-runtime-client-context", value);
        }
        response
    }

    async fn answered(&self, id: &str, request: Request<Incoming>, failed: bool) -> Response<Full<Bytes>> {
        let Some(mut reply) = self.claim(id) else {
            pass_by(request.into_body()).await;
            return said(StatusCode::BAD_REQUEST, "InvalidRequestID");
        };
        let body = tokio::select! {
            body = body(request.into_body()) => body,
            () = reply.closed() => return said(StatusCode::BAD_REQUEST, "InvalidRequestID"),
        };
        self.phase.send_replace(Phase::Answered);
        let (told, answer) = match body {
            Some(body) => (StatusCode::ACCEPTED, Reply { body, failed, too_large: false }),
            None => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Reply { body: RawBytes::default(), failed: true, too_large: true },
            ),
        };
        // Whoever waited may have gone.
        let _waited = reply.send(answer);
        match told {
            StatusCode::ACCEPTED => accepted(),
            status => said(status, "RequestEntityTooLarge"),
        }
    }

    /// Who asked for the event with this id, for the first that answers: one body is read for an event, as long as somebody waits.
    fn claim(&self, id: &str) -> Option<oneshot::Sender<Reply>> {
        let mut state = self.state();
        state.taken.take_if(|(taken, _)| taken.get() == id).map(|(_, reply)| reply)
    }

    async fn refused(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let begins = *self.phase.borrow() == Phase::Starting;
        if !begins || std::mem::replace(&mut self.state().refuses, true) {
            pass_by(request.into_body()).await;
            return said(StatusCode::FORBIDDEN, "InvalidStateTransition");
        }
        let body = tokio::time::timeout(INIT_MAX, body(request.into_body())).await;
        self.state().refusal = body.ok().flatten().unwrap_or_default();
        self.phase.send_replace(Phase::Refused);
        accepted()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A trace that was not sampled; runtime clients read the header (AWS X-Ray Developer Guide, "Tracing header").
fn trace(id: &Public<String>, seconds: u64) -> String {
    let digits: String = id.get().chars().filter(char::is_ascii_hexdigit).take(24).collect();
    format!("Root=1-{seconds:08x}-{digits:0>24};Sampled=0")
}

/// The caller's context as a header.
#[expect(clippy::disallowed_methods, reason = "the caller's context goes to the function, raw to raw")]
fn header(context: &RawText) -> Option<HeaderValue> {
    HeaderValue::from_str(context.expose()).ok()
}

/// An event that is wiped when it was sent.
struct Event(Payload);

impl AsRef<[u8]> for Event {
    fn as_ref(&self) -> &[u8] {
        self.0.bytes()
    }
}

/// A body, unless it is too large or breaks off.
async fn body(body: Incoming) -> Option<RawBytes> {
    let mut body = Limited::new(body, PAYLOAD_BYTES_MAX);
    let mut all = RawBytes::default();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.ok()?.into_data() {
            all.push(&data);
        }
    }
    Some(all)
}

/// Lets a body that nobody wants go by, a moment long and keeping none of it, so that the connection can go on.
async fn pass_by(body: Incoming) {
    let mut body = Limited::new(body, PAYLOAD_BYTES_MAX);
    let all = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ended = tokio::time::timeout(PASS_BY_MAX, all).await;
}

fn accepted() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}\n")));
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

fn said(status: StatusCode, kind: &'static str) -> Response<Full<Bytes>> {
    let body = format!("{{\"errorMessage\":\"{kind}\",\"errorType\":\"{kind}\"}}\n");
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn an_answer_to_no_event_is_refused_however_long_it_takes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (served, _) = listener.accept().await.unwrap();
        tokio::spawn(Desk::new("arn".into()).converse(served));
        let request = "POST /2018-06-01/runtime/invocation/none/response HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n";
        client.write_all(request.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        let read = tokio::time::timeout(INIT_MAX, client.read_exact(&mut head)).await;
        read.unwrap().unwrap();
        assert_eq!(&head, b"HTTP/1.1 400");
    }
}
