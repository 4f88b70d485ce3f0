//! Which rows does a query run over? The events of its groups: segments on disk and hot rows, within its range of time.
//!
//! One table for all groups, each row with its group's number. Its columns are those that the query names: a field that a
//! segment does not have is missing there. Row groups of segments are left out by their statistics; encrypted segments
//! are read with the key that the request brought for them.

use crate::count::CountExec;
use crate::keys::SegmentKeys;
use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column as PhysicalColumn;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::prelude::{ident, lit};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Columns by name: those of segments, and the number of a row's group in the request, which is made here.
pub(crate) mod column {
    pub(crate) use sotto_query::engine::column::*;
    pub(crate) const GROUP: &str = "group";
}

/// A segment of a group.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) group: u32,
    pub(crate) path: String,
    pub(crate) bytes: u64,
}

/// The table of events.
#[derive(Debug)]
pub(crate) struct Events {
    schema: TableSchema,
    files: Vec<File>,
    keys: Arc<SegmentKeys>,
    blocks: Vec<RecordBatch>,
    block_bytes: u64,
    range_ms: (i64, i64),
    /// First milliseconds of groups, by their numbers.
    starts_ms: Vec<i64>,
    scanned: Arc<AtomicU64>,
}

impl Events {
    /// A table with these discovered fields, in no particular order.
    pub(crate) fn new(
        fields: &[String],
        files: Vec<File>,
        keys: Arc<SegmentKeys>,
        (range_ms, starts_ms): ((i64, i64), Vec<i64>),
    ) -> Self {
        let group: FieldRef = Arc::new(Field::new(column::GROUP, DataType::UInt32, false));
        let schema = TableSchema::builder(Arc::new(stored_schema(fields)))
            .with_table_partition_cols(vec![group])
            .build();
        Self {
            schema,
            files,
            keys,
            blocks: Vec::new(),
            block_bytes: 0,
            range_ms,
            starts_ms,
            scanned: Arc::default(),
        }
    }

