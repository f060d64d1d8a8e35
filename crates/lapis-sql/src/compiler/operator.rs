//! Operators.

use super::precedence::{Level, binary_level};
use super::writer::{SqlWriter, Written};
use crate::dialect::{Dialect, NullSafeEquality, ParameterPlace};
use crate::expr::{BinaryOp, Node, UnaryOp};

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn operator(&mut self, symbol: &str, (left, right): &'a (Node, Node)) -> Written {
        self.typed_operand(left, Level::Primary)?;
        self.push(" ");
        self.push(symbol);
        self.push(" ");
        self.typed_operand(right, Level::Primary)
    }

    pub(super) fn collate(&mut self, operand: &'a Node, collation: &str) -> Written {
        self.typed_operand(operand, Level::Primary)?;
        self.push(" COLLATE ");
        self.identifier(collation)
    }

    pub(super) fn between(
        &mut self,
        (operand, low, high): &'a (Node, Node, Node),
        negated: bool,
    ) -> Written {
        self.typed_operand(operand, Level::Concat)?;
        self.push(if negated { " NOT BETWEEN " } else { " BETWEEN " });
        self.operand_beside(operand, low, Level::Concat)?;
        self.push(" AND ");
        self.operand_beside(operand, high, Level::Concat)
    }

    pub(super) fn unary(&mut self, op: UnaryOp, operand: &'a Node) -> Written {
        match op {
            UnaryOp::Not => {
                self.push("NOT ");
                self.operand(operand, Level::Primary)
            }
            UnaryOp::Negate => {
                self.push("-");
                self.typed_operand(operand, Level::Primary)
            }
            UnaryOp::IsNull => {
                self.typed_operand(operand, Level::Concat)?;
                self.push(" IS NULL");
                Ok(())
            }
            UnaryOp::IsNotNull => {
                self.typed_operand(operand, Level::Concat)?;
                self.push(" IS NOT NULL");
                Ok(())
            }
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, (left, right): &'a (Node, Node)) -> Written {
        if let Node::Quantified { all, of } = right {
            return self.quantified(op, left, *all, of);
        }
        match op {
            BinaryOp::Concat => return self.concat(left, right),
            BinaryOp::Contains | BinaryOp::ContainedBy | BinaryOp::Overlaps => {
                self.collections(symbol(op, self.dialect))?
            }
            BinaryOp::EqAny => return self.eq_any(left, right),
            BinaryOp::IntDiv if self.dialect.sums_are_decimals() => {
                self.integer(left, Level::Multiply)?;
                self.push(" / ");
                return self.integer(right, Level::Negate);
            }
            _ => {}
        }
        // Of two operators of one level, the left one is done first.
        let (left_least, right_least) = match binary_level(op, self.dialect) {
            Level::Add => (Level::Add, Level::Multiply),
            Level::Multiply => (Level::Multiply, Level::Negate),
            _ => (Level::Concat, Level::Concat),
        };
        let negated = op == BinaryOp::IsDistinctFrom
            && self.dialect.null_safe_equality() == NullSafeEquality::Spaceship;
        self.push(if negated { "NOT (" } else { "" });
        // Beside anything that has a type, a parameter takes on that.
        self.operand_beside(right, left, left_least)?;
        self.push(" ");
        self.push(symbol(op, self.dialect));
        self.push(" ");
        self.operand_beside(left, right, right_least)?;
        self.word(if negated { ")" } else { "" })
    }

    /// What may be a decimal to the database, and is to be an integer.
    fn integer(&mut self, operand: &'a Node, least: Level) -> Written {
        match operand {
            Node::Value(value) => self.typed_parameter(value.borrowed(), ParameterPlace::Operand),
            Node::Binary { op: BinaryOp::IntDiv, .. } => self.operand(operand, least),
            _ => {
                self.push("CAST(");
                self.node(operand)?;
                self.word(" AS BIGINT)")
            }
        }
    }

    /// Joined text is flat on the left, where chains of `concat` grow.
    fn concat(&mut self, left: &'a Node, right: &'a Node) -> Written {
        let mut parts = vec![right];
        let mut first = left;
        while let Node::Binary { op: BinaryOp::Concat, operands } = first {
            parts.push(&operands.1);
            first = &operands.0;
        }
        parts.push(first);
        let untyped = parts.iter().all(|part| part.is_value());
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
                    if untyped {
                        self.typed_operand(part, Level::Primary)?;
                    } else {
                        self.operand(part, Level::Primary)?;
                    }
                }
            }
        }
        self.push(if function.is_some() { ")" } else { "" });
        Ok(())
    }

    pub(super) fn logical(
        &mut self,
        parts: &'a [Node],
        separator: &str,
        own: Level,
        of_none: bool,
    ) -> Written {
        match parts {
            [] => self.push(self.dialect.boolean(of_none)),
            [one] => self.typed_operand(one, Level::Unknown)?,
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

    pub(super) fn like(
        &mut self,
        (operand, pattern): &'a (Node, Node),
        ignore_case: bool,
        escape: Option<char>,
        negated: bool,
    ) -> Written {
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
}

pub(super) fn symbol(op: BinaryOp, dialect: &dyn Dialect) -> &'static str {
    match op {
        BinaryOp::Eq => "=",
        BinaryOp::Ne => "<>",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => dialect.division(),
        BinaryOp::IntDiv => dialect.integer_division(),
        BinaryOp::Rem => "%",
        BinaryOp::Concat => "||",
        BinaryOp::Contains => "@>",
        BinaryOp::ContainedBy => "<@",
        BinaryOp::Overlaps => "&&",
        BinaryOp::EqAny => "= ANY",
        BinaryOp::IsDistinctFrom => match dialect.null_safe_equality() {
            NullSafeEquality::IsDistinctFrom => "IS DISTINCT FROM",
            NullSafeEquality::Is => "IS NOT",
            NullSafeEquality::Spaceship => "<=>",
        },
        BinaryOp::IsNotDistinctFrom => match dialect.null_safe_equality() {
            NullSafeEquality::IsDistinctFrom => "IS NOT DISTINCT FROM",
            NullSafeEquality::Is => "IS",
            NullSafeEquality::Spaceship => "<=>",
        },
    }
}
