//! Are the published signatures ours? All cases of AWS's Signature Version 4 suite, signed and verified at function level.

use crate::cases::{folder, public, raw};
use sotto_sensitive::RawBytes;
use sotto_wire::sigv4::{Claim, Credentials, Purpose, Refusal, SigningKey, presign, sign, unchunk};
use sotto_wire::{Head, Method};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Key and secret of the suite.
const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn now() -> SystemTime {
    // 20150830T123600Z, as all cases have it.
    UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

fn who(token: Option<&str>) -> Credentials {
    Credentials { access_key: public(ACCESS_KEY), secret: raw(SECRET), token: token.map(raw) }
}

fn purpose(service: &'static str) -> Purpose {
    Purpose { region: "us-east-1".into(), service: service.into(), now: now() }
}

/// Requests of the suite, by the folder's name.
fn suite() -> Vec<(String, PathBuf)> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut found = Vec::new();
    collect(&folder.join("sigv4"), &mut found);
    found.sort();
    assert_eq!(found.len(), 34);
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, PathBuf)>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "req") {
            found.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), path.with_extension("")));
        }
    }
}

fn text(path: &Path, ending: &str) -> String {
    std::fs::read_to_string(path.with_extension(ending)).unwrap().replace('\r', "")
}

/// A request as the suite writes it: target with blanks perhaps, folded headers, body behind an empty line.
fn request(text: &str) -> (Head, RawBytes) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap();
    let (method, rest) = first.split_once(' ').unwrap();
    let target = rest.strip_suffix(" HTTP/1.1").unwrap();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        match line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => headers.last_mut().unwrap().1.push_str(&format!("\n{line}")),
        }
    }
    let mut out = Head::new(Method::parse(method).unwrap(), target.as_bytes()).unwrap();
    for (name, value) in headers {
        out.push(name.as_bytes(), value.as_bytes()).unwrap();
    }
    (out, RawBytes::new(body.as_bytes().to_vec()))
}

#[test]
fn every_published_request_is_signed_as_published() {
    for (name, path) in suite() {
        let (mut head, body) = request(&text(&path, "req"));
        // A token that is signed stands in the canonical request; in one case the request itself lacks it.
        let canonical = text(&path, "creq");
        let token = canonical.lines().find_map(|line| line.strip_prefix("x-amz-security-token:"));
        sign(&mut head, &body, &who(token), &purpose("service")).unwrap();
        let expected = text(&path, "authz");
        let claim = Claim::read(&head).unwrap();
        let signature = expected.rsplit_once("Signature=").unwrap().1;
        assert_eq!(claim.signature_text().get(), signature.trim(), "{name}");
    }
}

#[test]
fn every_published_signature_is_verified_and_no_other() {
    for (name, path) in suite() {
        let (head, body) = request(&published(&path));
        let claim = Claim::read(&head).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let key = SigningKey::derive(&raw(SECRET), claim.scope());
        assert_eq!(claim.verify(&head, &body, &key, now()), Ok(()), "{name}");
        let other = SigningKey::derive(&raw("another"), claim.scope());
        assert_eq!(claim.verify(&head, &body, &other, now()), Err(Refusal::Mismatch), "{name}");
        let more = RawBytes::new(b"canary".to_vec());
        assert!(claim.verify(&head, &more, &key, now()).is_err(), "{name}");
    }
}

