//! See `sotto_fuzz::wire::cbor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::wire::cbor(input));
