//! The syntax tree: plain data, without type parameters.

use super::aggregate::Aggregate;
use super::builtin::Builtin;
use super::full_text::FullText;
use super::grouping::GroupingForm;
use super::json::PathStep;
use super::table_name::{ColumnRef, TableName};
use super::window::Window;
use crate::Name;
use crate::statement::SelectStatement;
use crate::types::ColumnType;
use crate::value::Value;

/// An operator before or after its one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnaryOp {
    /// `NOT x`
    Not,
    /// `-x`
    Negate,
    /// `x IS NULL`
    IsNull,
    /// `x IS NOT NULL`
    IsNotNull,
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryOp {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// Equal, with NULL equal to NULL: `IS NOT DISTINCT FROM`, `IS`, `<=>`
    IsNotDistinctFrom,
    /// Not equal, with NULL equal to NULL.
    IsDistinctFrom,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// Division of integers that rounds towards zero: `/`, or `DIV`.
    IntDiv,
    /// `%`
    Rem,
    /// Text joined to text: `||` or `CONCAT`.
    Concat,
    /// An array or range holds all of another, a range holds a value: `@>`
    Contains,
    /// The same from the other side: `<@`
    ContainedBy,
    /// Two arrays or ranges have something in common: `&&`
    Overlaps,
    /// Equal to an element of an array: `= ANY(…)`
    EqAny,
}

