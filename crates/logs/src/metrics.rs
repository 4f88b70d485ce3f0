//! What do metrics look like that filters make of events? Statistics per minute, kept by the hour.
//!
//! A [`MetricPoint`] goes into the write-ahead log with the events that it came from; what is durable there is added to the
//! hours in storage once, however often it is replayed. Each process has hours of its own, and readers add them up: two
//! processes never wait for each other. Values of dimensions are stored text.

use crate::{LogsError, Millis, Scope};
use sotto_public::{LogSafe, Place, Public, RestingText, Storable, StoredRecord};
use sotto_storage::{Batch, PAGE_ROWS_MAX, Scan, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Most hours of one metric that are read at once: about 15 months, as long as CloudWatch keeps hours.
pub const METRIC_HOURS_MAX: usize = 11_000;
/// Most metrics that are listed at once.
pub const METRICS_LISTED_MAX: usize = 10_000;
pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Which metric: namespace, name, dimensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub struct MetricId {
    /// Account and Region.
    pub scope: Scope,
    /// Namespace.
    pub namespace: Public<String>,
    /// Name.
    pub name: Public<String>,
    /// Names and values of dimensions, in the order of their names.
    pub dimensions: Vec<MetricDimension>,
}

/// A dimension with its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Storable)]
pub struct MetricDimension {
    /// Its name.
    pub name: RestingText,
    /// Its value.
    pub value: RestingText,
}

impl MetricDimension {
    fn key(&self) -> (&str, &str) {
        (self.name.as_str(), self.value.as_str())
    }
}

impl PartialOrd for MetricDimension {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MetricDimension {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq, Storable)]
pub struct MetricPoint {
    /// Of which metric.
    pub metric: MetricId,
    /// The unit.
    pub unit: Option<Public<String>>,
    /// When.
    pub at: Millis,
    /// How much.
    pub value: Value,
    /// How often.
    pub times: u64,
}

/// A number with a fraction, as storage keeps it: by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub struct Value(u64);

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self(number.to_bits())
    }
}

impl From<Value> for f64 {
    fn from(value: Value) -> Self {
        Self::from_bits(value.0)
    }
}

/// What is kept of the values of one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub struct Statistics {
    /// How many.
    pub count: u64,
    sum: Value,
    min: Value,
    max: Value,
}

impl Statistics {
    /// Of one value that came so often.
    pub fn of(value: f64, times: u64) -> Self {
        Self { count: times, sum: (value * times as f64).into(), min: value.into(), max: value.into() }
    }

    /// Of values that somebody else counted: how many, their sum, the smallest and the largest.
    pub fn counted(count: u64, sum: f64, (min, max): (f64, f64)) -> Self {
        Self { count, sum: sum.into(), min: min.into(), max: max.into() }
    }

    /// Of both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            sum: (self.sum() + other.sum()).into(),
            min: self.min().min(other.min()).into(),
            max: self.max().max(other.max()).into(),
        }
    }

    /// The sum of all values.
    pub fn sum(self) -> f64 {
        self.sum.into()
    }

    /// The smallest value.
    pub fn min(self) -> f64 {
        self.min.into()
    }

    /// The largest value.
    pub fn max(self) -> f64 {
        self.max.into()
    }

    /// The mean of all values.
    pub fn average(self) -> f64 {
        self.sum() / self.count as f64
    }
}

/// Statistics of one hour, as one process counted them.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) struct MetricHour {
    pub(crate) metric: MetricId,
    pub(crate) unit: Option<Public<String>>,
    pub(crate) minutes: BTreeMap<u16, Statistics>,
}

impl StoredRecord for MetricHour {
    const KIND: &'static str = "metric-hour";
}

/// That there is a metric, and when it last got a value.
#[derive(Clone, Debug, PartialEq, Storable)]
struct Known {
    metric: MetricId,
    unit: Option<Public<String>>,
    last: Millis,
}

impl StoredRecord for Known {
    const KIND: &'static str = "metric-known";
}

fn known_place(scope: &Scope) -> Place {
    scope.below(Place::new("metric-known"))
}

impl MetricId {
    fn below(&self, place: Place) -> Place {
        place.with(&self.namespace).with(&self.name).with(&self.dimensions_hash())
    }

    /// Bytes of its names, about.
    fn bytes(&self) -> usize {
        let of = |one: &MetricDimension| one.name.as_str().len() + one.value.as_str().len();
        self.namespace.get().len() + self.name.get().len() + self.dimensions.iter().map(of).sum::<usize>()
    }

