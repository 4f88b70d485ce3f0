//! See `sotto_fuzz::wire::rest_xml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sotto_fuzz::wire::rest_xml(input));
