//! Logical column types; each dialect gives them its own names.

use crate::Name;

/// The logical type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnType {
    /// 8 bits, signed; where the database has none so narrow, 16.
    TinyInt,
    /// 16 bits, signed.
    SmallInt,
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    BigInt,
    /// 8 bits, unsigned. Where the database has no unsigned integers, this and the others are signed and wide enough,
    /// but for the widest.
    UnsignedTinyInt,
    /// 16 bits, unsigned.
    UnsignedSmallInt,
    /// 32 bits, unsigned.
    UnsignedInt,
    /// 64 bits, unsigned; signed where the database has no unsigned integers, and refusing what is above
    /// `i64::MAX`.
    UnsignedBigInt,
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// Exact decimal; without a precision, the database's widest.
    ///
    /// A value with more digits behind the point than the column has is rounded by the servers, and one with more
    /// digits in all is refused. SQLite knows no decimals: to it the precision is a remark that changes nothing, and
    /// a value is kept as given, an `INTEGER` where it is whole, else a `REAL`; one of more than 15 significant
    /// digits, which a `REAL` could not give back, is refused by Lapis, and trailing zeros go (`2.50` is read as
    /// `2.5`). Where the limits matter there, add a CHECK, as `round(price, 2) = price`.
    Decimal {
        /// Digits in all, and digits behind the point.
        precision: Option<(u32, u32)>,
    },
    /// Text of up to so many characters: `VARCHAR(n)`. On SQLite, to which a length is a remark, a CHECK enforces
    /// it, called as [`LengthCheck`](crate::schema::LengthCheck) says.
    String(u32),
    /// Text of any length.
    Text,
    /// Bytes.
    Bytes,
    /// A truth value.
    Bool,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A date and time of day without a zone.
    Timestamp,
    /// An instant.
    TimestampTz,
    /// A span of time.
    Interval,
    /// A UUID.
    Uuid,
    /// A JSON document.
    Json,
    /// An Internet address, or a network of them.
    Inet,
    /// A network of Internet addresses, of which no bit behind the prefix is set.
    Cidr,
    /// A range between two values.
    Range(RangeType),
    /// Several values of one type.
    Array(Box<ColumnType>),
    /// One of a fixed set of names.
    Enum(EnumType),
    /// A type of one database, by its SQL name, which is written as it stands.
    Custom(Name),
}

impl ColumnType {
    /// Whether it is an integer of some width.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(
            self,
            Self::TinyInt
                | Self::SmallInt
                | Self::Int
                | Self::BigInt
                | Self::UnsignedTinyInt
                | Self::UnsignedSmallInt
                | Self::UnsignedInt
                | Self::UnsignedBigInt
        )
    }
}

/// The type of a range, by that of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RangeType {
    /// Of 32-bit integers.
    Int,
    /// Of 64-bit integers.
    BigInt,
    /// Of exact decimals.
    Decimal,
    /// Of dates.
    Date,
    /// Of dates with a time of day, without a zone.
    Timestamp,
    /// Of instants.
    TimestampTz,
}

impl RangeType {
    /// The type of its bounds.
    #[must_use]
    pub fn element(self) -> ColumnType {
        match self {
            Self::Int => ColumnType::Int,
            Self::BigInt => ColumnType::BigInt,
            Self::Decimal => ColumnType::Decimal { precision: None },
            Self::Date => ColumnType::Date,
            Self::Timestamp => ColumnType::Timestamp,
            Self::TimestampTz => ColumnType::TimestampTz,
        }
    }
}

/// An enumeration in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// The type's name, where the database has named enum types.
    pub name: Name,
    /// The values, in order.
    pub values: Vec<Name>,
    /// Whether to make a native enum type where the database has one; else `VARCHAR` and `CHECK`.
    pub native: bool,
}
