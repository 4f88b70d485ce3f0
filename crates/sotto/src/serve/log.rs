//! What does the server write down about itself? Lines on standard error: an instant, a level, a fixed sentence, and fields
//! that carry the mark [`LogSafe`].
//!
//! No subscriber of `tracing` or `log` is installed in this process, so hyper, h2 and rustls have no way to write what they
//! see. Rejected: capping them by target, which holds until one of them renames a module.

use crate::args::LogLevel;
use crate::clock;
use sotto_public::{LogSafe, Safe};
use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::sync::OnceLock;

static LEVEL: OnceLock<LogLevel> = OnceLock::new();

/// Sets how much is written, once.
pub(crate) fn start(level: LogLevel) {
    let _ = LEVEL.set(level);
}

/// A name and a value of a line.
pub(crate) struct Field(&'static str, String);

/// A field; the mark is what lets a value in.
pub(crate) fn field<T: LogSafe + Display>(name: &'static str, value: T) -> Field {
    Field(name, Safe(&value).to_string())
}

impl Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.0, self.1)
    }
}

/// Whether lines of a level are written.
pub(crate) fn enabled(level: LogLevel) -> bool {
    let wanted = LEVEL.get().copied().unwrap_or_default();
    rank(level) <= rank(wanted)
}

/// Something failed here.
pub(crate) fn error(sentence: &'static str, fields: &[Field]) {
    write(LogLevel::Error, sentence, fields);
}

/// Something deserves a look.
pub(crate) fn warn(sentence: &'static str, fields: &[Field]) {
    write(LogLevel::Warn, sentence, fields);
}

/// The server's own life.
pub(crate) fn info(sentence: &'static str, fields: &[Field]) {
    write(LogLevel::Info, sentence, fields);
}

/// A request.
pub(crate) fn debug(sentence: &'static str, fields: &[Field]) {
    write(LogLevel::Debug, sentence, fields);
}

fn write(level: LogLevel, sentence: &'static str, fields: &[Field]) {
    if enabled(level) {
        let _ = crate::out::stderr().write_all(line(level, sentence, fields).as_bytes());
    }
}

fn line(level: LogLevel, sentence: &str, fields: &[Field]) -> String {
    let since = clock::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut line = format!("{}.{:03} {} {sentence}", since.as_secs(), since.subsec_millis(), word(level));
    for field in fields {
        let _ = write!(line, " {field}");
    }
    line.push('\n');
    line
}

fn rank(level: LogLevel) -> u8 {
    match level {
        LogLevel::Off => 0,
        LogLevel::Error => 1,
        LogLevel::Warn => 2,
        LogLevel::Info => 3,
        LogLevel::Debug => 4,
    }
}

fn word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Off => "off",
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
    }
}
