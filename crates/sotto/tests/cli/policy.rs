//! `sotto policy check`, and policies as what to look for.

use super::*;

fn policy(identifier: &str, configuration: &str) -> String {
    let arn = format!("arn:aws:dataprotection::aws:data-identifier/{identifier}");
    let (audit, mask) = (r#"{"Audit":{"FindingsDestination":{}}}"#, r#"{"Deidentify":{"MaskConfig":{}}}"#);
    let names =
        if configuration.is_empty() { format!("[\"{arn}\"]") } else { format!("[\"{arn}\",\"Badge\"]") };
    let statement = |sid: &str, operation: &str| {
        format!(r#"{{"Sid":"{sid}","DataIdentifier":{names},"Operation":{operation}}}"#)
    };
    let statements = [statement("audit", audit), statement("mask", mask)].join(",");
    format!(r#"{{"Name":"p","Version":"2021-06-01","Statement":[{statements}]{configuration}}}"#)
}

const CUSTOM: &str = r#","Configuration":{"CustomDataIdentifier":[{"Name":"Badge","Regex":"B-[0-9]{5}"}]}"#;

#[test]
fn documents_are_judged() {
    let folder = Folder::new();
    let good = folder.write("good.json", policy("EmailAddress", CUSTOM));
    let bad = folder.write("bad.json", policy("EmailAdress", ""));
    let fine = sotto(&["policy", "check", &good]);
    assert!(fine.fine().contains("good.json: valid"), "{}", fine.text());
    let both = sotto(&["policy", "check", "--format", "json", &good, &bad]);
    assert_eq!(both.code, 1);
    assert_eq!((&both.json()[0]["valid"], &both.json()[1]["valid"]), (&true.into(), &false.into()));
    let sarif = sotto(&["policy", "check", "--format", "sarif", &bad]);
    assert_eq!((sarif.code, &sarif.json()["version"]), (1, &"2.1.0".into()));
    assert_eq!(sotto_reading(&["policy", "check", "-"], policy("Name", "").as_bytes()).code, 0);
    assert_eq!(
        (sotto(&["policy", "check", &folder.str("none")]).code, sotto(&["policy", "check"]).code),
        (3, 2)
    );
}

#[test]
fn a_policy_says_what_is_looked_for_by_its_own_rules() {
    let folder = Folder::new();
    let cards = folder.write("p.json", policy("CreditCardNumber", CUSTOM));
    let input = format!("{CARD} card 4929 1234 5678 9015 badge B-12345 mail a@b.example\n");
    let masked = sotto_reading(&["mask", "--policy", &cards], input.as_bytes());
    // The first is a published test card, which policies leave alone.
    assert_eq!(
        masked.fine(),
        format!("{CARD} card {} badge {} mail a@b.example\n", "*".repeat(19), "*".repeat(7))
    );
    let broken = folder.write("broken.json", "{}");
    let refused = sotto_reading(&["mask", "--policy", &broken], input.as_bytes());
    assert!(refused.code == 2 && refused.err.contains("sotto policy check"), "{}", refused.err);
    let only_custom = policy("X", CUSTOM).replace("\"arn:aws:dataprotection::aws:data-identifier/X\",", "");
    let only_custom = folder.write("custom.json", only_custom);
    let masked = sotto_reading(&["mask", "--policy", &only_custom], input.as_bytes());
    assert_eq!(masked.fine(), input.replace("B-12345", "*******"));
}
