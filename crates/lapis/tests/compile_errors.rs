//! What must not compile, and the message it must give: short, at the right place, saying what to do.

#[test]
#[cfg_attr(not(feature = "sqlite"), ignore = "the expected messages name what features bring in")]
fn mistakes_are_compile_errors_that_say_what_to_do() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
