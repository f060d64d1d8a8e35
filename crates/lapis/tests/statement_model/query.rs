//! Queries as plain data: built by the typed API, and evaluated.

use std::cmp::Ordering;
use std::rc::Rc;

use lapis::engine::Row as DatabaseRow;
use lapis::expr::{Expr, ExprOps, OrderBy, Window, label};
use lapis::statement::{
    ByRow, Cte, FromItem, JoinKind, Select, SelectItem, Selection, SetOperator, Shape, TableSource, Val,
};
use lapis::{FromRow, Value};

use crate::datum::{Datum, Meant, compare, same_rows};
use crate::environment::{Environment, Row};
use crate::groupings::Grouping;
use crate::row_sets::{combine, distinct};
use crate::term::{Any, Maybe, Scalar, Term, with_any};

/// A query with its order and limit.
#[derive(Clone)]
pub struct Query {
    /// It is part of the labels of what is selected, so that no two queries have one in common.
    pub number: usize,
    pub with: Vec<CommonTable>,
    pub body: Body,
    pub order_by: Vec<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    /// `DISTINCT ON` so many of the first terms of the order.
    pub distinct_on: usize,
    /// What else is asked of it.
    pub further: Further,
}

/// What is asked of a query beside its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Further {
    Nothing,
    /// How many rows it has.
    Count,
    /// Pages of so many rows, by their numbers.
    Pages(u64),
    /// Pages of so many rows, each from the end of the one before.
    Keyset(u64),
}

#[derive(Clone)]
pub enum Body {
    Plain(Box<Plain>),
    Set(SetOperator, Box<(Query, Query)>),
}

/// A `SELECT` without what comes behind its rows.
#[derive(Clone)]
pub struct Plain {
    pub items: Vec<Any>,
    pub distinct: bool,
    pub from: Vec<From>,
    pub filter: Option<Term<bool>>,
    pub group_by: Option<Vec<Any>>,
    pub grouping: Grouping,
    /// The windows with a name.
    pub windows: Vec<(String, Window)>,
    pub having: Option<Term<bool>>,
}

/// A query of a `WITH`.
#[derive(Clone)]
pub struct CommonTable {
    pub cte: Cte,
    pub source: usize,
    pub columns: Vec<Any>,
    pub rows: Rows,
}

/// What evaluates to rows.
pub type Rows = Rc<dyn Fn(&Environment) -> Meant<Vec<Row>>>;

/// What comes in FROM, and how it is joined to what stands before it.
#[derive(Clone)]
pub struct From {
    pub source: Source,
    pub join: Option<(JoinKind, Option<Term<bool>>)>,
}

/// Rows to select from.
#[derive(Clone)]
pub struct Source {
    pub number: usize,
    pub item: FromItem,
    pub width: usize,
    pub rows: Rows,
    /// The common table that it is, by its number.
    pub common_table: Option<usize>,
}

/// A term of an order.
#[derive(Clone)]
pub struct Order {
    pub by: OrderTerm,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Clone)]
pub enum OrderTerm {
    /// A column of the projection, by its label.
    Item(usize),
    /// Any expression.
    Expression(Any),
}

/// A row as the driver had it.
#[derive(Debug)]
pub struct Cells(pub Vec<Value<'static>>);

impl FromRow for Cells {
    fn from_row(row: &DatabaseRow<'_>) -> lapis::Result<Self> {
        Ok(Self((0..row.len()).map(|index| row.cell(index).to_value().into_owned()).collect()))
    }
}

/// Expressions of any kinds as a projection, each under its label.
struct Items<'q>(&'q [Any], usize);

impl Selection for Items<'_> {
    type Shape = ByRow<Cells>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        for (position, item) in self.0.iter().enumerate() {
            item.select_as(&item_label(self.1, position), items);
        }
    }
}

fn item_label(query: usize, position: usize) -> String {
    format!("c{query}_{position}")
}

// Built.

impl Query {
    /// The projection, of a set operation that of its first part.
    pub fn items(&self) -> &[Any] {
        match &self.body {
            Body::Plain(plain) => &plain.items,
            Body::Set(_, parts) => parts.0.items(),
        }
    }

    /// The label of a column, of a set operation that of its first part.
    pub fn label(&self, position: usize) -> String {
        match &self.body {
            Body::Plain(_) => item_label(self.number, position),
            Body::Set(_, parts) => parts.0.label(position),
        }
    }

