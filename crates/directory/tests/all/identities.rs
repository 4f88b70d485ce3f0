//! Users, groups, roles, policies, keys, devices.

use crate::{ALLOW_ALL, Counter, TRUST, account, draft, sealed, stored, text};
use sotto_directory::{
    AccessKey, Bearer, DirectoryError, Draft, NewPolicy, NewRole, NewUser, Outcome, Tag, Tagged,
    VERSIONS_MAX, new_tags,
};

fn user(draft: &mut Draft, name: &str) -> Outcome<()> {
    let new = NewUser { name: text(name), path: None, boundary: None, tags: Default::default() };
    draft.create_user(&account(), new, 5, &mut Counter(1)).map(drop)
}

fn role(draft: &mut Draft, name: &str) -> Outcome<()> {
    let new = NewRole {
        name: text(name),
        path: None,
        trust: text(TRUST),
        session_seconds_max: None,
        boundary: None,
        description: Some(sealed("canary")),
        tags: Default::default(),
    };
    draft.create_role(&account(), new, 5, &mut Counter(2)).map(drop)
}

fn policy(draft: &mut Draft, name: &str) -> Outcome<()> {
    let new = NewPolicy {
        name: text(name),
        path: None,
        document: text(ALLOW_ALL),
        description: None,
        tags: Default::default(),
    };
    draft.create_policy(&account(), new, 5, &mut Counter(3)).map(drop)
}

fn access_key(id: &str) -> AccessKey {
    AccessKey { id: text(id), secret: sealed("canary"), active: true, created: 5 }
}

#[test]
fn names_are_unique_without_regard_to_case() {
    let mut draft = draft();
    user(&mut draft, "Lina").unwrap();
    for (name, taken) in [("lina", true), ("Lina", true), ("Linab", false)] {
        let exists = matches!(user(&mut draft, name), Err(DirectoryError::EntityExists(_)));
        assert_eq!(exists, taken, "{name}");
    }
    assert!(draft.user(&account(), &text("lina")).is_err(), "found under its exact name only");
}

#[test]
fn a_user_goes_only_when_nothing_hangs_on_it() {
    let (mut draft, name, id) = (draft(), text("lina"), account());
    user(&mut draft, "lina").unwrap();
    draft.create_group(&id, text("staff"), None, 5, &mut Counter(4)).unwrap();
    draft.add_user_to_group(&id, &text("staff"), &name).unwrap();
    draft.create_access_key(&id, Some(&name), access_key("AKIA1")).unwrap();
    draft.put_inline(&id, &Bearer::User(&name), text("p"), text(ALLOW_ALL)).unwrap();
    let refused =
        |draft: &mut Draft| matches!(draft.delete_user(&id, &name), Err(DirectoryError::DeleteConflict(_)));
    assert!(refused(&mut draft));
    draft.remove_user_from_group(&id, &text("staff"), &name).unwrap();
    assert!(refused(&mut draft));
    draft.delete_inline(&id, &Bearer::User(&name), &text("p")).unwrap();
    assert!(refused(&mut draft));
    draft.delete_access_key(&id, Some(&name), &text("AKIA1")).unwrap();
    draft.delete_user(&id, &name).unwrap();
    assert!(stored(draft).key_owner("AKIA1").is_none());
}

#[test]
fn access_keys_are_found_by_their_id_and_bounded() {
    let (mut draft, id) = (draft(), account());
    user(&mut draft, "lina").unwrap();
    let name = text("lina");
    draft.create_access_key(&id, Some(&name), access_key("AKIA1")).unwrap();
    draft.create_access_key(&id, Some(&name), access_key("AKIA2")).unwrap();
    let third = draft.create_access_key(&id, Some(&name), access_key("AKIA3"));
    assert_eq!(third.unwrap_err().to_string(), "Cannot exceed quota for AccessKeysPerUser: 2");
    assert!(draft.create_access_key(&id, None, access_key("AKIA1")).is_err(), "an id is never used twice");
    draft.create_access_key(&id, None, access_key("AKIA4")).unwrap();
    draft.update_user(&id, &name, Some(text("lin")), Some(text("/a/"))).unwrap();
    let directory = stored(draft);
    let owner = |key: &str| directory.access_key(key).unwrap().0.user.clone();
    assert_eq!((owner("AKIA1"), owner("AKIA4")), (Some(text("lin")), None));
}

