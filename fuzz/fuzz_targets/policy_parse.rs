//! See `sotto_fuzz::policy_parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::policy_parse(input));
