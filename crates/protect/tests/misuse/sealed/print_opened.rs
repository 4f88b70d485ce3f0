//! What was opened is captured text again: it is not printed.

use sotto_protect::Opened;

fn sly(opened: &Opened) -> String {
    opened.text.to_string()
}

fn main() {}
