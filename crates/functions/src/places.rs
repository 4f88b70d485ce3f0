//! Where do functions live while they run? Below one folder of the server's: code and layers of a function once for all its
//! processes, and a folder of its own for each process.
//!
//! A function that runs gets a number; its user, where it has one of its own, and the addresses of its processes come from it.
//! The folder is new when the server begins and gone when it ends: what is kept of a function is kept sealed elsewhere. No name of
//! a folder is given twice, so that one which cannot be removed is in nobody's way; and folders are removed level by level, since a
//! function may nest its own deeper than any path or stack goes.

use crate::archive::{Readers, allow, unpack};
use crate::deployment::Package;
use crate::error::FunctionsError;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

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

/// Whether a user is one of those that functions get, of this server or another.
pub(crate) const fn is_a_functions(user: u32) -> bool {
    user >= FIRST_USER && user - FIRST_USER < BLOCKS_MAX * NUMBERS_MAX
}

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

/// Names that are tried for the folder of all, where an earlier one cannot be removed.
const ROOTS_MAX: u32 = 64;

/// Part of the next folder's name.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A path below a folder that no other folder had since the server began.
fn unused(above: &Path, kind: &str) -> PathBuf {
    above.join(format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// The folder that all of it stands in.
pub(crate) struct Ground {
    pub(crate) root: PathBuf,
    users: Option<Block>,
}

impl Ground {
    /// An empty folder. What an earlier run left there goes away, and what does not is passed by.
    pub(crate) fn new(wanted: &Path, users: Users) -> io::Result<Self> {
        if let Some(above) = wanted.parent() {
            fs::create_dir_all(above)?;
        }
        let root = &fresh(wanted)?;
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
        let home = self.make("function", number)?;
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
    pub(crate) fn desk(&self, number: u32) -> Result<Home, FunctionsError> {
        let home = self.make("process", number)?;
        let writable = home.path.join("tmp");
        let made = fs::create_dir(&writable).and_then(|()| match self.user(number) {
            Some(user) => std::os::unix::fs::chown(&writable, Some(user), Some(user)),
            None => Ok(()),
        });
        made.map_err(|error| FunctionsError::place(&error))?;
        allow(&writable, 0o700, Readers::default()).map_err(|error| FunctionsError::place(&error))?;
        Ok(home)
    }

    fn make(&self, kind: &str, number: u32) -> Result<Home, FunctionsError> {
        let path = unused(&self.root, kind);
        fs::create_dir(&path).map_err(|error| FunctionsError::place(&error))?;
        let readers = Readers { group: self.user(number) };
        let home = Home { path };
        allow(&home.path, 0o750, readers).map_err(|error| FunctionsError::place(&error))?;
        Ok(home)
    }

    /// The user of the function with this number.
    pub(crate) fn user(&self, number: u32) -> Option<u32> {
        self.users.as_ref().map(|block| block.first + number % NUMBERS_MAX)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        clear(&self.root);
    }
}

/// A folder that is made here and now, of this name or of one beside it: one that is there already may be somebody else's.
fn fresh(wanted: &Path) -> io::Result<PathBuf> {
    let mut made = Err(io::ErrorKind::AlreadyExists.into());
    for number in 0..ROOTS_MAX {
        let mut name = wanted.as_os_str().to_owned();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        let path = PathBuf::from(name);
        clear(&path);
        if made.is_err() {
            made = fs::create_dir(&path).map(|()| path);
        }
    }
    made
}

/// Removes a folder of folders, as far as it goes. Only the server's own: in another's, links could be put in the way.
fn clear(root: &Path) {
    let own = rustix::process::geteuid().as_raw();
    if !fs::symlink_metadata(root).is_ok_and(|root| root.is_dir() && root.uid() == own) {
        return;
    }
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.for_each(|entry| remove(&entry.path(), root));
    let _gone = fs::remove_dir(root);
}

/// Removes a folder with all that is in it, as far as it goes. Folders inside are moved up beside it first, so that no path grows,
/// nothing calls itself, and what is looked into stands where no function can put a link in its place.
fn remove(path: &Path, above: &Path) {
    let mut waiting = vec![path.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
            let _gone = fs::remove_file(&path);
            continue;
        }
        open_up(&path);
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let _gone = fs::remove_file(entry.path());
                continue;
            }
            open_up(&entry.path());
            waiting.extend(moved(&entry.path(), above));
        }
        let _gone = fs::remove_dir(&path);
    }
}