    /// A query of one table.
    pub fn plain(number: usize, items: Vec<Any>, source: Source, filter: Option<Term<bool>>) -> Self {
        let plain = Plain {
            items,
            distinct: false,
            from: vec![From { source, join: None }],
            filter,
            group_by: None,
            grouping: Grouping::All,
            windows: Vec::new(),
            having: None,
        };
        Self {
            number,
            with: Vec::new(),
            body: Body::Plain(Box::new(plain)),
            order_by: Vec::new(),
            limit: None,
            offset: None,
            distinct_on: 0,
            further: Further::Nothing,
        }
    }

    /// Whether no two of its rows are alike.
    pub fn is_distinct(&self) -> bool {
        match &self.body {
            Body::Plain(plain) => plain.distinct,
            Body::Set(operator, _) => {
                matches!(operator, SetOperator::Union | SetOperator::Intersect | SetOperator::Except)
            }
        }
    }

    /// Whether it makes groups of rows.
    pub fn is_grouped(&self) -> bool {
        matches!(&self.body, Body::Plain(plain) if plain.group_by.is_some())
    }

    /// Whether it is one row: aggregates without groups.
    pub fn is_one_row(&self) -> bool {
        matches!(&self.body, Body::Plain(plain) if plain.group_by.as_ref().is_some_and(Vec::is_empty))
    }

    /// Whether it selects columns of what is in its FROM, and not of a query around it alone.
    pub fn selects_own_columns(&self) -> bool {
        let Body::Plain(plain) = &self.body else { return true };
        let items = format!("{:?}", plain.items.iter().map(Any::node).collect::<Vec<_>>());
        plain.from.iter().any(|from| match (&from.source.item.alias, &from.source.item.source) {
            (None, TableSource::Table(table)) => items.contains(&format!("\"{}\"", table.name)),
            (alias, _) => alias.as_ref().is_some_and(|alias| items.contains(&format!("\"{alias}\""))),
        })
    }

    /// Says of a column that it may be NULL, in every part of a set operation.
    pub fn make_nullable(&mut self, position: usize) {
        match &mut self.body {
            Body::Plain(plain) => plain.items[position] = plain.items[position].clone().nullable(),
            Body::Set(_, parts) => {
                parts.0.make_nullable(position);
                parts.1.make_nullable(position);
            }
        }
    }

    /// The query with rows of cells.
    pub fn build(&self) -> Select<ByRow<Cells>> {
        self.build_with(&|items, number| lapis::statement::select(Items(items, number)))
    }

    /// The query of one column, which may not be NULL.
    pub fn build_never<T: Scalar>(&self) -> Option<Select<Val<T>>> {
        let never = |any: &Any| match &T::term(any)?.expr {
            Maybe::Never(expr) => Some(expr.clone()),
            Maybe::Perhaps(_) => None,
        };
        never(self.items().first()?)?;
        Some(self.build_with(&|items, number| {
            let expr = never(&items[0]).expect("all parts have one type");
            lapis::statement::select(expr.label(item_label(number, 0)))
        }))
    }

    /// The query of one column, which may be NULL.
    pub fn build_perhaps<T: Scalar>(&self) -> Select<Val<Option<T>>> {
        self.build_with(&|items, number| {
            let term = T::term(&items[0]).expect("all parts have one kind");
            let expr: Expr<Option<T>> = match term.expr.clone() {
                Maybe::Never(expr) => expr.nullable(),
                Maybe::Perhaps(expr) => expr,
            };
            lapis::statement::select(expr.label(item_label(number, 0)))
        })
    }

    fn build_with<S: Shape>(&self, projection: &dyn Fn(&[Any], usize) -> Select<S>) -> Select<S> {
        let mut select = match &self.body {
            Body::Plain(plain) => plain.build(projection(&plain.items, self.number)),
            Body::Set(operator, parts) => {
                let (left, right) = (parts.0.build_with(projection), parts.1.build_with(projection));
                match operator {
                    SetOperator::Union => left.union(right),
                    SetOperator::UnionAll => left.union_all(right),
                    SetOperator::Intersect => left.intersect(right),
                    SetOperator::IntersectAll => left.intersect_all(right),
                    SetOperator::Except => left.except(right),
                    SetOperator::ExceptAll => left.except_all(right),
                    other => panic!("{other:?} is no operator of this test"),
                }
            }
        };
        for table in &self.with {
            select = select.with(&table.cte);
        }
        let items = self.items();
        select = select.order_by(
            self.order_by
                .iter()
                .map(|order| order.build(items, &|item| self.label(item)))
                .collect::<Vec<_>>(),
        );
        for order in self.order_by.iter().take(self.distinct_on) {
            if let OrderTerm::Item(position) = order.by {
                select = select.distinct_on(label::<i64>(self.label(position)));
            }
        }
        if let Some(limit) = self.limit {
            select = select.limit(limit);
        }
        if let Some(offset) = self.offset {
            select = select.offset(offset);
        }
        select
    }
}

