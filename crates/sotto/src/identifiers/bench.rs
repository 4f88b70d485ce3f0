//! How fast is a pattern? Each is measured alone over the same made-up log, so that a slow one has a name.
//!
//! Matching takes linear time whatever the pattern, so slow means a factor, never a stall. The log is made here and now:
//! its lines hold numbers, words, addresses of machines and JSON, as logs do.

use super::check::{Customs, Stated, alone};
use crate::fault::Fault;
use anyhow::Result;
use serde_json::{Value, json};
use sotto_detect::{Mode, Scanner, Selection};
use sotto_sensitive::RawBytes;
use std::time::{Duration, Instant};

/// Bytes of the made-up log.
const LOG_BYTES: usize = 4 << 20;
/// A rule slower than this is named; all built-in ones together are faster.
const SLOW_MB_PER_SECOND: f64 = 100.0;
/// Time spent on each pattern, at least one pass.
const TIME_EACH: Duration = Duration::from_millis(100);

/// How fast one identifier is.
pub(crate) struct Speed {
    file: String,
    identifier: String,
    mb_per_second: f64,
}

/// Measures each identifier and each pattern alone.
pub(crate) fn run(stated: &[Stated], customs: &[Customs]) -> Result<Vec<Speed>> {
    let log = made_up_log();
    let mut speeds = Vec::new();
    for Stated { file, identifier } in stated {
        let scanner =
            alone(identifier, Mode::Own).map_err(|error| Fault::usage(format!("`{file}`: {error}")))?;
        speeds.push(measure(file, &identifier.id, &scanner, &log));
    }
    for Customs { file, customs } in customs {
        for custom in customs {
            let scanner =
                Scanner::builder().custom(custom.clone()).select(Selection::Id(custom.id.clone())).build();
            let scanner = scanner.map_err(|error| Fault::usage(format!("`{file}`: {error}")))?;
            speeds.push(measure(file, &custom.id, &scanner, &log));
        }
    }
    Ok(speeds)
}

fn measure(file: &str, identifier: &str, scanner: &Scanner, log: &RawBytes) -> Speed {
    let begun = Instant::now();
    let mut passes = 0_u32;
    while passes == 0 || begun.elapsed() < TIME_EACH {
        scanner.scan_bytes(log);
        passes += 1;
    }
    let bytes = log.length() as f64 * f64::from(passes);
    let mb_per_second = bytes / 1e6 / begun.elapsed().as_secs_f64().max(1e-9);
    Speed { file: file.to_owned(), identifier: identifier.to_owned(), mb_per_second }
}

fn made_up_log() -> RawBytes {
    let mut log = String::with_capacity(LOG_BYTES + 512);
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    while log.len() < LOG_BYTES {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (a, b, c) = (seed >> 33, seed >> 45, seed >> 20 & 0xFFFF);
        log.push_str(&format!(
            "2026-03-02T09:14:{:02}Z INFO svc-{} request={a:08x} took {b} ms from 10.{}.{}.7 user=u{c}\n\
             {{\"level\":\"warn\",\"order\":{a},\"path\":\"/v1/items/{c}?page={}\",\"msg\":\"retry {} of 5\"}}\n",
            c % 60, b % 9, c % 250, a % 250, b % 99, c % 5,
        ));
    }
    RawBytes::new(log.into_bytes())
}

impl Speed {
    fn is_slow(&self) -> bool {
        self.mb_per_second < SLOW_MB_PER_SECOND
    }

    /// For people.
    pub(crate) fn line(&self) -> String {
        let slow =
            if self.is_slow() { "  SLOW: begin the pattern with a literal, or give it keywords" } else { "" };
        format!("{}: {}: {:.0} MB/s{slow}\n", self.file, self.identifier, self.mb_per_second)
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({
            "file": self.file, "identifier": self.identifier, "mb_per_second": self.mb_per_second.round(),
            "slow": self.is_slow(),
        })
    }
}
