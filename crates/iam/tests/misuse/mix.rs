//! A permit for one act is none for another.

use sotto_iam::{Call, Decrypt, Permit, Unmask};

fn open(_permit: Permit<Unmask>) {}

fn main() {
    let _ = |permit: Permit<Decrypt>| open(permit);
    let _ = |permit: Permit<Call>| open(permit);
}
