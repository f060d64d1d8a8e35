//! Makes random expressions and queries.
//!
//! Each construct is an entry of one table: [`numbers`], [`texts`], [`conditions`], [`moments`] by the kind of what they
//! give, [`any_kind`] for what gives every kind, [`aggregates`] and [`windows`].

mod aggregates;
mod any_kind;
mod bits;
mod conditions;
mod json;
mod moments;
mod numbers;
mod queries;
mod regexps;
mod rows;
mod sources;
pub mod tables;
mod texts;
mod windows;
mod writes;

use std::collections::BTreeSet;
use std::rc::Rc;

use lapis::expr::{Node, Window};

use crate::data::Data;
use crate::random::Random;
use crate::term::{Any, Kind, Scalar, Term, with_kind};

/// A construct: its name, and what makes an expression of it, where it can stand.
pub type Entry<T> = (&'static str, fn(&mut Generator) -> Option<Term<T>>);

/// Kinds of values with the constructs that give them.
pub trait Generated: Scalar {
    /// Those that give this kind alone.
    const ENTRIES: &'static [Entry<Self>];
    /// Aggregates that give this kind alone.
    const AGGREGATES: &'static [Entry<Self>] = &[];
    /// Functions over windows that give this kind alone.
    const WINDOWS: &'static [Entry<Self>] = &[];
}

/// What an expression can refer to where it stands.
#[derive(Clone, Default)]
pub struct Scope {
    /// The columns of FROM.
    columns: Vec<Any>,
    /// The keys of the tables in FROM.
    unique: Vec<Any>,
    /// What rows are grouped by: within a grouped query, what can be said of a row outside of aggregates.
    keys: Option<Vec<Any>>,
    /// The keys, where there are several groupings by them.
    several_groupings: Option<Vec<Any>>,
    /// The windows that have a name.
    named_windows: Vec<(String, Window)>,
    /// Whether FROM has more than one thing.
    joined: bool,
    /// Whether an outer join is in FROM.
    outer: bool,
    /// Whether functions over windows can stand here.
    windows: bool,
    /// The tables that are in FROM under their own name.
    own_names: Vec<&'static str>,
}

pub struct Generator {
    pub random: Random,
    data: Rc<Data>,
    /// The scopes of the queries around, the innermost last.
    scopes: Vec<Scope>,
    /// Whether nothing but the innermost scope may be referred to.
    own_only: bool,
    depth: usize,
    /// How many subqueries may still be begun in this statement.
    subqueries: usize,
    sources: usize,
    /// The constructs that the statement is made of.
    pub used: BTreeSet<&'static str>,
}

impl Generator {
    pub fn new(random: Random, data: Rc<Data>) -> Self {
        Self {
            random,
            data,
            scopes: Vec::new(),
            own_only: false,
            depth: 0,
            subqueries: 3,
            sources: 0,
            used: BTreeSet::new(),
        }
    }

    pub fn note(&mut self, construct: &'static str) {
        self.used.insert(construct);
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.random.one_in(times)
    }

    pub fn kind(&mut self) -> Kind {
        self.random.pick(Kind::ALL).expect("there are kinds")
    }

    fn scope(&self) -> &Scope {
        self.scopes.last().expect("an expression stands in a query")
    }

    fn new_source(&mut self) -> usize {
        self.sources += 1;
        self.sources
    }

    /// Makes something that stands for one row of this query alone: no aggregate, no subquery, no column of a query
    /// around.
    fn of_a_row<A>(&mut self, depth: usize, make: impl FnOnce(&mut Self) -> A) -> A {
        let scope = self.scopes.last_mut().expect("an expression stands in a query");
        let (keys, windows) = (scope.keys.take(), std::mem::take(&mut scope.windows));
        let subqueries = std::mem::take(&mut self.subqueries);
        let own_only = std::mem::replace(&mut self.own_only, true);
        let made = self.at_depth(depth, make);
        (self.own_only, self.subqueries) = (own_only, subqueries);
        let scope = self.scopes.last_mut().expect("the same scope as before");
        (scope.keys, scope.windows) = (keys, windows);
        made
    }

    /// Whether rows may be compared with rows. Not with a function over a window in them, which MariaDB 10.11 gets wrong,
    /// and not beneath an outer join: it takes `(a, b) < (c, d)` for something that is never true where `b` is NULL, and
    /// makes an inner join of the outer one.
    fn may_compare_rows(&self) -> bool {
        !self.scope().windows && !self.scopes.iter().any(|scope| scope.outer)
    }

    /// The keys of the tables in FROM: an order by them has no ties.
    fn key_columns(&self) -> Vec<Any> {
        self.scope().unique.clone()
    }

    /// Expressions of at most this depth.
    fn at_depth<T>(&mut self, depth: usize, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.depth, depth);
        let made = make(self);
        self.depth = before;
        made
    }

    /// A random expression of a kind.
    pub fn term<T: Generated>(&mut self) -> Term<T> {
        if self.depth == 0 || self.one_in(4) {
            return self.leaf();
        }
        self.depth -= 1;
        let made = self.composite();
        self.depth += 1;
        made.unwrap_or_else(|| self.leaf())
    }

    fn composite<T: Generated>(&mut self) -> Option<Term<T>> {
        let grouped = self.scope().keys.is_some();
        let windows = self.scope().windows;
        if grouped && self.one_in(2) {
            return self.entry(T::AGGREGATES, aggregates::entries::<T>());
        }
        if windows && self.one_in(3) {
            return self.entry(T::WINDOWS, windows::entries::<T>());
        }
        self.entry(T::ENTRIES, any_kind::entries::<T>())
    }

    /// One of the constructs of a kind, or, less often, one of those that give every kind.
    fn entry<T: Generated>(
        &mut self,
        own: &'static [Entry<T>],
        common: impl IntoIterator<Item = Entry<T>>,
    ) -> Option<Term<T>> {
        let common: Vec<Entry<T>> = common.into_iter().collect();
        let number = self.random.below(own.len() + common.len());
        let (name, make) = own.get(number).copied().unwrap_or_else(|| common[number - own.len()]);
        let made = make(self);
        if made.is_some() {
            self.note(name);
        }
        made
    }

    /// A column, a value or NULL.
    pub fn leaf<T: Generated>(&mut self) -> Term<T> {
        if self.one_in(24) {
            self.note("NULL as a value");
            return Term::null();
        }
        if !self.one_in(4)
            && let Some(column) = self.column()
        {
            return column;
        }
        Term::literal(T::literal(&mut self.random))
    }

    /// A column of this query, or of one around it.
    fn column<T: Generated>(&mut self) -> Option<Term<T>> {
        let own = self.own_only || self.scopes.len() == 1 || !self.one_in(3);
        let scopes = if own { self.scopes.len() - 1..self.scopes.len() } else { 0..self.scopes.len() - 1 };
        let mut found = Vec::new();
        for scope in &self.scopes[scopes] {
            let columns = scope.keys.as_ref().unwrap_or(&scope.columns);
            // PostgreSQL takes no expression for what the query around is grouped by, only a column.
            let known = |any: &&Any| own || scope.keys.is_none() || matches!(any.node(), Node::Column(_));
            found.extend(columns.iter().filter(known).filter_map(T::term));
        }
        let column =
            if found.is_empty() { None } else { Some(found[self.random.below(found.len())].clone()) };
        if column.is_some() && !own {
            self.note("a column of the query around");
        }
        column
    }

    /// A random expression of a random kind.
    pub fn any(&mut self) -> Any {
        let kind = self.kind();
        self.of_kind(kind)
    }

    pub fn of_kind(&mut self, kind: Kind) -> Any {
        with_kind!(kind, T => self.term::<T>().any())
    }

    /// A random condition.
    pub fn condition(&mut self) -> Term<bool> {
        self.composite().unwrap_or_else(|| self.leaf())
    }
}
