//! Asking for the plan of a statement: the same methods on connections and on the engine.

use lapis_sql::compiler::compile;
use lapis_sql::statement::{Statement, StatementRef};

use crate::connection::Connection;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::plan::{Plan, PlanRows};
use crate::row::Row;
use crate::sink::Flow;

impl Connection {
    /// How the database would run a statement, without running it.
    ///
    /// The values of parameters are bound as they are when it runs. What a query loads by statements of its own, such
    /// as eager relations, has plans of its own.
    ///
    /// # Errors
    /// If the statement does not compile, or the database refuses it; a dialect of one's own may know no plans.
    pub async fn explain<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.plan_of(statement.as_statement(), false).await
    }

    /// Runs a statement and tells how the database ran it: with rows, loops and times that were measured.
    ///
    /// A statement that may write is undone: it runs in a transaction that is rolled back, or, where one is open, behind
    /// a savepoint. What no rollback undoes stays: numbers that were taken from sequences, tables of MySQL's MyISAM,
    /// and locks until the transaction around it ends. SQLite cannot measure, and MySQL measures neither INSERT nor
    /// an UPDATE or DELETE of one table.
    ///
    /// # Errors
    /// If the database cannot measure; and as [`explain`](Self::explain).
    pub async fn explain_analyze<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        let statement = statement.as_statement();
        if statement.is_read_only() {
            return self.plan_of(statement, true).await;
        }
        let mut undone =
            if self.in_transaction() { self.begin_nested().await? } else { self.begin().await? };
        let plan = undone.plan_of(statement, true).await?;
        undone.rollback().await?;
        Ok(plan)
    }

    async fn plan_of(&mut self, statement: StatementRef<'_>, analyze: bool) -> Result<Plan> {
        let dialect = self.dialect();
        let Some(explain) = dialect.explain() else {
            return Err(Error::unsupported(format!("{} tells no plans of statements", dialect.name())));
        };
        let before = if analyze { explain.analyze } else { Some(explain.plan) };
        let Some(before) = before else {
            return Err(Error::unsupported(format!(
                "{} does not measure how it runs a statement; use `explain`, which tells the plan",
                dialect.name()
            )));
        };
        let compiled = compile(statement, dialect)?;
        let sql = format!("{before}{}", compiled.sql);
        let mut rows = PlanRows::default();
        let mut sink = |row: &Row<'_>| {
            rows.push(row, explain.form)?;
            Ok(Flow::Continue)
        };
        self.run(&sql, &compiled.parameters, &mut sink).await?;
        rows.read(explain.form).map_err(|error| error.with_sql(&sql))
    }
}

impl Engine {
    /// How the database would run a statement; see [`Connection::explain`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::explain`].
    pub async fn explain<S: Statement>(&self, statement: S) -> Result<Plan> {
        self.acquire().await?.explain(statement).await
    }

    /// Runs a statement, undoes what it wrote, and tells how the database ran it; see
    /// [`Connection::explain_analyze`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::explain_analyze`].
    pub async fn explain_analyze<S: Statement>(&self, statement: S) -> Result<Plan> {
        self.acquire().await?.explain_analyze(statement).await
    }
}
