//! What happens on Ctrl-C? Work stops at the next block, temporary files are removed, the exit code is 130.
//!
//! The handlers only raise a flag; whoever reads blocks asks [`interrupted`]. A second signal ends the process at once, for
//! the case that a read never returns.

use crate::fault::{Fault, reason};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

static RAISED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Installs the handlers.
pub(crate) fn listen() -> anyhow::Result<()> {
    let raised = RAISED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let installed = signal_hook::flag::register_conditional_default(signal, Arc::clone(raised))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(raised)));
        installed.map_err(|error| Fault::unavailable(format!("signals: {}", reason(&error))))?;
    }
    Ok(())
}

/// Whether a signal asked to end.
pub(crate) fn interrupted() -> bool {
    RAISED.get().is_some_and(|raised| raised.load(Ordering::Relaxed))
}

/// A reader that fails once a signal asked to end.
pub(crate) struct Interruptible<R>(pub(crate) R);

impl<R: Read> Read for Interruptible<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if interrupted() {
            return Err(io::Error::other(Fault::Interrupted));
        }
        self.0.read(buffer)
    }
}
