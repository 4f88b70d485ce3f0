use sotto_egress::{Rendered, directory_text};
use sotto_iam::{Permit, Unmask};
use sotto_sensitive::RawText;
use std::time::SystemTime;

fn show(permit: &Permit<Unmask>, raw: RawText, now: SystemTime) -> Rendered {
    directory_text(permit, raw, now).unwrap()
}

fn main() {}
