//! Stored text is not fit for logs: what no identifier knows may still be in it.

use sotto_protect::StoredText;
use sotto_public::Safe;

fn sly(text: &StoredText) -> String {
    format!("{}", Safe(text))
}

fn main() {}
