//! How is a policy applied to what was stored before it? By a job in the background, which operations of our own begin, describe
//! and stop.
//!
//! Whoever begins one needs the right to put the policy, too: it does to stored events what that does to new ones, and cannot be
//! taken back but by unmasking. The job acts as the service, opens no original, and seals what it masks under the key of the day,
//! so that whoever may unmask sees it as before. Where a customer's key is away it waits. It goes by the policies that hold
//! while it runs and begins anew when these change. What it cannot reach stands in its record.

use super::guard::{Guard, guard, proposed};
use super::keys::{key_of_today, ready};
use super::policies::parsed;
use super::settings::meant;
use super::{Meant, fault, invalid, may, may_generally, may_with, now, now_of, page, scope, shelf};
use crate::api::{Api, Draw};
use crate::call::{Call, internal, unavailable};
use crate::desk::Answered;
use sotto_arn::{Action, LogGroupName};
use sotto_egress::stored_text;
use sotto_iam::Context;
use sotto_logs::{
    Failure, Group, LogsError, Millis, NewRetroactive, News, Range, Retroactive, Run, Segment, Shelf,
    Standing, Unreached, stream_place,
};
use sotto_protect::{Findings, Protected, Sealing};
use sotto_public::{IdentifierId, Malformed, Public};
use sotto_trail::{EventKind, Identity, IdentityKind, Record};
use sotto_wire::{Fault, Output, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Jobs of one answer at most.
const JOBS_MAX: usize = 50;
/// Between two looks for jobs.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long one job is gone on with before another one is.
const SLICE: Duration = Duration::from_secs(10);

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "StartRetroactiveProtection" => start(call).await,
        "DescribeRetroactiveProtections" => describe(call).await,
        "StopRetroactiveProtection" => stop(call).await,
        _ => return None,
    })
}

async fn start(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let dry_run = call.input().flag("dryRun").unwrap_or(false);
    let mut context = Context::new();
    context.set("sotto:DryRun", [dry_run]);
    let _asked = may_with(call, "sotto:StartRetroactiveProtection", &meant, context)?;
    let _asked_for_policy = may(call, "logs:PutDataProtectionPolicy", &meant)?;
    let group = meant.entry(call)?.group;
    ready(call.api, &meant, &group).await?;
    let policy = tried(call, dry_run)?;
    let epoch = call.snapshot().epoch.number();
    let shelf = shelf(call, &meant.scope).ok_or_else(internal)?;
    let home = Home { meant, shelf, group, epoch, policy };
    let rules = home.rules(call.api).await?;
    let Home { meant, group, policy, .. } = home;
    if !rules.protection.protects() {
        return Err(Fault::new(
            "InvalidOperationException",
            "no data protection policy holds for the log group; put one first",
        ));
    }
    let events = call.api.logs.events();
    let there = events.retroactives(&meant.scope).await.map_err(fault)?;
    if there.iter().any(|job| job.group == group.uid && job.ended.is_none()) {
        return Err(running());
    }
    let id = call.request_id().text();
    call.notes.response =
        sotto_trail::Value::Map([("protectionId".into(), sotto_trail::Value::Text(id.clone()))].into());
    call.record().await?;
    let new = NewRetroactive {
        id: id.clone(),
        scope: meant.scope.clone(),
        group: group.uid,
        name: Public::named(&meant.name),
        dry_run,
        begun_by: call.sieve.shown(call.caller().arn()),
        begun: now(call),
        under: rules.fingerprint(),
        epoch,
        policy,
    };
    match events.begin_retroactive(new).await.map_err(fault)? {
        true => Ok(Output::new().with("protectionId", id)),
        false => Err(running()),
    }
}

/// The policy that a dry run tries instead of the group's own, where one is given.
fn tried(call: &Call<'_>, dry_run: bool) -> Result<Option<Public<String>>, Fault> {
    let Some(document) = call.input().public("policyDocument") else { return Ok(None) };
    if !dry_run {
        return Err(invalid(
            "a policyDocument is for a dry run; put the policy to apply it to stored events",
        ));
    }
    parsed(call, document)?;
    Ok(Some(document.clone()))
}