impl Plain {
    fn build<S: Shape>(&self, mut select: Select<S>) -> Select<S> {
        for from in &self.from {
            let item = from.source.item.clone();
            select = match from.join.clone() {
                None => select.from(item),
                Some((JoinKind::Cross, _)) => select.cross_join(item),
                Some((kind, on)) => {
                    let on = on.expect("a join has a condition").expr;
                    match kind {
                        JoinKind::Inner => select.join_on(item, on),
                        JoinKind::Left => select.left_join_on(item, on),
                        JoinKind::Right => select.right_join_on(item, on),
                        _ => select.full_join_on(item, on),
                    }
                }
            };
        }
        if self.distinct {
            select = select.distinct();
        }
        if let Some(filter) = &self.filter {
            select = select.filter(filter.expr.clone());
        }
        if let Some(keys) = &self.group_by {
            select = self.grouping.build(select, keys);
        }
        for (name, window) in &self.windows {
            select = select.window(name.clone(), window.clone());
        }
        if let Some(having) = &self.having {
            select = select.having(having.expr.clone());
        }
        select
    }
}

impl Order {
    pub fn build(&self, items: &[Any], labels: &dyn Fn(usize) -> String) -> OrderBy {
        fn term<T: Scalar>(order: &Order, term: &Term<T>, labels: &dyn Fn(usize) -> String) -> OrderBy {
            let expr = match (&order.by, &term.expr) {
                (OrderTerm::Item(position), _) => Maybe::Never(label(labels(*position))),
                (OrderTerm::Expression(_), expr) => expr.clone(),
            };
            match (expr, order.descending) {
                (Maybe::Never(expr), false) => expr.asc(),
                (Maybe::Never(expr), true) => expr.desc(),
                (Maybe::Perhaps(expr), false) => expr.asc(),
                (Maybe::Perhaps(expr), true) => expr.desc(),
            }
        }
        let any = match &self.by {
            OrderTerm::Item(position) => &items[*position],
            OrderTerm::Expression(any) => any,
        };
        let by = with_any!(any, expr => term(self, expr, labels));
        if self.nulls_first { by.nulls_first() } else { by.nulls_last() }
    }

    /// Two values in this term's order.
    pub fn compare(&self, left: &Datum, right: &Datum) -> Meant<Ordering> {
        let nulls = if self.nulls_first { Ordering::Less } else { Ordering::Greater };
        Ok(match (left.is_null(), right.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => nulls,
            (false, true) => nulls.reverse(),
            (false, false) => {
                let order = compare(left, right)?.unwrap_or(Ordering::Equal);
                if self.descending { order.reverse() } else { order }
            }
        })
    }
}

// Evaluated.

/// Sorts by keys, of which the comparison may be in doubt: one by one, each behind those that are not greater.
pub fn sort<T>(rows: &mut Vec<(Vec<Datum>, T)>, order: &[Order]) -> Meant<()> {
    let mut sorted: Vec<(Vec<Datum>, T)> = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        let mut place = sorted.len();
        while place > 0 && compare_keys(&sorted[place - 1].0, &row.0, order)? == Ordering::Greater {
            place -= 1;
        }
        sorted.insert(place, row);
    }
    *rows = sorted;
    Ok(())
}

pub fn compare_keys(left: &[Datum], right: &[Datum], order: &[Order]) -> Meant<Ordering> {
    for ((left, right), term) in left.iter().zip(right).zip(order) {
        match term.compare(left, right)? {
            Ordering::Equal => {}
            other => return Ok(other),
        }
    }
    Ok(Ordering::Equal)
}

impl Query {
    /// The rows; in order where there is one.
    pub fn rows(&self, around: &Environment) -> Meant<Vec<Row>> {
        let mut rows = match &self.body {
            Body::Plain(plain) => plain.rows(around, &self.order_by)?,
            Body::Set(operator, parts) => {
                let rows = combine(*operator, parts.0.rows(around)?, parts.1.rows(around)?)?;
                rows.into_iter().map(|row| (self.keys_of_row(&row), row)).collect()
            }
        };
        if !self.order_by.is_empty() {
            sort(&mut rows, &self.order_by)?;
        }
        if self.distinct_on > 0 {
            rows = self.first_of_each(rows)?;
        }
        let offset = self.offset.unwrap_or(0) as usize;
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        Ok(rows.into_iter().map(|(_, row)| row).skip(offset).take(limit).collect())
    }

