//! Exports and destinations of other kinds: asked for like everything else, and refused with the one sentence about kinds of
//! destinations that are not here. There are no buckets and no streams to send to, so there is no task and no destination.
//!
//! CloudWatch Logs API Reference, "CreateExportTask", "DescribeExportTasks", "CancelExportTask", "PutDestination".

use super::{Meant, fault, may, may_generally};
use crate::call::Call;
use crate::desk::Answered;
use sotto_logs::LogsError;
use sotto_wire::{Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateExportTask" => create(call),
        "DescribeExportTasks" => none(call, "logs:DescribeExportTasks", "exportTasks"),
        "CancelExportTask" => {
            gone(call, "logs:CancelExportTask", "The specified export task does not exist.")
        }
        "PutDestination" => refused(call, "logs:PutDestination", "Kinesis stream"),
        "DescribeDestinations" => none(call, "logs:DescribeDestinations", "destinations"),
        "DeleteDestination" => gone(call, "logs:DeleteDestination", NO_DESTINATION),
        "PutDestinationPolicy" => gone(call, "logs:PutDestinationPolicy", NO_DESTINATION),
        _ => return None,
    })
}

const NO_DESTINATION: &str = "The specified destination does not exist.";

fn create(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:CreateExportTask", &meant)?;
    let _there = meant.entry(call)?;
    Err(fault(LogsError::DestinationKind("S3 bucket")))
}

fn refused(call: &mut Call<'_>, action: &'static str, kind: &'static str) -> Answered {
    let _asked = may_generally(call, action)?;
    Err(fault(LogsError::DestinationKind(kind)))
}

fn none(call: &mut Call<'_>, action: &'static str, member: &'static str) -> Answered {
    let _asked = may_generally(call, action)?;
    Ok(Output::new().with(member, Value::List(Vec::new())))
}

fn gone(call: &mut Call<'_>, action: &'static str, words: &'static str) -> Answered {
    let _asked = may_generally(call, action)?;
    Err(fault(LogsError::NotFound(words)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_deliver::DeliverError;

    /// Rooms that do not know each other say the same.
    #[test]
    fn there_is_one_sentence_about_kinds_that_are_not_here() {
        let kinds = ["S3 bucket", "Firehose delivery stream", "Kinesis stream", "Lambda function"];
        for kind in kinds {
            assert_eq!(DeliverError::Kind(kind).to_string(), LogsError::DestinationKind(kind).to_string());
        }
    }
}
