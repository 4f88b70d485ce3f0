//! How is a rival measured? Every program reads the same rules and the same file, scans it once to warm up a megabyte,
//! then once for the record, and prints megabytes, CPU seconds and findings as one line of JSON.

use std::error::Error;
use std::fs;

use serde::Deserialize;

/// One rule of `rules40.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Rule {
    /// Name of the rule.
    pub name: String,
    /// Regular expression in the syntax that all rivals share.
    pub pattern: String,
    /// Words of which one must stand within thirty characters; none: no such demand.
    pub keywords: Vec<String>,
    /// `luhn` where the digits must pass it.
    pub check: Option<String>,
    /// Whether letters match in either case.
    pub caseless: bool,
}

/// Rules, text and options from the command line: `RULES LOG [COUNT]`, where COUNT takes the first rules only.
pub struct Job {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The log.
    pub text: String,
}

/// Reads the job from the command line.
pub fn job() -> Result<Job, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [rules, log, rest @ ..] = args.as_slice() else { return Err("usage: PROGRAM RULES.json LOG [RULE-COUNT]".into()) };
    let mut rules: Vec<Rule> = serde_json::from_str(&fs::read_to_string(rules)?)?;
    if let Some(count) = rest.first() {
        rules.truncate(count.parse()?);
    }
    Ok(Job { rules, text: fs::read_to_string(log)? })
}

/// CPU seconds of this process so far, all threads, user and system (proc(5), fields 14 and 15, in hundredths).
pub fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or("");
    let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Scans a prefix unmeasured, then everything, and prints the report.
pub fn measure(name: &str, job: &Job, mut scan: impl FnMut(&str) -> Result<u64, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let cut = job.text.char_indices().map(|(at, _)| at).take_while(|at| *at < 1_000_000).last().unwrap_or(0);
    scan(job.text.get(..cut).unwrap_or(""))?;
    let before = cpu_seconds();
    let findings = scan(&job.text)?;
    let (mb, cpu) = (job.text.len() as f64 / 1e6, cpu_seconds() - before);
    let report = serde_json::json!({
        "program": name, "rules": job.rules.len(), "mb": mb, "cpu_s": cpu, "mb_per_cpu_s": mb / cpu.max(0.01), "findings": findings,
    });
    println!("{report}");
    Ok(())
}
