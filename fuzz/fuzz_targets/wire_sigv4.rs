//! See `sotto_fuzz::wire::sigv4`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::wire::sigv4(input));