    fn hours(&self) -> Place {
        self.below(self.scope.below(Place::new("metric-hour")))
    }

    /// Tells sets of dimensions apart in places, which hold no resting text; readers compare the sets themselves.
    fn dimensions_hash(&self) -> u128 {
        let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
        let texts =
            self.dimensions.iter().flat_map(|dimension| [dimension.name.as_str(), dimension.value.as_str()]);
        // FNV-1a with 128 bits; texts are parted by a byte that UTF-8 has not.
        for byte in texts.flat_map(|text| text.bytes().chain([0xff])) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
        hash
    }
}

/// Points of one hour of one metric, added up.
pub(crate) type Sums = BTreeMap<(MetricId, i64), MetricHour>;

/// Statistics of one metric at one instant, which somebody else counted.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSet {
    /// Of which metric.
    pub metric: MetricId,
    /// The unit.
    pub unit: Option<Public<String>>,
    /// When.
    pub at: Millis,
    /// What.
    pub statistics: Statistics,
}

/// Adds points up.
pub(crate) fn sum_up(points: impl IntoIterator<Item = MetricPoint>, sums: &mut Sums) {
    for point in points {
        let statistics = Statistics::of(point.value.into(), point.times);
        add(sums, MetricSet { metric: point.metric, unit: point.unit, at: point.at, statistics });
    }
}

fn add(sums: &mut Sums, set: MetricSet) {
    let hour = set.at.0.div_euclid(HOUR_MS);
    let minute = u16::try_from(set.at.0.rem_euclid(HOUR_MS) / MINUTE_MS).unwrap_or(0);
    let sum = sums.entry((set.metric.clone(), hour)).or_insert_with(|| MetricHour {
        metric: set.metric,
        unit: set.unit,
        minutes: BTreeMap::new(),
    });
    let held = sum.minutes.get(&minute).copied();
    sum.minutes.insert(minute, held.map_or(set.statistics, |held| held.joined(set.statistics)));
}

/// Bytes of hours in one transaction, about.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of an hour's statistics, about.
const HOUR_BYTES: usize = 2 * 1024;

/// Adds statistics to their metrics: durable when this returns. One at a time may add as one writer.
///
/// # Errors
/// [`LogsError::LimitExceeded`] when there are too many metrics; storage's errors, after which a part may be there.
pub async fn add_statistics(store: &dyn Store, writer: u128, sets: Vec<MetricSet>) -> Result<(), LogsError> {
    let mut sums = Sums::new();
    sets.into_iter().for_each(|set| add(&mut sums, set));
    let mut room = Room::default();
    let (mut batch, mut bytes) = (Batch::new(), 0);
    for ((metric, hour), sum) in sums {
        let place = hour_place(&metric, hour, writer);
        let row = store.get(place.clone()).await?;
        if row.is_none() && !room.takes(store, &metric).await? {
            return Err(LogsError::LimitExceeded("An account has at most 10000 metrics in a Region"));
        }
        bytes += HOUR_BYTES + 2 * metric.bytes();
        write_hour(&mut batch, (&place, row.map(|row| row.read()).transpose()?), sum, hour);
        if bytes >= BATCH_BYTES {
            store.commit(std::mem::take(&mut batch)).await?;
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        store.commit(batch).await?;
    }
    Ok(())
}

/// How much room is left for metrics that are not there yet, by account and Region.
#[derive(Default)]
pub(crate) struct Room(BTreeMap<Scope, usize>, BTreeSet<MetricId>);

impl Room {
    /// Whether a metric may be there: it is, or there is room for one more. What the service counts by itself always may.
    pub(crate) async fn takes(&mut self, store: &dyn Store, metric: &MetricId) -> Result<bool, LogsError> {
        let is_own = metric.namespace.get().starts_with(VENDED);
        let known = metric.below(known_place(&metric.scope));
        if is_own || self.1.contains(metric) || store.get(known).await?.is_some() {
            return Ok(true);
        }
        let left = match self.0.get(&metric.scope) {
            Some(left) => *left,
            None => METRICS_LISTED_MAX.saturating_sub(count_metrics(store, &metric.scope).await?),
        };
        self.0.insert(metric.scope.clone(), left.saturating_sub(1));
        self.1.insert(metric.clone());
        Ok(left > 0)
    }
}

/// What namespaces of services begin with.
const VENDED: &str = "AWS/";

async fn count_metrics(store: &dyn Store, scope: &Scope) -> Result<usize, LogsError> {
    let (mut count, mut scan) = (0, Scan::below(&known_place(scope)));
    loop {
        let rows = store.range(scan.clone()).await?;
        count += rows.len();
        match rows.last() {
            Some(last) if rows.len() >= PAGE_ROWS_MAX && count < METRICS_LISTED_MAX => {
                scan = scan.after(&last.place);
            }
            _ => return Ok(count),
        }
    }
}

/// Where an hour of a metric stands, as one writer counts it.
pub(crate) fn hour_place(metric: &MetricId, hour: i64, writer: u128) -> Place {
    metric.hours().with(&u64::try_from(hour).unwrap_or(0)).with(&writer)
}

/// Puts what is to be stored of an hour into a batch: what was there, and what came.
pub(crate) fn write_hour(
    batch: &mut Batch,
    (place, held): (&Place, Option<MetricHour>),
    mut sum: MetricHour,
    hour: i64,
) {
    for (minute, statistics) in held.map(|held| held.minutes).unwrap_or_default() {
        let came = sum.minutes.get(&minute).copied();
        sum.minutes.insert(minute, came.map_or(statistics, |came| came.joined(statistics)));
    }
    let last = sum.minutes.keys().next_back().copied().unwrap_or(0);
    let last = Millis(hour * HOUR_MS + i64::from(last) * MINUTE_MS);
    let known = Known { metric: sum.metric.clone(), unit: sum.unit.clone(), last };
    batch.put(place, &sum).put(&sum.metric.below(known_place(&sum.metric.scope)), &known);
}

/// A metric that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricListed {
    /// Which.
    pub metric: MetricId,
    /// Its unit.
    pub unit: Option<Public<String>>,
    /// When it last got a value, to the minute.
    pub last: Millis,
}

