//! Row locks: `SELECT … FOR UPDATE`.

use super::{FromItem, IntoFromItem, Select, Shape};

/// The lock that a SELECT takes on its rows until the transaction ends, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct RowLock {
    /// What it keeps others from.
    pub strength: LockStrength,
    /// The tables whose rows are locked, named as in FROM; of none: all.
    pub of: Vec<FromItem>,
    /// What happens with rows that others have locked.
    pub wait: LockWait,
}

/// What a row lock keeps other transactions from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LockStrength {
    /// Changing, deleting and locking the row.
    #[default]
    Update,
    /// The same, but for a reference to its key.
    NoKeyUpdate,
    /// Changing and deleting the row.
    Share,
    /// Deleting the row and changing its key.
    KeyShare,
}

/// What a statement does where other transactions have locked rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LockWait {
    /// It waits for them.
    #[default]
    Wait,
    /// It fails at once.
    NoWait,
    /// It leaves these rows out.
    SkipLocked,
}

impl RowLock {
    /// A lock of this strength on the rows of all tables, that waits.
    #[must_use]
    pub fn new(strength: LockStrength) -> Self {
        Self { strength, of: Vec::new(), wait: LockWait::default() }
    }
}

impl<S: Shape> Select<S> {
    /// `FOR UPDATE`: locks the rows against changes and other locks until the transaction ends.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MariaDb, Postgres};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct Job;
    /// # impl StaticTable for Job { const TABLE: &'static str = "jobs"; }
    /// # #[allow(non_upper_case_globals)]
    /// # impl Job {
    /// #     const id: Column<Job, i64> = Column::new("id");
    /// #     const done: Column<Job, bool> = Column::new("done");
    /// # }
    /// // The next job that no other worker has taken.
    /// let next = select(Job::id).filter(!Job::done).order_by(Job::id).limit(1).for_update().skip_locked();
    /// assert_eq!(
    ///     next.sql(&Postgres)?,
    ///     "SELECT \"jobs\".\"id\" FROM \"jobs\" WHERE NOT \"jobs\".\"done\" ORDER BY \"jobs\".\"id\" \
    ///      LIMIT $1 FOR UPDATE SKIP LOCKED",
    /// );
    /// # assert!(next.sql(&MariaDb)?.ends_with(" LIMIT ? FOR UPDATE SKIP LOCKED"));
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// SQLite has no row locks, and there a statement that asks for one is an error when compiled rather than one
    /// that locks nothing: a transaction that writes has its whole database to itself, so begin it as one
    /// that writes before the rows are read.
    #[must_use]
    pub fn for_update(self) -> Self {
        self.with_lock(|lock| lock.strength = LockStrength::Update)
    }

    /// `FOR SHARE`, MariaDB's `LOCK IN SHARE MODE`: locks the rows against changes; others may lock them in this
    /// way too.
    #[must_use]
    pub fn for_share(self) -> Self {
        self.with_lock(|lock| lock.strength = LockStrength::Share)
    }

    /// `FOR NO KEY UPDATE`, on PostgreSQL alone: as [`for_update`](Self::for_update), but others may still
    /// insert rows that refer to these. It is what an UPDATE that leaves keys alone takes.
    #[must_use]
    pub fn for_no_key_update(self) -> Self {
        self.with_lock(|lock| lock.strength = LockStrength::NoKeyUpdate)
    }

    /// `FOR KEY SHARE`, on PostgreSQL alone: locks the rows against being deleted and getting another key, which
    /// is what a foreign key takes on the row that it refers to.
    #[must_use]
    pub fn for_key_share(self) -> Self {
        self.with_lock(|lock| lock.strength = LockStrength::KeyShare)
    }

    /// `SKIP LOCKED`: leaves out rows that others have locked. Where no lock is asked for yet, it is
    /// [`for_update`](Self::for_update).
    #[must_use]
    pub fn skip_locked(self) -> Self {
        self.with_lock(|lock| lock.wait = LockWait::SkipLocked)
    }

    /// `NOWAIT`: fails at once, with an operational error, where others have locked a row. Where no lock is asked
    /// for yet, it is [`for_update`](Self::for_update).
    #[must_use]
    pub fn nowait(self) -> Self {
        self.with_lock(|lock| lock.wait = LockWait::NoWait)
    }

    /// `OF table`: locks the rows of this table alone, and of every other that is named so. Where no lock is asked
    /// for yet, it is [`for_update`](Self::for_update).
    ///
    /// PostgreSQL needs it for the table that an outer join keeps. MariaDB has no such clause: there it is an
    /// error when compiled.
    #[must_use]
    pub fn of(self, table: impl IntoFromItem) -> Self {
        self.with_lock(|lock| lock.of.push(table.into_from_item()))
    }

    fn with_lock(mut self, change: impl FnOnce(&mut RowLock)) -> Self {
        change(self.statement.lock.get_or_insert_with(|| RowLock::new(LockStrength::default())));
        self
    }
}
