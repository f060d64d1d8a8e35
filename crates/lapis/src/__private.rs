//! What the derives' output calls. No part of the public interface: it changes without notice.

pub use lapis_engine::{FromRow, Result, Row};
pub use lapis_sql::expr::{IntoExpr, Node};
pub use lapis_sql::types::{ColumnType, Decode, Encode, SqlEnum, SqlType, kind};
pub use lapis_sql::{Cell, DecodeError, Value};
