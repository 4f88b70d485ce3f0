//! What must hold for everything that somebody types into a search? First line of the input: what is typed; the rest: a stored
//! message.

use sotto_query::insights::compile_regex;
use sotto_query::{FilterPattern, Plan, QueryError, discover, json_items, json_value};

fn split(input: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(input).ok()?;
    Some(text.split_once('\n').unwrap_or((text, "")))
}

/// A mistake has its place inside of what was typed, and its words say nothing of it.
fn well_placed(error: &QueryError, typed: &str) {
    let (start, end) = error.place().expect("a text was at fault");
    assert!(start < end && start <= typed.chars().count());
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.len() < 8 || !error.to_string().contains(&digits));
}

/// Patterns compile or say where not; what they extract goes with what they match.
pub fn filter_pattern(input: &[u8]) {
    let Some((typed, message)) = split(input) else { return };
    match FilterPattern::parse(typed) {
        Ok(pattern) => assert_eq!(pattern.matches(message), pattern.extract(message).is_some()),
        Err(error) => well_placed(&error, typed),
    }
    for (name, value) in discover(message) {
        assert!(!name.is_empty() || message.contains("\"\""), "{}", value.len());
    }
    let _ = (json_value(message, typed), json_items(message));
}

/// Queries compile or say where not; a plan survives the way to the engine, and its expressions compile there.
pub fn insights(input: &[u8]) {
    let Some((typed, _)) = split(input) else { return };
    let plan = match Plan::compile(typed) {
        Ok(plan) => plan,
        Err(error) => return well_placed(&error, typed),
    };
    let sent = serde_json::to_vec(&plan).expect("a plan is written");
    let again: Plan = serde_json::from_slice(&sent).expect("a plan is read again");
    assert!(again == plan);
    for command in &plan.commands {
        if let sotto_query::insights::Command::Parse { regex, names, .. } = command {
            assert!(compile_regex(regex).is_some() && !names.is_empty());
        }
    }
}
