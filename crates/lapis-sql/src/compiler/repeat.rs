//! Expressions that a statement has to repeat word for word.
//!
//! A database that compares the text of what it groups by with that of the select list takes `x + $1` and `x + $2` for
//! two things (PostgreSQL does, also where both parameters have one value). What is grouped by is therefore written once
//! with its parameters, and repeated with the same ones.

use super::grouping::binds_value;
use super::writer::{SqlWriter, Written};
use crate::expr::Node;
use crate::statement::SelectStatement;

/// An expression, and how it was written.
pub(super) type Repeated<'a> = (&'a Node, Option<String>);

impl<'a> SqlWriter<'a, '_> {
    /// Begins to repeat what the statement groups by or is DISTINCT ON, and what it selects where that is to be distinct and in
    /// order. Gives what [`end_repeating`](Self::end_repeating) takes.
    pub(super) fn begin_repeating(&mut self, select: &'a SelectStatement) -> usize {
        let before = self.repeated.len();
        if !self.dialect.numbers_parameters() || self.inline {
            return before;
        }
        let selected: &[_] =
            if select.distinct && !select.order_by.is_empty() { &select.items } else { &[] };
        let terms = select.group_by.iter().chain(&select.distinct_on);
        for term in terms.chain(selected.iter().map(|item| &item.node)) {
            self.begin_repeating_term(term);
        }
        before
    }

    /// A term, or those that grouping sets are made of.
    fn begin_repeating_term(&mut self, term: &'a Node) {
        match term {
            Node::GroupingSets { terms, .. } | Node::Row(terms) => {
                terms.iter().for_each(|term| self.begin_repeating_term(term));
            }
            // Alone, it is the same wherever it stands, and may be of another type there.
            Node::Value(_) => {}
            term if binds_value(term) => self.repeated.push((term, None)),
            _ => {}
        }
    }

    pub(super) fn end_repeating(&mut self, before: usize) {
        self.repeated.truncate(before);
    }

    /// A node that may have to be written as it was before.
    pub(super) fn repeat(&mut self, node: &'a Node) -> Written {
        let Some(position) = self.repeated.iter().position(|(known, _)| *known == node) else {
            return self.node_anew(node);
        };
        if let (_, Some(written)) = &self.repeated[position] {
            self.sql.push_str(written);
            return Ok(());
        }
        let start = self.sql.len();
        self.node_anew(node)?;
        let written = self.sql[start..].to_owned();
        self.repeated[position].1 = Some(written);
        Ok(())
    }
}
