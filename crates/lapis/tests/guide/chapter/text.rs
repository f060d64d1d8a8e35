//! # Text

use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Joined.
///
/// ```sql
/// SELECT title || ' (' || isbn || ')'
/// FROM (SELECT title, id AS isbn FROM books) AS b
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT concat(title, ' (', id, ')')
/// FROM books
/// ```
pub fn concat() -> impl Rows<String> {
    select(
        Book::title
            .concat(" (")
            .concat(Book::id.cast::<String>())
            .concat(")"),
    )
}

topic!("text.rs": concat);
