//! Fragments of SQL written by hand.

use super::func::Arguments;
use super::node::Node;
use super::operand::Expr;
use crate::Name;

/// SQL written by hand, read as `T`, with an argument for each `?`.
///
/// Arguments are columns, expressions or values, and values are bound; the text goes to the database as it
/// stands, so it must never be made from input. `??` stands for a question mark itself; one within a string
/// literal or a quoted identifier is left alone. A number of arguments other than that of the question marks
/// is an error when the statement is compiled.
///
/// ```
/// # use lapis_sql::expr::{raw, Column, Expr, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const NAME: Column<User, String> = Column::new("name");
/// let initial: Expr<String> = raw("substr(?, 1, ?)", (NAME, 1));
/// ```
pub fn raw<T>(sql: &str, args: impl Arguments) -> Expr<T> {
    let mut nodes = Vec::new();
    args.add_to(&mut nodes);
    Expr::new(Node::Raw { pieces: split(sql), args: nodes })
}

fn split(sql: &str) -> Vec<Name> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut quoted_by = None;
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quoted_by) {
            ('?', None) if characters.peek() == Some(&'?') => {
                characters.next();
                piece.push('?');
            }
            ('?', None) => pieces.push(Name::Owned(std::mem::take(&mut piece))),
            ('\'' | '"' | '`', None) => {
                quoted_by = Some(character);
                piece.push(character);
            }
            (end, Some(quote)) if end == quote => {
                quoted_by = None;
                piece.push(end);
            }
            (other, _) => piece.push(other),
        }
    }
    pieces.push(Name::Owned(piece));
    pieces
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn question_marks_in_quotes_and_doubled_ones_are_text() {
        assert_eq!(split("a ? '?''?' \"?\" ?? ?"), ["a ", " '?''?' \"?\" ? ", ""]);
    }
}
