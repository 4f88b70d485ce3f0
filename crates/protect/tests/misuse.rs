//! What must not compile: making masked text by hand, comparing it with raw text, printing or copying a token's key.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}

/// Making stored events by hand, logging their text, opening without a permit, printing what was opened.
#[cfg(feature = "seal")]
#[test]
fn misuse_of_stored_events_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/sealed/*.rs");
}