/// Where a folder stands from now on.
fn moved(folder: &Path, above: &Path) -> Option<PathBuf> {
    // An earlier run may have left such names.
    let free = |_| Some(unused(above, "gone")).filter(|path| fs::symlink_metadata(path).is_err());
    let to = (0..NUMBERS_MAX).find_map(free)?;
    fs::rename(folder, &to).ok().map(|()| to)
}

/// Entries of a folder that are counted; more of them count as too many bytes.
const COUNTED_MAX: usize = 65_536;

/// Bytes that a folder takes, with all below it. What goes away meanwhile is not counted, and links are not followed.
pub(crate) fn bytes_below(root: &Path) -> u64 {
    let (mut waiting, mut bytes, mut entries) = (vec![root.to_path_buf()], 0_u64, 0);
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            entries += 1;
            if entries > COUNTED_MAX {
                return u64::MAX;
            }
            let Ok(found) = entry.metadata() else { continue };
            bytes = bytes.saturating_add(found.blocks().saturating_mul(512));
            if found.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    bytes
}

/// Lets the server into a folder that a function of its own user closed. Root needs no leave, and must not follow a link here.
fn open_up(folder: &Path) {
    if !rustix::process::geteuid().is_root() {
        let _opened = fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700));
    }
}

/// A folder that goes away with its function or process.
pub(crate) struct Home {
    pub(crate) path: PathBuf,
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(above) = self.path.parent() {
            remove(&self.path, above);
        }
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
        let home = ground.desk(0).unwrap();
        assert!(home.path.join("tmp").is_dir());
        let path = home.path.clone();
        drop(home);
        assert!(!path.exists() && root.exists());
        drop(ground);
        assert!(!root.exists());
    }

    #[test]
    fn folders_deeper_than_a_path_and_closed_ones_go_away_and_links_lead_nowhere() {
        let outer = tempfile::tempdir().unwrap();
        let kept = outer.path().join("kept");
        fs::create_dir(&kept).unwrap();
        fs::File::create(kept.join("file")).unwrap();
        let ground = Ground::new(&outer.path().join("functions"), Users::Servers).unwrap();
        let home = ground.desk(0).unwrap();
        let tmp = home.path.join("tmp");
        std::os::unix::fs::symlink(&kept, tmp.join("link")).unwrap();
        // Each is made above the last, so that no path is long; all together are longer than a path may be.
        let below = |number: u32| outer.path().join(format!("{number:0>200}"));
        fs::create_dir(below(0)).unwrap();
        for number in 1..60 {
            fs::create_dir(below(number)).unwrap();
            fs::rename(below(number - 1), below(number).join("a".repeat(200))).unwrap();
        }
        fs::rename(below(59), tmp.join("deep")).unwrap();
        allow(&tmp, 0, Readers::default()).unwrap();
        let path = home.path.clone();
        drop(home);
        assert!(!path.exists() && kept.join("file").exists());
        assert_eq!(fs::read_dir(&ground.root).unwrap().count(), 0);
    }

    #[test]
    fn bytes_of_a_folder_are_those_of_all_below_it() {
        let outer = tempfile::tempdir().unwrap();
        let below = outer.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        let before = bytes_below(outer.path());
        std::io::Write::write_all(&mut fs::File::create(below.join("f")).unwrap(), &[1; 100_000]).unwrap();
        std::os::unix::fs::symlink("/usr", below.join("link")).unwrap();
        let grown = bytes_below(outer.path()) - before;
        assert!((100_000..1_000_000).contains(&grown), "{grown}");
        assert_eq!(bytes_below(&outer.path().join("nowhere")), 0);
    }

    #[test]
    fn the_folder_can_be_made_again_and_again_until_no_name_is_left() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("functions");
        for _ in 0..3 {
            assert_eq!(fresh(&root).unwrap(), root);
        }
        fs::remove_dir(&root).unwrap();
        let taken = |number: u32| fs::File::create(outer.path().join(format!("functions.{number}"))).unwrap();
        fs::File::create(&root).unwrap();
        (1..ROOTS_MAX - 1).for_each(|number| drop(taken(number)));
        assert!(Ground::new(&root, Users::Servers).is_ok());
        drop(taken(ROOTS_MAX - 1));
        assert!(Ground::new(&root, Users::Servers).is_err());
    }

    #[test]
    fn what_cannot_be_removed_is_passed_by() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("functions");
        // A file is no folder that `remove_dir` takes away.
        fs::File::create(&root).unwrap();
        let ground = Ground::new(&root, Users::Servers).unwrap();
        assert_eq!(ground.root, outer.path().join("functions.1"));
        let (one, two) = (ground.desk(0).unwrap(), ground.desk(0).unwrap());
        assert_ne!(one.path, two.path);
    }
}
