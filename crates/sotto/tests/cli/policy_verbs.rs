//! `sotto policy lint`, `explain`, `simulate`, `diff`: do they say what the policies do, in each form, and end with the right code?
//!
//! Accounts and ARNs are AWS's own example numbers or invented.

use super::*;
use serde_json::Value;

/// Says that it exempts a role and denies only that one.
const TURNED: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "OnlyAuditorsMayUnmask",
    "Effect": "Deny",
    "Action": "logs:Unmask",
    "Resource": "*",
    "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/Auditor"}}
  }]
}"#;
/// Keeps everybody but auditors from unmasking.
const GUARD: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "OnlyAuditorsMayUnmask",
    "Effect": "Deny",
    "Action": "logs:Unmask",
    "Resource": "*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/Auditor"}}
  }]
}"#;
/// Lets read and unmask one group.
const READER: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": ["logs:GetLogEvents", "logs:Unmask"],
      "Resource": "arn:aws:logs:*:*:log-group:chat:*"
    }
  ]
}"#;
/// Without a fault.
const FINE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}}"#;
const GROUP: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:chat";
const AUDITOR: &str = "arn:aws:iam::111122223333:role/Auditor";
const ANA: &str = "arn:aws:iam::111122223333:user/ana";

/// Policy verbs without a profile of whoever runs the tests.
fn policy(args: &[&str]) -> Run {
    sotto(&[&["policy"], args].concat())
}

fn ids(run: &Run) -> Vec<String> {
    let reports = run.json();
    let findings =
        reports.as_array().unwrap().iter().flat_map(|report| report["findings"].as_array().unwrap());
    findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn findings_come_with_place_cause_and_way_out() {
    let folder = Folder::new();
    let turned = folder.write("bots.scp.json", TURNED);
    let run = policy(&["lint", &turned]);
    assert_eq!(run.code, 1);
    for part in [
        "bots.scp.json:8:33: error: statement 1 (`OnlyAuditorsMayUnmask`): this denies only",
        "[denies-the-exempt]\n    = to exempt them, write `ArnNotLike`",
        "bots.scp.json:3:17: warning: ",
        "[aim-defeated]",
        "bots.scp.json: read as a service control policy: 2 findings\n",
    ] {
        let words = run.text().replace("\n    ", " ").replace(" = ", "\n    = ");
        assert!(run.text().contains(part) || words.contains(part), "{part}: {}", run.text());
    }
    let long = run.text().lines().filter(|line| line.chars().count() > 100).collect::<Vec<_>>();
    let unbroken = |line: &&str| line.trim_start().split(' ').count() > 1 && !line.contains(&turned);
    assert!(!long.iter().any(unbroken), "{long:?}");
    let fine = folder.write("fine.json", FINE);
    assert!(
        policy(&["lint", &fine]).fine().ends_with("fine.json: read as an identity policy: nothing to say\n")
    );
}

#[test]
fn json_and_sarif_say_the_same() {
    let folder = Folder::new();
    let turned = folder.write("bots.scp.json", TURNED);
    let json = policy(&["lint", "--format", "json", &turned]);
    assert_eq!((json.code, ids(&json)), (1, vec!["aim-defeated".to_owned(), "denies-the-exempt".to_owned()]));
    let report = &json.json()[0];
    assert_eq!((&report["well_formed"], &report["kind"]), (&true.into(), &"a service control policy".into()));
    let finding = &report["findings"][1];
    for (key, wanted) in [
        ("severity", Value::from("error")),
        ("line", 8.into()),
        ("column", 33.into()),
        ("statement", 0.into()),
        ("sid", "OnlyAuditorsMayUnmask".into()),
        ("aws", Value::Null),
    ] {
        assert_eq!(finding[key], wanted, "{key}");
    }
    assert!(finding["fix"].as_str().unwrap().contains("ArnNotLike"), "{finding}");

    let sarif = policy(&["lint", "--format", "sarif", &turned]);
    let log = sarif.json();
    assert_eq!((sarif.code, &log["version"]), (1, &"2.1.0".into()));
    assert!(log["$schema"].as_str().unwrap().contains("sarif"));
    let run = &log["runs"][0];
    let (rules, results) = (&run["tool"]["driver"]["rules"], run["results"].as_array().unwrap());
    assert_eq!((&run["tool"]["driver"]["name"], results.len()), (&"sotto".into(), 2));
    let result = &results[1];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"policy-lint/denies-the-exempt".into(), &"error".into())
    );
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    let place = &result["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("bots.scp.json"));
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&8.into(), &33.into()));
}

