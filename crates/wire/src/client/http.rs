//! Who carries the bytes? One connection per request: plain HTTP or TLS, HTTP/1.1, with a time limit and a bounded answer.
//!
//! A verb of the command line sends a handful of requests; a pool of connections would be kept for nothing. Certificates are
//! checked against the system's, or those of `AWS_CA_BUNDLE`. Nothing is tried again here: whoever asks knows what may be.

use crate::call::Call;
use crate::client::credentials::Profile;
use crate::client::{self, ClientError, Prepared};
use crate::head::{Head, Method};
use crate::input::Input;
use crate::output::Output;
use crate::sigv4::{Credentials, Purpose, sign, word};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use sotto_aws_model::{Protocol, service};
use sotto_public::{Foreign, Public};
use sotto_sensitive::{RawBytes, RawText};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// How long a request may take.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);

/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 70 * 1024 * 1024;

/// Services whose one endpoint signs for one Region.
const GLOBAL: &[(&str, &str)] =
    &[("iam", "iam.amazonaws.com"), ("organizations", "organizations.us-east-1.amazonaws.com")];

/// Services whose endpoints are called by another name than that which signs (AWS General Reference, "Amazon Lex endpoints and quotas").
const NAMED: &[(&str, &str)] = &[("lexv2-models", "models-v2-lex"), ("lexv2-runtime", "runtime-v2-lex")];

/// A client with the settings of a profile.
#[derive(Debug)]
pub struct Client {
    profile: Profile,
    endpoint: Option<Public<String>>,
    region: Option<Public<String>>,
    session: Option<Credentials>,
    reason: Option<RawText>,
}

/// The header in which a caller states why something is asked for: one of ours, which AWS passes over.
const REASON_HEADER: &[u8] = b"x-sotto-reason";

/// Where a request goes.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// As the header says it.
    pub(super) authority: Public<String>,
    region: Public<String>,
}

impl Client {
    /// A client; endpoint and Region win over those of the profile.
    pub const fn new(
        profile: Profile,
        endpoint: Option<Public<String>>,
        region: Option<Public<String>>,
    ) -> Self {
        Self { profile, endpoint, region, session: None, reason: None }
    }

    /// The same with the credentials of a session in the place of the profile's.
    #[must_use]
    pub fn in_session(self, session: Credentials) -> Self {
        Self { session: Some(session), ..self }
    }

