//! A blocking transaction: the same guard around a blocking connection.

use std::borrow::BorrowMut;

use super::connection::Connection;
use crate::error::Result;

/// A transaction that is rolled back when it is dropped without [`commit`](Transaction::commit).
///
/// ```
/// use lapis_engine::{Result, blocking::Engine};
///
/// # fn main() -> Result<()> {
/// # let engine = Engine::connect("sqlite::memory:")?;
/// # engine.script("CREATE TABLE t (x)")?;
/// let mut transaction = engine.begin()?;
/// transaction.script("INSERT INTO t VALUES (1)")?;
/// transaction.commit()?;
/// # Ok(()) }
/// ```
pub type Transaction<'c> = crate::Transaction<'c, Connection>;

impl<C: BorrowMut<crate::Connection>> crate::Transaction<'_, Connection<C>> {
    /// Keeps what the transaction did.
    ///
    /// # Errors
    /// If the database cannot; the transaction is rolled back then.
    pub fn commit(mut self) -> Result<()> {
        let engine = self.engine().clone();
        engine.block_on(self.keep())
    }

    /// Undoes what the transaction did.
    ///
    /// # Errors
    /// If the connection is lost; the database has rolled it back then.
    pub fn rollback(mut self) -> Result<()> {
        let engine = self.engine().clone();
        engine.block_on(self.undo())
    }
}

/// A transaction that can be prepared; see [`TwoPhaseTransaction`](crate::TwoPhaseTransaction).
pub type TwoPhaseTransaction<'c> = crate::TwoPhaseTransaction<'c, Connection>;

impl<C: BorrowMut<crate::Connection>> crate::TwoPhaseTransaction<'_, Connection<C>> {
    /// The first phase: from here on the transaction can be committed whatever happens.
    ///
    /// # Errors
    /// If the database cannot promise it; the transaction can only be rolled back then.
    pub fn prepare(&mut self) -> Result<()> {
        let engine = self.engine().clone();
        engine.block_on(self.make_prepared())
    }

    /// The second phase; before the first, it commits at once, as any transaction does.
    ///
    /// # Errors
    /// If the database cannot. What was prepared is still prepared then.
    pub fn commit(mut self) -> Result<()> {
        let engine = self.engine().clone();
        engine.block_on(self.keep())
    }

    /// Undoes what the transaction did, prepared or not.
    ///
    /// # Errors
    /// If the database cannot. What was prepared is still prepared then.
    pub fn rollback(mut self) -> Result<()> {
        let engine = self.engine().clone();
        engine.block_on(self.undo())
    }
}
