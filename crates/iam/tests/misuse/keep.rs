//! A permit cannot be stored: it is for now.

use sotto_iam::{Permit, Unmask};

fn store(_value: impl sotto_public::Storable) {}

fn main() {
    let _ = |permit: Permit<Unmask>| store(permit);
}
