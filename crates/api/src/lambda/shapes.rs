//! Functions and layers in answers.

use super::code::{described, member_place, opened_environment, opened_text};
use crate::call::{Call, internal};
use crate::desk::show;
use crate::record::configured;
use sotto_functions::{Code, Function, FunctionScope, LayerVersion, written_time};
use sotto_iam::{Permit, ReadDirectory};
use sotto_public::{Opaque, Public};
use sotto_wire::{Fault, Output, Value};

/// The ARN of a function.
pub(super) fn arn(scope: &FunctionScope, name: &Public<String>) -> Public<String> {
    let (partition, region, account) = (scope.region.partition(), &scope.region, &scope.account);
    configured(&format_args!("arn:{partition}:lambda:{region}:{account}:function:{name}"))
}

/// The ARN of a layer.
pub(super) fn layer_arn(scope: &FunctionScope, name: &Public<String>) -> Public<String> {
    let (partition, region, account) = (scope.region.partition(), &scope.region, &scope.account);
    configured(&format_args!("arn:{partition}:lambda:{region}:{account}:layer:{name}"))
}

/// The log group of a function where nothing else is said.
pub(super) fn log_group(function: &Function) -> Public<String> {
    let usual = || configured(&format_args!("/aws/lambda/{}", function.name));
    function.log_group.clone().unwrap_or_else(usual)
}

/// What whoever asks may see.
pub(super) struct Show<'a, 'c> {
    pub(super) call: &'a Call<'c>,
    pub(super) permit: &'a Permit<ReadDirectory>,
    pub(super) scope: &'a FunctionScope,
}

impl Show<'_, '_> {
    /// A function's configuration.
    pub(super) fn function(&self, function: &Function) -> Result<Output, Fault> {
        let logging = Output::new().with("LogFormat", "Text").with("LogGroup", log_group(function));
        Ok(described(&function.code)
            .with("FunctionName", function.name.clone())
            .with("FunctionArn", arn(self.scope, &function.name))
            .with("Runtime", said(&function.runtime))
            .with("Role", said(&function.role))
            .with("Handler", said(&function.handler))
            .with("Description", self.text(function.uid, "Description", function.description.as_ref())?)
            .with("Timeout", function.timeout_seconds)
            .with("MemorySize", function.memory_mib)
            .with("LastModified", written_time(function.modified_ms))
            .with("Version", "$LATEST")
            .with("Environment", self.environment(function)?)
            .with("TracingConfig", Output::new().with("Mode", "PassThrough"))
            .with("RevisionId", revision(function.revision))
            .with("Layers", self.layers(function))
            .with("State", "Active")
            .with("LastUpdateStatus", "Successful")
            .with("PackageType", "Zip")
            .with("Architectures", Value::list([function.architecture.clone()]))
            .with("EphemeralStorage", Output::new().with("Size", 512_u32))
            .with("SnapStart", Output::new().with("ApplyOn", "None").with("OptimizationStatus", "Off"))
            .with("LoggingConfig", logging))
    }

    fn environment(&self, function: &Function) -> Result<Value, Fault> {
        let Some(sealed) = &function.environment else { return Ok(Value::Absent) };
        let pairs =
            opened_environment(self.call.store_key(), function.uid, Some(sealed)).ok_or_else(internal)?;
        let shown = |(name, value)| {
            let raw = |raw| Ok::<_, Fault>(Value::Shown(show(self.call, self.permit, raw)?));
            Ok((raw(name)?, raw(value)?))
        };
        let variables = pairs.into_iter().map(shown).collect::<Result<Vec<_>, Fault>>()?;
        Ok(Value::Structure(Output::new().with("Variables", Value::Map(variables))))
    }

    fn layers(&self, function: &Function) -> Value {
        if function.layers.is_empty() {
            return Value::Absent;
        }
        let layer = |layer: &Public<String>| {
            let bytes = super::layers::version_at(&self.call.snapshot().rooms.functions, layer)
                .map(|version| version.code.bytes);
            Output::new().with("Arn", layer.clone()).with("CodeSize", bytes.unwrap_or(0))
        };
        Value::list(function.layers.iter().map(layer))
    }

    fn text(&self, uid: u128, member: &'static str, sealed: Option<&Opaque>) -> Result<Value, Fault> {
        let Some(sealed) = sealed else { return Ok(Value::from("")) };
        let raw =
            opened_text(self.call.store_key(), &member_place(uid, member), sealed).ok_or_else(internal)?;
        Ok(Value::Shown(show(self.call, self.permit, raw)?))
    }

    /// A version of a layer.
    pub(super) fn layer(
        &self,
        name: &Public<String>,
        number: u64,
        version: &LayerVersion,
    ) -> Result<Output, Fault> {
        let arn = layer_arn(self.scope, name);
        let of =
            |code: &Code, member, sealed: &Option<Opaque>| self.text(code.object, member, sealed.as_ref());
        Ok(Output::new()
            .with("LayerArn", arn.clone())
            .with("LayerVersionArn", configured(&format_args!("{arn}:{number}")))
            .with("Version", number)
            .with("Description", of(&version.code, "Description", &version.description)?)
            .with("LicenseInfo", of(&version.code, "LicenseInfo", &version.license)?)
            .with("CreatedDate", written_time(version.created_ms))
            .with("CompatibleRuntimes", Value::list(version.runtimes.iter().cloned())))
    }
}

/// A text that a function which stands for an address does not have.
fn said(text: &Public<String>) -> Value {
    match text.get().is_empty() {
        true => Value::Absent,
        false => Value::Text(text.clone()),
    }
}

/// A revision as UUIDs are written (RFC 9562, section 4).
pub(super) fn revision(number: u128) -> Public<String> {
    let digits = format!("{number:032x}");
    let mut written = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            written.push('-');
        }
        written.push(digit);
    }
    configured(&written)
}
