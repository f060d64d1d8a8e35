//! What an expression is evaluated in: the rows around it.

use std::rc::Rc;

use crate::datum::{Datum, Meant};

/// A row of something in FROM.
pub type Row = Rc<[Datum]>;

/// What an expression means: its value where it stands.
pub type Meaning = Rc<dyn Fn(&Environment) -> Meant<Datum>>;

/// The rows that an expression sees: those of FROM, of the statements around, and of its group and its window.
#[derive(Clone, Default)]
pub struct Environment {
    /// By the number of the source.
    pub rows: Vec<(usize, Row)>,
    /// The rows that an aggregate takes.
    pub group: Option<Rc<Vec<Environment>>>,
    /// The keys that its group is not grouped by, each as one bit.
    pub left_out: u32,
    /// The rows that a window function looks at, and which of them is this one.
    pub window: Option<(Rc<Vec<Environment>>, usize)>,
}

impl Environment {
    /// A column of the current row of a source.
    pub fn column(&self, source: usize, index: usize) -> Datum {
        let row = self.rows.iter().rev().find(|(number, _)| *number == source);
        row.expect("a column is of a source in FROM").1[index].clone()
    }

    /// The same with a row of one more source.
    pub fn with(&self, source: usize, row: Row) -> Self {
        let mut rows = Vec::with_capacity(self.rows.len() + 1);
        rows.extend_from_slice(&self.rows);
        rows.push((source, row));
        Self { rows, group: None, left_out: 0, window: None }
    }
}
