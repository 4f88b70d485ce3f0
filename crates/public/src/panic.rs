//! What does a panic print? A place in our source, never its message.
//!
//! Slicing off a character boundary panics with the whole string, `unwrap` prints the error's fields: a panic
//! message is captured text until proven otherwise. The hook therefore prints file, line and column only.

use std::io::Write;
use std::panic::PanicHookInfo;

/// Installs the hook for the whole process. Call first thing in `main`.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        // A closed standard error is no reason to panic again.
        let _ = writeln!(std::io::stderr().lock(), "{}", describe(info));
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    match info.location() {
        Some(at) => format!(
            "internal error at {}:{}:{}; the details are withheld because they may hold captured text",
            at.file(),
            at.line(),
            at.column()
        ),
        None => "internal error at an unknown place".to_owned(),
    }
}
