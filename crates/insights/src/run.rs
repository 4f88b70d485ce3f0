//! What are the rows of a request? It is planned, run batch by batch, and its rows go out as they come.
//!
//! Bounds: a pool of memory that all queries share, a time for each, a number of rows. Nothing is written to disk: what
//! does not fit fails, so that no stored text of an encrypted group rests anywhere in clear.

use crate::count::CountExec;
use crate::events::{Events, File, column};
use crate::failure::cause;
use crate::functions::show_number;
use crate::keys::SegmentKeys;
use crate::{lower, sql};
use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use datafusion::arrow::buffer::Buffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, UInt32Type};
use datafusion::arrow::ipc::reader::StreamDecoder;
use datafusion::common::DataFusionError;
use datafusion::datasource::provider_as_source;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use sotto_public::EventId;
use sotto_query::engine::{
    Answer, EventRef, FRAME_BYTES_MAX, Failure, PROTOCOL_VERSION, Query, ROWS_PER_ANSWER_MAX, Request, Row,
    Statistics,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often a running query says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);
/// A row that is longer is cut from an answer of its own; messages are a megabyte at most.
const ANSWER_BYTES_GOAL: usize = FRAME_BYTES_MAX / 8;

const KIB: usize = 1024;

/// What all queries share.
pub struct Engine {
    runtime: Arc<RuntimeEnv>,
    threads: usize,
    /// Room for hot rows, in KiB: they are held while their query runs, and the library does not count them.
    room: Arc<Semaphore>,
}

/// Hot rows of a group: its number in the request, and an Arrow IPC stream.
pub struct Block {
    /// The number of the group.
    pub group: u32,
    /// The stream.
    pub rows: Vec<u8>,
}

impl Engine {
    /// An engine whose queries together hold this many bytes at most, and as many of hot rows; each on this many threads.
    ///
    /// # Errors
    /// When the query library does not start.
    pub fn new(memory_bytes: usize, threads: usize) -> Result<Self, Failure> {
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(memory_bytes)))
            .with_disk_manager_builder(disk)
            .build_arc();
        let room = Arc::new(Semaphore::new((memory_bytes / KIB).min(Semaphore::MAX_PERMITS)));
        Ok(Self { runtime: runtime.map_err(|error| cause(&error))?, threads, room })
    }

    /// Room for so many bytes of hot rows, for as long as what it gives is kept.
    ///
    /// # Errors
    /// When other queries hold too much.
    pub(crate) fn hold(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Failure> {
        let asked = u32::try_from(bytes / KIB + 1).map_err(|_| Failure::Memory)?;
        Arc::clone(&self.room).try_acquire_many_owned(asked).map_err(|_| Failure::Memory)
    }

    /// Runs a request. Its answers go to `answers`; dropping the future cancels it.
    pub async fn run(&self, request: Request, blocks: Vec<Block>, answers: &Sender<Answer>) {
        let time = Duration::from_millis(request.time_ms_max);
        let last = match tokio::time::timeout(time, self.answer(request, blocks, answers)).await {
            Ok(Ok(statistics)) => Answer::Done(statistics),
            Ok(Err(failure)) => Answer::Failed(failure),
            Err(_) => Answer::Failed(Failure::Time),
        };
        let _ = answers.send(last).await;
    }

    async fn answer(
        &self,
        request: Request,
        blocks: Vec<Block>,
        answers: &Sender<Answer>,
    ) -> Result<Statistics, Failure> {
        if request.version != PROTOCOL_VERSION {
            return Err(Failure::Version);
        }
        let context = self.session();
        let prepared = prepare(&context, &request, blocks).await?;
        let physical =
            context.state().create_physical_plan(&prepared.plan).await.map_err(|error| cause(&error))?;
        let columns = prepared.columns.clone();
        let mut sent =
            Sent { prepared: &prepared, answers, sums: BTreeMap::new(), rows: 0, rows_max: request.rows_max };
        sent.send(Answer::Columns(columns)).await;
        let mut batches =
            execute_stream(Arc::clone(&physical), context.task_ctx()).map_err(|error| cause(&error))?;
        let mut tick = tokio::time::interval(PROGRESS_EVERY);
        tick.tick().await;
        loop {
            tokio::select! {
                batch = batches.next() => match batch {
                    Some(Ok(batch)) => sent.batch(&batch).await?,
                    Some(Err(error)) => return Err(cause(&error)),
                    None => break,
                },
                _ = tick.tick() => sent.send(Answer::Progress(prepared.statistics(&physical, false))).await,
            }
        }
        sent.summary().await;
        Ok(prepared.statistics(&physical, true))
    }

    fn session(&self) -> SessionContext {
        let config = SessionConfig::new().with_target_partitions(self.threads).with_information_schema(false);
        SessionContext::new_with_config_rt(config, Arc::clone(&self.runtime))
    }
}

