//! Lists the identifier files, so that adding one is adding a file.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=identifiers");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("identifiers");
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let items: String =
        paths.iter().map(|path| format!("    include_str!({:?}),\n", path.display().to_string())).collect();
    let code = format!("pub(super) static FILES: &[&str] = &[\n{items}];\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("identifiers.rs");
    fs::write(out, code).expect("the build folder is writable");
}
