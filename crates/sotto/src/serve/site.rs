//! What happens to a request? Its own few paths are answered here, everything else goes to `sotto_api` with its body.
//!
//! Before a body is read there must be room for it: a bound on requests (beyond it: overload, in AWS's shape, which clients
//! retry) and one on bytes (beyond it: wait). What is logged about a request is in [`told`]; headers reach it through a list
//! of allowed ones only.

use super::body::Reply;
use super::bounds;
use super::console::{Console, Taken, protected};
use super::listen::Peer;
use super::log::{self, field};
use super::metrics::Metrics;
use super::own::Own;
use super::told;
use crate::args::LogLevel;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response, StatusCode};
use sotto_api::{Answer, Api, BODY_BYTES_MAX, ConsoleAsk, Refusal, Shares, Turn, Turns};
use sotto_arn::AccountId;
use sotto_sensitive::RawBytes;
use sotto_wire::{Head, HeadTooLarge, Method};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout;

/// Bytes that one permit of the bound on bodies stands for.
const BODY_UNIT_BYTES: usize = 1 << 10;

/// Among whom room is shared before a signature is looked at: by address, and by the account that is claimed.
type Whose = (IpAddr, Option<AccountId>);

/// What all connections share.
pub(crate) struct Site {
    pub(crate) api: Arc<Api>,
    pub(crate) metrics: Metrics,
    pub(crate) own: Own,
    console: Console,
    requests: Turns<Whose>,
    bodies: Turns<Whose>,
}

impl Site {
    /// With full room.
    pub(crate) fn new(api: Arc<Api>, own: Own, console: Console, requests_max: usize) -> Self {
        // Two of them, the claimed and the unclaimed ones of an address, are to leave something to others.
        let of = |places: usize| Shares {
            places,
            each: (places * 3).div_ceil(8),
            waiting_each: requests_max,
            waiting: requests_max.saturating_mul(2),
        };
        let requests = Turns::new(of(requests_max));
        let bodies = Turns::new(of(bounds::BODIES_BYTES_MAX / BODY_UNIT_BYTES));
        Self { api, metrics: Metrics::default(), own, console, requests, bodies }
    }

    /// The answer to a request.
    pub(crate) async fn respond(&self, request: Request<Incoming>, peer: Peer) -> Response<Reply> {
        let started = Instant::now();
        let line = log::enabled(LogLevel::Debug).then(|| told::headers(request.headers()));
        let response = match self.own.answer(&request, peer, self) {
            Some(response) => response,
            None => match self.console.take(&request, peer) {
                Taken::Answered(response) => response,
                Taken::Asked(ask) => protected(rendered(self.through(request, peer, Some(ask)).await)),
                Taken::No => rendered(self.through(request, peer, None).await),
            },
        };
        let took = started.elapsed();
        self.metrics.answered(response.status().as_u16(), took);
        if let Some(mut fields) = line {
            fields.push(field("status", response.status().as_u16()));
            fields.push(field("micros", took.as_micros() as u64));
            log::debug("request", &fields);
        }
        response
    }

    async fn through(&self, request: Request<Incoming>, peer: Peer, ask: Option<ConsoleAsk>) -> Answer {
        let (parts, body) = request.into_parts();
        let Ok(head) = head_of(&parts) else {
            return self.api.refuse(None, Refusal::Head);
        };
        let whose = (peer.address.ip().to_canonical(), self.api.claimed(&head));
        let _place = match self.requests.take(whose.clone(), bounds::TURN_TIME_MAX).await {
            Ok(place) => place,
            Err(crowded) => {
                self.metrics.overloads.add(1);
                return self.api.refuse(Some(&head), crowded.into());
            }
        };
        match self.body(&head, body, whose).await {
            Ok((body, _room)) => {
                self.metrics.body_bytes.add(body.length() as u64);
                let (address, secure) = (peer.address.ip().to_canonical(), peer.secure);
                let certificate = peer.certificate;
                let incoming = sotto_api::Incoming { head, body, address, secure, certificate };
                match ask {
                    Some(ask) => self.api.console(ask, incoming).await,
                    None => self.api.answer(incoming).await,
                }
            }
            Err(refusal) => self.api.refuse(Some(&head), refusal),
        }
    }

    /// The body, once there is room for it.
    async fn body(
        &self,
        head: &Head,
        body: Incoming,
        whose: Whose,
    ) -> Result<(RawBytes, Turn<Whose>), Refusal> {
        let announced = body.size_hint().upper().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        // Most bodies are small: whose they are need not be asked.
        let is_small = announced.is_some_and(|bytes| bytes <= BODY_BYTES_MAX);
        let most = if is_small { BODY_BYTES_MAX } else { self.api.body_bytes_max(head) };
        let announced = announced.unwrap_or(most);
        if announced > most {
            return Err(Refusal::BodyTooLarge);
        }
        let units = announced.div_ceil(BODY_UNIT_BYTES);
        let all = async {
            let room = self.bodies.take_units(whose, units, bounds::BODY_ROOM_TIME_MAX).await?;
            Ok((collect(body, most).await?, room))
        };
        timeout(bounds::BODY_TIME_MAX, all).await.unwrap_or(Err(Refusal::BodyTooSlow))
    }
}

/// Reads a body; what was read is wiped when it is dropped.
async fn collect(mut body: Incoming, most: usize) -> Result<RawBytes, Refusal> {
    let mut bytes = RawBytes::default();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::BodyBroken)?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.length() + data.len() > most {
            return Err(Refusal::BodyTooLarge);
        }
        bytes.push(&data);
    }
    Ok(bytes)
}

/// The head as it came. HTTP/2 has the host in `:authority` (RFC 9113, section 8.3.1); it is signed as `Host`.
fn head_of(parts: &Parts) -> Result<Head, HeadTooLarge> {
    let method = Method::parse(parts.method.as_str()).ok_or(HeadTooLarge)?;
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let mut head = Head::new(method, target.as_bytes())?;
    if let (None, Some(authority)) = (parts.headers.get(HOST), parts.uri.authority()) {
        head.push(b"host", authority.as_str().as_bytes())?;
    }
    for (name, value) in &parts.headers {
        head.push(name.as_str().as_bytes(), value.as_bytes())?;
    }
    Ok(head)
}

fn rendered(answer: Answer) -> Response<Reply> {
    let body = match answer.tail {
        Some(tail) => Reply::streaming(answer.body, tail),
        None => Reply::from(answer.body),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
