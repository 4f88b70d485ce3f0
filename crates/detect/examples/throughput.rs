//! How fast is detection on one core? Scans a file in memory and prints megabytes, CPU seconds and findings as JSON.
//!
//! `cargo run --release -p sotto-detect --example throughput -- FILE [structured|all|ID,...] [ROUNDS]`

use sotto_detect::{Scanner, Selection};
use sotto_sensitive::RawBytes;
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: throughput FILE [structured|all|ID,...] [ROUNDS]")?;
    let selection = args.next().unwrap_or_else(|| "structured".to_owned());
    let rounds: u32 = args.next().map_or(Ok(3), |rounds| rounds.parse())?;
    let mut builder = Scanner::builder();
    for word in selection.split(',') {
        builder = builder.select(match word {
            "structured" => Selection::Structured,
            "all" => Selection::All,
            id => Selection::Id(id.to_owned()),
        });
    }
    let scanner = builder.build()?;
    let bytes = RawBytes::new(std::fs::read(path)?);
    let mut findings = scanner.scan_bytes(&bytes).len();
    let before = cpu_seconds()?;
    for _ in 0..rounds {
        findings = scanner.scan_bytes(&bytes).len();
    }
    let cpu = (cpu_seconds()? - before) / f64::from(rounds);
    let mb = bytes.length() as f64 / 1e6;
    writeln!(
        std::io::stdout(),
        "{{\"mb\":{mb:.2},\"cpu_s\":{cpu:.4},\"mb_per_s\":{:.1},\"findings\":{findings}}}",
        mb / cpu
    )?;
    Ok(())
}

/// CPU time of this process (proc(5): fields 14 and 15 of `stat`, in hundredths of a second on Linux).
fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = stat.split_whitespace().next().ok_or("empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}
