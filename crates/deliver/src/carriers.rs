//! Who knows the way to an endpoint, a file, a syslog receiver, a function? [`Carriers`], within what the operator allows.
//!
//! Answers are read as CloudWatch Logs reads them: busy or broken is tried again, refused and not found never. Functions are run
//! by somebody else, through [`Functions`]; what is sealed is opened before it comes here.

use crate::courier::{Carried, Carrier};
use crate::error::NotCarried;
use crate::{Content, Delivered, Destination, Parcel, Site, Source, file};
use sotto_egress::stored_text;
use sotto_public::Public;
use sotto_wire::client::post::{Endpoint, Trust};
use sotto_wire::tongues::{envelope, syslog};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Who runs functions.
pub trait Functions: Send + Sync + 'static {
    /// Runs a function once; busy or failed is `Later`, gone or not allowed `Never`.
    fn invoke<'a>(&'a self, invocation: Invocation<'a>) -> Carried<'a>;
}

/// A function that is to be run for a subscription.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The account of the subscription.
    pub account: &'a Public<String>,
    /// The function's ARN, perhaps with a qualifier.
    pub function: &'a Public<String>,
    /// The log group whose events these are.
    pub group: &'a Public<String>,
    /// The event: `{"awslogs":{"data":"..."}}`, of stored text alone.
    pub event: &'a [u8],
    /// The same for every attempt at this event.
    pub name: &'a Public<String>,
}

/// Ways to all kinds of destinations.
pub struct Carriers {
    site: Site,
    trust: Trust,
    functions: Option<Arc<dyn Functions>>,
}

impl Carriers {
    /// With what the operator allows and believes.
    pub const fn new(site: Site, trust: Trust) -> Self {
        Self { site, trust, functions: None }
    }

    /// With somebody who runs functions.
    #[must_use]
    pub fn with_functions(self, functions: Arc<dyn Functions>) -> Self {
        let site = Site { functions: true, ..self.site };
        Self { site, functions: Some(functions), ..self }
    }

    async fn try_once(&self, parcel: &Parcel, name: &Public<String>) -> Result<(), NotCarried> {
        let sealed = matches!(parcel.content, Content::Sealed(_));
        if sealed || !self.site.allows(parcel.account.as_ref(), &parcel.destination) {
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
            Destination::Function(function) => self.run(function, parcel, name).await,
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
        let kind = match &parcel.content {
            Content::Lines(..) => "application/x-ndjson",
            _ => "application/json",
        };
        let mut headers = vec![("content-type", kind.into()), ("x-sotto-delivery", name.clone())];
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
        let folder = self.site.folder_of(parcel.account.as_ref()).ok_or(NotCarried::Never)?;
        let name = parcel.destination.file_name().ok_or(NotCarried::Never)?.to_owned();
        let mut lines = json(&parcel.content);
        if lines.last().is_some_and(|last| *last != b'\n') {
            lines.push(b'\n');
        }
        let written = tokio::task::spawn_blocking(move || file::append(&folder, &name, &lines)).await;
        written.ok().and_then(Result::ok).ok_or(NotCarried::Later)
    }

    async fn run(
        &self,
        function: &Public<String>,
        parcel: &Parcel,
        name: &Public<String>,
    ) -> Result<(), NotCarried> {
        let functions = self.functions.as_ref().ok_or(NotCarried::Never)?;
        let account = parcel.account.as_ref().ok_or(NotCarried::Never)?;
        let (Content::Events(source, _) | Content::Probe(source)) = &parcel.content else {
            return Err(NotCarried::Never);
        };
        let event = envelope::for_function(&envelope::packed(&json(&parcel.content)));
        functions.invoke(Invocation { account, function, group: &source.group, event: &event, name }).await
    }
}

impl Carrier for Carriers {
    fn carry<'a>(&'a self, parcel: &'a Parcel, name: &'a Public<String>) -> Carried<'a> {
        Box::pin(self.try_once(parcel, name))
    }
}

fn json(content: &Content) -> Vec<u8> {
    match content {
        Content::Events(source, events) => {
            envelope::data(&from(source), &events.iter().map(entry).collect::<Vec<_>>())
        }
        Content::Probe(source) => envelope::probe(&from(source), 0),
        Content::Line(_, line) => line.text.as_str().as_bytes().to_vec(),
        Content::Lines(_, lines) => {
            lines.iter().flat_map(|line| line.text.as_str().bytes().chain([b'\n'])).collect()
        }
        Content::Sealed(_) => Vec::new(),
    }
}

