//! Expressions.

use super::check::is_aggregate;
use super::precedence::{Level, binary_level, level};
use super::writer::{SqlWriter, Written, invalid};
use crate::Name;
use crate::dialect::{Dialect, NullSafeEquality, ParameterPlace};
use crate::expr::{BinaryOp, Node, UnaryOp};
use crate::statement::SelectStatement;
use crate::types::ColumnType;
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
    /// Every arm is one call, so that this frame, of which a deep expression has many, stays small.
    pub(super) fn node(&mut self, node: &'a Node) -> Written {
        if self.repeated.is_empty() { self.node_anew(node) } else { self.repeat(node) }
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

    /// A node where one is needed that binds at least as tightly as `least`.
    pub(super) fn operand(&mut self, node: &'a Node, least: Level) -> Written {
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

    /// An operand where nothing else tells the database the type of a parameter: of an operator between two
    /// values, say.
    pub(super) fn typed_operand(&mut self, node: &'a Node, least: Level) -> Written {
        match node {
            Node::Value(value) if !self.inline => {
                self.typed_parameter(value.borrowed(), ParameterPlace::Operand)
            }
            node => self.operand(node, least),
        }
    }

    /// An operand of an operator: beside another value, or if it is a fraction, which would be taken for an integer beside
    /// one, with its type.
    pub(super) fn operand_beside(&mut self, other: &Node, node: &'a Node, least: Level) -> Written {
        if other.is_value() || is_fraction(node) {
            self.typed_operand(node, least)
        } else {
            self.operand(node, least)
        }
    }

    /// An item of a select list.
    pub(super) fn item_node(&mut self, node: &'a Node) -> Written {
        match node {
            Node::Value(value) => self.typed_parameter(value.borrowed(), ParameterPlace::Item),
            node => self.node(node),
        }
    }

    pub(super) fn comma_separated(&mut self, nodes: &'a [Node]) -> Written {
        for (position, node) in nodes.iter().enumerate() {
            if position > 0 {
                self.push(", ");
            }
            self.node(node)?;
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Written {
        self.push(word);
        Ok(())
    }

    fn now(&mut self) -> Written {
        self.dialect.now(&mut self.sql);
        Ok(())
    }

    fn operator(&mut self, symbol: &str, (left, right): &'a (Node, Node)) -> Written {
        self.typed_operand(left, Level::Primary)?;
        self.push(" ");
        self.push(symbol);
        self.push(" ");
        self.typed_operand(right, Level::Primary)
    }

    fn collate(&mut self, operand: &'a Node, collation: &str) -> Written {
        self.typed_operand(operand, Level::Primary)?;
        self.push(" COLLATE ");
        self.identifier(collation)
    }

    pub(super) fn in_select(
        &mut self,
        operand: &'a Node,
        select: &'a SelectStatement,
        negated: bool,
    ) -> Written {
        self.operand(operand, Level::Concat)?;
        self.push(if negated { " NOT IN " } else { " IN " });
        let limited = select.limit.is_some() || select.offset.is_some();
        if !limited || self.dialect.supports_limit_in_membership() {
            return self.subquery(select);
        }
        // The same rows as a table, which may have a limit.
        self.push("(SELECT * FROM ");
        self.subquery(select)?;
        self.push(" AS ");
        self.identifier("limited")?;
        self.push(")");
        Ok(())
    }

    fn between(&mut self, (operand, low, high): &'a (Node, Node, Node), negated: bool) -> Written {
        self.typed_operand(operand, Level::Concat)?;
        self.push(if negated { " NOT BETWEEN " } else { " BETWEEN " });
        self.operand_beside(operand, low, Level::Concat)?;
        self.push(" AND ");
        self.operand_beside(operand, high, Level::Concat)
    }

    fn function(&mut self, name: &'a str, args: &'a [Node]) -> Written {
        self.suspect = self.suspect || is_aggregate(name, args.len());
        self.push(name);
        self.push("(");
        self.arguments(name, args)?;
        self.word(")")
    }

    pub(super) fn arguments(&mut self, name: &str, args: &'a [Node]) -> Written {
        let typed = are_values(args) || self.dialect.takes_any_type(name);
        for (position, arg) in args.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            self.argument(arg, typed || is_fraction(arg))?;
        }
        Ok(())
    }

    fn argument(&mut self, arg: &'a Node, typed: bool) -> Written {
        match arg {
            Node::Value(value) if typed => self.typed_parameter(value.borrowed(), ParameterPlace::Argument),
            arg => self.node(arg),
        }
    }

    fn cast(&mut self, operand: &'a Node, to: &'a ColumnType) -> Written {
        self.column_type(to)?;
        if let Some(template) = self.dialect.cast(to) {
            return self.template(template, std::slice::from_ref(operand));
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

    fn unary(&mut self, op: UnaryOp, operand: &'a Node) -> Written {
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

    fn binary(&mut self, op: BinaryOp, (left, right): &'a (Node, Node)) -> Written {
        if let Node::Quantified { all, of } = right {
            return self.quantified(op, left, *all, of);
        }
        match op {
            BinaryOp::Concat => return self.concat(left, right),
            BinaryOp::Contains | BinaryOp::ContainedBy | BinaryOp::Overlaps => {
                self.collections(symbol(op, self.dialect))?
            }
            BinaryOp::EqAny => return self.eq_any(left, right),
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

    fn logical(&mut self, parts: &'a [Node], separator: &str, own: Level, of_none: bool) -> Written {
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

    fn like(
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

/// Whether a node is a bound number that an integer beside it must not make an integer of.
pub(super) fn is_fraction(node: &Node) -> bool {
    matches!(node, Node::Value(Value::Float(_) | Value::Decimal(_)))
}

fn are_values(nodes: &[Node]) -> bool {
    !nodes.is_empty() && nodes.iter().all(Node::is_value)
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

fn is_negative(value: &Value<'_>) -> bool {
    match value {
        Value::Int(value) => *value < 0,
        Value::Float(value) => value.is_sign_negative(),
        Value::Decimal(value) => value.is_sign_negative(),
        _ => false,
    }
}
