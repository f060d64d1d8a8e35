//! Conditions, expressions and the order of rows.
