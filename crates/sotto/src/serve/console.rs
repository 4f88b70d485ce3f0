//! Which requests come from the console's page, and what does a browser get? `/console`: three files that are part of this
//! program, and the page's requests, which `sotto_api` answers.
//!
//! A browser carries cookies for whoever asks it to, so a request is looked at before anybody is: it came through TLS or from
//! this machine; it names a host that is ours (another name that leads here is somebody's trick with DNS); its origin is that
//! host; and it has a header that no page of another origin can send. Of all answers browsers are told to keep nothing, frame
//! nothing, and run nothing but these files (Content Security Policy Level 3). What is signed is no request of the page.

use super::body::Reply;
use super::listen::Peer;
use hyper::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use sotto_api::ConsoleAsk;
use std::net::IpAddr;

/// A file of the page, built by Vite (`console/`).
struct File {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! built {
    ($path:literal, $content_type:literal, $file:literal) => {
        File {
            path: $path,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../../../console/dist/", $file)),
        }
    };
}

const FILES: [File; 5] = [
    built!("/console", "text/html; charset=utf-8", "index.html"),
    built!("/console/", "text/html; charset=utf-8", "index.html"),
    built!("/console/console.js", "text/javascript; charset=utf-8", "console.js"),
    built!("/console/console.css", "text/css; charset=utf-8", "console.css"),
    built!("/console/icon.svg", "image/svg+xml", "icon.svg"),
];

/// What the page asks for, by path.
const ASKS: [(&str, ConsoleAsk); 6] = [
    ("/console/sign-in", ConsoleAsk::SignIn),
    ("/console/sign-out", ConsoleAsk::SignOut),
    ("/console/session", ConsoleAsk::Session),
    ("/console/view", ConsoleAsk::View),
    ("/console/leave", ConsoleAsk::Leave),
    ("/console/call", ConsoleAsk::Call),
];

/// The header of the page's requests.
const PAGE_HEADER: &str = "x-sotto-console";

/// Scripts and styles are the files above; nothing is written into the page as markup (Trusted Types).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const PROTECTION: [(HeaderName, &str); 8] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("x-frame-options"), "DENY"),
];

/// The console, as far as the edge knows it.
pub(crate) struct Console {
    /// Names of this server beside addresses and `localhost`.
    names: Vec<String>,
    is_offered: bool,
}

/// What becomes of a request.
pub(crate) enum Taken {
    /// It is none of the console's.
    No,
    /// It is answered.
    Answered(Response<Reply>),
    /// The page asks for this.
    Asked(ConsoleAsk),
}

/// Why a request is not taken for the page's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stray {
    Plain,
    Host,
    Method,
    Origin,
    NoPage,
}

impl Stray {
    const fn answer(self) -> (StatusCode, &'static str) {
        match self {
            Self::Plain => (
                StatusCode::FORBIDDEN,
                "the console answers HTTPS, or plain HTTP on the machine that it runs on\n",
            ),
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "this name is not known here; start sotto with --name NAME to be asked by it\n",
            ),
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "asked in another way than the console's page does\n")
            }
            Self::Origin => (StatusCode::FORBIDDEN, "asked from another page than the console's\n"),
            Self::NoPage => (StatusCode::NOT_FOUND, "there is no such page\n"),
        }
    }
}

impl Console {
    /// With the names that the operator gave this server.
    pub(crate) fn new(names: &[String], is_offered: bool) -> Self {
        Self { names: names.iter().map(|name| name.to_ascii_lowercase()).collect(), is_offered }
    }

    /// Whether a request is the console's, and what becomes of it.
    pub(crate) fn take<B>(&self, request: &Request<B>, peer: Peer) -> Taken {
        if !self.is_offered || !is_meant(request) {
            return Taken::No;
        }
        match self.looked_at(request, peer) {
            Ok(taken) => taken,
            Err(stray) => {
                let (status, words) = stray.answer();
                Taken::Answered(file(status, "text/plain; charset=utf-8", words.as_bytes().to_vec()))
            }
        }
    }