    /// Adds hot rows of a group; columns that they lack are missing, others are left out.
    pub(crate) fn add_block(&mut self, group: u32, block: &RecordBatch) -> Result<()> {
        let schema = Arc::clone(self.schema.table_schema());
        let rows = block.num_rows();
        // What its columns hold; they share one buffer, which each would count as a whole.
        let held = block.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0));
        self.block_bytes += held.sum::<usize>() as u64;
        let columns = schema.fields().iter().map(|field| {
            match (field.name().as_str(), block.column_by_name(field.name())) {
                (column::GROUP, _) => Ok(Arc::new(UInt32Array::from(vec![group; rows])) as ArrayRef),
                (_, Some(column)) => Ok(cast(column, field.data_type())?),
                (_, None) => Ok(new_null_array(field.data_type(), rows)),
            }
        });
        let columns: Vec<ArrayRef> = columns.collect::<Result<_>>()?;
        self.blocks.push(RecordBatch::try_new(schema, columns)?);
        Ok(())
    }

    /// Events that were read so far.
    pub(crate) fn scanned(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.scanned)
    }

    /// Bytes of the segments and hot rows.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum::<u64>() + self.block_bytes
    }

    fn in_range(&self) -> Expr {
        let (start, end) = self.range_ms;
        let all = ident(column::TIMESTAMP).gt_eq(lit(start)).and(ident(column::TIMESTAMP).lt_eq(lit(end)));
        let late = (0_u32..).zip(&self.starts_ms).filter(|(_, from)| **from > start);
        late.fold(all, |all, (group, from)| {
            let other = ident(column::GROUP).not_eq(lit(group));
            all.and(other.or(ident(column::TIMESTAMP).gt_eq(lit(*from))))
        })
    }

    /// A condition over the whole table, as the reader of segments takes it.
    fn physical(&self, state: &dyn Session, condition: Expr) -> Result<Arc<dyn PhysicalExpr>> {
        let schema = DFSchema::try_from(Schema::clone(self.schema.table_schema()))?;
        state.create_physical_expr(condition, &schema)
    }

    fn segments(
        &self,
        state: &dyn Session,
        indices: &[usize],
        filters: &[Expr],
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut source = ParquetSource::new(self.schema.clone());
        let conditions = std::iter::once(self.in_range()).chain(filters.iter().cloned());
        if let Some(condition) = conjunction(conditions) {
            source = source.with_predicate(self.physical(state, condition)?);
        }
        let source = source.with_encryption_factory(Arc::clone(&self.keys) as _);
        let groups = self.file_groups(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_projection_indices(Some(indices.to_vec()))?
            .with_file_groups(groups)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// The segments, spread over as many readers as there are.
    fn file_groups(&self, readers: usize) -> Vec<FileGroup> {
        let readers = readers.clamp(1, self.files.len().max(1));
        let share = |reader: usize| self.files.iter().skip(reader).step_by(readers);
        let file = |file: &File| {
            let group = ScalarValue::UInt32(Some(file.group));
            PartitionedFile::new(file.path.clone(), file.bytes).with_partition_values(vec![group])
        };
        (0..readers).map(|reader| FileGroup::new(share(reader).map(file).collect())).collect()
    }
}

fn stored_schema(fields: &[String]) -> Schema {
    let number = |name: &str| Field::new(name, DataType::Int64, true);
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let id = DataType::FixedSizeBinary(column::EVENT_BYTES);
    let mut columns = vec![
        number(column::TIMESTAMP),
        number(column::INGESTION),
        text(column::STREAM),
        Field::new(column::EVENT, id, true),
        text(column::MESSAGE),
        text(column::MASKED),
    ];
    columns.extend(fields.iter().map(|name| text(&format!("{}{name}", column::FIELD_PREFIX))));
    Schema::new(columns)
}

#[async_trait::async_trait]
impl TableProvider for Events {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Conditions help to leave out row groups, and are checked again for each row.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema().fields().len()).collect();
        let wanted = projection.unwrap_or(&all);
        // Time and group come first, so that the range can be checked whatever is wanted.
        let group = all.len().saturating_sub(1);
        let others = wanted.iter().copied().filter(|index| *index != 0 && *index != group);
        let indices: Vec<usize> = [0, group].into_iter().chain(others).collect();
        let mut inputs = Vec::new();
        if !self.files.is_empty() {
            inputs.push(self.segments(state, &indices, filters)?);
        }
        if !self.blocks.is_empty() {
            inputs.push(MemorySourceConfig::try_new_exec(
                std::slice::from_ref(&self.blocks),
                self.schema(),
                Some(indices.clone()),
            )?);
        }
        let rows: Arc<dyn ExecutionPlan> = match inputs.len() {
            0 => Arc::new(EmptyExec::new(Arc::new(self.schema().project(&indices)?))),
            1 => inputs.pop().unwrap_or_else(|| Arc::new(EmptyExec::new(self.schema()))),
            _ => UnionExec::try_new(inputs)?,
        };
        let schema = DFSchema::try_from(Schema::clone(&rows.schema()))?;
        let in_range = state.create_physical_expr(self.in_range(), &schema)?;
        let within: Arc<dyn ExecutionPlan> = Arc::new(FilterExec::try_new(in_range, rows)?);
        let counted = Arc::new(CountExec::new(within, Arc::clone(&self.scanned)));
        project(counted, &indices, wanted)
    }
}

/// The wanted columns, in their order.
fn project(
    input: Arc<dyn ExecutionPlan>,
    indices: &[usize],
    wanted: &[usize],
) -> Result<Arc<dyn ExecutionPlan>> {
    if indices == wanted {
        return Ok(input);
    }
    let schema = input.schema();
    let places = wanted.iter().filter_map(|index| indices.iter().position(|own| own == index));
    let columns = places.map(|place| {
        let name = schema.field(place).name();
        (Arc::new(PhysicalColumn::new(name, place)) as Arc<dyn PhysicalExpr>, name.clone())
    });
    Ok(Arc::new(ProjectionExec::try_new(columns.collect::<Vec<_>>(), input)?))
}
