//! Sqlite.

/// Sqlite's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sqlite;
