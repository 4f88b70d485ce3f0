//! See `sotto_fuzz::dialog::expression`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::dialog::expression(input));
