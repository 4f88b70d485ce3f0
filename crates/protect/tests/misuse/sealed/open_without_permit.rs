//! Nothing is opened without a permit and a record.

use sotto_protect::{Opening, Protected, SpanKey, UnmaskScope};

fn sly(event: &Protected, opening: &Opening<'_>, key: &SpanKey) {
    drop(event.open(opening, key, &UnmaskScope::all()));
}

fn main() {}
