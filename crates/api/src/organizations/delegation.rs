//! Which services have access, and which accounts administer for them?

use super::shapes::Show;
use super::{listed, managing, may, part};
use crate::call::Call;
use crate::desk::{Answered, fault, instant, required, seconds, text, value};
use sotto_directory::{Node, NodeKind, OrganizationsCause as Cause, Text};
use sotto_iam::Context;
use sotto_wire::{Fault, Output};

/// Services that work with organizations, by what stands before `.amazonaws.com` in their principals (AWS Organizations user guide,
/// "AWS services that you can use with AWS Organizations").
const SERVICES: [&str; 52] = [
    "access-analyzer",
    "account",
    "agentless.inspector2",
    "auditmanager",
    "aws-artifact-account-sync",
    "backup",
    "cloudtrail",
    "compute-optimizer",
    "config",
    "config-multiaccountsetup",
    "controltower",
    "cost-optimization-hub.bcm",
    "detective",
    "devops-guru",
    "ds",
    "ec2",
    "fms",
    "guardduty",
    "health",
    "iam",
    "inspector2",
    "ipam",
    "license-management.marketplace",
    "license-manager",
    "license-manager-linux-subscriptions",
    "license-manager.member-account",
    "macie",
    "malware-protection.guardduty",
    "member.org.stacksets.cloudformation",
    "mgn",
    "networkmanager",
    "observabilityadmin",
    "private-marketplace.marketplace",
    "procurement-insights.marketplace",
    "ram",
    "reachabilityanalyzer.networkinsights",
    "reporting.trustedadvisor",
    "resource-explorer-2",
    "security-ir",
    "securityhub",
    "securitylake",
    "servicecatalog",
    "servicequotas",
    "ssm",
    "ssm-quicksetup",
    "sso",
    "stacksets.cloudformation",
    "storage-lens.s3",
    "tagpolicies.tag",
    "user-subscriptions",
    "vpc-lattice",
    "wellarchitected",
];

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "EnableAWSServiceAccess" => access(call, true).await,
        "DisableAWSServiceAccess" => access(call, false).await,
        "ListAWSServiceAccessForOrganization" => services(call),
        "RegisterDelegatedAdministrator" => register(call, true).await,
        "DeregisterDelegatedAdministrator" => register(call, false).await,
        "ListDelegatedAdministrators" => administrators(call),
        "ListDelegatedServicesForAccount" => delegated(call),
        _ => return None,
    })
}

/// A service principal that works with organizations.
fn principal(call: &Call<'_>) -> Result<Text, Fault> {
    let service = required(call, "ServicePrincipal")?;
    let known = service.as_str().strip_suffix(".amazonaws.com").is_some_and(|name| SERVICES.contains(&name));
    match known {
        true => Ok(service),
        false => Err(super::invalid(
            "You specified an unrecognized service principal.",
            "UNRECOGNIZED_SERVICE_PRINCIPAL",
        )),
    }
}

fn of_service(service: &Text) -> Context {
    Context::new().with("organizations:ServicePrincipal", service.as_str())
}

async fn access(call: &mut Call<'_>, on: bool) -> Answered {
    managing(call, false)?;
    let service = principal(call)?;
    let action =
        if on { "organizations:EnableAWSServiceAccess" } else { "organizations:DisableAWSServiceAccess" };
    let _asked = may(call, action, None, of_service(&service))?;
    let since = on.then(|| seconds(call));
    call.change(|draft, _| draft.set_service_access(service.clone(), since).map_err(fault)).await?;
    Ok(Output::new())
}

fn services(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let _asked = may(call, "organizations:ListAWSServiceAccessForOrganization", None, Context::new())?;
    let held = head.services.iter().map(|(service, since)| (service.clone(), (service.clone(), *since)));
    listed(call, "EnabledServicePrincipals", held.collect(), |(service, since)| {
        Ok(Output::new().with("ServicePrincipal", value(&service)).with("DateEnabled", instant(since)).into())
    })
}

async fn register(call: &mut Call<'_>, on: bool) -> Answered {
    let head = managing(call, false)?;
    let (account, service) = (required(call, "AccountId")?, principal(call)?);
    let action = match on {
        true => "organizations:RegisterDelegatedAdministrator",
        false => "organizations:DeregisterDelegatedAdministrator",
    };
    let part = part(&head, &account, call);
    let _asked = may(call, action, Some(part), of_service(&service))?;
    let now = seconds(call);
    call.change(|draft, _| match on {
        true => draft.register_delegated(&account, service.clone(), now).map_err(fault),
        false => draft.deregister_delegated(&account, &service).map_err(fault),
    })
    .await?;
    Ok(Output::new())
}

fn administrators(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let service = text(call, "ServicePrincipal").map(|_| principal(call)).transpose()?;
    let permit = may(call, "organizations:ListDelegatedAdministrators", None, Context::new())?;
    let held = call.directory().organization().nodes.iter().filter(|node| match &service {
        Some(service) => node.delegated.contains_key(service),
        None => !node.delegated.is_empty(),
    });
    let found: Vec<(Text, Node)> = held.map(|node| (node.order(), Node::clone(node))).collect();
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "DelegatedAdministrators", found, |node| Ok(show.delegate(&node)?.into()))
}

fn delegated(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let account = required(call, "AccountId")?;
    let on = part(&head, &account, call);
    let _asked = may(call, "organizations:ListDelegatedServicesForAccount", Some(on), Context::new())?;
    let draft = call.directory().draft();
    let node = draft.node(account.as_str(), NodeKind::Account, Cause::AccountNotFound).map_err(fault)?;
    if node.delegated.is_empty() {
        let words = "The provided account is not a registered delegated administrator for your organization.";
        return Err(Fault::new("AccountNotRegisteredException", words));
    }
    let held = node.delegated.iter().map(|(service, since)| (service.clone(), (service.clone(), *since)));
    listed(call, "DelegatedServices", held.collect(), |(service, since)| {
        Ok(Output::new()
            .with("ServicePrincipal", value(&service))
            .with("DelegationEnabledDate", instant(since))
            .into())
    })
}