#[test]
fn kinds_are_told_by_option_by_name_or_by_shape() {
    let folder = Folder::new();
    let kind = |args: &[&str]| {
        let run = policy(&[&["lint", "--format", "json"], args].concat());
        run.json()[0]["kind"].as_str().unwrap().to_owned()
    };
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let with_principal = trust.replace("\"Action\"", "\"Resource\":\"*\",\"Action\"");
    for (name, text, wanted) in [
        ("a.json", FINE, "an identity policy"),
        ("a.scp.json", FINE, "a service control policy"),
        ("a.boundary.json", FINE, "a permissions boundary"),
        ("a.session.json", FINE, "a session policy"),
        ("a.identity.json", FINE, "an identity policy"),
        ("b.json", trust, "a trust policy"),
        ("b.trust.json", trust, "a trust policy"),
        ("c.json", &with_principal.replace("sts:AssumeRole", "kms:Decrypt"), "a key policy"),
        ("c.key.json", &with_principal.replace("sts:AssumeRole", "kms:Decrypt"), "a key policy"),
        ("d.json", &with_principal.replace("sts:AssumeRole", "s3:GetObject"), "a policy of a resource"),
        ("d.resource.json", &with_principal, "a policy of a resource"),
        ("e.rcp.json", GUARD, "a resource control policy"),
    ] {
        let file = folder.write(name, text);
        assert_eq!(kind(&[&file]), wanted, "{name}");
    }
    assert_eq!(kind(&["--kind", "scp", &folder.str("a.json")]), "a service control policy");
    assert_eq!(policy(&["lint", "--kind", "x", &folder.str("a.json")]).code, 2);
}

#[test]
fn severities_decide_about_the_exit_code() {
    let folder = Folder::new();
    let warned = folder.write(
        "a.json",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    );
    let wrong = folder.write("b.scp.json", TURNED);
    let fine = folder.write("c.json", FINE);
    for (file, from, code) in [
        (&warned, "never", 0),
        (&warned, "error", 0),
        (&warned, "warning", 1),
        (&warned, "note", 1),
        (&wrong, "never", 0),
        (&wrong, "error", 1),
        (&wrong, "warning", 1),
        (&fine, "note", 0),
    ] {
        assert_eq!(policy(&["lint", "--fail-on", from, file]).code, code, "{file} {from}");
    }
    assert_eq!((policy(&["lint", &warned]).code, policy(&["lint", &wrong]).code), (0, 1));
}

#[test]
fn directories_and_standard_input_are_read() {
    let folder = Folder::new();
    folder.write("set/b.json", FINE);
    folder.write("set/sub/a.scp.json", TURNED);
    folder.write("set/readme.txt", "no policy");
    let all = policy(&["lint", "--format", "json", &folder.str("set")]);
    let reports = all.json();
    let files: Vec<&str> =
        reports.as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert!(
        files.len() == 2 && files[0].ends_with("b.json") && files[1].ends_with("a.scp.json"),
        "{files:?}"
    );
    let piped = sotto_reading(&["policy", "lint", "--kind", "scp", "-"], TURNED.as_bytes());
    assert!(piped.code == 1 && piped.text().starts_with("(standard input):3:17: "), "{}", piped.text());
    std::fs::create_dir(folder.path("empty")).unwrap();
    let empty = policy(&["lint", &folder.str("empty")]);
    assert!(empty.code == 2 && empty.err.contains("no `.json` file"), "{}", empty.err);
    assert_eq!((policy(&["lint", &folder.str("none")]).code, policy(&["lint"]).code), (3, 2));
}

