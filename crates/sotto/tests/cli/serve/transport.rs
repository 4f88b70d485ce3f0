//! Does one port speak HTTPS and, on loopback, HTTP, within its bounds?

use super::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::net::UdpSocket;
use std::sync::Arc;

fn client(
    data: &Path,
    identity: Option<&Path>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(data.join("tls/ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let builder = builder.with_root_certificates(roots);
    let Some(identity) = identity else { return builder.with_no_client_auth() };
    let chain =
        CertificateDer::pem_file_iter(identity.with_extension("pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(identity.with_extension("key")).unwrap();
    builder.with_client_auth_cert(chain, key).unwrap()
}

fn ask(server: &Server, config: ClientConfig, name: &str) -> Answer {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(server.address).unwrap());
    let _ = stream.write_all(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    Answer::read(&mut stream)
}

#[test]
fn tls_1_2_and_1_3_are_spoken_under_the_local_authority() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--name", "sotto.example"]);
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for name in ["localhost", "127.0.0.1", "sotto.example", "stream-localhost"] {
            assert_eq!(ask(&server, client(folder.path(), None, &[version]), name).status, 200, "{name}");
        }
        assert_eq!(ask(&server, client(folder.path(), None, &[version]), "other.example").status, 0);
    }
}

#[test]
fn a_client_certificate_of_the_authority_is_asked_for_when_it_must_be() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--require-client-cert"]);
    let output = folder.path().join("clients");
    let (data, target) = (folder.path().to_str().unwrap(), output.to_str().unwrap());
    sotto(&["certs", "client", "one", "--data", data, "--output", target]).fine();
    let all = [&rustls::version::TLS13];
    assert_eq!(ask(&server, client(folder.path(), Some(&output.join("one")), &all), "localhost").status, 200);
    assert_eq!(ask(&server, client(folder.path(), None, &all), "localhost").status, 0);
}

/// An address of this machine other than loopback, where it has one. Nothing is sent.
fn outer_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket
        .local_addr()
        .ok()
        .map(|address| address.ip())
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[test]
fn plain_http_is_answered_on_loopback_and_elsewhere_only_when_asked() {
    let Some(outer) = outer_address() else { return };
    for (args, expected) in [(&[][..], 400), (&["--allow-plain"][..], 200)] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(&["serve", "--listen", "0.0.0.0:0", "--data"]);
        let mut server = Server::run({
            command.arg(folder.path()).args(args);
            command
        });
        server.address.set_ip(outer);
        let answer = server.get("/health");
        assert_eq!(answer.status, expected, "{answer:?}");
        assert!(expected == 200 || answer.body.contains("--allow-plain"), "{answer:?}");
        let tls = ask(&server, client(folder.path(), None, &[&rustls::version::TLS13]), "localhost");
        assert_eq!(tls.status, 200);
        server.address.set_ip([127, 0, 0, 1].into());
        assert_eq!(server.get("/health").status, 200);
    }
}

#[test]
fn own_paths_answer_without_a_signature_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    assert!(server.get("/health").fine().contains("ok"));
    assert!(server.get("/ready").fine().contains("ready"));
    let metrics = server.get("/metrics").fine();
    assert!(
        metrics.contains("sotto_ready 1") && metrics.contains("sotto_responses_total{class=\"2xx\"} 2"),
        "{metrics}"
    );
    for path in ["/", "/health?x=1", "/Health", "/metrics/"] {
        let answer = server.get(path);
        assert!(
            answer.status == 403 && answer.body.contains("MissingAuthenticationToken"),
            "{path}: {answer:?}"
        );
        assert!(answer.head.contains("x-amzn-requestid: "), "{}", answer.head);
    }
}

#[test]
fn metrics_are_read_from_elsewhere_with_the_token_only() {
    let Some(outer) = outer_address() else { return };
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "a-token-of-the-tests\n").unwrap();
    let data = folder.path().join("data");
    let start = |token: &Path| {
        let mut command =
            command(&["serve", "--listen", "0.0.0.0:0", "--allow-plain", "--metrics-token-file"]);
        command.arg(token).arg("--data").arg(&data);
        command
    };
    let open = finished(start(&token).output().unwrap());
    assert!(open.code == 2 && open.err.contains("600"), "{}", open.err);
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut server = Server::run(start(&token));
    server.address.set_ip(outer);
    let with = |header: &str| {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: a\r\n{header}Connection: close\r\n\r\n");
        server.ask(request.as_bytes()).status
    };
    assert_eq!(with("Authorization: Bearer a-token-of-the-tests\r\n"), 200);
    assert_eq!(with("Authorization: Bearer another\r\n"), 403);
    assert_eq!(with(""), 403);
}

#[test]
fn heads_and_bodies_have_bounds_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let with_header = |bytes: usize| {
        let request =
            Signed::new("sts").header("x-amz-filler", &"f".repeat(bytes)).query("GetCallerIdentity", &[]);
        server.ask(&request.bytes()).status
    };
    assert_eq!(with_header(60 << 10), 200);
    assert_eq!(with_header(66 << 10), 431);
    let with_body = |bytes: usize| {
        let mut request = Signed::new("sts").query("GetCallerIdentity", &[]);
        request.body.push_str(&format!("&Filler={}", "f".repeat(bytes - request.body.len() - 8)));
        server.ask(&request.bytes())
    };
    assert_eq!(with_body(1 << 20).status, 200);
    let refused = with_body((1 << 20) + 1);
    assert!(refused.status == 413 && refused.body.contains("RequestEntityTooLarge"), "{refused:?}");
}

#[test]
fn signatures_are_refused_with_awss_codes_and_without_the_canonical_request() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let identity = || Signed::new("sts").query("GetCallerIdentity", &[]);
    let check = |request: Signed, status: u16, code: &str| {
        let answer = server.ask(&request.bytes());
        assert!(
            answer.status == status && answer.body.contains(&format!("<Code>{code}</Code>")),
            "{answer:?}"
        );
        assert!(!answer.body.contains("canary") && !answer.body.contains("x-amz-date"), "{answer:?}");
    };
    assert!(server.ask(&identity().bytes()).fine().contains("arn:aws:iam::"));
    check(
        Signed { secret: "wrong".to_owned(), ..identity() }.header("x-canary", "canary"),
        403,
        "SignatureDoesNotMatch",
    );
    check(Signed { skew: 310, ..identity() }, 403, "SignatureDoesNotMatch");
    check(Signed { skew: -310, ..identity() }, 403, "SignatureDoesNotMatch");
    assert_eq!(server.ask(&Signed { skew: 280, ..identity() }.bytes()).status, 200);
    assert_eq!(server.ask(&Signed { skew: -280, ..identity() }.bytes()).status, 200);
    check(identity().header("x-amz-security-token", "canary"), 403, "InvalidClientTokenId");
    let json = server.ask(&Signed::new("dynamodb").json("DynamoDB_20120810.ListTables", "{}").bytes());
    assert!(json.status == 501 && json.body.contains("NotImplementedException"), "{json:?}");
}

#[test]
fn a_running_request_is_finished_and_the_end_is_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--grace", "30"]);
    let mut idle = TcpStream::connect(server.address).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut some = [0; 64];
    assert!(idle.read(&mut some).unwrap() > 0);
    let begun = Instant::now();
    let (code, log) = server.end();
    assert!(code == 0 && log.contains("everything is written"), "{log}");
    assert!(begun.elapsed() < Duration::from_secs(20), "a kept connection held up the end");
}
