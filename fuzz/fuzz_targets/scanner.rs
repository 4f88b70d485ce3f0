//! See `sotto_fuzz::scanner`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::scanner(input));
