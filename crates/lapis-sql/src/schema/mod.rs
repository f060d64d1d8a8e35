//! The schema: tables, columns, constraints, indexes and sequences as plain data, built at run time or by
//! `#[derive(Entity)]`.

mod column;
mod constraint;
mod dependency;
mod length_check;
mod metadata;
mod naming;
mod sequence;
mod table;
mod validate;

pub use column::{AutoIncrement, ColumnDef, Computed, ServerDefault};
pub use constraint::{Check, ForeignKey, Index, ReferentialAction, Unique};
pub use length_check::LengthCheck;
pub use metadata::{MetaData, TableSet};
pub use naming::NamingConvention;
pub use sequence::Sequence;
pub use table::{Table, TableBuilder};

pub(crate) use dependency::CreationOrder;
