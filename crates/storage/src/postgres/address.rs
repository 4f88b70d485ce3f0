//! Where is the PostgreSQL server, and may we talk to it? `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslrootcert=FILE`.
//!
//! Over a network only with TLS, and with a certificate that was checked against the named authority: `sslrootcert` is asked
//! for, and `sslmode` can say nothing weaker. On the same machine (a socket, a loopback address) plain is fine. Neither the
//! address nor its parts are ever repeated in an error: it holds a password.

use super::tls::MakeTls;
use crate::StorageError;
use sotto_public::Foreign;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

const CONNECT_WAIT: Duration = Duration::from_secs(5);
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(20);

/// The address of a PostgreSQL server.
#[derive(Clone)]
pub struct PostgresAddress {
    pub(super) config: Config,
    pub(super) tls: MakeTls,
}

impl PostgresAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is malformed, or would talk over a network without TLS.
    pub fn parse(text: &str) -> Result<Self, StorageError> {
        let (plain, asked) = Asked::take(text)?;
        let mut config: Config = plain
            .parse()
            .map_err(|_| StorageError::Address("write postgres://USER:PASSWORD@HOST:PORT/DATABASE"))?;
        let tls = match &asked.authority {
            Some(file) => MakeTls::trusting(&read(file)?)?,
            None => MakeTls::trusting_nobody()?,
        };
        config.ssl_mode(asked.mode(&config)?);
        config.application_name("sotto").connect_timeout(CONNECT_WAIT);
        config.keepalives_idle(KEEPALIVE_IDLE).tcp_user_timeout(UNACKNOWLEDGED_MAX);
        Ok(Self { config, tls })
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresAddress")
    }
}

/// What the address says about TLS, in libpq's words ("SSL Support", PostgreSQL documentation, section 34.19).
#[derive(Default)]
struct Asked {
    authority: Option<String>,
    mode: Option<Mode>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Disable,
    VerifyFull,
}

impl Asked {
    /// Takes our own parameters out of an address.
    fn take(text: &str) -> Result<(String, Self), StorageError> {
        let (front, query) = text.split_once('?').unwrap_or((text, ""));
        let mut asked = Self::default();
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", file)) => asked.authority = Some(unescape(file)?),
                Some(("sslmode", "disable")) => asked.mode = Some(Mode::Disable),
                Some(("sslmode", "verify-full")) => asked.mode = Some(Mode::VerifyFull),
                Some(("sslmode", _)) => {
                    return Err(StorageError::Address(
                        "sslmode is verify-full (or disable, on this machine)",
                    ));
                }
                _ => rest.push(pair),
            }
        }
        let mark = if rest.is_empty() { "" } else { "?" };
        Ok((format!("{front}{mark}{}", rest.join("&")), asked))
    }

    fn mode(&self, config: &Config) -> Result<SslMode, StorageError> {
        match (&self.authority, self.mode) {
            (Some(_), Some(Mode::Disable)) => {
                Err(StorageError::Address("sslmode=disable and sslrootcert contradict each other"))
            }
            (Some(_), _) => Ok(SslMode::Require),
            (None, Some(Mode::VerifyFull)) => {
                Err(StorageError::Address("sslmode=verify-full needs sslrootcert=FILE"))
            }
            (None, _) if is_here(config) => Ok(SslMode::Disable),
            (None, _) => Err(StorageError::Address(
                "another machine is talked to with TLS only: add ?sslrootcert=FILE, the authority's certificate",
            )),
        }
    }
}

/// Whether all hosts are sockets or loopback addresses of this machine.
fn is_here(config: &Config) -> bool {
    let loops = |text: &str| text == "localhost" || text.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => loops(name),
        Host::Unix(_) => true,
    });
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// A value of a query without its escapes (RFC 3986, section 2.1).
fn unescape(text: &str) -> Result<String, StorageError> {
    let wrong = StorageError::Address("sslrootcert is not a path");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.unwrap_or(b'?')).to_digit(16));
        let [Some(high), Some(low)] = digits else { return Err(wrong) };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| wrong)?);
    }
    String::from_utf8(bytes).map_err(|_| wrong)
}

fn read(file: &str) -> Result<Vec<u8>, StorageError> {
    std::fs::read(file).map_err(|error| StorageError::Unavailable(Foreign::io(&error)))
}
