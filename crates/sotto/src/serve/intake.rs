//! Which ways in are there without a signature? Those of the settings: tokens and certificates that stand for a role, and
//! listeners for syslog.
//!
//! Syslog has no acknowledgement (RFC 5425, RFC 6587): a connection is read on only after what it sent before is durable, so
//! that a sender that is too fast is slowed down by its own system and loses nothing while the connection stands. What cannot be
//! taken because it is refused ends the connection.

use super::bounds;
use super::log::{self, field};
use super::tls::Tls;
use crate::config::IntakeWords;
use crate::fault::{Fault, reason};
use crate::private;
use anyhow::Result;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sotto_api::{Api, ENTRANCES_MAX, Entrance, Shown, digest};
use sotto_arn::{LogGroupName, PrincipalArn, Region};
use sotto_logs::StreamName;
use sotto_public::{Foreign, Public};
use sotto_sensitive::RawBytes;
use sotto_wire::tongues::Record;
use sotto_wire::tongues::syslog::{self, Frames};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

/// Bytes that are read from a syslog connection at a time.
const READ_BYTES: usize = 64 * 1024;
/// Syslog connections at one time, of all listeners.
const CONNECTIONS_MAX: usize = 1_024;
/// How long a connection may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(600);
/// Between two tries when the server is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// The ways in, and which of them listen on their own.
#[derive(Default)]
pub(crate) struct Intake {
    pub(crate) entrances: Vec<Entrance>,
    listening: Vec<Listening>,
}

struct Listening {
    address: SocketAddr,
    tls: bool,
    entrance: Entrance,
}

impl Intake {
    /// Reads the settings.
    pub(crate) fn new(words: &[IntakeWords]) -> Result<Self> {
        if words.len() > ENTRANCES_MAX {
            return Err(Fault::usage(format!("at most {ENTRANCES_MAX} entrances can be named")));
        }
        let mut intake = Self::default();
        for words in words {
            let entrance = entrance(words)?;
            if let Some(address) = words.syslog {
                if !can_be_shown(entrance.shown, words.tls) {
                    return Err(Fault::usage(format!(
                        "the entrance `{}`: a syslog sender can show a certificate over TLS alone, and no token",
                        words.name
                    )));
                }
                intake.listening.push(Listening { address, tls: words.tls, entrance: entrance.clone() });
            } else if entrance.shown.is_none() {
                return Err(Fault::usage(format!(
                    "the entrance `{}` needs `token_file`, `certificate` or `syslog`",
                    words.name
                )));
            }
            intake.entrances.push(entrance);
        }
        Ok(intake)
    }

    /// Takes the addresses of the listeners.
    pub(crate) async fn bind(self) -> Result<Vec<Bound>> {
        let (mut bound, places) = (Vec::new(), Arc::new(Semaphore::new(CONNECTIONS_MAX)));
        for Listening { address, tls, entrance } in self.listening {
            let listener = TcpListener::bind(address).await;
            let refused =
                |error| Fault::unavailable(format!("`{address}` cannot be listened on: {}", reason(&error)));
            let places = Arc::clone(&places);
            bound.push(Bound { listener: listener.map_err(refused)?, tls, entrance, places });
        }
        Ok(bound)
    }
}

/// Whether what an entrance wants to see can be seen on a syslog connection: without it everybody would be let in.
const fn can_be_shown(shown: Option<Shown>, tls: bool) -> bool {
    match shown {
        None => true,
        Some(Shown::Certificate(_)) => tls,
        Some(Shown::Token(_)) => false,
    }
}

