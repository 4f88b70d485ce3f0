//! What becomes of a name, or of captured text, that holds a number? It is used as it is, and seen nowhere but by who may.
//!
//! Cards are published test numbers, the telephone number is of the range that is kept for films.

use super::*;

const CARD: &str = "4111111111111111";
const SPACED: &str = "4111 1111 1111 1111";
const PHONE: &str = "+12025550143";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","sts:TagSession"]}}"#;

/// All records, one a line, and the metrics just before the end.
fn ended(server: Server, folder: &Path) -> (String, String) {
    let metrics = server.get("/metrics").fine();
    let (code, log) = server.end();
    assert!(code == 0 && !log.contains(CARD) && !log.contains(PHONE), "{log}");
    let exported = sotto(&["trail", "export", "--data", folder.to_str().unwrap()]);
    let trail = exported.fine().to_owned();
    assert!(!trail.contains(CARD) && !trail.contains(SPACED) && !trail.contains(PHONE), "{trail}");
    (trail, metrics)
}

fn records(trail: &str, event: &str) -> Vec<serde_json::Value> {
    let all: serde_json::Value = serde_json::from_str(trail).unwrap();
    let all = all["Records"].as_array().unwrap();
    all.iter().filter(|record| record["eventName"] == event).cloned().collect()
}

/// What stands in an element of an answer.
fn between(body: &str, element: &str) -> String {
    body.split(&format!("<{element}>")).nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// A request of STS, signed with the credentials of an answer.
fn signed_with(body: &str) -> Signed {
    let (key, secret) = (between(body, "AccessKeyId"), between(body, "SecretAccessKey"));
    Signed { key, secret, ..Signed::new("sts") }
}

#[test]
fn a_name_that_is_a_card_is_accepted_masked_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    assert!(server.query("iam", "CreateUser", &[("UserName", CARD)]).fine().contains(CARD));
    server.query("iam", "CreateUser", &[("UserName", PHONE)]).fine();
    let tags = [("UserName", CARD), ("Tags.member.1.Key", CARD), ("Tags.member.1.Value", "canary")];
    server.query("iam", "TagUser", &tags).fine();
    server.query("iam", "GetUser", &[("UserName", CARD)]).fine();
    let body = format!(
        r#"{{"LookupAttributes":[{{"AttributeKey":"EventName","AttributeValue":"CreateUser"}}],"MaxResults":50,"x":"{CARD}"}}"#
    );
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    let found = server.ask(&Signed::new("cloudtrail").json(target, &body).bytes()).fine();
    assert!(found.contains("CreateUser") && !found.contains(CARD), "{found}");
    let (trail, metrics) = ended(server, folder.path());
    let created = records(&trail, "CreateUser");
    let of = |name: &str| created.iter().find(|record| record["requestParameters"]["userName"] == name);
    let record = of("****************").unwrap();
    assert!(record["sotto"]["resource"].as_str().unwrap().ends_with("user/****************"), "{record}");
    let wanted = serde_json::json!([{ "member": "userName", "identifiers": ["CreditCardNumber"] }]);
    assert_eq!(record["sotto"]["findings"], wanted);
    let tagged = &records(&trail, "TagUser")[0];
    assert_eq!(tagged["sotto"]["findings"][0]["member"], "tags.key", "{tagged}");
    assert_eq!(tagged["sotto"]["findings"].as_array().unwrap().len(), 1, "{tagged}");
    let read = &records(&trail, "GetUser")[0];
    assert_eq!(read["requestParameters"]["userName"], "****************");
    assert!(read["sotto"].get("findings").is_none(), "{read}");
    assert!(metrics.contains("sotto_findings_total{identifier=\"CreditCardNumber\"} 2\n"), "{metrics}");
    assert!(metrics.contains("sotto_findings_total{identifier=\"PhoneNumber-US\"} 1\n"), "{metrics}");
    assert!(!metrics.contains(CARD) && !metrics.contains(PHONE));
}

#[test]
fn captured_members_stand_in_the_trail_as_length_and_kinds() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let role = [("RoleName", "desk"), ("AssumeRolePolicyDocument", TRUST), ("Description", SPACED)];
    let arn = server.query("iam", "CreateRole", &role).fine();
    let arn = between(&arn, "Arn");
    let session = [
        ("RoleArn", &*arn),
        ("RoleSessionName", CARD),
        ("Tags.member.1.Key", "card"),
        ("Tags.member.1.Value", SPACED),
    ];
    server.query("iam", "CreateUser", &[("UserName", "Ana")]).fine();
    let key = server.query("iam", "CreateAccessKey", &[("UserName", "Ana")]).fine();
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}"#;
    let allowed = [("UserName", "Ana"), ("PolicyName", "p"), ("PolicyDocument", policy)];
    server.query("iam", "PutUserPolicy", &allowed).fine();
    let given = server.ask(&signed_with(&key).query("AssumeRole", &session).bytes()).fine();
    let asked = signed_with(&given).header("x-amz-security-token", &between(&given, "SessionToken"));
    let who = server.ask(&asked.query("GetCallerIdentity", &[]).bytes()).fine();
    assert!(who.contains(CARD), "the session is called so: {who}");
    let (trail, metrics) = ended(server, folder.path());
    let parameters = records(&trail, "AssumeRole")[0].clone();
    let hidden = |length: u64| serde_json::json!({ "length": length, "identifiers": ["CreditCardNumber"] });
    assert_eq!(parameters["requestParameters"]["roleSessionName"], hidden(16), "{parameters}");
    assert_eq!(parameters["requestParameters"]["tags"][0]["value"], hidden(19));
    assert_eq!(parameters["sotto"]["findings"][0]["member"], "roleSessionName");
    let asked = &records(&trail, "GetCallerIdentity")[0];
    assert_eq!(asked["userIdentity"]["sessionContext"]["sessionName"], hidden(16), "{asked}");
    let created = &records(&trail, "CreateRole")[0];
    assert_eq!(created["requestParameters"]["description"], hidden(19));
    assert!(created["requestParameters"]["assumeRolePolicyDocument"].as_str().unwrap().contains("sts:"));
    assert!(metrics.contains("sotto_findings_total{identifier=\"CreditCardNumber\"} 1\n"), "{metrics}");
}

#[test]
fn a_name_that_is_a_card_is_refused_where_that_is_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--sensitive-names", "refuse"]);
    let refused = server.query("iam", "CreateUser", &[("UserName", CARD)]);
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(
        refused.body.contains("userName") && refused.body.contains("CreditCardNumber"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains(CARD));
    assert_eq!(server.query("iam", "GetUser", &[("UserName", CARD)]).status, 404);
    server.query("iam", "CreateUser", &[("UserName", "Ana")]).fine();
    let tags = [("UserName", "Ana"), ("Tags.member.1.Key", "card"), ("Tags.member.1.Value", CARD)];
    server.query("iam", "TagUser", &tags).fine();
    let body = r#"{"ParentId":"r-abcd","Name":"4111 1111 1111 1111"}"#;
    let request =
        Signed::new("organizations").json("AWSOrganizationsV20161128.CreateOrganizationalUnit", body);
    let refused = server.ask(&request.bytes());
    assert!(refused.status == 400 && refused.body.contains("CreditCardNumber"), "{}", refused.body);
    let (trail, _) = ended(server, folder.path());
    let failed = records(&trail, "CreateUser").iter().filter(|record| !record["errorCode"].is_null()).count();
    assert_eq!(failed, 1, "{trail}");
}