fn messages(parcel: &Parcel) -> Vec<u8> {
    let (stream, events, severity) = match &parcel.content {
        Content::Events(source, events) => {
            (&source.stream, events.as_slice(), syslog::Severity::Informational)
        }
        Content::Line(stream, line) => (stream, std::slice::from_ref(line), syslog::Severity::Warning),
        Content::Lines(stream, lines) => (stream, lines.as_slice(), syslog::Severity::Warning),
        Content::Probe(source) => (&source.stream, &[][..], syslog::Severity::Notice),
        Content::Sealed(_) => return Vec::new(),
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
    use crate::Allowance;
    use sotto_protect::{StoredText, TextKind};
    use sotto_public::{EventId, Opaque};
    use std::path::Path;
    use std::sync::Mutex;

    fn parcel(address: &'static str) -> Parcel {
        let text = |text: &str| StoredText::from_pinned_text(TextKind::Masked, text.to_owned());
        let delivered = |n| Delivered { id: EventId::new(1, 0, n), at_ms: 1_000, text: text("card **** ok") };
        let source =
            Source { owner: "1".into(), group: "g".into(), stream: "s".into(), filters: vec!["f".into()] };
        let destination = Destination::parse(&address.into()).unwrap();
        Parcel {
            account: Some(ACCOUNT.into()),
            destination,
            queued_ms: 0,
            content: Content::Events(source, vec![delivered(1), delivered(2)]),
        }
    }

    const ACCOUNT: &str = "111122223333";

    fn carriers(folder: Option<&Path>, allowed: &[&'static str]) -> Carriers {
        let allowed = allowed.iter().map(|rule| Allowance::parse(&(*rule).into()).unwrap()).collect();
        let site = Site { folder: folder.map(Into::into), allowed, functions: false };
        Carriers::new(site, Trust::of(None).unwrap())
    }

    #[tokio::test]
    async fn a_file_gets_one_line_a_parcel_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("deliveries");
        let carriers = carriers(Some(&below), &["111122223333=file:*"]);
        for _ in 0..2 {
            assert_eq!(carriers.try_once(&parcel("file:out.jsonl"), &"n".into()).await, Ok(()));
        }
        let path = below.join(ACCOUNT).join("out.jsonl");
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
            let allowed = vec![Allowance::parse(&allowed).unwrap()];
            let site = Site { folder: None, allowed, functions: false };
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

    #[tokio::test]
    async fn lines_are_lines_and_what_is_sealed_goes_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let carriers = carriers(Some(folder.path()), &["111122223333=file:*"]);
        let mut parcel = parcel("file:out.jsonl");
        let Content::Events(_, events) = parcel.content.clone() else { panic!("events") };
        parcel.content = Content::Lines("g".into(), events);
        assert_eq!(carriers.try_once(&parcel, &"n".into()).await, Ok(()));
        let path = folder.path().join(ACCOUNT).join("out.jsonl");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "card **** ok\ncard **** ok\n");
        let body = Opaque::from_pinned_bytes(vec![1]);
        parcel.content = Content::Sealed(crate::SealedContent { group: 1, key: 2, body });
        assert_eq!(carriers.try_once(&parcel, &"n".into()).await, Err(NotCarried::Never));
    }

    /// Notes which functions were run, and with what.
    #[derive(Default)]
    struct Noted(Mutex<Vec<(String, Vec<u8>)>>);

    impl Functions for Noted {
        fn invoke<'a>(&'a self, invocation: Invocation<'a>) -> Carried<'a> {
            let of = (invocation.function.to_string(), invocation.event.to_vec());
            self.0.lock().unwrap().push(of);
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn functions_are_run_where_there_is_somebody_who_runs_them() {
        let arn = "arn:aws:lambda:eu-central-1:111122223333:function:f";
        let without = carriers(None, &[]);
        assert_eq!(without.try_once(&parcel(arn), &"n".into()).await, Err(NotCarried::Never));
        let noted = Arc::new(Noted::default());
        let with = carriers(None, &[]).with_functions(Arc::clone(&noted) as Arc<dyn Functions>);
        assert_eq!(with.try_once(&parcel(arn), &"n".into()).await, Ok(()));
        let run = noted.0.lock().unwrap().clone();
        assert!(run.len() == 1 && run[0].0 == arn && run[0].1.starts_with(b"{\"awslogs\":{\"data\":\""));
    }
}
