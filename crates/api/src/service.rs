//! Which service answers which call? One line per service; what has no line here is answered by [`crate::unserved`].

use crate::call::Call;
use sotto_arn::Action;
use sotto_aws_model::Protocol;
use sotto_wire::{Fault, Output};

/// Tables of the services that have a file.
const SERVED: [&str; 4] = ["cloudtrail", "iam", "organizations", "sts"];

/// Operations that give away something although they change nothing: they are on record before their answer.
const SENSITIVE: [&str; 3] =
    ["sts:GetSessionToken", "sts:GetFederationToken", "iam:GenerateCredentialReport"];

/// Whether a service's file answers calls of this table.
pub(crate) fn is_served(call: &sotto_wire::Call) -> bool {
    call.table().is_some_and(|table| SERVED.contains(&table))
}

/// Whether the answer waits for its record although nothing changes.
pub(crate) fn is_sensitive(action: &Action) -> bool {
    SENSITIVE.iter().any(|sensitive| sensitive.eq_ignore_ascii_case(action.as_str()))
}

/// A refusal of the codec under the name that the service gives it: Organizations has no `ValidationException` (AWS
/// Organizations API Reference, "InvalidInputException").
pub(crate) fn reworded(prefix: &str, fault: Fault) -> Fault {
    let invalid = prefix == "organizations" && fault.code(Protocol::Json) == "ValidationException";
    match invalid {
        true => invalid_input(&fault.message().to_string()),
        false => fault,
    }
}

/// The words that Organizations has for each kind of violation; what was violated where stays out of them, as on AWS.
fn invalid_input(words: &str) -> Fault {
    let (said, reason) = match words {
        words if words.contains("enum value set") => ("You specified an invalid value.", "INVALID_ENUM"),
        words if words.contains("regular expression") => {
            ("You provided a value that does not match the required pattern.", "INVALID_PATTERN")
        }
        words if words.contains("length less") => {
            ("You provided a value that is too long.", "MAX_LENGTH_EXCEEDED")
        }
        words if words.contains("length greater") => {
            ("You provided a value that is too short.", "MIN_LENGTH_EXCEEDED")
        }
        _ => ("You provided parameters that are not valid.", "INPUT_REQUIRED"),
    };
    Fault::new("InvalidInputException", said).with("Reason", reason)
}

/// The answer of the service whose operation it is.
pub(crate) async fn answer(call: &mut Call<'_>) -> Result<Output, Fault> {
    match call.wire.table().unwrap_or_default() {
        "cloudtrail" => crate::cloudtrail::answer(call).await,
        "iam" => crate::iam::answer(call).await,
        "organizations" => crate::organizations::answer(call).await,
        "sts" => crate::sts::answer(call).await,
        _ => Err(call.not_served()),
    }
}
