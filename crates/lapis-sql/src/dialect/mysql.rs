//! MySql.

/// MySql's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct MySql;
