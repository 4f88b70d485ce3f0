//! How many rows went by here? A step of a physical plan that counts and changes nothing.
//!
//! `recordsScanned` of a query is the events of its range that were read. Counting in a step of its own keeps the figure
//! right whatever the optimiser does above: filters are pushed no further down than to here.

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the rows of its input.
#[derive(Debug, Clone)]
pub(crate) struct CountExec {
    input: Arc<dyn ExecutionPlan>,
    count: Arc<AtomicU64>,
}

impl CountExec {
    /// Counts into a number that others may read while the query runs.
    pub(crate) fn new(input: Arc<dyn ExecutionPlan>, count: Arc<AtomicU64>) -> Self {
        Self { input, count }
    }

    /// The rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl DisplayAs for CountExec {
    fn fmt_as(&self, _form: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CountExec")
    }
}

impl ExecutionPlan for CountExec {
    fn name(&self) -> &str {
        "CountExec"
    }

    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().unwrap_or_else(|| Arc::clone(&self.input));
        Ok(Arc::new(Self { input, count: Arc::clone(&self.count) }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let stream = self.input.execute(partition, context)?;
        let count = Arc::clone(&self.count);
        let counted = stream.inspect(move |batch| {
            let rows = batch.as_ref().map_or(0, |batch| batch.num_rows());
            count.fetch_add(rows as u64, Ordering::Relaxed);
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), counted)))
    }
}
