//! Where do functions live while they run? Below one folder of the server's: code and layers of a function once for all its
//! processes, and a folder of its own for each process.
//!
//! A function that runs gets a number; its user, where it has one of its own, and the addresses of its processes come from it.
//! The folder is empty when the server begins and gone when it ends: what is kept of a function is kept sealed elsewhere.

use crate::archive::{Readers, allow, unpack};
use crate::deployment::Package;
use crate::error::FunctionsError;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixListener};
use std::path::{Path, PathBuf};

/// Functions and processes that may be there at one time; addresses are given by it.
pub(crate) const NUMBERS_MAX: u32 = 4096;
/// The first user of a function: numbers from 1,879,048,192 on are nobody's by convention (systemd, "Users, Groups, UIDs and
/// GIDs on systemd systems").
pub(crate) const FIRST_USER: u32 = 1_900_000_000;
/// The first address of a process: 127.64.0.0, far from where other services listen.
const FIRST_ADDRESS: u32 = 0x7f40_0001;

/// Whose processes functions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Users {
    /// A user of its own for each function. Needs a server that may change users.
    Own,
    /// The server's user.
    Servers,
}

impl Users {
    /// A user for each function where the server may change users, the server's otherwise.
    pub fn fitting() -> Self {
        match rustix::process::geteuid().is_root() {
            true => Self::Own,
            false => Self::Servers,
        }
    }
}

/// Blocks of users: one for each server of the machine that runs functions.
const BLOCKS_MAX: u32 = 64;

/// Users that are this server's alone, as long as it holds the name that stands for them: two servers of a machine would end each
/// other's functions otherwise.
struct Block {
    first: u32,
    _claim: UnixListener,
}

impl Block {
    fn claim() -> io::Result<Self> {
        let claimed = (0..BLOCKS_MAX).find_map(|number| {
            let name = UnixAddress::from_abstract_name(format!("sotto-functions-{number}")).ok()?;
            let claim = UnixListener::bind_addr(&name).ok()?;
            Some(Self { first: FIRST_USER + number * NUMBERS_MAX, _claim: claim })
        });
        claimed.ok_or_else(|| io::ErrorKind::AddrInUse.into())
    }
}

/// The address of a process's own Runtime API.
pub(crate) fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(FIRST_ADDRESS + number % NUMBERS_MAX)
}

/// The folder that all of it stands in.
pub(crate) struct Ground {
    root: PathBuf,
    users: Option<Block>,
}

impl Ground {
    /// An empty folder. What an earlier run left there goes away.
    pub(crate) fn new(root: &Path, users: Users) -> io::Result<Self> {
        match fs::remove_dir_all(root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if let Some(above) = root.parent() {
            fs::create_dir_all(above)?;
        }
        // Made here and now: a folder that somebody else put there is none.
        fs::create_dir(root)?;
        // Functions pass through it to their own folders and see nothing on the way.
        let mode = if users == Users::Servers { 0o700 } else { 0o711 };
        allow(root, mode, Readers::default())?;
        let users = match users {
            Users::Own => Some(Block::claim()?),
            Users::Servers => None,
        };
        Ok(Self { root: root.to_path_buf(), users })
    }

    /// Unpacks code and layers of the function with this number.
    pub(crate) fn settle(&self, number: u32, package: &Package) -> Result<Home, FunctionsError> {
        let home = self.make(&format!("function-{number}"), number)?;
        let readers = Readers { group: self.user(number) };
        let (task, layers) = (home.path.join("task"), home.path.join("opt"));
        for folder in [&task, &layers] {
            fs::create_dir(folder).map_err(|error| FunctionsError::place(&error))?;
            allow(folder, 0o750, readers).map_err(|error| FunctionsError::place(&error))?;
        }
        let mut before = unpack(&package.code, &task, 0, readers)?;
        for layer in &package.layers {
            before += unpack(layer, &layers, before, readers)?;
        }
        Ok(home)
    }

    /// A folder that a process of this function may write to.
    pub(crate) fn desk(&self, number: u32, seat: u32) -> Result<Home, FunctionsError> {
        let home = self.make(&format!("process-{seat}"), number)?;
        let writable = home.path.join("tmp");
        let made = fs::create_dir(&writable).and_then(|()| match self.user(number) {
            Some(user) => std::os::unix::fs::chown(&writable, Some(user), Some(user)),
            None => Ok(()),
        });
        made.map_err(|error| FunctionsError::place(&error))?;
        allow(&writable, 0o700, Readers::default()).map_err(|error| FunctionsError::place(&error))?;
        Ok(home)
    }

    fn make(&self, name: &str, number: u32) -> Result<Home, FunctionsError> {
        let path = self.root.join(name);
        let made = match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir(&path),
        };
        let readers = Readers { group: self.user(number) };
        let home = Home { path };
        made.and_then(|()| allow(&home.path, 0o750, readers))
            .map_err(|error| FunctionsError::place(&error))?;
        Ok(home)
    }

    /// The user of the function with this number.
    pub(crate) fn user(&self, number: u32) -> Option<u32> {
        self.users.as_ref().map(|block| block.first + number % NUMBERS_MAX)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.root);
    }
}

/// A folder that goes away with its function or process.
pub(crate) struct Home {
    pub(crate) path: PathBuf,
}

impl Drop for Home {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.path);
    }
}

/// The smallest number that is free.
#[derive(Default)]
pub(crate) struct Numbers(std::collections::BTreeSet<u32>);

impl Numbers {
    pub(crate) fn take(&mut self) -> Option<u32> {
        let free = (0..NUMBERS_MAX).find(|number| !self.0.contains(number))?;
        self.0.insert(free);
        Some(free)
    }

    pub(crate) fn give_back(&mut self, number: u32) {
        self.0.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_once_and_again_when_they_came_back() {
        let mut numbers = Numbers::default();
        for wanted in 0..NUMBERS_MAX {
            assert_eq!(numbers.take(), Some(wanted));
        }
        assert_eq!(numbers.take(), None);
        numbers.give_back(17);
        assert_eq!((numbers.take(), numbers.take()), (Some(17), None));
    }

    #[test]
    fn each_number_has_an_address_and_a_user_of_its_own() {
        assert_eq!(address(0), Ipv4Addr::new(127, 64, 0, 1));
        assert_eq!(address(255), Ipv4Addr::new(127, 64, 1, 0));
        assert_ne!(address(NUMBERS_MAX - 1), address(0));
        let (one, two) = (Block::claim().unwrap(), Block::claim().unwrap());
        assert!(one.first.abs_diff(two.first) >= NUMBERS_MAX && one.first >= FIRST_USER);
    }

    #[test]
    fn folders_go_away_with_what_they_are_for() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("functions");
        fs::create_dir_all(root.join("left-behind")).unwrap();
        let ground = Ground::new(&root, Users::Servers).unwrap();
        assert!(!root.join("left-behind").exists());
        let home = ground.desk(0, 1).unwrap();
        assert!(home.path.join("tmp").is_dir());
        let path = home.path.clone();
        drop(home);
        assert!(!path.exists() && root.exists());
        drop(ground);
        assert!(!root.exists());
    }
}
