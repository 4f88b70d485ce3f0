//! How does a connection come in? One port; its first byte says whether it is TLS (22, RFC 8446 section 5.1, "handshake").
//!
//! Plain HTTP is answered where the connection came in on loopback, or where the operator allowed it; elsewhere it gets one
//! line that names the way out. Each wait has its bound in [`bounds`]. At the end no new connection is taken, running
//! requests are finished, kept ones are closed.

use super::body::Reply;
use super::bounds;
use super::log::{self, field};
use super::site::Site;
use super::tls::Tls;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use sotto_public::Foreign;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// First byte of a TLS record that starts a handshake.
const TLS_HANDSHAKE: u8 = 22;

/// What a plain client is told where TLS is wanted.
const TLS_WANTED: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 101\r\n\
Connection: close\r\n\r\n\
This address answers HTTPS only; use https://, or start sotto with --allow-plain to be asked plainly\n";

/// Where connections go.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) site: Arc<Site>,
    pub(crate) tls: Arc<Tls>,
    pub(crate) allow_plain: bool,
    pub(crate) connections: Arc<Semaphore>,
}

/// Whether the server goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It goes on.
    No,
    /// It was asked to end: what runs is finished.
    Asked,
    /// It was asked again: nothing is waited for.
    AtOnce,
}

/// Where a request came from.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// Whether it came through TLS.
    pub(crate) secure: bool,
    /// The SHA-256 of the certificate that the client showed.
    pub(crate) certificate: Option<[u8; 32]>,
}

impl Door {
    /// Takes connections until `end` says so, then waits for what is running, at most `grace`.
    pub(crate) async fn serve(
        self,
        listeners: Vec<TcpListener>,
        mut end: watch::Receiver<Ending>,
        grace: Duration,
    ) {
        let graceful = Arc::new(GracefulShutdown::new());
        let accepting: Vec<_> = listeners
            .into_iter()
            .map(|listener| tokio::spawn(self.clone().accept(listener, end.clone(), Arc::clone(&graceful))))
            .collect();
        for task in accepting {
            let _ = task.await;
        }
        let Some(graceful) = Arc::into_inner(graceful) else { return };
        let open = graceful.count();
        tokio::select! {
            done = timeout(grace, graceful.shutdown()) => if done.is_err() {
                log::warn("requests were still running after the grace time", &[field("grace_s", grace.as_secs())]);
            },
            _ = end.wait_for(|ending| *ending == Ending::AtOnce) => {}
        }
        log::info("connections closed", &[field("count", open)]);
    }

    async fn accept(
        self,
        listener: TcpListener,
        mut end: watch::Receiver<Ending>,
        graceful: Arc<GracefulShutdown>,
    ) {
        loop {
            let Ok(place) = Arc::clone(&self.connections).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = end.wait_for(|ending| *ending != Ending::No) => return,
            };
            match accepted {
                Ok((stream, address)) => {
                    let (door, watcher) = (self.clone(), graceful.watcher());
                    tokio::spawn(async move { door.connection(stream, address, watcher, place).await });
                }
                Err(error) => {
                    self.site.metrics.accept_errors.add(1);
                    log::warn("a connection could not be taken", &[field("why", Foreign::io(&error))]);
                    tokio::time::sleep(bounds::ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn connection(
        self,
        stream: TcpStream,
        address: SocketAddr,
        watcher: Watcher,
        _place: OwnedSemaphorePermit,
    ) {
        let site = Arc::clone(&self.site);
        let _open = site.metrics.opened();
        let _ = stream.set_nodelay(true);
        let mut first = [0];
        match timeout(bounds::FIRST_BYTE_TIME_MAX, stream.peek(&mut first)).await {
            Ok(Ok(1)) => {}
            _ => return,
        }
        let own_address_is_loopback =
            stream.local_addr().is_ok_and(|own| own.ip().to_canonical().is_loopback());
        match first {
            [TLS_HANDSHAKE] => self.secure(stream, address, watcher).await,
            _ if self.allow_plain || own_address_is_loopback => {
                self.http1(stream, Peer { address, secure: false, certificate: None }, watcher).await;
            }
            _ => refuse_plain(stream).await,
        }
    }

    async fn secure(self, stream: TcpStream, address: SocketAddr, watcher: Watcher) {
        let acceptor = TlsAcceptor::from(self.tls.config());
        let Ok(Ok(stream)) = timeout(bounds::HANDSHAKE_TIME_MAX, acceptor.accept(stream)).await else {
            self.site.metrics.handshake_errors.add(1);
            return;
        };
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let peer = Peer { address, secure: true, certificate: shown.map(|leaf| sotto_api::digest(leaf)) };
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.http2(stream, peer, watcher).await;
        } else {
            self.http1(stream, peer, watcher).await;
        }
    }

    async fn http1(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        watcher: Watcher,
    ) {
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds::HEADERS_TIME_MAX)
            .max_buf_size(bounds::HEADERS_BYTES_MAX)
            .max_headers(bounds::HEADER_COUNT_MAX)
            .half_close(false)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| respond(Arc::clone(&self.site), request, peer)),
            );
        let _ = watcher.watch(connection).await;
    }

    async fn http2(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        watcher: Watcher,
    ) {
        #[expect(clippy::cast_possible_truncation, reason = "64 KiB")]
        let headers_bytes_max = bounds::HEADERS_BYTES_MAX as u32;
        let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(bounds::STREAMS_MAX)
            .max_header_list_size(headers_bytes_max)
            .keep_alive_interval(bounds::HEADERS_TIME_MAX)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| respond(Arc::clone(&self.site), request, peer)),
            );
        let _ = watcher.watch(connection).await;
    }
}

async fn respond(
    site: Arc<Site>,
    request: Request<Incoming>,
    peer: Peer,
) -> Result<Response<Reply>, Infallible> {
    Ok(site.respond(request, peer).await)
}

async fn refuse_plain(mut stream: TcpStream) {
    let _ = timeout(bounds::HANDSHAKE_TIME_MAX, stream.write_all(TLS_WANTED)).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_of_plain_http_has_the_length_it_states() {
        let text = std::str::from_utf8(TLS_WANTED).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }
}