#[test]
fn what_is_no_policy_is_answered_as_aws_does() {
    let folder = Folder::new();
    for (text, line, aws) in [
        (
            "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\"",
            3,
            "Syntax errors in policy.",
        ),
        (
            "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n  {\"Effect\": \"Allow\", \"Resource\": \"*\"}]}",
            4,
            "Policy statement must contain actions.",
        ),
        (
            "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"Unmask\", \"Resource\": \"*\"}]}",
            1,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
    ] {
        let file = folder.write("p.json", text);
        let json = policy(&["lint", "--format", "json", &file]);
        assert_eq!((json.code, &json.json()[0]["well_formed"]), (1, &false.into()), "{text}");
        let finding = &json.json()[0]["findings"][0];
        assert_eq!((&finding["rule"], &finding["line"]), (&"malformed".into(), &line.into()), "{finding}");
        assert_eq!(finding["aws"], aws);
        let text = policy(&["lint", &file]);
        assert!(text.text().replace("\n      ", " ").contains(aws), "{}", text.text());
    }
}

#[test]
fn what_is_no_text_or_too_long_is_refused() {
    let folder = Folder::new();
    let mut bytes = FINE.as_bytes().to_vec();
    bytes[3] = 0xff;
    let binary = folder.write("p.json", &bytes);
    let refused = policy(&["lint", &binary]);
    assert!(refused.code == 2 && refused.err.contains("not UTF-8 at byte 3"), "{}", refused.err);
    let padded = |length: usize| format!("{FINE}{}", " ".repeat(length - FINE.len()));
    let lint = |length: usize| policy(&["lint", &folder.write("q.json", padded(length))]);
    assert_eq!(lint(128 << 10).code, 0);
    let long = lint((128 << 10) + 1);
    assert!(
        long.code == 1 && long.text().contains("too long, expected at most 131072 bytes"),
        "{}",
        long.text()
    );
    assert_eq!(lint(64 << 20).code, 1);
    let refused = lint((64 << 20) + 1);
    assert!(refused.code == 2 && refused.err.contains("larger than 67108864 bytes"), "{}", refused.err);
}

#[test]
fn decisions_are_explained() {
    let folder = Folder::new();
    let (guard, reader) = (folder.write("guard.scp.json", GUARD), folder.write("reader.json", READER));
    let ask = |principal: &str, action: &str, more: &[&str]| {
        let asked =
            ["explain", &guard, &reader, "--principal", principal, "--action", action, "--resource", GROUP];
        policy(&[&asked[..], more].concat())
    };
    let allowed = ask(AUDITOR, "logs:Unmask", &[]);
    assert!(allowed.fine().contains("allowed by identity-based policy"), "{}", allowed.text());
    assert!(allowed.text().contains("reader.json` statement 1 (`Read`) at 4:5"), "{}", allowed.text());
    // The group is decided on as its stream without a name.
    assert!(allowed.text().contains(&format!("logs:Unmask on {GROUP}:log-stream:\n")), "{}", allowed.text());
    let denied = ask(ANA, "logs:Unmask", &[]);
    assert_eq!(denied.code, 1);
    for part in [
        "explicitDeny by service control policy",
        "guard.scp.json` statement 1 (`OnlyAuditorsMayUnmask`) at 3:17",
        "    Allow by identity-based policy",
        "AWS's words: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: logs:Unmask on resource: ",
        "with an explicit deny in a service control policy",
    ] {
        assert!(denied.text().contains(part), "{part}: {}", denied.text());
    }
    let json = ask(ANA, "logs:FilterLogEvents", &["--format", "json"]);
    let answer = json.json();
    assert_eq!((json.code, &answer["decision"]), (1, &"implicitDeny".into()), "{answer}");
    assert_eq!(
        (&answer["missing"][0], &answer["statement"]),
        (&"identity-based policy".into(), &Value::Null)
    );
    assert!(answer["message"].as_str().unwrap().contains("no identity-based policy allows"), "{answer}");
    let json = ask(ANA, "logs:GetLogEvents", &["--format", "json"]).json();
    assert_eq!((&json["decision"], &json["message"]), (&"allowed".into(), &Value::Null));
}

#[test]
fn keys_that_were_asked_for_and_absent_are_named() {
    let folder = Folder::new();
    let text = FINE.replace(
        "\"Resource\"",
        "\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}},\"Resource\"",
    );
    let file = folder.write("p.json", text.replace("user/${aws:username}", "user/*"));
    let ask = |more: &[&str]| {
        policy(
            &[&["explain", &file, "--action", "iam:GetUser", "--resource", ANA, "--principal", ANA], more]
                .concat(),
        )
    };
    let without = ask(&[]);
    assert!(
        without.code == 1 && without.text().contains("asked for and absent: aws:sourcevpce"),
        "{}",
        without.text()
    );
    assert!(ask(&["--context", "aws:SourceVpce=vpce-1"]).fine().contains("allowed"));
    assert_eq!(ask(&["--context", "AWS:sourcevpce=vpce-2"]).code, 1);
    for (args, wanted) in [
        (&["--context", "aws:SourceVpce"][..], "is not KEY=VALUE"),
        (&["--principal", "ana"], "--principal"),
        (&["--action", "GetUser"], "--action"),
    ] {
        let asked = ["explain", &file, "--action", "iam:GetUser"];
        let asked: Vec<&str> = if args[0] == "--action" { vec!["explain", &file] } else { asked.to_vec() };
        let refused = policy(&[&asked[..], args].concat());
        assert!(refused.code == 2 && refused.err.contains(wanted), "{args:?}: {}", refused.err);
    }
    assert_eq!(policy(&["explain", &file]).code, 2, "an action is needed");
    let broken = policy(&["explain", &folder.write("b.json", "{}"), "--action", "iam:GetUser"]);
    assert!(broken.code == 2 && broken.err.contains("b.json:1:1"), "{}", broken.err);
}

#[test]
fn a_matrix_says_who_can_do_what() {
    let folder = Folder::new();
    let (guard, reader) = (folder.write("guard.scp.json", GUARD), folder.write("reader.json", READER));
    let tags = "logs:TagResource";
    let asked = |format: &str| {
        policy(&[
            "simulate",
            &guard,
            &reader,
            "--principal",
            AUDITOR,
            "--principal",
            ANA,
            "--action",
            "logs:Unmask",
            "--action",
            "logs:GetLogEvents",
            "--action",
            tags,
            "--resource",
            GROUP,
            "--format",
            format,
        ])
    };
    let text = asked("text");
    let words: Vec<Vec<&str>> = text.fine().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["logs:Unmask", "logs:GetLogEvents", tags]);
    assert_eq!(words[1], [AUDITOR, "on", GROUP, "allow", "allow", "-"]);
    assert_eq!(words[2], [ANA, "on", GROUP, "DENY", "allow", "-"]);
    let json = asked("json").json();
    assert_eq!(json.as_array().unwrap().len(), 6);
    let cell = &json[3];
    assert_eq!((&cell["principal"], &cell["action"]), (&ANA.into(), &"logs:Unmask".into()));
    assert_eq!((&cell["resource"], &cell["decision"]), (&GROUP.into(), &"explicitDeny".into()));
    assert!(cell["why"].as_str().unwrap().contains("OnlyAuditorsMayUnmask"), "{cell}");
    let csv = asked("csv");
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(csv.fine().as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[3][0], &rows[3][3]), (6, ANA, "explicitDeny"));
    let somebody = policy(&["simulate", &reader, "--action", "logs:Unmask"]);
    assert!(somebody.fine().contains("user/somebody on *"), "{}", somebody.text());
    assert_eq!(policy(&["simulate", &reader]).code, 2);
}