    /// The same with a reason, which goes signed with each request.
    #[must_use]
    pub fn for_reason(self, reason: RawText) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Asks for an operation of a modelled service: table and name, as `logs` and `DescribeLogGroups`.
    ///
    /// # Errors
    /// [`ClientError`]: no credentials, no connection, or the service's own error.
    pub async fn call(
        &self,
        table: &'static str,
        operation: &'static str,
        input: Output,
    ) -> Result<Input, ClientError> {
        let service = service(table).ok_or(ClientError::Parameter)?;
        let id = service.operation_id(operation).ok_or(ClientError::Parameter)?;
        let protocol = service.protocols.first().copied().unwrap_or(Protocol::Json);
        let call = Call::of(&service, id, protocol);
        let own =
            NAMED.iter().find(|(name, _)| *name == table).map_or(&*service.signing_name, |(_, own)| own);
        let place = self.place(&service.prefix, own)?;
        let Prepared { mut head, body } = client::prepare(&call, &place.authority, input)?;
        if !call.is_unsigned() {
            let name = word(service.signing_name.as_bytes()).ok_or(ClientError::Parameter)?;
            let purpose = Purpose { region: place.region.clone(), service: name, now: now() };
            self.state_reason(&mut head)?;
            let signed = match &self.session {
                Some(session) => sign(&mut head, &body, session, &purpose),
                None => sign(&mut head, &body, &self.profile.credentials()?, &purpose),
            };
            signed.map_err(|_| ClientError::Parameter)?;
        }
        let exchange = self.exchange(&place, &head, &body);
        let (status, answer, body) =
            tokio::time::timeout(REQUEST_TIME_MAX, exchange).await.map_err(|_| ClientError::TimedOut)??;
        client::read(&call, status, &answer, body)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the caller's own reason goes to the service that asks for it"
    )]
    fn state_reason(&self, head: &mut Head) -> Result<(), ClientError> {
        match &self.reason {
            Some(reason) => Ok(head.push(REASON_HEADER, reason.expose().as_bytes())?),
            None => Ok(()),
        }
    }

    /// Whether an endpoint was named for a service, so that it may be another than AWS's own.
    pub fn has_endpoint(&self, table: &'static str) -> bool {
        let prefix = service(table).map(|service| service.prefix.clone());
        self.endpoint.is_some() || prefix.is_some_and(|prefix| self.profile.endpoint(&prefix).is_some())
    }

    /// Puts bytes where a URL says that a service gave out: what is good for it stands in the URL.
    ///
    /// # Errors
    /// [`ClientError`]: no URL of a host, no connection, or it was refused.
    pub async fn put(&self, url: &Public<String>, body: &RawBytes) -> Result<(), ClientError> {
        let (scheme, rest) = url.get().split_once("://").ok_or(ClientError::Endpoint)?;
        let (authority, path) = rest.split_once('/').ok_or(ClientError::Endpoint)?;
        let place = place_of(&format!("{scheme}://{authority}"), "us-east-1".into());
        let place = place.ok_or(ClientError::Endpoint)?;
        let mut head = Head::new(Method::Put, format!("/{path}").as_bytes())?;
        head.push(b"host", place.authority.get().as_bytes())?;
        let exchange = self.exchange(&place, &head, body);
        let (status, ..) =
            tokio::time::timeout(REQUEST_TIME_MAX, exchange).await.map_err(|_| ClientError::TimedOut)??;
        if (200..300).contains(&status) { Ok(()) } else { Err(ClientError::Unreadable { status }) }
    }

    fn place(&self, prefix: &str, signing_name: &str) -> Result<Place, ClientError> {
        let region =
            self.region.clone().or_else(|| self.profile.region()).unwrap_or_else(|| "us-east-1".into());
        let set = self.endpoint.as_ref().map(|endpoint| endpoint.get().clone());
        if let Some(url) = set.or_else(|| self.profile.endpoint(prefix)) {
            return place_of(&url, region).ok_or(ClientError::Endpoint);
        }
        match GLOBAL.iter().find(|(name, _)| *name == prefix) {
            Some((_, host)) => place_of(&format!("https://{host}"), "us-east-1".into()),
            None => {
                place_of(&format!("https://{signing_name}.{}.amazonaws.com", region.get()), region.clone())
            }
        }
        .ok_or(ClientError::Endpoint)
    }

    async fn exchange(
        &self,
        place: &Place,
        head: &Head,
        body: &RawBytes,
    ) -> Result<(u16, Head, RawBytes), ClientError> {
        let stream = TcpStream::connect((place.host.as_str(), place.port)).await.map_err(unreachable)?;
        if !place.tls {
            return send(stream, head, body).await;
        }
        let connector = tokio_rustls::TlsConnector::from(Arc::new(tls_of(roots_of(
            self.profile.ca_bundle().as_deref(),
        )?)?));
        let name = ServerName::try_from(place.host.clone()).map_err(|_| ClientError::Endpoint)?;
        send(connector.connect(name, stream).await.map_err(unreachable)?, head, body).await
    }
}

