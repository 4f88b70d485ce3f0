//! See `sotto_fuzz::iam::policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::iam::policy(input));