fn running() -> Fault {
    Fault::new("ResourceAlreadyExistsException", "a retroactive protection of the log group is running")
}

async fn stop(call: &mut Call<'_>) -> Answered {
    let (scope, id) = (scope(call)?, call.input().public("protectionId").cloned().ok_or_else(internal)?);
    let events = call.api.logs.events();
    let job = events.retroactives(&scope).await.map_err(fault)?.into_iter().find(|job| job.id == id);
    let Some(job) = job else {
        // Who may not ask learns nothing of what there is.
        let _asked = may_generally(call, "sotto:StopRetroactiveProtection")?;
        return Err(no_such());
    };
    let _asked = may(call, "sotto:StopRetroactiveProtection", &of(&job)?)?;
    call.record().await?;
    match events.stop_retroactive(&scope, &id).await.map_err(fault)? {
        Some(job) => Ok(Output::new().with("protection", shown(&job)?)),
        None => Err(Fault::new("InvalidOperationException", "the retroactive protection has ended")),
    }
}

fn no_such() -> Fault {
    Fault::new("ResourceNotFoundException", "The specified retroactive protection does not exist.")
}

/// The group of a job.
fn of(job: &Retroactive) -> Result<Meant, Fault> {
    let name = LogGroupName::parse(job.name.get()).map_err(|_| internal())?;
    Ok(Meant { scope: job.scope.clone(), name })
}

async fn describe(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let group = call.input().has("logGroupIdentifier").then(|| meant(call)).transpose()?;
    let _asked = match &group {
        Some(meant) => may(call, "sotto:DescribeRetroactiveProtections", meant)?,
        None => may_generally(call, "sotto:DescribeRetroactiveProtections")?,
    };
    let id = call.input().public("protectionId").cloned();
    let wants_samples = call.input().flag("samples").unwrap_or(false);
    if wants_samples && id.is_none() {
        return Err(invalid("samples are shown of one retroactive protection: name its protectionId"));
    }
    let jobs = call.api.logs.events().retroactives(&scope).await.map_err(fault)?;
    let name = group.as_ref().map(|meant| Public::<String>::named(&meant.name));
    let fits = |job: &Retroactive| {
        name.as_ref().is_none_or(|name| job.name == *name) && id.as_ref().is_none_or(|id| job.id == *id)
    };
    let jobs: Vec<_> = jobs.into_iter().filter(fits).collect();
    if jobs.is_empty() && id.is_some() {
        return Err(no_such());
    }
    let mut shown_jobs = Vec::new();
    for job in jobs {
        let output = shown(&job)?;
        let output = match wants_samples {
            true => output.with("samples", samples(call, &job).await?),
            false => output,
        };
        // Pages go on behind a name: newest first, so the later the smaller.
        let sort = u64::MAX - u64::try_from(job.begun.0).unwrap_or_default();
        shown_jobs.push((crate::record::configured(&format_args!("{sort:020}-{}", job.id)), output));
    }
    let (jobs, next) = page(call, shown_jobs.into_iter(), JOBS_MAX);
    Ok(Output::new().with("protections", Value::list(jobs)).with("nextToken", next))
}

