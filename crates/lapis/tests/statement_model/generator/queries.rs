//! Queries and what they select from.

use std::cell::OnceCell;
use std::rc::Rc;

use lapis::expr::{Expr, ExprOps, IntoExpr, Node, case, func, lit};
use lapis::statement::{
    Cte, FromItem, IntoFromItem, JoinKind, SetOperator, Subquery, TableSource, generate_series,
    json_elements, select, unnest, values,
};
use lapis::types::Json;

use super::tables::column;
use super::{Generated, Generator, Scope};
use crate::datum::Datum;
use crate::environment::{Environment, Row};
use crate::groupings::Grouping;
use crate::query::{Body, CommonTable, From, Further, Order, OrderTerm, Plain, Query, Rows, Source};
use crate::term::{Any, Kind, Maybe, Scalar, Term, strict2, with_any, with_kind};

/// What a query may have, where it stands.
#[derive(Clone, Copy)]
struct Options {
    /// `LIMIT` and `OFFSET`.
    limit: bool,
    /// `WITH`.
    with: bool,
    /// Set operations.
    sets: bool,
    /// How many things FROM may have.
    sources: usize,
}

const WHOLE: Options = Options { limit: true, with: true, sets: true, sources: 3 };
/// A subquery in FROM.
const DERIVED: Options = Options { limit: true, with: false, sets: true, sources: 2 };
/// A subquery in an expression.
const NESTED: Options = Options { limit: false, with: false, sets: false, sources: 1 };

type Sources = (Vec<From>, Scope);

