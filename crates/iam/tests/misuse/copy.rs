//! A permit cannot be copied: one decision, one permit.

use sotto_iam::{Permit, Unmask};

fn twice(permit: &Permit<Unmask>) -> Permit<Unmask> {
    permit.clone()
}

fn main() {
    let _ = twice;
}
