//! Who is at the other end of a connection? The Runtime API has no authentication, and every process of the machine can reach a
//! loopback address. So the socket at the other end is looked up with the system, and must belong to the function's own process
//! or to one that it started. What proves that is the session: a process may enter any group of its own session (setpgid(2)),
//! but no session of another's.
//!
//! `/proc/net/tcp` names the inode of each socket; `/proc/PID/fd` names the sockets of a process. Also here: which processes a
//! function has, and how much memory they use. Those are the processes of its session and all that descend from it: who begins a
//! session of his own and gives up his parent becomes a child of the supervisor, which takes orphans in (`launch`).

use crate::places::is_a_functions;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

/// Processes of the machine that are looked at, and those of one function.
const ALL_MAX: usize = 65_536;
const PROCESSES_MAX: usize = 1024;
/// Open files of a process that are looked at.
const FILES_MAX: usize = 4096;
/// How often it is looked for processes that should have ended, and the time between.
const PASSES_MAX: usize = 100;
const BETWEEN_PASSES: Duration = Duration::from_millis(20);
/// Bytes of a page of memory; the system says it in pages.
const PAGE_BYTES: u64 = 4096;

/// Whose connections are taken: of processes in the session and the group that `leader` leads, and of the user, where the function
/// has one of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members {
    pub(crate) leader: u32,
    pub(crate) user: Option<u32>,
}

/// Whether the connection from `peer` to `own` was opened by one of these.
pub(crate) fn is_of(peer: SocketAddr, own: SocketAddr, members: Members) -> bool {
    let (Some(peer), Some(own)) = (written(peer), written(own)) else { return false };
    let Some((inode, user)) = socket(&peer, &own) else { return false };
    if members.user.is_some_and(|wanted| wanted != user) {
        return false;
    }
    let wanted = format!("socket:[{inode}]");
    let leader = members.leader;
    session(leader).iter().any(|(process, stat)| stat.group == leader && holds(*process, &wanted))
}

/// Whether a connection from this machine may come from a function that has a user of its own: also where the system does not say.
pub fn may_be_a_function(peer: SocketAddr) -> bool {
    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    let (table, wanted) = match peer.ip() {
        IpAddr::V4(_) => ("/proc/net/tcp", written(peer)),
        IpAddr::V6(ip) => {
            let groups = ip.octets();
            let group = |bytes: &[u8]| bytes.try_into().map_or(0, u32::from_ne_bytes);
            let digits: String = groups.chunks(4).map(|bytes| format!("{:08X}", group(bytes))).collect();
            ("/proc/net/tcp6", Some(format!("{digits}:{:04X}", peer.port())))
        }
    };
    let Ok(table) = fs::read_to_string(table) else { return true };
    let users = users_in(&table, wanted.as_deref().unwrap_or_default());
    users.is_empty() || users.into_iter().any(is_a_functions)
}

/// Users of the sockets with this address of their own that are connected.
fn users_in(table: &str, own: &str) -> Vec<u32> {
    let rows = table.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let connected = rows.filter(|row| row.get(1) == Some(&own) && row.get(3) == Some(&"01"));
    connected.filter_map(|row| row.get(7)?.parse().ok()).collect()
}

/// An address as `/proc/net/tcp` writes it: the four bytes as one number in the machine's order, and the port.
fn written(address: SocketAddr) -> Option<String> {
    let IpAddr::V4(ip) = address.ip() else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port()))
}

/// Inode and user of the socket whose own address is `peer` and whose other end is `own`.
fn socket(peer: &str, own: &str) -> Option<(u64, u32)> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    socket_in(&table, peer, own)
}

fn socket_in(table: &str, peer: &str, own: &str) -> Option<(u64, u32)> {
    let row = table.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let mut found = row.filter(|row| row.get(1) == Some(&peer) && row.get(2) == Some(&own));
    let row = found.next()?;
    let inode = row.get(9)?.parse().ok().filter(|inode| *inode != 0)?;
    Some((inode, row.get(7)?.parse().ok()?))
}

