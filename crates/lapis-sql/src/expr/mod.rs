//! Expressions: a plain syntax tree ([`Node`]) and typed views of it ([`Column`], [`Expr`]).
//!
//! A typed expression knows the Rust type it is read as; operators ask only that the *kinds* of their
//! operands agree, so `i32` and `i64`, `&str` and `String`, `T` and `Option<T>` mix freely.

mod column;
mod node;
mod operand;
mod ops;

pub mod func;

pub use column::{Assignment, Column, StaticTable};
pub use node::{BinaryOp, ColumnRef, Node, Order, OrderBy, TableName, UnaryOp};
pub use operand::{Condition, Expr, IntoExpr, lit};
pub use ops::ExprOps;
