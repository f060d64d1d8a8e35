//! Postgres.

/// Postgres's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Postgres;
