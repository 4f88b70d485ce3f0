//! See `sotto_fuzz::wire::rest_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::wire::rest_json(input));
