//! See `sotto_fuzz::stream_mask`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::stream_mask(input));
