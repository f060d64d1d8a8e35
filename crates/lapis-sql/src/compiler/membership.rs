//! `IN`, of lists and of subqueries.

use std::borrow::Cow;
use std::fmt::Write;

use super::precedence::Level;
use super::writer::{Fault, SqlWriter, Written, invalid};
use crate::dialect::{InList, ParameterPlace};
use crate::expr::Node;
use crate::statement::SelectStatement;
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
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

    /// A list that holds expressions.
    pub(super) fn in_list(&mut self, operand: &'a Node, list: &'a [Node], negated: bool) -> Written {
        if list.is_empty() {
            self.push(self.dialect.boolean(negated));
            return Ok(());
        }
        // Of expressions that are of several types, none tells that of a parameter.
        self.typed_operand(operand, Level::Concat)?;
        if let [subquery @ Node::Scalar(_)] = list {
            // `IN ((SELECT …))` would look for it among all rows, and not beside the one value, which may be NULL.
            self.push(if negated { " <> " } else { " = " });
            return self.node(subquery);
        }
        self.open_list(negated, matches!(operand, Node::Row(_)));
        for (position, item) in list.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            self.operand_beside(operand, item, Level::Unknown)?;
        }
        self.push(")");
        Ok(())
    }

    /// A list of bound values, or of rows of them.
    pub(super) fn in_values(
        &mut self,
        operand: &'a Node,
        values: &'a [Value<'static>],
        negated: bool,
    ) -> Written {
        if values.is_empty() {
            self.push(self.dialect.boolean(negated));
            return Ok(());
        }
        self.operand(operand, Level::Concat)?;
        if let Node::Row(parts) = operand {
            return self.in_rows(parts.len(), values, negated);
        }
        // What is written for people to read is a plain list.
        let form = if self.inline { InList::Placeholders } else { self.dialect.in_list(values) };
        match form {
            InList::Placeholders => {
                self.open_list(negated, false);
                self.padded(1, values, Self::value)?;
                self.push(")");
            }
            InList::Array => {
                self.push(if negated { " <> ALL(" } else { " = ANY(" });
                let array = Value::Array(values.iter().map(Value::borrowed).collect());
                let fractions =
                    values.iter().any(|value| matches!(value, Value::Float(_) | Value::Decimal(_)));
                if fractions {
                    self.typed_parameter(array, ParameterPlace::Operand)?;
                } else {
                    self.parameter(array)?;
                }
                self.push(")");
            }
            InList::JsonEach => {
                self.push(if negated { " NOT IN (SELECT " } else { " IN (SELECT " });
                self.push("value FROM json_each(");
                self.parameter(Value::Text(Cow::Owned(json_array(values)?)))?;
                self.push("))");
            }
        }
        Ok(())
    }

    fn in_rows(&mut self, width: usize, values: &'a [Value<'static>], negated: bool) -> Written {
        if width == 0 || !values.len().is_multiple_of(width) {
            return Err(invalid(format!("{} values do not make rows of {width} columns", values.len())));
        }
        self.open_list(negated, true);
        self.padded(width, values, |writer, row| {
            writer.push("(");
            for (position, value) in row.iter().enumerate() {
                writer.push(if position > 0 { ", " } else { "" });
                writer.parameter(value.borrowed())?;
            }
            writer.push(")");
            Ok(())
        })?;
        self.push(")");
        Ok(())
    }

    fn open_list(&mut self, negated: bool, of_rows: bool) {
        self.push(if negated { " NOT IN (" } else { " IN (" });
        if of_rows && self.dialect.row_list_needs_values() {
            self.push("VALUES ");
        }
    }

    fn value(&mut self, value: &'a [Value<'static>]) -> Written {
        value.iter().try_for_each(|value| self.parameter(value.borrowed()))
    }

    /// Writes the items and repeats the last one up to a power of two, so that lists of nearly one length are
    /// one statement to the caches of prepared statements.
    fn padded(
        &mut self,
        width: usize,
        values: &'a [Value<'static>],
        mut write: impl FnMut(&mut Self, &'a [Value<'static>]) -> Written,
    ) -> Written {
        let count = values.len() / width;
        let padded = count.next_power_of_two();
        let fits = !self.inline && padded * width <= self.parameters_left();
        let padding = if fits { padded - count } else { 0 };
        let last = &values[values.len() - width..];
        let items = values.chunks_exact(width).chain(std::iter::repeat_n(last, padding));
        for (position, item) in items.enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            write(self, item)?;
        }
        Ok(())
    }
}

fn json_array(values: &[Value<'_>]) -> Result<String, Fault> {
    let mut json = String::with_capacity(values.len() * 8);
    json.push('[');
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            json.push(',');
        }
        match value {
            // Writing to a string cannot fail.
            Value::Int(value) => drop(write!(json, "{value}")),
            Value::Text(text) => {
                let quoted = serde_json::to_string(text.as_ref());
                json.push_str(&quoted.map_err(|error| invalid(error.to_string()))?);
            }
            _ => return Err(invalid("a JSON list holds only integers and text")),
        }
    }
    json.push(']');
    Ok(json)
}