    fn looked_at<B>(&self, request: &Request<B>, peer: Peer) -> Result<Taken, Stray> {
        if !peer.secure && !peer.address.ip().to_canonical().is_loopback() {
            return Err(Stray::Plain);
        }
        let host = host_of(request).ok_or(Stray::Host)?;
        if !self.is_ours(&host) {
            return Err(Stray::Host);
        }
        let path = request.uri().path();
        if let Some(found) = FILES.iter().find(|file| file.path == path) {
            return match *request.method() {
                Method::GET => {
                    Ok(Taken::Answered(file(StatusCode::OK, found.content_type, found.bytes.to_vec())))
                }
                Method::HEAD => Ok(Taken::Answered(file(StatusCode::OK, found.content_type, Vec::new()))),
                _ => Err(Stray::Method),
            };
        }
        let (_, ask) = ASKS.iter().find(|(asked, _)| *asked == path).ok_or(Stray::NoPage)?;
        if *request.method() != Method::POST || !is_json(request.headers()) {
            return Err(Stray::Method);
        }
        let scheme = if peer.secure { "https" } else { "http" };
        match is_of_page(request.headers(), &format!("{scheme}://{host}")) {
            true => Ok(Taken::Asked(*ask)),
            false => Err(Stray::Origin),
        }
    }

    /// Whether a host is this server: an address is nobody's to give to another, `localhost` is this machine, and other names are
    /// those of the operator.
    fn is_ours(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => host,
        };
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        address.parse::<IpAddr>().is_ok() || name == "localhost" || self.names.iter().any(|own| own == name)
    }
}

/// Whether it is a request at the console's paths that nobody signed; a signed one is S3's, for a bucket of this name.
fn is_meant<B>(request: &Request<B>) -> bool {
    let path = request.uri().path();
    let is_signed = request.headers().contains_key(AUTHORIZATION)
        || request.uri().query().is_some_and(|query| query.contains("X-Amz-Signature="));
    !is_signed && (path == "/console" || path.starts_with("/console/"))
}

/// The host that is asked, in lower case (RFC 9113, section 8.3.1: HTTP/2 has it in `:authority`).
fn host_of<B>(request: &Request<B>) -> Option<String> {
    let mut given = request.headers().get_all(HOST).iter();
    let first = given.next().map(HeaderValue::to_str).transpose().ok()?;
    let host = first.or_else(|| request.uri().authority().map(|authority| authority.as_str()))?;
    given.next().is_none().then(|| host.to_ascii_lowercase())
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}

/// Whether a request was sent by a page of this origin (OWASP, "Cross-Site Request Forgery Prevention"): browsers say so twice, and
/// a header of ours needs a leave that is never given to others.
fn is_of_page(headers: &HeaderMap, own: &str) -> bool {
    let origin = headers.get(ORIGIN).is_some_and(|origin| origin == own);
    let site = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
    origin && site && headers.contains_key(PAGE_HEADER)
}

