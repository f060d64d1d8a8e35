//! Comparisons by name.

use std::fmt;
use std::str::FromStr;

use super::ColumnError;
use super::error::shown;
use crate::expr::BinaryOp;

/// How a column is compared with a value, where a request says it: `eq`, `ne`, `lt`, `le`, `gt`, `ge`.
///
/// ```
/// use lapis_sql::dynamic::Comparison;
///
/// assert_eq!("ge".parse(), Ok(Comparison::Ge));
/// assert_eq!(">=".parse(), Ok(Comparison::Ge));
/// assert!("= 1 OR 1".parse::<Comparison>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Comparison {
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
}

impl Comparison {
    pub(super) fn operator(self) -> BinaryOp {
        match self {
            Self::Eq => BinaryOp::Eq,
            Self::Ne => BinaryOp::Ne,
            Self::Lt => BinaryOp::Lt,
            Self::Le => BinaryOp::Le,
            Self::Gt => BinaryOp::Gt,
            Self::Ge => BinaryOp::Ge,
        }
    }
}

impl FromStr for Comparison {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Self, ColumnError> {
        Ok(match text {
            "eq" | "=" => Self::Eq,
            "ne" | "<>" | "!=" => Self::Ne,
            "lt" | "<" => Self::Lt,
            "le" | "<=" => Self::Le,
            "gt" | ">" => Self::Gt,
            "ge" | ">=" => Self::Ge,
            _ => return Err(ColumnError::Comparison { given: shown(text) }),
        })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
        })
    }
}
