//! How do results reach standard output? Through one buffered writer that knows when nobody reads any more.
//!
//! `sotto scan big | head -1` is no error: when the reader goes away the program ends quietly with exit code 0. So every
//! write goes through [`Out`], which remembers a broken pipe; `main` asks [`reader_gone`].

use std::io::{self, BufWriter, StderrLock, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static READER_GONE: AtomicBool = AtomicBool::new(false);

/// Bytes that are collected before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// Standard output.
pub(crate) struct Out(StdoutLock<'static>);

/// Standard output without a buffer of ours, for what writes large pieces.
pub(crate) fn plain() -> Out {
    Out(io::stdout().lock())
}

/// Standard output, buffered; flush it in the end.
pub(crate) fn buffered() -> BufWriter<Out> {
    BufWriter::with_capacity(BUFFER_BYTES, plain())
}

/// Standard error.
pub(crate) fn stderr() -> StderrLock<'static> {
    io::stderr().lock()
}

/// One line on standard error; a closed standard error is no reason to fail.
pub(crate) fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// Whether the reader of standard output went away.
pub(crate) fn reader_gone() -> bool {
    READER_GONE.load(Ordering::Relaxed)
}

fn note<T>(done: io::Result<T>) -> io::Result<T> {
    if done.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        READER_GONE.store(true, Ordering::Relaxed);
    }
    done
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        note(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        note(self.0.flush())
    }
}
