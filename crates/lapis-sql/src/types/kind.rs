//! The kinds of SQL values: by them, and not by the exact Rust type, operands are matched.

/// A kind of SQL value.
pub trait Kind: 'static {
    /// The kind's name in messages.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl Kind for $name {
            const NAME: &'static str = $text;
        }

        impl ComparableWith<$name> for $name {}
    )+};
}

kinds! {
    /// Whole numbers of any width.
    Integer = "integer";
    /// Floating-point numbers.
    Float = "float";
    /// Exact decimal numbers.
    Decimal = "decimal";
    /// Text of any length.
    Text = "text";
    /// Bytes.
    Bytes = "bytes";
    /// Truth values.
    Boolean = "boolean";
    /// Calendar dates.
    Date = "date";
    /// Times of day.
    Time = "time";
    /// Dates with a time of day, without a zone.
    Timestamp = "timestamp";
    /// Instants.
    TimestampTz = "timestamp with time zone";
    /// Spans of time.
    Interval = "interval";
    /// UUIDs.
    Uuid = "uuid";
    /// JSON documents.
    Json = "json";
}

/// The kind of one enum type: its values compare with each other alone.
#[derive(Debug)]
pub struct Enum<T>(std::marker::PhantomData<T>);

impl<T: 'static> Kind for Enum<T> {
    const NAME: &'static str = "enum";
}

impl<T: 'static> ComparableWith<Enum<T>> for Enum<T> {}

/// Says that values of two kinds may be compared, or combined by an operator.
#[diagnostic::on_unimplemented(
    message = "SQL cannot compare or combine {Self} with {K}",
    label = "the left side is `{Self}`, the right side is `{K}`",
    note = "cast one side with `.cast::<T>()`, or give a value of the column's own kind"
)]
pub trait ComparableWith<K: Kind>: Kind {}

/// Kinds that are numbers.
#[diagnostic::on_unimplemented(
    message = "arithmetic needs a number, and this is {Self}",
    label = "`{Self}` is not a number"
)]
pub trait Numeric: Kind {}

impl Numeric for Integer {}
impl Numeric for Float {}
impl Numeric for Decimal {}

macro_rules! comparable {
    ($($left:ident $right:ident),+) => {$(
        impl ComparableWith<$right> for $left {}
        impl ComparableWith<$left> for $right {}
    )+};
}

comparable!(Integer Float, Integer Decimal, Float Decimal, Timestamp TimestampTz);
