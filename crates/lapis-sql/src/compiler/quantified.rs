//! Comparison with all or any of several values.

use super::check::has_aggregate;
use super::operator::symbol;
use super::precedence::Level;
use super::writer::{SqlWriter, Written, invalid};
use crate::expr::{BinaryOp, Node};
use crate::statement::SelectStatement;

/// What the rows and their one column are called where they are asked for by EXISTS.
const ROWS: &str = "quantified";
const VALUE: &str = "value";

impl<'a> SqlWriter<'a, '_> {
    /// `left op ALL (…)`, `left op ANY (…)`
    pub(super) fn quantified(&mut self, op: BinaryOp, left: &'a Node, all: bool, of: &'a Node) -> Written {
        if !compares(op) {
            return self.misplaced_quantifier(all);
        }
        let word = if all { " ALL " } else { " ANY " };
        match of {
            Node::Scalar(select) if self.dialect.supports_quantified_subqueries() => {
                self.operand(left, Level::Concat)?;
                self.push(" ");
                self.push(symbol(op, self.dialect));
                self.push(word);
                self.subquery(select)
            }
            Node::Scalar(select) => match (op, all) {
                (BinaryOp::Eq, false) => self.in_select(left, select, false),
                (BinaryOp::Ne, true) => self.in_select(left, select, true),
                _ => self.asked_by_exists(op, left, all, select),
            },
            array => {
                self.collections(if all { "ALL(…)" } else { "ANY(…)" })?;
                self.operand(left, Level::Concat)?;
                self.push(" ");
                self.push(symbol(op, self.dialect));
                self.push(word);
                self.push("(");
                self.typed_operand(array, Level::Or)?;
                self.push(")");
                Ok(())
            }
        }
    }

    /// False where a row decides it, of ALL one for which the comparison fails; else NULL where that is NULL for one;
    /// else true. For ANY, the other way round.
    fn asked_by_exists(
        &mut self,
        op: BinaryOp,
        left: &'a Node,
        all: bool,
        select: &'a SelectStatement,
    ) -> Written {
        // SQLite 3.50 finds it misused within a subquery.
        if has_aggregate(left) {
            let hint = "take the aggregate as a column of a `.subquery(..)`, and compare that";
            let word = if all { "ALL" } else { "ANY" };
            return Err(
                self.unsupported(&format!("the comparison of an aggregate with {word} (SELECT …)"), hint)
            );
        }
        self.push("CASE WHEN ");
        self.exists_among(select, if all { "NOT " } else { "" }, op, left, "")?;
        self.push(" THEN ");
        self.push(self.dialect.boolean(!all));
        self.push(" WHEN ");
        self.exists_among(select, "", op, left, " IS NULL")?;
        self.push(" THEN NULL ELSE ");
        self.push(self.dialect.boolean(all));
        self.push(" END");
        Ok(())
    }

    /// `EXISTS (WITH rows (value) AS (…) SELECT 1 FROM rows WHERE before (left op value) behind)`
    fn exists_among(
        &mut self,
        select: &'a SelectStatement,
        before: &str,
        op: BinaryOp,
        left: &'a Node,
        behind: &str,
    ) -> Written {
        self.push("EXISTS (WITH ");
        self.identifier(ROWS)?;
        self.push(" (");
        self.identifier(VALUE)?;
        self.push(") AS ");
        self.subquery(select)?;
        self.push(" SELECT 1 FROM ");
        self.identifier(ROWS)?;
        self.push(" WHERE ");
        self.push(before);
        self.push("(");
        self.operand(left, Level::Concat)?;
        self.push(" ");
        self.push(symbol(op, self.dialect));
        self.push(" ");
        self.identifier(ROWS)?;
        self.push(".");
        self.identifier(VALUE)?;
        self.push(")");
        self.push(behind);
        self.push(")");
        Ok(())
    }

    #[cold]
    pub(super) fn misplaced_quantifier(&self, all: bool) -> Written {
        let word = if all { "ALL" } else { "ANY" };
        Err(invalid(format!(
            "{word} (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`",
        )))
    }
}

fn compares(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}
