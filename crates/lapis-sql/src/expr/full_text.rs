//! Full-text search.

use super::func::Arguments;
use super::node::Node;
use super::operand::Expr;
use crate::Name;

/// A search for words in columns, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct FullText {
    /// The columns, all of one table.
    pub columns: Vec<Node>,
    /// The words.
    pub words: Vec<String>,
    /// The language by whose rules PostgreSQL takes words apart.
    pub language: Name,
    /// What is asked: whether the words are found, or else how well.
    pub ranked: bool,
}

/// A search for words in the texts of some columns: what [`full_text`] makes.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "it is an expression after `.matches()` or `.rank()`"]
pub struct Search(FullText);

/// Searches columns of one table, given as a tuple, for all the words of a text, which has no operators: whatever is in it
/// is looked for.
///
/// Each database has its own full-text search, with its own idea of what a word is:
///
/// - PostgreSQL searches any text; to be quick it needs a GIN index of the same expression.
/// - MySQL and MariaDB search what has a `FULLTEXT` index of just these columns, and pass over words of one and two
///   letters and common ones.
/// - SQLite searches tables of its module FTS5, under their own names, not under an alias.
///
/// Lapis does not make the index: it is made by [`text`](crate::statement::text).
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{full_text, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Post;
/// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
/// # impl Post {
/// #     const TITLE: Column<Post, String> = Column::new("title");
/// #     const BODY: Column<Post, String> = Column::new("body");
/// # }
/// let search = full_text((Post::TITLE, Post::BODY), "quick fox").language("english");
/// let found = select(Post::TITLE).filter(search.matches()).order_by(search.rank().desc());
/// assert!(found.sql(&Postgres)?.contains(
///     "WHERE to_tsvector('english', coalesce(\"posts\".\"title\", '') || ' ' || coalesce(\"posts\".\"body\", '')) \
///      @@ plainto_tsquery('english', $1) ORDER BY ts_rank("
/// ));
/// assert!(found.sql(&MySql)?.contains("WHERE MATCH (`posts`.`title`, `posts`.`body`) AGAINST (? IN BOOLEAN MODE)"));
/// assert!(found.sql(&Sqlite)?.contains("WHERE \"posts\".\"posts\" MATCH ? ORDER BY (-bm25(\"posts\")) DESC"));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// A search for no words, or in no columns, is an error when the statement is compiled.
pub fn full_text(columns: impl Arguments, words: impl AsRef<str>) -> Search {
    let mut nodes = Vec::new();
    columns.add_to(&mut nodes);
    let words = words.as_ref().split_whitespace().map(str::to_owned).collect();
    Search(FullText { columns: nodes, words, language: Name::Borrowed("simple"), ranked: false })
}

impl Search {
    /// The language by whose rules PostgreSQL takes words apart, one of its text search configurations such as `english`;
    /// without it `simple`, which takes them as they are. The other databases have it as a part of the index.
    pub fn language(mut self, language: impl Into<Name>) -> Self {
        self.0.language = language.into();
        self
    }

    /// All the words are found.
    #[must_use]
    pub fn matches(&self) -> Expr<bool> {
        Expr::new(Node::FullText(Box::new(self.0.clone())))
    }

    /// How well the words are found: the larger, the better. The numbers are each database's own. SQLite computes it only in
    /// a statement that filters by [`matches`](Self::matches).
    #[must_use]
    pub fn rank(&self) -> Expr<f64> {
        Expr::new(Node::FullText(Box::new(FullText { ranked: true, ..self.0.clone() })))
    }
}
