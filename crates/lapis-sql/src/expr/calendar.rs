//! Calendar arithmetic with chrono's [`Months`] and [`Days`]: `Order::placed + Months::new(3)`.

use std::ops::{Add, Sub};

use chrono::{Days, Months, NaiveDate};

use super::column::{Column, StaticTable};
use super::func::{add_days, add_months};
use super::operand::Expr;
use crate::types::SqlType;
use crate::types::kind::Dated;

macro_rules! calendar {
    ($($operator:ident $method:ident $span:ident: $later:ident by $count:ident;)+) => {$(
        calendar!(@for [E: StaticTable, T: SqlType] Column<E, T>, $operator $method $span: $later by $count);
        calendar!(@for [T: SqlType] Expr<T>, $operator $method $span: $later by $count);
        calendar!(@for [T: SqlType] &Expr<T>, $operator $method $span: $later by $count);
    )+};
    (@for [$($generics:tt)*] $operand:ty, $operator:ident $method:ident $span:ident: $later:ident by $count:ident) => {
        impl<$($generics)*> $operator<$span> for $operand
        where
            T::Kind: Dated,
        {
            type Output = Expr<T>;

            fn $method(self, span: $span) -> Expr<T> {
                $later(self, span.$count())
            }
        }
    };
}

calendar! {
    Add add Months: add_months by ahead;
    Sub sub Months: add_months by back;
    Add add Days: add_days by ahead;
    Sub sub Days: add_days by back;
}

/// How many units a span of chrono's has.
trait Count: Sized {
    fn ahead(self) -> i64;

    fn back(self) -> i64 {
        -self.ahead()
    }
}

impl Count for Months {
    fn ahead(self) -> i64 {
        self.as_u32().into()
    }
}

/// chrono does not tell the number of [`Days`]. No date that a database knows is further from another than the dates
/// that chrono knows are from its first one.
impl Count for Days {
    fn ahead(self) -> i64 {
        let later = NaiveDate::MIN.checked_add_days(self).unwrap_or(NaiveDate::MAX);
        later.signed_duration_since(NaiveDate::MIN).num_days()
    }
}
