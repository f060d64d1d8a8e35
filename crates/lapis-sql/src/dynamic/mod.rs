//! Columns by their names at run time: what a request's `?sort=-created_at&age=ge:18` asks for.
//!
//! A name from outside never becomes SQL. It is looked up among a table's columns, and what the statement holds is
//! the column that was found; a value from outside is read as the column's type and bound. So nothing has to be
//! escaped, and what is not there is an error that says what is.
//!
//! | to | see |
//! | --- | --- |
//! | find columns of an entity or a [`Table`](crate::schema::Table) | [`DynamicColumns`] |
//! | filter, order, select and set by one | [`DynamicColumn`] |
//! | have the operators of typed expressions | [`DynamicColumn::typed`] |

mod column;
mod columns;
mod comparison;
mod error;
mod kind;
mod nearest;
mod parse;

pub use column::DynamicColumn;
pub use columns::DynamicColumns;
pub use comparison::Comparison;
pub use error::ColumnError;
