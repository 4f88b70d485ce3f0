//! Which roles belong to a service rather than to an account? Those that are linked to it: the service alone may use them, and
//! callers change nothing about them but their description and tags.
//!
//! IAM User Guide, "Create a service-linked role"; IAM API Reference, CreateServiceLinkedRole, DeleteServiceLinkedRole. AWS hangs the
//! service's own managed policy on such a role; no service here acts through one, so none hangs there.

use crate::documents::{self, Slot};
use crate::draft::{Draft, within};
use crate::id::{Entropy, IdKind, unique_id};
use crate::model::{Role, Seconds};
use crate::names::{ROLE_NAME_CHARS_MAX, name};
use crate::record::{Entity, Kind};
use crate::roles::{ROLES_PER_ACCOUNT_MAX, SESSION_SECONDS};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use sotto_kms::Sealed;
use std::sync::Arc;

/// Where linked roles stand.
const PATH: &str = "/aws-service-role/";
/// What their names begin with.
const PREFIX: &str = "AWSServiceRoleFor";
/// How services write themselves in the names of their roles, by what stands before `.amazonaws.com`; any other writes itself as its
/// principal does (the services' own guides, "Using service-linked roles").
const SPELLINGS: [(&str, &str); 24] = [
    ("access-analyzer", "AccessAnalyzer"),
    ("autoscaling", "AutoScaling"),
    ("backup", "Backup"),
    ("cloudtrail", "CloudTrail"),
    ("config", "Config"),
    ("connect", "AmazonConnect"),
    ("custom-resource.application-autoscaling", "ApplicationAutoScaling_CustomResource"),
    ("delivery.logs", "LogDelivery"),
    ("ecs", "ECS"),
    ("eks", "AmazonEKS"),
    ("elasticache", "ElastiCache"),
    ("elasticbeanstalk", "ElasticBeanstalk"),
    ("elasticloadbalancing", "ElasticLoadBalancing"),
    ("guardduty", "AmazonGuardDuty"),
    ("inspector2", "AmazonInspector2"),
    ("lex", "LexBots"),
    ("lexv2", "LexV2Bots"),
    ("macie", "AmazonMacie"),
    ("organizations", "Organizations"),
    ("rds", "RDS"),
    ("securityhub", "SecurityHub"),
    ("spot", "EC2Spot"),
    ("ssm", "AmazonSSM"),
    ("sso", "SSO"),
];

/// What a new linked role is to be like.
#[derive(Clone, Debug)]
pub struct NewLinkedRole {
    /// `NAME.amazonaws.com`.
    pub service: Text,
    /// What stands behind an underscore at the end of its name.
    pub suffix: Option<Text>,
    /// The description.
    pub description: Option<Sealed>,
}

/// The name of a role that is linked to a service.
///
/// # Errors
/// When the service is no service principal.
pub fn linked_name(service: &Text, suffix: Option<&Text>) -> Outcome<Text> {
    let short = service.as_str().strip_suffix(".amazonaws.com").filter(|short| !short.is_empty());
    let short = short.ok_or_else(|| {
        DirectoryError::InvalidInput(Text::own(format!("{service} is not a valid AWS service name.")))
    })?;
    let known = SPELLINGS.iter().find(|(principal, _)| *principal == short);
    let spelt = known.map_or(short, |(_, spelt)| spelt);
    Ok(Text::own(match suffix {
        Some(suffix) => format!("{PREFIX}{spelt}_{suffix}"),
        None => format!("{PREFIX}{spelt}"),
    }))
}

/// The path of a role that is linked to a service.
pub fn linked_path(service: &Text) -> Text {
    Text::own(format!("{PATH}{service}/"))
}

/// Whether a role is linked to a service.
pub fn is_linked(role: &Role) -> bool {
    role.path.as_str().starts_with(PATH)
}

/// The name of the deletion of a linked role, which holds the role's id: a role that is made again is another one.
pub fn deletion_task(role: &Role) -> Text {
    Text::own(format!("task{}{}/{}", role.path, role.name, role.id))
}

/// The role's path, name and unique id in the name of a deletion.
pub fn deleted_role(task: &Text) -> Option<(Text, Text, Text)> {
    let rest = task.as_str().strip_prefix("task")?.strip_prefix(PATH)?;
    let (service, rest) = rest.split_once('/')?;
    let (name, id) = rest.split_once('/')?;
    let sound = name.starts_with(PREFIX) && id.starts_with("AROA") && !id.contains('/');
    let path = linked_path(&Text::own(service.to_owned()));
    sound.then(|| (path, Text::own(name.to_owned()), Text::own(id.to_owned())))
}

