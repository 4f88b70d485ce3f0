//! Policies that somebody has put together simulate; they authorise nothing.

use sotto_iam::{Policies, Request, Unmask};
use std::time::SystemTime;

fn main() {
    let _ = |policies: &Policies, request: &Request, now: SystemTime| policies.authorize::<Unmask>(request, now);
}