    /// The first of the rows that are equal in the first terms of the order.
    fn first_of_each(&self, rows: Vec<(Vec<Datum>, Row)>) -> Meant<Vec<(Vec<Datum>, Row)>> {
        let mut kept: Vec<(Vec<Datum>, Row)> = Vec::new();
        for row in rows {
            let known = match kept.last() {
                Some((keys, _)) => same_rows(&keys[..self.distinct_on], &row.0[..self.distinct_on])?,
                None => false,
            };
            if !known {
                kept.push(row);
            }
        }
        Ok(kept)
    }

    fn keys_of_row(&self, row: &Row) -> Vec<Datum> {
        let key = |order: &Order| match &order.by {
            OrderTerm::Item(position) => row[*position].clone(),
            OrderTerm::Expression(_) => panic!("a set operation is ordered by what it selects"),
        };
        self.order_by.iter().map(key).collect()
    }
}

impl Plain {
    fn rows(&self, around: &Environment, order_by: &[Order]) -> Meant<Vec<(Vec<Datum>, Row)>> {
        let mut environments = self.joined(around)?;
        if let Some(filter) = &self.filter {
            environments = keep(environments, filter)?;
        }
        if let Some(keys) = &self.group_by {
            environments = self.grouping.groups(&environments, keys, around)?;
            if let Some(having) = &self.having {
                environments = keep(environments, having)?;
            }
        }
        let all = Rc::new(environments);
        let mut rows: Vec<(Vec<Datum>, Row)> = Vec::with_capacity(all.len());
        for (index, environment) in all.iter().enumerate() {
            let environment = Environment { window: Some((Rc::clone(&all), index)), ..environment.clone() };
            let row: Row =
                self.items.iter().map(|item| (item.meaning())(&environment)).collect::<Meant<_>>()?;
            let key = |order: &Order| match &order.by {
                OrderTerm::Item(position) => Ok(row[*position].clone()),
                OrderTerm::Expression(any) => (any.meaning())(&environment),
            };
            let keys = order_by.iter().map(key).collect::<Meant<_>>()?;
            rows.push((keys, row));
        }
        if self.distinct {
            rows = distinct(rows)?;
        }
        Ok(rows)
    }

    fn joined(&self, around: &Environment) -> Meant<Vec<Environment>> {
        let around = Environment { group: None, left_out: 0, window: None, ..around.clone() };
        let mut left = vec![around.clone()];
        let mut before: Vec<&Source> = Vec::new();
        for from in &self.from {
            left = join(left, from, &before, &around)?;
            before.push(&from.source);
        }
        Ok(left)
    }
}

fn keep(environments: Vec<Environment>, condition: &Term<bool>) -> Meant<Vec<Environment>> {
    let mut kept = Vec::new();
    for environment in environments {
        if (condition.meaning)(&environment)?.truth() == Some(true) {
            kept.push(environment);
        }
    }
    Ok(kept)
}

fn nulls(source: &Source) -> Row {
    vec![Datum::Null; source.width].into()
}

fn join(
    left: Vec<Environment>,
    from: &From,
    before: &[&Source],
    around: &Environment,
) -> Meant<Vec<Environment>> {
    let number = from.source.number;
    let (kind, on) = match &from.join {
        None => (JoinKind::Cross, None),
        Some((kind, on)) => (*kind, on.as_ref()),
    };
    let mut joined = Vec::new();
    // Only a lateral subquery, which no right join has, looks at the left side.
    let mut matched: Vec<bool> = Vec::new();
    let mut right = Vec::new();
    for environment in left {
        right = (from.source.rows)(&environment)?;
        matched.resize(right.len(), false);
        let mut found = false;
        for (index, row) in right.iter().enumerate() {
            let pair = environment.with(number, Rc::clone(row));
            let holds = match on {
                Some(on) => (on.meaning)(&pair)?.truth() == Some(true),
                None => true,
            };
            if holds {
                found = true;
                matched[index] = true;
                joined.push(pair);
            }
        }
        if !found && matches!(kind, JoinKind::Left | JoinKind::Full) {
            joined.push(environment.with(number, nulls(&from.source)));
        }
    }
    if matches!(kind, JoinKind::Right | JoinKind::Full) {
        if matched.is_empty() {
            right = (from.source.rows)(around)?;
            matched.resize(right.len(), false);
        }
        let empty = before
            .iter()
            .fold(around.clone(), |empty, source| empty.with(source.number, nulls(source)));
        for (row, _) in right.iter().zip(&matched).filter(|(_, matched)| !**matched) {
            joined.push(empty.with(number, Rc::clone(row)));
        }
    }
    Ok(joined)
}
