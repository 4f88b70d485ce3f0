//! How fast is Hyperscan? One block database with leftmost starts, over each line and over the whole buffer, in two ways:
//! `patterns` gives it every pattern as it stands; `keyword-first` gives it, for a rule with keywords, those words in place
//! of the pattern, as somebody would who knows that a bare run of digits matches everywhere. Neither way sifts what it
//! finds (no keyword distance, no checksum; every end of a greedy pattern counts), so a scanner built on it would be slower.

use std::error::Error;

use hyperscan::prelude::*;
use rival_meter::{Job, Rule, job, measure};

fn main() -> Result<(), Box<dyn Error>> {
    let job = job()?;
    run(&job, "patterns", pattern_of)?;
    run(&job, "keyword-first", keywords_of)
}

fn run(job: &Job, way: &str, compile: fn(&Rule) -> (String, CompileFlags)) -> Result<(), Box<dyn Error>> {
    let mut patterns = Vec::new();
    for (id, rule) in job.rules.iter().enumerate() {
        let (expression, flags) = compile(rule);
        let mut pattern = Pattern::with_flags(expression, flags | CompileFlags::SOM_LEFTMOST)?;
        pattern.id = Some(id);
        patterns.push(pattern);
    }
    let database: BlockDatabase = patterns.into_iter().collect::<Patterns>().build()?;
    let scratch = database.alloc_scratch()?;
    let scan = |block: &str, findings: &mut u64| {
        database.scan(block, &scratch, |_, _, _, _| {
            *findings += 1;
            Matching::Continue
        })
    };
    measure(&format!("hyperscan, {way}, lines"), job, |text| {
        let mut findings = 0;
        text.lines().try_for_each(|line| scan(line, &mut findings))?;
        Ok(findings)
    })?;
    measure(&format!("hyperscan, {way}, whole"), job, |text| {
        let mut findings = 0;
        scan(text, &mut findings)?;
        Ok(findings)
    })
}

fn pattern_of(rule: &Rule) -> (String, CompileFlags) {
    (rule.pattern.clone(), if rule.caseless { CompileFlags::CASELESS } else { CompileFlags::empty() })
}

fn keywords_of(rule: &Rule) -> (String, CompileFlags) {
    if rule.keywords.is_empty() {
        return pattern_of(rule);
    }
    (format!("(?:{})", rule.keywords.join("|")), CompileFlags::CASELESS)
}
