//! What must not compile, and the message it gives: a mistake in a query is a sentence, not a page.

#[test]
fn mistakes_are_explained_in_a_sentence() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