/// What a job did, as the one who asks may see it.
fn shown(job: &Retroactive) -> Result<Output, Fault> {
    let progress = &job.progress;
    let kinds = progress.identifiers.iter().map(|(kind, count)| (Public::<String>::named(kind), *count));
    let unreached = job.unreached.iter().map(|(what, count)| {
        let (kind, words) = told(*what);
        let count = (*count > 0).then_some(*count);
        Output::new().with("kind", kind).with("words", words).with("count", count)
    });
    let failure = match job.standing {
        Standing::Failed(Failure::GroupDeleted) => Some("GroupDeleted"),
        Standing::Failed(Failure::NothingProtects) => Some("NothingProtects"),
        Standing::Failed(Failure::Damaged) => Some("Damaged"),
        _ => None,
    };
    Ok(Output::new()
        .with("protectionId", job.id.clone())
        .with("logGroupName", job.name.clone())
        .with("logGroupArn", crate::record::configured(&of(job)?.arn()))
        .with("dryRun", job.dry_run)
        .with("status", word(job.standing))
        .with("failure", failure)
        .with("startedBy", job.begun_by.clone())
        .with("startTime", job.begun.0)
        .with("endTime", job.ended.map(|at| at.0))
        .with("eventsTotal", progress.events_total)
        .with("eventsDone", progress.events_done)
        .with("bytesTotal", progress.bytes_total)
        .with("bytesDone", progress.bytes_done)
        .with("eventsMasked", progress.events_masked)
        .with("streamsMasked", progress.streams_masked)
        .with("identifiers", Value::map(kinds))
        .with("notReached", Value::list(unreached)))
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Running => "Running",
        Standing::Waiting => "Waiting",
        Standing::Finishing => "Finishing",
        Standing::Complete => "Complete",
        Standing::Stopped => "Stopped",
        Standing::Failed(_) => "Failed",
    }
}

/// The name of what is not reached, and what that means.
const fn told(what: Unreached) -> (&'static str, &'static str) {
    match what {
        Unreached::Backups => {
            ("Backups", "backups made before the end of this protection hold the events as they were")
        }
        Unreached::DeliveredCopies => (
            "DeliveredCopies",
            "subscription filters have delivered events as they were, or hold them in their queues",
        ),
        Unreached::Findings => (
            "Findings",
            "no findings are reported for stored events; reports made before name places, not values",
        ),
        Unreached::MetricValues => (
            "MetricValues",
            "values and dimensions that metric filters took out of events before stay in the metrics",
        ),
        Unreached::ObjectVersions => (
            "ObjectVersions",
            "a bucket that keeps versions, or replicates, holds the replaced objects until its own rules delete them",
        ),
        Unreached::QueryResults => (
            "QueryResults",
            "results of queries that ran before hold the rows as they were, for as long as results are kept",
        ),
        Unreached::SegmentsWithoutKey => (
            "SegmentsWithoutKey",
            "the key of these segments was not available: nothing of them was looked at",
        ),
        Unreached::Events => (
            "Events",
            "these events could not be read or masked, or were not looked at before the end: they are as they were",
        ),
    }
}

/// A few of the events, masked as they are or, for a dry run, as they would be. Whoever sees them may read the group.
async fn samples(call: &mut Call<'_>, job: &Retroactive) -> Result<Value, Fault> {
    let meant = of(job)?;
    let _asked = may(call, "logs:FilterLogEvents", &meant)?;
    let Ok(entry) = meant.entry(call) else { return Ok(Value::Absent) };
    if entry.group.uid != job.group {
        return Ok(Value::Absent);
    }
    ready(call.api, &meant, &entry.group).await?;
    let shelf = shelf(call, &meant.scope).ok_or_else(internal)?;
    let rules = match &job.policy {
        Some(policy) => proposed(call.api, &meant, (&shelf, &entry.group), policy).await?,
        None => guard(call.api, &meant, &shelf, &entry.group).await?,
    };
    let readable = entry.readable(Range::all(), now(call));
    let mut samples = Vec::new();
    for sample in &job.samples {
        let stream = entry.streams.iter().find(|(_, stream)| stream.uid == sample.stream);
        let Some(name) = stream.map(|(name, _)| name.public()) else { continue };
        let found = call.api.logs.events().find(job.group, sample.stream, sample.event, true).await;
        let Some(found) = found.map_err(fault)? else { continue };
        if found.event.timestamp_ms() < readable.from.0 {
            continue;
        }
        let at = found.event.timestamp_ms();
        let protected = Protected::join(found.event, found.originals).map_err(|_| internal())?;
        // What holds now is put over it in any case: a sample never shows more than a masked read would.
        let preview = protected.preview(&rules.protection);
        let text = stored_text(preview.as_ref().map_or(protected.stored(), |preview| &preview.text));
        samples.push(
            Output::new()
                .with("eventId", Public::<String>::named(&sample.event))
                .with("logStreamName", name)
                .with("timestamp", at)
                .with("message", text),
        );
    }
    Ok(Value::list(samples))
}

