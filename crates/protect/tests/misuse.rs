//! What must not compile: making masked text by hand, comparing it with raw text, printing or copying a token's key.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
