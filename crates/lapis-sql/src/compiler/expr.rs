//! Expressions.

use super::precedence::{Level, binary_level, level};
use super::writer::SqlWriter;
use crate::dialect::NullSafeEquality;
use crate::error::CompileError;
use crate::expr::{BinaryOp, Node, UnaryOp};
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn node(&mut self, node: &'a Node) -> Result<(), CompileError> {
        match node {
            Node::Column(column) => self.column(column)?,
            Node::Value(value) => self.parameter(value.borrowed())?,
            Node::Star => self.push("*"),
            Node::Default => self.default_value()?,
            Node::Unary { op, operand } => self.unary(*op, operand)?,
            Node::Binary { op, operands } => self.binary(*op, &operands.0, &operands.1)?,
            Node::All(parts) => self.logical(parts, " AND ", Level::And, true)?,
            Node::Any(parts) => self.logical(parts, " OR ", Level::Or, false)?,
            Node::In { operand, list, negated } => self.in_list(operand, list, *negated)?,
            Node::InValues { operand, values, negated } => self.in_values(operand, values, *negated)?,
            Node::InSelect { operand, select, negated } => {
                self.operand(operand, Level::Concat)?;
                self.push(if *negated { " NOT IN " } else { " IN " });
                self.subquery(select)?;
            }
            Node::Between { operands, negated } => {
                self.operand(&operands.0, Level::Concat)?;
                self.push(if *negated { " NOT BETWEEN " } else { " BETWEEN " });
                self.operand(&operands.1, Level::Concat)?;
                self.push(" AND ");
                self.operand(&operands.2, Level::Concat)?;
            }
            Node::Like { operands, ignore_case, escape, negated } => {
                self.like(&operands.0, &operands.1, *ignore_case, *escape, *negated)?;
            }
            Node::Function { name, args, distinct } => {
                self.push(self.dialect.function_name(name));
                self.push(if *distinct { "(DISTINCT " } else { "(" });
                self.comma_separated(args)?;
                self.push(")");
            }
            Node::Now => self.dialect.now(&mut self.sql),
            Node::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref())?;
            }
            Node::Cast { operand, to } => {
                self.push("CAST(");
                self.node(operand)?;
                self.push(" AS ");
                self.dialect.cast_type_name(&mut self.sql, to);
                self.push(")");
            }
            Node::Row(parts) => {
                self.push("(");
                self.comma_separated(parts)?;
                self.push(")");
            }
            Node::Exists { select, negated } => {
                self.push(if *negated { "NOT EXISTS " } else { "EXISTS " });
                self.subquery(select)?;
            }
            Node::Scalar(select) => self.subquery(select)?,
            Node::Raw { pieces, args } => {
                if pieces.len() != args.len() + 1 {
                    return Err(CompileError::Invalid(format!(
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
                self.push(pieces.last().map_or("", AsRef::as_ref));
            }
        }
        Ok(())
    }

    /// A node where one is needed that binds at least as tightly as `least`.
    pub(super) fn operand(&mut self, node: &'a Node, least: Level) -> Result<(), CompileError> {
        let level = match node {
            // Two minus signs in a row would begin a comment.
            Node::Value(value) if self.inline && is_negative(value) => Level::Negate,
            node => level(node, self.dialect),
        };
        if level >= least {
            return self.node(node);
        }
        self.push("(");
        self.node(node)?;
        self.push(")");
        Ok(())
    }

    pub(super) fn comma_separated(&mut self, nodes: &'a [Node]) -> Result<(), CompileError> {
        for (position, node) in nodes.iter().enumerate() {
            if position > 0 {
                self.push(", ");
            }
            self.node(node)?;
        }
        Ok(())
    }

    fn default_value(&mut self) -> Result<(), CompileError> {
        if !self.dialect.supports_default_value() {
            let hint = "give every row of the statement the same columns, and leave the column out of all";
            return Err(self.unsupported("DEFAULT as a value", hint));
        }
        self.push("DEFAULT");
        Ok(())
    }

    fn unary(&mut self, op: UnaryOp, operand: &'a Node) -> Result<(), CompileError> {
        match op {
            UnaryOp::Not => {
                self.push("NOT ");
                self.operand(operand, Level::Primary)
            }
            UnaryOp::Negate => {
                self.push("-");
                self.operand(operand, Level::Primary)
            }
            UnaryOp::IsNull => {
                self.operand(operand, Level::Concat)?;
                self.push(" IS NULL");
                Ok(())
            }
            UnaryOp::IsNotNull => {
                self.operand(operand, Level::Concat)?;
                self.push(" IS NOT NULL");
                Ok(())
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Node, right: &'a Node) -> Result<(), CompileError> {
        let distinct = match op {
            BinaryOp::Concat => return self.concat(left, right),
            BinaryOp::IsDistinctFrom => true,
            _ => false,
        };
        let symbol = match op {
            BinaryOp::Eq => " = ",
            BinaryOp::Ne => " <> ",
            BinaryOp::Lt => " < ",
            BinaryOp::Le => " <= ",
            BinaryOp::Gt => " > ",
            BinaryOp::Ge => " >= ",
            BinaryOp::Add => " + ",
            BinaryOp::Sub => " - ",
            BinaryOp::Mul => " * ",
            BinaryOp::Div => " / ",
            BinaryOp::Rem => " % ",
            BinaryOp::Concat => " || ",
            BinaryOp::IntDiv => {
                self.operand(left, Level::Multiply)?;
                self.push(" ");
                self.push(self.dialect.integer_division());
                self.push(" ");
                return self.operand(right, Level::Negate);
            }
            BinaryOp::IsDistinctFrom | BinaryOp::IsNotDistinctFrom => {
                match self.dialect.null_safe_equality() {
                    NullSafeEquality::IsDistinctFrom if distinct => " IS DISTINCT FROM ",
                    NullSafeEquality::IsDistinctFrom => " IS NOT DISTINCT FROM ",
                    NullSafeEquality::Is if distinct => " IS NOT ",
                    NullSafeEquality::Is => " IS ",
                    NullSafeEquality::Spaceship => " <=> ",
                }
            }
        };
        let (left_least, right_least) = match binary_level(op, self.dialect) {
            Level::Add => (Level::Add, Level::Multiply),
            Level::Multiply => (Level::Multiply, Level::Negate),
            _ => (Level::Concat, Level::Concat),
        };
        let negated = distinct && self.dialect.null_safe_equality() == NullSafeEquality::Spaceship;
        if negated {
            self.push("NOT (");
        }
        self.operand(left, left_least)?;
        self.push(symbol);
        self.operand(right, right_least)?;
        if negated {
            self.push(")");
        }
        Ok(())
    }

    /// Joined text is flat on the left, where chains of `concat` grow.
    fn concat(&mut self, left: &'a Node, right: &'a Node) -> Result<(), CompileError> {
        let mut parts = vec![right];
        let mut first = left;
        while let Node::Binary { op: BinaryOp::Concat, operands } = first {
            parts.push(&operands.1);
            first = &operands.0;
        }
        parts.push(first);
        let function = self.dialect.concat_function();
        if let Some(function) = function {
            self.push(function);
            self.push("(");
        }
        for (position, part) in parts.into_iter().rev().enumerate() {
            match function {
                Some(_) => {
                    self.push(if position > 0 { ", " } else { "" });
                    self.node(part)?;
                }
                None => {
                    self.push(if position > 0 { " || " } else { "" });
                    self.operand(part, Level::Primary)?;
                }
            }
        }
        self.push(if function.is_some() { ")" } else { "" });
        Ok(())
    }

    fn logical(
        &mut self,
        parts: &'a [Node],
        separator: &str,
        own: Level,
        of_none: bool,
    ) -> Result<(), CompileError> {
        match parts {
            [] => self.push(self.dialect.boolean(of_none)),
            [one] => self.node(one)?,
            parts => {
                for (position, part) in parts.iter().enumerate() {
                    if position > 0 {
                        self.push(separator);
                    }
                    self.operand(part, own)?;
                }
            }
        }
        Ok(())
    }

    fn like(
        &mut self,
        operand: &'a Node,
        pattern: &'a Node,
        ignore_case: bool,
        escape: Option<char>,
        negated: bool,
    ) -> Result<(), CompileError> {
        if ignore_case && !self.dialect.supports_ilike() {
            self.push("lower(");
            self.node(operand)?;
            self.push(if negated { ") NOT LIKE lower(" } else { ") LIKE lower(" });
            self.node(pattern)?;
            self.push(")");
        } else {
            self.operand(operand, Level::Concat)?;
            self.push(match (negated, ignore_case) {
                (false, false) => " LIKE ",
                (false, true) => " ILIKE ",
                (true, false) => " NOT LIKE ",
                (true, true) => " NOT ILIKE ",
            });
            self.operand(pattern, Level::Concat)?;
        }
        if let Some(escape) = escape {
            self.push(" ESCAPE '");
            self.sql.push(escape);
            self.push("'");
        }
        Ok(())
    }

    fn case(
        &mut self,
        operand: Option<&'a Node>,
        branches: &'a [(Node, Node)],
        otherwise: Option<&'a Node>,
    ) -> Result<(), CompileError> {
        self.push("CASE");
        if let Some(operand) = operand {
            self.push(" ");
            self.node(operand)?;
        }
        for (condition, result) in branches {
            self.push(" WHEN ");
            self.node(condition)?;
            self.push(" THEN ");
            self.node(result)?;
        }
        if let Some(otherwise) = otherwise {
            self.push(" ELSE ");
            self.node(otherwise)?;
        }
        self.push(" END");
        Ok(())
    }
}

fn is_negative(value: &Value<'_>) -> bool {
    match value {
        Value::Int(value) => *value < 0,
        Value::Float(value) => value.is_sign_negative(),
        Value::Decimal(value) => value.is_sign_negative(),
        _ => false,
    }
}