/// Goes on with all jobs, as long as there is an `Api`.
pub(crate) async fn keep_protecting(api: Weak<Api>) {
    let mut runs: HashMap<Public<String>, Run> = HashMap::new();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
        // A store that is away is asked again in a second.
        let _ = round(&api, &mut runs).await;
    }
}

async fn round(api: &Arc<Api>, runs: &mut HashMap<Public<String>, Run>) -> Result<(), LogsError> {
    let events = api.logs.events();
    let live = events.live_retroactives().await?;
    runs.retain(|id, _| live.iter().any(|(job, _)| job.id == *id));
    for (job, version) in live {
        let held = runs.remove(&job.id).filter(|run| run.version() == version);
        let run = match held {
            Some(run) => run,
            None => match events.claim_retroactive((job, version), now_of(api)).await? {
                Some(run) => run,
                None => continue,
            },
        };
        if let Some(run) = slice(api, run).await {
            runs.insert(run.job().id.clone(), run);
        }
    }
    Ok(())
}

/// What is next for a job.
enum Next {
    Again,
    Wait,
    End,
}

/// A while of one job; the job, when there is more to do. After a mistake it is claimed again, as the store knows it.
async fn slice(api: &Arc<Api>, mut run: Run) -> Option<Run> {
    let until = now_of(api).plus(SLICE);
    loop {
        match step(api, &mut run).await {
            Ok(Next::Again) if now_of(api) < until => {}
            Ok(Next::Again | Next::Wait) => return Some(run),
            Ok(Next::End) => {
                end(api, run).await;
                return None;
            }
            Err(LogsError::Damaged(_) | LogsError::Segment(_)) => {
                let (failed, unreached) =
                    (Standing::Failed(Failure::Damaged), unreached(api, &run, false).await);
                api.logs.events().wind_up(&mut run, failed, unreached).await.ok()?;
            }
            Err(_) => return None,
        }
    }
}

async fn step(api: &Arc<Api>, run: &mut Run) -> Result<Next, LogsError> {
    let (events, now) = (api.logs.events(), now_of(api));
    if run.job().standing == Standing::Finishing {
        return Ok(if events.delete_replaced(run, now).await? { Next::End } else { Next::Wait });
    }
    let snapshot = api.state.now();
    if run.job().stopping {
        let unreached = unreached(api, run, false).await;
        events.wind_up(run, Standing::Stopped, unreached).await?;
        return Ok(Next::Again);
    }
    if snapshot.epoch.number() < run.job().epoch || !api.state.is_fresh() {
        return Ok(Next::Wait);
    }
    let Some(home) = Home::of(api, run.job()) else {
        let unreached = unreached(api, run, false).await;
        events.wind_up(run, Standing::Failed(Failure::GroupDeleted), unreached).await?;
        return Ok(Next::Again);
    };
    go_on(api, run, &home, now).await
}

/// The group of a job, in one state of things.
struct Home {
    meant: Meant,
    shelf: Arc<Shelf>,
    group: Arc<Group>,
    epoch: u64,
    /// The policy that a dry run tries instead of the group's own.
    policy: Option<Public<String>>,
}

impl Home {
    /// As it is now; nothing where it is gone.
    fn of(api: &Api, job: &Retroactive) -> Option<Self> {
        let snapshot = api.state.now();
        let (scope, entry) = snapshot.rooms.logs.by_uid(job.group)?;
        let (scope, group) = (scope.clone(), Arc::clone(&entry.group));
        let shelf = snapshot.rooms.logs.shelf(&scope).cloned().unwrap_or_default();
        let meant = Meant { scope, name: group.name.clone() };
        let (epoch, policy) = (snapshot.epoch.number(), job.policy.clone());
        Some(Self { meant, shelf, group, epoch, policy })
    }

    /// The rules of the group.
    async fn rules(&self, api: &Api) -> Result<Arc<Guard>, Fault> {
        match &self.policy {
            Some(policy) => proposed(api, &self.meant, (&self.shelf, &self.group), policy).await,
            None => guard(api, &self.meant, &self.shelf, &self.group).await,
        }
    }

