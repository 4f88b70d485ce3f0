//! Who is at the other end of a connection? The Runtime API has no authentication, and every process of the machine can reach a
//! loopback address. So the socket at the other end is looked up with the system, and must belong to the function's own process
//! or to one that it started.
//!
//! `/proc/net/tcp` names the inode of each socket; `/proc/PID/fd` names the sockets of a process. Also here: which processes a
//! function has, and how much memory they use.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// Processes that are looked at for one function.
const PROCESSES_MAX: usize = 1024;
/// Bytes of a page of memory; the system says it in pages.
const PAGE_BYTES: u64 = 4096;

/// Whether the connection from `peer` to `own` was opened by a process of the group that `leader` leads.
pub(crate) fn is_of_group(peer: SocketAddr, own: SocketAddr, leader: u32) -> bool {
    let (Some(peer), Some(own)) = (written(peer), written(own)) else { return false };
    let Some(inode) = socket(&peer, &own) else { return false };
    let wanted = format!("socket:[{inode}]");
    members(leader).iter().any(|process| holds(*process, &wanted))
}

/// An address as `/proc/net/tcp` writes it: the four bytes as one number in the machine's order, and the port.
fn written(address: SocketAddr) -> Option<String> {
    let IpAddr::V4(ip) = address.ip() else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port()))
}

/// The inode of the socket whose own address is `peer` and whose other end is `own`.
fn socket(peer: &str, own: &str) -> Option<u64> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    inode_in(&table, peer, own)
}

fn inode_in(table: &str, peer: &str, own: &str) -> Option<u64> {
    let row = table.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let mut found = row.filter(|row| row.get(1) == Some(&peer) && row.get(2) == Some(&own));
    found.next()?.get(9)?.parse().ok().filter(|inode| *inode != 0)
}

/// Whether a process has this socket.
fn holds(process: u32, socket: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == Path::new(socket)))
}

/// The processes of a group.
fn members(leader: u32) -> Vec<u32> {
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let numbers = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|process| group_of(*process) == Some(leader)).take(PROCESSES_MAX).collect()
}

fn group_of(process: u32) -> Option<u32> {
    group_in(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// The group in a line of `/proc/PID/stat`: the third field behind the name, which stands in parentheses and may hold any.
fn group_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(2)?.parse().ok()
}

/// Bytes of memory that the processes of a group use now, apart from the one that leads it.
pub(crate) fn memory(leader: u32) -> u64 {
    let resident = |process: u32| {
        let sizes = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
        sizes.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let pages: u64 =
        members(leader).into_iter().filter(|process| *process != leader).filter_map(resident).sum();
    pages.saturating_mul(PAGE_BYTES)
}

/// Ends all processes of a function's own user, wherever they went.
pub(crate) fn end_all_of(user: u32) {
    let Ok(all) = fs::read_dir("/proc") else { return };
    for entry in all.flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        let is_its = entry.metadata().is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == user);
        let Some(process) = number.filter(|_| is_its).and_then(rustix::process::Pid::from_raw) else {
            continue;
        };
        let _gone = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
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
        let group = group_of(std::process::id()).unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert!(is_of_group(peer, own, group));
        // The first process of the machine leads no group with our socket.
        assert!(!is_of_group(peer, own, 1) || group == 1);
        drop(client);
        assert!(!is_of_group("127.0.0.1:1".parse().unwrap(), own, group));
    }

    #[test]
    fn tables_of_the_system_are_read_where_they_say_it() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:A1B2 0100407F:C3D4 01 00000000:00000000 00:00000000 00000000  1000        0 777 1 0\n";
        assert_eq!(inode_in(table, "0100007F:A1B2", "0100407F:C3D4"), Some(777));
        assert_eq!(inode_in(table, "0100407F:C3D4", "0100007F:A1B2"), None);
        assert_eq!(group_in("12 (a) b) S 1 34 34 0"), Some(34));
        assert_eq!(group_in("12"), None);
    }
}
