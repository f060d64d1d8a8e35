//! Aggregates with their clauses, and functions over windows.

use super::writer::{SqlWriter, Written, invalid};
use crate::dialect::StringAggregate;
use crate::error::CompileError;
use crate::expr::{Aggregate, Exclude, Frame, FrameUnit, Node, Window};
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
        let Node::Function { name, args, distinct } = &aggregate.function else {
            return Err(invalid(
                "`.filter_where(..)` and `.ordered_by(..)` are for aggregates, such as `func::count(..)`",
            ));
        };
        let dialect = self.dialect;
        let filter = aggregate.filter.as_ref();
        let case = filter.filter(|_| !dialect.supports_aggregate_filter());
        if case.is_some() && !PASS_OVER_NULL.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let hint = "write the condition as a CASE into the aggregate, as it passes over NULL";
            return Err(self.unsupported(&format!("FILTER of {name}"), hint));
        }
        let separator = match (name.as_ref(), dialect.string_aggregate(), args.as_slice()) {
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
        self.push(match (name.as_ref(), dialect.string_aggregate()) {
            ("string_agg", StringAggregate::StringAgg) => "string_agg",
            ("string_agg", _) => "group_concat",
            (name, _) => name,
        });
        self.push(if *distinct { "(DISTINCT " } else { "(" });
        let arguments = if separator.is_some() { &args[..1] } else { args };
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
        if let (Some(condition), None) = (filter, case) {
            self.push(" FILTER (WHERE ");
            self.node(condition)?;
            self.push(")");
        }
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
            Node::Function { distinct: false, .. } => self.node(function)?,
            Node::Function { .. } => {
                return Err(invalid("an aggregate over a window takes all values; leave DISTINCT out"));
            }
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
            Node::Function { distinct: true, .. } => {
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
