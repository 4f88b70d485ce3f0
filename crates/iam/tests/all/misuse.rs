//! What must not compile: forging, keeping, copying, storing and mixing permits, and acts of one's own.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
