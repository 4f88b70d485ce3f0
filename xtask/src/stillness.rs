//! Do the core rooms keep still? No clock, no randomness, no files, no environment, no sockets: these come as arguments.
//!
//! What only depends on its arguments can be tested with a table, replayed, and trusted with captured text. Rooms at the
//! edge may reach out; tests and build scripts of the others may too. Exceptions stand in `xtask/pins/stillness.toml`.

use crate::finding::Finding;
use crate::pins::{Pins, Site};
use crate::source::{Source, Token};

/// The list of exceptions.
pub(crate) const PINS: &str = "xtask/pins/stillness.toml";

/// Rooms that meet the outside: it is their work.
const EDGE: &[&str] =
    &["storage", "wire", "deliver", "functions", "hsm", "speech", "insights", "api", "sotto"];

/// Modules of the standard library that reach out.
const MODULES: &[&str] = &["fs", "env", "process"];

/// Calls that reach out: what stands before the name, and the name.
const CALLS: &[(&str, &str)] =
    &[("Instant", "now"), ("SystemTime", "now"), ("File", "open"), ("File", "create")];

/// Words that reach out wherever they are called.
const WORDS: &[&str] = &["stdin", "stdout", "stderr", "getrandom", "thread_rng"];

/// Types that reach out.
const TYPES: &[&str] = &["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "UnixListener", "OsRng"];

/// Core rooms that reach out, outside of the list.
pub(crate) fn check(sources: &[Source], pins: &Pins) -> Vec<Finding> {
    let still = sources.iter().filter(|source| is_still(source));
    let sites: Vec<Site> = still.flat_map(sites).collect();
    pins.compare(
        "stillness",
        &sites,
        "take the instant, the bytes or the setting as an argument; the edge reaches out",
    )
}

fn is_still(source: &Source) -> bool {
    let edge = source.crate_folder().is_none_or(|room| EDGE.contains(&room));
    !edge && source.path.contains("/src/")
}

fn sites(source: &Source) -> Vec<Site> {
    let starts = 0..source.tokens.len();
    let tails = starts.filter_map(|at| source.tokens.get(at..));
    let reaches =
        tails.flat_map(|tail| reach(tail).into_iter().filter_map(|what| Some((tail.first()?.line, what))));
    let coded = reaches.filter(|(line, _)| !source.is_test_line(*line));
    coded
        .map(|(line, what)| Site {
            file: source.path.clone(),
            line,
            function: source.function_at(line).to_owned(),
            what,
        })
        .collect()
}

/// What the tokens at the head of a file's tail reach for.
fn reach(tail: &[Token]) -> Vec<String> {
    let words: Vec<&str> = tail.iter().take(5).map(|token| token.text.as_str()).collect();
    match words.as_slice() {
        ["std", ":", ":", "{", ..] => imported(tail.get(4..).unwrap_or_default()),
        ["std", ":", ":", module, ..] if MODULES.contains(module) => vec![format!("std::{module}")],
        [owner, ":", ":", name, ..] if CALLS.contains(&(*owner, *name)) => vec![format!("{owner}::{name}")],
        [word, "(", ..] if WORDS.contains(word) => vec![(*word).to_owned()],
        [name, ..] if TYPES.contains(name) => vec![(*name).to_owned()],
        _ => Vec::new(),
    }
}

/// Modules named at the first level of `use std::{...}`.
fn imported(inside: &[Token]) -> Vec<String> {
    let mut depth = 1_usize;
    let mut found = Vec::new();
    let mut head = true;
    for token in inside {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            module if head && depth == 1 && MODULES.contains(&module) => found.push(format!("std::{module}")),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        head = token.text == ",";
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let source = Source::parse(path, text).unwrap();
        [source].iter().filter(|source| is_still(source)).flat_map(sites).map(|site| site.what).collect()
    }

    #[test]
    fn core_rooms_do_not_reach_out() {
        let cases: &[(&str, &[&str])] = &[
            ("use std::fs::File;", &["std::fs"]),
            ("use std::{fmt, fs::{self, File}, env};", &["std::fs", "std::env"]),
            ("fn f() { let _ = std::env::var(\"X\"); }", &["std::env"]),
            (
                "fn f() { Instant::now(); std::time::SystemTime::now(); }",
                &["Instant::now", "SystemTime::now"],
            ),
            ("fn f() { File::open(p); io::stderr().lock(); }", &["File::open", "stderr"]),
            ("fn f() { m!(std::net::TcpStream) }", &["TcpStream"]),
            ("use std::{fmt, io::{self, fs}, time::Instant};", &[]),
            ("use std::io::Read; fn f(now: Instant, env: &Env) { env.get(now); }", &[]),
            ("//! std::fs\n#[cfg(test)]\nmod tests { use std::fs; }", &[]),
        ];
        for (text, wanted) in cases {
            assert_eq!(found("crates/detect/src/a.rs", text), *wanted, "{text}");
            for path in [
                "crates/sotto/src/a.rs",
                "crates/detect/build.rs",
                "crates/detect/tests/a.rs",
                "xtask/src/a.rs",
            ] {
                assert!(found(path, text).is_empty(), "{path}: {text}");
            }
        }
    }

    #[test]
    fn exceptions_are_listed() {
        let source = || Source::parse("crates/public/src/a.rs", "fn hook() { io::stderr(); }").unwrap();
        assert_eq!(check(&[source()], &Pins::parse(PINS, "").unwrap()).len(), 1);
        let list = "[[site]]\nfile = \"crates/public/src/a.rs\"\nfunction = \"hook\"\nwhat = \"stderr\"\nreason = \"a panic must say where\"\n";
        assert!(check(&[source()], &Pins::parse(PINS, list).unwrap()).is_empty());
        assert_eq!(check(&[], &Pins::parse(PINS, list).unwrap()).len(), 1);
    }
}