fn file(status: StatusCode, content_type: &'static str, bytes: Vec<u8>) -> Response<Reply> {
    let mut response = Response::new(Reply::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    protected(response)
}

/// The same with what browsers are told of every answer.
pub(crate) fn protected(mut response: Response<Reply>) -> Response<Reply> {
    for (name, value) in PROTECTION {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    fn peer(secure: bool, address: &str) -> Peer {
        Peer { address: format!("{address}:1").parse().unwrap(), secure, certificate: None }
    }

    fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    fn console() -> Console {
        Console::new(&["Console.Example".to_owned()], true)
    }

    fn told(taken: Taken) -> String {
        match taken {
            Taken::No => "no".to_owned(),
            Taken::Answered(response) => response.status().as_u16().to_string(),
            Taken::Asked(ask) => format!("{ask:?}"),
        }
    }

    #[test]
    fn a_request_of_the_page_is_told_from_others() {
        let host = ("host", "localhost:4566");
        let page = [
            host,
            ("origin", "http://localhost:4566"),
            ("x-sotto-console", "half"),
            ("content-type", "application/json"),
        ];
        let without = |name: &str| page.iter().filter(|(of, _)| *of != name).copied().collect::<Vec<_>>();
        let with = |name: &'static str, value: &'static str| [without(name), vec![(name, value)]].concat();
        let of = |method: &str, path: &str, headers: &[(&str, &str)]| {
            told(console().take(&request(method, path, headers), peer(false, "127.0.0.1")))
        };
        assert_eq!(of("POST", "/console/call", &page), "Call");
        assert_eq!(of("POST", "/console/sign-in", &with("sec-fetch-site", "same-origin")), "SignIn");
        for (headers, wanted) in [
            (without("origin"), "403"),
            (without("x-sotto-console"), "403"),
            (without("content-type"), "405"),
            (without("host"), "421"),
            (with("origin", "null"), "403"),
            (with("origin", "https://localhost:4566"), "403"),
            (with("origin", "http://localhost:9999"), "403"),
            (with("origin", "http://127.0.0.1:4566"), "403"),
            (with("content-type", "text/plain"), "405"),
            (with("sec-fetch-site", "cross-site"), "403"),
            (with("sec-fetch-site", "same-site"), "403"),
            (with("host", "rebound.example:4566"), "421"),
            (with("authorization", "AWS4-HMAC-SHA256"), "no"),
        ] {
            assert_eq!(of("POST", "/console/call", &headers), wanted, "{headers:?}");
        }
        assert_eq!(of("GET", "/console/call", &page), "405");
        assert_eq!(of("GET", "/console", &[host]), "200");
        assert_eq!(of("HEAD", "/console/", &[host]), "200");
        assert_eq!(of("POST", "/console", &page), "405");
        assert_eq!(of("GET", "/console/../secret", &[host]), "404");
        assert_eq!(of("GET", "/consoles", &[host]), "no");
        assert_eq!(of("GET", "/console/a?X-Amz-Signature=b", &[host]), "no");
    }

    #[test]
    fn a_host_is_an_address_or_a_name_of_ours() {
        for (host, wanted) in [
            ("localhost", true),
            ("localhost:1", true),
            ("127.0.0.1:4566", true),
            ("[::1]:4566", true),
            ("192.0.2.1", true),
            ("console.example:443", true),
            ("other.example", false),
            ("localhost.other.example", false),
            ("127.0.0.1.other.example", false),
            ("xconsole.example", false),
            ("", false),
        ] {
            assert_eq!(console().is_ours(host), wanted, "{host}");
        }
    }

    #[test]
    fn plain_http_is_answered_on_this_machine_alone_and_nothing_where_it_is_not_offered() {
        let asked = request("GET", "/console", &[("host", "localhost")]);
        assert_eq!(told(console().take(&asked, peer(false, "192.0.2.7"))), "403");
        assert_eq!(told(console().take(&asked, peer(true, "192.0.2.7"))), "200");
        assert_eq!(told(Console::new(&[], false).take(&asked, peer(true, "127.0.0.1"))), "no");
    }

    #[test]
    fn every_answer_is_protected() {
        for path in ["/console", "/console/console.js", "/console/nothing"] {
            let Taken::Answered(response) =
                console().take(&request("GET", path, &[("host", "localhost")]), peer(true, "127.0.0.1"))
            else {
                panic!("{path}")
            };
            for (name, value) in PROTECTION {
                assert_eq!(response.headers().get(&name).unwrap(), value, "{path}");
            }
        }
    }

    /// The page runs nothing inline and reaches nothing else.
    #[test]
    fn the_page_names_its_own_files_only() {
        let page = std::str::from_utf8(FILES[0].bytes).unwrap();
        for word in ["http:", "https:", "//", "onload", "style=", "<style", "javascript:", "data:"] {
            assert!(!page.contains(word), "{word}");
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert!(
            page.contains("src=\"/console/console.js\"") && page.contains("href=\"/console/console.css\"")
        );
    }

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console")
    }

    fn files(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            match entry.file_type().unwrap().is_dir() {
                true if name == "node_modules" => {}
                true => files(&entry.path(), &format!("{name}/"), found),
                false if name == "dist/stamp.txt" => {}
                false => {
                    let hash = sotto_api::digest(&std::fs::read(entry.path()).unwrap());
                    found.insert(name, hash.iter().map(|byte| format!("{byte:02x}")).collect());
                }
            }
        }
    }

    /// `npm run build` writes down which sources it built into which files; nothing else may be committed.
    #[test]
    fn what_was_built_is_what_the_sources_say() {
        let mut found = BTreeMap::new();
        files(&folder(), "", &mut found);
        let stamp: String = found.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        let written = std::fs::read_to_string(folder().join("dist/stamp.txt")).unwrap();
        assert_eq!(stamp, written, "run `npm ci && npm run build` in console/ and commit console/dist");
    }
}
