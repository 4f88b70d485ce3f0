//! See `sotto_fuzz::disguise`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::disguise(input));
