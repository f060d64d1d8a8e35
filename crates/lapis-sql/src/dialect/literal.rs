//! Pieces of literals that dialects share.

use std::fmt::Write;

/// Writes text between single quotes, each one inside doubled.
pub(super) fn quoted(sql: &mut String, text: &str) {
    sql.push('\'');
    for character in text.chars() {
        if character == '\'' {
            sql.push('\'');
        }
        sql.push(character);
    }
    sql.push('\'');
}

/// Writes bytes as `X'0aff'`.
pub(super) fn hex_string(sql: &mut String, bytes: &[u8]) {
    sql.push_str("X'");
    hex(sql, bytes);
    sql.push('\'');
}

/// Writes bytes as hexadecimal digits.
pub(super) fn hex(sql: &mut String, bytes: &[u8]) {
    for byte in bytes {
        display(sql, format_args!("{byte:02x}"));
    }
}

/// Writes anything that can be displayed.
pub(super) fn display(sql: &mut String, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(sql, "{value}");
}

/// Writes `NAME` or `NAME(digits, scale)`.
pub(super) fn decimal_type(sql: &mut String, name: &str, precision: Option<(u32, u32)>) {
    sql.push_str(name);
    if let Some((digits, scale)) = precision {
        display(sql, format_args!("({digits}, {scale})"));
    }
}

/// Writes `VARCHAR(n)`, as wide as the longest of the names.
pub(super) fn varchar_of(sql: &mut String, values: &[crate::Name]) {
    let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(1);
    display(sql, format_args!("VARCHAR({})", longest.max(1)));
}
