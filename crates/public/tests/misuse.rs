//! What must not compile: public text from anywhere, marks on types that may hold captured text.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}

/// The derives accept records of marked fields, generics included.
#[test]
fn records_of_marked_fields_compile() {
    #[derive(sotto_public::LogSafe, sotto_public::Storable)]
    struct Row<T>
    where
        T: Copy,
    {
        _count: u64,
        _span: sotto_public::ByteSpan,
        _value: sotto_public::Public<T>,
    }
    #[derive(sotto_public::LogSafe)]
    enum Cause {
        _Early { _at: usize },
        _Late(Option<sotto_public::CharSpan>),
        _Never,
    }
    fn safe<T: sotto_public::LogSafe>() {}
    fn stored<T: sotto_public::Storable>() {}
    safe::<Row<u16>>();
    stored::<Row<u16>>();
    safe::<Cause>();
}
