//! The schema: tables, columns, constraints, indexes and sequences as plain data, built at run time or by
//! `#[derive(Entity)]`.

mod column;
mod constraint;
mod metadata;
mod table;

pub use column::{AutoIncrement, ColumnDef, Computed, Sequence, ServerDefault};
pub use constraint::{Check, ForeignKey, Index, ReferentialAction, Unique};
pub use metadata::{MetaData, NamingConvention, TableSet};
pub use table::Table;
