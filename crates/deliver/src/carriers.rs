//! Who knows the way to an endpoint, a file, a syslog receiver? [`Carriers`], within what the operator allows.
//!
//! A destination is named by whoever may subscribe, so it is not enough that it is well formed: endpoints and receivers must
//! begin with one of the operator's addresses, or a caller could have the server ask any machine that it can reach. Files stand
//! in one folder, are readable by their owner alone, are only appended to, and have a bound.
//!
//! Answers are read as CloudWatch Logs reads them: busy or broken is tried again, refused and not found never.

use crate::courier::{Carried, Carrier};
use crate::error::NotCarried;
use crate::{Content, Delivered, Destination, Parcel, Source};
use sotto_egress::stored_text;
use sotto_public::Public;
use sotto_wire::client::post::{Endpoint, Trust};
use sotto_wire::tongues::{envelope, syslog};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Bytes of a file at most; beyond it parcels wait for somebody to move it.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// What the operator allows.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The folder of files; none where files are not allowed.
    pub folder: Option<PathBuf>,
    /// What addresses of endpoints and receivers must begin with; none where they are not allowed.
    pub endpoints: Vec<Public<String>>,
}

impl Site {
    /// Whether a destination may be used.
    pub fn allows(&self, destination: &Destination) -> bool {
        match destination {
            Destination::Group(_) => false,
            Destination::File(_) => self.folder.is_some(),
            Destination::Http(address) | Destination::Syslog(address) => {
                self.endpoints.iter().any(|allowed| begins(address.get(), allowed.get()))
            }
        }
    }
}

/// Whether an address is another one or below it: `https://host` does not allow `https://host.example`.
fn begins(address: &str, allowed: &str) -> bool {
    address
        .strip_prefix(allowed)
        .is_some_and(|rest| rest.is_empty() || allowed.ends_with('/') || rest.starts_with('/'))
}

/// Ways to all kinds of destinations.
pub struct Carriers {
    site: Site,
    trust: Trust,
}

impl Carriers {
    /// With what the operator allows and believes.
    pub const fn new(site: Site, trust: Trust) -> Self {
        Self { site, trust }
    }

    async fn try_once(&self, parcel: &Parcel, name: &Public<String>) -> Result<(), NotCarried> {
        if !self.site.allows(&parcel.destination) {
            return Err(NotCarried::Never);
        }
        match &parcel.destination {
            Destination::Group(_) => Err(NotCarried::Never),
            Destination::Http(address) => self.post(address, parcel, name).await,
            Destination::File(_) => self.append(parcel).await,
            Destination::Syslog(address) => {
                let endpoint = Endpoint::parse(address).ok_or(NotCarried::Never)?;
                endpoint.write(&self.trust, messages(parcel)).await.map_err(|_| NotCarried::Later)
            }
        }
    }

    async fn post(
        &self,
        address: &Public<String>,
        parcel: &Parcel,
        name: &Public<String>,
    ) -> Result<(), NotCarried> {
        let endpoint = Endpoint::parse(address).ok_or(NotCarried::Never)?;
        let json = json(&parcel.content);
        let mut headers =
            vec![("content-type", "application/json".into()), ("x-sotto-delivery", name.clone())];
        let body = match &parcel.content {
            Content::Line(..) => json,
            _ => {
                headers.push(("content-encoding", "gzip".into()));
                envelope::packed(&json)
            }
        };
        match endpoint.post(&self.trust, &headers, body).await {
            Ok(200..=299) => Ok(()),
            Ok(408 | 425 | 429 | 500..=599) | Err(_) => Err(NotCarried::Later),
            Ok(_) => Err(NotCarried::Never),
        }
    }

    async fn append(&self, parcel: &Parcel) -> Result<(), NotCarried> {
        let (folder, name) =
            self.site.folder.as_ref().zip(parcel.destination.file_name()).ok_or(NotCarried::Never)?;
        let (path, mut line) = (folder.join(name), json(&parcel.content));
        line.push(b'\n');
        let folder = folder.clone();
        let written = tokio::task::spawn_blocking(move || append(&folder, &path, &line)).await;
        written.ok().and_then(Result::ok).ok_or(NotCarried::Later)
    }
}

impl Carrier for Carriers {
    fn carry<'a>(&'a self, parcel: &'a Parcel, name: &'a Public<String>) -> Carried<'a> {
        Box::pin(self.try_once(parcel, name))
    }
}

/// One whole line, durable when this returns.
fn append(folder: &Path, path: &Path, line: &[u8]) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).create(folder)?;
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    if file.metadata()?.len().saturating_add(line.len() as u64) > FILE_BYTES_MAX {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    file.write_all(line)?;
    file.sync_data()
}

