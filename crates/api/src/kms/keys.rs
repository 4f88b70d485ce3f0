//! DescribeKey, ListKeys, and how a key lives: enabled, disabled, described, scheduled for deletion.

use super::ask::{check_tokens, may, may_any};
use super::create::description;
use super::lists::{THOUSAND, listed};
use super::refer::Meant;
use super::{fault, shapes};
use crate::call::Call;
use crate::desk::{Answered, instant, number, seconds};
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::keys::{DELETION_DAYS_DEFAULT, Draft, KeyArn, KeyId, KeyState, Outcome};
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "DescribeKey" => describe(call),
        "ListKeys" => list(call),
        "EnableKey" => edit(call, "kms:EnableKey", |draft, arn| draft.enable_key(arn)).await,
        "DisableKey" => edit(call, "kms:DisableKey", |draft, arn| draft.disable_key(arn)).await,
        "UpdateKeyDescription" => update(call).await,
        "ScheduleKeyDeletion" => schedule(call).await,
        "CancelKeyDeletion" => cancel(call).await,
        _ => return None,
    })
}

fn describe(call: &mut Call<'_>) -> Answered {
    let meant = Meant::by_any(call, "KeyId")?;
    let permit: Permit<ReadDirectory> = may(call, "kms:DescribeKey", &meant, Context::new())?;
    check_tokens(call)?;
    Ok(Output::new().with("KeyMetadata", shapes::metadata(call, &permit, &meant.key)?))
}

fn list(call: &mut Call<'_>) -> Answered {
    let _asked: Permit<ReadDirectory> = may_any(call, "kms:ListKeys", Context::new())?;
    let held = call.snapshot().rooms.keys.account(&call.account()?, call.region()).cloned();
    let keys = held.iter().flat_map(|held| held.keys());
    let items = keys.map(|key| (Text::from(key.arn.id().public()), key.arn.clone())).collect();
    listed(call, "Keys", (items, THOUSAND, |marker: &str| KeyId::parse(marker).is_ok()), |arn: KeyArn| {
        Ok(Output::new().with("KeyId", arn.id().public()).with("KeyArn", arn.public()).into())
    })
}

/// A change of one key of the caller's account.
async fn edit(
    call: &mut Call<'_>,
    action: &'static str,
    edit: impl Fn(&mut Draft, &KeyArn) -> Outcome<()>,
) -> Answered {
    changed(call, action, Context::new(), edit).await?;
    Ok(Output::new())
}

/// The same with conditions; gives the ARN.
pub(super) async fn changed<T>(
    call: &mut Call<'_>,
    action: &'static str,
    context: Context,
    edit: impl Fn(&mut Draft, &KeyArn) -> Outcome<T>,
) -> Result<(KeyArn, T), Fault> {
    let meant = Meant::own(call, "KeyId")?;
    let _asked: Permit<ReadDirectory> = may(call, action, &meant, context)?;
    let arn = meant.key.arn.clone();
    let done = call.transact(|drafts, _| edit(&mut drafts.keys, &arn).map_err(fault)).await?;
    Ok((arn, done))
}

async fn update(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let sealed = description(call, &meant.key.arn)?;
    edit(call, "kms:UpdateKeyDescription", move |draft, arn| draft.update_description(arn, sealed.clone()))
        .await
}

async fn schedule(call: &mut Call<'_>) -> Answered {
    let days = match number(call, "PendingWindowInDays") {
        Some(days) => {
            u16::try_from(days).map_err(|_| super::invalid("PendingWindowInDays is out of bounds"))?
        }
        None => DELETION_DAYS_DEFAULT,
    };
    let asked = Context::new().with("kms:ScheduleKeyDeletionPendingWindowInDays", i64::from(days));
    let now = seconds(call);
    let (arn, deletion) =
        changed(call, "kms:ScheduleKeyDeletion", asked, |draft, arn| draft.schedule_deletion(arn, days, now))
            .await?;
    let state =
        if deletion.at.is_some() { KeyState::PendingDeletion } else { KeyState::PendingReplicaDeletion };
    Ok(Output::new()
        .with("KeyId", arn.public())
        .with("DeletionDate", deletion.at.map_or(Value::Absent, |at| instant(at).into()))
        .with("KeyState", state.public())
        .with("PendingWindowInDays", deletion.days))
}

async fn cancel(call: &mut Call<'_>) -> Answered {
    let (arn, ()) =
        changed(call, "kms:CancelKeyDeletion", Context::new(), |draft, arn| draft.cancel_deletion(arn))
            .await?;
    Ok(Output::new().with("KeyId", arn.public()))
}