/// In the shape of `aws iam get-account-authorization-details`.
const EXPORT: &str = r#"{
  "UserDetailList": [{"UserName": "ana", "Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": ["readers"], "UserPolicyList": [], "AttachedManagedPolicies": []}],
  "GroupDetailList": [{"GroupName": "readers", "Arn": "arn:aws:iam::111122223333:group/readers", "GroupPolicyList": [
    {"PolicyName": "read", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:Get*", "Resource": "*"}]}}], "AttachedManagedPolicies": []}],
  "RoleDetailList": [{"RoleName": "Auditor", "Arn": "arn:aws:iam::111122223333:role/Auditor",
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}, "Action": "sts:AssumeRole"}]},
    "RolePolicyList": [], "AttachedManagedPolicies": [{"PolicyName": "unmask", "PolicyArn": "arn:aws:iam::111122223333:policy/unmask"}]}],
  "Policies": [{"PolicyName": "unmask", "Arn": "arn:aws:iam::111122223333:policy/unmask", "DefaultVersionId": "v1", "PolicyVersionList": [
    {"VersionId": "v1", "IsDefaultVersion": true, "Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:Unmask", "logs:GetLogEvents"], "Resource": "*"}]}}]}]
}"#;

#[test]
fn an_export_of_an_account_brings_its_users_and_roles() {
    let folder = Folder::new();
    let (export, guard) = (folder.write("account.json", EXPORT), folder.write("guard.scp.json", GUARD));
    let run = policy(&[
        "simulate",
        &export,
        &guard,
        "--action",
        "logs:Unmask",
        "--action",
        "logs:GetLogEvents",
        "--format",
        "json",
    ]);
    let cells = run.json();
    let decided: Vec<(&str, &str, &str)> = cells
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| {
            let word = |key: &str| cell[key].as_str().unwrap();
            (word("principal").rsplit('/').next().unwrap(), word("action"), word("decision"))
        })
        .collect();
    let wanted = [
        ("ana", "logs:Unmask", "explicitDeny"),
        ("ana", "logs:GetLogEvents", "allowed"),
        ("Auditor", "logs:Unmask", "allowed"),
        ("Auditor", "logs:GetLogEvents", "allowed"),
    ];
    assert_eq!(decided, wanted);
    let broken = folder
        .write("account.json", EXPORT.replace("\"Document\": {\"Version\"", "\"Document\": {\"Vresion\""));
    let run = policy(&["simulate", &broken, "--action", "logs:Unmask"]);
    assert!(run.code == 2 && run.err.contains("unmask"), "{}", run.err);
}

