//! What stands between the server and a function's process? A small program: it takes a [`Launch`] from its standard input,
//! begins a session of its own, bounds itself for good, starts the function in the same session and group, and ends both when its
//! input ends, that is when the server is gone, however it went. A group alone is no wall: every process of a session may enter it.
//! Nor is a session: a process may begin one of its own. So this program takes in what loses its parent (prctl(2),
//! `PR_SET_CHILD_SUBREAPER`): all that the function started descends from it, and ends before it does.
//!
//! What a function brings (its environment may name a library to preload) never reaches this program: its own environment is
//! empty, and the function's goes straight to the function. Signals from the death of a parent are no alternative: they come
//! from threads, and threads of the server come and go. Rights are given up in the order in which each still can be: limits,
//! then what may be touched (Landlock, where the system has it), then the user.

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, Scope,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use sotto_sensitive::{RawBytes, RawText};
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// Exit codes of this program's own failures; a function's are passed on, and signals as 128 and their number.
pub(crate) const BAD_ORDER: u8 = 125;
pub(crate) const NOT_STARTED: u8 = 126;
/// Bytes of an order.
const ORDER_BYTES_MAX: usize = 1024 * 1024;
/// Parts of an order.
const PARTS_MAX: usize = 4096;

/// What is started, and how it is bounded.
pub(crate) struct Launch {
    /// The program and its arguments.
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<PathBuf>,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// What it may read and run; what it may write, too.
    pub(crate) readable: Vec<PathBuf>,
    pub(crate) writable: Vec<PathBuf>,
    /// The user, where it has one of its own.
    pub(crate) user: Option<u32>,
    /// Bytes of data, bytes of a file, open files, processes.
    pub(crate) limits: [u64; 4],
    /// Its whole environment.
    pub(crate) environment: Vec<(RawText, RawText)>,
}

impl Launch {
    /// The order as bytes: counted parts, each ended by a zero byte. A part with a zero byte inside is none.
    #[expect(
        clippy::disallowed_methods,
        reason = "a function's environment goes to its own process, over a pipe"
    )]
    pub(crate) fn order(&self) -> RawBytes {
        let mut order = RawBytes::default();
        let mut part = |bytes: &[u8]| {
            bytes.split(|byte| *byte == 0).take(1).for_each(|bytes| order.push(bytes));
            order.push(&[0]);
        };
        part(self.program.as_os_str().as_bytes());
        part(self.folder.as_os_str().as_bytes());
        part(self.user.map_or_else(String::new, |user| user.to_string()).as_bytes());
        self.limits.iter().for_each(|limit| part(limit.to_string().as_bytes()));
        for paths in [&self.arguments, &self.readable, &self.writable] {
            part(paths.len().to_string().as_bytes());
            paths.iter().for_each(|path| part(path.as_os_str().as_bytes()));
        }
        part(self.environment.len().to_string().as_bytes());
        for (name, value) in &self.environment {
            part(name.expose().as_bytes());
            part(value.expose().as_bytes());
        }
        let length = u32::try_from(order.length()).unwrap_or(u32::MAX);
        let mut whole = RawBytes::new(length.to_le_bytes().to_vec());
        whole.append(order);
        whole
    }
}

/// Takes an order from the standard input, starts the function, and stays until one of the two ends.
pub fn supervise() -> ExitCode {
    let takes_orphans = || rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    if rustix::process::setsid().is_err() || takes_orphans().is_err() {
        return ExitCode::from(NOT_STARTED);
    }
    let Some(order) = read_order() else { return ExitCode::from(BAD_ORDER) };
    let Some(mut command) = command_of(&order) else { return ExitCode::from(BAD_ORDER) };
    let Ok(child) = command.spawn() else { return ExitCode::from(NOT_STARTED) };
    drop((command, order));
    // Ends with the process.
    drop(std::thread::spawn(end_with_the_server));
    let status = until_ended(child.id());
    let _none_left = crate::peers::end_family(std::process::id());
    let Some(status) = status else { return ExitCode::from(NOT_STARTED) };
    let signal = || status.terminating_signal().and_then(|signal| u8::try_from(128 + signal).ok());
    let code = status.exit_status().and_then(|code| u8::try_from(code).ok()).or_else(signal);
    ExitCode::from(code.unwrap_or(1))
}

