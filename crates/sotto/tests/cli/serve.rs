//! Does the server do what its help says? Each test starts the built program on a free port, asks it over the socket, and looks
//! at what it leaves behind.
//!
//! Requests are signed here by the four lines of AWS's recipe, not by our codec: what both get wrong would look right.

#![expect(clippy::disallowed_methods, reason = "a test has a clock and writes its own files")]

mod canary;
mod checkpoints;
mod crash;
mod crash_keys;
mod doctor;
mod hygiene;
mod names;
mod roots;
mod start;
mod transport;

use super::*;
use aws_lc_rs::{digest, hmac};
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant, SystemTime};

const KEY: &str = "FOOBARKEY";
const SECRET: &str = "FOOBARSECRET";
const REGION: &str = "eu-central-1";

/// A server that runs; killed when it is dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// What stood on standard output before the address.
    pub(super) shown: String,
    log: Option<std::thread::JoinHandle<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server command with root credentials of the tests.
pub(super) fn serve(data: &Path, args: &[&str]) -> Command {
    let mut command = command(&["serve", "--listen", "127.0.0.1:0", "--log", "debug", "--data"]);
    command.arg(data).args(args);
    command.env("SOTTO_ROOT_ACCESS_KEY_ID", KEY).env("SOTTO_ROOT_SECRET_ACCESS_KEY", SECRET);
    command.env_remove("SOTTO_PASSPHRASE");
    command
}

impl Server {
    pub(super) fn start(data: &Path, args: &[&str]) -> Self {
        Self::run(serve(data, args))
    }

    pub(super) fn run(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = err.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut shown = String::new();
        loop {
            let mut line = String::new();
            let read = out.read_line(&mut line).unwrap();
            assert!(read > 0, "the server ended: {}", log.join().unwrap());
            match line.trim_end().strip_prefix("listening ") {
                Some(address) => {
                    let address = address.parse().unwrap();
                    return Self { child, address, shown, log: Some(log) };
                }
                None => shown.push_str(&line),
            }
        }
    }

    /// Asks it to end, and gives its exit code and its log.
    pub(super) fn end(mut self) -> (i32, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg("-TERM").arg(id).status().unwrap().success());
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, self.log.take().unwrap().join().unwrap())
    }

    /// `kill -9`.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// One request on a connection of its own.
    pub(super) fn ask(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(request).unwrap();
        Answer::read(&mut stream)
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
    }

    /// A signed Query request.
    pub(super) fn query(&self, service: &str, action: &str, members: &[(&str, &str)]) -> Answer {
        self.ask(&Signed::new(service).query(action, members).bytes())
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn read(stream: &mut impl Read) -> Self {
        let mut bytes = Vec::new();
        // A server that closes early is no reason to lose what it said.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(super) fn fine(self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }
}

/// A request that is signed when it becomes bytes.
pub(super) struct Signed {
    pub(super) service: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) key: String,
    pub(super) secret: String,
    pub(super) skew: i64,
}

impl Signed {
    pub(super) fn new(service: &str) -> Self {
        let headers = vec![("host".to_owned(), "localhost".to_owned())];
        let (key, secret) = (KEY.to_owned(), SECRET.to_owned());
        Self { service: service.to_owned(), headers, body: String::new(), key, secret, skew: 0 }
    }

    pub(super) fn query(mut self, action: &str, members: &[(&str, &str)]) -> Self {
        self = self.header("content-type", "application/x-www-form-urlencoded");
        let version = if self.service == "sts" { "2011-06-15" } else { "2010-05-08" };
        self.body = format!("Action={action}&Version={version}");
        for (name, value) in members {
            self.body.push_str(&format!("&{name}={}", escaped(value)));
        }
        self
    }

    pub(super) fn json(self, target: &str, body: &str) -> Self {
        let mut request =
            self.header("content-type", "application/x-amz-json-1.1").header("x-amz-target", target);
        request.body = body.to_owned();
        request
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn bytes(mut self) -> Vec<u8> {
        let now =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64 + self.skew;
        let stamp = stamp(now);
        let day = stamp.get(..8).unwrap();
        let scope = format!("{day}/{REGION}/{}/aws4_request", self.service);
        self.headers.push(("x-amz-date".to_owned(), stamp.clone()));
        self.headers.sort();
        let lines: String =
            self.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", hex(&sha256(self.body.as_bytes())));
        let string = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&sha256(canonical.as_bytes())));
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in [day, REGION, &self.service, "aws4_request"] {
            key = mac(&key, part.as_bytes());
        }
        let signature = hex(&mac(&key, string.as_bytes()));
        let key = &self.key;
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!(
            "POST / HTTP/1.1\r\n{headers}authorization: {authorization}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
            self.body.len(),
            self.body
        )
        .into_bytes()
    }
}

fn mac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), bytes).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// The bytes of hexadecimal digits.
fn unhex(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(byte).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// `20150830T123600Z`.
fn stamp(seconds: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let (month, day, hour) = (u8::from(at.month()), at.day(), at.hour());
    format!("{:04}{month:02}{day:02}T{hour:02}{:02}{:02}Z", at.year(), at.minute(), at.second())
}

/// All bytes of the files below a directory. The socket of the query engine is none.
fn bytes_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(bytes_below(&path));
        } else if path.is_file() {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}
