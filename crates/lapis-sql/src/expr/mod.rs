//! Expressions: a plain syntax tree ([`Node`]) and typed views of it ([`Column`], [`Expr`]).
//!
//! A typed expression knows the Rust type it is read as; operators ask only that the *kinds* of their
//! operands agree, so `i32` and `i64`, `&str` and `String`, `T` and `Option<T>` mix freely.

mod aggregate;
mod arithmetic;
mod bitwise;
mod builtin;
mod calendar;
mod case;
mod cast;
mod column;
mod condition;
mod define;
mod extract;
mod full_text;
mod grouping;
#[doc(hidden)]
pub mod hybrid;
mod json;
mod label;
mod node;
mod operand;
mod operands;
mod ops;
mod order;
mod pattern;
mod quantified;
mod raw;
mod rename;
mod row;
mod table_name;
mod window;

pub mod func;

pub use aggregate::Aggregate;
pub use arithmetic::RightOperand;
pub use bitwise::BitOps;
pub use builtin::Builtin;
pub use case::{Case, CaseStart, case};
pub use column::{Assignment, Column, ColumnKind, ColumnOf, StaticTable, TableColumn, TableKey};
pub use condition::{all_of, any_of, exists, not_exists};
pub use define::ArgumentOf;
pub use extract::{DateField, Field, FieldOf, TimeField, Unit};
pub use full_text::{FullText, Search, full_text};
pub use grouping::{GroupingForm, GroupingTerm, cube, grouping_set, grouping_sets, rollup};
pub use json::{IntoJsonPath, JsonOps, JsonPath, PathStep};
pub use label::{Labeled, label};
pub use node::{BinaryOp, Node, UnaryOp};
pub(crate) use operand::of_own_type;
pub use operand::{ComparableTo, Condition, Expr, IntoExpr, KindOf, lit};
pub use ops::ExprOps;
pub use order::{Order, OrderBy};
pub(crate) use pattern::find_text;
pub use quantified::{all_elements, all_in, any_element, any_in};
pub use raw::raw;
pub use row::{Row, RowOperand, RowShape, row};
pub use table_name::{ColumnRef, TableName};
pub use window::{Exclude, Frame, FrameBounds, FrameUnit, Window, WindowFunction, named_window, window};
