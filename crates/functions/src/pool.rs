//! Which process takes an event? One of the function that waits, else a new one, else the place of one that has waited longest;
//! else the event waits a little, and then there are too many.
//!
//! A process takes one event at a time. Those that waited too long end, and so do those of a function whose code or settings
//! are others by now. What is bounded: processes of the machine, events of a function at one time, how long an event waits for
//! either.

use crate::archive::{Readers, allow};
use crate::deployment::{Deployment, Failed, Host, Invocation, Outcome};
use crate::error::FunctionsError;
use crate::places::{Ground, Home, Numbers, Users};
use crate::runtimes::Interpreters;
use crate::seat::{Ended, NODE_CLIENT, PYTHON_CLIENT, Rest, Seat, Spot};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Processes of functions at one time, where nothing else is said.
pub const PROCESSES_MAX: usize = 32;
/// How long a process waits for the next event before it ends.
pub const IDLE_MAX: Duration = Duration::from_secs(300);
/// How long an event waits for a process.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Between two looks for processes that waited too long.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// What is given to a pool.
pub struct Settings {
    /// The program between server and function, and its arguments: what calls [`crate::supervise`].
    pub supervisor: (PathBuf, Vec<OsString>),
    /// A folder for what runs; nothing else may be in it.
    pub folder: PathBuf,
    /// Whose processes functions are.
    pub users: Users,
    /// What runs Python and Node.
    pub interpreters: Interpreters,
    /// What else functions may read.
    pub readable: Vec<PathBuf>,
    /// Processes at one time.
    pub processes_max: usize,
    /// Where our own runtime clients are; set by [`Pool::start`].
    pub clients: PathBuf,
}

/// All processes of functions.
pub struct Pool {
    settings: Settings,
    host: Arc<dyn Host>,
    ground: Ground,
    places: Arc<Semaphore>,
    houses: Mutex<Houses>,
    freed: Notify,
    _clients: Home,
}

#[derive(Default)]
pub(crate) struct Houses {
    all: HashMap<String, Arc<House>>,
    numbers: Numbers,
    seats: Numbers,
    /// Functions that are moving in: one event of each unpacks the code, the others wait for it.
    moving: HashMap<String, Weak<tokio::sync::Mutex<()>>>,
}

impl Houses {
    /// The door of a function, one for all who come at the same time.
    fn door(&mut self, arn: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.moving.retain(|_, door| door.strong_count() > 0);
        let entry = self.moving.entry(arn.to_owned()).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let door = Arc::default();
            *entry = Arc::downgrade(&door);
            door
        })
    }
}

/// A function that runs.
struct House {
    number: Option<Arc<Number>>,
    revision: u128,
    code: Option<Home>,
    package: PathBuf,
    user: Option<u32>,
    room: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
}

/// A process that waits.
struct Idle {
    seat: Placed,
    since: Instant,
}

/// A process and its place among all. The process ends first.
struct Placed {
    seat: Seat,
    _place: Place,
}

/// A place for a process.
struct Place {
    permit: Option<OwnedSemaphorePermit>,
    pool: Weak<Pool>,
}

impl Drop for Place {
    /// The place is free before somebody who waits for it is told.
    fn drop(&mut self) {
        drop(self.permit.take());
        if let Some(pool) = self.pool.upgrade() {
            pool.freed.notify_waiters();
        }
    }
}

/// A number of a function or of a process; it comes back when nobody has it any more, and not while something with it is left.
pub(crate) struct Number {
    pub(crate) number: u32,
    of: fn(&mut Houses) -> &mut Numbers,
    comes_back: AtomicBool,
    pool: Weak<Pool>,
}

impl Number {
    /// Never gives it to another.
    pub(crate) fn keep(&self) {
        self.comes_back.store(false, Ordering::Release);
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        let pool = self.pool.upgrade().filter(|_| *self.comes_back.get_mut());
        if let Some(pool) = pool {
            (self.of)(&mut pool.houses()).give_back(self.number);
        }
    }
}