#[test]
fn policies_have_five_versions_and_numbers_are_not_used_twice() {
    let (mut draft, id) = (draft(), account());
    policy(&mut draft, "p").unwrap();
    let arn = text("arn:aws:iam::123456789012:policy/p");
    for number in 2..=VERSIONS_MAX {
        let made = draft.create_policy_version(&id, &arn, text(ALLOW_ALL), false, 6).unwrap();
        assert_eq!(made as usize, number);
    }
    let sixth = draft.create_policy_version(&id, &arn, text(ALLOW_ALL), true, 6);
    assert!(matches!(sixth, Err(DirectoryError::LimitExceeded(_))));
    assert!(matches!(
        draft.delete_policy_version(&id, &arn, &text("v1")),
        Err(DirectoryError::DeleteConflict(_))
    ));
    draft.delete_policy_version(&id, &arn, &text("v5")).unwrap();
    assert_eq!(draft.create_policy_version(&id, &arn, text(ALLOW_ALL), true, 7).unwrap(), 6);
    assert!(matches!(draft.delete_policy(&id, &arn), Err(DirectoryError::DeleteConflict(_))));
}

#[test]
fn an_attached_policy_stays_and_ten_are_enough() {
    let (mut draft, id) = (draft(), account());
    role(&mut draft, "r").unwrap();
    let name = text("r");
    let bearer = Bearer::Role(&name);
    for number in 0..=10 {
        policy(&mut draft, &format!("p{number}")).unwrap();
        let attached =
            draft.attach(&id, &bearer, &text(&format!("arn:aws:iam::123456789012:policy/p{number}")));
        assert_eq!(attached.is_ok(), number < 10, "{number}");
    }
    let arn = text("arn:aws:iam::123456789012:policy/p0");
    assert!(matches!(draft.delete_policy(&id, &arn), Err(DirectoryError::DeleteConflict(_))));
    draft.detach(&id, &bearer, &arn).unwrap();
    draft.delete_policy(&id, &arn).unwrap();
    assert!(matches!(draft.detach(&id, &bearer, &arn), Err(DirectoryError::NoSuchEntity(_))));
    draft.attach(&id, &bearer, &text("arn:aws:iam::aws:policy/ReadOnlyAccess")).unwrap();
    stored(draft);
}

#[test]
fn documents_must_be_policies_of_their_kind_and_short_enough() {
    let (mut draft, id) = (draft(), account());
    role(&mut draft, "r").unwrap();
    let (name, padding) = (text("r"), " ".repeat(9000));
    let bearer = Bearer::Role(&name);
    let cases = [
        (TRUST.to_owned(), false),
        ("{}".to_owned(), false),
        (ALLOW_ALL.to_owned(), true),
        (format!("{ALLOW_ALL}{padding}"), true),
        (ALLOW_ALL.replace('*', &"s3:x".repeat(1500)), false),
    ];
    for (document, fits) in cases {
        let put = draft.put_inline(&id, &bearer, text("p"), text(&document));
        assert_eq!(put.is_ok(), fits, "{} characters: {put:?}", document.len());
    }
    let old = text(&ALLOW_ALL.replace("2012-10-17", "2008-10-17"));
    draft.put_inline(&id, &bearer, text("old"), old.clone()).unwrap();
    policy(&mut draft, "p").unwrap();
    let arn = text("arn:aws:iam::123456789012:policy/p");
    let refused = draft.create_policy_version(&id, &arn, old, false, 6).unwrap_err();
    assert_eq!(refused.to_string(), "Policy document must be version 2012-10-17 or greater.");
    assert!(matches!(
        draft.update_trust(&id, &name, text(ALLOW_ALL)),
        Err(DirectoryError::MalformedPolicy(_))
    ));
}

