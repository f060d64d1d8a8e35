//! Creating and dropping the tables of a schema.

use lapis_sql::compiler::ddl;
use lapis_sql::schema::MetaData;

use crate::connection::Connection;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::transaction::{Transaction, TransactionOptions};

impl Connection {
    /// Creates the tables, indexes, sequences and types of a schema; what is there already stays as it is.
    ///
    /// It is part of the connection's transaction, or of one of its own where none is open. On MySQL and MariaDB, where
    /// a rollback does not undo changes of the schema, each statement stands for itself, and within a transaction it
    /// is an error.
    ///
    /// # Errors
    /// If the schema is not sound, asks for what the database does not have, or the database refuses it.
    pub async fn create_all(&mut self, metadata: &MetaData) -> Result<()> {
        let statements = ddl::create_all(metadata, self.dialect(), true)?;
        self.run_together(&statements).await
    }

    /// Drops the tables, sequences and types of a schema, with all they hold; what is not there is passed over.
    ///
    /// It is part of the connection's transaction, or of one of its own where none is open. On MySQL and MariaDB, where
    /// a rollback does not undo changes of the schema, each statement stands for itself, and within a transaction it
    /// is an error.
    ///
    /// # Errors
    /// If the schema is not sound, or the database refuses it, as it does where a table outside of the schema
    /// refers to one in it.
    pub async fn drop_all(&mut self, metadata: &MetaData) -> Result<()> {
        let statements = ddl::drop_all(metadata, self.dialect(), true)?;
        self.run_together(&statements).await
    }

    async fn run_together(&mut self, statements: &[String]) -> Result<()> {
        let as_a_whole = self.dialect().supports_transactional_ddl();
        if self.in_transaction() && !as_a_whole {
            return Err(Error::unsupported(format!(
                "{} commits a transaction before it changes the schema, so that neither could be rolled back; commit or \
                 roll back first",
                self.dialect().name()
            )));
        }
        if self.in_transaction() || !as_a_whole {
            return run_each(self, statements).await;
        }
        let mut transaction: Transaction<'_> = self.begin_with(TransactionOptions::new().write()).await?;
        run_each(&mut transaction, statements).await?;
        transaction.commit().await
    }
}

/// Runs statements that are not worth keeping prepared.
async fn run_each(connection: &mut Connection, statements: &[String]) -> Result<()> {
    for statement in statements {
        connection.script(statement).await?;
    }
    Ok(())
}

impl Engine {
    /// Creates the tables, indexes, sequences and types of a schema, in one transaction where the database has such;
    /// what is there already stays as it is.
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result};
    /// use lapis_sql::schema::{ColumnDef, MetaData, Table};
    /// use lapis_sql::types::ColumnType;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let mut metadata = MetaData::new();
    /// metadata.add(
    ///     Table::build("tags")
    ///         .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
    ///         .column(ColumnDef::new("name", ColumnType::String(50)))
    ///         .primary_key(["id"]),
    /// );
    /// let engine = Engine::connect("sqlite::memory:").await?;
    /// engine.create_all(&metadata).await?;
    /// engine.script("INSERT INTO tags (name) VALUES ('rust')").await?;
    /// engine.drop_all(&metadata).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the schema is not sound, asks for what the database does not have, or the database refuses it.
    pub async fn create_all(&self, metadata: &MetaData) -> Result<()> {
        self.acquire().await?.create_all(metadata).await
    }

    /// Drops the tables, sequences and types of a schema with all they hold, in one transaction where the database has
    /// such; what is not there is passed over.
    ///
    /// # Errors
    /// If the schema is not sound, or the database refuses it; see [`Connection::drop_all`].
    pub async fn drop_all(&self, metadata: &MetaData) -> Result<()> {
        self.acquire().await?.drop_all(metadata).await
    }
}