/// A plan that is ready to run.
struct Prepared {
    plan: LogicalPlan,
    columns: Vec<String>,
    of_events: bool,
    summed: Vec<usize>,
    events: Arc<Events>,
    groups: u64,
}

async fn prepare(
    context: &SessionContext,
    request: &Request,
    blocks: Vec<Block>,
) -> Result<Prepared, Failure> {
    let files = files(request)?;
    let keys = keys(request);
    let batches = read_blocks(blocks, request.groups.len())?;
    let fields = match &request.query {
        Query::Insights(plan) => lower::fields_of(plan),
        Query::Sql(_) => discovered(&files, &keys, &batches)?,
    };
    let mut events = Events::new(&fields, files, Arc::clone(&keys), ranges(request));
    for (group, batch) in &batches {
        events.add_block(*group, batch).map_err(|error| cause(&error))?;
    }
    let events = Arc::new(events);
    let groups = request.groups.len() as u64;
    match &request.query {
        Query::Insights(plan) => {
            let lowered = insights(plan, Arc::clone(&events), request).map_err(|error| cause(&error))?;
            let lower::Lowered { plan, columns, of_events, summed } = lowered;
            Ok(Prepared { plan, columns, of_events, summed, events, groups })
        }
        Query::Sql(text) => {
            let plan = sql::plan(context, text, Arc::clone(&events), &fields, &request.groups).await?;
            let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
            Ok(Prepared { plan, columns, of_events: false, summed: Vec::new(), events, groups })
        }
    }
}

fn insights(
    plan: &sotto_query::Plan,
    events: Arc<Events>,
    request: &Request,
) -> Result<lower::Lowered, DataFusionError> {
    let scan = LogicalPlanBuilder::scan("events", provider_as_source(events), None)?.build()?;
    lower::lower(plan, scan, request.groups.clone(), request.now_ms, request.rows_max)
}

/// The range of the request, and where those of its groups begin.
fn ranges(request: &Request) -> ((i64, i64), Vec<i64>) {
    let starts = request.groups.iter().map(|group| group.start_ms).collect();
    ((request.start_ms, request.end_ms), starts)
}

fn files(request: &Request) -> Result<Vec<File>, Failure> {
    let numbered = (0_u32..).zip(&request.groups);
    let paths = numbered.flat_map(|(group, own)| own.segments.iter().map(move |segment| (group, segment)));
    paths
        .map(|(group, segment)| {
            let bytes = std::fs::metadata(&segment.path).map_err(|_| Failure::Segment)?.len();
            Ok(File { group, path: segment.path.clone(), bytes })
        })
        .collect()
}

fn keys(request: &Request) -> Arc<SegmentKeys> {
    let segments = request.groups.iter().flat_map(|group| &group.segments);
    let keys = segments.filter_map(|segment| Some((segment.path.clone(), segment.key.clone()?)));
    Arc::new(SegmentKeys::new(keys))
}

fn read_blocks(blocks: Vec<Block>, groups: usize) -> Result<Vec<(u32, RecordBatch)>, Failure> {
    let mut batches = Vec::new();
    for block in blocks {
        if block.group as usize >= groups {
            return Err(Failure::Request);
        }
        let (mut rows, mut decoder) = (Buffer::from_vec(block.rows), StreamDecoder::new());
        while let Some(batch) = decoder.decode(&mut rows).map_err(|_| Failure::Request)? {
            batches.push((block.group, batch));
        }
        decoder.finish().map_err(|_| Failure::Request)?;
    }
    Ok(batches)
}

/// The discovered fields that any segment or block has: SQL text may name each.
fn discovered(
    files: &[File],
    keys: &SegmentKeys,
    blocks: &[(u32, RecordBatch)],
) -> Result<Vec<String>, Failure> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| names.extend(name.strip_prefix(column::FIELD_PREFIX).map(str::to_owned));
    for file in files {
        let opened = std::fs::File::open(&file.path).map_err(|_| Failure::Segment)?;
        let mut options = ArrowReaderOptions::new();
        if let Some(properties) = keys.properties(&file.path).map_err(|_| Failure::Segment)? {
            options = options.with_file_decryption_properties(properties);
        }
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(opened, options)
            .map_err(|_| Failure::Segment)?;
        reader.schema().fields().iter().for_each(|field| add(field.name()));
    }
    for (_, block) in blocks {
        block.schema().fields().iter().for_each(|field| add(field.name()));
    }
    Ok(names.into_iter().collect())
}

