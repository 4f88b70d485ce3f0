//! What may a log line, an error, a trace, a metric label or a panic hold? Types that carry [`LogSafe`].
//!
//! The mark is for enums, numbers, spans, our own ids and records of these. There is no implementation for
//! `String`, `str`, `Vec` or `Box<dyn Error>`: text of unknown origin is captured text until proven otherwise.
//! An error's `Display` counts as a log line.

use crate::{ByteSpan, CharSpan, Foreign, IdentifierId, Public, sealed};
use std::fmt;

/// Fit for log lines, errors, traces, metric labels and panics. Implemented by `#[derive(LogSafe)]` only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may hold captured text, so it must not reach a log line or an error",
    label = "not LogSafe",
    note = "log a span, an id, a count or an enum instead; derive LogSafe on records of such fields"
)]
pub trait LogSafe: sealed::LogSafe {}

macro_rules! log_safe {
    ($($type:ty),* $(,)?) => {$( impl sealed::LogSafe for $type {} impl LogSafe for $type {} )*};
}
log_safe!(bool, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, ());
log_safe!(&'static str, std::time::Duration, std::time::SystemTime, std::io::ErrorKind);
log_safe!(ByteSpan, CharSpan, IdentifierId, Foreign);

impl<T> sealed::LogSafe for Public<T> {}
impl<T> LogSafe for Public<T> {}
impl<T: LogSafe> sealed::LogSafe for Option<T> {}
impl<T: LogSafe> LogSafe for Option<T> {}
impl<T: LogSafe> sealed::LogSafe for std::sync::Arc<T> {}
impl<T: LogSafe> LogSafe for std::sync::Arc<T> {}

/// The only way from a value to a log line: displays `T`, which must be [`LogSafe`].
///
/// ```
/// use sotto_public::{ByteSpan, Safe};
/// assert_eq!(Safe(&ByteSpan::new(3, 7).expect("ordered")).to_string(), "3..7");
/// ```
#[derive(Debug)]
pub struct Safe<'a, T: LogSafe>(pub &'a T);

impl<T: LogSafe + fmt::Display> fmt::Display for Safe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
