//! A permit cannot be made by hand.

use sotto_iam::{Permit, Unmask};

fn main() {
    let _permit: Permit<Unmask> = Permit::new();
    let _other = Permit::<Unmask> { epoch: 1 };
}
