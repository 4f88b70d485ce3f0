//! Which paths are the server's own? `/health`, `/ready` and `/metrics`, asked with GET or HEAD and without a signature.
//!
//! No AWS operation is asked for like that but anonymous reads of a bucket with such a name, which are given up. Metrics are
//! for this machine, or for whoever has the token of a file.

use super::body::Reply;
use super::listen::Peer;
use super::site::Site;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroizing;

const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the own paths need.
#[derive(Default)]
pub(crate) struct Own {
    ending: AtomicBool,
    token: Option<Zeroizing<Vec<u8>>>,
}

impl Own {
    /// With the token that reads metrics from elsewhere.
    pub(crate) fn new(token: Option<Zeroizing<Vec<u8>>>) -> Self {
        Self { ending: AtomicBool::new(false), token }
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
        if token_fits || peer.address.ip().to_canonical().is_loopback() {
            return text(
                StatusCode::OK,
                site.metrics.text(self.is_ready(site), &site.api.findings(), &site.api.event_findings())
                    + &super::metrics::refusals(&site.api.refusals())
                    + &super::metrics::deliveries(site.api.deliveries()),
                PROMETHEUS,
            );
        }
        text(
            StatusCode::FORBIDDEN,
            "metrics are read on this machine, or with the token\n".into(),
            "text/plain",
        )
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
