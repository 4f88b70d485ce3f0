//! A decision that nobody looks at does not pass where warnings are errors.

#![deny(unused_must_use)]

use sotto_iam::{Decision, PolicySnapshot, Request, Unmask};
use std::time::SystemTime;

fn ignore(snapshot: &PolicySnapshot, request: &Request, now: SystemTime) {
    let decide: fn() -> Option<Decision<Unmask>> = || None;
    let _ = decide;
    snapshot.authorize::<Unmask>(request, now);
}

fn main() {
    let _ = ignore;
}
