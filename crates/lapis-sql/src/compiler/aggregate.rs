//! Aggregates with their clauses.

use super::writer::{Fault, SqlWriter, Written, invalid};
use crate::dialect::{Spelling, StringAggregate};
use crate::expr::{Aggregate, Node, OrderBy};
use crate::value::Value;

/// Those that pass over NULL, so that a CASE can stand for FILTER.
const PASS_OVER_NULL: [&str; 14] = [
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "string_agg",
    "group_concat",
    "std",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "variance",
    "var_pop",
    "var_samp",
];

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn aggregate(&mut self, aggregate: &'a Aggregate) -> Written {
        self.suspect = true;
        if let Node::Builtin { builtin, args } = &aggregate.function
            && let (Spelling::Template(template), Some(name)) =
                (self.dialect.spelling(*builtin), builtin.aggregate())
        {
            if !aggregate.order_by.is_empty() {
                let hint = "leave `.ordered_by(..)` out: the value is the same in any order";
                return Err(self.unsupported(&format!("ORDER BY in {name}"), hint));
            }
            // Of equal values it takes one, whether they are there once or more often.
            return self.template(template, args, aggregate.filter.as_ref());
        }
        let (name, args) = self.aggregate_function(aggregate)?;
        let dialect = self.dialect;
        let filter = aggregate.filter.as_ref();
        let case = filter.filter(|_| !dialect.supports_aggregate_filter());
        if case.is_some() && !PASS_OVER_NULL.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let hint = "write the condition as a CASE into the aggregate, as it passes over NULL";
            return Err(self.unsupported(&format!("FILTER of {name}"), hint));
        }
        let (name, args, separator) = self.as_spelled(name, args, aggregate.distinct)?;
        if dialect.string_aggregate() == StringAggregate::GroupConcatSeparator
            && separator.is_none()
            && !aggregate.order_by.is_empty()
        {
            let hint = "order the values where they are read";
            return Err(self.unsupported(&format!("ORDER BY in {name}"), hint));
        }
        self.push(name);
        self.push(if aggregate.distinct { "(DISTINCT " } else { "(" });
        match (case, args) {
            (Some(condition), [first, others @ ..]) => {
                self.only_where(condition, first)?;
                for other in others {
                    self.push(", ");
                    self.node(other)?;
                }
            }
            _ => self.arguments(name, args)?,
        }
        self.order_by(&aggregate.order_by)?;
        if let Some(Node::Value(separator)) = separator {
            self.push(" SEPARATOR ");
            self.separator(separator)?;
        }
        self.push(")");
        if let Some(order) = &aggregate.within_group {
            self.within_group(name, order)?;
        }
        if let (Some(condition), None) = (filter, case) {
            self.push(" FILTER (WHERE ");
            self.node(condition)?;
            self.push(")");
        }
        Ok(())
    }

    /// The database's name of the aggregate, and its arguments.
    fn aggregate_function(&self, aggregate: &'a Aggregate) -> Result<(&'a str, &'a [Node]), Fault> {
        match &aggregate.function {
            Node::Function { name, args } => Ok((name, args)),
            Node::Builtin { builtin, args } => match self.dialect.spelling(*builtin) {
                Spelling::Call(name) => Ok((name, args)),
                Spelling::Missing { feature, hint } => Err(self.unsupported(feature, hint)),
                Spelling::Template(_) => Err(no_aggregate()),
            },
            _ => Err(no_aggregate()),
        }
    }

    /// The name and the arguments that are written, and the separator, where that is a clause of its own: those of
    /// `string_agg` differ.
    fn as_spelled(
        &self,
        name: &'a str,
        args: &'a [Node],
        distinct: bool,
    ) -> Result<(&'a str, &'a [Node], Option<&'a Node>), Fault> {
        Ok(match (name, self.dialect.string_aggregate(), args) {
            ("string_agg", StringAggregate::GroupConcatSeparator, [_, separator]) => {
                ("group_concat", &args[..1], Some(separator))
            }
            ("string_agg", StringAggregate::GroupConcat, [_, separator]) if distinct => {
                self.separator_by_itself(separator)?;
                ("group_concat", &args[..1], None)
            }
            ("string_agg", StringAggregate::GroupConcat | StringAggregate::GroupConcatSeparator, _) => {
                ("group_concat", args, None)
            }
            _ => (name, args, None),
        })
    }

    /// SQLite takes DISTINCT before one argument alone, and a comma by itself.
    fn separator_by_itself(&self, separator: &Node) -> Written {
        match separator {
            Node::Value(Value::Text(text)) if text == "," => Ok(()),
            _ => {
                let hint =
                    "choose a comma, or join the texts of a subquery that selects them with `.distinct()`";
                Err(self.unsupported("DISTINCT in string_agg with a separator", hint))
            }
        }
    }

    fn within_group(&mut self, name: &str, order: &'a OrderBy) -> Written {
        if !self.dialect.supports_within_group() {
            let hint =
                "number the rows with a window function and choose among them, or compute it in Rust";
            return Err(self.unsupported(&format!("{name}(..) WITHIN GROUP"), hint));
        }
        self.push(" WITHIN GROUP (ORDER BY ");
        self.order_terms(std::slice::from_ref(order))?;
        self.push(")");
        Ok(())
    }

    /// NULL where the condition does not hold.
    pub(super) fn only_where(&mut self, condition: &'a Node, value: &'a Node) -> Written {
        self.push("CASE WHEN ");
        self.node(condition)?;
        self.push(" THEN ");
        match value {
            Node::Star => self.push("1"),
            value => self.node(value)?,
        }
        self.push(" END");
        Ok(())
    }

    /// A literal, and no expression that makes a text, is what the grammar takes there.
    fn separator(&mut self, separator: &Value<'_>) -> Written {
        let start = self.sql.len();
        self.literal(separator)?;
        if self.sql[start..].starts_with('\'') {
            return Ok(());
        }
        let hint = "choose a separator without them";
        Err(self.unsupported("separators with a backslash or a control character", hint))
    }
}

#[cold]
fn no_aggregate() -> Fault {
    invalid(
        "`.distinct()`, `.filter_where(..)` and `.ordered_by(..)` are for aggregates, such as `func::count(..)`",
    )
}
