//! How does code on disk become an archive? A ZIP file as it is, a file by itself, a folder with all that is in it.

use crate::fault::Fault;
use anyhow::Result;
use sotto_functions::{ENTRIES_MAX, UNPACKED_BYTES_MAX, check_archive, pack};
use sotto_sensitive::RawBytes;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Folders that hold no code of a function.
const LEFT_OUT: [&str; 4] = [".git", "__pycache__", ".venv", "events"];

/// The archive of a path.
pub(super) fn archive_of(path: &Path) -> Result<RawBytes> {
    let is_zip = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let archive = match path.is_dir() {
        true => pack(&files_of(path)?),
        false if is_zip => Ok(read(path)?),
        false => pack(&[file(path, path.parent().unwrap_or(Path::new("")))?]),
    };
    let archive = archive.and_then(|archive| check_archive(&archive).map(|_| archive));
    archive.map_err(|error| Fault::usage(format!("`{}`: {error}", path.display())))
}

/// All files of a folder, in the order of their names.
pub(super) fn files_of(root: &Path) -> Result<Vec<(PathBuf, bool, RawBytes)>> {
    let (mut all, mut folders, mut bytes) = (Vec::new(), vec![root.to_path_buf()], 0_u64);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| Fault::file(&folder, &error))? {
            let entry = entry.map_err(|error| Fault::file(&folder, &error))?;
            let (path, kind) =
                (entry.path(), entry.file_type().map_err(|error| Fault::file(&folder, &error))?);
            let left_out = entry.file_name().to_str().is_some_and(|name| LEFT_OUT.contains(&name));
            if kind.is_dir() && !left_out {
                folders.push(path);
            } else if kind.is_file() {
                let one = file(&path, root)?;
                bytes += one.2.length() as u64;
                if all.len() >= ENTRIES_MAX || bytes > UNPACKED_BYTES_MAX {
                    return Err(Fault::usage(format!("`{}` holds too much for a function", root.display())));
                }
                all.push(one);
            }
        }
    }
    all.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    Ok(all)
}

fn file(path: &Path, root: &Path) -> Result<(PathBuf, bool, RawBytes)> {
    let name = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    let mode = fs::metadata(path).map_err(|error| Fault::file(path, &error))?.permissions().mode();
    Ok((name, mode & 0o111 != 0, read(path)?))
}

pub(super) fn read(path: &Path) -> Result<RawBytes> {
    fs::read(path).map(RawBytes::new).map_err(|error| Fault::file(path, &error))
}

/// Runtime and handler that a path speaks of, where it does: the newest name of the family, and the member that AWS's own examples have.
pub(super) fn meant(path: &Path) -> (Option<&'static str>, Option<String>) {
    let module = match path.is_dir() {
        true => ["lambda_function.py", "handler.py", "index.mjs", "index.js"]
            .into_iter()
            .map(|name| path.join(name))
            .find(|path| path.is_file()),
        false => Some(path.to_path_buf()),
    };
    let Some(module) = module else { return (None, None) };
    let stem = module.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    match module.extension().and_then(|ending| ending.to_str()) {
        Some("py") => (Some("python3.13"), Some(format!("{stem}.{}", python_member(&module)))),
        Some("js" | "mjs" | "cjs") => (Some("nodejs22.x"), Some(format!("{stem}.handler"))),
        _ => (None, None),
    }
}

/// The function that a Python module is called by.
fn python_member(module: &Path) -> &'static str {
    let source = fs::read_to_string(module).unwrap_or_default();
    let defines = |name: &&&str| source.contains(&format!("def {name}("));
    let usual: [&'static str; 4] = ["lambda_handler", "handler", "handle", "main"];
    usual.iter().find(defines).copied().unwrap_or("lambda_handler")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_runs_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hook.py");
        fs::File::create(&path).unwrap();
        assert_eq!(meant(&path), (Some("python3.13"), Some("hook.lambda_handler".to_owned())));
        assert_eq!(meant(folder.path()), (None, None));
        let path = folder.path().join("index.mjs");
        fs::File::create(&path).unwrap();
        assert_eq!(meant(folder.path()), (Some("nodejs22.x"), Some("index.handler".to_owned())));
        assert!(check_archive(&archive_of(folder.path()).unwrap()).is_ok());
    }
}
