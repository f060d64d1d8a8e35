//! Expressions.

use super::check::is_aggregate;
use super::operand::is_fraction;
use super::precedence::Level;
use super::writer::{SqlWriter, Written, invalid};
use crate::Name;
use crate::dialect::ParameterPlace;
use crate::expr::Node;
use crate::statement::SelectStatement;
use crate::types::ColumnType;
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
    /// Every arm is one call, so that this frame, of which a deep expression has many, stays small.
    pub(super) fn node(&mut self, node: &'a Node) -> Written {
        // Both are rare: the one where parameters have numbers, the other where they have none.
        if !self.repeated.is_empty() {
            self.repeat(node)
        } else if !self.grouped.is_empty() {
            self.in_having(node)
        } else {
            self.node_anew(node)
        }
    }

    pub(super) fn node_anew(&mut self, node: &'a Node) -> Written {
        match node {
            Node::Column(column) => self.column(column),
            Node::Value(value) => self.parameter(value.borrowed()),
            Node::Star => self.word("*"),
            Node::Default => self.default_value(),
            Node::Excluded(column) => self.excluded(column),
            Node::Unary { op, operand } => self.unary(*op, operand),
            Node::Binary { op, operands } => self.binary(*op, operands),
            Node::All(parts) => self.logical(parts, " AND ", Level::And, true),
            Node::Any(parts) => self.logical(parts, " OR ", Level::Or, false),
            Node::In { operand, list, negated } => self.in_list(operand, list, *negated),
            Node::InValues { operand, values, negated } => self.in_values(operand, values, *negated),
            Node::InSelect { operand, select, negated } => self.in_select(operand, select, *negated),
            Node::Between { operands, negated } => self.between(operands, *negated),
            Node::Like { operands, ignore_case, escape, negated } => {
                self.like(operands, *ignore_case, *escape, *negated)
            }
            Node::Function { name, args } => self.function(name, args),
            Node::Aggregate(aggregate) => self.aggregate(aggregate),
            Node::Over { function, window } => self.over(function, window),
            Node::Builtin { builtin, args } => self.builtin(*builtin, args),
            Node::JsonPath(steps) => self.json_path(steps),
            Node::FullText(search) => self.full_text(search),
            Node::Operator { symbol, operands } => self.operator(symbol, operands),
            Node::Collate { operand, collation } => self.collate(operand, collation),
            Node::Now => self.now(),
            Node::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref())
            }
            Node::Cast { operand, to } => self.cast(operand, to),
            Node::Row(parts) => self.row(parts),
            Node::Array(elements) => self.array(elements),
            Node::GroupingSets { form, .. } => self.misplaced_grouping_sets(*form),
            Node::Quantified { all, .. } => self.misplaced_quantifier(*all),
            Node::Exists { select, negated } => self.exists(select, *negated),
            Node::Scalar(select) => self.subquery(select),
            Node::Raw { pieces, args } => self.raw(pieces, args),
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Written {
        self.push(word);
        Ok(())
    }

    fn now(&mut self) -> Written {
        self.dialect.now(&mut self.sql);
        Ok(())
    }

    fn function(&mut self, name: &'a str, args: &'a [Node]) -> Written {
        self.suspect = self.suspect || is_aggregate(name, args.len());
        self.push(name);
        self.push("(");
        self.arguments(name, args)?;
        self.word(")")
    }

    fn cast(&mut self, operand: &'a Node, to: &'a ColumnType) -> Written {
        self.column_type(to)?;
        if let Some(template) = self.dialect.cast(to) {
            return self.template(template, std::slice::from_ref(operand), None);
        }
        self.push("CAST(");
        // The database would take a parameter for a value of the other type already, as it is to do with a range, which
        // is bound as whatever is asked for.
        let ranges = matches!(operand, Node::Value(Value::Range(_) | Value::Array(_)));
        self.argument(operand, !ranges)?;
        self.push(" AS ");
        self.dialect.cast_type_name(&mut self.sql, to);
        self.word(")")
    }

    fn row(&mut self, parts: &'a [Node]) -> Written {
        self.push("(");
        self.comma_separated(parts)?;
        self.word(")")
    }

    fn exists(&mut self, select: &'a SelectStatement, negated: bool) -> Written {
        self.push(if negated { "NOT EXISTS " } else { "EXISTS " });
        self.subquery(select)
    }

    fn raw(&mut self, pieces: &'a [Name], args: &'a [Node]) -> Written {
        if pieces.len() != args.len() + 1 {
            return Err(invalid(format!(
                "`{}` has {} places for arguments, and {} are given",
                pieces.join("?"),
                pieces.len().saturating_sub(1),
                args.len(),
            )));
        }
        for (piece, arg) in pieces.iter().zip(args) {
            self.push(piece);
            self.node(arg)?;
        }
        self.word(pieces.last().map_or("", AsRef::as_ref))
    }

    fn default_value(&mut self) -> Written {
        if !self.dialect.supports_default_value() {
            let hint = "give every row of the statement the same columns, and leave the column out of all";
            return Err(self.unsupported("DEFAULT as a value", hint));
        }
        self.push("DEFAULT");
        Ok(())
    }

    fn case(
        &mut self,
        operand: Option<&'a Node>,
        branches: &'a [(Node, Node)],
        otherwise: Option<&'a Node>,
    ) -> Written {
        let untyped = branches.iter().map(|(_, result)| result).chain(otherwise).all(Node::is_value);
        self.push("CASE");
        if let Some(operand) = operand {
            self.push(" ");
            self.node(operand)?;
        }
        for (condition, result) in branches {
            self.push(" WHEN ");
            self.node(condition)?;
            self.push(" THEN ");
            self.result(result, untyped)?;
        }
        if let Some(otherwise) = otherwise {
            self.push(" ELSE ");
            self.result(otherwise, untyped)?;
        }
        self.push(" END");
        Ok(())
    }

    fn result(&mut self, node: &'a Node, untyped: bool) -> Written {
        match node {
            Node::Value(value) if untyped || is_fraction(node) => {
                self.typed_parameter(value.borrowed(), ParameterPlace::Operand)
            }
            node => self.node(node),
        }
    }
}