    /// The same, once its keys are at hand.
    async fn ready(&self, api: &Api) -> Result<Arc<Guard>, Fault> {
        ready(api, &self.meant, &self.group).await?;
        self.rules(api).await
    }
}

/// The next segment, or what is to do when there is none.
async fn go_on(api: &Arc<Api>, run: &mut Run, home: &Home, now: Millis) -> Result<Next, LogsError> {
    let events = api.logs.events();
    let Ok(rules) = home.ready(api).await else {
        events.note_waiting(run, true, now).await?;
        return Ok(Next::Wait);
    };
    if !rules.protection.protects() {
        let unreached = unreached(api, run, false).await;
        events.wind_up(run, Standing::Failed(Failure::NothingProtects), unreached).await?;
        return Ok(Next::Again);
    }
    if rules.fingerprint() != run.job().under {
        events.begin_anew(run, (rules.fingerprint(), home.epoch), now).await?;
    }
    events.fence_off(run, now).await?;
    if let Some(segment) = events.next_of(run) {
        return protect(api, run, (home, &rules), &segment).await;
    }
    if events.is_through(run).await? {
        if !holds_still(api, run).await? {
            return Ok(Next::Again);
        }
        let unreached = unreached(api, run, true).await;
        events.wind_up(run, Standing::Complete, unreached).await?;
        return Ok(Next::Again);
    }
    events.note_waiting(run, false, now).await?;
    Ok(if events.next_of(run).is_some() { Next::Again } else { Next::Wait })
}

/// Whether the rules that a job went by are still those that hold, whatever other servers put meanwhile.
async fn holds_still(api: &Api, run: &Run) -> Result<bool, LogsError> {
    api.state.refresh().await?;
    let Some(home) = Home::of(api, run.job()) else { return Ok(false) };
    let rules = home.rules(api).await;
    Ok(home.epoch >= run.job().epoch && rules.is_ok_and(|rules| rules.fingerprint() == run.job().under))
}

async fn protect(
    api: &Arc<Api>,
    run: &mut Run,
    (home, rules): (&Home, &Arc<Guard>),
    segment: &Arc<Segment>,
) -> Result<Next, LogsError> {
    let (events, now) = (api.logs.events(), now_of(api));
    let (rules, dry_run) = (Arc::clone(rules), run.job().dry_run);
    if dry_run {
        let look = move |_, event: &Protected| {
            let preview = event.preview(&rules.protection);
            Ok(preview.map(|preview| News { event: None, found: counts(&preview.findings) }))
        };
        events.protect_segment(run, segment, (now, None), look).await?;
        return Ok(Next::Again);
    }
    let Ok(key) = key_of_today(api, &home.meant, &home.group, now).await else {
        events.note_waiting(run, true, now).await?;
        return Ok(Next::Wait);
    };
    let (randomness, scope, uid) = (Arc::clone(&api.randomness), home.meant.scope.clone(), home.group.uid);
    let sealed_by = key.id().number();
    let look = move |stream, event: &Protected| {
        let (home, mut draw) = (stream_place(&scope, uid, stream), Draw::from(&*randomness));
        let mut sealing = Sealing { key: &key, entropy: &mut draw };
        // What cannot be sealed stays as it is, and the job says so.
        let again = event.protect_again(&home, &rules.protection, &mut sealing);
        let again = again.map_err(|_| LogsError::Damaged(Malformed::Text))?;
        Ok(again.map(|(event, findings)| News { event: Some(event), found: counts(&findings) }))
    };
    let done = events.protect_segment(run, segment, (now, Some(sealed_by)), look).await;
    if let Err(LogsError::Key { group, number }) = done {
        // It was destroyed meanwhile: the next try finds out, and has another one made.
        api.logs.keys().forget(group, number);
    }
    done.map(|()| Next::Again)
}

