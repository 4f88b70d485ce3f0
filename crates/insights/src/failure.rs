//! Which cause do we give when the query library fails? One of the protocol's, never the library's words: they quote cells
//! and callers' text.

use datafusion::common::DataFusionError;
use sotto_query::engine::Failure;

/// The cause of an error while a plan ran.
pub(crate) fn cause(error: &DataFusionError) -> Failure {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => Failure::Memory,
        DataFusionError::ParquetError(_) | DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => {
            Failure::Segment
        }
        _ => Failure::Internal,
    }
}

/// The cause of an error while SQL text became a plan.
pub(crate) fn cause_in_sql(error: &DataFusionError) -> Failure {
    match cause(error) {
        Failure::Internal => Failure::Sql,
        other => other,
    }
}
