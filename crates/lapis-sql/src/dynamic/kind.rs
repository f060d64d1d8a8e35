//! The kinds of column types: what [`kind`](crate::types::kind) says in types, said of values.

use std::borrow::Cow;

use crate::types::ColumnType;
use crate::types::kind::{self, Kind};

/// The kind of a column's values, in the words of an error message.
pub(super) fn describe(ty: &ColumnType) -> Cow<'static, str> {
    match ty {
        ColumnType::Enum(of) => format!("one of {}", of.values.join(", ")).into(),
        ColumnType::Array(element) => format!("an array of {}", describe(element)).into(),
        ColumnType::Range(range) => format!("a range of {}", describe(&range.element())).into(),
        ColumnType::Custom(name) => name.clone(),
        other => plain(other).unwrap_or("a value").into(),
    }
}

/// The kind of a type that has no parts.
fn plain(ty: &ColumnType) -> Option<&'static str> {
    Some(match ty {
        ty if ty.is_integer() => kind::IntegerKind::NAME,
        ColumnType::Float | ColumnType::Double => kind::FloatKind::NAME,
        ColumnType::Decimal { .. } => kind::DecimalKind::NAME,
        ColumnType::String(_) | ColumnType::Text => kind::TextKind::NAME,
        ColumnType::Bytes => kind::BytesKind::NAME,
        ColumnType::Bool => kind::BooleanKind::NAME,
        ColumnType::Date => kind::DateKind::NAME,
        ColumnType::Time => kind::TimeKind::NAME,
        ColumnType::Timestamp => kind::TimestampKind::NAME,
        ColumnType::TimestampTz => kind::TimestampTzKind::NAME,
        ColumnType::Interval => kind::IntervalKind::NAME,
        ColumnType::Uuid => kind::UuidKind::NAME,
        ColumnType::Json => kind::JsonKind::NAME,
        ColumnType::Inet | ColumnType::Cidr => kind::InetKind::NAME,
        _ => return None,
    })
}

/// Whether a column can be read as a type: both are of one kind. Of a type that only its database knows, nobody can
/// tell.
pub(super) fn readable(column: &ColumnType, wanted: &ColumnType) -> bool {
    match (column, wanted) {
        (ColumnType::Custom(_), _) | (_, ColumnType::Custom(_)) => true,
        (ColumnType::Enum(of), ColumnType::Enum(other)) => of.name == other.name,
        (ColumnType::Array(of), ColumnType::Array(other)) => readable(of, other),
        (ColumnType::Range(of), ColumnType::Range(other)) => of == other,
        _ => plain(column).is_some_and(|kind| plain(wanted) == Some(kind)),
    }
}

/// Whether values of two types can be compared, as [`ComparableWith`](kind::ComparableWith) has it.
pub(super) fn comparable(one: &ColumnType, other: &ColumnType) -> bool {
    let is_number = |ty: &ColumnType| {
        ty.is_integer() || matches!(ty, ColumnType::Float | ColumnType::Double | ColumnType::Decimal { .. })
    };
    let is_instant = |ty: &ColumnType| matches!(ty, ColumnType::Timestamp | ColumnType::TimestampTz);
    readable(one, other) || is_number(one) && is_number(other) || is_instant(one) && is_instant(other)
}
