//! Masks a string and says what was found, without ever printing a value.
//!
//! `cargo run -p sottovoce --example mask_string`

use sotto::{Masker, RawText, Scanner, Selection, Style, mask};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scanner = Scanner::builder().select(Selection::All).build()?;
    let masker = Masker::new(Style::Label);
    let text = RawText::from("Ana (ana.lima@example.com) paid with 4111 1111 1111 1111".to_owned());

    let masked = mask(&scanner, &text, &masker);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", masked.text)?;
    for found in &masked.detections {
        let rule = scanner.rule(found.rule);
        writeln!(out, "{} at characters {}, score {}", rule.identifier, found.chars, found.score)?;
    }
    Ok(())
}
