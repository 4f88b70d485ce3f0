//! Nobody else names acts.

use sotto_arn::Action;
use sotto_iam::Act;

struct Everything;

impl Act for Everything {
    const NAME: &'static str = "everything";
    const PARTS: &'static [&'static str] = &[];
    fn covers(_action: &Action) -> bool {
        true
    }
}

fn main() {}
