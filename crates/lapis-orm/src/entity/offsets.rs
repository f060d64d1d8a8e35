//! Where a field's columns begin, computed when the program is compiled.

/// How many columns lie before those of field number `field`.
#[must_use]
pub const fn offset(widths: &[usize], field: usize) -> usize {
    let (mut before, mut at) = (0, 0);
    while at < field {
        before += widths[at];
        at += 1;
    }
    before
}

/// How many columns there are in all.
///
/// # Panics
/// If there are more than 256, which is as many as a session keeps track of; the compiler says so.
#[must_use]
pub const fn total(widths: &[usize]) -> usize {
    let columns = offset(widths, widths.len());
    assert!(columns <= 256, "an entity has at most 256 columns");
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_begins_after_all_columns_of_those_before_it() {
        const WIDTHS: &[usize] = &[1, 3, 1];
        assert_eq!([offset(WIDTHS, 0), offset(WIDTHS, 1), offset(WIDTHS, 2)], [0, 1, 4]);
        assert_eq!(total(WIDTHS), 5);
    }
}