/// The signed request with the authorization that is published beside it: in one case the two differ.
fn published(path: &Path) -> String {
    let authorization = format!("Authorization: {}", text(path, "authz").trim());
    let signed = text(path, "sreq");
    let lines =
        signed.lines().map(|line| if line.starts_with("Authorization:") { &authorization } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn signed(service: &'static str, token: Option<&str>) -> (Head, RawBytes) {
    let mut head = Head::new(Method::Post, b"/a/b?x=1&y=%20").unwrap();
    head.push(b"Host", b"localhost:4566").unwrap();
    head.push(b"X-Amz-Target", b"Logs_20140328.DescribeLogGroups").unwrap();
    let body = RawBytes::new(b"{}".to_vec());
    sign(&mut head, &body, &who(token), &purpose(service)).unwrap();
    (head, body)
}

fn verdict(head: &Head, body: &RawBytes, now: SystemTime) -> Result<(), Refusal> {
    let claim = Claim::read(head)?;
    claim.verify(head, body, &SigningKey::derive(&raw(SECRET), claim.scope()), now)
}

#[test]
fn time_is_bounded_on_both_sides() {
    let (head, body) = signed("logs", None);
    let skew = Duration::from_secs(300);
    let second = Duration::from_secs(1);
    assert_eq!(verdict(&head, &body, now() + skew), Ok(()));
    assert_eq!(verdict(&head, &body, now() + skew + second), Err(Refusal::Skew));
    assert_eq!(verdict(&head, &body, now() - skew), Ok(()));
    assert_eq!(verdict(&head, &body, now() - skew - second), Err(Refusal::Skew));
}

#[test]
fn presigned_requests_hold_for_their_time() {
    let mut head = Head::new(Method::Get, b"/bucket/a%20key?versionId=1").unwrap();
    head.push(b"Host", b"localhost:4566").unwrap();
    let body = RawBytes::default();
    for service in ["s3", "lambda"] {
        let hour = Duration::from_secs(3_600);
        let signed = presign(&head, hour, &who(Some("a/token+")), &purpose(service)).unwrap();
        let claim = Claim::read(&signed).unwrap();
        assert_eq!(claim.token().unwrap().expose(), "a/token+");
        assert_eq!(verdict(&signed, &body, now() + hour), Ok(()));
        assert_eq!(verdict(&signed, &body, now() + hour + Duration::from_secs(1)), Err(Refusal::Expired));
        let week = Duration::from_secs(604_800);
        assert!(Claim::read(&presign(&head, week, &who(None), &purpose(service)).unwrap()).is_ok());
        let more = presign(&head, week + Duration::from_secs(1), &who(None), &purpose(service)).unwrap();
        assert_eq!(Claim::read(&more).err(), Some(Refusal::Malformed { part: "X-Amz-Expires" }));
    }
}

#[test]
fn what_must_be_signed_is() {
    let (mut head, body) = signed("logs", Some("token"));
    assert_eq!(verdict(&head, &body, now()), Ok(()));
    head.push(b"X-Amz-Meta-More", b"canary").unwrap();
    assert_eq!(verdict(&head, &body, now()), Err(Refusal::Unsigned { header: "x-amz-*" }));
    let mut none = Head::new(Method::Get, b"/").unwrap();
    none.push(b"Host", b"localhost").unwrap();
    assert_eq!(Claim::read(&none).err(), Some(Refusal::Missing));
}

#[test]
fn unsigned_payloads_are_those_of_s3_and_of_speech() {
    // Our own signer covers the body, so a header that says otherwise makes it another request; of Lex it is looked at at all.
    let cases = [("s3", Ok(())), ("lex", Err(Refusal::Mismatch)), ("logs", Err(Refusal::UnsignedPayload))];
    for (service, expected) in cases {
        let mut head = Head::new(Method::Put, b"/bucket/key").unwrap();
        head.push(b"Host", b"localhost").unwrap();
        let body = RawBytes::new(b"anything".to_vec());
        let signed = presign(&head, Duration::from_secs(60), &who(None), &purpose(service)).unwrap();
        if service == "s3" {
            assert_eq!(verdict(&signed, &body, now()), expected);
        } else {
            head.push(b"X-Amz-Content-Sha256", b"UNSIGNED-PAYLOAD").unwrap();
            sign(&mut head, &body, &who(None), &purpose(service)).unwrap();
            assert_eq!(verdict(&head, &body, now()), expected);
        }
    }
}

#[test]
fn refusals_hold_no_text_of_the_request() {
    let canary = "canary4111";
    for header in [
        "AWS4-HMAC-SHA256 Credential=canary4111".to_owned(),
        "Bearer canary4111".to_owned(),
        format!(
            "AWS4-HMAC-SHA256 Credential={canary}/20150830/us-east-1/iam/aws4_request, SignedHeaders={canary}, Signature={canary}"
        ),
    ] {
        let mut head = Head::new(Method::Get, b"/canary4111?canary4111").unwrap();
        head.push(b"Authorization", header.as_bytes()).unwrap();
        head.push(b"X-Amz-Date", b"20150830T123600Z").unwrap();
        let refusal = Claim::read(&head).unwrap_err();
        let fault = sotto_wire::Fault::from(refusal);
        assert!(!format!("{refusal} {refusal:?} {fault:?} {head:?}").contains(canary));
    }
}

/// The example of "Transferring Payload in Multiple Chunks" and of "Including trailing headers" (S3 API Reference): its
/// headers, seed signature, chunk signatures, and the trailer's.
struct Published {
    headers: &'static [(&'static str, &'static str)],
    seed: &'static str,
    chunks: [&'static str; 3],
    trailer: Option<(&'static str, &'static str)>,
}

const CHUNKED: Published = Published {
    headers: &[
        ("content-encoding", "aws-chunked"),
        ("content-length", "66824"),
        ("host", "s3.amazonaws.com"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ],
    seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    chunks: [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ],
    trailer: None,
};

const TRAILED: Published = Published {
    headers: &[
        ("content-encoding", "aws-chunked"),
        ("host", "s3.amazonaws.com"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-trailer", "x-amz-checksum-crc32c"),
    ],
    seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    chunks: [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ],
    trailer: Some((
        "x-amz-checksum-crc32c:sOO8/Q==",
        "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
    )),
};

impl Published {
    fn head(&self) -> Head {
        let mut head = Head::new(Method::Put, b"/examplebucket/chunkObject.txt").unwrap();
        for (name, value) in self.headers {
            head.push(name.as_bytes(), value.as_bytes()).unwrap();
        }
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        let scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
        let (names, seed) = (names.join(";"), self.seed);
        let value = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={seed}");
        head.push(b"authorization", value.as_bytes()).unwrap();
        head
    }

    fn body(&self, letter: char) -> RawBytes {
        let [first, second, last] = self.chunks;
        let chunk = |size: usize, signature: &str| {
            format!("{size:x};chunk-signature={signature}\r\n{}\r\n", letter.to_string().repeat(size))
        };
        let mut body =
            chunk(65_536, first) + &chunk(1_024, second) + &format!("0;chunk-signature={last}\r\n");
        if let Some((header, signature)) = self.trailer {
            body += &format!("{header}\r\nx-amz-trailer-signature:{signature}\r\n");
        }
        RawBytes::new((body + "\r\n").into_bytes())
    }
}

#[test]
fn published_chunks_are_verified_and_no_others() {
    let when = UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    for published in [&CHUNKED, &TRAILED] {
        let head = published.head();
        let claim = Claim::read(&head).unwrap();
        let key = SigningKey::derive(&raw("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), claim.scope());
        let body = published.body('a');
        assert_eq!(claim.verify(&head, &body, &key, when), Ok(()));
        let payload = unchunk(&claim, &key, &body).unwrap();
        assert_eq!((payload.length(), payload.expose().iter().all(|byte| *byte == b'a')), (66_560, true));
        assert_eq!(unchunk(&claim, &key, &published.body('b')).unwrap_err(), Refusal::Mismatch);
        // A payload that ends early lacks the last chunk, whose signature says that it is the last.
        let cut = RawBytes::new(body.expose()[..body.length() - 400].to_vec());
        assert!(unchunk(&claim, &key, &cut).is_err());
    }
}
