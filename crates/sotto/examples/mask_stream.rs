//! Masks standard input to standard output as it comes, in bounded memory.
//!
//! `tail -f app.log | cargo run -p sottovoce --example mask_stream`

use sotto::{Masker, Scanner, Selection, StreamMasker, Syntax};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scanner = Scanner::builder().select(Selection::Structured).build()?;
    let stream = StreamMasker::new(&scanner, Masker::default(), Syntax::Auto);
    let counts = stream.pass(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())?;
    for (identifier, count) in counts.identifiers() {
        writeln!(std::io::stderr(), "{count:6} {identifier}")?;
    }
    Ok(())
}