/// Does what waits for processes and removes folders where nobody else waits for it.
pub(crate) fn aside(work: impl FnOnce() + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

impl Drop for House {
    /// Processes first, then the code, then the number, by which another function would get the user.
    fn drop(&mut self) {
        drop(std::mem::take(&mut *self.idle()));
        let (user, code, number) = (self.user, self.code.take(), self.number.take());
        if let Some(user) = user {
            crate::peers::end_once(user);
        }
        aside(move || {
            let ended = user.is_none_or(crate::peers::end_all_of);
            drop(code);
            if !ended {
                number.iter().for_each(|number| number.keep());
            }
        });
    }
}

impl Pool {
    /// Makes the folder and begins to look after what runs; call it inside of a runtime.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn start(mut settings: Settings, host: Arc<dyn Host>) -> Result<Arc<Self>, FunctionsError> {
        let ground =
            Ground::new(&settings.folder, settings.users).map_err(|error| FunctionsError::place(&error))?;
        let clients = clients(&ground.root).map_err(|error| FunctionsError::place(&error))?;
        settings.clients.clone_from(&clients.path);
        let places = Arc::new(Semaphore::new(settings.processes_max));
        let (houses, freed) = (Mutex::default(), Notify::new());
        let pool = Arc::new(Self { settings, host, ground, places, houses, freed, _clients: clients });
        tokio::spawn(Self::sweep(Arc::downgrade(&pool)));
        Ok(pool)
    }

    /// Whether there is a place for what runs: makes the folder, takes the users, and gives both back.
    ///
    /// # Errors
    /// What cannot be had.
    pub fn try_ground(settings: &Settings) -> Result<(), FunctionsError> {
        let ground = Ground::new(&settings.folder, settings.users);
        ground.map(drop).map_err(|error| FunctionsError::place(&error))
    }

    /// One event.
    ///
    /// # Errors
    /// When no process takes it; what the function does with it is an [`Outcome`].
    pub async fn invoke(
        self: &Arc<Self>,
        of: &Arc<Deployment>,
        invocation: Invocation,
    ) -> Result<Outcome, FunctionsError> {
        let id = invocation.id.clone();
        let house = self.house(of).await?;
        let room = timeout(WAIT_MAX, Arc::clone(&house.room).acquire_owned());
        let _room = room.await.map_err(|_| FunctionsError::TooMany)?.map_err(|_| FunctionsError::Closed)?;
        let (mut placed, cold) = match self.seated(&house, of).await? {
            Seated::Warm(placed) => (placed, None),
            Seated::Cold(placed, took) => (placed, Some(took)),
            Seated::Failed(failed, said, took) => return Ok(not_begun(&id, failed, said, took)),
        };
        let begun = Instant::now();
        let start = format!("START RequestId: {id} Version: {}", of.version);
        placed.seat.output().write(RawText::new(start)).await;
        let ended = placed.seat.run(of, &*self.host, invocation).await;
        let took = begun.elapsed();
        let settled = placed.seat.settle().await;
        let (answer, failed) = judged(&id, of, ended);
        report(&placed.seat, of, &id, (took, cold)).await;
        let tail = placed.seat.output().take_tail();
        let memory_bytes = placed.seat.memory_bytes();
        let goes_on =
            matches!(failed, None | Some(Failed::Function | Failed::Answer)) && (settled || cold.is_none());
        if goes_on && placed.seat.is_sound() {
            house.idle().push(Idle { seat: placed, since: Instant::now() });
            self.freed.notify_waiters();
        }
        Ok(Outcome { answer, failed, tail, took, cold, memory_bytes })
    }

    /// Ends all processes of a function that is no more.
    pub fn forget(&self, arn: &Public<String>) {
        let gone = self.houses().all.remove(arn.get());
        drop(gone);
    }

    /// How many processes there are now.
    pub fn processes(&self) -> usize {
        self.settings.processes_max.saturating_sub(self.places.available_permits())
    }

    /// Ends everything.
    pub fn close(&self) {
        self.places.close();
        let all = std::mem::take(&mut self.houses().all);
        drop(all);
    }

    /// The house of a function as it is now; an older one goes when its last process does.
    async fn house(self: &Arc<Self>, of: &Arc<Deployment>) -> Result<Arc<House>, FunctionsError> {
        if let Some(house) = self.standing(of) {
            return Ok(house);
        }
        let door = self.houses().door(of.arn.get());
        let _alone = timeout(WAIT_MAX, door.lock()).await.map_err(|_| FunctionsError::TooMany)?;
        if let Some(house) = self.standing(of) {
            return Ok(house);
        }
        let package = self.host.package(of).await?;
        let number = Arc::new(self.number(|houses| &mut houses.numbers)?);
        let pool = Arc::clone(self);
        // The number goes along: it is not free before the folder is gone, whoever stops waiting.
        let settled = tokio::task::spawn_blocking(move || {
            let settled = pool.ground.settle(number.number, &package);
            settled.map(|code| (code, number))
        });
        let (code, number) = settled.await.map_err(|_| FunctionsError::Closed).flatten()?;
        let house = Arc::new(House {
            revision: of.revision,
            package: code.path.clone(),
            code: Some(code),
            user: self.ground.user(number.number),
            number: Some(number),
            room: Arc::new(Semaphore::new(of.concurrency)),
            idle: Mutex::default(),
        });
        let before = self.houses().all.insert(of.arn.get().clone(), Arc::clone(&house));
        drop(before);
        Ok(house)
    }

    fn number(self: &Arc<Self>, of: fn(&mut Houses) -> &mut Numbers) -> Result<Number, FunctionsError> {
        let number = of(&mut self.houses()).take().ok_or(FunctionsError::TooMany)?;
        Ok(Number { number, of, comes_back: AtomicBool::new(true), pool: Arc::downgrade(self) })
    }

    fn standing(&self, of: &Deployment) -> Option<Arc<House>> {
        self.houses().all.get(of.arn.get()).filter(|house| house.revision == of.revision).cloned()
    }

    /// A process for an event: one that waits, or a new one.
    async fn seated(
        self: &Arc<Self>,
        house: &Arc<House>,
        of: &Arc<Deployment>,
    ) -> Result<Seated, FunctionsError> {
        while let Some(mut idle) = house.take_idle() {
            if idle.seat.seat.is_sound() {
                return Ok(Seated::Warm(idle.seat));
            }
        }
        let place = Place { permit: Some(self.place().await?), pool: Arc::downgrade(self) };
        let secrets = self.host.secrets(of).await?;
        let seat = self.number(|houses| &mut houses.seats)?;
        let function = house.number.clone().ok_or(FunctionsError::Closed)?;
        let begun = Instant::now();
        let home = self.ground.desk(function.number)?;
        let rest = Rest { home, seat, _function: function };
        let spot = Spot { rest, code: &house.package, user: house.user };
        let seat = Seat::begin(&self.settings, &self.host, (of, &secrets), spot).await?;
        let mut placed = Placed { seat, _place: place };
        if of.runtime.retired {
            placed.seat.output().write(RawText::new(notice(of))).await;
        }
        match placed.seat.wait_for_init().await {
            Ok(()) => Ok(Seated::Cold(placed, begun.elapsed())),
            Err((failed, said)) => Ok(Seated::Failed(failed, said, begun.elapsed())),
        }
    }

    /// A place for a process; where there is none, the process that has waited longest gives its own.
    async fn place(&self) -> Result<OwnedSemaphorePermit, FunctionsError> {
        let until = Instant::now() + WAIT_MAX;
        loop {
            let freed = self.freed.notified();
            match Arc::clone(&self.places).try_acquire_owned() {
                Ok(place) => return Ok(place),
                Err(tokio::sync::TryAcquireError::Closed) => return Err(FunctionsError::Closed),
                Err(tokio::sync::TryAcquireError::NoPermits) => {}
            }
            if self.end_longest_idle() {
                continue;
            }
            let left = until.saturating_duration_since(Instant::now());
            timeout(left, freed).await.map_err(|_| FunctionsError::TooMany)?;
        }
    }

    fn end_longest_idle(&self) -> bool {
        let houses: Vec<_> = self.houses().all.values().cloned().collect();
        let oldest = |house: &Arc<House>| house.idle().first().map(|idle| idle.since);
        let house = houses.iter().filter(|house| oldest(house).is_some()).min_by_key(|house| oldest(house));
        let ended = house.and_then(|house| {
            let mut idle = house.idle();
            (!idle.is_empty()).then(|| idle.remove(0))
        });
        ended.is_some()
    }

    /// Ends what waited too long, as long as there is a pool.
    async fn sweep(pool: Weak<Self>) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            let Some(pool) = pool.upgrade() else { return };
            let houses: Vec<_> = pool.houses().all.values().cloned().collect();
            for house in houses {
                let ended: Vec<_> =
                    house.idle().extract_if(.., |idle| idle.since.elapsed() > IDLE_MAX).collect();
                drop(ended);
            }
        }
    }

    fn houses(&self) -> MutexGuard<'_, Houses> {
        self.houses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Seated {
    Warm(Placed),
    Cold(Placed, Duration),
    Failed(Failed, RawBytes, Duration),
}

