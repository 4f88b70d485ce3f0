//! Does a captured value come out anywhere? It is sent in every place that callers fill freely, in requests that work and in
//! requests that do not; then log, errors, trail and all stored bytes are searched for it.

use super::*;

const CANARY: &str = "canary4111111111111111";

#[test]
fn no_captured_value_is_in_a_log_an_error_a_record_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mut answers = Vec::new();
    let mut send = |request: Signed| answers.push(server.ask(&request.header("user-agent", CANARY).bytes()));
    let tagged = [("UserName", "Ana"), ("Tags.member.1.Key", "phone"), ("Tags.member.1.Value", CANARY)];
    send(Signed::new("iam").query("CreateUser", &tagged));
    send(Signed::new("iam").query("CreateUser", &tagged));
    send(Signed::new("iam").query("CreateUser", &[("UserName", "Bea"), (CANARY, CANARY)]));
    let long = CANARY.repeat(100);
    let tags = [("UserName", "Cem"), ("Tags.member.1.Key", "phone"), ("Tags.member.1.Value", &*long)];
    send(Signed::new("iam").query("CreateUser", &tags));
    send(Signed::new("iam").query(
        "CreateRole",
        &[("RoleName", "r"), ("Description", CANARY), ("AssumeRolePolicyDocument", "{")],
    ));
    send(Signed::new("iam").query(&format!("X{CANARY}"), &[]));
    send(Signed::new("sts").header("referer", CANARY).query("GetCallerIdentity", &[]));
    send(Signed::new("sts").header("x-amz-security-token", CANARY).query("GetCallerIdentity", &[]));
    let body = format!("{{\"Text\":\"{CANARY}\",\"LanguageCode\":\"en\"}}");
    send(Signed::new("comprehend").json("Comprehend_20171127.DetectPiiEntities", &body));
    send(
        Signed::new("organizations")
            .json("AWSOrganizationsV20161128.CreateAccount", &format!("{{\"Email\":\"{CANARY}")),
    );
    send(Signed::new("lex").json("x", &body));
    answers.push(server.get(&format!("/{CANARY}?{CANARY}={CANARY}")));
    answers.push(server.ask(format!("{CANARY} / HTTP/1.1\r\nConnection: close\r\n\r\n").as_bytes()));
    answers.push(
        server.ask(
            format!("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: {CANARY}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        ),
    );
    assert_eq!(answers[0].status, 200, "{:?}", answers[0]);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert!(!answer.head.contains(CANARY) && !answer.body.contains(CANARY), "{answer:?}");
    }
    let (code, log) = server.end();
    assert!(code == 0 && log.contains("debug request"), "{log}");
    assert!(!log.contains(CANARY), "{log}");
    let trail = sotto(&["trail", "export", "--data", folder.path().to_str().unwrap()]);
    assert!(trail.fine().contains("CreateUser") && !trail.fine().contains(CANARY), "{}", trail.text());
    for (path, bytes) in bytes_below(folder.path()) {
        assert!(!holds(&bytes, CANARY), "{}", path.display());
    }
}

#[test]
fn a_sealed_value_comes_back_to_whoever_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let tagged = [("UserName", "Ana"), ("Tags.member.1.Key", "phone"), ("Tags.member.1.Value", CANARY)];
    server.query("iam", "CreateUser", &tagged).fine();
    server.kill();
    let again = Server::start(folder.path(), &[]);
    assert!(again.query("iam", "ListUserTags", &[("UserName", "Ana")]).fine().contains(CANARY));
}
