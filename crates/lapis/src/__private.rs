//! What the derives' output calls. No part of the public interface: it changes without notice.

pub use bon;

pub use lapis_engine::{Connection, FromRow, Projection, Result, Row};
pub use lapis_orm::entity::{
    Cascade, Entity, FieldType, KeyColumn, Link, Model, ModelBuilder, Property, Relink, find_table,
    from_row, node_for, numbered, offset, property_node, read_property, read_reference, reference_columns,
    total,
};
pub use lapis_orm::field::{Auto, ReferenceField};
pub use lapis_orm::loading::{Loads, check_stream, complete, decode_optional, fetch};
pub use lapis_orm::relation::{
    Reference, RelationVisitor, Through, ToMany, ToOne, inverse_many, inverse_reference,
};
pub use lapis_sql::expr::hybrid;
pub use lapis_sql::expr::{
    Column, Expr, ExprOps, IntoExpr, Node, Order, StaticTable, TableName, func, raw,
};
pub use lapis_sql::schema::{MetaData, ReferentialAction, ServerDefault, Table, TableSet};
pub use lapis_sql::statement::{Shape, StatementRef};
pub use lapis_sql::types::{ArrayElement, ColumnType, Decode, Encode, SqlEnum, SqlType, kind};
pub use lapis_sql::{Cell, DecodeError, Name, Value};

/// `T` under another name, which a builder does not take for what it is.
pub type Same<T> = T;
