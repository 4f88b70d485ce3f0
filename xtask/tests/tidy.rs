//! Does tidy fail where it must? A small house with one fault of each kind, judged by the program itself.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "the test builds a house of its own in cargo's folder for tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The files of a house that is in order.
const HOUSE: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/public\", \"crates/sensitive\", \"crates/detect\"]\n",
    ),
    (
        "crates/public/Cargo.toml",
        "[package]\nname = \"sotto-public\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    ("crates/public/src/lib.rs", "//! What may be shown? Numbers.\n"),
    (
        "crates/sensitive/Cargo.toml",
        "[package]\nname = \"sotto-sensitive\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nsotto-public = { path = \"../public\" }\n",
    ),
    ("crates/sensitive/src/lib.rs", "//! Who may read captured text? See [`sotto_public`].\n"),
    (
        "crates/detect/Cargo.toml",
        "[package]\nname = \"sotto-detect\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    ("crates/detect/src/lib.rs", "//! Where is something sensitive? In the text.\n"),
    ("xtask/pins/expose.toml", "# Sites.\n"),
    ("xtask/pins/signatures.toml", "# Sites.\n"),
    ("xtask/pins/stillness.toml", "# Sites.\n"),
    ("xtask/pins/dependencies.toml", "# Sites.\n"),
    ("xtask/pins/marks.toml", "# Sites.\n"),
    ("docs/practices.md", "# Practices\n"),
];

/// A house in a folder of its own, with some files replaced or added.
fn house(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    for (file, text) in HOUSE.iter().chain(changes) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(&root).status().unwrap();
    assert!(git.success());
    root
}

fn tidy(root: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_xtask");
    Command::new(program).arg("tidy").args(arguments).current_dir(root).output().unwrap()
}

/// Tidy's words on a house with one change.
fn words(name: &str, file: &str, text: &str) -> (bool, String) {
    let done = tidy(&house(name, &[(file, text)]), &[]);
    (done.status.success(), String::from_utf8(done.stdout).unwrap())
}

#[test]
fn a_house_in_order_passes() {
    let root = house("in-order", &[]);
    let done = tidy(&root, &[]);
    let printed = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && printed.ends_with("tidy: the house is in order\n"), "{printed}");
    let json: serde_json::Value = serde_json::from_slice(&tidy(&root, &["--format", "json"]).stdout).unwrap();
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(json["sizes"]["files"], 3);
}

#[test]
fn each_fault_fails_by_its_own_check() {
    let essay = "//! Where is something sensitive? In the text.\n";
    let long = format!("{essay}fn f() {{\n{}}}\n", "    g();\n".repeat(99));
    let source = |code: &str| format!("{essay}{code}");
    let lib = "crates/detect/src/lib.rs";
    let manifest = "[package]\nname = \"sotto-public\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nsotto-sensitive = { path = \"../sensitive\" }\n";
    let cases: &[(&str, &str, String)] = &[
        (
            "expose",
            lib,
            source("fn f(text: &RawText) {\n    text.expose();\n}\n"),
        ),
        ("signatures", lib, source("pub fn f() -> String {\n    g()\n}\n")),
        ("stillness", lib, source("use std::fs::File;\n")),
        ("unsafe", lib, source("fn f() {\n    unsafe { g() }\n}\n")),
        ("essays", lib, "fn f() {}\n".to_owned()),
        ("essays", "crates/detect/src/util.rs", essay.to_owned()),
        ("sizes", lib, long),
        ("marks", lib, source("#[allow(dead_code)]\nfn f() {}\n")),
        (
            "marks",
            "README.md",
            format!("{}: write it\n", concat!("TO", "DO")),
        ),
        ("marks", "notes.md", "no newline at the end".to_owned()),
        (
            "dependencies",
            "crates/sensitive/src/lib.rs",
            "//! Who may read captured text? Nobody.\n".to_owned(),
        ),
        (
            "expose",
            "xtask/pins/expose.toml",
            "[[site]]\nfile = \"a.rs\"\nfunction = \"f\"\nwhat = \"expose\"\nreason = \"it was there once\"\n"
                .to_owned(),
        ),
        (
            "evidence",
            "docs/practices.md",
            "| it is in order | `cargo xtask tidy` | `crates/detect/src/lib.rs::nobody` |\n".to_owned(),
        ),
    ];
    for (index, (check, file, text)) in cases.iter().enumerate() {
        let (passed, printed) = words(&format!("fault-{index}"), file, text);
        assert!(!passed, "{check} passed {file}");
        assert!(printed.contains(&format!("[{check}]")), "{file}: {printed}");
        assert!(printed.ends_with("tidy: 1 finding\n"), "{file}: {printed}");
    }
    // An arrow that points up; `sensitive` forgets its own, since cargo refuses circles.
    let sensitive = HOUSE[5].1;
    let changes = [
        ("crates/public/Cargo.toml", manifest),
        ("crates/public/src/lib.rs", "//! What may be shown? See [`sotto_sensitive`].\n"),
        ("crates/sensitive/Cargo.toml", &sensitive.replace("sotto-detect", "sotto-sensitive")),
    ];
    let done = tidy(&house("fault-arrow", &changes), &[]);
    let printed = String::from_utf8(done.stdout).unwrap();
    assert!(printed.contains("[arrows] `public` must not know `sensitive`"), "{printed}");
    assert!(!done.status.success() && printed.ends_with("tidy: 1 finding\n"), "{printed}");
}

#[test]
fn a_house_that_cannot_be_read_is_no_pass() {
    let root = house("unreadable", &[("crates/detect/src/lib.rs", "fn (")]);
    let done = tidy(&root, &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8(done.stderr).unwrap().contains("crates/detect/src/lib.rs is not Rust"));
}
