//! Statements that write.

use lapis::func;

use super::{Generated, Generator, Scope};
use crate::data::random_part;
use crate::term::{Any, Maybe, Term, with_kind};
use crate::write::{ASSIGNED, Action, Write};

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
        let (source, columns) = self.written_table();
        self.subqueries = 0;
        self.scopes
            .push(Scope { columns: columns.clone(), own_names: vec!["parts"], ..Scope::default() });
        let filter = (!self.one_in(5)).then(|| self.at_depth(2, Generator::condition));
        let made = if self.one_in(3) {
            Write::Delete { source, filter }
        } else {
            let mut sets: Vec<(usize, Any)> = Vec::new();
            for _ in 0..self.random.below(3) + 1 {
                let set = self.assignment(&columns);
                // MySQL assigns from left to right, and computes with what it has assigned.
                let uses_earlier = sets.iter().any(|(column, _)| {
                    *column == set.0
                        || format!("{:?}", set.1.node()).contains(&format!("{:?}", name(*column)))
                });
                if !uses_earlier {
                    sets.push(set);
                }
            }
            Write::Update { source, sets, filter }
        };
        self.scopes.pop();
        made
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