/// Waits for the function, and for all orphans that end before it.
fn until_ended(function: u32) -> Option<rustix::process::WaitStatus> {
    let function = i32::try_from(function).ok()?;
    loop {
        match rustix::process::wait(rustix::process::WaitOptions::empty()) {
            Ok(Some((ended, status))) if ended.as_raw_nonzero().get() == function => return Some(status),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

/// The server holds the other end of the standard input. When that is closed, nobody waits for the function any more.
fn end_with_the_server() {
    let mut rest = [0; 64];
    while std::io::stdin().read(&mut rest).is_ok_and(|count| count > 0) {}
    let _none_left = crate::peers::end_family(std::process::id());
    let _ended = rustix::process::kill_current_process_group(rustix::process::Signal::KILL);
}

fn read_order() -> Option<RawBytes> {
    let mut input = std::io::stdin().lock();
    let mut length = [0; 4];
    input.read_exact(&mut length).ok()?;
    let length =
        usize::try_from(u32::from_le_bytes(length)).ok().filter(|bytes| *bytes <= ORDER_BYTES_MAX)?;
    let mut order = RawBytes::with_room(length);
    while order.length() < length {
        let left = length - order.length();
        order.fill_from(&mut input, left).ok().filter(|count| *count > 0)?;
    }
    Some(order)
}

/// Bounds this process and says what it starts.
#[expect(clippy::disallowed_methods, reason = "a function's environment goes to its own process")]
fn command_of(order: &RawBytes) -> Option<Command> {
    let mut parts = order.expose().split(|byte| *byte == 0).map(OsStr::from_bytes);
    let program = PathBuf::from(parts.next()?);
    let folder = parts.next()?;
    let user = parts.next()?;
    let user = if user.is_empty() { None } else { Some(user.to_str()?.parse::<u32>().ok()?) };
    let mut limits = [0; 4];
    for limit in &mut limits {
        *limit = number(parts.next()?)?;
    }
    let mut list = || -> Option<Vec<PathBuf>> {
        let count = usize::try_from(number(parts.next()?)?).ok().filter(|count| *count <= PARTS_MAX)?;
        (0..count).map(|_| parts.next().map(PathBuf::from)).collect()
    };
    let (arguments, readable, writable) = (list()?, list()?, list()?);
    bound(limits, user.is_some()).ok()?;
    fence(&readable, &writable)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    for _ in 0..number(parts.next()?)? {
        let (name, value) = (parts.next()?, parts.next()?);
        command.env(name, value);
    }
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    Some(command)
}

fn number(part: &OsStr) -> Option<u64> {
    part.to_str()?.parse().ok()
}

/// No core dumps, no new rights, and the limits; all hold for what is started, too.
fn bound([data, file, files, processes]: [u64; 4], own_user: bool) -> rustix::io::Result<()> {
    let both = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    rustix::thread::set_no_new_privs(true)?;
    setrlimit(Resource::Core, both(0))?;
    setrlimit(Resource::Data, both(data))?;
    setrlimit(Resource::Fsize, both(file))?;
    // A hard limit that is lower already stays.
    let _lower = setrlimit(Resource::Nofile, both(files));
    // The system counts processes by user: without one of its own, those of the server would count.
    match own_user {
        true => setrlimit(Resource::Nproc, both(processes)),
        false => Ok(()),
    }
}

/// What may be touched, where the system can say so (Landlock). Nothing outside can be traced, signalled or read. Where the system
/// cannot, the user and the folders' modes are what is left; where it can and does not, nothing is started.
fn fence(readable: &[PathBuf], writable: &[PathBuf]) -> Option<()> {
    let abi = ABI::V6;
    let fenced = || -> Result<(), landlock::RulesetError> {
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .scope(Scope::from_all(abi))?
            .create()?;
        for (paths, access) in [(readable, AccessFs::from_read(abi)), (writable, AccessFs::from_all(abi))] {
            for path in paths {
                let Ok(opened) = PathFd::new(path) else { continue };
                let access = if path.is_dir() { access } else { access & AccessFs::from_file(abi) };
                ruleset = ruleset.add_rule(PathBeneath::new(opened, access))?;
            }
        }
        ruleset.restrict_self().map(|_status| ())
    };
    fenced().ok()
}

/// Whether the system can fence processes in.
pub fn can_fence() -> bool {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1));
    ruleset.is_ok_and(|ruleset| ruleset.create().is_ok())
}

/// Writes an order to the program that was started; what is written is wiped here.
#[expect(
    clippy::disallowed_methods,
    reason = "the order goes to the program that starts the function, over a pipe"
)]
pub(crate) fn bytes_of(order: &RawBytes) -> &[u8] {
    order.expose()
}

/// What every program needs to run: its libraries, its own processes, and of the system's settings those that say where names,
/// certificates and time zones are. Not the whole of `/etc`: a server's own settings stand there, too, and keys beside certificates.
pub(crate) const SYSTEM: [&str; 26] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/proc",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf.d",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/localtime",
    "/etc/passwd",
    "/etc/group",
    "/etc/mime.types",
    "/etc/os-release",
];
/// Devices.
pub(crate) const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_keys_are_not_what_programs_need() {
        for folder in ["/etc", "/etc/ssl", "/etc/ssl/private", "/etc/pki", "/etc/pki/tls/private"] {
            let below = |granted: &&str| std::path::Path::new(folder).starts_with(granted);
            assert!(!SYSTEM.iter().any(below), "{folder}");
        }
    }

    fn raw(text: &str) -> RawText {
        RawText::new(text.to_owned())
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test reads an order of its own")]
    fn an_order_is_counted_parts_and_no_part_can_begin_another() {
        let launch = Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "true".into()],
            folder: "/nowhere".into(),
            readable: vec!["/usr".into()],
            writable: Vec::new(),
            user: Some(7),
            limits: [1, 2, 3, 4],
            environment: vec![(raw("A"), raw("one\0B\0two")), (raw("C"), raw(""))],
        };
        let order = launch.order();
        let parts: Vec<_> = order.expose()[4..].split(|byte| *byte == 0).collect();
        let wanted: Vec<&[u8]> = vec![
            b"/bin/sh",
            b"/nowhere",
            b"7",
            b"1",
            b"2",
            b"3",
            b"4",
            b"2",
            b"-c",
            b"true",
            b"1",
            b"/usr",
            b"0",
            b"2",
            b"A",
            b"one",
            b"C",
            b"",
            b"",
        ];
        assert_eq!(parts, wanted);
        assert_eq!(order.expose()[..4], u32::try_from(order.length() - 4).unwrap().to_le_bytes());
    }
}
