//! See `sotto_fuzz::lex::archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::lex::archive(input));
