//! Arrays and ranges.

use super::precedence::Level;
use super::writer::{SqlWriter, Written};
use crate::expr::Node;
use crate::types::ColumnType;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn array(&mut self, elements: &'a [Node]) -> Written {
        self.collections("ARRAY[…]")?;
        self.push("ARRAY[");
        self.comma_separated(elements)?;
        self.push("]");
        Ok(())
    }

    pub(super) fn eq_any(&mut self, value: &'a Node, array: &'a Node) -> Written {
        self.collections("= ANY(…)")?;
        self.operand(value, Level::Concat)?;
        self.push(" = ANY(");
        self.node(array)?;
        self.push(")");
        Ok(())
    }

    /// Checks that there is what `operator` works on.
    pub(super) fn collections(&self, operator: &str) -> Written {
        if self.dialect.supports_arrays() {
            return Ok(());
        }
        let hint = "keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`";
        Err(self.unsupported(operator, hint))
    }

    /// Checks that there is such a type.
    pub(super) fn column_type(&self, ty: &ColumnType) -> Written {
        match missing_type(ty) {
            Some((feature, hint)) if !self.dialect.supports_arrays() => {
                Err(self.unsupported(feature, hint))
            }
            _ => Ok(()),
        }
    }
}

/// What a database without arrays and ranges lacks for a type, and what to do instead.
pub(super) fn missing_type(ty: &ColumnType) -> Option<(&'static str, &'static str)> {
    match ty {
        ColumnType::Array(_) => Some(("arrays", "store the elements as JSON, in a `Json<Vec<T>>`")),
        ColumnType::Range(_) => Some(("ranges", "store both ends in columns of their own")),
        _ => None,
    }
}
