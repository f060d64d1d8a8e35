//! Queries.

use std::rc::Rc;

use lapis::expr::{ExprOps, Node, case, func};
use lapis::statement::SetOperator;

use super::{Generated, Generator};
use crate::datum::Datum;
use crate::environment::Environment;
use crate::groupings::Grouping;
use crate::query::{Body, CommonTable, Further, Order, OrderTerm, Plain, Query};
use crate::term::{Any, Kind, Maybe, Term, with_any};

/// What a query may have, where it stands.
#[derive(Clone, Copy)]
pub struct Options {
    /// `LIMIT` and `OFFSET`.
    pub limit: bool,
    /// `WITH`.
    pub with: bool,
    /// Set operations.
    pub sets: bool,
    /// How many things FROM may have.
    pub sources: usize,
}

const WHOLE: Options = Options { limit: true, with: true, sets: true, sources: 3 };
/// A subquery in FROM.
pub const DERIVED: Options = Options { limit: true, with: false, sets: true, sources: 2 };
/// A subquery in an expression.
pub const NESTED: Options = Options { limit: false, with: false, sets: false, sources: 1 };

impl Generator {
    /// A random statement that selects.
    pub fn query(&mut self) -> Query {
        let kinds = self.kinds();
        let mut query = self.query_of(&kinds, WHOLE, &[]);
        query.further = self.further(&query);
        query
    }

    /// What is asked of a query beside its rows.
    fn further(&mut self, query: &Query) -> Further {
        if self.one_in(8) {
            self.note("count()");
            return Further::Count;
        }
        let limited = query.limit.is_some() || query.offset.is_some() || query.distinct_on > 0;
        if query.order_by.is_empty() || limited || !self.one_in(3) {
            return Further::Nothing;
        }
        let size = self.random.below(3) as u64 + 1;
        // A quotient has more digits to MySQL than it shows.
        let fraction = |item: &Any| matches!(item.kind(), Kind::Float | Kind::Decimal);
        let over = |item: &Any| format!("{:?}", item.node()).contains("Over {");
        if query.is_distinct() && !query.items().iter().any(over) && !query.items().iter().any(fraction) {
            self.note("keyset pages");
            return Further::Keyset(size);
        }
        self.note("pages");
        Further::Pages(size)
    }

    pub fn kinds(&mut self) -> Vec<Kind> {
        (0..self.random.below(3) + 1).map(|_| self.kind()).collect()
    }

    /// A query that has at most one row, of one value.
    pub fn single_value<T: Generated>(&mut self) -> Option<(Query, f64)> {
        let mut query = self.subquery_in(&[T::KIND])?;
        // SQLite 3.53 has been seen to take the last group for the first, of a subquery in another order.
        if matches!(&query.body, Body::Plain(plain) if plain.group_by.as_ref().is_some_and(|keys| !keys.is_empty()))
        {
            return None;
        }
        if !query.is_one_row() {
            // What is of the query around is the same in each row.
            if query.selects_own_columns() {
                query.order_by = self.order_of_items(1);
            }
            query.limit = Some(1);
            self.note("LIMIT in a scalar subquery");
        }
        let bound = T::term(&query.items()[0])?.bound;
        Some((query, bound))
    }

    /// A query in `IN (…)` or `EXISTS (…)`.
    pub fn subquery_in(&mut self, kinds: &[Kind]) -> Option<Query> {
        self.subqueries = self.subqueries.checked_sub(1)?;
        Some(self.query_of(kinds, NESTED, &[]))
    }

    /// The same in `IN (…)`, where MariaDB 10.11 takes the one row of an aggregate, if it is NULL, for none, and gets
    /// functions over windows wrong.
    pub fn subquery_in_list(&mut self, kinds: &[Kind]) -> Option<Query> {
        let query = self.subquery_in(kinds)?;
        // It gets constants beside HAVING wrong, too.
        let is_constant = |item: &Any| !has_column(item);
        if matches!(&query.body, Body::Plain(plain) if plain.having.is_some() && plain.items.iter().any(is_constant))
        {
            return None;
        }
        let over = |item: &Any| format!("{:?}", item.node()).contains("Over {");
        (!query.is_one_row() && !query.items().iter().any(over)).then_some(query)
    }

    pub fn query_of(&mut self, kinds: &[Kind], options: Options, tables: &[CommonTable]) -> Query {
        let mut tables = tables.to_vec();
        let mut with = Vec::new();
        if options.with && self.one_in(6) {
            let table = self.common_table();
            tables.push(table.clone());
            with.push(table);
        }
        let mut query = if options.sets && self.one_in(8) {
            self.set_operation(kinds, options, &tables)
        } else {
            Query {
                number: self.new_source(),
                with: Vec::new(),
                body: Body::Plain(Box::new(self.plain(kinds, options, &tables))),
                order_by: Vec::new(),
                limit: None,
                offset: None,
                distinct_on: 0,
                further: Further::Nothing,
            }
        };
        query.with = with;
        if query.order_by.is_empty() {
            self.order(&mut query, options);
        }
        query
    }

