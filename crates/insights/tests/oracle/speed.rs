//! How fast are queries, beside DuckDB over the same file? A few rows with every run, to see that it works; a measurement with
//! `SOTTO_SPEED_EVENTS=400000`, in release, which `oracles/run-insights` sets. One thread each.

use crate::differential::python;
use crate::program::{Program, insights};
use crate::rows::{events, stream, write_segment};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Events where nothing else is said.
const EVENT_COUNT_USUAL: usize = 2_000;
/// Events of one block of hot rows.
const BLOCK_EVENTS: usize = 50_000;
/// Runs of each query; the quickest counts.
const RUNS: usize = 5;

/// Queries over segments, and SQL that asks DuckDB the same.
const PAIRS: &[(&str, &str)] = &[
    (
        "filter @message like 'no such text' | stats count(*)",
        "select count(*) from ev where contains(message, 'no such text')",
    ),
    (
        "filter @message like /took 1\\d+ms/ | stats count(*)",
        "select count(*) from ev where regexp_matches(message, 'took 1\\d+ms')",
    ),
    ("stats count(*) by bin(1h)", "select ts - ts % 3600000, count(*) from ev group by 1"),
    (
        "stats avg(latency) as a by bin(1h)",
        "select ts - ts % 3600000, avg(try_cast(latency as double)) from ev group by 1",
    ),
    ("stats count(*) by level, status", "select level, status, count(*) from ev group by 1, 2"),
];

fn event_count() -> usize {
    std::env::var("SOTTO_SPEED_EVENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(EVENT_COUNT_USUAL)
}

#[test]
fn speed_is_measured_beside_duckdb() {
    let Some(python) = python() else { return };
    let program = Program::start("speed", &["--threads", "1"]);
    let all = events(event_count());
    let segment = program.folder.join("all.parquet");
    write_segment(&segment, &all, None);
    let mut text_bytes = 0;
    let blocks: Vec<Vec<u8>> = all.chunks(BLOCK_EVENTS).map(stream).collect();
    all.iter().for_each(|event| text_bytes += event.text().len());
    println!(
        "{} events, {text_bytes} bytes of text, {} in the segment",
        all.len(),
        segment.metadata().unwrap().len()
    );
    let theirs = duckdb(&python, &segment);
    for ((query, _), theirs) in PAIRS.iter().zip(theirs) {
        let ours = quickest(|| assert!(program.run(insights(query, &[&segment]), &[]).end.is_ok()));
        println!("{query}: {:.3} s, DuckDB {theirs:.3} s", ours.as_secs_f64());
    }
    let run = |query: &str| quickest(|| assert!(program.run(insights(query, &[]), &blocks).end.is_ok()));
    let (carried, searched) =
        (run("stats count(*)"), run("filter @message like 'no such text' | stats count(*)"));
    let alone = searched.saturating_sub(carried).as_secs_f64();
    println!(
        "hot rows: {:.3} s to carry them, {alone:.3} s more to search them: {:.2} GB/s",
        carried.as_secs_f64(),
        text_bytes as f64 / alone / 1e9
    );
}

fn quickest(run: impl Fn()) -> Duration {
    let timed = (0..RUNS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    timed.min().unwrap()
}

fn duckdb(python: &Path, segment: &Path) -> Vec<f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/duckdb_speed.py");
    let queries: Vec<&str> = PAIRS.iter().map(|(_, sql)| *sql).collect();
    let run = Command::new(python).arg(script).arg(segment).args(queries).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}
