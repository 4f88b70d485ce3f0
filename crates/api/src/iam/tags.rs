//! Tags of users, roles, policies, MFA devices, OIDC providers and instance profiles: set, taken away, listed.

use super::{home, on_arn, on_role, on_user};
use crate::call::{Ask, Call};
use crate::desk::{
    Answered, Page, fault, given_tags, permit, required, resource, show_sealed, tag_context, texts, value,
};
use crate::places;
use sotto_directory::{Tagged, Tags, Text};
use sotto_iam::{Context, Resource};
use sotto_wire::{Fault, Output};

/// A kind of thing: the member that names it, and its three actions.
struct Side {
    member: &'static str,
    actions: [&'static str; 3],
}

const SIDES: [Side; 6] = [
    Side { member: "UserName", actions: ["iam:TagUser", "iam:UntagUser", "iam:ListUserTags"] },
    Side { member: "RoleName", actions: ["iam:TagRole", "iam:UntagRole", "iam:ListRoleTags"] },
    Side { member: "PolicyArn", actions: ["iam:TagPolicy", "iam:UntagPolicy", "iam:ListPolicyTags"] },
    Side {
        member: "SerialNumber",
        actions: ["iam:TagMFADevice", "iam:UntagMFADevice", "iam:ListMFADeviceTags"],
    },
    Side {
        member: "OpenIDConnectProviderArn",
        actions: [
            "iam:TagOpenIDConnectProvider",
            "iam:UntagOpenIDConnectProvider",
            "iam:ListOpenIDConnectProviderTags",
        ],
    },
    Side {
        member: "InstanceProfileName",
        actions: ["iam:TagInstanceProfile", "iam:UntagInstanceProfile", "iam:ListInstanceProfileTags"],
    },
];

impl Side {
    fn tagged<'t>(&self, name: &'t Text) -> Tagged<'t> {
        match self.member {
            "UserName" => Tagged::User(name),
            "RoleName" => Tagged::Role(name),
            "PolicyArn" => Tagged::Policy(name),
            "SerialNumber" => Tagged::Mfa(name),
            "InstanceProfileName" => Tagged::Profile(name),
            _ => Tagged::Oidc(name),
        }
    }

    fn resource(&self, call: &Call<'_>, name: &Text) -> Result<Resource, Fault> {
        match self.tagged(name) {
            Tagged::User(name) => on_user(call, Some(name)),
            Tagged::Role(name) => on_role(call, name),
            Tagged::Profile(name) => super::profiles::on_profile(call, name),
            Tagged::Policy(arn) | Tagged::Oidc(arn) => on_arn(call, arn),
            Tagged::Mfa(serial) => {
                let (id, held) = home(call)?;
                Ok(resource(call, &id, serial, held.devices.find(serial.as_str()).map(|held| &held.tags)))
            }
        }
    }
}

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    for side in &SIDES {
        let at = side.actions.iter().position(|action| action.strip_prefix("iam:") == Some(operation));
        match at {
            Some(0) => return Some(tag(call, side).await),
            Some(1) => return Some(untag(call, side).await),
            Some(_) => return Some(list(call, side)),
            None => {}
        }
    }
    None
}

async fn tag(call: &mut Call<'_>, side: &Side) -> Answered {
    let (account, name) = (call.account()?, required(call, side.member)?);
    let context = tag_context(call, "Tags", Context::new());
    let [action, ..] = side.actions;
    let on = side.resource(call, &name)?;
    let _asked = permit(call, Ask::new(action).on(on).with(context))?;
    let tags = given_tags(call, &account, "Tags")?;
    call.change(|draft, _| draft.tag(&account, side.tagged(&name), tags.clone()).map_err(fault)).await?;
    Ok(Output::new())
}

async fn untag(call: &mut Call<'_>, side: &Side) -> Answered {
    let (account, name) = (call.account()?, required(call, side.member)?);
    let context = tag_context(call, "TagKeys", Context::new());
    let [_, action, _] = side.actions;
    let on = side.resource(call, &name)?;
    let _asked = permit(call, Ask::new(action).on(on).with(context))?;
    let keys = texts(call, "TagKeys");
    call.change(|draft, _| draft.untag(&account, side.tagged(&name), &keys).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>, side: &Side) -> Answered {
    let name = required(call, side.member)?;
    let [.., action] = side.actions;
    let on = side.resource(call, &name)?;
    let permit = permit(call, Ask::new(action).on(on))?;
    let (account, _) = home(call)?;
    let tags = tags_of(call, side, &name)?;
    let page = Page::of_iam(call, tags.iter().map(|tag| (tag.key.clone(), tag)).collect());
    page.into_iam("Tags", |tag| {
        let shown = show_sealed(call, &permit, &places::tag(&account, &tag.key), &tag.value)?;
        Ok(Output::new().with("Key", value(&tag.key)).with("Value", shown).into())
    })
}

fn tags_of(call: &Call<'_>, side: &Side, name: &Text) -> Result<Tags, Fault> {
    let (account, _) = home(call)?;
    let draft = call.directory().draft();
    let held = match side.tagged(name) {
        Tagged::User(name) => draft.user(&account, name).map(|held| held.tags.clone()),
        Tagged::Role(name) => draft.role(&account, name).map(|held| held.tags.clone()),
        Tagged::Policy(arn) => draft.customer_policy(&account, arn).map(|held| held.tags.clone()),
        Tagged::Mfa(serial) => draft.device(&account, serial).map(|held| held.tags.clone()),
        Tagged::Oidc(arn) => draft.provider(&account, arn).map(|held| held.tags.clone()),
        Tagged::Profile(name) => draft.profile(&account, name).map(|held| held.tags.clone()),
    };
    held.map_err(fault)
}