/// One node of an expression.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Node {
    /// A column.
    Column(ColumnRef),
    /// A bound value.
    Value(Value<'static>),
    /// `*`, as in `count(*)`.
    Star,
    /// `DEFAULT`, in place of an inserted or assigned value.
    Default,
    /// What was to be inserted into that column, where an upsert updates a row.
    Excluded(Name),
    /// An operator with one operand.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Its operand.
        operand: Box<Node>,
    },
    /// An operator with two operands.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Both operands.
        operands: Box<(Node, Node)>,
    },
    /// All hold; of none: true.
    All(Vec<Node>),
    /// One holds; of none: false.
    Any(Vec<Node>),
    /// `left IN (a, b, …)`; of an empty list: false.
    In {
        /// What is looked for.
        operand: Box<Node>,
        /// Where.
        list: Vec<Node>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `left IN (…)` with many bound values, as few parameters as the database allows.
    InValues {
        /// What is looked for; a [`Node::Row`] for rows of several columns.
        operand: Box<Node>,
        /// The values; for rows, one after the other.
        values: Vec<Value<'static>>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `left IN (SELECT …)`
    InSelect {
        /// What is looked for.
        operand: Box<Node>,
        /// Where.
        select: Box<SelectStatement>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `x BETWEEN low AND high`
    Between {
        /// `x`, `low`, `high`.
        operands: Box<(Node, Node, Node)>,
        /// `NOT BETWEEN`.
        negated: bool,
    },
    /// `x LIKE pattern`, with upper and lower case alike or apart as the database does it.
    Like {
        /// `x` and the pattern.
        operands: Box<(Node, Node)>,
        /// Upper and lower case alike on every database (`ILIKE`).
        ignore_case: bool,
        /// The escape character, where the pattern has one.
        escape: Option<char>,
        /// `NOT LIKE`.
        negated: bool,
    },
    /// A function call.
    Function {
        /// Its name, written as it stands.
        name: Name,
        /// Its arguments.
        args: Vec<Node>,
    },
    /// A call of an aggregate with `DISTINCT`, `ORDER BY`, `WITHIN GROUP` or `FILTER`.
    Aggregate(Box<Aggregate>),
    /// `function OVER (…)`
    Over {
        /// A call of a function, or an aggregate.
        function: Box<Node>,
        /// The window.
        window: Box<Window>,
    },
    /// What each database spells in its own way.
    Builtin {
        /// The function or operator.
        builtin: Builtin,
        /// Its arguments.
        args: Vec<Node>,
    },
    /// A path within a JSON document, as an argument of a builtin.
    JsonPath(Vec<PathStep>),
    /// A search for words in columns.
    FullText(Box<FullText>),
    /// An operator that Lapis does not know, between two operands.
    Operator {
        /// The operator, written as it stands.
        symbol: Name,
        /// Both operands.
        operands: Box<(Node, Node)>,
    },
    /// `x COLLATE collation`
    Collate {
        /// `x`.
        operand: Box<Node>,
        /// The collation, which is quoted like any identifier.
        collation: Name,
    },
    /// The instant the statement or transaction runs: each dialect has its own spelling.
    Now,
    /// `CASE [operand] WHEN … THEN … ELSE … END`
    Case {
        /// What is compared, if anything.
        operand: Option<Box<Node>>,
        /// Conditions and results.
        branches: Vec<(Node, Node)>,
        /// The result where no condition holds.
        otherwise: Option<Box<Node>>,
    },
    /// `CAST(x AS type)`
    Cast {
        /// `x`.
        operand: Box<Node>,
        /// The type.
        to: ColumnType,
    },
    /// `(a, b, …)`
    Row(Vec<Node>),
    /// `ARRAY[a, b, …]`
    Array(Vec<Node>),
    /// `ROLLUP (…)` and its kin, as a term of GROUP BY.
    GroupingSets {
        /// Which.
        form: GroupingForm,
        /// Its terms; a [`Node::Row`] for several, or none, as one.
        terms: Vec<Node>,
    },
    /// `ALL (…)` or `ANY (…)`, on the right of a comparison.
    Quantified {
        /// `ALL`.
        all: bool,
        /// A [`Node::Scalar`] for the rows of a subquery, or an array.
        of: Box<Node>,
    },
    /// `EXISTS (SELECT …)`
    Exists {
        /// The subquery.
        select: Box<SelectStatement>,
        /// `NOT EXISTS`.
        negated: bool,
    },
    /// `(SELECT …)` as one value.
    Scalar(Box<SelectStatement>),
    /// SQL written by hand, between its expressions: `pieces[0] args[0] pieces[1] …`
    Raw {
        /// The text, one piece more than there are arguments.
        pieces: Vec<Name>,
        /// What stands between the pieces.
        args: Vec<Node>,
    },
}

impl Node {
    /// A column of a table.
    pub fn column(table: TableName, name: impl Into<Name>) -> Self {
        Node::Column(ColumnRef { table: Some(table), name: name.into() })
    }

    /// Whether something holds of it or of an operand within, subqueries apart.
    pub(crate) fn any(&self, holds: &dyn Fn(&Node) -> bool) -> bool {
        let mut found = holds(self);
        self.for_each_operand(&mut |operand| found = found || operand.any(holds));
        found
    }

    /// Whether a function over a window is within, subqueries apart.
    pub(crate) fn has_window_function(&self) -> bool {
        self.any(&|node| matches!(node, Node::Over { .. }))
    }

    /// Whether it is a bound value, whose type the database has to find out.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self, Node::Value(_))
    }

    /// Whether it is the value NULL, perhaps with a type.
    pub(super) fn is_null_value(&self) -> bool {
        match self {
            Node::Value(value) => value.is_null(),
            Node::Cast { operand, .. } => matches!(&**operand, Node::Value(value) if value.is_null()),
            _ => false,
        }
    }

    /// `left op right`, but where `right` is the value NULL and the operator asks for equality: `left IS NULL`.
    pub(crate) fn compared(op: BinaryOp, left: Node, right: Node) -> Node {
        match op {
            BinaryOp::Eq | BinaryOp::IsNotDistinctFrom if right.is_null_value() => {
                Node::unary(UnaryOp::IsNull, left)
            }
            BinaryOp::Ne | BinaryOp::IsDistinctFrom if right.is_null_value() => {
                Node::unary(UnaryOp::IsNotNull, left)
            }
            op => Node::binary(op, left, right),
        }
    }

    /// The opposite condition: `NOT x`, or what says the same more plainly (`IS NOT NULL`, `NOT IN`, `<>`).
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Node::Unary { op: UnaryOp::Not, operand } => *operand,
            Node::Unary { op: UnaryOp::IsNull, operand } => Node::Unary { op: UnaryOp::IsNotNull, operand },
            Node::Unary { op: UnaryOp::IsNotNull, operand } => Node::Unary { op: UnaryOp::IsNull, operand },
            // What does not equal one of several differs from all of them.
            Node::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), mut operands }
                if matches!(operands.1, Node::Quantified { .. }) =>
            {
                if let Node::Quantified { all, .. } = &mut operands.1 {
                    *all = !*all;
                }
                let op = if op == BinaryOp::Eq { BinaryOp::Ne } else { BinaryOp::Eq };
                Node::Binary { op, operands }
            }
            Node::Binary { op: BinaryOp::Eq, operands } => Node::Binary { op: BinaryOp::Ne, operands },
            Node::Binary { op: BinaryOp::Ne, operands } => Node::Binary { op: BinaryOp::Eq, operands },
            Node::Binary { op: BinaryOp::IsDistinctFrom, operands } => {
                Node::Binary { op: BinaryOp::IsNotDistinctFrom, operands }
            }
            Node::Binary { op: BinaryOp::IsNotDistinctFrom, operands } => {
                Node::Binary { op: BinaryOp::IsDistinctFrom, operands }
            }
            Node::In { operand, list, negated } => Node::In { operand, list, negated: !negated },
            Node::InValues { operand, values, negated } => {
                Node::InValues { operand, values, negated: !negated }
            }
            Node::InSelect { operand, select, negated } => {
                Node::InSelect { operand, select, negated: !negated }
            }
            Node::Between { operands, negated } => Node::Between { operands, negated: !negated },
            Node::Like { operands, ignore_case, escape, negated } => {
                Node::Like { operands, ignore_case, escape, negated: !negated }
            }
            Node::Exists { select, negated } => Node::Exists { select, negated: !negated },
            other => Node::unary(UnaryOp::Not, other),
        }
    }

    /// A call of a function.
    pub fn function(name: impl Into<Name>, args: Vec<Node>) -> Self {
        Node::Function { name: name.into(), args }
    }

    /// A call of what each database spells in its own way.
    #[must_use]
    pub fn builtin(builtin: Builtin, args: Vec<Node>) -> Self {
        Node::Builtin { builtin, args }
    }

    /// Two nodes joined by an operator.
    #[must_use]
    pub fn binary(op: BinaryOp, left: Node, right: Node) -> Self {
        Node::Binary { op, operands: Box::new((left, right)) }
    }

    /// An operator with one operand.
    #[must_use]
    pub fn unary(op: UnaryOp, operand: Node) -> Self {
        Node::Unary { op, operand: Box::new(operand) }
    }

    /// Both hold. Joins flatly, so that long conjunctions stay shallow.
    #[must_use]
    pub fn and(self, other: Node) -> Self {
        let mut parts = match self {
            Node::All(parts) => parts,
            one => vec![one],
        };
        match other {
            Node::All(others) => parts.extend(others),
            one => parts.push(one),
        }
        Node::All(parts)
    }

    /// One of both holds. Joins flatly, so that long disjunctions stay shallow.
    #[must_use]
    pub fn or(self, other: Node) -> Self {
        let mut parts = match self {
            Node::Any(parts) => parts,
            one => vec![one],
        };
        match other {
            Node::Any(others) => parts.extend(others),
            one => parts.push(one),
        }
        Node::Any(parts)
    }
}
