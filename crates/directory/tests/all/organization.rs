//! Units, accounts, and the policies on the way to an account.

use crate::{ALLOW_ALL, Counter, account, draft, stored, text};
use sotto_arn::AccountId;
use sotto_directory::{
    DirectoryError, Draft, NewOrganizationPolicy, OrganizationsCause as Cause, Outcome, PolicyType, Text,
    UNIT_DEPTH_MAX,
};

fn organization() -> (Draft, Text) {
    let mut draft = draft();
    draft.create_organization(&account(), Default::default(), text("ALL"), 5, &mut Counter(1)).unwrap();
    let root = draft.organization().unwrap().1.root.clone();
    (draft, root)
}

fn unit(draft: &mut Draft, parent: &Text, name: &str, seed: u64) -> Outcome<Text> {
    let made = draft.create_unit(parent, text(name), Default::default(), 5, &mut Counter(seed));
    made.map(|unit| unit.id.clone())
}

fn member() -> AccountId {
    AccountId::parse("210987654321").unwrap()
}

fn cause<T: std::fmt::Debug>(outcome: Outcome<T>) -> Option<Cause> {
    match outcome {
        Err(DirectoryError::Organizations(cause, _)) => Some(cause),
        _ => None,
    }
}

fn policy(draft: &mut Draft, name: &str, seed: u64) -> Outcome<Text> {
    let new = NewOrganizationPolicy {
        kind: PolicyType::Scp,
        name: text(name),
        description: None,
        document: text(ALLOW_ALL),
        tags: Default::default(),
    };
    draft.create_organization_policy(new, &mut Counter(seed)).map(|made| made.id.clone())
}

#[test]
fn units_are_five_deep_and_names_are_one_parents_own() {
    let (mut draft, root) = organization();
    let mut parent = root.clone();
    for depth in 0..UNIT_DEPTH_MAX {
        parent = unit(&mut draft, &parent, "u", 10 + depth as u64).unwrap();
    }
    assert_eq!(cause(unit(&mut draft, &parent, "u", 99)), Some(Cause::ConstraintViolation));
    assert_eq!(cause(unit(&mut draft, &root, "u", 98)), Some(Cause::DuplicateUnit));
    assert_eq!(cause(draft.delete_unit(&text("ou-none"))), Some(Cause::UnitNotFound));
    draft.delete_unit(&parent).unwrap();
}

#[test]
fn an_account_sees_every_level_and_the_management_account_none() {
    let (mut draft, root) = organization();
    let unit = unit(&mut draft, &root, "u", 10).unwrap();
    draft.create_member(&member(), Default::default(), 5, &mut Counter(11)).unwrap();
    draft.move_account(&text("210987654321"), &root, &unit).unwrap();
    let scp = policy(&mut draft, "p", 12).unwrap();
    draft.attach_organization_policy(&scp, &unit).unwrap();
    assert_eq!(cause(draft.attach_organization_policy(&scp, &unit)), Some(Cause::DuplicateAttachment));
    let directory = stored(draft);
    let levels = directory.organization().levels(&member(), PolicyType::Scp);
    let counts: Vec<_> = levels.iter().map(|level| level.policies.len()).collect();
    assert_eq!(counts, [1, 2, 1]);
    assert_eq!(levels[1].target, unit);
    assert!(directory.organization().levels(&account(), PolicyType::Scp).is_empty());
    assert!(directory.organization().levels(&member(), PolicyType::Rcp).is_empty());
    let path = directory.organization().path_of(&member()).unwrap();
    assert!(path.as_str().starts_with("o-") && path.as_str().ends_with(&format!("/{root}/{unit}/")));
}

#[test]
fn one_control_policy_stays_and_types_are_switched() {
    let (mut draft, root) = organization();
    let full = text(PolicyType::Scp.full_access());
    assert_eq!(cause(draft.detach_organization_policy(&full, &root)), Some(Cause::ConstraintViolation));
    let scp = policy(&mut draft, "p", 12).unwrap();
    draft.attach_organization_policy(&scp, &root).unwrap();
    draft.detach_organization_policy(&full, &root).unwrap();
    assert_eq!(cause(draft.delete_organization_policy(&scp)), Some(Cause::PolicyInUse));
    assert_eq!(
        cause(draft.enable_policy_type(&root, PolicyType::Scp)),
        Some(Cause::PolicyTypeAlreadyEnabled)
    );
    draft.enable_policy_type(&root, PolicyType::Rcp).unwrap();
    draft.disable_policy_type(&root, PolicyType::Scp).unwrap();
    draft.delete_organization_policy(&scp).unwrap();
    assert_eq!(cause(draft.disable_policy_type(&root, PolicyType::Scp)), Some(Cause::PolicyTypeNotEnabled));
    stored(draft);
}

#[test]
fn an_organization_goes_when_it_is_empty() {
    let (mut draft, _) = organization();
    draft.create_member(&member(), Default::default(), 5, &mut Counter(11)).unwrap();
    assert_eq!(cause(draft.delete_organization()), Some(Cause::NotEmpty));
    assert_eq!(cause(draft.remove_member(&text("123456789012"))), Some(Cause::ManagementCannotLeave));
    draft.remove_member(&text("210987654321")).unwrap();
    draft.delete_organization().unwrap();
    assert_eq!(cause(draft.delete_organization()), Some(Cause::NotInUse));
}

#[test]
fn nodes_and_policies_are_numbered_in_the_order_in_which_they_came() {
    let (mut draft, root) = organization();
    let first = unit(&mut draft, &root, "a", 10).unwrap();
    draft.create_member(&member(), Default::default(), 5, &mut Counter(11)).unwrap();
    let second = unit(&mut draft, &root, "b", 12).unwrap();
    let policies = [policy(&mut draft, "p", 13).unwrap(), policy(&mut draft, "o", 14).unwrap()];
    let directory = stored(draft);
    let held = directory.organization();
    let order = |id: &str| held.nodes.find(id).map(|node| node.order()).unwrap();
    let nodes = [root.as_str(), "123456789012", first.as_str(), "210987654321", second.as_str()];
    assert!(nodes.map(order).is_sorted_by(|a, b| a < b));
    let order = |id: &Text| held.policies.find(id.as_str()).map(|policy| policy.order()).unwrap();
    assert!(Text::ordinal(0) < order(&policies[0]) && order(&policies[0]) < order(&policies[1]));
}

#[test]
fn a_delegate_gives_back_only_what_it_has() {
    let (mut draft, _) = organization();
    draft.create_member(&member(), Default::default(), 5, &mut Counter(11)).unwrap();
    let (id, here, other) =
        (text("210987654321"), text("ssm.amazonaws.com"), text("guardduty.amazonaws.com"));
    assert_eq!(cause(draft.deregister_delegated(&id, &here)), Some(Cause::NotRegistered));
    draft.register_delegated(&id, here.clone(), 5).unwrap();
    assert_eq!(cause(draft.deregister_delegated(&id, &other)), Some(Cause::InvalidInput));
    draft.deregister_delegated(&id, &here).unwrap();
}
