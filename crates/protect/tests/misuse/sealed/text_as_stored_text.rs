//! Stored text is made by protecting, not of text.

use sotto_protect::StoredText;

fn sly(text: &str) -> StoredText {
    StoredText::from(text)
}

fn main() {}