/// All metrics of an account and Region, in the order of namespace and name.
///
/// # Errors
/// When storage does not answer.
pub async fn list_metrics(store: &dyn Store, scope: &Scope) -> Result<Vec<MetricListed>, LogsError> {
    let (mut all, mut scan) = (Vec::new(), Scan::below(&known_place(scope)));
    while all.len() < METRICS_LISTED_MAX {
        let rows = store.range(scan.clone()).await?;
        for row in &rows {
            let Known { metric, unit, last } = row.read()?;
            all.push(MetricListed { metric, unit, last });
        }
        match rows.last() {
            Some(last) if rows.len() >= PAGE_ROWS_MAX => scan = scan.after(&last.place),
            _ => break,
        }
    }
    all.truncate(METRICS_LISTED_MAX);
    Ok(all)
}

/// Statistics of a metric by minute, from an instant to another that is not included. What events added less than a second
/// ago may be missing.
///
/// # Errors
/// When storage does not answer.
pub async fn metric_minutes(
    store: &dyn Store,
    metric: &MetricId,
    (from, to): (Millis, Millis),
) -> Result<BTreeMap<Millis, Statistics>, LogsError> {
    let hour = |at: Millis| u64::try_from(at.0.div_euclid(HOUR_MS)).unwrap_or(0);
    let below = metric.hours();
    let mut scan =
        Scan::below(&below).from(&below.clone().with(&hour(from))).through(&below.clone().with(&hour(to)));
    let (mut minutes, mut read) = (BTreeMap::new(), 0);
    while read < METRIC_HOURS_MAX {
        let rows = store.range(scan.clone()).await?;
        read += rows.len();
        for row in &rows {
            let held: MetricHour = row.read()?;
            let Some(hour) = hour_of(&below, &row.place).filter(|_| held.metric == *metric) else { continue };
            for (minute, statistics) in held.minutes {
                let at = Millis(hour * HOUR_MS + i64::from(minute) * MINUTE_MS);
                if (from..to).contains(&at) {
                    minutes
                        .entry(at)
                        .and_modify(|sum: &mut Statistics| *sum = sum.joined(statistics))
                        .or_insert(statistics);
                }
            }
        }
        match rows.last() {
            Some(last) if rows.len() >= PAGE_ROWS_MAX => scan = scan.after(&last.place),
            _ => break,
        }
    }
    Ok(minutes)
}

/// The hour in the place of a record: the number behind the metric's own place.
fn hour_of(below: &Place, place: &Place) -> Option<i64> {
    let rest = place.as_bytes().strip_prefix(below.as_bytes())?;
    let (_, number) = rest.split_first()?;
    number.first_chunk::<16>().and_then(|bytes| i64::try_from(u128::from_be_bytes(*bytes)).ok())
}