fn trusting(service: &Text) -> Text {
    Text::own(format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Action\":[\"sts:AssumeRole\"],\"Effect\":\"Allow\",\
         \"Principal\":{{\"Service\":[\"{service}\"]}}}}]}}"
    ))
}

/// Refuses what would change a linked role.
pub(crate) fn unprotected(role: &Role) -> Outcome<()> {
    match is_linked(role) {
        false => Ok(()),
        true => Err(DirectoryError::Unmodifiable(Text::own(format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            role.name
        )))),
    }
}

impl Draft {
    /// CreateServiceLinkedRole.
    ///
    /// # Errors
    /// When the service is none, has such a role, or the account is full.
    pub fn create_linked_role(
        &mut self,
        account: &AccountId,
        new: NewLinkedRole,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<Role>> {
        let name = name("roleName", linked_name(&new.service, new.suffix.as_ref())?, ROLE_NAME_CHARS_MAX)?;
        let held = self.account(account)?;
        if held.roles.find(name.as_str()).is_some() {
            return Err(DirectoryError::InvalidInput(Text::own(format!(
                "Service role name {name} has been taken in this account, please try a different suffix."
            ))));
        }
        within("RolesPerAccount", held.roles.count(), ROLES_PER_ACCOUNT_MAX)?;
        let trust = trusting(&new.service);
        documents::check(&trust, Slot::Trust)?;
        let role = Arc::new(Role {
            id: unique_id(IdKind::Role, entropy),
            name,
            path: linked_path(&new.service),
            created: now,
            trust,
            session_seconds_max: *SESSION_SECONDS.start(),
            grants: Default::default(),
            boundary: None,
            description: new.description,
            tags: Default::default(),
        });
        self.put(account, Entity::Role(Arc::clone(&role)));
        Ok(role)
    }

    /// DeleteServiceLinkedRole: nothing here uses such a role, so it goes at once. Gives the deletion's name.
    ///
    /// # Errors
    /// When there is no such role, or it is not linked.
    pub fn delete_linked_role(&mut self, account: &AccountId, name: &Text) -> Outcome<Text> {
        let role = self.role(account, name)?;
        if !is_linked(role) {
            return Err(DirectoryError::InvalidInput(Text::own(format!(
                "The role {name} is not a service-linked role."
            ))));
        }
        let task = deletion_task(role);
        self.delete(account, Kind::Role, name.as_str());
        Ok(task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::tests::Counter;

    #[test]
    fn names_are_spelt_as_the_services_spell_themselves() {
        for (service, suffix, wanted) in [
            ("lexv2.amazonaws.com", Some("A1"), "AWSServiceRoleForLexV2Bots_A1"),
            ("autoscaling.amazonaws.com", None, "AWSServiceRoleForAutoScaling"),
            ("own.amazonaws.com", None, "AWSServiceRoleForown"),
        ] {
            let suffix = suffix.map(Text::from);
            assert_eq!(linked_name(&service.into(), suffix.as_ref()).unwrap().as_str(), wanted);
        }
        for wrong in ["lexv2", ".amazonaws.com", "lexv2.example.com"] {
            assert!(linked_name(&wrong.into(), None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_linked_role_is_its_services_own() {
        let account = AccountId::parse("123456789012").unwrap();
        let mut draft = crate::Directory::default().draft();
        draft.open_account(&account, 1).unwrap();
        let new = NewLinkedRole { service: "lexv2.amazonaws.com".into(), suffix: None, description: None };
        let role = draft.create_linked_role(&account, new.clone(), 2, &mut Counter(3)).unwrap();
        assert!(draft.create_linked_role(&account, new, 2, &mut Counter(4)).is_err());
        let document =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        for refused in [
            draft.delete_role(&account, &role.name),
            draft.update_trust(&account, &role.name, role.trust.clone()),
            draft.put_inline(&account, &crate::Bearer::Role(&role.name), "p".into(), document.into()),
            draft.set_boundary(&account, &crate::Bearer::Role(&role.name), None),
        ] {
            assert!(matches!(refused, Err(DirectoryError::Unmodifiable(_))), "{refused:?}");
        }
        let task = draft.delete_linked_role(&account, &role.name).unwrap();
        assert_eq!(deleted_role(&task), Some((role.path.clone(), role.name.clone(), role.id.clone())));
        assert!(draft.role(&account, &role.name).is_err());
        for wrong in ["task/other/x/AWSServiceRoleForX/AROA1", "task/aws-service-role/x/y/AROA1", "task"] {
            assert_eq!(deleted_role(&wrong.into()), None, "{wrong}");
        }
    }
}
