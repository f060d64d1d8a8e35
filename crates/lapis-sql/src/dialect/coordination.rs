//! How programs coordinate by the database: advisory locks, and transactions that are committed in two phases.

/// The statements of advisory locks: locks that the database keeps and gives no meaning to. Each statement takes one
/// parameter, the key, where `{key}` stands, and answers with one integer: 1 for yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdvisoryLocks {
    /// Waits for the lock, and keeps it until it is unlocked or the connection ends.
    pub lock: &'static str,
    /// Takes the lock if it is free.
    pub try_lock: &'static str,
    /// Gives the lock back.
    pub unlock: &'static str,
    /// Waits for the lock, and keeps it until the transaction ends.
    pub lock_in_transaction: Option<&'static str>,
    /// Takes the lock until the transaction ends, if it is free.
    pub try_lock_in_transaction: Option<&'static str>,
    /// A key that is a number.
    pub number: &'static str,
    /// A key that is a name.
    pub name: &'static str,
}

impl AdvisoryLocks {
    /// PostgreSQL 15, 9.28.10 "Advisory Lock Functions". Keys are numbers; of names the server makes them.
    pub(super) const POSTGRES: Self = Self {
        lock: "SELECT 1 FROM pg_advisory_lock({key})",
        try_lock: "SELECT pg_try_advisory_lock({key})::int",
        unlock: "SELECT pg_advisory_unlock({key})::int",
        lock_in_transaction: Some("SELECT 1 FROM pg_advisory_xact_lock({key})"),
        try_lock_in_transaction: Some("SELECT pg_try_advisory_xact_lock({key})::int"),
        number: "$1",
        name: "hashtextextended($1, 0)",
    };

    /// MySQL 8.0, 14.14 "Locking Functions", and MariaDB's `GET_LOCK`. MySQL waits for ever where the timeout is
    /// negative, MariaDB (10.11) answers with NULL then, so it is a year; and MariaDB refuses keys that are numbers.
    pub(super) const MYSQL: Self = Self {
        lock: "SELECT coalesce(get_lock({key}, 31536000), 0)",
        try_lock: "SELECT coalesce(get_lock({key}, 0), 0)",
        unlock: "SELECT coalesce(release_lock({key}), 0)",
        lock_in_transaction: None,
        try_lock_in_transaction: None,
        number: "CAST(? AS CHAR)",
        name: "?",
    };
}

/// The statements of transactions that are committed in two phases. `{id}` stands for the transaction's identifier,
/// as a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoPhase {
    /// How such a transaction begins and, not yet prepared, ends, where it is not as any other does.
    pub own: Option<OwnTransaction>,
    /// Keeps it, so that it survives its connection.
    pub prepare: &'static str,
    /// Commits what was prepared.
    pub commit_prepared: &'static str,
    /// Rolls back what was prepared.
    pub rollback_prepared: &'static str,
    /// The transactions that are prepared.
    pub list: &'static str,
    /// Which column of the list has the identifiers.
    pub list_column: usize,
}

/// How a transaction begins and ends that is not begun by BEGIN. The connection it began on is its own until it has
/// ended, also after it is prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnTransaction {
    /// Begins it.
    pub begin: &'static str,
    /// Commits it in one phase.
    pub commit: &'static str,
    /// Rolls it back.
    pub rollback: &'static str,
}

impl TwoPhase {
    /// PostgreSQL 15, "PREPARE TRANSACTION". That of a transaction in which a statement has failed is a ROLLBACK and no
    /// error; the query before it is one.
    pub(super) const POSTGRES: Self = Self {
        own: None,
        prepare: "SELECT 1; PREPARE TRANSACTION {id}",
        commit_prepared: "COMMIT PREPARED {id}",
        rollback_prepared: "ROLLBACK PREPARED {id}",
        list: "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared",
        list_column: 0,
    };

    /// MySQL 8.0, 15.3.8 "XA Transactions", and MariaDB from 10.5 on, where those that are prepared survive their
    /// connection.
    pub(super) const MYSQL: Self = Self {
        own: Some(OwnTransaction {
            begin: "XA START {id}",
            commit: "XA END {id}; XA COMMIT {id} ONE PHASE",
            rollback: "XA END {id}; XA ROLLBACK {id}",
        }),
        prepare: "XA END {id}; XA PREPARE {id}",
        commit_prepared: "XA COMMIT {id}",
        rollback_prepared: "XA ROLLBACK {id}",
        list: "XA RECOVER",
        list_column: 3,
    };
}