impl Prepared {
    fn statistics(&self, physical: &Arc<dyn ExecutionPlan>, done: bool) -> Statistics {
        let scanned = self.events.scanned().load(Ordering::Relaxed);
        Statistics {
            records_matched: matched(physical).0,
            records_scanned: scanned,
            bytes_scanned: if done || scanned > 0 { self.events.bytes() } else { 0 },
            groups_scanned: self.groups,
        }
    }
}

/// How many events the conditions hold for, and whether rows here still are the events that were read: what the last
/// filter lets through before anything joins, orders or cuts the rows.
fn matched(step: &Arc<dyn ExecutionPlan>) -> (u64, bool) {
    if let Some(count) = step.downcast_ref::<CountExec>() {
        return (count.rows(), true);
    }
    let below =
        step.children().into_iter().map(matched).fold(None, |sum: Option<(u64, bool)>, (rows, plain)| {
            match sum {
                None => Some((rows, plain)),
                Some((all, also)) => Some((all + rows, plain && also)),
            }
        });
    let (rows, plain) = below.unwrap_or((0, false));
    let name = step.name();
    match plain && step.is::<FilterExec>() {
        true => (step.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0) as u64, true),
        false => (
            rows,
            plain
                && [
                    "ProjectionExec",
                    "RepartitionExec",
                    "CoalesceBatchesExec",
                    "CooperativeExec",
                    "CoalescePartitionsExec",
                ]
                .contains(&name),
        ),
    }
}

/// What has gone out.
struct Sent<'a> {
    prepared: &'a Prepared,
    answers: &'a Sender<Answer>,
    /// Sums of columns for a last row.
    sums: BTreeMap<usize, f64>,
    rows: u64,
    rows_max: u64,
}

impl Sent<'_> {
    /// Whoever reads may have gone; then the query is cancelled from there.
    async fn send(&self, answer: Answer) {
        let _ = self.answers.send(answer).await;
    }

    async fn batch(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let count = self.prepared.columns.len();
        let texts = batch.columns().iter().take(count).map(|column| cast(column, &DataType::Utf8));
        let texts: Vec<_> = texts.collect::<Result<_, _>>().map_err(|_| Failure::Internal)?;
        let texts: Vec<&StringArray> =
            texts.iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
        let mut rows = Vec::new();
        let mut bytes = 0;
        for at in 0..batch.num_rows() {
            if self.rows >= self.rows_max {
                break;
            }
            self.rows += 1;
            let values: Vec<Option<String>> = texts.iter().map(|column| value(column, at)).collect();
            self.add(&values);
            bytes += values.iter().flatten().map(String::len).sum::<usize>();
            rows.push(Row { values, event: self.event(batch, at) });
            if rows.len() >= ROWS_PER_ANSWER_MAX || bytes >= ANSWER_BYTES_GOAL {
                self.send(Answer::Rows(std::mem::take(&mut rows))).await;
                bytes = 0;
            }
        }
        if !rows.is_empty() {
            self.send(Answer::Rows(rows)).await;
        }
        Ok(())
    }

    fn event(&self, batch: &RecordBatch, at: usize) -> Option<EventRef> {
        if !self.prepared.of_events {
            return None;
        }
        let [group, stream, event] =
            [0, 1, 2].map(|offset| batch.columns().get(self.prepared.columns.len() + offset));
        let group = group?.as_primitive_opt::<UInt32Type>()?.value(at);
        let stream = value(stream?.as_string_opt::<i32>()?, at)?;
        let id = event?.as_fixed_size_binary_opt()?.value(at).try_into().ok()?;
        Some(EventRef { group, stream, event: EventId::from_bytes(id).to_string() })
    }

    fn add(&mut self, values: &[Option<String>]) {
        for column in &self.prepared.summed {
            let number = values.get(*column).and_then(|value| value.as_deref()?.parse::<f64>().ok());
            if let Some(number) = number.filter(|number| number.is_finite()) {
                *self.sums.entry(*column).or_default() += number;
            }
        }
    }

    /// The last row of `addtotals col=true`.
    async fn summary(&self) {
        if self.sums.is_empty() {
            return;
        }
        let sum = |at: usize| self.sums.get(&at).copied().and_then(show_number);
        let values = (0..self.prepared.columns.len()).map(sum).collect();
        self.send(Answer::Rows(vec![Row { values, event: None }])).await;
    }
}

fn value(column: &StringArray, at: usize) -> Option<String> {
    (!column.is_null(at)).then(|| column.value(at).to_owned())
}
