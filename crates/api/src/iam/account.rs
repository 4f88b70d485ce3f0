//! The account as a whole: alias, rules for passwords, summary, and everything at once (GetAccountAuthorizationDetails).

use super::home;
use super::shapes::{Show, boundary, version};
use crate::call::{Ask, Call};
use crate::desk::{Answered, Page, fault, number, permit, required, texts, value};
use sotto_directory::names::{ArnKind, arn};
use sotto_directory::{
    ACCOUNTS_MAX, ATTACHED_MAX, Account, AnyPolicy, GROUPS_PER_ACCOUNT_MAX, GROUPS_PER_USER_MAX, Grants,
    KEYS_PER_USER_MAX, POLICIES_PER_ACCOUNT_MAX, PasswordPolicy, ROLES_PER_ACCOUNT_MAX, Text,
    USERS_PER_ACCOUNT_MAX, VERSIONS_MAX, documents,
};
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateAccountAlias" => create_alias(call).await,
        "DeleteAccountAlias" => delete_alias(call).await,
        "ListAccountAliases" => list_aliases(call),
        "UpdateAccountPasswordPolicy" => set_passwords(call).await,
        "GetAccountPasswordPolicy" => passwords(call),
        "DeleteAccountPasswordPolicy" => delete_passwords(call).await,
        "GetAccountSummary" => summary(call),
        "GetAccountAuthorizationDetails" => details(call),
        _ => return None,
    })
}

