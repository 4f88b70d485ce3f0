//! Which service answers which call? One line per service; what has no line here is answered by [`crate::unserved`].

use crate::call::Call;
use sotto_arn::Action;
use sotto_aws_model::Protocol;
use sotto_trail::NameFinding;
use sotto_wire::{Common, Fault, Output, message};

/// Tables of the services that have a file.
const SERVED: [&str; 11] = [
    "cloudtrail",
    "cloudwatch",
    "iam",
    "kms",
    "lambda",
    "lexv2-models",
    "lexv2-runtime",
    "logs",
    "organizations",
    "sotto",
    "sts",
];

/// Operations that give away something although they change nothing: they are on record before their answer.
const SENSITIVE: [&str; 3] =
    ["sts:GetSessionToken", "sts:GetFederationToken", "iam:GenerateCredentialReport"];

/// Whether a service's file answers calls of this table.
pub(crate) fn is_served(call: &sotto_wire::Call) -> bool {
    call.table().is_some_and(|table| SERVED.contains(&table))
}

/// Operations that ask functions in their midst, or keep what somebody said.
const TURNS: [&str; 4] = ["RecognizeText", "RecognizeUtterance", "PutSession", "DeleteSession"];

/// Whether an operation goes on when its caller hangs up: what a function did, the session, the log of the conversation and the
/// record are then as if he had waited.
pub(crate) fn outlives(call: &sotto_wire::Call) -> bool {
    call.prefix() == Some("lex") && call.operation_name().is_some_and(|name| TURNS.contains(&name))
}

/// Whether the answer waits for its record although nothing changes.
pub(crate) fn is_sensitive(action: &Action) -> bool {
    SENSITIVE.iter().any(|sensitive| sensitive.eq_ignore_ascii_case(action.as_str()))
}

/// Operations that carry data and change no setting: CloudTrail calls their events data events. They are on record within a
/// second, as reads are; what they carry is durable before they are answered.
const DATA: [&str; 1] = ["logs:PutLogEvents"];

/// Whether the record of a call may come soon after its answer.
pub(crate) fn is_data(action: &Action) -> bool {
    DATA.iter().any(|data| data.eq_ignore_ascii_case(action.as_str()))
}

/// A refusal of the codec under the name that the service gives it: Organizations has no `ValidationException` (AWS
/// Organizations API Reference, "InvalidInputException"), IAM has sentences of its own for paths and names, and the older
/// operations of CloudWatch Logs answer `InvalidParameterException` (recorded answers).
pub(crate) fn reworded(call: &sotto_wire::Call, fault: Fault) -> Fault {
    if fault.code(Protocol::Json) != "ValidationException" {
        return fault;
    }
    let words = fault.message().to_string();
    match call.prefix().unwrap_or_default() {
        "logs" if !call.has_error("ValidationException") => {
            Fault::new("InvalidParameterException", fault.message().clone())
        }
        "organizations" => invalid_input(&words),
        "iam" => ill_formed(&words).map_or(fault, |said| Fault::common(Common::Validation, said)),
        _ => fault,
    }
}

macro_rules! ill_named {
    ($($member:literal)*) => {
        [$((
            concat!("'", $member, "'"),
            concat!(
                "The specified value for ", $member,
                " is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
            ),
        )),*]
    };
}

/// What IAM says of a name with other characters than names have.
const NAMES: [(&str, &str); 5] =
    ill_named!["userName" "roleName" "groupName" "policyName" "instanceProfileName"];

/// IAM's sentence for a path or a name, where that alone is wrong with a request.
fn ill_formed(words: &str) -> Option<&'static str> {
    let alone = words.starts_with("1 validation error") && words.contains("regular expression");
    if alone && (words.contains("'path'") || words.contains("'newPath'")) {
        return Some(
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
             characters and/or / characters.",
        );
    }
    NAMES.iter().find(|(member, _)| alone && words.contains(member)).map(|(_, said)| *said)
}

/// The refusal of a name that holds something sensitive: where and which kind, never what.
pub(crate) fn sensitive_name(prefix: Option<&str>, finding: &NameFinding) -> Fault {
    let Some(kind) = finding.identifiers.first().cloned() else { return crate::call::internal() };
    let words = message!(
        "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must not hold sensitive data ({})",
        finding.member,
        kind,
    );
    match prefix {
        Some("organizations") => Fault::new("InvalidInputException", words).with("Reason", "INVALID_PATTERN"),
        _ => Fault::common(Common::Validation, words),
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
        "cloudwatch" => crate::cloudwatch::answer(call).await,
        "iam" => crate::iam::answer(call).await,
        "lambda" => crate::lambda::answer(call).await,
        "lexv2-models" => crate::lex::answer_models(call).await,
        "lexv2-runtime" => crate::lex::answer_runtime(call).await,
        "logs" => crate::logs::answer(call).await,
        "kms" => crate::kms::answer(call).await,
        "organizations" => crate::organizations::answer(call).await,
        "sotto" => match crate::lex::answer_own(call).await {
            Some(answer) => answer,
            None => crate::logs::answer_own(call).await,
        },
        "sts" => crate::sts::answer(call).await,
        _ => Err(call.not_served()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_say_in_their_own_words_what_is_wrong() {
        let pattern = "1 validation error detected: Value at 'path' failed to satisfy constraint: Member must satisfy \
                       regular expression pattern: x";
        let call = |table: &str, operation: &str| {
            let service = sotto_aws_model::service(table).unwrap();
            let id = service.operation_id(operation).unwrap();
            sotto_wire::Call::of(&service, id, Protocol::Json)
        };
        let of = |table: &str| match table {
            "iam" => call("iam", "CreateRole"),
            "organizations" => call("organizations", "CreatePolicy"),
            _ => call("sts", "AssumeRole"),
        };
        let code = |operation: &str| {
            let fault = Fault::common(Common::Validation, "1 validation error detected");
            reworded(&call("logs", operation), fault).code(Protocol::Json)
        };
        assert_eq!(code("PutMetricFilter"), "InvalidParameterException");
        assert_eq!(code("CreateDelivery"), "ValidationException");
        for (prefix, words, wanted) in [
            ("iam", pattern, "The specified value for path is invalid."),
            ("organizations", pattern, "You provided a value that does not match"),
            ("sts", pattern, "1 validation error detected"),
            (
                "iam",
                "1 validation error detected: Value at 'roleName': Member must have length less",
                "1 validation",
            ),
            (
                "iam",
                "1 validation error detected: Value at 'roleName': regular expression",
                "The specified value for roleName is invalid.",
            ),
            ("iam", "2 validation errors detected: 'path', 'roleName': regular expression", "2 validation"),
        ] {
            let said = reworded(&of(prefix), Fault::common(Common::Validation, words)).message().to_string();
            assert!(said.starts_with(wanted), "{prefix} {words}: {said}");
        }
    }
}
