//! See `sotto_fuzz::message::message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::message::message(input));