#[test]
fn tags_are_bounded_and_their_keys_fold() {
    let (mut draft, id, name) = (draft(), account(), text("lina"));
    user(&mut draft, "lina").unwrap();
    let tag = |key: &str| Tag { key: text(key), value: sealed("canary") };
    draft.tag(&id, Tagged::User(&name), (0..50).map(|n| tag(&format!("k{n}"))).collect()).unwrap();
    draft.tag(&id, Tagged::User(&name), vec![tag("K7")]).unwrap();
    assert!(matches!(
        draft.tag(&id, Tagged::User(&name), vec![tag("one more")]),
        Err(DirectoryError::LimitExceeded(_))
    ));
    draft.untag(&id, Tagged::User(&name), &[text("k0"), text("nothing")]).unwrap();
    assert_eq!(draft.user(&id, &name).unwrap().tags.count(), 49);
    assert!(new_tags(vec![tag("a"), tag("A")]).is_err());
}

#[test]
fn a_code_is_used_once_and_a_device_in_use_stays() {
    let (mut draft, id, name) = (draft(), account(), text("lina"));
    user(&mut draft, "lina").unwrap();
    let device = draft.create_device(&id, text("phone"), None, sealed("canary"), Default::default()).unwrap();
    draft.enable_device(&id, &device.serial, Some(&name), 41, 5).unwrap();
    assert!(draft.use_code(&id, &device.serial, 41).is_err());
    draft.use_code(&id, &device.serial, 42).unwrap();
    assert!(matches!(draft.delete_device(&id, &device.serial), Err(DirectoryError::DeleteConflict(_))));
    draft.update_user(&id, &name, Some(text("lin")), None).unwrap();
    draft.deactivate_device(&id, &device.serial, Some(&text("lin"))).unwrap();
    draft.delete_device(&id, &device.serial).unwrap();
    stored(draft);
}

#[test]
fn no_refusal_repeats_what_is_sealed() {
    let mut draft = draft();
    role(&mut draft, "r").unwrap();
    let shown = format!("{:?}", draft.directory());
    assert!(!shown.contains("canary"));
}

#[test]
fn a_trust_policy_speaks_of_assuming_alone() {
    let (mut draft, id) = (draft(), account());
    role(&mut draft, "r").unwrap();
    let mut trust = |actions: &str| {
        draft.update_trust(&id, &text("r"), text(&TRUST.replace("\"sts:AssumeRole\"", actions)))
    };
    for taken in [
        r#""sts:Assume*""#,
        r#"["STS:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#,
        r#"["sts:AssumeRoleWithWebIdentity","sts:AssumeRoleWithSAML"]"#,
    ] {
        trust(taken).unwrap();
    }
    for refused in [r#""sts:GetCallerIdentity""#, r#"["sts:AssumeRole","sts:Get*"]"#, r#""s3:GetObject""#] {
        assert!(matches!(trust(refused), Err(DirectoryError::MalformedPolicy(_))), "{refused}");
    }
}

#[test]
fn a_managed_policys_version_is_looked_at_before_its_rules() {
    use sotto_directory::documents::{Slot, check};
    let of_2012 = "Policy document must be version 2012-10-17 or greater.";
    for (document, wanted) in [
        (r#"{"Statement":{"Effect":"denY","Action":"s3:GetObject","Resource":"*"}}"#, of_2012),
        (
            r#"{"Version":"2012-10-17","Statement":{"Effect":"denY","Action":"s3:GetObject","Resource":"*"}}"#,
            "The policy failed legacy parsing",
        ),
        (r#"{"Statement":"#, "Syntax errors in policy."),
    ] {
        assert_eq!(check(&text(document), Slot::Managed).unwrap_err().to_string(), wanted);
    }
}
