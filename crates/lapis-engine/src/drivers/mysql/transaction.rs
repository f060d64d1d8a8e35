//! The words that begin and end transactions.

use crate::transaction::{Access, IsolationLevel, TransactionOptions};

pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";

/// The statements that begin a transaction: its isolation level is said before it.
pub(super) fn begin(options: TransactionOptions) -> impl Iterator<Item = &'static str> {
    let level = options.isolation_level.map(|level| match level {
        IsolationLevel::ReadUncommitted => "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
        IsolationLevel::ReadCommitted => "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        IsolationLevel::RepeatableRead => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        IsolationLevel::Serializable => "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    });
    let start = match options.access {
        Access::Automatic => "START TRANSACTION",
        Access::ReadOnly => "START TRANSACTION READ ONLY",
        Access::Write => "START TRANSACTION READ WRITE",
    };
    level.into_iter().chain([start])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_begins_with_what_it_is_asked_to_be() {
        let begin = |options| begin(options).collect::<Vec<_>>();
        assert_eq!(begin(TransactionOptions::new()), ["START TRANSACTION"]);
        let options = TransactionOptions::new().isolation_level(IsolationLevel::Serializable).read_only();
        assert_eq!(
            begin(options),
            ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "START TRANSACTION READ ONLY"]
        );
    }
}
