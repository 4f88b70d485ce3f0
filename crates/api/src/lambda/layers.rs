//! Versions of layers: published, described, listed, deleted. A version never changes.

use super::code::{described, discard, keep, member_place, sealed_text};
use super::functions::{now_ms, page};
use super::shapes::{Show, layer_arn};
use super::{invalid, refused, settings};
use crate::call::{Ask, Call, internal};
use crate::desk::Answered;
use crate::record::configured;
use sotto_arn::{AccountId, Region};
use sotto_functions::{FunctionRegistry, FunctionScope, LayerVersion, RegistryError};
use sotto_iam::{Act, Permit, ReadDirectory, Resource};
use sotto_public::Public;
use sotto_trail::ResourceName;
use sotto_wire::{Fault, Output, Value};

/// A layer that a request means, by name or ARN.
struct Meant {
    scope: FunctionScope,
    name: Public<String>,
}

impl Meant {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let named = call.input().public("LayerName").cloned().ok_or_else(internal)?;
        let own = FunctionScope { account: call.account()?, region: call.region().clone() };
        if !named.get().starts_with("arn:") {
            return Ok(Self { scope: own, name: named });
        }
        let parts: Vec<&str> = named.get().split(':').collect();
        match parts.as_slice() {
            [_, _, "lambda", region, account, "layer", name]
                if *region == own.region.as_str() && *account == own.account.as_str() =>
            {
                Ok(Self { name: configured(name), scope: own })
            }
            _ => Err(refused(RegistryError::NoLayer)),
        }
    }

    fn may<A: Act>(
        &self,
        call: &mut Call<'_>,
        action: &'static str,
        number: Option<u64>,
    ) -> Result<Permit<A>, Fault> {
        let arn = layer_arn(&self.scope, &self.name);
        let arn = number.map_or_else(|| arn.clone(), |number| configured(&format_args!("{arn}:{number}")));
        call.concerns(ResourceName { kind: "AWS::Lambda::LayerVersion".into(), name: arn.clone() });
        let on = Resource::new(arn.get()).of_account(&self.scope.account);
        call.authorize_as::<A>(Ask::new(action).on(on))
    }
}

fn version_number(call: &Call<'_>) -> Result<u64, Fault> {
    let number = call.input().integer("VersionNumber").and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| refused(RegistryError::NoLayer))
}

pub(super) async fn publish(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:PublishLayerVersion", None)?;
    let runtimes = call.input().publics("CompatibleRuntimes").cloned().collect();
    let archive = settings::archive(call, Some("Content"))?;
    let code = keep(call.api, archive).await?;
    let text = |member| {
        let raw = call.input().raw(member).filter(|raw| !raw.is_empty());
        raw.map(|raw| sealed_text(call, &member_place(code.object, member), raw)).transpose()
    };
    let (description, license) = (text("Description")?, text("LicenseInfo")?);
    let version = LayerVersion { created_ms: now_ms(call), code, description, license, runtimes };
    let made = call
        .transact(|drafts, _| {
            drafts.functions.publish_layer(&meant.scope, &meant.name, version.clone()).map_err(refused)
        })
        .await;
    match made {
        Ok(number) => {
            let shown =
                Show { call, permit: &permit, scope: &meant.scope }.layer(&meant.name, number, &version)?;
            Ok(shown.with("Content", described(&version.code)))
        }
        Err(fault) => {
            discard(call.api, &version.code).await;
            Err(fault)
        }
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let (meant, number) = (Meant::of(call)?, version_number(call)?);
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:GetLayerVersion", Some(number))?;
    let layer = call.snapshot().rooms.functions.layer(&meant.scope, &meant.name);
    let version = layer.and_then(|layer| layer.versions.get(&number));
    let version = version.ok_or_else(|| refused(RegistryError::NoLayer))?;
    let shown = Show { call, permit: &permit, scope: &meant.scope }.layer(&meant.name, number, version)?;
    Ok(shown.with("Content", described(&version.code)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:ListLayerVersions", None)?;
    let layer = call.snapshot().rooms.functions.layer(&meant.scope, &meant.name).cloned();
    let versions: Vec<_> = layer
        .iter()
        .flat_map(|layer| layer.versions.iter().rev())
        .map(|(number, version)| (format!("{:020}", u64::MAX - number), *number, version))
        .collect();
    let (versions, next) = page(call, versions, |(sorted, ..)| sorted)?;
    let show = Show { call, permit: &permit, scope: &meant.scope };
    let shown = versions.into_iter().map(|(_, number, version)| show.layer(&meant.name, number, version));
    let shown = shown.collect::<Result<Vec<_>, Fault>>()?;
    Ok(Output::new().with("LayerVersions", Value::list(shown)).with("NextMarker", next))
}

pub(super) async fn delete(call: &mut Call<'_>) -> Answered {
    let (meant, number) = (Meant::of(call)?, version_number(call)?);
    let _asked: Permit<sotto_iam::Call> = meant.may(call, "lambda:DeleteLayerVersion", Some(number))?;
    let arn = configured(&format_args!("{}:{number}", layer_arn(&meant.scope, &meant.name)));
    let used = call
        .snapshot()
        .rooms
        .functions
        .functions(&meant.scope)
        .any(|function| function.layers.contains(&arn));
    if used {
        return Err(invalid("The version is a layer of a function; take it out there first"));
    }
    let gone = call
        .transact(|drafts, _| {
            Ok::<_, Fault>(drafts.functions.delete_layer(&meant.scope, &meant.name, number))
        })
        .await?;
    if let Some(gone) = gone {
        discard(call.api, &gone.code).await;
    }
    Ok(Output::new())
}

/// Where a version of a layer stands, by its ARN.
pub(super) fn located(arn: &Public<String>) -> Option<(FunctionScope, Public<String>, u64)> {
    let parts: Vec<&str> = arn.get().split(':').collect();
    let [_, _, "lambda", region, account, "layer", name, number] = parts.as_slice() else { return None };
    let scope =
        FunctionScope { account: AccountId::parse(account).ok()?, region: Region::parse(region).ok()? };
    Some((scope, configured(name), number.parse().ok()?))
}

/// A version of a layer, by its ARN.
pub(super) fn version_at<'a>(
    registry: &'a FunctionRegistry,
    arn: &Public<String>,
) -> Option<&'a LayerVersion> {
    let (scope, name, number) = located(arn)?;
    registry.layer(&scope, &name)?.versions.get(&number)
}
