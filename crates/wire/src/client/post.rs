//! How does a delivery reach a receiver? One POST, or one message over a connection; no signature, no redirect, no second try.
//!
//! Whoever sends decides what an answer means and when to try again. Certificates are checked against those of the system, or of
//! a bundle that the operator names.

use super::http::{Place, place_of, roots_of, send, send_within, tls_of, unreachable};
use super::{ClientError, http};
use crate::head::{Head, Method};
use rustls::pki_types::ServerName;
use sotto_egress::{Rendered, Shown};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// Whose certificates are believed.
#[derive(Clone, Debug)]
pub struct Trust(Arc<rustls::ClientConfig>);

impl Trust {
    /// Those of a bundle, or of the system.
    ///
    /// # Errors
    /// When there are none, or they cannot be read.
    pub fn of(bundle: Option<&Path>) -> Result<Self, ClientError> {
        Ok(Self(Arc::new(tls_of(roots_of(bundle)?)?)))
    }
}

/// A receiver's address: `http://`, `https://`, `syslog://` or `syslogs://`.
#[derive(Debug)]
pub struct Endpoint {
    place: Place,
    path: String,
}

impl Endpoint {
    /// Reads an address.
    pub fn parse(address: &Public<String>) -> Option<Self> {
        let (scheme, rest) = address.get().split_once("://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let scheme = match scheme {
            "syslog" => "http",
            "syslogs" => "https",
            other => other,
        };
        let place = place_of(&format!("{scheme}://{authority}"), "none".into())?;
        Some(Self { place, path: format!("/{path}") })
    }

    /// Sends a request; what comes back is its status.
    ///
    /// # Errors
    /// When there is no connection, or no answer.
    pub async fn post(
        &self,
        trust: &Trust,
        headers: &[(&'static str, Public<String>)],
        body: Vec<u8>,
    ) -> Result<u16, ClientError> {
        let mut head = Head::new(Method::Post, self.path.as_bytes())?;
        head.push(b"host", self.place.authority.get().as_bytes())?;
        for (name, value) in headers {
            head.push(name.as_bytes(), value.get().as_bytes())?;
        }
        let body = RawBytes::new(body);
        let stream = self.connect().await?;
        let (status, ..) = match self.place.tls {
            true => send(self.secured(trust, stream).await?, &head, &body).await?,
            false => send(stream, &head, &body).await?,
        };
        Ok(status)
    }

    /// Whether what is sent there stays secret on the way: over TLS, or on this machine.
    pub fn is_private(&self) -> bool {
        let ip = self.place.host.parse::<std::net::IpAddr>();
        self.place.tls || self.place.host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// Sends what egress gave, and brings status and answer back, so many bytes of it at most. A redirect is an answer like others.
    ///
    /// # Errors
    /// When there is no connection, or no answer within the bound.
    #[expect(clippy::disallowed_methods, reason = "the operator's token goes to the endpoint that it is for")]
    pub async fn ask(
        &self,
        (trust, bearer): (&Trust, Option<&RawText>),
        headers: &[(&'static str, Public<String>)],
        event: &Rendered,
        answer_bytes_max: usize,
    ) -> Result<(u16, RawBytes), ClientError> {
        let mut head = Head::new(Method::Post, self.path.as_bytes())?;
        head.push(b"host", self.place.authority.get().as_bytes())?;
        head.push(b"content-type", b"application/json")?;
        for (name, value) in headers {
            head.push(name.as_bytes(), value.get().as_bytes())?;
        }
        if let Some(bearer) = bearer {
            let value = zeroize::Zeroizing::new(format!("Bearer {}", bearer.expose()));
            head.push(b"authorization", value.as_bytes())?;
        }
        let Shown::Bytes(bytes) = event.shown() else { return Err(ClientError::Parameter) };
        let body = RawBytes::new(bytes.to_vec());
        let stream = self.connect().await?;
        let asked = (&head, &body);
        let (status, _, answer) = match self.place.tls {
            true => send_within(self.secured(trust, stream).await?, asked, answer_bytes_max).await?,
            false => send_within(stream, asked, answer_bytes_max).await?,
        };
        Ok((status, answer))
    }

    /// Writes bytes to a connection and ends it; whether they arrived nobody says.
    ///
    /// # Errors
    /// When there is no connection, or it breaks.
    pub async fn write(&self, trust: &Trust, bytes: Vec<u8>) -> Result<(), ClientError> {
        let bytes = &RawBytes::new(bytes);
        let stream = self.connect().await?;
        match self.place.tls {
            true => write_all(self.secured(trust, stream).await?, bytes).await,
            false => write_all(stream, bytes).await,
        }
    }

    async fn connect(&self) -> Result<TcpStream, ClientError> {
        TcpStream::connect((self.place.host.as_str(), self.place.port)).await.map_err(unreachable)
    }

    async fn secured(
        &self,
        trust: &Trust,
        stream: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, ClientError> {
        let name = ServerName::try_from(self.place.host.clone()).map_err(|_| ClientError::Endpoint)?;
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(&trust.0));
        connector.connect(name, stream).await.map_err(unreachable)
    }
}

async fn write_all(mut stream: impl AsyncWrite + Unpin, bytes: &RawBytes) -> Result<(), ClientError> {
    stream.write_all(http::sent(bytes)).await.map_err(unreachable)?;
    stream.shutdown().await.map_err(unreachable)
}
