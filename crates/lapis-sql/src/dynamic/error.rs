//! What can be wrong with a column that is named at run time.

/// A name, a value or a use that does not fit the columns there are.
///
/// The message names the column and what would fit. It holds what was given, cut short, so it may be shown to whoever
/// gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// There is no such column, or it is none of those that may be used.
    #[error("{table} has no column `{name}`{}; it has {known}", did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The table.
        table: String,
        /// What was asked for.
        name: String,
        /// What was most likely meant.
        nearest: Option<String>,
        /// The names there are.
        known: String,
    },
    /// The name is that of a reference to a key of several columns.
    #[error("`{name}` of {table} is {columns} together; name one of them")]
    Several {
        /// The table.
        table: String,
        /// What was asked for.
        name: String,
        /// Its columns.
        columns: String,
    },
    /// The column holds another kind of value.
    #[error("{column} holds {holds}, which does not go together with {given}")]
    Kind {
        /// The column.
        column: String,
        /// The kind of its values.
        holds: String,
        /// The kind that was given, or asked for.
        given: String,
    },
    /// The column may hold NULL, for which the type that it is to be read as has no room.
    #[error("{column} may be NULL; read it as an `Option`")]
    Nullable {
        /// The column.
        column: String,
    },
    /// Text that cannot be read as a value of the column.
    #[error("{given:?} is no value of {column}, which holds {expected}")]
    Value {
        /// The column.
        column: String,
        /// The text.
        given: String,
        /// What it should be.
        expected: String,
    },
    /// The column cannot be set.
    #[error("{column} cannot be set: {reason}")]
    NotSettable {
        /// The column.
        column: String,
        /// Why not.
        reason: String,
    },
    /// The text of an order is not one.
    #[error("`{order}` is no order: {reason}")]
    Order {
        /// The text.
        order: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text of a comparison is not one.
    #[error("`{given}` is no comparison; there are eq, ne, lt, le, gt and ge")]
    Comparison {
        /// The text.
        given: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

/// What was given, as a message shows it: a request may send megabytes.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