    /// An order and a limit: only an order by all columns tells which rows a limit keeps.
    fn order(&mut self, query: &mut Query, options: Options) {
        // In `IN` and `EXISTS`, an order is nothing.
        if !options.limit || !self.one_in(2) {
            return;
        }
        let width = query.items().len();
        query.order_by.extend(self.order_of_items(width));
        self.note("ORDER BY");
        if matches!(&query.body, Body::Plain(plain) if !plain.distinct) && self.one_in(12) {
            self.note("DISTINCT ON");
            query.distinct_on = self.random.below(width) + 1;
        }
        if self.one_in(2) {
            query.limit = (!self.one_in(4)).then(|| self.random.below(6) as u64);
            // MariaDB 10.11 passes over the offset of a DISTINCT whose items it takes for constants.
            let distinct = matches!(&query.body, Body::Plain(plain) if plain.distinct);
            query.offset = (!distinct && self.one_in(3)).then(|| self.random.below(4) as u64);
            self.note("LIMIT, OFFSET");
        }
    }

    fn order_of_items(&mut self, width: usize) -> Vec<Order> {
        (0..width).map(|item| self.order_by(OrderTerm::Item(item))).collect()
    }

    fn order_by(&mut self, by: OrderTerm) -> Order {
        Order { by, descending: self.one_in(2), nulls_first: self.one_in(2) }
    }

    fn set_operation(&mut self, kinds: &[Kind], options: Options, tables: &[CommonTable]) -> Query {
        let part = Options { with: false, ..options };
        let mut parts = (self.query_of(kinds, part, tables), self.query_of(kinds, part, tables));
        for position in 0..kinds.len() {
            if parts.0.items()[position].is_nullable() || parts.1.items()[position].is_nullable() {
                parts.0.make_nullable(position);
                parts.1.make_nullable(position);
            }
        }
        let operator = self.random.pick(&[
            SetOperator::Union,
            SetOperator::Union,
            SetOperator::UnionAll,
            SetOperator::UnionAll,
            SetOperator::Intersect,
            SetOperator::Intersect,
            SetOperator::Except,
            SetOperator::Except,
            SetOperator::IntersectAll,
            SetOperator::ExceptAll,
        ]);
        let operator = operator.expect("there are operators");
        self.note(operator.sql());
        Query {
            number: 0,
            with: Vec::new(),
            body: Body::Set(operator, Box::new(parts)),
            order_by: Vec::new(),
            limit: None,
            offset: None,
            distinct_on: 0,
            further: Further::Nothing,
        }
    }

    fn plain(&mut self, kinds: &[Kind], options: Options, tables: &[CommonTable]) -> Plain {
        let (from, scope) = self.sources(options, tables);
        self.scopes.push(scope);
        let own_only = std::mem::replace(&mut self.own_only, false);
        let filter = self.one_in(2).then(|| self.at_depth(2, Generator::condition));
        if filter.is_some() {
            self.note("WHERE");
        }
        let grouped = self.one_in(3);
        let mut plain = if grouped { self.grouped(kinds) } else { self.ungrouped(kinds) };
        (plain.from, plain.filter) = (from, filter);
        self.own_only = own_only;
        self.scopes.pop();
        plain
    }

    fn ungrouped(&mut self, kinds: &[Kind]) -> Plain {
        let windows = self.one_in(3);
        self.scopes.last_mut().expect("the scope of this query").windows = windows;
        let items = kinds.iter().map(|kind| self.at_depth(2, |g| g.of_kind(*kind))).collect();
        let windows =
            std::mem::take(&mut self.scopes.last_mut().expect("the scope of this query").named_windows);
        let distinct = self.one_in(5);
        if distinct {
            self.note("DISTINCT");
        }
        let grouping = Grouping::All;
        Plain {
            items,
            distinct,
            from: Vec::new(),
            filter: None,
            group_by: None,
            grouping,
            windows,
            having: None,
        }
    }

