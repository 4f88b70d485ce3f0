//! Tokens of temporary credentials.

use crate::{account, key, text};
use sotto_directory::session::TOKEN_CHARS_MAX;
use sotto_directory::{Claims, SessionKind};
use sotto_kms::{SEAL_ENTROPY_BYTES, StoreKey};
use sotto_sensitive::RawText;

fn raw(of: &str) -> RawText {
    RawText::new(of.to_owned())
}

fn claims() -> Claims {
    Claims {
        kind: SessionKind::WebIdentity,
        key_id: text("ASIAEXAMPLE"),
        secret: raw("canary-secret"),
        account: account(),
        subject: text("AROAEXAMPLE"),
        name: text("role"),
        session_name: raw("canary-name"),
        issued: 7,
        expires: 9,
        mfa: Some(0),
        source_identity: Some(raw("canary-source")),
        tags: vec![(raw("team"), raw("canary-tag"), true), (raw("empty"), raw(""), false)],
        policies: vec![text(crate::ALLOW_ALL)],
        policy_arns: vec![text("arn:aws:iam::aws:policy/ReadOnlyAccess")],
        provider: Some(text("arn:aws:iam::123456789012:oidc-provider/id.example")),
        web: vec![(text("id.example:sub"), raw("canary-subject"))],
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test of the wall reads what it wrote")]
fn a_token_says_everything_to_who_has_the_key() {
    let token = claims().token(&key(), [3; SEAL_ENTROPY_BYTES]).unwrap();
    assert!(!token.as_str().contains("canary"));
    let back = Claims::open(&key(), "ASIAEXAMPLE", token.as_str()).unwrap();
    assert_eq!((back.kind, back.issued, back.expires, back.mfa), (SessionKind::WebIdentity, 7, 9, Some(0)));
    assert_eq!((back.secret.expose(), back.session_name.expose()), ("canary-secret", "canary-name"));
    assert_eq!(back.source_identity.unwrap().expose(), "canary-source");
    let tags: Vec<_> = back.tags.iter().map(|(k, v, t)| (k.expose(), v.expose(), *t)).collect();
    assert_eq!(tags, [("team", "canary-tag", true), ("empty", "", false)]);
    assert_eq!((back.policies.len(), back.policy_arns.len(), back.web.len()), (1, 1, 1));
    assert_eq!(back.provider, claims().provider);
}

#[test]
fn a_token_of_another_key_or_changed_or_too_long_is_none() {
    let token = claims().token(&key(), [3; SEAL_ENTROPY_BYTES]).unwrap();
    let other = StoreKey::new(sotto_sensitive::KeyBytes::copied(&[8; 32])).unwrap();
    assert!(Claims::open(&other, "ASIAEXAMPLE", token.as_str()).is_none());
    assert!(Claims::open(&key(), "ASIAOTHER", token.as_str()).is_none());
    for at in [0, 5, 40, token.as_str().len() - 3] {
        let mut changed = token.as_str().as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(Claims::open(&key(), "ASIAEXAMPLE", &changed).is_none(), "{at}");
    }
    assert!(Claims::open(&key(), "ASIAEXAMPLE", &"A".repeat(TOKEN_CHARS_MAX + 1)).is_none());
    let large = Claims { policies: vec![text(&"x".repeat(TOKEN_CHARS_MAX))], ..claims() };
    assert!(large.token(&key(), [3; SEAL_ENTROPY_BYTES]).is_err());
    assert!(!format!("{:?}", claims()).contains("canary"));
}
