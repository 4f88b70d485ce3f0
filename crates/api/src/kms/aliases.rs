//! CreateAlias, UpdateAlias, DeleteAlias, ListAliases. An alias needs two permissions: on itself and on its key (KMS Developer
//! Guide, "Controlling access to aliases").

use super::ask::may_any;
use super::fault;
use super::lists::{HUNDRED, listed};
use super::refer::Meant;
use crate::call::{Ask, Call};
use crate::desk::{Answered, instant, required, seconds};
use sotto_arn::{AccountId, Region};
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_kms::keys::{Alias, AliasName, NameError};
use sotto_wire::{Common, Fault, Output, Value, message};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateAlias" => create(call).await,
        "UpdateAlias" => update(call).await,
        "DeleteAlias" => delete(call).await,
        "ListAliases" => list(call),
        _ => return None,
    })
}

/// The name of a request; those of services are nobody's to take.
fn name(call: &Call<'_>) -> Result<AliasName, Fault> {
    let given = required(call, "AliasName")?;
    // The model's pattern lets a colon pass, the service does not (KMS API Reference, "CreateAlias").
    if given.as_str().contains(':') {
        let words = message!("{} contains invalid characters for an alias", given.public());
        return Err(Fault::common(Common::Validation, words));
    }
    AliasName::parse(given.as_str()).map_err(|error| match error {
        NameError::AliasReserved => Fault::new("NotAuthorizedException", ""),
        _ if !given.as_str().starts_with("alias/") => super::invalid("Invalid identifier"),
        _ => {
            Fault::new("InvalidAliasNameException", message!("{} is not a valid alias name", given.public()))
        }
    })
}

/// Asks for an action on an alias and on keys.
fn ask(call: &mut Call<'_>, action: &'static str, name: &AliasName, keys: &[&Meant]) -> Result<(), Fault> {
    let account = call.account()?;
    let arn = name.arn(&account, call.region());
    let on = keys.iter().map(|meant| super::ask::resource(call, &meant.key)).collect::<Vec<_>>();
    keys.iter().for_each(|meant| call.concerns(super::ask::named(&meant.key)));
    let context = Context::new().with("kms:CallerAccount", account.as_str());
    let ask = Ask::new(action).on(Resource::new(arn.get()).of_account(&account)).with(context);
    let _asked = call.authorize_as::<ReadDirectory>(on.into_iter().fold(ask, Ask::on))?;
    Ok(())
}

async fn create(call: &mut Call<'_>) -> Answered {
    let name = name(call)?;
    let meant = Meant::own(call, "TargetKeyId")?;
    ask(call, "kms:CreateAlias", &name, &[&meant])?;
    let (arn, now) = (meant.key.arn.clone(), seconds(call));
    call.transact(|drafts, _| drafts.keys.create_alias(name.clone(), &arn, now).map_err(fault)).await?;
    Ok(Output::new())
}

/// The key that an alias names now; when there is no alias, the caller may know.
fn current(call: &Call<'_>, name: &AliasName) -> Result<Meant, Fault> {
    let (account, region) = (call.account()?, call.region());
    let key = call.snapshot().rooms.keys.by_alias(&account, region, name.as_str());
    let key = key.ok_or_else(|| super::refer::no_alias(name, &account, region))?;
    Ok(Meant { key: Arc::clone(key), alias: None })
}

/// Both keys must allow it: the one that loses the name, and the one that gets it.
async fn update(call: &mut Call<'_>) -> Answered {
    let name = name(call)?;
    let (held, next) = (current(call, &name)?, Meant::own(call, "TargetKeyId")?);
    ask(call, "kms:UpdateAlias", &name, &[&held, &next])?;
    let (arn, now) = (next.key.arn.clone(), seconds(call));
    call.transact(|drafts, _| drafts.keys.update_alias(&name, &arn, now).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let name = name(call)?;
    let held = current(call, &name)?;
    ask(call, "kms:DeleteAlias", &name, &[&held])?;
    let (account, region): (AccountId, Region) = (call.account()?, call.region().clone());
    call.transact(|drafts, _| drafts.keys.delete_alias(&account, &region, &name).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let _asked: Permit<ReadDirectory> = may_any(call, "kms:ListAliases", Context::new())?;
    let of = call.input().has("KeyId").then(|| Meant::own(call, "KeyId")).transpose()?;
    let (account, region) = (call.account()?, call.region().clone());
    let held = call.snapshot().rooms.keys.account(&account, &region).cloned();
    let aliases = held.iter().flat_map(|held| held.aliases());
    let wanted = aliases.filter(|alias| of.as_ref().is_none_or(|of| alias.target == *of.key.arn.id()));
    let items = wanted.map(|alias| (Text::from(alias.name.public()), Arc::clone(alias))).collect();
    listed(
        call,
        "Aliases",
        (items, HUNDRED, |marker: &str| marker.starts_with("alias/")),
        |alias: Arc<Alias>| {
            let shown = Output::new()
                .with("AliasName", alias.name.public())
                .with("AliasArn", alias.name.arn(&alias.account, &alias.region))
                .with("TargetKeyId", alias.target.public())
                .with("CreationDate", instant(alias.created))
                .with("LastUpdatedDate", instant(alias.updated));
            Ok(Value::from(shown))
        },
    )
}