    fn grouped(&mut self, kinds: &[Kind]) -> Plain {
        let keys: Vec<Any> = (0..self.random.below(3)).filter_map(|_| self.group_key()).collect();
        self.note(if keys.is_empty() { "aggregates without GROUP BY" } else { "GROUP BY" });
        let grouping = self.grouping(&keys);
        let seen = if grouping.is_all() { keys.clone() } else { left_out(&keys) };
        let scope = self.scopes.last_mut().expect("the scope of this query");
        scope.keys = Some(seen);
        scope.several_groupings = (!grouping.is_all()).then(|| keys.clone());
        // MariaDB 10.11 has been seen to crash at subqueries of IN in the projection of a grouped query.
        let subqueries = std::mem::take(&mut self.subqueries);
        let mut items: Vec<Any> = kinds.iter().map(|kind| self.at_depth(2, |g| g.of_kind(*kind))).collect();
        self.subqueries = subqueries;
        // MariaDB knows columns that are grouped by in HAVING, but no expressions, and of several tables none of a name
        // that two of them have.
        let joined = self.scope().joined;
        let known = |key: &&Any| !joined && matches!(key.node(), Node::Column(_));
        let columns = keys.iter().filter(known).cloned().collect();
        let scope = self.scopes.last_mut().expect("the scope of this query");
        let all_keys = scope.keys.replace(columns);
        // A column of the query around it takes for one of that query's projection.
        let own_only = std::mem::replace(&mut self.own_only, true);
        let subqueries = std::mem::take(&mut self.subqueries);
        let having = (grouping.is_all() && self.one_in(3)).then(|| self.at_depth(1, Generator::condition));
        (self.own_only, self.subqueries) = (own_only, subqueries);
        self.scopes.last_mut().expect("the same scope").keys = all_keys;
        if keys.is_empty() {
            // An aggregate in any case, without which it would be no grouped query; SQLite wants it in the projection.
            items[0] = beside_count(&items[0]);
        }
        if having.is_some() {
            self.note("HAVING");
        }
        // MariaDB 10.11 takes equal averages for different ones, and different ones for equal.
        let average = |item: &Any| {
            matches!(item.kind(), Kind::Float | Kind::Decimal)
                || format!("{:?}", item.node()).contains("string_agg")
        };
        let distinct = grouping.is_all() && !items.iter().any(average) && self.one_in(8);
        let group_by = Some(keys);
        Plain {
            items,
            distinct,
            from: Vec::new(),
            filter: None,
            group_by,
            grouping,
            windows: Vec::new(),
            having,
        }
    }

    /// How the keys make groups. Each key is another then.
    fn grouping(&mut self, keys: &[Any]) -> Grouping {
        // PostgreSQL 15 leaves an expression that may be a constant, as `coalesce(1, x)`, out of the order.
        if !keys.iter().all(|key| matches!(key.node(), Node::Column(_))) {
            return Grouping::All;
        }
        let different = |(position, key): (usize, &Any)| {
            keys[..position].iter().all(|other| other.node() != key.node())
        };
        if keys.is_empty() || !keys.iter().enumerate().all(different) || !self.one_in(6) {
            return Grouping::All;
        }
        // Each key in one of them at least.
        let mut sets: Vec<u32> =
            (0..self.random.below(3)).map(|_| self.random.below(1 << keys.len()) as u32).collect();
        sets.push((1 << keys.len()) - 1);
        let grouping = match self.random.below(4) {
            0 | 1 => Grouping::Rollup,
            2 => Grouping::Cube,
            _ => Grouping::Sets(sets),
        };
        self.note(grouping.name());
        grouping
    }

    fn group_key(&mut self) -> Option<Any> {
        if self.one_in(3) {
            let key = self.of_a_row(1, Generator::any);
            // What has no column in it is refused, or taken for the number of one.
            // Of a condition that is grouped by, PostgreSQL does not know the negated form again.
            if has_column(&key) && key.kind() != Kind::Bool {
                self.note("GROUP BY of an expression");
                return Some(key);
            }
        }
        let columns = self.scope().columns.clone();
        (!columns.is_empty()).then(|| columns[self.random.below(columns.len())].clone())
    }
}

/// The keys as they are among several groupings: NULL where a group is not made by them.
fn left_out(keys: &[Any]) -> Vec<Any> {
    let seen = |(position, key): (usize, &Any)| {
        with_any!(key, term => {
            let meaning = Rc::clone(&term.meaning);
            let value = move |environment: &Environment| {
                if environment.left_out >> position & 1 == 1 { Ok(Datum::Null) } else { meaning(environment) }
            };
            Term::new(term.expr.clone().nullable(), value).bounded(term.bound).any()
        })
    };
    keys.iter().enumerate().map(seen).collect()
}

/// The same, in a CASE that counts the rows of the group.
fn beside_count(item: &Any) -> Any {
    let counted = func::count_all().ge(0_i64);
    with_any!(item, term => {
        let expr = match term.expr.clone() {
            Maybe::Never(x) => Maybe::Never(case().when(counted, x.clone()).otherwise(x)),
            Maybe::Perhaps(x) => Maybe::Perhaps(case().when(counted, x.clone()).otherwise(x)),
        };
        let meaning = Rc::clone(&term.meaning);
        Term::new(expr, move |environment| meaning(environment)).bounded(term.bound).any()
    })
}

/// Whether a column is in it.
pub fn has_column(any: &Any) -> bool {
    format!("{:?}", any.node()).contains("Column(")
}
