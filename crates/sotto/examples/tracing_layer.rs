//! Masks everything that a program logs through `tracing`, before it reaches the output.
//!
//! `cargo run -p sottovoce --example tracing_layer`

use sotto::{Masker, RawBytes, Scanner, Selection, Syntax, mask_bytes};
use std::io::{self, Write};
use std::sync::Arc;

/// A writer for `tracing-subscriber`, which hands over each event whole.
#[derive(Clone)]
struct Masking(Arc<Scanner>);

impl Write for Masking {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let raw = RawBytes::new(event.to_vec());
        let masked =
            mask_bytes(&*self.0, &raw, &Masker::default(), &Syntax::Auto).map_err(io::Error::other)?;
        io::stdout().write_all(masked.text.as_slice())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

fn main() -> Result<(), sotto::BuildError> {
    let masking = Masking(Arc::new(Scanner::builder().select(Selection::All).build()?));
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || masking.clone()).init();

    tracing::info!(card = "4111 1111 1111 1111", "payment taken");
    tracing::warn!("could not reach ana.lima@example.com from {}", "203.0.113.9");
    Ok(())
}