#[test]
fn differences_come_with_a_request_that_proves_them() {
    let folder = Folder::new();
    let old = folder.write("old/reader.json", READER);
    let wider = READER.replace("log-group:chat:*", "log-group:*");
    let renamed = READER.replace("\"Sid\": \"Read\",", "").replace("\n", "");
    let (wide, same) = (folder.write("new/reader.json", &wider), folder.write("same.json", renamed));
    let none = policy(&["diff", &old, &same]);
    assert!(none.fine().starts_with("no difference in effect; "), "{}", none.text());
    let json = policy(&["diff", "--format", "json", &folder.str("old"), &folder.str("new")]);
    let report = json.json();
    assert_eq!((json.code, &report["complete"]), (1, &true.into()));
    let differences = report["differences"].as_array().unwrap();
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    assert!(!differences.is_empty() && differences.iter().all(|one| one["change"] == "gained"), "{report}");
    // The witness is asked again of both.
    for one in differences {
        let (principal, action, resource) =
            (word(one, "principal"), word(one, "action"), word(one, "resource"));
        let ask = |set: &str| {
            policy(&["explain", set, "--principal", &principal, "--action", &action, "--resource", &resource])
                .code
        };
        assert_eq!((ask(&old), ask(&wide)), (1, 0), "{one}");
    }
    let text = policy(&["diff", &wide, &old]);
    assert_eq!(text.code, 1);
    for part in [
        "lost: ",
        "    before: allowed by identity-based policy",
        "    after:  implicitDeny",
        "every class of requests was asked",
    ] {
        assert!(text.text().contains(part), "{part}: {}", text.text());
    }
    assert_eq!((policy(&["diff", &old]).code, policy(&["diff", &old, &folder.str("none")]).code), (2, 3));
}

#[test]
fn guardrails_alone_are_asked_as_if_everything_were_granted() {
    let folder = Folder::new();
    let (turned, guard) = (folder.write("old.scp.json", TURNED), folder.write("new.scp.json", GUARD));
    let changed = policy(&["diff", "--format", "json", &turned, &guard]);
    assert!(changed.code == 1 && changed.err.contains("only take away"), "{}", changed.err);
    let report = changed.json();
    let found: Vec<(&str, bool)> = report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["change"].as_str().unwrap(), one["principal"] == AUDITOR))
        .collect();
    assert!(found.contains(&("gained", true)) && found.contains(&("lost", false)), "{report}");
    let ask =
        |principal: &str| policy(&["explain", &guard, "--principal", principal, "--action", "logs:Unmask"]);
    assert_eq!((ask(AUDITOR).code, ask(ANA).code), (0, 1));
    assert!(ask(AUDITOR).text().contains("`everything is granted`"), "{}", ask(AUDITOR).text());
    let with_grant = policy(&["explain", &guard, &folder.write("r.json", READER), "--action", "logs:Unmask"]);
    assert!(with_grant.err.is_empty(), "{}", with_grant.err);
}