impl House {
    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Idle> {
        self.idle().pop()
    }
}

/// Our own runtime clients, where every function's process can read them.
fn clients(root: &std::path::Path) -> std::io::Result<Home> {
    let home = Home { path: root.join("clients") };
    std::fs::create_dir(&home.path)?;
    allow(&home.path, 0o755, Readers::default())?;
    for (name, program) in [PYTHON_CLIENT, NODE_CLIENT] {
        let path = home.path.join(name);
        std::fs::File::create_new(&path)?.write_all(program.as_bytes())?;
        allow(&path, 0o644, Readers::default())?;
    }
    Ok(home)
}

fn notice(of: &Deployment) -> String {
    let name = of.runtime.name;
    format!(
        "NOTICE The runtime {name} is retired by AWS; the function runs on the interpreter that is present here"
    )
}

/// The line at the end of an invocation, with the figures that AWS gives.
async fn report(
    seat: &Seat,
    of: &Deployment,
    id: &Public<String>,
    (took, cold): (Duration, Option<Duration>),
) {
    let milliseconds = took.as_secs_f64() * 1000.0;
    let init = cold.map(|cold| format!("\tInit Duration: {:.2} ms", cold.as_secs_f64() * 1000.0));
    let words = format!(
        "REPORT RequestId: {id}\tDuration: {milliseconds:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory \
         Used: {} MB{}",
        took.as_millis() + 1,
        of.memory_mib,
        seat.memory_bytes() >> 20,
        init.unwrap_or_default(),
    );
    let end = format!("END RequestId: {id}");
    seat.output().write(RawText::new(end)).await;
    seat.output().write(RawText::new(words)).await;
}

