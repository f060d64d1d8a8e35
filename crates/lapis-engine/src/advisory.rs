//! Advisory locks: locks that the database keeps for programs, and gives no meaning to.

use std::borrow::Cow;

use lapis_sql::Value;
use lapis_sql::dialect::AdvisoryLocks;

use crate::connection::Connection;
use crate::error::{Error, OperationalCause, Result};
use crate::row::Row;
use crate::sink::Flow;

/// What an advisory lock is known by: a number or a name.
///
/// Of a name, PostgreSQL makes a number, by `hashtextextended(name, 0)`. MySQL and MariaDB have names of up to 64
/// characters, without regard to upper and lower case; a number is its digits there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AdvisoryKey {
    /// A number.
    Number(i64),
    /// A name.
    Name(Cow<'static, str>),
}

impl From<i64> for AdvisoryKey {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for AdvisoryKey {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&'static str> for AdvisoryKey {
    fn from(name: &'static str) -> Self {
        Self::Name(name.into())
    }
}

impl From<String> for AdvisoryKey {
    fn from(name: String) -> Self {
        Self::Name(name.into())
    }
}

/// # Advisory locks
///
/// They are of PostgreSQL, where each database has its own, and of MySQL and MariaDB, where the server has them. They
/// belong to the connection, which may take one several times and has to give it back as often. A connection that goes
/// back to the pool with a lock is closed, which frees it.
///
/// ```no_run
/// # use lapis_engine::{Engine, Result};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let engine = Engine::connect("postgres://localhost/app").await?;
/// let mut connection = engine.acquire().await?;
/// if connection.try_advisory_lock("nightly report").await? {
///     // … what one program at a time may do …
///     connection.advisory_unlock("nightly report").await?;
/// }
/// # Ok(()) }
/// ```
impl Connection {
    /// Waits for an advisory lock, and keeps it until it is unlocked.
    ///
    /// | database | SQL |
    /// | --- | --- |
    /// | PostgreSQL | `SELECT 1 FROM pg_advisory_lock(key)` |
    /// | MySQL, MariaDB | `SELECT get_lock(key, a year)` |
    ///
    /// # Errors
    /// If the database has none, as SQLite, or finds that two connections wait for each other.
    pub async fn advisory_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<()> {
        let locks = self.advisory_locks()?;
        if self.take_lock(locks.lock, locks, key.into()).await? { Ok(()) } else { Err(not_given()) }
    }

    /// Takes an advisory lock if it is free, and keeps it until it is unlocked; false where another connection has it.
    ///
    /// # Errors
    /// If the database has none, as SQLite.
    pub async fn try_advisory_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        let locks = self.advisory_locks()?;
        self.take_lock(locks.try_lock, locks, key.into()).await
    }

    /// Gives an advisory lock back; false where this connection does not have it.
    ///
    /// # Errors
    /// If the database has none, as SQLite.
    pub async fn advisory_unlock(&mut self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        let locks = self.advisory_locks()?;
        let unlocked = self.ask(locks.unlock, locks, key.into()).await?;
        if unlocked {
            self.advisory_locks_held = self.advisory_locks_held.saturating_sub(1);
        }
        Ok(unlocked)
    }

    /// Waits for an advisory lock, and keeps it until the transaction ends: PostgreSQL's `pg_advisory_xact_lock`.
    ///
    /// # Errors
    /// If the database has none that end with a transaction, as MySQL and SQLite, or no transaction is open.
    pub async fn advisory_xact_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<()> {
        let locks = self.advisory_locks()?;
        let sql = self.in_transactions(locks.lock_in_transaction)?;
        if self.ask(sql, locks, key.into()).await? { Ok(()) } else { Err(not_given()) }
    }

    /// Takes an advisory lock until the transaction ends, if it is free: PostgreSQL's `pg_try_advisory_xact_lock`.
    ///
    /// # Errors
    /// As [`advisory_xact_lock`](Self::advisory_xact_lock).
    pub async fn try_advisory_xact_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        let locks = self.advisory_locks()?;
        let sql = self.in_transactions(locks.try_lock_in_transaction)?;
        self.ask(sql, locks, key.into()).await
    }

    fn advisory_locks(&self) -> Result<AdvisoryLocks> {
        self.dialect().advisory_locks().ok_or_else(|| {
            Error::unsupported(format!(
                "{} has no advisory locks; begin a transaction that writes, or lock a row of a table made for it",
                self.dialect().name()
            ))
        })
    }

    fn in_transactions(&self, sql: Option<&'static str>) -> Result<&'static str> {
        let sql = sql.ok_or_else(|| {
            Error::unsupported(format!(
                "{} has no advisory locks that end with a transaction; use `advisory_lock` and `advisory_unlock`",
                self.dialect().name()
            ))
        })?;
        if !self.in_transaction() {
            return Err(Error::invalid_request(
                "a lock that ends with a transaction needs one; begin it first",
            ));
        }
        Ok(sql)
    }

    async fn take_lock(&mut self, sql: &str, locks: AdvisoryLocks, key: AdvisoryKey) -> Result<bool> {
        // Counted before: the lock may be had although the future that waits for it is dropped.
        self.advisory_locks_held += 1;
        let taken = self.ask(sql, locks, key).await;
        if !matches!(taken, Ok(true)) {
            self.advisory_locks_held -= 1;
        }
        taken
    }

    async fn ask(&mut self, sql: &str, locks: AdvisoryLocks, key: AdvisoryKey) -> Result<bool> {
        let (form, key) = match key {
            AdvisoryKey::Number(number) => (locks.number, Value::Int(number)),
            AdvisoryKey::Name(name) => (locks.name, Value::Text(name)),
        };
        let mut yes = false;
        let mut sink = |row: &Row<'_>| {
            yes = row.get::<i64>(0)? == 1;
            Ok(Flow::Continue)
        };
        self.run(&sql.replace("{key}", form), &[key], &mut sink).await?;
        Ok(yes)
    }
}

#[cold]
fn not_given() -> Error {
    Error::operational(OperationalCause::Locked, "the database did not give the advisory lock; try again")
}
