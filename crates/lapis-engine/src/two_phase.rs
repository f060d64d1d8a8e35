//! Transactions that are committed in two phases, so that several databases commit together or not at all.

use std::borrow::BorrowMut;
use std::ops::{Deref, DerefMut};

use lapis_sql::Cell;
use lapis_sql::dialect::TwoPhase;

use crate::connection::Connection;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::row::Row;
use crate::sink::Flow;
use crate::transaction::{Held, TransactionOptions};

/// How long an identifier may be: MySQL's limit, PostgreSQL has 200 bytes.
const LONGEST_ID: usize = 64;

/// A transaction that can be [prepared](Self::prepare): the database promises to commit it, whatever happens to the
/// connection or to the server, and waits to be told.
///
/// Dropped before it is prepared, it is rolled back. Dropped afterwards, it waits, with its locks, until
/// [`Engine::commit_prepared`] or [`Engine::rollback_prepared`] ends it; [`Engine::prepared_transactions`] lists what
/// waits. It is its connection as well, as a [`Transaction`](crate::Transaction) is.
///
/// | database | begins with | is prepared by |
/// | --- | --- | --- |
/// | PostgreSQL, where `max_prepared_transactions` is not 0 | `BEGIN` | `PREPARE TRANSACTION` |
/// | MySQL, MariaDB from 10.5 on | `XA START` | `XA END`, `XA PREPARE` |
///
/// MySQL and MariaDB hold a prepared transaction to its connection until that is closed, which it is when this is
/// dropped.
///
/// ```no_run
/// # use lapis_engine::{Engine, Result};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let orders = Engine::connect("postgres://localhost/orders").await?;
/// # let stock = Engine::connect("mysql://localhost/stock").await?;
/// let mut one = orders.begin_two_phase("order-4711").await?;
/// let mut two = stock.begin_two_phase("order-4711").await?;
/// one.script("INSERT INTO orders VALUES (4711)").await?;
/// two.script("UPDATE stock SET pieces = pieces - 1").await?;
/// one.prepare().await?;
/// two.prepare().await?;   // from here on, both can be committed
/// one.commit().await?;
/// two.commit().await?;
/// # Ok(()) }
/// ```
#[must_use = "a transaction that is dropped before it is prepared is rolled back"]
#[derive(Debug)]
pub struct TwoPhaseTransaction<'c, C: BorrowMut<Connection> = Connection> {
    connection: Held<'c, C>,
    syntax: TwoPhase,
    id: Id,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Active,
    /// It may be prepared, or is.
    Prepared,
    Ended,
}

/// An identifier that every database takes as it stands.
#[derive(Debug, Clone)]
struct Id(String);

impl Id {
    fn new(id: &str) -> Result<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) {
            return Err(Error::invalid_request(format!(
                "`{}` is no identifier of a prepared transaction: it has 1 to {LONGEST_ID} letters, digits and characters \
                 of `_-.:`",
                id.escape_debug()
            )));
        }
        Ok(Self(id.to_owned()))
    }

    /// A statement about it.
    fn fill(&self, sql: &str) -> String {
        sql.replace("{id}", &format!("'{}'", self.0))
    }
}

impl Connection {
    /// Begins a transaction that can be prepared, under an identifier that no other has: up to 64 letters, digits and
    /// characters of `_-.:`.
    ///
    /// # Errors
    /// If a transaction is open already, the identifier is in use, or the database has no such transactions, as
    /// SQLite.
    pub async fn begin_two_phase(&mut self, id: &str) -> Result<TwoPhaseTransaction<'_>> {
        TwoPhaseTransaction::begin(Held::Borrowed(self), id).await
    }

    fn two_phase(&self) -> Result<TwoPhase> {
        self.dialect().two_phase().ok_or_else(|| {
            Error::unsupported(format!(
                "{} has no transactions that are committed in two phases; begin a plain one",
                self.dialect().name()
            ))
        })
    }

    async fn end_prepared(&mut self, id: &str, choose: fn(&TwoPhase) -> &'static str) -> Result<()> {
        let (syntax, id) = (self.two_phase()?, Id::new(id)?);
        self.script(&id.fill(choose(&syntax))).await
    }
}

impl Engine {
    /// Begins a transaction that can be prepared on a connection of its own; see [`Connection::begin_two_phase`].
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub async fn begin_two_phase(&self, id: &str) -> Result<TwoPhaseTransaction<'static>> {
        TwoPhaseTransaction::begin(Held::Owned(Box::new(self.acquire().await?)), id).await
    }

    /// Commits a prepared transaction, whoever prepared it.
    ///
    /// # Errors
    /// If none is prepared under that identifier, or, on MySQL and MariaDB, its connection is still open.
    pub async fn commit_prepared(&self, id: &str) -> Result<()> {
        self.acquire().await?.end_prepared(id, |syntax| syntax.commit_prepared).await
    }

    /// Rolls a prepared transaction back, whoever prepared it.
    ///
    /// # Errors
    /// As [`commit_prepared`](Self::commit_prepared).
    pub async fn rollback_prepared(&self, id: &str) -> Result<()> {
        self.acquire().await?.end_prepared(id, |syntax| syntax.rollback_prepared).await
    }

    /// The identifiers of the transactions that are prepared: of this database on PostgreSQL, of the server on MySQL
    /// and MariaDB. After a crash, a program finds here what it has to end.
    ///
    /// # Errors
    /// If the database has none, as SQLite, or may not be asked (MySQL wants the right `XA_RECOVER_ADMIN`).
    pub async fn prepared_transactions(&self) -> Result<Vec<String>> {
        let mut connection = self.acquire().await?;
        let syntax = connection.two_phase()?;
        let mut ids = Vec::new();
        let mut sink = |row: &Row<'_>| {
            row.expect_width(syntax.list_column + 1)?;
            ids.push(match row.cell(syntax.list_column) {
                // MariaDB calls what it lists bytes.
                Cell::Bytes(id) => String::from_utf8_lossy(id).into_owned(),
                _ => row.get(syntax.list_column)?,
            });
            Ok(Flow::Continue)
        };
        connection.run(syntax.list, &[], &mut sink).await?;
        Ok(ids)
    }
}

