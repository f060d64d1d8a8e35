//! What a value within a JSON document is read as.

use super::{BooleanKind, DecimalKind, FloatKind, IntegerKind, JsonKind, Kind, TextKind};

/// What a value within a JSON document is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonScalar {
    /// A document again, whatever it is.
    Document,
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A floating-point number.
    Float,
    /// An exact decimal number.
    Decimal,
    /// A truth value.
    Boolean,
}

/// Kinds of values that stand in a JSON document, and documents themselves.
#[diagnostic::on_unimplemented(
    message = "a value of a JSON document cannot be read as {Self}",
    note = "read it as text, a number, a truth value, or as `Json<T>`"
)]
pub trait WithinJson: Kind {
    /// What it is there.
    const SCALAR: JsonScalar;
}

macro_rules! within_json {
    ($($kind:ident: $scalar:ident),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl WithinJson for $kind {
            const SCALAR: JsonScalar = JsonScalar::$scalar;
        }
    )+};
}

within_json!(
    JsonKind: Document,
    TextKind: Text,
    IntegerKind: Integer,
    FloatKind: Float,
    DecimalKind: Decimal,
    BooleanKind: Boolean,
);
