//! What is told of a pool.

/// How many connections there are and where, and how the pool has fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PoolStatus {
    /// How many connections the pool keeps.
    pub size: usize,
    /// How many may be open beyond them.
    pub max_overflow: usize,
    /// How many are open and wait for work.
    pub idle: usize,
    /// How many are at work, with those that are being opened or reset.
    pub checked_out: usize,
    /// How many are open or being opened beyond `size`.
    pub overflow: usize,
    /// How many are being opened.
    pub opening: usize,
    /// How many tasks wait for a connection.
    pub waiting: usize,
    /// How many connections have been opened since the engine was connected.
    pub opened: u64,
    /// How many attempts to open one have failed.
    pub failed: u64,
}
