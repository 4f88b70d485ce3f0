//! How far is it? One line on standard error: bytes, rate, time that is left.
//!
//! On a terminal the line is drawn over itself ten times a second; elsewhere, when `--progress always` asks, a new line is
//! written every two seconds. It goes away when the work is done.

use crate::amount::size;
use crate::args::Progress;
use crate::out;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the line is drawn on a terminal.
const TICK: Duration = Duration::from_millis(100);
/// How often a line is written elsewhere.
const TICK_PLAIN: Duration = Duration::from_secs(2);

/// Shows progress until it is dropped.
pub(crate) struct Watch {
    /// Bytes that have been read; readers add to it.
    pub(crate) read: Arc<AtomicU64>,
    shown: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Watch {
    /// Begins. `total` is the number of bytes to come, if it is known.
    pub(crate) fn begin(asked: Option<Progress>, quiet: bool, total: Option<u64>) -> Self {
        let (read, terminal) = (Arc::<AtomicU64>::default(), std::io::stderr().is_terminal());
        let wanted = match asked {
            Some(Progress::Always) => true,
            Some(Progress::Never) => false,
            None => terminal && !quiet,
        };
        let shown = wanted.then(|| {
            let (done, counted) = (Arc::<AtomicBool>::default(), Arc::clone(&read));
            let stop = Arc::clone(&done);
            (done, thread::spawn(move || show(&counted, &stop, total, terminal)))
        });
        Self { read, shown }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.shown.take() {
            done.store(true, Ordering::Relaxed);
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn show(read: &AtomicU64, done: &AtomicBool, total: Option<u64>, terminal: bool) {
    let begun = Instant::now();
    let tick = if terminal { TICK } else { TICK_PLAIN };
    loop {
        thread::park_timeout(tick);
        if done.load(Ordering::Relaxed) {
            break;
        }
        let line = line(read.load(Ordering::Relaxed), total, begun.elapsed());
        if terminal {
            // "Erase in line" (ECMA-48, section 8.3.41), so that a shorter line leaves no rest.
            let _ = write!(out::stderr(), "\r{line}\x1b[K");
        } else {
            out::say(&line);
        }
    }
    if terminal {
        let _ = write!(out::stderr(), "\r\x1b[K");
    } else {
        out::say(&line(read.load(Ordering::Relaxed), total, begun.elapsed()));
    }
}

fn line(read: u64, total: Option<u64>, passed: Duration) -> String {
    let rate = read as f64 / passed.as_secs_f64().max(1e-3);
    let speed = format!("{}/s", size(rate as u64));
    match total.filter(|total| *total > 0) {
        None => format!("{}  {speed}", size(read)),
        Some(total) => {
            let part = (read as f64 / total as f64).min(1.0);
            let left = (total.saturating_sub(read)) as f64 / rate.max(1.0);
            let bar = "#".repeat((part * 20.0) as usize);
            let (read, total, left) = (size(read), size(total), clock(left));
            format!("[{bar:20}] {:3.0} %  {read} of {total}  {speed}  {left} left", part * 100.0)
        }
    }
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.min(359_999.0) as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_size_rate_and_time_left() {
        let half = line(500_000_000, Some(1_000_000_000), Duration::from_secs(2));
        assert_eq!(half, "[##########          ]  50 %  500.0 MB of 1.0 GB  250.0 MB/s  0:02 left");
        assert_eq!(line(3_000, None, Duration::from_secs(1)), "3.0 kB  3.0 kB/s");
        assert_eq!((clock(59.9), clock(3_700.0)), ("0:59".to_owned(), "1:01:40".to_owned()));
    }
}
