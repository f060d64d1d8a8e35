//! The terms of GROUP BY and ORDER BY, and the joining of conditions.

use crate::expr::{ExprOps, GroupingTerm, Node, OrderBy, TableKey};

/// What `group_by` takes: a column or expression, a [`rollup`](crate::expr::rollup) or its kin, a tuple, an array or a
/// `Vec` of these.
#[diagnostic::on_unimplemented(
    message = "rows cannot be grouped by `{Self}`",
    label = "not a column or expression"
)]
pub trait Grouping {
    /// Adds the terms.
    fn add_to(self, terms: &mut Vec<Node>);

    /// Adds what is known of the primary keys of the tables that it names columns of.
    fn add_keys(&self, keys: &mut Vec<TableKey>) {
        let _ = keys;
    }
}

/// What `order_by` takes: an ordered expression (`.asc()`, `.desc()`), an expression alone for ascending
/// order, a tuple, or a `Vec` of these.
#[diagnostic::on_unimplemented(
    message = "rows cannot be ordered by `{Self}`",
    label = "not a column, an expression or a term made by `.asc()` or `.desc()`"
)]
pub trait Ordering {
    /// Adds the terms.
    fn add_to(self, terms: &mut Vec<OrderBy>);
}

#[diagnostic::do_not_recommend]
impl<O: ExprOps> Grouping for O {
    fn add_to(self, terms: &mut Vec<Node>) {
        terms.push(self.into_node());
    }

    fn add_keys(&self, keys: &mut Vec<TableKey>) {
        keys.extend(self.table_key().filter(|key| !keys.contains(key)));
    }
}

#[diagnostic::do_not_recommend]
impl Grouping for GroupingTerm {
    fn add_to(self, terms: &mut Vec<Node>) {
        terms.push(self.into_node());
    }
}

/// No terms: for [`grouping_set`](crate::expr::grouping_set).
#[diagnostic::do_not_recommend]
impl Grouping for () {
    fn add_to(self, _terms: &mut Vec<Node>) {}
}

#[diagnostic::do_not_recommend]
impl<G: Grouping, const N: usize> Grouping for [G; N] {
    fn add_to(self, terms: &mut Vec<Node>) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }

    fn add_keys(&self, keys: &mut Vec<TableKey>) {
        self.iter().for_each(|term| term.add_keys(keys));
    }
}

#[diagnostic::do_not_recommend]
impl<G: Grouping> Grouping for Vec<G> {
    fn add_to(self, terms: &mut Vec<Node>) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }

    fn add_keys(&self, keys: &mut Vec<TableKey>) {
        self.iter().for_each(|term| term.add_keys(keys));
    }
}

#[diagnostic::do_not_recommend]
impl<O: ExprOps> Ordering for O {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self.asc());
    }
}

#[diagnostic::do_not_recommend]
impl Ordering for OrderBy {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self);
    }
}

#[diagnostic::do_not_recommend]
impl<O: Ordering> Ordering for Vec<O> {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }
}

macro_rules! tuples {
    ($($name:ident),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Grouping),+> Grouping for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, terms: &mut Vec<Node>) {
                let ($($name,)+) = self;
                $($name.add_to(terms);)+
            }

            #[allow(non_snake_case)]
            fn add_keys(&self, keys: &mut Vec<TableKey>) {
                let ($($name,)+) = self;
                $($name.add_keys(keys);)+
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($name: Ordering),+> Ordering for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, terms: &mut Vec<OrderBy>) {
                let ($($name,)+) = self;
                $($name.add_to(terms);)+
            }
        }
    };
}

tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, E);
tuples!(A, B, C, D, E, F);
tuples!(A, B, C, D, E, F, G);
tuples!(A, B, C, D, E, F, G, H);

/// Adds a condition to those a clause has.
pub(crate) fn and_also(clause: &mut Option<Node>, condition: Node) {
    *clause = Some(match clause.take() {
        Some(earlier) => earlier.and(condition),
        None => condition,
    });
}