#[expect(clippy::disallowed_methods, reason = "the operator's settings: names of an entrance and a stream")]
fn entrance(words: &IntakeWords) -> Result<Entrance> {
    let wrong = |what: &str| Fault::usage(format!("the entrance `{}`: {what}", words.name));
    let shown = match (&words.token_file, &words.certificate) {
        (Some(_), Some(_)) => return Err(wrong("name a token file or a certificate, not both")),
        (Some(path), None) => Some(Shown::Token(token(path)?)),
        (None, Some(path)) => Some(Shown::Certificate(certificate(path)?)),
        (None, None) => None,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if words.name.is_empty() || words.name.len() > 32 || !words.name.chars().all(is_name) {
        return Err(wrong("a name has 1 to 32 letters, digits, dots, hyphens and underscores"));
    }
    let stream = words.stream.clone().unwrap_or_else(|| words.name.clone());
    Ok(Entrance {
        name: Public::from_pinned_text(words.name.clone()),
        shown,
        role: PrincipalArn::parse(&words.role).map_err(|error| wrong(&format!("`role`: {error}")))?,
        region: Region::parse(&words.region).map_err(|error| wrong(&format!("`region`: {error}")))?,
        group: LogGroupName::parse(&words.group).map_err(|error| wrong(&format!("`group`: {error}")))?,
        stream: StreamName::parse(Public::from_pinned_text(stream))
            .map_err(|error| wrong(&error.to_string()))?,
    })
}

fn token(path: &Path) -> Result<[u8; 32]> {
    let bytes = Zeroizing::new(private::read(path).map_err(|error| Fault::file(path, &error))?);
    let token = bytes.trim_ascii();
    if token.is_empty() || private::open_to_others(path).unwrap_or(true) {
        let message =
            format!("`{}` must hold a token and be readable by its owner alone (mode 600)", path.display());
        return Err(Fault::usage(message));
    }
    Ok(digest(token))
}

fn certificate(path: &Path) -> Result<[u8; 32]> {
    let pem = private::read(path).map_err(|error| Fault::file(path, &error))?;
    let read = CertificateDer::from_pem_slice(&pem);
    let read =
        read.map_err(|_| Fault::usage(format!("`{}` does not hold a certificate in PEM", path.display())));
    read.map(|certificate| digest(&certificate))
}

/// A listener that has its address.
pub(crate) struct Bound {
    listener: TcpListener,
    tls: bool,
    entrance: Entrance,
    /// Room for connections, which all listeners share.
    places: Arc<Semaphore>,
}

impl Bound {
    /// Takes connections until the task is dropped.
    pub(crate) async fn serve(self, api: Arc<Api>, tls: Arc<Tls>) {
        let entrance = Arc::new(self.entrance);
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            let (stream, address) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    log::warn("a connection could not be taken", &[field("why", Foreign::io(&error))]);
                    sleep(bounds::ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let (api, entrance) = (Arc::clone(&api), Arc::clone(&entrance));
            let tls = self.tls.then(|| Arc::clone(&tls));
            tokio::spawn(async move {
                let line = Line { api, entrance, address, secure: tls.is_some() };
                match tls {
                    Some(tls) => line.secured(stream, &tls).await,
                    None => line.read(stream).await,
                }
                drop(place);
            });
        }
    }
}

/// A connection of a syslog sender.
struct Line {
    api: Arc<Api>,
    entrance: Arc<Entrance>,
    address: SocketAddr,
    secure: bool,
}

impl Line {
    /// Where the entrance names a certificate, the sender must show it (RFC 5425, section 4.2).
    async fn secured(self, stream: TcpStream, tls: &Tls) {
        let acceptor = TlsAcceptor::from(tls.config());
        let Ok(Ok(stream)) = timeout(bounds::HANDSHAKE_TIME_MAX, acceptor.accept(stream)).await else {
            return;
        };
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(|leaf| digest(leaf));
        let fits = match self.entrance.shown {
            Some(Shown::Certificate(known)) => shown == Some(known),
            Some(Shown::Token(_)) => false,
            None => true,
        };
        match fits {
            true => self.read(stream).await,
            false => log::warn("a syslog sender did not show its certificate", &[]),
        }
    }

    async fn read(self, mut stream: impl AsyncRead + Unpin) {
        let (mut frames, mut block) = (Frames::default(), Zeroizing::new(vec![0; READ_BYTES]));
        loop {
            let Ok(Ok(count)) = timeout(SILENCE_MAX, stream.read(&mut block)).await else { return };
            let Some(came) = block.get(..count).filter(|came| !came.is_empty()) else { break };
            frames.push(&RawBytes::new(came.to_vec()));
            let mut records = Vec::new();
            loop {
                match frames.next() {
                    Ok(Some(message)) => records.push(self.record(message)),
                    Ok(None) => break,
                    Err(error) => {
                        log::warn("a syslog connection was ended", &[field("why", error)]);
                        let _ = self.store(records).await;
                        return;
                    }
                }
            }
            if !self.store(records).await {
                return;
            }
        }
        if let Some(rest) = frames.rest().filter(|rest| !rest.is_empty()) {
            let _ = self.store(vec![self.record(rest)]).await;
        }
    }

    fn record(&self, message: RawBytes) -> Record {
        syslog::read(message, crate::clock::now())
    }

    /// Whether the connection goes on. What is read from it is kept by the sender's system meanwhile.
    async fn store(&self, records: Vec<Record>) -> bool {
        if records.is_empty() {
            return true;
        }
        // A try takes what it is given, so each has a copy of its own until one is taken.
        let mut waiting = Some(records);
        while let Some(records) = waiting.take() {
            let (now, kept) = copied(records);
            match self.api.take_at(&self.entrance, (self.address.ip().to_canonical(), self.secure), now).await
            {
                Ok(rejected) => {
                    if rejected > 0 {
                        let count = [field("messages", rejected)];
                        log::warn("syslog messages that are too old or too new were left out", &count);
                    }
                    return true;
                }
                Err(refused) if refused.is_busy() => {
                    sleep(BUSY_PAUSE).await;
                    waiting = Some(kept);
                }
                Err(refused) => {
                    log::warn(
                        "syslog messages were refused",
                        &[field("why", refused.words().text().clone())],
                    );
                    return false;
                }
            }
        }
        false
    }
}

/// The same records twice.
#[expect(clippy::disallowed_methods, reason = "captured text is copied for another try, raw to raw")]
fn copied(records: Vec<Record>) -> (Vec<Record>, Vec<Record>) {
    let copy = |record: &Record| Record { at: record.at, message: record.message.expose().to_owned().into() };
    (records.iter().map(copy).collect(), records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entrance_that_wants_to_see_something_can() {
        let (token, certificate) = (Some(Shown::Token([1; 32])), Some(Shown::Certificate([1; 32])));
        for (shown, tls, wanted) in [
            (None, false, true),
            (None, true, true),
            (certificate, true, true),
            (certificate, false, false),
            (token, true, false),
            (token, false, false),
        ] {
            assert_eq!(can_be_shown(shown, tls), wanted, "{shown:?} {tls}");
        }
    }
}
