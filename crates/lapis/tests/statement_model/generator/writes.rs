//! Statements that write.

use lapis::func;

use super::{Generated, Generator, Scope};
use crate::data::random_part;
use crate::query::Query;
use crate::term::{Any, Maybe, Scalar, Term, strict1, with_kind};
use crate::write::{ASSIGNED, Action, Joined, Of, Write};

impl Generator {
    /// A random statement that writes to the parts.
    pub fn write(&mut self) -> Write {
        if self.one_in(3) {
            let action = self.random.pick(&[Action::Nothing, Action::Replace, Action::Combine]);
            let first = self.random.below(8) as i64 + 1;
            let rows = (0..self.random.below(3) as i64 + 1)
                .map(|place| random_part(&mut self.random, first + place, false))
                .collect();
            return Write::Upsert { rows, action: action.expect("there are actions") };
        }
        if self.one_in(6) {
            return Write::Insert { query: self.inserted() };
        }
        let (source, columns) = self.written_table();
        self.subqueries = 0;
        let mut visible = columns.clone();
        let joined = if self.one_in(4) { self.joined(&columns, &mut visible) } else { None };
        self.scopes
            .push(Scope { columns: visible, own_names: vec!["parts"], ..Scope::default() });
        let filter = (!self.one_in(5)).then(|| self.at_depth(2, Generator::condition));
        let chosen = (joined.is_none() && self.one_in(8)).then(|| self.random.below(5) as i64);
        let in_with = joined.is_none() && chosen.is_none() && self.one_in(10);
        let is_joined = joined.is_some();
        let of = Of { source, filter, joined, chosen, in_with };
        let made = if self.one_in(3) {
            Write::Delete { of }
        } else {
            let mut sets: Vec<(usize, Any)> = Vec::new();
            for _ in 0..self.random.below(3) + 1 {
                let set = self.assignment(&columns);
                // MySQL assigns from left to right, and computes with what it has assigned.
                let uses_earlier = sets.iter().any(|(column, _)| {
                    *column == set.0
                        || format!("{:?}", set.1.node()).contains(&format!("{:?}", name(*column)))
                });
                // Where tables are joined, MySQL may assign in any order.
                if !uses_earlier && (!is_joined || sets.is_empty()) {
                    sets.push(set);
                }
            }
            Write::Update { of, sets }
        };
        self.scopes.pop();
        made
    }

    /// Another table, by whose key it is joined.
    fn joined(&mut self, columns: &[Any], visible: &mut Vec<Any>) -> Option<Joined> {
        let (source, others) = self.other_table();
        let on = self.equality(columns, &others[..1])?;
        visible.extend(others);
        Some(Joined { source, on, in_filter: self.one_in(2) })
    }

    /// Rows made of those that are there, with keys of their own.
    fn inserted(&mut self) -> Query {
        let (source, columns) = self.source_of_parts();
        self.scopes.push(Scope { columns: columns.clone(), ..Scope::default() });
        self.subqueries = 0;
        let filter = self.one_in(2).then(|| self.at_depth(2, Generator::condition));
        let key = i64::term(&columns[0]).expect("the key is an integer");
        let own_key = match key.expr.clone() {
            Maybe::Never(key) => Maybe::Never(key + 100),
            Maybe::Perhaps(key) => Maybe::Perhaps(key + 100),
        };
        let mut items = vec![Term::new(own_key, strict1(key, |key: i64| Ok(key + 100))).any()];
        for (position, (_, nullable)) in ASSIGNED.iter().enumerate() {
            let kind = columns[position + 1].kind();
            items.push(with_kind!(kind, T => self.assigned::<T>(*nullable)));
        }
        self.scopes.pop();
        Query::plain(self.new_source(), items, source, filter)
    }

    fn assignment(&mut self, columns: &[Any]) -> (usize, Any) {
        let column = self.random.below(ASSIGNED.len()) + 1;
        let nullable = ASSIGNED[column - 1].1;
        let kind = columns[column].kind();
        (column, with_kind!(kind, T => self.assigned::<T>(nullable)))
    }

    fn assigned<T: Generated>(&mut self, nullable: bool) -> Any {
        let value = self.at_depth(2, Generator::term::<T>);
        let Maybe::Perhaps(expr) = value.expr.clone() else { return value.any() };
        if nullable {
            return value.any();
        }
        let fallback = T::literal(&mut self.random);
        let expr = Maybe::Never(func::coalesce(expr, fallback.clone()));
        let meaning = move |environment: &crate::environment::Environment| {
            Ok(value.value(environment)?.unwrap_or_else(|| fallback.clone()).into_datum())
        };
        Term::new(expr, meaning).any()
    }
}

fn name(column: usize) -> &'static str {
    ASSIGNED[column - 1].0
}
