//! How fast is Datadog's scanner? One event a line, as its agents feed it; keywords within thirty characters and the Luhn
//! check are its own; matches are found, not replaced.

use std::error::Error;
use std::sync::Arc;

use dd_sds::{ProximityKeywordsConfig, RegexRuleConfig, RootRuleConfig, RuleConfig, Scanner, SecondaryValidator};
use rival_meter::{Rule, job, measure};

type Compiled = RootRuleConfig<Arc<dyn RuleConfig>>;

fn main() -> Result<(), Box<dyn Error>> {
    let job = job()?;
    let rules: Vec<Compiled> = job.rules.iter().map(compile).collect();
    let scanner = Scanner::builder(&rules).build().map_err(|e| format!("rules refused: {e:?}"))?;
    measure("dd-sensitive-data-scanner", &job, |text| {
        let mut findings = 0;
        for line in text.lines() {
            let mut event = line.to_string();
            findings += scanner.scan(&mut event).map_err(|e| format!("{e:?}"))?.len() as u64;
        }
        Ok(findings)
    })
}

fn compile(rule: &Rule) -> Compiled {
    let pattern = if rule.caseless { format!("(?i){}", rule.pattern) } else { rule.pattern.clone() };
    let mut config = RegexRuleConfig::new(&pattern);
    if !rule.keywords.is_empty() {
        config = config.with_proximity_keywords(ProximityKeywordsConfig {
            look_ahead_character_count: 30,
            included_keywords: rule.keywords.clone(),
            excluded_keywords: Vec::new(),
        });
    }
    if rule.check.as_deref() == Some("luhn") {
        config = config.with_validator(Some(SecondaryValidator::LuhnChecksum));
    }
    RootRuleConfig::new(config.build())
}