async fn create_alias(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:CreateAccountAlias"))?;
    let (account, alias) = (call.account()?, required(call, "AccountAlias")?);
    call.change(|draft, _| draft.create_alias(&account, alias.clone()).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete_alias(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:DeleteAccountAlias"))?;
    let (account, alias) = (call.account()?, required(call, "AccountAlias")?);
    call.change(|draft, _| draft.delete_alias(&account, &alias).map_err(fault)).await?;
    Ok(Output::new())
}

fn list_aliases(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:ListAccountAliases"))?;
    let (_, held) = home(call)?;
    let aliases = held.head.alias.iter().map(|alias| (alias.clone(), alias.clone())).collect();
    Page::of_iam(call, aliases).into_iam("AccountAliases", |alias| Ok(value(&alias)))
}

async fn set_passwords(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:UpdateAccountPasswordPolicy"))?;
    let account = call.account()?;
    let flag = |member| call.input().flag(member);
    let policy = PasswordPolicy {
        length_min: number(call, "MinimumPasswordLength").unwrap_or(6),
        symbols: flag("RequireSymbols").unwrap_or(false),
        numbers: flag("RequireNumbers").unwrap_or(false),
        uppercase: flag("RequireUppercaseCharacters").unwrap_or(false),
        lowercase: flag("RequireLowercaseCharacters").unwrap_or(false),
        users_may_change: flag("AllowUsersToChangePassword").unwrap_or(false),
        age_days_max: number(call, "MaxPasswordAge").unwrap_or(0),
        reuse_count: number(call, "PasswordReusePrevention"),
        hard_expiry: flag("HardExpiry"),
    };
    call.change(|draft, _| draft.set_password_policy(&account, Some(policy.clone())).map_err(fault)).await?;
    Ok(Output::new())
}

fn passwords(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:GetAccountPasswordPolicy"))?;
    let (account, held) = home(call)?;
    let policy = held.head.password_policy.as_ref().ok_or_else(|| {
        let words = sotto_wire::message!(
            "The Password Policy with domain name {} cannot be found.",
            Text::from(&account).public()
        );
        Fault::new("NoSuchEntity", words)
    })?;
    let mut shown = Output::new()
        .with("MinimumPasswordLength", policy.length_min)
        .with("RequireSymbols", policy.symbols)
        .with("RequireNumbers", policy.numbers)
        .with("RequireUppercaseCharacters", policy.uppercase)
        .with("RequireLowercaseCharacters", policy.lowercase)
        .with("AllowUsersToChangePassword", policy.users_may_change)
        .with("ExpirePasswords", policy.age_days_max > 0)
        .with("PasswordReusePrevention", policy.reuse_count)
        .with("HardExpiry", policy.hard_expiry.unwrap_or(false));
    if policy.age_days_max > 0 {
        shown.set("MaxPasswordAge", policy.age_days_max);
    }
    Ok(Output::new().with("PasswordPolicy", shown))
}

async fn delete_passwords(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:DeleteAccountPasswordPolicy"))?;
    let account = call.account()?;
    call.change(|draft, _| draft.set_password_policy(&account, None).map_err(fault)).await?;
    Ok(Output::new())
}

fn summary(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:GetAccountSummary"))?;
    let (_, held) = home(call)?;
    let in_use = held.devices.iter().filter(|device| device.enabled.is_some()).count();
    let root_mfa = held.devices.iter().any(|device| device.enabled.is_some() && device.user.is_none());
    let versions: usize = held.policies.iter().map(|policy| policy.versions.len()).sum();
    let counts: [(&'static str, usize); 34] = [
        ("Users", held.users.count()),
        ("UsersQuota", USERS_PER_ACCOUNT_MAX),
        ("Groups", held.groups.count()),
        ("GroupsQuota", GROUPS_PER_ACCOUNT_MAX),
        ("Roles", held.roles.count()),
        ("RolesQuota", ROLES_PER_ACCOUNT_MAX),
        ("Policies", held.policies.count()),
        ("PoliciesQuota", POLICIES_PER_ACCOUNT_MAX),
        ("PolicyVersionsInUse", versions),
        ("PolicyVersionsInUseQuota", 10_000),
        ("VersionsPerPolicyQuota", VERSIONS_MAX),
        ("InstanceProfiles", held.profiles.count()),
        ("InstanceProfilesQuota", ACCOUNTS_MAX),
        ("Providers", held.providers.count()),
        ("MFADevices", held.devices.count()),
        ("MFADevicesInUse", in_use),
        ("AccountMFAEnabled", usize::from(root_mfa)),
        ("AccountAccessKeysPresent", usize::from(!held.head.root_keys.is_empty())),
        ("AccessKeysPerUserQuota", KEYS_PER_USER_MAX),
        ("GroupsPerUserQuota", GROUPS_PER_USER_MAX),
        ("AttachedPoliciesPerUserQuota", ATTACHED_MAX),
        ("AttachedPoliciesPerGroupQuota", ATTACHED_MAX),
        ("AttachedPoliciesPerRoleQuota", ATTACHED_MAX),
        ("UserPolicySizeQuota", documents::USER_INLINE_CHARS_MAX),
        ("GroupPolicySizeQuota", documents::GROUP_INLINE_CHARS_MAX),
        ("PolicySizeQuota", documents::MANAGED_CHARS_MAX),
        ("RolePolicySizeQuota", documents::ROLE_INLINE_CHARS_MAX),
        ("AssumeRolePolicySizeQuota", documents::TRUST_CHARS_MAX),
        ("GlobalEndpointTokenVersion", 1),
        ("AccountSigningCertificatesPresent", 0),
        ("SigningCertificatesPerUserQuota", 2),
        ("ServerCertificates", 0),
        ("ServerCertificatesQuota", 20),
        ("AccountPasswordPresent", 0),
    ];
    Ok(Output::new().with("SummaryMap", Value::map(counts)))
}

fn details(call: &mut Call<'_>) -> Answered {
    let permit = permit(call, Ask::new("iam:GetAccountAuthorizationDetails"))?;
    let (account, held) = home(call)?;
    let show = Show { call, permit: &permit, account: &account };
    let filter = texts(call, "Filter");
    let wants = |kind: &str| filter.is_empty() || filter.iter().any(|wanted| wanted.as_str() == kind);
    let mut items: Vec<(Text, (&'static str, Output))> = Vec::new();
    for user in held.users.iter().filter(|_| wants("User")) {
        items.push((
            arn(&account, ArnKind::User, &user.path, &user.name),
            ("UserDetailList", user_details(&show, user)?),
        ));
    }
    for group in held.groups.iter().filter(|_| wants("Group")) {
        let shown = granted(show.group(group), &group.grants, "GroupPolicyList");
        items.push((arn(&account, ArnKind::Group, &group.path, &group.name), ("GroupDetailList", shown)));
    }
    for role in held.roles.iter().filter(|_| wants("Role")) {
        let shown = role_details(&show, &held, role)?;
        items.push((arn(&account, ArnKind::Role, &role.path, &role.name), ("RoleDetailList", shown)));
    }
    for policy in held.policies.iter().filter(|_| wants("LocalManagedPolicy")) {
        let name = arn(&account, ArnKind::Policy, &policy.path, &policy.name);
        let versions = policy
            .versions
            .iter()
            .rev()
            .map(|(number, held)| version(*number, held, policy.default_version, true));
        let shown = show.policy(&held, &AnyPolicy::Customer(policy.clone()), true)?;
        items.push((name, ("Policies", shown.with("PolicyVersionList", Value::list(versions)))));
    }
    Ok(gathered(Page::of_iam(call, items)))
}

fn user_details(show: &Show<'_, '_>, user: &sotto_directory::User) -> Result<Output, Fault> {
    let shown = show.user(user, true)?.with("GroupList", Value::list(user.groups.iter().map(value)));
    Ok(granted(shown, &user.grants, "UserPolicyList"))
}

fn role_details(show: &Show<'_, '_>, held: &Account, role: &sotto_directory::Role) -> Result<Output, Fault> {
    let profiles = held.profiles.iter().filter(|profile| profile.role.as_ref() == Some(&role.name));
    let profiles = profiles.map(|profile| show.profile(held, profile)).collect::<Result<Vec<_>, Fault>>()?;
    let mut shown = Output::new()
        .with("Path", value(&role.path))
        .with("RoleName", value(&role.name))
        .with("RoleId", value(&role.id))
        .with("Arn", value(&arn(show.account, ArnKind::Role, &role.path, &role.name)))
        .with("CreateDate", crate::desk::instant(role.created))
        .with("AssumeRolePolicyDocument", role.trust.percent_encoded())
        .with("InstanceProfileList", profiles)
        .with("RoleLastUsed", Output::new());
    shown.set("PermissionsBoundary", boundary(role.boundary.as_ref()));
    shown.set("Tags", crate::desk::shown_tags(show.call, show.permit, show.account, &role.tags)?);
    Ok(granted(shown, &role.grants, "RolePolicyList"))
}

fn granted(output: Output, grants: &Grants, inline: &'static str) -> Output {
    let policies = grants.inline.iter().map(|(name, document)| {
        Output::new().with("PolicyName", value(name)).with("PolicyDocument", document.percent_encoded())
    });
    let attached = grants.attached.iter().map(|arn| {
        Output::new().with("PolicyName", value(&arn.last_segment())).with("PolicyArn", value(arn))
    });
    output.with(inline, Value::list(policies)).with("AttachedManagedPolicies", Value::list(attached))
}

fn gathered(page: Page<(&'static str, Output)>) -> Output {
    let mut output = Output::new().with("IsTruncated", page.next.is_some());
    output.set("Marker", page.next);
    let mut lists =
        ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"].map(|name| (name, Vec::new()));
    for (kind, shown) in page.items {
        if let Some((_, list)) = lists.iter_mut().find(|(name, _)| *name == kind) {
            list.push(Value::from(shown));
        }
    }
    for (name, list) in lists {
        output.set(name, Value::List(list));
    }
    output
}
