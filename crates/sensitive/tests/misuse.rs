//! What must not compile: printing, cloning, comparing, hashing or logging captured text.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
