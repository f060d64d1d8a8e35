//! Groupings of groupings: `ROLLUP`, `CUBE` and `GROUPING SETS`.

use super::node::Node;
use crate::statement::Grouping;

/// How several groupings are made of the terms of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupingForm {
    /// `ROLLUP`: by all terms, by all but the last, and so on to none.
    Rollup,
    /// `CUBE`: by every selection of the terms.
    Cube,
    /// `GROUPING SETS`: by each term for itself.
    Sets,
}

/// A term of GROUP BY that is more than an expression: what [`rollup`], [`cube`], [`grouping_sets`] and
/// [`grouping_set`] make.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupingTerm(Node);

impl GroupingTerm {
    fn of(form: GroupingForm, terms: impl Grouping) -> Self {
        Self(Node::GroupingSets { form, terms: nodes(terms) })
    }

    pub(crate) fn into_node(self) -> Node {
        self.0
    }
}

fn nodes(terms: impl Grouping) -> Vec<Node> {
    let mut nodes = Vec::new();
    terms.add_to(&mut nodes);
    nodes
}

/// `ROLLUP (a, b)`: groups by both, by the first alone, and all rows as one group, such as a report has with its
/// subtotals and its total.
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{func, rollup, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # impl Sale {
/// #     const YEAR: Column<Sale, i32> = Column::new("year");
/// #     const SHOP: Column<Sale, String> = Column::new("shop");
/// #     const PRICE: Column<Sale, i64> = Column::new("price");
/// # }
/// let report = select((Sale::YEAR.nullable(), Sale::SHOP.nullable(), func::sum(Sale::PRICE)))
///     .group_by(rollup((Sale::YEAR, Sale::SHOP)));
/// assert!(report.sql(&Postgres)?.ends_with(r#" GROUP BY ROLLUP ("sales"."year", "sales"."shop")"#));
/// assert!(report.sql(&MySql)?.ends_with(" GROUP BY `sales`.`year`, `sales`.`shop` WITH ROLLUP"));
/// assert!(report.sql(&Sqlite).is_err());
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// A term by which a row is not grouped is NULL in it, so select it as [`nullable`](super::ExprOps::nullable); to tell
/// that from a NULL of the data there is [`func::grouping`](super::func::grouping).
///
/// PostgreSQL has it, beside other terms too. MySQL and MariaDB have it of all terms alone, and MariaDB refuses an
/// order behind it: order the rows of a [`subquery`](crate::statement::Select::subquery) around it. For anything else,
/// and for SQLite, it is an error when the statement is compiled.
#[must_use]
pub fn rollup(terms: impl Grouping) -> GroupingTerm {
    GroupingTerm::of(GroupingForm::Rollup, terms)
}

/// `CUBE (a, b)`: groups by both, by each of them, and all rows as one group. PostgreSQL has it alone.
///
/// As for [`rollup`], a term by which a row is not grouped is NULL in it.
#[must_use]
pub fn cube(terms: impl Grouping) -> GroupingTerm {
    GroupingTerm::of(GroupingForm::Cube, terms)
}

/// `GROUPING SETS (a, (b, c), ())`: groups by each of these for itself, and puts the groups together. PostgreSQL has it
/// alone.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{func, grouping_set, grouping_sets, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # impl Sale {
/// #     const YEAR: Column<Sale, i32> = Column::new("year");
/// #     const SHOP: Column<Sale, String> = Column::new("shop");
/// #     const PRICE: Column<Sale, i64> = Column::new("price");
/// # }
/// let sets = grouping_sets([grouping_set((Sale::YEAR, Sale::SHOP)), grouping_set(Sale::SHOP), grouping_set(())]);
/// let report = select((Sale::YEAR.nullable(), Sale::SHOP.nullable(), func::sum(Sale::PRICE))).group_by(sets);
/// let behind = r#" GROUP BY GROUPING SETS (("sales"."year", "sales"."shop"), "sales"."shop", ())"#;
/// assert!(report.sql(&Postgres)?.ends_with(behind));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// As for [`rollup`], a term by which a row is not grouped is NULL in it.
#[must_use]
pub fn grouping_sets(sets: impl Grouping) -> GroupingTerm {
    GroupingTerm::of(GroupingForm::Sets, sets)
}

/// Several terms as one: a set of [`grouping_sets`], or what [`rollup`] and [`cube`] take in and leave out together.
/// Of `()`: no term, so that all rows are one group.
#[must_use]
pub fn grouping_set(terms: impl Grouping) -> GroupingTerm {
    let mut nodes = nodes(terms);
    GroupingTerm(match nodes.len() {
        1 => nodes.remove(0),
        _ => Node::Row(nodes),
    })
}
