//! What queries select from.

use std::cell::OnceCell;
use std::rc::Rc;

use lapis::expr::{Expr, ExprOps, IntoExpr, Node, lit};
use lapis::statement::{
    Cte, FromItem, IntoFromItem, JoinKind, Subquery, TableSource, generate_series, json_elements, select,
    unnest, values,
};
use lapis::types::Json;

use super::queries::{DERIVED, NESTED, Options};
use super::tables::column;
use super::{Generated, Generator, Scope};
use crate::datum::Datum;
use crate::environment::{Environment, Row};
use crate::query::{CommonTable, From, Query, Rows, Source};
use crate::term::{Any, Maybe, Scalar, Term, strict2, with_kind};

type Sources = (Vec<From>, Scope);

/// The column of a query that counts.
const COUNTED: &str = "counted";

impl Generator {
    /// FROM, and what expressions can refer to behind it.
    pub fn sources(&mut self, options: Options, tables: &[CommonTable]) -> Sources {
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
    pub fn common_table(&mut self) -> CommonTable {
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

fn is_column(term: &Term<i64>) -> bool {
    matches!(term.expr.clone().into_node(), Node::Column(_))
}