/// Whether a process has this socket.
fn holds(process: u32, socket: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == Path::new(socket)))
}

/// What the system says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    /// Whether it still runs: one that ended stays until somebody asks how.
    runs: bool,
    parent: u32,
    group: u32,
    session: u32,
}

/// All processes of the machine.
fn all() -> HashMap<u32, Stat> {
    let Ok(all) = fs::read_dir("/proc") else { return HashMap::new() };
    let numbers = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.take(ALL_MAX).filter_map(|process| Some((process, stat_of(process)?))).collect()
}

/// The processes of a session that run.
fn session(leader: u32) -> Vec<(u32, Stat)> {
    let known = all().into_iter();
    known.filter(|(_, stat)| stat.runs && stat.session == leader).take(PROCESSES_MAX).collect()
}

/// The processes of a function that run, apart from the one that leads them: of its session, and what descends from those.
fn family(leader: u32) -> Vec<u32> {
    let all = all();
    let mut its: HashSet<u32> = HashSet::from([leader]);
    its.extend(all.iter().filter(|(_, stat)| stat.session == leader).map(|(process, _)| *process));
    // Each round finds a generation; the last finds none.
    loop {
        let known = |process: &u32, stat: &Stat| !its.contains(process) && its.contains(&stat.parent);
        let more: Vec<u32> =
            all.iter().filter(|(process, stat)| known(process, stat)).map(|(process, _)| *process).collect();
        if more.is_empty() {
            break;
        }
        its.extend(more);
    }
    its.remove(&leader);
    its.retain(|process| all.get(process).is_some_and(|stat| stat.runs));
    its.into_iter().collect()
}

