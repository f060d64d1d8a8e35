//! Row values: several columns compared as one.

use std::marker::PhantomData;

use super::node::{BinaryOp, Node};
use super::operand::{Expr, IntoExpr, KindOf};
use crate::statement::{Select, Shape, Val};
use crate::types::SqlType;
use crate::types::kind::{ComparableWith, Kind};

/// A tuple of operands: two to six columns, expressions or values.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a tuple of two to six SQL expressions or values")]
pub trait RowOperand {
    /// The kinds of the operands, as a tuple.
    type Kinds: Kind;

    /// The operands as nodes.
    fn into_nodes(self) -> Vec<Node>;
}

/// Rows that are tuples of single values, for `row(..).in_select(..)`.
#[diagnostic::on_unimplemented(message = "a row is compared with rows of single values, not of `{Self}`")]
pub trait RowShape: Shape {
    /// The kinds of the values, as a tuple.
    type Kinds: Kind;
}

/// Several operands as one: `(a, b)`.
#[derive(Debug, Clone)]
pub struct Row<K> {
    nodes: Vec<Node>,
    marker: PhantomData<fn() -> K>,
}

/// A row value: `row((Seat::line, Seat::number)).in_([(1, 2), (1, 3)])`.
pub fn row<O: RowOperand>(operands: O) -> Row<O::Kinds> {
    Row { nodes: operands.into_nodes(), marker: PhantomData }
}