/// The column of a query that counts.
const COUNTED: &str = "counted";

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

    fn kinds(&mut self) -> Vec<Kind> {
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

    fn query_of(&mut self, kinds: &[Kind], options: Options, tables: &[CommonTable]) -> Query {
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

    /// FROM, and what expressions can refer to behind it.
    fn sources(&mut self, options: Options, tables: &[CommonTable]) -> Sources {
        let mut scope = Scope::default();
        let mut from: Vec<From> = Vec::new();
        // In a subquery, a column of the query around would be taken for a hint at what FROM is.
        if self.scopes.is_empty() && self.one_in(20) {
            self.note("no FROM");
            return (from, scope);
        }
        let count = 1 + self.random.below(options.sources);
        for position in 0..count {
            scope.joined = position > 0;
            let before = scope.clone();
            let (source, columns) = self.source(&mut scope, tables, position > 0);
            let lateral = matches!(source.item.source, TableSource::Lateral(_));
            let join =
                if position == 0 { None } else { Some(self.join(&mut scope, &columns, &before, lateral)) };
            let outer = matches!(join, Some((JoinKind::Left | JoinKind::Full, _)));
            let is_table =
                matches!(source.item.source, TableSource::Table(_)) && source.common_table.is_none();
            let columns: Vec<Any> = columns
                .into_iter()
                .map(|column| if outer { column.nullable() } else { column })
                .collect();
            if is_table {
                scope.unique.push(columns[0].clone());
            }
            scope.columns.extend(columns);
            from.push(From { source, join });
        }
        (from, scope)
    }

    /// How a source is joined to those before it, whose columns an outer join may leave without a row.
    fn join(
        &mut self,
        scope: &mut Scope,
        columns: &[Any],
        before: &Scope,
        lateral: bool,
    ) -> (JoinKind, Option<Term<bool>>) {
        if lateral || self.one_in(5) {
            self.note("CROSS JOIN");
            return (JoinKind::Cross, None);
        }
        let kind = self.random.pick(&[
            JoinKind::Inner,
            JoinKind::Inner,
            JoinKind::Inner,
            JoinKind::Left,
            JoinKind::Left,
            JoinKind::Left,
            JoinKind::Right,
            JoinKind::Right,
            JoinKind::Full,
        ]);
        let kind = kind.expect("there are kinds of joins");
        self.note(match kind {
            JoinKind::Inner => "JOIN",
            JoinKind::Left => "LEFT JOIN",
            JoinKind::Right => "RIGHT JOIN",
            _ => "FULL JOIN",
        });
        // What joins them has to name both, and PostgreSQL joins fully by equalities alone.
        let Some(equality) = self.equality(&before.columns, columns) else {
            self.note("CROSS JOIN");
            return (JoinKind::Cross, None);
        };
        let condition = if kind == JoinKind::Full || self.one_in(4) {
            equality
        } else {
            let mut visible = before.clone();
            visible.columns.extend_from_slice(columns);
            self.scopes.push(visible);
            let subqueries = std::mem::take(&mut self.subqueries);
            let other = self.at_depth(1, Generator::condition);
            self.subqueries = subqueries;
            self.scopes.pop();
            let all = self.one_in(3);
            super::conditions::both_or_one(&equality, &other, all)
        };
        scope.outer |= kind != JoinKind::Inner;
        if matches!(kind, JoinKind::Right | JoinKind::Full) {
            for column in scope.columns.iter_mut().chain(&mut scope.unique) {
                *column = column.clone().nullable();
            }
        }
        (kind, Some(condition))
    }

    /// A column of one side that equals a column of the other.
    pub fn equality(&mut self, left: &[Any], right: &[Any]) -> Option<Term<bool>> {
        let mut column = |of: &[Any]| {
            let found: Vec<_> = of.iter().filter_map(i64::term).filter(|term| is_column(term)).collect();
            (!found.is_empty()).then(|| found[self.random.below(found.len())].clone())
        };
        let (left, right) = (column(left)?, column(right)?);
        let nullable = left.is_nullable() || right.is_nullable();
        let other = right.expr.clone();
        let expr = match left.expr.clone() {
            Maybe::Never(x) => x.eq(other),
            Maybe::Perhaps(x) => x.eq(other),
        };
        let expr = if nullable { Maybe::Perhaps(expr.nullable()) } else { Maybe::Never(expr) };
        Some(Term::new(expr, strict2(&left, &right, |a: i64, b: i64| Ok(a == b))))
    }

    fn source(
        &mut self,
        scope: &mut Scope,
        tables: &[CommonTable],
        may_be_lateral: bool,
    ) -> (Source, Vec<Any>) {
        if let Some(table) = tables.last()
            && self.one_in(2)
        {
            self.note("a common table in FROM");
            // Under its own name it can be there once.
            if !scope.own_names.contains(&"common") {
                scope.own_names.push("common");
                return common_table_source(table);
            }
        }
        match self.random.below(12) {
            0 | 1 if self.subqueries > 0 => self.derived(None),
            2 => match self.random.below(3) {
                0 => self.numbers_source(),
                _ => self.values_source(),
            },
            3 if may_be_lateral && self.subqueries > 0 => {
                let around = scope.clone();
                self.derived(Some(around))
            }
            _ => self.table(&mut scope.own_names),
        }
    }

    /// A subquery in FROM, which sees nothing of what is around it, or, if lateral, what stands before it.
    fn derived(&mut self, lateral: Option<Scope>) -> (Source, Vec<Any>) {
        self.note(if lateral.is_some() { "LATERAL" } else { "a subquery in FROM" });
        self.subqueries -= 1;
        let is_lateral = lateral.is_some();
        let scopes = std::mem::replace(&mut self.scopes, lateral.into_iter().collect());
        let kinds = self.kinds();
        let options = if is_lateral { NESTED } else { DERIVED };
        let query = Rc::new(self.query_of(&kinds, options, &[]));
        self.scopes = scopes;
        let number = self.new_source();
        let built = query.build().subquery(format!("s{number}"));
        let columns = columns_of(&query, number, &built);
        let item = if is_lateral { built.lateral().into_from_item() } else { built.into_from_item() };
        let width = columns.len();
        let source = Source { number, item, width, rows: rows_of(query, is_lateral), common_table: None };
        (source, columns)
    }

    /// Numbers as rows: a series, the elements of a JSON array, or those of an array.
    fn numbers_source(&mut self) -> (Source, Vec<Any>) {
        let number = self.new_source();
        let name = format!("s{number}");
        let (item, columns, data): (FromItem, Vec<Any>, Vec<Row>) = match self.random.below(5) {
            0 | 1 => {
                self.note("generate_series");
                let (start, step) = (self.random.below(5) as i64 - 2, [1_i64, 2, -1][self.random.below(3)]);
                let stop = start + (self.random.below(5) as i64 - 1) * step.signum();
                let series = generate_series(name, start, stop).step(step);
                let mut data: Vec<Row> = Vec::new();
                let mut value = start;
                while (stop - value) * step >= 0 {
                    data.push([Datum::Int(value)].into());
                    value += step;
                }
                let columns = vec![column::<i64>(Maybe::Never(series.value()), number, 0).any()];
                (series.into_from_item(), columns, data)
            }
            2 => {
                self.note("unnest");
                let values: Vec<String> =
                    (0..self.random.below(4)).map(|_| String::literal(&mut self.random)).collect();
                let array = unnest::<String, _>(name, lit(values.clone()));
                let columns = vec![
                    column::<i64>(Maybe::Never(array.ordinality()), number, 0).any(),
                    column::<String>(Maybe::Never(array.value()), number, 1).any(),
                ];
                let row = |(place, text): (usize, String)| -> Row {
                    [Datum::Int(place as i64 + 1), Datum::Text(text)].into()
                };
                (array.into_from_item(), columns, values.into_iter().enumerate().map(row).collect())
            }
            _ => {
                self.note("json_elements");
                let values: Vec<Option<i64>> = (0..self.random.below(4))
                    .map(|_| (!self.one_in(4)).then(|| i64::literal(&mut self.random)))
                    .collect();
                let elements = json_elements::<i64>(name, lit(Json(values.clone())));
                let columns = vec![
                    column::<i64>(Maybe::Never(elements.ordinality()), number, 0).any(),
                    column::<i64>(Maybe::Perhaps(elements.value()), number, 1).any(),
                ];
                let row = |(place, value): (usize, Option<i64>)| -> Row {
                    [Datum::Int(place as i64 + 1), value.map_or(Datum::Null, Datum::Int)].into()
                };
                (elements.into_from_item(), columns, values.into_iter().enumerate().map(row).collect())
            }
        };
        let width = columns.len();
        let rows: Rows = Rc::new(move |_| Ok(data.clone()));
        (Source { number, item, width, rows, common_table: None }, columns)
    }

    /// Rows of values. Of two columns of any kinds.
    fn values_source(&mut self) -> (Source, Vec<Any>) {
        self.note("VALUES");
        let (first, second) = (self.kind(), self.kind());
        with_kind!(first, A => with_kind!(second, B => self.values_of::<A, B>()))
    }

    fn values_of<A: Generated, B: Generated>(&mut self) -> (Source, Vec<Any>) {
        let number = self.new_source();
        let rows: Vec<(A, Option<B>)> = (0..self.random.below(4) + 1)
            .map(|_| {
                let second = (!self.one_in(4)).then(|| B::literal(&mut self.random));
                (A::literal(&mut self.random), second)
            })
            .collect();
        let data: Vec<Row> = rows
            .iter()
            .map(|(a, b)| {
                let b = b.clone().map_or(Datum::Null, B::into_datum);
                [a.clone().into_datum(), b].into()
            })
            .collect();
        let table = values(format!("s{number}"), ["a", "b"], rows);
        let columns = vec![
            column::<A>(Maybe::Never(table.column("a")), number, 0).any(),
            column::<B>(Maybe::Perhaps(table.column("b")), number, 1).any(),
        ];
        let item = table.into_from_item();
        let rows: Rows = Rc::new(move |_| Ok(data.clone()));
        (Source { number, item, width: 2, rows, common_table: None }, columns)
    }

    /// A query for `WITH`: of a table, or one that counts.
    fn common_table(&mut self) -> CommonTable {
        let number = self.new_source();
        let name = format!("w{number}");
        if self.one_in(4) {
            self.note("WITH RECURSIVE");
            let end = self.random.below(5) as i64 + 1;
            let cte = select(lit(1_i64).label(COUNTED)).recursive(name).union_all(|counted| {
                let count = || counted.column::<i64>(COUNTED);
                select(count() + 1_i64).from(counted).filter(count().lt(end))
            });
            let columns = vec![column::<i64>(Maybe::Never(cte.column(COUNTED)), number, 0).any()];
            let data: Vec<Row> = (1..=end).map(|count| [Datum::Int(count)].into()).collect();
            return CommonTable { cte, source: number, columns, rows: Rc::new(move |_| Ok(data.clone())) };
        }
        self.note("WITH");
        let scopes = std::mem::take(&mut self.scopes);
        let kinds = self.kinds();
        let query = Rc::new(self.query_of(&kinds, DERIVED, &[]));
        self.scopes = scopes;
        let mut cte = query.build().cte(name);
        match self.random.below(10) {
            0 => {
                self.note("MATERIALIZED");
                cte = cte.materialized();
            }
            1 => {
                self.note("NOT MATERIALIZED");
                cte = cte.not_materialized();
            }
            _ => {}
        }
        let columns = columns_of(&query, number, &cte);
        CommonTable { cte, source: number, columns, rows: rows_of(query, false) }
    }
}

/// What gives its columns by their labels.
trait Labels {
    fn labeled<T>(&self, label: String) -> Expr<T>;
}

impl Labels for Subquery {
    fn labeled<T>(&self, label: String) -> Expr<T> {
        self.column(label)
    }
}

impl Labels for Cte {
    fn labeled<T>(&self, label: String) -> Expr<T> {
        self.column(label)
    }
}

fn columns_of(query: &Query, number: usize, of: &impl Labels) -> Vec<Any> {
    let items = query.items().iter().enumerate();
    let one = |(position, item): (usize, &Any)| {
        let label = query.label(position);
        let bound = item.bound();
        with_kind!(item.kind(), T => {
            let expr = if item.is_nullable() {
                Maybe::<T>::Perhaps(of.labeled(label))
            } else {
                Maybe::<T>::Never(of.labeled(label))
            };
            column::<T>(expr, number, position).bounded(bound).any()
        })
    };
    items.map(one).collect()
}

/// The rows of a query, evaluated once unless it is lateral.
fn rows_of(query: Rc<Query>, lateral: bool) -> Rows {
    if lateral {
        return Rc::new(move |environment| query.rows(environment));
    }
    let known = OnceCell::new();
    Rc::new(move |_| known.get_or_init(|| query.rows(&Environment::default())).clone())
}

fn common_table_source(table: &CommonTable) -> (Source, Vec<Any>) {
    let source = Source {
        number: table.source,
        item: table.cte.clone().into_from_item(),
        width: table.columns.len(),
        rows: Rc::clone(&table.rows),
        common_table: Some(table.source),
    };
    (source, table.columns.clone())
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

fn is_column(term: &Term<i64>) -> bool {
    matches!(term.expr.clone().into_node(), Node::Column(_))
}
