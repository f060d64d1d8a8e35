//! `GROUP BY`.

use super::writer::{SqlWriter, Written, invalid};
use crate::dialect::GroupingSyntax;
use crate::expr::{GroupingForm, Node};
use crate::statement::{SelectItem, SelectStatement};

/// The number, from 1, of the selected column that a term of GROUP BY or ORDER BY repeats, where it binds a value.
///
/// To the database, what has another parameter in it is another expression: it would find the column to be neither grouped
/// by nor aggregated.
pub(super) fn repeated_item(items: &[SelectItem], term: &Node) -> Option<usize> {
    let position = || items.iter().position(|item| item.node == *term);
    if binds_value(term) { position().map(|position| position + 1) } else { None }
}

/// Whether an expression has a parameter in it, or may have one in a subquery.
pub(super) fn binds_value(node: &Node) -> bool {
    node.any(&|node| {
        matches!(
            node,
            Node::Value(_)
                | Node::InValues { .. }
                | Node::JsonPath(_)
                | Node::FullText(_)
                | Node::Scalar(_)
                | Node::Exists { .. }
                | Node::InSelect { .. }
                | Node::Quantified { .. }
        )
    })
}

const HINT: &str = "put the groups of several queries together with `.union_all(..)`";

impl<'a> SqlWriter<'a, '_> {
    /// ` GROUP BY …`, of no terms nothing.
    pub(super) fn group_by(&mut self, select: &'a SelectStatement) -> Written {
        let terms = select.group_by.as_slice();
        if terms.is_empty() {
            return Ok(());
        }
        self.push(" GROUP BY ");
        let Some((form, within)) = terms.iter().find_map(grouping_sets) else {
            return self.plain_terms(select);
        };
        match self.dialect.grouping_syntax() {
            GroupingSyntax::GroupingSets => self.grouping_terms(terms, true),
            GroupingSyntax::WithRollup { .. }
                if form == GroupingForm::Rollup
                    && !within.is_empty()
                    && !within.iter().any(|term| matches!(term, Node::Row(_)))
                    && terms.len() == 1 =>
            {
                if let (GroupingSyntax::WithRollup { ordered: false }, false) =
                    (self.dialect.grouping_syntax(), select.order_by.is_empty())
                {
                    let hint =
                        "take the groups as a `.subquery(..)`, and order the rows of the query around it";
                    return Err(self.unsupported("ORDER BY beside WITH ROLLUP", hint));
                }
                self.grouping_terms(within, false)?;
                self.push(" WITH ROLLUP");
                Ok(())
            }
            GroupingSyntax::WithRollup { .. } if form == GroupingForm::Rollup => {
                let hint = "roll up all terms, each for itself";
                Err(self.unsupported("ROLLUP of some terms of GROUP BY, or of several as one", hint))
            }
            GroupingSyntax::WithRollup { .. } | GroupingSyntax::Terms => {
                Err(self.unsupported(&format!("GROUP BY {}", word(form)), HINT))
            }
        }
    }

    fn plain_terms(&mut self, select: &'a SelectStatement) -> Written {
        for (position, term) in select.group_by.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            match repeated_item(&select.items, term) {
                Some(number) => self.push(&number.to_string()),
                None if term.is_value() => {
                    return Err(invalid(
                        "a value in GROUP BY tells no rows apart, and some databases take it for the number of a \
                         column; leave it out",
                    ));
                }
                None => self.node(term)?,
            }
        }
        Ok(())
    }

    /// Terms, among which other forms may stand only at the top and in GROUPING SETS.
    fn grouping_terms(&mut self, terms: &'a [Node], forms: bool) -> Written {
        for (position, term) in terms.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            match (term, grouping_sets(term)) {
                (_, Some((form, within))) if forms => {
                    self.push(word(form));
                    self.push(" (");
                    self.grouping_terms(within, form == GroupingForm::Sets)?;
                    self.push(")");
                }
                (Node::Row(parts), None) => {
                    self.push("(");
                    self.grouping_terms(parts, false)?;
                    self.push(")");
                }
                _ => self.node(term)?,
            }
        }
        Ok(())
    }

    /// Where it is no term of GROUP BY.
    #[cold]
    pub(super) fn misplaced_grouping_sets(&self, form: GroupingForm) -> Written {
        let word = word(form);
        Err(invalid(format!(
            "{word} stands where only an expression may; it is a term of `.group_by(..)` or of `grouping_sets(..)`",
        )))
    }
}

fn grouping_sets(term: &Node) -> Option<(GroupingForm, &[Node])> {
    match term {
        Node::GroupingSets { form, terms } => Some((*form, terms)),
        _ => None,
    }
}

fn word(form: GroupingForm) -> &'static str {
    match form {
        GroupingForm::Rollup => "ROLLUP",
        GroupingForm::Cube => "CUBE",
        GroupingForm::Sets => "GROUPING SETS",
    }
}
