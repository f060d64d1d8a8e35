//! SQL written by hand, with bound parameters.

/// SQL written by hand as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct TextStatement {
    /// The text between its parameters: one piece more than there are values.
    pub pieces: Vec<crate::Name>,
    /// The bound values, in the order of their places.
    pub values: Vec<crate::Value<'static>>,
}