fn json(content: &Content) -> Vec<u8> {
    match content {
        Content::Events(source, events) => {
            envelope::data(&from(source), &events.iter().map(entry).collect::<Vec<_>>())
        }
        Content::Probe(source) => envelope::probe(&from(source), 0),
        Content::Line(_, line) => line.text.as_str().as_bytes().to_vec(),
    }
}

fn messages(parcel: &Parcel) -> Vec<u8> {
    let (stream, events, severity) = match &parcel.content {
        Content::Events(source, events) => {
            (&source.stream, events.as_slice(), syslog::Severity::Informational)
        }
        Content::Line(stream, line) => (stream, std::slice::from_ref(line), syslog::Severity::Warning),
        Content::Probe(source) => (&source.stream, &[][..], syslog::Severity::Notice),
    };
    let written = |event: &Delivered| {
        syslog::written(severity, instant(event.at_ms), stream, &stored_text(&event.text))
    };
    events.iter().flat_map(written).collect()
}

fn instant(at_ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at_ms).unwrap_or_default())
}

fn entry(event: &Delivered) -> envelope::Entry {
    let id = Public::named(&event.id);
    envelope::Entry { id, at: event.at_ms, message: stored_text(&event.text) }
}

fn from(source: &Source) -> envelope::Source {
    let Source { owner, group, stream, filters } = source.clone();
    envelope::Source { owner, group, stream, filters }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "texts of a test")]
mod tests {
    use super::*;
    use sotto_protect::{StoredText, TextKind};
    use sotto_public::EventId;

    fn parcel(address: &'static str) -> Parcel {
        let text = |text: &str| StoredText::from_pinned_text(TextKind::Masked, text.to_owned());
        let delivered = |n| Delivered { id: EventId::new(1, 0, n), at_ms: 1_000, text: text("card **** ok") };
        let source =
            Source { owner: "1".into(), group: "g".into(), stream: "s".into(), filters: vec!["f".into()] };
        let destination = Destination::parse(&address.into()).unwrap();
        Parcel {
            destination,
            queued_ms: 0,
            content: Content::Events(source, vec![delivered(1), delivered(2)]),
        }
    }

    fn carriers(folder: Option<&Path>, endpoints: &[&'static str]) -> Carriers {
        let endpoints = endpoints.iter().map(|endpoint| Public::<String>::from(*endpoint)).collect();
        Carriers::new(Site { folder: folder.map(Into::into), endpoints }, Trust::of(None).unwrap())
    }

    #[test]
    fn only_what_the_operator_names_is_reached() {
        for (address, allowed, wanted) in [
            ("https://host/a", "https://host", true),
            ("https://host", "https://host", true),
            ("https://host.example/a", "https://host", false),
            ("https://host/a/b", "https://host/a/", true),
            ("https://host/ab", "https://host/a", false),
            ("http://host/a", "https://host", false),
        ] {
            assert_eq!(begins(address, allowed), wanted, "{address} {allowed}");
        }
    }

    #[tokio::test]
    async fn a_file_gets_one_line_a_parcel_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("deliveries");
        let carriers = carriers(Some(&below), &[]);
        for _ in 0..2 {
            assert_eq!(carriers.try_once(&parcel("file:out.jsonl"), &"n".into()).await, Ok(()));
        }
        let path = below.join("out.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains(r#""messageType":"DATA_MESSAGE""#) && text.contains("card **** ok"), "{text}");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let refused = carriers.try_once(&parcel("https://host/a"), &"n".into()).await;
        assert_eq!(refused, Err(NotCarried::Never));
    }

    #[tokio::test]
    async fn answers_decide_what_happens_next() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        for (status, wanted) in [
            ("200 OK", Ok(())),
            ("429 Too Many Requests", Err(NotCarried::Later)),
            ("503 Service Unavailable", Err(NotCarried::Later)),
            ("403 Forbidden", Err(NotCarried::Never)),
        ] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let server = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut some = vec![0; 8192];
                let count = stream.read(&mut some).await.unwrap();
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                String::from_utf8_lossy(&some[..count]).into_owned()
            });
            let allowed = Public::from_pinned_text(address.clone());
            let site = Site { folder: None, endpoints: vec![allowed] };
            let carriers = Carriers::new(site, Trust::of(None).unwrap());
            let mut parcel = parcel("http://replaced/");
            parcel.destination =
                Destination::parse(&Public::from_pinned_text(format!("{address}/in"))).unwrap();
            assert_eq!(carriers.try_once(&parcel, &"name".into()).await, wanted, "{status}");
            let seen = server.await.unwrap().to_lowercase();
            assert!(
                seen.starts_with("post /in http/1.1") && seen.contains("x-sotto-delivery: name"),
                "{seen}"
            );
        }
        let gone = carriers(None, &["http://127.0.0.1:9"]);
        assert_eq!(gone.try_once(&parcel("http://127.0.0.1:9/"), &"n".into()).await, Err(NotCarried::Later));
    }
}
