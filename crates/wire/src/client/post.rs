//! How does a delivery reach a receiver? One POST, or one message over a connection; no signature, no redirect, no second try.
//!
//! Whoever sends decides what an answer means and when to try again. Certificates are checked against those of the system, or of
//! a bundle that the operator names.

use super::http::{Place, place_of, roots_of, send, tls_of, unreachable};
use super::{ClientError, http};
use crate::head::{Head, Method};
use rustls::pki_types::ServerName;
use sotto_public::Public;
use sotto_sensitive::RawBytes;
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
