//! Lists the identifier files, so that adding one is adding a file.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(clippy::disallowed_methods, reason = "a build script writes into the build folder")]
fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=identifiers");
    let folder = variable("CARGO_MANIFEST_DIR")?.join("identifiers");
    let mut paths = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let items: String = paths.iter().map(|path| format!("    include_str!({:?}),\n", text(path))).collect();
    let code = format!("pub(super) static FILES: &[&str] = &[\n{items}];\n");
    fs::write(variable("OUT_DIR")?.join("identifiers.rs"), code)
}

fn variable(name: &str) -> io::Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("cargo did not set {name}")))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