/// What an invocation answers, and whether it failed.
fn judged(id: &Public<String>, of: &Deployment, ended: Ended) -> (RawBytes, Option<Failed>) {
    match ended {
        Ended::Replied(reply) if reply.too_large => (said(id, of, Failed::Answer), Some(Failed::Answer)),
        Ended::Replied(reply) => (reply.body, reply.failed.then_some(Failed::Function)),
        Ended::Failed(failed) => (said(id, of, failed), Some(failed)),
    }
}

fn said(id: &Public<String>, of: &Deployment, failed: Failed) -> RawBytes {
    let (kind, words) = match failed {
        Failed::Timeout => {
            ("Sandbox.Timedout", format!("Task timed out after {:.2} seconds", of.timeout.as_secs_f64()))
        }
        Failed::Memory => {
            ("Runtime.OutOfMemory", "Runtime used more memory than the function has".to_owned())
        }
        Failed::Folder => {
            ("Runtime.ExitError", "The function wrote more than 512 MB to its temporary folder".to_owned())
        }
        Failed::Answer => (
            "Function.ResponseSizeTooLarge",
            format!(
                "Response payload size exceeded maximum allowed payload size ({} bytes).",
                crate::PAYLOAD_BYTES_MAX
            ),
        ),
        Failed::Init => ("Runtime.Unknown", "The function did not begin".to_owned()),
        Failed::Function | Failed::Exit => {
            ("Runtime.ExitError", "Runtime exited without providing a reason".to_owned())
        }
    };
    let error =
        serde_json::json!({"errorType": kind, "errorMessage": format!("RequestId: {id} Error: {words}")});
    RawBytes::new(error.to_string().into_bytes())
}

/// An invocation whose process did not begin: what it said itself, where it said something.
fn not_begun(id: &Public<String>, failed: Failed, own_words: RawBytes, took: Duration) -> Outcome {
    let words = match failed {
        Failed::Timeout => "The function took too long to begin",
        Failed::Memory => "The function used more memory than it has",
        Failed::Folder => "The function wrote more than 512 MB to its temporary folder",
        _ => "Runtime exited before it asked for an event",
    };
    let error = serde_json::json!({
        "errorType": "Runtime.ExitError",
        "errorMessage": format!("RequestId: {id} Error: {words}"),
    });
    let answer = match own_words.is_empty() {
        true => RawBytes::new(error.to_string().into_bytes()),
        false => own_words,
    };
    let failed = Some(if failed == Failed::Exit { Failed::Init } else { failed });
    Outcome { answer, failed, tail: RawBytes::default(), took, cold: Some(took), memory_bytes: 0 }
}