impl<'c, C: BorrowMut<Connection>> TwoPhaseTransaction<'c, C> {
    pub(crate) async fn begin(mut held: Held<'c, C>, id: &str) -> Result<Self> {
        let connection = (*held).borrow_mut();
        let (syntax, id) = (connection.two_phase()?, Id::new(id)?);
        let options = TransactionOptions::new();
        let Some(own) = syntax.own else {
            connection.refresh().await?;
            connection.start(options)?;
            return Ok(Self { connection: held, syntax, id, phase: Phase::Active });
        };
        if connection.in_transaction() {
            return Err(Error::invalid_request(
                "a transaction is open on this connection already; commit it or roll it back first",
            ));
        }
        let begin = id.fill(own.begin);
        // From here on it is to be undone when it is dropped, be it midway.
        let mut transaction = Self { connection: held, syntax, id, phase: Phase::Active };
        let begun = transaction.connection_mut().script(&begin).await;
        if let Err(error) = begun {
            transaction.phase = Phase::Ended;
            return Err(error);
        }
        Ok(transaction)
    }

    /// The identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id.0
    }

    /// Whether it is prepared.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.phase == Phase::Prepared
    }

    pub(crate) async fn make_prepared(&mut self) -> Result<()> {
        if self.phase == Phase::Prepared {
            return Err(Error::invalid_request(
                "the transaction is prepared already; commit it or roll it back",
            ));
        }
        let prepare = self.id.fill(self.syntax.prepare);
        // Dropped midway, nobody knows which phase it is in, and it is not to be undone.
        self.phase = Phase::Prepared;
        let prepared = self.connection_mut().script(&prepare).await;
        match prepared {
            Ok(()) => {
                self.connection_mut().leave_transaction();
                Ok(())
            }
            Err(error) if error.is_connection_lost() => Err(error.with_outcome_unknown()),
            Err(error) => {
                self.phase = Phase::Active;
                Err(error)
            }
        }
    }

    pub(crate) async fn keep(&mut self) -> Result<()> {
        let TwoPhase { own, commit_prepared, .. } = self.syntax;
        match (self.phase, own) {
            (Phase::Prepared, _) => {
                let commit = self.id.fill(commit_prepared);
                self.connection_mut().script(&commit).await?;
            }
            (_, Some(own)) => {
                let commit = self.id.fill(own.commit);
                self.connection_mut().script(&commit).await?;
            }
            (_, None) => self.connection_mut().commit().await?,
        }
        self.phase = Phase::Ended;
        Ok(())
    }

    pub(crate) async fn undo(&mut self) -> Result<()> {
        let TwoPhase { own, rollback_prepared, .. } = self.syntax;
        match (self.phase, own) {
            (Phase::Prepared, _) => {
                let rollback = self.id.fill(rollback_prepared);
                self.connection_mut().script(&rollback).await?;
            }
            (_, Some(own)) => {
                let rollback = self.id.fill(own.rollback);
                self.connection_mut().script(&rollback).await?;
            }
            (_, None) => self.connection_mut().rollback().await?,
        }
        self.phase = Phase::Ended;
        Ok(())
    }

    fn connection_mut(&mut self) -> &mut Connection {
        (*self.connection).borrow_mut()
    }
}

impl TwoPhaseTransaction<'_> {
    /// The first phase: from here on the transaction can be committed whatever happens, and no statement can run in it.
    ///
    /// # Errors
    /// If the database cannot promise it; the transaction can only be rolled back then. Where the connection was lost
    /// before the answer came, [nobody knows](Error::is_outcome_unknown) whether it is prepared:
    /// [`Engine::prepared_transactions`] tells.
    pub async fn prepare(&mut self) -> Result<()> {
        self.make_prepared().await
    }

    /// The second phase; before the first, it commits at once, as any transaction does.
    ///
    /// # Errors
    /// If the database cannot. What was prepared is still prepared then.
    pub async fn commit(mut self) -> Result<()> {
        self.keep().await
    }

    /// Undoes what the transaction did, prepared or not.
    ///
    /// # Errors
    /// If the database cannot. What was prepared is still prepared then.
    pub async fn rollback(mut self) -> Result<()> {
        self.undo().await
    }
}

impl<C: BorrowMut<Connection>> Deref for TwoPhaseTransaction<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C: BorrowMut<Connection>> DerefMut for TwoPhaseTransaction<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}

impl<C: BorrowMut<Connection>> Drop for TwoPhaseTransaction<'_, C> {
    fn drop(&mut self) {
        match (self.phase, self.syntax.own) {
            (Phase::Ended, _) | (Phase::Prepared, None) => {}
            (Phase::Active, None) => self.connection_mut().abandon_transaction(),
            // Closing the connection rolls back what is not prepared, and lets go of what is.
            (_, Some(_)) => self.connection_mut().invalidate(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_plain() {
        for id in ["order-4711", "a.b:c_d", &"x".repeat(64)] {
            assert!(Id::new(id).is_ok(), "{id}");
        }
        for id in ["", "it's", "a b", "ä", &"x".repeat(65)] {
            let error = Id::new(id).map(|id| id.0).unwrap_err();
            assert!(error.to_string().contains("1 to 64 letters"), "{error}");
        }
    }
}
