//! Which paths are the server's own? `/health`, `/ready` and `/metrics`, asked with GET or HEAD and without a signature.
//!
//! No AWS operation is asked for like that but anonymous reads of a bucket with such a name, which are given up. Metrics are
//! for this machine, or for whoever has the token of a file. They name log groups of all accounts: functions, which run on this
//! machine, too, are not told them. Where each function has a user of its own the system says whose a connection is; where
//! functions share the server's user nobody can, and everybody needs the token.

use super::body::Reply;
use super::listen::Peer;
use super::site::Site;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use sotto_functions::Users;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroizing;

const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the own paths need.
#[derive(Default)]
pub(crate) struct Own {
    ending: AtomicBool,
    token: Option<Zeroizing<Vec<u8>>>,
    functions: Option<Users>,
}

impl Own {
    /// With the token that reads metrics from elsewhere, and whose processes functions are, where they are run.
    pub(crate) fn new(token: Option<Zeroizing<Vec<u8>>>, functions: Option<Users>) -> Self {
        Self { ending: AtomicBool::new(false), token, functions }
    }

    /// From now on `/ready` says no.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// The answer, where the path is one of these.
    pub(crate) fn answer<B>(&self, request: &Request<B>, peer: Peer, site: &Site) -> Option<Response<Reply>> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads || request.uri().query().is_some() {
            return None;
        }
        let bearer = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let unsigned = bearer.is_none();
        match request.uri().path() {
            "/health" if unsigned => {
                Some(text(StatusCode::OK, "{\"status\":\"ok\"}\n".into(), "application/json"))
            }
            "/ready" if unsigned => Some(self.ready(site)),
            "/metrics" if unsigned || bearer.is_some_and(|value| value.starts_with(b"Bearer ")) => {
                Some(self.metrics(bearer, peer, site))
            }
            _ => None,
        }
    }

    fn is_ready(&self, site: &Site) -> bool {
        !self.ending.load(Ordering::Acquire) && site.api.is_ready()
    }

    fn ready(&self, site: &Site) -> Response<Reply> {
        match self.is_ready(site) {
            true => text(StatusCode::OK, "{\"status\":\"ready\"}\n".into(), "application/json"),
            false => text(
                StatusCode::SERVICE_UNAVAILABLE,
                "{\"status\":\"not ready\"}\n".into(),
                "application/json",
            ),
        }
    }

    fn metrics(&self, bearer: Option<&[u8]>, peer: Peer, site: &Site) -> Response<Reply> {
        let shown = bearer.and_then(|value| value.strip_prefix(b"Bearer "));
        let token_fits = shown.zip(self.token.as_ref()).is_some_and(|(shown, token)| same(shown, token));
        if token_fits || is_near(peer.address, self.functions) {
            return text(
                StatusCode::OK,
                site.metrics.text(self.is_ready(site), &site.api.findings(), &site.api.event_findings())
                    + &super::metrics::refusals(&site.api.refusals())
                    + &super::metrics::deliveries(site.api.deliveries())
                    + &super::metrics::sign_ins(site.api.sign_ins())
                    + &super::metrics::decided_again(site.api.decided_again())
                    + &super::metrics::events_given_up(site.api.events_given_up()),
                PROMETHEUS,
            );
        }
        text(
            StatusCode::FORBIDDEN,
            "metrics are read on this machine, or with the token; functions need it in any case\n".into(),
            "text/plain",
        )
    }
}

/// Whether a connection comes from this machine, and from no function.
fn is_near(peer: SocketAddr, functions: Option<Users>) -> bool {
    peer.ip().to_canonical().is_loopback()
        && match functions {
            None => true,
            Some(Users::Own) => !sotto_functions::may_be_a_function(peer),
            Some(Users::Servers) => false,
        }
}

fn same(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

fn text(status: StatusCode, body: String, content_type: &'static str) -> Response<Reply> {
    let mut response = Response::new(Reply::from(body.into_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn metrics_are_for_this_machine_and_not_for_functions() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, peer) = listener.accept().unwrap();
        let elsewhere: SocketAddr = "192.0.2.1:1".parse().unwrap();
        let nobody: SocketAddr = "127.0.0.1:1".parse().unwrap();
        for (peer, functions, wanted) in [
            (peer, None, true),
            (peer, Some(Users::Own), true),
            (peer, Some(Users::Servers), false),
            (elsewhere, None, false),
            (nobody, Some(Users::Own), false),
        ] {
            assert_eq!(is_near(peer, functions), wanted, "{peer} {functions:?}");
        }
    }
}
