//! See `sotto_fuzz::dialog::hook_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::dialog::hook_answer(input));
