//! How does a parcel get into a file? As whole lines, durable when they are said to be there, or not at all.
//!
//! A disk that fills up takes a part of what is written, and a crash may leave a part, too. So whoever writes holds the file's
//! lock, first cuts off a last line without an end, and takes back what was written when the rest does not fit. Files are readable
//! by their owner alone, are only appended to, and have a bound: an operator who moves a file away gets a new one.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Bytes of a file at most; beyond it parcels wait for somebody to move it.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;
/// Bytes that are read at a time in search of the end of the last whole line.
const STEP_BYTES: u64 = 64 * 1024;

/// Appends lines, each of which ends in a line feed.
pub(crate) fn append(folder: &Path, name: &str, lines: &[u8]) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(name);
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    let end = whole_lines_end(&mut file)?;
    if end.saturating_add(lines.len() as u64) > FILE_BYTES_MAX {
        return Err(ErrorKind::StorageFull.into());
    }
    let written = file.write_all(lines).and_then(|()| file.sync_data());
    if let Err(error) = written {
        file.set_len(end)?;
        return Err(error);
    }
    if end == 0 {
        // A file that was just made is there after a crash, too.
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Where the last whole line ends; what stands behind it is cut off.
fn whole_lines_end(file: &mut File) -> Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(STEP_BYTES);
        let mut part = vec![0; usize::try_from(end - start).map_err(Error::other)?];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn lines_are_whole_and_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        append(&below, "f", b"one\n").unwrap();
        append(&below, "f", b"two\nthree\n").unwrap();
        assert_eq!(text(&below.join("f")), "one\ntwo\nthree\n");
        assert_eq!(below.join("f").metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(below.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn half_a_line_of_a_crash_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let long = "x".repeat(usize::try_from(STEP_BYTES).unwrap() * 2 + 5);
        for (before, after) in [
            (String::new(), "new\n".to_owned()),
            ("half".to_owned(), "new\n".to_owned()),
            ("one\nhalf".to_owned(), "one\nnew\n".to_owned()),
            (format!("one\n{long}"), "one\nnew\n".to_owned()),
            (format!("{long}\n"), format!("{long}\nnew\n")),
        ] {
            let _ = std::fs::remove_file(&path);
            File::create(&path).unwrap().write_all(before.as_bytes()).unwrap();
            append(folder.path(), "f", b"new\n").unwrap();
            assert_eq!(text(&path), after);
        }
    }

    #[test]
    fn a_file_has_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let file = File::create(&path).unwrap();
        file.set_len(FILE_BYTES_MAX - 4).unwrap();
        let mut end = OpenOptions::new().write(true).open(&path).unwrap();
        end.seek(SeekFrom::End(-1)).unwrap();
        end.write_all(b"\n").unwrap();
        assert!(append(folder.path(), "f", b"one\n").is_ok());
        let refused = append(folder.path(), "f", b"x\n");
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(path.metadata().unwrap().len(), FILE_BYTES_MAX);
    }

    /// What the child below does stands behind a bound of the system, as on a full disk.
    const CHILD: &str = "SOTTO_TEST_FULL_DISK";

    #[test]
    fn a_full_disk_leaves_no_half_line() {
        if let Some(folder) = std::env::var_os(CHILD) {
            let folder = Path::new(&folder);
            append(folder, "f", b"one\n").unwrap();
            assert!(append(folder, "f", &[b"x".repeat(10_000), b"\n".to_vec()].concat()).is_err());
            append(folder, "f", b"two\n").unwrap();
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let bounded =
            "ulimit -f 4; trap '' XFSZ; exec \"$0\" --exact file::tests::a_full_disk_leaves_no_half_line";
        let run = std::process::Command::new("bash")
            .args(["-c", bounded])
            .arg(std::env::current_exe().unwrap())
            .env(CHILD, folder.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
        assert_eq!(text(&folder.path().join("f")), "one\ntwo\n");
    }
}