impl<K: Kind> Row<K> {
    /// `(a, b) = (c, d)`
    pub fn eq<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::Eq, other)
    }

    /// `(a, b) <> (c, d)`
    pub fn ne<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::Ne, other)
    }

    /// `(a, b) < (c, d)`: by the first operands that differ. What keyset pagination asks.
    pub fn lt<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::Lt, other)
    }

    /// `(a, b) <= (c, d)`: by the first operands that differ.
    pub fn le<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::Le, other)
    }

    /// `(a, b) > (c, d)`: by the first operands that differ. What keyset pagination asks.
    pub fn gt<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::Gt, other)
    }

    /// `(a, b) >= (c, d)`: by the first operands that differ.
    pub fn ge<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::Ge, other)
    }

    /// Unequal, with NULL equal to NULL: `(a, b) IS DISTINCT FROM (c, d)`, SQLite's `IS NOT`, MySQL's `NOT (… <=> …)`.
    pub fn is_distinct_from<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::IsDistinctFrom, other)
    }

    /// Equal, with NULL equal to NULL: `(a, b) IS NOT DISTINCT FROM (c, d)`, SQLite's `IS`, MySQL's `<=>`.
    pub fn is_not_distinct_from<O>(self, other: O) -> Expr<bool>
    where
        O: RowOperand,
        K: ComparableWith<O::Kinds>,
    {
        self.compare(BinaryOp::IsNotDistinctFrom, other)
    }

    /// `(a, b) = (SELECT c, d …)`: with the one row of a subquery. NULL where that has none, an error of the database
    /// where it has several; SQLite takes the first.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{row, Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, table, Statement};
    /// # struct Seat;
    /// # impl StaticTable for Seat { const TABLE: &'static str = "seats"; }
    /// # const LINE: Column<Seat, i64> = Column::new("line");
    /// # const NUMBER: Column<Seat, i64> = Column::new("number");
    /// # struct Ticket;
    /// # impl StaticTable for Ticket { const TABLE: &'static str = "tickets"; }
    /// # const ID: Column<Ticket, i64> = Column::new("id");
    /// # const OF_LINE: Column<Ticket, i64> = Column::new("line");
    /// # const OF_NUMBER: Column<Ticket, i64> = Column::new("number");
    /// let of_ticket = select((OF_LINE, OF_NUMBER)).filter(ID.eq(7));
    /// let seat = select(NUMBER).filter(row((LINE, NUMBER)).eq_select(of_ticket));
    /// let condition = "(\"seats\".\"line\", \"seats\".\"number\") = (SELECT \"tickets\".\"line\", ";
    /// assert!(seat.sql(&Sqlite)?.contains(condition));
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    pub fn eq_select<S>(self, select: Select<S>) -> Expr<bool>
    where
        S: RowShape,
        K: ComparableWith<S::Kinds>,
    {
        let select = Node::Scalar(Box::new(select.statement));
        Expr::new(Node::binary(BinaryOp::Eq, Node::Row(self.nodes), select))
    }

    /// `(a, b) <> (SELECT c, d …)`: with the one row of a subquery, as [`eq_select`](Self::eq_select).
    pub fn ne_select<S>(self, select: Select<S>) -> Expr<bool>
    where
        S: RowShape,
        K: ComparableWith<S::Kinds>,
    {
        let select = Node::Scalar(Box::new(select.statement));
        Expr::new(Node::binary(BinaryOp::Ne, Node::Row(self.nodes), select))
    }

    /// `(a, b) NOT IN (SELECT c, d …)`
    pub fn not_in_select<S>(self, select: Select<S>) -> Expr<bool>
    where
        S: RowShape,
        K: ComparableWith<S::Kinds>,
    {
        let (operand, select) = (Box::new(Node::Row(self.nodes)), Box::new(select.statement));
        Expr::new(Node::InSelect { operand, select, negated: true })
    }

    /// `(a, b) IN ((c, d), …)`; of no rows: false.
    pub fn in_<I>(self, rows: I) -> Expr<bool>
    where
        I: IntoIterator,
        I::Item: RowOperand,
        K: ComparableWith<<I::Item as RowOperand>::Kinds>,
    {
        self.member_of(rows, false)
    }

    /// `(a, b) NOT IN ((c, d), …)`; of no rows: true.
    pub fn not_in<I>(self, rows: I) -> Expr<bool>
    where
        I: IntoIterator,
        I::Item: RowOperand,
        K: ComparableWith<<I::Item as RowOperand>::Kinds>,
    {
        self.member_of(rows, true)
    }

    /// `(a, b) IN (SELECT c, d …)`
    pub fn in_select<S>(self, select: Select<S>) -> Expr<bool>
    where
        S: RowShape,
        K: ComparableWith<S::Kinds>,
    {
        let (operand, select) = (Box::new(Node::Row(self.nodes)), Box::new(select.statement));
        Expr::new(Node::InSelect { operand, select, negated: false })
    }

    fn compare(self, op: BinaryOp, other: impl RowOperand) -> Expr<bool> {
        Expr::new(Node::binary(op, Node::Row(self.nodes), Node::Row(other.into_nodes())))
    }

    fn member_of<I>(self, rows: I, negated: bool) -> Expr<bool>
    where
        I: IntoIterator,
        I::Item: RowOperand,
    {
        let operand = Box::new(Node::Row(self.nodes));
        let rows: Vec<Vec<Node>> = rows.into_iter().map(RowOperand::into_nodes).collect();
        if rows.iter().flatten().all(Node::is_value) {
            let values = rows.into_iter().flatten().filter_map(|node| match node {
                Node::Value(value) => Some(value),
                _ => None,
            });
            return Expr::new(Node::InValues { operand, values: values.collect(), negated });
        }
        let list = rows.into_iter().map(Node::Row).collect();
        Expr::new(Node::In { operand, list, negated })
    }
}

macro_rules! rows {
    ($($name:ident),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: IntoExpr),+> RowOperand for ($($name,)+) {
            type Kinds = ($(KindOf<$name>,)+);

            #[allow(non_snake_case)]
            fn into_nodes(self) -> Vec<Node> {
                let ($($name,)+) = self;
                vec![$($name.into_node()),+]
            }
        }

        impl<$($name: SqlType + 'static),+> RowShape for ($(Val<$name>,)+) {
            type Kinds = ($($name::Kind,)+);
        }
    };
}

rows!(A, B);
rows!(A, B, C);
rows!(A, B, C, D);
rows!(A, B, C, D, E);
rows!(A, B, C, D, E, F);
