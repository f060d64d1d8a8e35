//! The check that keeps a column's text to its length where the database does not.

use std::fmt;

/// The CHECK behind a `VARCHAR(n)` whose length is a remark to the database, as on SQLite. Its name says what it
/// keeps, in words that no naming convention makes, so that whoever reads it in an error knows it for what it is.
///
/// ```
/// use lapis_sql::schema::LengthCheck;
///
/// let check = LengthCheck { column: "users.email", length: 320 };
/// assert_eq!(check.to_string(), "users.email: at most 320 characters");
/// assert_eq!(LengthCheck::from_name("users.email: at most 320 characters"), Some(check));
/// assert_eq!(LengthCheck::from_name("ck_users_email_length"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LengthCheck<'n> {
    /// The column, behind its table and a dot.
    pub column: &'n str,
    /// How many characters its text may have.
    pub length: u32,
}

impl<'n> LengthCheck<'n> {
    /// The check of that name, if it is one of these.
    #[must_use]
    pub fn from_name(name: &'n str) -> Option<Self> {
        let (column, rest) = name.rsplit_once(": at most ")?;
        let length = rest.strip_suffix(" characters")?.parse().ok()?;
        Some(Self { column, length })
    }
}

/// The check's name.
impl fmt::Display for LengthCheck<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: at most {} characters", self.column, self.length)
    }
}
