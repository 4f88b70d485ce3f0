//! See `sotto_fuzz::query::filter_pattern`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::query::filter_pattern(input));