fn stat_of(process: u32) -> Option<Stat> {
    stat_in(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// A line of `/proc/PID/stat`: state, parent, group and session stand behind the name, which stands in parentheses and may hold any.
fn stat_in(line: &str) -> Option<Stat> {
    let mut fields = line.rsplit_once(')')?.1.split_ascii_whitespace();
    let runs = !matches!(fields.next()?, "Z" | "X");
    let mut number = || fields.next()?.parse().ok();
    let (parent, group, session) = (number()?, number()?, number()?);
    Some(Stat { runs, parent, group, session })
}

/// Bytes of memory that the processes of a function use now, wherever they went, apart from the one that leads them.
pub(crate) fn memory(leader: u32) -> u64 {
    let resident = |process: u32| {
        let sizes = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
        sizes.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let pages: u64 = family(leader).into_iter().filter_map(resident).sum();
    pages.saturating_mul(PAGE_BYTES)
}

/// Bytes of files that the processes of a function hold open and that have no name: nobody finds them in a folder.
pub(crate) fn nameless_bytes(leader: u32) -> u64 {
    let mut seen = HashSet::new();
    let mut bytes = 0_u64;
    for process in family(leader) {
        let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        for file in files.take(FILES_MAX) {
            let nameless = |path: &Path| path.as_os_str().as_encoded_bytes().ends_with(b" (deleted)");
            if !fs::read_link(file.path()).is_ok_and(|path| nameless(&path)) {
                continue;
            }
            let Ok(found) = fs::metadata(file.path()) else { continue };
            if found.is_file() && seen.insert((found.dev(), found.ino())) {
                bytes = bytes.saturating_add(found.blocks().saturating_mul(512));
            }
        }
    }
    bytes
}

/// Ends all processes of a function but the one that leads them, which takes in what they leave; whether none is left.
pub(crate) fn end_family(leader: u32) -> bool {
    repeat(|| end(family(leader).into_iter()))
}

/// Ends all processes of a session; whether none is left.
pub(crate) fn end_session(leader: u32) -> bool {
    repeat(|| end(session(leader).into_iter().map(|(process, _)| process)))
}

/// Ends all processes of a function's own user, wherever they went; whether none is left.
pub(crate) fn end_all_of(user: u32) -> bool {
    repeat(|| end_once(user))
}

/// Tells the processes of a user to end; how many there were.
pub(crate) fn end_once(user: u32) -> usize {
    let Ok(all) = fs::read_dir("/proc") else { return usize::MAX };
    let is_its = |entry: &fs::DirEntry| {
        entry.metadata().is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == user)
    };
    let numbers = all.flatten().filter(is_its).filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    end(numbers.filter(|process| stat_of(*process).is_some_and(|stat| stat.runs)))
}

fn end(processes: impl Iterator<Item = u32>) -> usize {
    let known = processes.filter_map(|process| i32::try_from(process).ok());
    let told = known.filter_map(rustix::process::Pid::from_raw).map(|process| {
        let _gone = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    });
    told.count()
}

/// Until a pass finds none: while one looks, another may begin.
fn repeat(mut pass: impl FnMut() -> usize) -> bool {
    (0..PASSES_MAX).any(|number| {
        if number > 0 {
            std::thread::sleep(BETWEEN_PASSES);
        }
        pass() == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn the_own_connection_is_found_and_a_foreign_group_has_none() {
        let listener = TcpListener::bind("127.64.200.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, peer) = listener.accept().unwrap();
        let own = listener.local_addr().unwrap();
        let stat = stat_of(std::process::id()).unwrap();
        let leads = stat.group == stat.session;
        let members = |leader, user| Members { leader, user };
        let user = rustix::process::geteuid().as_raw();
        assert_eq!(peer, client.local_addr().unwrap());
        assert_eq!(is_of(peer, own, members(stat.session, None)), leads);
        assert_eq!(is_of(peer, own, members(stat.session, Some(user))), leads);
        assert!(!is_of(peer, own, members(stat.session, Some(user + 1))));
        // A group alone proves nothing, and the first process of the machine leads no session with our socket.
        assert_eq!(is_of(peer, own, members(stat.group, None)), leads);
        assert!(!is_of(peer, own, members(1, None)) || stat.session == 1);
        drop(client);
        assert!(!is_of("127.0.0.1:1".parse().unwrap(), own, members(stat.session, None)));
    }

    #[test]
    fn a_session_ends_as_a_whole_and_what_ended_counts_no_more() {
        let words = ["sh", "-c", "sleep 300 & sleep 300"];
        let mut child = std::process::Command::new("setsid").args(words).spawn().unwrap();
        let leader = child.id();
        assert!((0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            session(leader).len() > 1
        }));
        assert!(end_session(leader) && session(leader).is_empty());
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn a_connection_of_this_process_is_no_functions_and_an_unknown_one_may_be() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            assert!(!may_be_a_function(client.local_addr().unwrap()), "{address}");
        }
        assert!(may_be_a_function("127.0.0.1:1".parse().unwrap()));
    }

    #[test]
    fn who_leaves_session_and_parent_stays_in_the_family() {
        let words = ["sh", "-c", "setsid sh -c 'sleep 301 & exec sleep 302' & wait"];
        let mut child = std::process::Command::new("setsid").args(words).spawn().unwrap();
        let leader = child.id();
        let count = || family(leader).len();
        assert!((0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            count() == 2
        }));
        assert!(session(leader).len() == 1 && memory(leader) > 0);
        assert!(end_family(leader) && count() == 0);
        let _ended = child.kill();
        let _status = child.wait();
    }

    #[test]
    fn tables_of_the_system_are_read_where_they_say_it() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:A1B2 0100407F:C3D4 01 00000000:00000000 00:00000000 00000000  1000        0 777 1 0\n";
        assert_eq!(socket_in(table, "0100007F:A1B2", "0100407F:C3D4"), Some((777, 1000)));
        assert_eq!(socket_in(table, "0100407F:C3D4", "0100007F:A1B2"), None);
        let stat = |runs| Some(Stat { runs, parent: 1, group: 34, session: 56 });
        assert_eq!(stat_in("12 (a) b) S 1 34 56 0"), stat(true));
        assert_eq!(stat_in("12 (a) Z 1 34 56 0"), stat(false));
        assert_eq!(users_in(table, "0100007F:A1B2"), [1000]);
        assert!(users_in(table, "0100407F:C3D4").is_empty());
        assert_eq!(stat_in("12"), None);
    }
}