fn counts(findings: &Findings) -> BTreeMap<IdentifierId, u64> {
    let mut counts = BTreeMap::new();
    for ((identifier, _), count) in findings.counts() {
        *counts.entry(identifier.clone()).or_default() += count;
    }
    counts
}

/// What a job did not reach, however it ends: what is known of it, and what nobody here can know.
async fn unreached(api: &Api, run: &Run, is_through: bool) -> BTreeMap<Unreached, u64> {
    let (events, progress) = (api.logs.events(), &run.job().progress);
    let home = Home::of(api, run.job());
    let rules = match &home {
        Some(home) => home.rules(api).await.ok(),
        None => None,
    };
    let audits = rules.as_ref().map(|rules| rules.protection.audits()).unwrap_or_default();
    let reports = audits.iter().filter(|audit| audit.destinations.log_group().is_some()).count() as u64;
    let segments = events.segments(run.job().group);
    let is_in_files = segments.iter().all(|segment| events.columns_path(segment).is_some());
    let filters = home.as_ref().map_or((0, 0), |Home { group, .. }| {
        (group.subscription_filters.len() as u64, group.metric_filters.len() as u64)
    });
    let left = if is_through { progress.damaged.unwrap_or(0) } else { events.events_unreached(run.job()) };
    let mut unreached = BTreeMap::from([(Unreached::Backups, 0), (Unreached::QueryResults, 0)]);
    for (what, count) in [
        (Unreached::DeliveredCopies, filters.0),
        (Unreached::MetricValues, filters.1),
        (Unreached::Findings, reports),
        (Unreached::SegmentsWithoutKey, progress.without_key),
        (Unreached::Events, left),
    ] {
        if count > 0 {
            unreached.insert(what, count);
        }
    }
    if !is_in_files {
        unreached.insert(Unreached::ObjectVersions, 0);
    }
    unreached
}

/// Ends a job: first its end is on record, then it is one of those that ended. What fails is tried again.
async fn end(api: &Api, run: Run) {
    let Some(row) = row(api, run.job()).await else { return };
    if api.journal.write(row).await.map_err(|error| unavailable(&error)).is_err() {
        return;
    }
    let _ = api.logs.events().end_retroactive(run, now_of(api)).await;
}

/// The record of a job's end: the service did it, for whoever began it.
async fn row(api: &Api, job: &Retroactive) -> Option<Record> {
    use sotto_trail::Value;
    let sieve = api.examiner.sieve().await.ok()?;
    let service = sotto_arn::Service::parse("logs").ok();
    let mut identity = Identity::unknown();
    (identity.kind, identity.account) = (IdentityKind::AwsService, Some(job.scope.account.clone()));
    identity.invoked_by = service.clone();
    let number = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let kinds = job.progress.identifiers.iter();
    let kinds = kinds.map(|(kind, count)| (Public::<String>::named(kind), number(*count)));
    let outcome = word(job.outcome.unwrap_or(Standing::Complete));
    let map = |members: Vec<(&'static str, Value)>| {
        Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    };
    let mut record = Record {
        event: api.event_id(),
        at: api.now(),
        call: Action::parse("sotto:EndRetroactiveProtection").ok()?,
        region: job.scope.region.clone(),
        source: service.map(sotto_trail::Source::Service),
        user_agent: Value::Null,
        identity,
        request: map(vec![
            ("protectionId", Value::Text(job.id.clone())),
            ("logGroupName", Value::Text(sieve.shown(job.name.clone()))),
            ("dryRun", Value::Bool(job.dry_run)),
            ("startedBy", Value::Text(job.begun_by.clone())),
        ]),
        response: map(vec![
            ("status", Value::literal(outcome)),
            ("eventsMasked", number(job.progress.events_masked)),
            ("streamsMasked", number(job.progress.streams_masked)),
            ("identifiers", Value::Map(kinds.collect())),
        ]),
        error: None,
        error_message: None,
        decision: None,
        resources: Vec::new(),
        request_id: api.event_id(),
        read_only: false,
        kind: EventKind::ServiceEvent,
        recipient: job.scope.account.clone(),
        findings: Vec::new(),
    };
    sieve.mask(&mut record);
    Some(record)
}
