//! The columns of what a statement derives: subqueries, common table expressions, rows of values.

/// Columns of a derived table by what names them. The type has a `table_name`.
macro_rules! derived_columns {
    ($($name:ty),+) => {$(
        impl $name {
            /// The column that is named as a column of a table, and read as that.
            pub fn c<E: StaticTable, C: TableColumn<E>>(&self, column: C) -> Expr<C::Type> {
                self.table_name().column(column.column_name())
            }

            /// The column that a labelled expression gives, read as that expression is.
            ///
            /// ```
            /// # use lapis_sql::expr::{func, Column, Expr, ExprOps, StaticTable};
            /// # use lapis_sql::statement::select;
            /// # struct Order;
            /// # impl StaticTable for Order { const TABLE: &'static str = "orders"; }
            /// # const CUSTOMER: Column<Order, String> = Column::new("customer");
            /// # const PRICE: Column<Order, i64> = Column::new("price");
            /// let total = &func::sum(PRICE).label("total");
            /// let totals = select((CUSTOMER, total)).group_by(CUSTOMER).subquery("totals");
            /// let total: &Expr<Option<i64>> = &totals.column_of(total);
            /// select((totals.c(CUSTOMER), total)).from(&totals).filter(total.gt(100));
            /// // … WHERE "totals"."total" > ?
            /// ```
            pub fn column_of<T>(&self, label: &Labeled<T>) -> Expr<T> {
                self.table_name().column(label.name().clone())
            }

            /// A column by its name, read as `T`.
            pub fn column<T>(&self, name: impl Into<Name>) -> Expr<T> {
                self.table_name().column(name)
            }
        }
    )+};
}

pub(super) use derived_columns;
