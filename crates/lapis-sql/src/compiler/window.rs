//! Functions over windows.

use super::writer::{Fault, SqlWriter, Written, invalid};
use crate::Name;
use crate::dialect::{Spelling, StringAggregate};
use crate::expr::{Aggregate, Builtin, Exclude, Frame, FrameUnit, Node, Window};

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn over(&mut self, function: &'a Node, window: &'a Window) -> Written {
        self.suspect = true;
        match function {
            Node::Function { name, args }
                if let ("lag" | "lead", [value, rows, default]) = (name.as_ref(), args.as_slice())
                    && !self.dialect.supports_lag_default() =>
            {
                return self.lag_or_default(name, (value, rows, default), window);
            }
            Node::Builtin { builtin, .. } => {
                self.can_be_over(*builtin)?;
                self.node(function)?;
            }
            Node::Function { .. } => self.node(function)?,
            Node::Aggregate(aggregate) if !aggregate.order_by.is_empty() => {
                return Err(invalid(
                    "an aggregate over a window takes its values in the window's order; order that, and leave \
                     `.ordered_by(..)` out",
                ));
            }
            Node::Aggregate(aggregate) => self.aggregate_over(aggregate)?,
            _ => return Err(no_window_function()),
        }
        self.over_window(window)
    }

    /// A constant is NULL in the other row only where there is none, and nothing else tells that from a row where the
    /// value is NULL.
    fn lag_or_default(
        &mut self,
        name: &'a str,
        (value, rows, default): (&'a Node, &'a Node, &'a Node),
        window: &'a Window,
    ) -> Written {
        self.push("CASE WHEN ");
        self.push(name);
        self.push("(1, ");
        self.node(rows)?;
        self.push(")");
        self.over_window(window)?;
        self.push(" IS NULL THEN ");
        self.node(default)?;
        self.push(" ELSE ");
        self.push(name);
        self.push("(");
        self.node(value)?;
        self.push(", ");
        self.node(rows)?;
        self.push(")");
        self.over_window(window)?;
        self.push(" END");
        Ok(())
    }

    fn over_window(&mut self, window: &'a Window) -> Written {
        self.push(" OVER ");
        match window {
            Window { base: Some(base), partition_by, order_by, frame: None }
                if partition_by.is_empty() && order_by.is_empty() =>
            {
                self.named(base, self.windows)?;
                self.identifier(base)
            }
            window => self.specification(window, self.windows),
        }
    }

    /// ` WINDOW name AS (…), …`, of none nothing.
    pub(super) fn windows(&mut self, windows: &'a [(Name, Window)]) -> Written {
        for (position, (name, window)) in windows.iter().enumerate() {
            let earlier = &windows[..position];
            if earlier.iter().any(|(known, _)| known == name) {
                return Err(invalid(format!(
                    "the statement has two windows named {name}; rename one of them"
                )));
            }
            self.push(if position > 0 { ", " } else { " WINDOW " });
            self.identifier(name)?;
            self.push(" AS ");
            self.specification(window, earlier)?;
        }
        Ok(())
    }

    /// What a window is, in parentheses; it may be made of one of those that are `known`.
    fn specification(&mut self, window: &'a Window, known: &'a [(Name, Window)]) -> Written {
        self.push("(");
        let start = self.sql.len();
        if let Some(base) = &window.base {
            let named = self.named(base, known)?;
            can_be_made_of(window, base, named, known)?;
            self.identifier(base)?;
        }
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

    fn named(&self, name: &str, known: &'a [(Name, Window)]) -> Result<&'a Window, Fault> {
        known.iter().find(|(known, _)| known == name).map(|(_, window)| window).ok_or_else(|| {
            invalid(format!(
                "a window is named {name}, and the statement has none of that name before it; say what it is by \
                 `.window(\"{name}\", window()…)`",
            ))
        })
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
            Node::Builtin { builtin, .. } => {
                self.can_be_over(*builtin)?;
                self.aggregate(aggregate)
            }
            _ => self.aggregate(aggregate),
        }
    }

    /// What is spelled as more than a call has no place for OVER.
    fn can_be_over(&self, builtin: Builtin) -> Written {
        let of_json = matches!(builtin, Builtin::JsonAggregate | Builtin::JsonObjectAggregate);
        if of_json && !self.dialect.supports_json_windows() {
            let hint = "make the document of a group in a subquery and join that, or make it where the rows are read";
            return Err(self.unsupported("an aggregate that makes JSON over a window", hint));
        }
        match (self.dialect.spelling(builtin), builtin.aggregate()) {
            (Spelling::Template(_), Some(name)) => {
                let hint =
                    "take the value of a group in a subquery and join that, or cast the operand to text";
                Err(self.unsupported(&format!("{name} of such values over a window"), hint))
            }
            (Spelling::Template(_), None) => Err(no_window_function()),
            _ => Ok(()),
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
fn no_window_function() -> Fault {
    invalid("`.over(..)` is for functions and aggregates, such as `func::sum(..)`")
}

/// What the standard lets be added to a window that another is made of: an order, where it has none, and a frame.
fn can_be_made_of<'a>(
    window: &Window,
    name: &str,
    mut named: &'a Window,
    known: &'a [(Name, Window)],
) -> Written {
    if !window.partition_by.is_empty() {
        return Err(invalid(format!(
            "a window made of {name} is partitioned as that is; leave `.partition_by(..)` out, or name no window",
        )));
    }
    if named.frame.is_some() {
        return Err(invalid(format!(
            "the window {name} has a frame, so that no other can be made of it; give the others one of their own",
        )));
    }
    let mut ordered = !named.order_by.is_empty();
    while let Some(base) = &named.base
        && let Some((_, below)) = known.iter().find(|(known, _)| known == base)
    {
        // What it is made of stands before it, so that this ends.
        named = below;
        ordered |= !named.order_by.is_empty();
    }
    if ordered && !window.order_by.is_empty() {
        return Err(invalid(format!(
            "the window {name} has an order, and one that is made of it has another; leave one of both out",
        )));
    }
    Ok(())
}
