//! The tables as something to select from.

use std::rc::Rc;

use lapis::expr::{Expr, StaticTable};
use lapis::prelude::*;
use lapis::statement::{Alias, IntoFromItem, alias, table};

use crate::data::{Order, Part};
use crate::environment::Row;
use crate::generator::Generator;
use crate::query::Source;
use crate::term::{Any, Maybe, Scalar, Term};

/// How the columns of a table are named: by the table's own name, or by another.
trait Reach<E> {
    fn at<T: lapis::SqlType + 'static>(&self, column: Column<E, T>) -> Expr<T>;
}

struct OwnName;

impl<E: StaticTable> Reach<E> for OwnName {
    fn at<T: lapis::SqlType + 'static>(&self, column: Column<E, T>) -> Expr<T> {
        lit(column)
    }
}

impl<E: StaticTable> Reach<E> for Alias<E> {
    fn at<T: lapis::SqlType + 'static>(&self, column: Column<E, T>) -> Expr<T> {
        self.c(column)
    }
}

/// A column by its source and its place.
pub fn column<T: Scalar>(expr: Maybe<T>, source: usize, index: usize) -> Term<T> {
    Term::new(expr, move |environment| Ok(environment.column(source, index))).bounded(20.0)
}

fn never<T: Scalar>(expr: Expr<T>, (source, index): (usize, usize)) -> Any {
    column(Maybe::Never(expr), source, index).any()
}

fn perhaps<T: Scalar>(expr: Expr<Option<T>>, (source, index): (usize, usize)) -> Any {
    column(Maybe::Perhaps(expr), source, index).any()
}

/// In the order of [`Part::row`].
fn part_columns(of: &impl Reach<Part>, source: usize) -> Vec<Any> {
    vec![
        never(of.at(Part::id), (source, 0)),
        // An `i32` beside an `i64`.
        never(lit(0_i64) + of.at(Part::size), (source, 1)),
        perhaps(of.at(Part::amount), (source, 2)),
        never(of.at(Part::price), (source, 3)),
        perhaps(of.at(Part::weight), (source, 4)),
        never(of.at(Part::name), (source, 5)),
        perhaps(of.at(Part::note), (source, 6)),
        never(of.at(Part::open), (source, 7)),
        perhaps(of.at(Part::sold), (source, 8)),
        never(of.at(Part::day), (source, 9)),
        perhaps(of.at(Part::made), (source, 10)),
    ]
}

/// In the order of [`Order::row`].
fn order_columns(of: &impl Reach<Order>, source: usize) -> Vec<Any> {
    vec![
        never(of.at(Order::id), (source, 0)),
        perhaps(of.at(Order::part_id), (source, 1)),
        never(of.at(Order::count), (source, 2)),
        perhaps(of.at(Order::rate), (source, 3)),
        never(of.at(Order::ratio), (source, 4)),
        perhaps(of.at(Order::label), (source, 5)),
        never(of.at(Order::city), (source, 6)),
        perhaps(of.at(Order::paid), (source, 7)),
        perhaps(of.at(Order::due), (source, 8)),
        never(of.at(Order::at), (source, 9)),
    ]
}

impl Generator {
    /// A table, under another name where its own is taken. Its key is the first column.
    pub fn table(&mut self, own_names: &mut Vec<&'static str>) -> (Source, Vec<Any>) {
        if self.one_in(2) {
            let rows = self.data.parts.iter().map(Part::row).collect();
            self.table_of::<Part>(own_names, rows, part_columns, part_columns)
        } else {
            let rows = self.data.orders.iter().map(Order::row).collect();
            self.table_of::<Order>(own_names, rows, order_columns, order_columns)
        }
    }

    fn table_of<E: StaticTable>(
        &mut self,
        own_names: &mut Vec<&'static str>,
        rows: Vec<Row>,
        columns: fn(&OwnName, usize) -> Vec<Any>,
        columns_of_alias: fn(&Alias<E>, usize) -> Vec<Any>,
    ) -> (Source, Vec<Any>) {
        let number = self.new_source();
        let taken = own_names.contains(&E::TABLE)
            || self.scopes.iter().any(|scope| scope.own_names.contains(&E::TABLE));
        let (item, columns) = if taken || self.one_in(3) {
            self.note("a table under another name");
            let alias = alias::<E>(format!("s{number}"));
            let columns = columns_of_alias(&alias, number);
            (alias.into_from_item(), columns)
        } else {
            own_names.push(E::TABLE);
            (table::<E>(), columns(&OwnName, number))
        };
        let source = Source {
            number,
            item,
            width: columns.len(),
            rows: Rc::new(move |_| Ok(rows.clone())),
            common_table: None,
        };
        (source, columns)
    }

    /// The orders, for a statement that writes to the parts.
    pub fn other_table(&mut self) -> (Source, Vec<Any>) {
        let rows = self.data.orders.iter().map(Order::row).collect();
        self.table_of::<Order>(&mut Vec::new(), rows, order_columns, order_columns)
    }

    /// The parts, for a query that is inserted into them.
    pub fn source_of_parts(&mut self) -> (Source, Vec<Any>) {
        let rows = self.data.parts.iter().map(Part::row).collect();
        self.table_of::<Part>(&mut Vec::new(), rows, part_columns, part_columns)
    }

    /// The table that is written to, under its own name.
    pub fn written_table(&mut self) -> (usize, Vec<Any>) {
        let number = self.new_source();
        (number, part_columns(&OwnName, number))
    }
}
