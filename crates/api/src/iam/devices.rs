//! Virtual MFA devices: CreateVirtualMFADevice, EnableMFADevice, ResyncMFADevice, DeactivateMFADevice, DeleteVirtualMFADevice, and
//! their lists.
//!
//! The seed leaves once, when the device is made, as its Base32 text (the picture that AWS adds is left out). Codes are compared
//! against the opened seed; the step of the last taken code is kept.

use super::shapes::Show;
use super::{home, may, on_user, user_meant};
use crate::call::{Ask, Call, internal};
use crate::desk::{
    Answered, Page, fault, given_tags, instant, permit, required, resource, seconds, tag_context, text,
    value, value_of,
};
use crate::places;
use sotto_directory::names::{ArnKind, arn, path};
use sotto_directory::{MfaDevice, Text, new_tags, totp};
use sotto_iam::{Context, Resource};
use sotto_sensitive::RawBytes;
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateVirtualMFADevice" => create(call).await,
        "EnableMFADevice" => enable(call).await,
        "ResyncMFADevice" => resync(call).await,
        "DeactivateMFADevice" => deactivate(call).await,
        "DeleteVirtualMFADevice" => delete(call).await,
        "ListVirtualMFADevices" => list_virtual(call),
        "ListMFADevices" => list(call),
        "GetMFADevice" => get(call),
        _ => return None,
    })
}

fn on_device(call: &Call<'_>, serial: &Text) -> Result<Resource, Fault> {
    let (id, held) = home(call)?;
    let tags = held.devices.find(serial.as_str()).map(|device| &device.tags);
    Ok(resource(call, &id, serial, tags))
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "VirtualMFADeviceName")?);
    let under = path(text(call, "Path")).map_err(fault)?;
    let serial = arn(&account, ArnKind::Mfa, &under, &name);
    let context = tag_context(call, "Tags", Context::new());
    let on = on_device(call, &serial)?;
    let permit = permit(call, Ask::new("iam:CreateVirtualMFADevice").on(on).with(context))?;
    let tags = new_tags(given_tags(call, &account, "Tags")?).map_err(fault)?;
    let seed = RawBytes::new(call.draw().bytes::<{ totp::SEED_BYTES }>().to_vec());
    let sealed =
        call.store_key().seal(&places::seed(&serial), &seed, call.draw().bytes()).map_err(|_| internal())?;
    let device = call
        .change(|draft, _| {
            draft
                .create_device(&account, name.clone(), Some(under.clone()), sealed.clone(), tags.clone())
                .map_err(fault)
        })
        .await?;
    let shown = sotto_egress::directory_bytes(&permit, totp::base32(&seed).into_bytes(), call.now());
    let (_, held) = home(call)?;
    let output = Show { call, permit: &permit, account: &account }.device(&held, &device)?;
    Ok(Output::new()
        .with("VirtualMFADevice", output.with("Base32StringSeed", shown.map_err(|_| internal())?)))
}

/// The step at which the request's two codes follow each other.
fn step_of(call: &Call<'_>, device: &MfaDevice) -> Result<u64, Fault> {
    let place = places::seed(&device.serial);
    let seed = call.store_key().open(&place, &device.seed).map_err(|_| internal())?;
    let codes = call.input().raw("AuthenticationCode1").zip(call.input().raw("AuthenticationCode2"));
    let (first, second) = codes.ok_or_else(internal)?;
    totp::accepted_pair(&seed, first, second, seconds(call)).ok_or_else(|| {
        Fault::new("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    })
}

async fn enable(call: &mut Call<'_>) -> Answered {
    let (account, serial) = (call.account()?, required(call, "SerialNumber")?);
    let user = user_meant(call)?;
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:EnableMFADevice", on)?;
    let draft = call.directory().draft();
    if let Some(user) = &user {
        draft.user(&account, user).map_err(fault)?;
    }
    let device = draft.device(&account, &serial).map_err(fault)?;
    let (step, now) = (step_of(call, device)?, seconds(call));
    call.change(|draft, _| draft.enable_device(&account, &serial, user.as_ref(), step, now).map_err(fault))
        .await?;
    Ok(Output::new())
}

async fn resync(call: &mut Call<'_>) -> Answered {
    let (account, serial) = (call.account()?, required(call, "SerialNumber")?);
    let user = user_meant(call)?;
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:ResyncMFADevice", on)?;
    let draft = call.directory().draft();
    let device = draft.device(&account, &serial).map_err(fault)?;
    let step = step_of(call, device)?;
    call.change(|draft, _| draft.use_code(&account, &serial, step).map_err(fault)).await?;
    Ok(Output::new())
}

async fn deactivate(call: &mut Call<'_>) -> Answered {
    let (account, serial) = (call.account()?, required(call, "SerialNumber")?);
    let user = user_meant(call)?;
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:DeactivateMFADevice", on)?;
    call.change(|draft, _| draft.deactivate_device(&account, &serial, user.as_ref()).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, serial) = (call.account()?, required(call, "SerialNumber")?);
    let on = on_device(call, &serial)?;
    let _asked = may(call, "iam:DeleteVirtualMFADevice", on)?;
    call.change(|draft, _| draft.delete_device(&account, &serial).map_err(fault)).await?;
    Ok(Output::new())
}

fn list_virtual(call: &mut Call<'_>) -> Answered {
    let permit = super::may_list(call, "iam:ListVirtualMFADevices", ArnKind::Mfa)?;
    let (account, held) = home(call)?;
    let status = text(call, "AssignmentStatus");
    let wanted = |device: &MfaDevice| match status.as_ref().map(Text::as_str) {
        Some("Assigned") => device.enabled.is_some(),
        Some("Unassigned") => device.enabled.is_none(),
        _ => true,
    };
    let devices = held.devices.iter().filter(|device| wanted(device));
    let page = Page::of_iam(call, devices.map(|device| (device.serial.clone(), device)).collect());
    let show = Show { call, permit: &permit, account: &account };
    page.into_iam("VirtualMFADevices", |device| Ok(show.device(&held, device)?.into()))
}

fn list(call: &mut Call<'_>) -> Answered {
    let user = user_meant(call)?;
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:ListMFADevices", on)?;
    let (_, held) = home(call)?;
    if let Some(name) = &user {
        super::user(&held, name)?;
    }
    let devices = held.devices.iter().filter(|device| device.enabled.is_some() && device.user == user);
    let page = Page::of_iam(call, devices.map(|device| (device.serial.clone(), device)).collect());
    page.into_iam("MFADevices", |device| Ok(Value::from(assigned(device))))
}

fn assigned(device: &MfaDevice) -> Output {
    Output::new()
        .with("UserName", value_of(device.user.as_ref()))
        .with("SerialNumber", value(&device.serial))
        .with("EnableDate", device.enabled.map(instant))
}

fn get(call: &mut Call<'_>) -> Answered {
    let (account, serial) = (call.account()?, required(call, "SerialNumber")?);
    let user = text(call, "UserName");
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:GetMFADevice", on)?;
    let draft = call.directory().draft();
    let device = draft.device(&account, &serial).map_err(fault)?;
    Ok(assigned(device))
}
