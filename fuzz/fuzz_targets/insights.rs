//! See `sotto_fuzz::query::insights`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::query::insights(input));
