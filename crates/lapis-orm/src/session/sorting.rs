//! The order of a collection's members, as the relation's `order_by` has it.

use std::cmp::Ordering;

use lapis_sql::Value;
use lapis_sql::expr::{Node, Order, OrderBy};

use super::erased::AnyArena;

/// Compares two entities of an arena by the terms of an order.
pub(crate) fn compare(arena: &dyn AnyArena, order: &[OrderBy], one: u32, other: u32) -> Ordering {
    let columns = &arena.model().table.columns;
    let by_term = |term: &OrderBy| {
        let Node::Column(column) = &term.node else { return Ordering::Equal };
        let Some(position) = columns.iter().position(|known| known.name == column.name) else {
            return Ordering::Equal;
        };
        let ordering = compare_values(arena.value(one, position), arena.value(other, position));
        match term.order {
            Order::Ascending => ordering,
            Order::Descending => ordering.reverse(),
        }
    };
    order.iter().map(by_term).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// Compares two values of one column; NULL, and what is not known yet, first.
fn compare_values(one: Option<Value<'_>>, other: Option<Value<'_>>) -> Ordering {
    let (one, other) = match (one, other) {
        (None | Some(Value::Null), None | Some(Value::Null)) => return Ordering::Equal,
        (None | Some(Value::Null), Some(_)) => return Ordering::Less,
        (Some(_), None | Some(Value::Null)) => return Ordering::Greater,
        (Some(one), Some(other)) => (one, other),
    };
    match (&one, &other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::UInt(one), Value::UInt(other)) => one.cmp(other),
        // A column of `u64` has both.
        (Value::Int(one), Value::UInt(other)) => i128::from(*one).cmp(&i128::from(*other)),
        (Value::UInt(one), Value::Int(other)) => i128::from(*one).cmp(&i128::from(*other)),
        (Value::Float(one), Value::Float(other)) => one.total_cmp(other),
        (Value::Decimal(one), Value::Decimal(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Time(one), Value::Time(other)) => one.cmp(other),
        (Value::Timestamp(one), Value::Timestamp(other)) => one.cmp(other),
        (Value::TimestampTz(one), Value::TimestampTz(other)) => one.cmp(other),
        (Value::Interval(one), Value::Interval(other)) => one.cmp(other),
        (Value::Uuid(one), Value::Uuid(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_64_bits_with_a_sign_comes_behind_the_others() {
        let ascending =
            [None, Some(Value::Int(-1)), Some(Value::Int(i64::MAX)), Some(Value::UInt(u64::MAX))];
        for pair in ascending.windows(2) {
            let [one, other] = pair else { unreachable!("windows of two") };
            assert_eq!(compare_values(one.clone(), other.clone()), Ordering::Less);
            assert_eq!(compare_values(other.clone(), one.clone()), Ordering::Greater);
        }
    }
}