/// TLS that believes these certificates.
pub(super) fn tls_of(roots: rustls::RootCertStore) -> Result<rustls::ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(|_| ClientError::Trust)?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// The certificates that are trusted: those of a bundle, else the system's.
pub(super) fn roots_of(bundle: Option<&Path>) -> Result<rustls::RootCertStore, ClientError> {
    let mut roots = rustls::RootCertStore::empty();
    match bundle {
        Some(path) => {
            let found = CertificateDer::pem_file_iter(path).map_err(|_| ClientError::Trust)?;
            for certificate in found {
                let certificate = certificate.map_err(|_| ClientError::Trust)?;
                roots.add(certificate).map_err(|_| ClientError::Trust)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() { Err(ClientError::Trust) } else { Ok(roots) }
}

#[expect(clippy::disallowed_methods, reason = "the client asks the clock here, once per request")]
fn now() -> SystemTime {
    SystemTime::now()
}

pub(super) fn unreachable(error: std::io::Error) -> ClientError {
    ClientError::Unreachable(Foreign::io(&error))
}

/// Scheme, host and port of a URL without a path.
#[expect(clippy::disallowed_methods, reason = "an endpoint is configuration: letters, digits and .:-[] only")]
pub(super) fn place_of(url: &str, region: Public<String>) -> Option<Place> {
    let (scheme, rest) = url.split_once("://")?;
    let tls = match scheme {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if authority.is_empty() || !authority.chars().all(allowed) {
        return None;
    }
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if tls { 443 } else { 80 }),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some(Place { tls, host, port, authority: Public::from_pinned_text(authority.to_owned()), region })
}

/// Sends a request over a connection and reads the answer.
pub(super) async fn send(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    head: &Head,
    body: &RawBytes,
) -> Result<(u16, Head, RawBytes), ClientError> {
    send_within(stream, (head, body), ANSWER_BYTES_MAX).await
}

/// The task of a connection; it ends with whoever waits.
struct Driver(tokio::task::AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The same with a bound of its own on the answer.
pub(super) async fn send_within(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    (head, body): (&Head, &RawBytes),
    answer_bytes_max: usize,
) -> Result<(u16, Head, RawBytes), ClientError> {
    let broken = |_| ClientError::Unreachable(Foreign::new("http", "the connection broke"));
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let _driver = Driver(tokio::spawn(connection).abort_handle());
    let answer = sender.send_request(request(head, body)?).await.map_err(broken)?;
    let status = answer.status().as_u16();
    let mut read = Head::new(Method::Get, b"/")?;
    for (name, value) in answer.headers() {
        read.push(name.as_str().as_bytes(), value.as_bytes())?;
    }
    let collected = Limited::new(answer.into_body(), answer_bytes_max).collect().await;
    let bytes = collected.map_err(|_| ClientError::Unreadable { status })?.to_bytes();
    Ok((status, read, RawBytes::new(bytes.to_vec())))
}

/// What is sent, for the connection.
#[expect(clippy::disallowed_methods, reason = "the caller's own request is handed to the connection")]
pub(super) fn sent(body: &RawBytes) -> &[u8] {
    body.expose()
}

fn request(head: &Head, body: &RawBytes) -> Result<hyper::Request<Full<Bytes>>, ClientError> {
    let query = head.query();
    let target = if query.is_empty() { head.path().to_vec() } else { [head.path(), b"?", query].concat() };
    let mut request = hyper::Request::builder().method(head.method().name()).uri(target);
    for (name, value) in head.headers() {
        request = request.header(name, value);
    }
    let body = Bytes::from_owner(zeroize::Zeroizing::new(sent(body).to_vec()));
    request.body(Full::new(body)).map_err(|_| ClientError::Parameter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::credentials::Surroundings;
    use sotto_sensitive::RawText;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn endpoints_are_read() {
        let place = |url: &str| {
            let place = place_of(url, "us-east-1".into())?;
            Some((place.tls, place.host, place.port, place.authority.into_inner()))
        };
        let is =
            |tls, host: &str, port, authority: &str| Some((tls, host.to_owned(), port, authority.to_owned()));
        assert_eq!(place("http://localhost:4566"), is(false, "localhost", 4566, "localhost:4566"));
        assert_eq!(place("https://a.example/"), is(true, "a.example", 443, "a.example"));
        assert_eq!(place("http://[::1]:80"), is(false, "::1", 80, "[::1]:80"));
        for wrong in ["localhost:4566", "ftp://a", "http://", "http://a/b", "http://a@b", "http://a:x"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_request_goes_out_signed_and_its_answer_is_read() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = Vec::new();
            while !text.ends_with(b"Version=2011-06-15") {
                let mut some = [0; 4096];
                let count = stream.read(&mut some).await.unwrap();
                text.extend_from_slice(&some[..count]);
            }
            let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>\
                        </GetCallerIdentityResult></GetCallerIdentityResponse>";
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(text).unwrap()
        });
        let raw = |text: &str| RawText::new(text.to_owned());
        let surroundings = Surroundings::default()
            .with("AWS_ACCESS_KEY_ID", &raw("AKIDEXAMPLE"))
            .with("AWS_SECRET_ACCESS_KEY", &raw("canary"))
            .with("AWS_ENDPOINT_URL", &raw(&format!("http://127.0.0.1:{port}")));
        let client = Client::new(Profile::find(None, surroundings).unwrap(), None, None);
        let answer = client.call("sts", "GetCallerIdentity", Output::new()).await.unwrap();
        assert_eq!(answer.public("Account").unwrap().get(), "123456789012");
        let sent = server.await.unwrap();
        assert!(sent.contains("/us-east-1/sts/aws4_request") && !sent.contains("canary"), "{sent}");
    }
}
