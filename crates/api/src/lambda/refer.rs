//! Which function is meant? A name, an account with a name, or an ARN, each perhaps with a qualifier (AWS Lambda API Reference,
//! "Invoke": name formats).

use super::shapes::arn;
use crate::call::{Ask, Call, internal};
use crate::record::configured;
use sotto_arn::{AccountId, Region};
use sotto_functions::{Function, FunctionScope};
use sotto_iam::{Act, Context, Permit, Resource};
use sotto_public::Public;
use sotto_trail::ResourceName;
use sotto_wire::{Fault, message};
use std::sync::Arc;

/// A function that a request means.
pub(super) struct Meant {
    pub(super) scope: FunctionScope,
    pub(super) name: Public<String>,
    qualifier: Option<Public<String>>,
}

impl Meant {
    /// The function of `FunctionName`, with `Qualifier` or the one in the name.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let named = call.input().public("FunctionName").cloned().ok_or_else(internal)?;
        let mut meant = Self::named(call, &named)?;
        if let Some(qualifier) = call.input().public("Qualifier").cloned() {
            if meant.qualifier.as_ref().is_some_and(|own| *own != qualifier) {
                return Err(super::invalid(
                    "The derived qualifier from the function name does not match the specified qualifier.",
                ));
            }
            meant.qualifier = Some(qualifier);
        }
        Ok(meant)
    }

    /// The function of a name in any of its forms.
    pub(super) fn named(call: &Call<'_>, named: &Public<String>) -> Result<Self, Fault> {
        let read =
            read(named).ok_or_else(|| super::invalid("FunctionName is the name or the ARN of a function"))?;
        let region = read.region.unwrap_or_else(|| call.region().clone());
        let account = match read.account {
            Some(account) => account,
            None => call.account()?,
        };
        Ok(Self { scope: FunctionScope { account, region }, name: read.name, qualifier: read.qualifier })
    }

    /// The function of an ARN, for work that no call does.
    pub(super) fn at(arn: &Public<String>) -> Option<Self> {
        let Read { region, account, name, qualifier } = read(arn)?;
        Some(Self { scope: FunctionScope { account: account?, region: region? }, name, qualifier })
    }

    /// Its ARN, without a qualifier.
    pub(super) fn arn(&self) -> Public<String> {
        arn(&self.scope, &self.name)
    }

    /// The function, while it is there: `$LATEST` is the only version.
    pub(super) fn found<'a>(&self, call: &'a Call<'_>) -> Result<&'a Arc<Function>, Fault> {
        let function = call.snapshot().rooms.functions.function(&self.scope, &self.name);
        let latest = self.qualifier.as_ref().is_none_or(|qualifier| qualifier.get() == "$LATEST");
        function.filter(|_| latest).ok_or_else(|| {
            Fault::new("ResourceNotFoundException", message!("Function not found: {}", self.arn()))
        })
    }

    /// As a resource, with its tags.
    fn resource(&self, call: &Call<'_>) -> Resource {
        let function = call.snapshot().rooms.functions.function(&self.scope, &self.name);
        resource(&call.api.store_key, &self.arn(), &self.scope.account, function.map(AsRef::as_ref))
    }

    /// Asks for an action on it, which the record then names.
    pub(super) fn may<A: Act>(&self, call: &mut Call<'_>, action: &'static str) -> Result<Permit<A>, Fault> {
        self.may_with(call, action, Context::new())
    }

    /// The same with keys of the action's own.
    pub(super) fn may_with<A: Act>(
        &self,
        call: &mut Call<'_>,
        action: &'static str,
        context: Context,
    ) -> Result<Permit<A>, Fault> {
        call.concerns(ResourceName { kind: "AWS::Lambda::Function".into(), name: self.arn() });
        let on = self.resource(call);
        call.authorize_as::<A>(Ask::new(action).on(on).with(context))
    }
}

/// A function as a resource, with the values of its tags.
pub(super) fn resource(
    store_key: &sotto_kms::StoreKey,
    arn: &Public<String>,
    account: &AccountId,
    function: Option<&Function>,
) -> Resource {
    let mut resource = Resource::new(arn.get()).of_account(account);
    for (key, sealed) in function.iter().flat_map(|function| &function.tags) {
        let uid = function.map_or(0, |function| function.uid);
        if let Some(raw) = super::code::opened_text(store_key, &super::code::tag_place(uid, key), sealed) {
            resource = resource.with_tag(key.get(), raw);
        }
    }
    resource
}

struct Read {
    region: Option<Region>,
    account: Option<AccountId>,
    name: Public<String>,
    qualifier: Option<Public<String>>,
}

/// `[arn:PARTITION:lambda:REGION:][ACCOUNT:][function:]NAME[:QUALIFIER]`.
fn read(named: &Public<String>) -> Option<Read> {
    let mut parts: Vec<&str> = named.get().split(':').collect();
    let (mut region, mut account) = (None, None);
    if parts.first() == Some(&"arn") {
        let rest = parts.split_off(3.min(parts.len()));
        if parts.get(2) != Some(&"lambda") {
            return None;
        }
        parts = rest;
        region = Some(Region::parse(parts.first()?).ok()?);
        parts.remove(0);
    }
    if parts.first().is_some_and(|part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.len() > 1
    {
        account = Some(AccountId::parse(parts.remove(0)).ok()?);
    }
    if parts.first() == Some(&"function") && parts.len() > 1 {
        parts.remove(0);
    }
    let (name, qualifier) = match parts.as_slice() {
        [name] => (name, None),
        [name, qualifier] => (name, Some(configured(qualifier))),
        _ => return None,
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let fits = (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(allowed);
    fits.then(|| Read { region, account, name: configured(name), qualifier })
}

/// Characters of a function's name (AWS Lambda API Reference, "CreateFunction").
const NAME_CHARS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_three_ways() {
        let name = |text: &str| {
            let read = read(&configured(&text))?;
            let account = read.account.map(|account| account.as_str().to_owned());
            let region = read.region.map(|region| region.as_str().to_owned());
            Some((region, account, read.name.into_inner(), read.qualifier.map(Public::into_inner)))
        };
        let some = |text: &str| Some(text.to_owned());
        let f = || "my-function".to_owned();
        for (text, wanted) in [
            ("my-function", Some((None, None, f(), None))),
            ("my-function:$LATEST", Some((None, None, f(), some("$LATEST")))),
            ("111122223333:function:my-function", Some((None, some("111122223333"), f(), None))),
            (
                "arn:aws:lambda:eu-central-1:111122223333:function:my-function:1",
                Some((some("eu-central-1"), some("111122223333"), f(), some("1"))),
            ),
            ("arn:aws:s3:::my-function", None),
            ("arn:aws:lambda", None),
            ("a:b:c", None),
            ("", None),
            ("with space", None),
        ] {
            assert_eq!(name(text), wanted, "{text}");
        }
        assert!(
            name(&"a".repeat(NAME_CHARS_MAX)).is_some() && name(&"a".repeat(NAME_CHARS_MAX + 1)).is_none()
        );
    }
}
