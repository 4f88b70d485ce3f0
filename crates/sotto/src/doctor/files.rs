//! Who may read the files? Everything below the data directory is its owner's alone, and so is the root key.

use super::Findings;
use crate::serve::roots::Roots;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Most files that are looked at.
const FILES_MAX: usize = 100_000;

/// Certificates are public; their keys are not.
const PUBLIC_ENDINGS: [&str; 2] = ["pem", "crt"];
/// What the certificates say, for whoever shows them.
const PUBLIC_NAME: &str = "about.json";

/// Looks at the modes of files.
pub(super) fn look(data: &Path, roots: &Roots, findings: &mut Findings) {
    folder(data, findings);
    let mut open = Vec::new();
    let mut room = FILES_MAX;
    let read = walk(data, &mut open, &mut room);
    match (read, open.as_slice(), room) {
        (Err(_), ..) => {
            findings.warn("files", "not every file could be looked at", "run it as the server's user")
        }
        (_, _, 0) => findings.warn(
            "files",
            format!("more than {FILES_MAX} files; the first ones were looked at"),
            "look at the others with find -perm /077",
        ),
        (_, [], _) => findings.fine("files", "all of them are their owner's alone"),
        (_, [first, ..], _) => findings.bad(
            "files",
            format!("{} can be read by others, the first is `{}`", open.len(), first.display()),
            "chmod go= for each of them",
        ),
    }
    root_key(data, roots, findings);
}

fn folder(data: &Path, findings: &mut Findings) {
    let Ok(found) = std::fs::metadata(data) else { return };
    match found.permissions().mode() & 0o077 {
        0 => findings.fine("data directory", "only its owner may enter"),
        _ => findings.bad(
            "data directory",
            format!("has mode {:03o}", found.permissions().mode() & 0o777),
            "chmod 700, and see who owns it",
        ),
    }
}

/// Files below a folder that others may read or write.
fn walk(folder: &Path, open: &mut Vec<PathBuf>, room: &mut usize) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        if *room == 0 {
            return Ok(());
        }
        *room -= 1;
        let entry = entry?;
        let (path, found) = (entry.path(), entry.metadata()?);
        if found.is_dir() {
            walk(&path, open, room)?;
            continue;
        }
        let public = path.extension().and_then(|ending| ending.to_str());
        let public = public.is_some_and(|ending| PUBLIC_ENDINGS.contains(&ending))
            || path.file_name().is_some_and(|name| name == PUBLIC_NAME);
        if found.is_file() && !public && found.permissions().mode() & 0o077 != 0 {
            open.push(path);
        }
    }
    Ok(())
}

/// The root key's file: where it is one, and those of earlier keys.
fn root_key(data: &Path, roots: &Roots, findings: &mut Findings) {
    let file = roots.file();
    if let (Ok(key), Ok(folder)) = (std::fs::metadata(file), std::fs::metadata(data)) {
        match key.uid() == folder.uid() || roots.is_credential() {
            true => findings.fine("root key file", format!("`{}`", file.display())),
            false => findings.warn(
                "root key file",
                format!("`{}` belongs to another user than the data", file.display()),
                "chown it to the server's user",
            ),
        }
        if key.dev() == folder.dev() && file.starts_with(data) {
            findings.warn(
                "root key file",
                "it is in the data directory: a backup of the whole directory holds key and data together",
                "keep it elsewhere (--root-key-file, a credential, a device), and back it up apart",
            );
        }
    }
    let earlier = earlier_keys(file);
    if earlier > 0 {
        findings.warn(
            "earlier root keys",
            format!("{earlier} files of earlier root keys are beside the present one"),
            "destroy each when no backup is left that was made under it",
        );
    }
}

/// How many files of earlier root keys there are beside the present one.
fn earlier_keys(file: &Path) -> usize {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let numbered = |entry: std::io::Result<std::fs::DirEntry>| {
        let found = entry.ok()?.file_name().into_string().ok()?;
        let number = found.strip_prefix(name)?.strip_prefix('.')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then_some(())
    };
    std::fs::read_dir(folder).map_or(0, |entries| entries.filter_map(numbered).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;
    use crate::private::{Readers, write};
    use sotto_kms::Devices;

    #[test]
    fn files_that_others_may_read_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        std::fs::set_permissions(data, PermissionsExt::from_mode(0o700)).unwrap();
        std::fs::create_dir(data.join("tls")).unwrap();
        write(&data.join("root.key"), b"canary", Readers::Owner).unwrap();
        write(&data.join("root.key.1"), b"canary", Readers::Owner).unwrap();
        write(&data.join("tls/server.pem"), b"public", Readers::All).unwrap();
        let looked = || {
            let mut findings = Findings::default();
            look(data, &Roots::new(data, None, Devices::new()), &mut findings);
            findings
        };
        let level = |findings: &Findings, check: &str| {
            findings.0.iter().find(|finding| finding.check == check).map(|finding| finding.level)
        };
        let found = looked();
        assert_eq!(level(&found, "files"), Some(Level::Ok));
        assert_eq!(level(&found, "data directory"), Some(Level::Ok));
        assert_eq!(level(&found, "earlier root keys"), Some(Level::Warning));
        write(&data.join("tls/server.key"), b"canary", Readers::All).unwrap();
        std::fs::set_permissions(data, PermissionsExt::from_mode(0o755)).unwrap();
        let found = looked();
        assert_eq!(level(&found, "files"), Some(Level::Problem));
        assert_eq!(level(&found, "data directory"), Some(Level::Problem));
        assert!(!format!("{:?}", found.0).contains("canary"));
    }
}
