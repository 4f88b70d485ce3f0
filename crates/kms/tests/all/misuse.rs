//! What must not compile: cloning, printing, comparing or storing keys, sealing under a key that only wraps.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