#[test]
fn who_comes_from_a_provider_is_asked_and_services_are_said_not_to_be() {
    let folder = Folder::new();
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let web = |subject: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringLike":{{"token.actions.githubusercontent.com:sub":"{subject}"}}}}}}]}}"#
        )
    };
    let (narrow, wide) = (
        folder.write("narrow.trust.json", web("repo:owner/bots:*")),
        folder.write("wide.trust.json", web("repo:*")),
    );
    let run = policy(&["diff", &narrow, &wide]);
    assert!(run.code == 1 && run.text().starts_with(&format!("gained: {provider} ")), "{}", run.text());
    assert!(run.text().contains("every class of requests was asked") && !run.text().contains("not every"));
    let asked = ["explain", &narrow, "--action", "sts:AssumeRoleWithWebIdentity", "--resource", AUDITOR];
    let ask = |subject: &str| {
        let context = format!("token.actions.githubusercontent.com:sub={subject}");
        policy(&[&asked[..], &["--principal", provider, "--context", &context]].concat()).code
    };
    assert_eq!((ask("repo:owner/bots:ref:refs/heads/main"), ask("repo:other/bots:x")), (0, 1));
    let service = |name: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{name}.amazonaws.com"}},"Action":"sts:AssumeRole"}}]}}"#
        )
    };
    let (one, other) =
        (folder.write("one.trust.json", service("lambda")), folder.write("two.trust.json", service("lexv2")));
    let run = policy(&["diff", &one, &other]);
    assert!(run.code == 0 && run.text().contains("not every class"), "{}", run.text());
}

#[cfg(feature = "server")]
mod against {
    use super::super::serve::Server;
    use super::*;

    /// Credentials of the test's server, and nothing of this machine's.
    fn explain(args: &[&str], endpoint: &str, home: &Folder) -> Run {
        let mut run = command(&[&["policy", "explain", "--against", endpoint], args].concat());
        for name in [
            "AWS_PROFILE",
            "AWS_SESSION_TOKEN",
            "AWS_ENDPOINT_URL",
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
        ] {
            run.env_remove(name);
        }
        run.env("HOME", home.path("")).env("AWS_ACCESS_KEY_ID", "FOOBARKEY");
        finished(run.env("AWS_SECRET_ACCESS_KEY", "FOOBARSECRET").output().unwrap())
    }

    #[test]
    fn what_exists_is_held_against_the_policy() {
        let (folder, data) = (Folder::new(), Folder::new());
        let server = Server::start(&data.path("d"), &[]);
        for name in ["bot-admin", "bot-viewer", "ana"] {
            server.query("iam", "CreateUser", &[("UserName", name)]).fine();
        }
        let text = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Action":"iam:GetUser","Resource":["arn:aws:iam::*:user/bot-*","arn:aws:iam::*:user/bob"]},
{"Effect":"Deny","Action":"iam:*","NotResource":"arn:aws:iam::*:user/ana"}]}"#;
        let file = folder.write("p.json", text);
        let endpoint = format!("http://{}", server.address);
        let run = explain(&[&file], &endpoint, &folder);
        // What the server does not serve is said, and makes the answer incomplete.
        assert_eq!(run.code, 3, "{}{}", run.text(), run.err);
        for part in [
            "p.json:2:54: `arn:aws:iam::*:user/bot-*` matches 2 of 3",
            ":user/bot-admin\n",
            ":user/bot-viewer\n",
            "`arn:aws:iam::*:user/bob` matches 0 of 3",
            "`arn:aws:iam::*:user/ana` leaves out 1 of 3",
            "not read: s3:ListBuckets: ",
            "NotImplemented",
        ] {
            assert!(run.text().contains(part), "{part}: {}", run.text());
        }
        let json = explain(&[&file, "--format", "json"], &endpoint, &folder).json();
        assert_eq!((&json["existing"], json["entries"].as_array().unwrap().len()), (&3.into(), 3));
        let entry = &json["entries"][0];
        assert_eq!(
            (&entry["line"], &entry["left_out"], entry["matches"].as_array().unwrap().len()),
            (&2.into(), &false.into(), 2)
        );
        let unread = json["not_read"].as_array().unwrap();
        assert!(unread.iter().any(|one| one.as_str().unwrap().starts_with("s3:ListBuckets")), "{json}");
        assert!(!unread.iter().any(|one| one.as_str().unwrap().starts_with("iam:")), "{json}");
        server.kill();
    }

    #[test]
    fn what_cannot_be_asked_is_said() {
        let folder = Folder::new();
        let file = folder.write("p.json", FINE);
        // A port that was just free.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let gone = explain(&[&file], &endpoint, &folder);
        assert!(gone.code == 3 && gone.err.contains("cannot be reached"), "{}", gone.err);
        assert!(gone.err.contains(&endpoint) && gone.out.is_empty(), "{}", gone.err);
        let odd = explain(&[&file], "nowhere", &folder);
        assert!(odd.code == 3 && odd.err.contains("http://HOST:PORT"), "{}", odd.err);
        assert_eq!(explain(&[&file, "--action", "iam:GetUser"], &endpoint, &folder).code, 2);
    }
}
