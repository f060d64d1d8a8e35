//! Aggregates with their clauses, and functions over windows.

use super::writer::{Fault, SqlWriter, Written, invalid};
use crate::dialect::{Spelling, StringAggregate};
use crate::error::CompileError;
use crate::expr::{Aggregate, Exclude, Frame, FrameUnit, Node, OrderBy, Window};
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
        let (name, args) = self.aggregate_function(aggregate)?;
        let dialect = self.dialect;
        let filter = aggregate.filter.as_ref();
        let case = filter.filter(|_| !dialect.supports_aggregate_filter());
        if case.is_some() && !PASS_OVER_NULL.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let hint = "write the condition as a CASE into the aggregate, as it passes over NULL";
            return Err(self.unsupported(&format!("FILTER of {name}"), hint));
        }
        let separator = match (name, dialect.string_aggregate(), args) {
            ("string_agg", StringAggregate::GroupConcatSeparator, [_, separator]) => Some(separator),
            _ => None,
        };
        if dialect.string_aggregate() == StringAggregate::GroupConcatSeparator
            && separator.is_none()
            && !aggregate.order_by.is_empty()
        {
            let hint = "order the values where they are read";
            return Err(self.unsupported(&format!("ORDER BY in {name}"), hint));
        }
        self.push(match (name, dialect.string_aggregate()) {
            ("string_agg", StringAggregate::StringAgg) => "string_agg",
            ("string_agg", _) => "group_concat",
            (name, _) => name,
        });
        self.push(if aggregate.distinct { "(DISTINCT " } else { "(" });
        let arguments = match (name, dialect.string_aggregate(), args) {
            ("string_agg", StringAggregate::GroupConcat, [_, separator]) if aggregate.distinct => {
                self.separator_by_itself(separator)?;
                &args[..1]
            }
            _ if separator.is_some() => &args[..1],
            _ => args,
        };
        match (case, arguments) {
            (Some(condition), [first, others @ ..]) => {
                self.only_where(condition, first)?;
                for other in others {
                    self.push(", ");
                    self.node(other)?;
                }
            }
            _ => self.arguments(name, arguments)?,
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
        self.push(" WITHIN GROUP (");
        self.push("ORDER BY ");
        self.order_terms(std::slice::from_ref(order))?;
        self.push(")");
        Ok(())
    }

    /// NULL where the condition does not hold.
    fn only_where(&mut self, condition: &'a Node, value: &'a Node) -> Written {
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
        self.dialect
            .write_literal(&mut self.sql, separator)
            .map_err(|error| Box::new(CompileError::from(error)))?;
        if self.sql[start..].starts_with('\'') {
            return Ok(());
        }
        let hint = "choose a separator without them";
        Err(self.unsupported("separators with a backslash or a control character", hint))
    }

    pub(super) fn over(&mut self, function: &'a Node, window: &'a Window) -> Written {
        match function {
            Node::Function { .. } | Node::Builtin { .. } => self.node(function)?,
            Node::Aggregate(aggregate) if !aggregate.order_by.is_empty() => {
                return Err(invalid(
                    "an aggregate over a window takes its values in the window's order; order that, and leave \
                     `.ordered_by(..)` out",
                ));
            }
            Node::Aggregate(aggregate) => self.aggregate_over(aggregate)?,
            _ => {
                return Err(invalid(
                    "`.over(..)` is for functions and aggregates, such as `func::sum(..)`",
                ));
            }
        }
        self.push(" OVER (");
        let start = self.sql.len();
        if !window.partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.comma_separated(&window.partition_by)?;
        }
        if !window.order_by.is_empty() {
            self.push(if self.sql.len() == start { "ORDER BY " } else { " ORDER BY " });
            self.order_terms(&window.order_by)?;
        }
        if let Some(frame) = &window.frame {
            self.push(if self.sql.len() == start { "" } else { " " });
            self.frame(frame)?;
        }
        self.push(")");
        Ok(())
    }

    fn aggregate_over(&mut self, aggregate: &'a Aggregate) -> Written {
        match &aggregate.function {
            _ if aggregate.distinct => {
                Err(invalid("an aggregate over a window takes all values; leave DISTINCT out"))
            }
            Node::Function { name, .. }
                if name == "string_agg"
                    && self.dialect.string_aggregate() == StringAggregate::GroupConcatSeparator =>
            {
                Err(self.unsupported("string_agg over a window", "join the texts where they are read"))
            }
            _ => self.aggregate(aggregate),
        }
    }

    fn frame(&mut self, frame: &Frame) -> Written {
        let extended = self.dialect.supports_extended_frames();
        let hint = "count in rows or by range";
        if frame.unit == FrameUnit::Groups && !extended {
            return Err(self.unsupported("frames of GROUPS", hint));
        }
        if frame.exclude.is_some() && !extended {
            return Err(self.unsupported("EXCLUDE in a frame", "leave the rows out with a condition"));
        }
        if let (Some(first), Some(last)) = (frame.start, frame.end)
            && first > last
        {
            return Err(invalid(format!("a window's frame from {first} to {last} ends before it begins")));
        }
        self.push(match frame.unit {
            FrameUnit::Rows => "ROWS BETWEEN ",
            FrameUnit::Range => "RANGE BETWEEN ",
            FrameUnit::Groups => "GROUPS BETWEEN ",
        });
        self.bound(frame.start, "UNBOUNDED PRECEDING");
        self.push(" AND ");
        self.bound(frame.end, "UNBOUNDED FOLLOWING");
        self.push(match frame.exclude {
            None => "",
            Some(Exclude::CurrentRow) => " EXCLUDE CURRENT ROW",
            Some(Exclude::Group) => " EXCLUDE GROUP",
            Some(Exclude::Ties) => " EXCLUDE TIES",
        });
        Ok(())
    }

    /// As a number and no parameter, which MariaDB does not take there.
    fn bound(&mut self, bound: Option<i64>, open: &str) {
        match bound {
            None => self.push(open),
            Some(0) => self.push("CURRENT ROW"),
            Some(distance) => {
                self.push(&distance.unsigned_abs().to_string());
                self.push(if distance < 0 { " PRECEDING" } else { " FOLLOWING" });
            }
        }
    }
}

#[cold]
fn no_aggregate() -> Fault {
    invalid(
        "`.distinct()`, `.filter_where(..)` and `.ordered_by(..)` are for aggregates, such as `func::count(..)`",
    )
}
