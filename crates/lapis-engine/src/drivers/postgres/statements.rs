//! Prepared statements.

use std::sync::Arc;

use bytes::BytesMut;
use hashlink::LruCache;
use postgres_protocol::message::frontend;
use uuid::Uuid;

use super::decode::Column;
use super::link::unwritable;
use super::types::Type;
use crate::error::Result;

/// What the server has said of a statement.
#[derive(Debug)]
pub(super) struct Statement {
    /// Empty where each execution prepares it anew.
    pub(super) name: String,
    pub(super) parameters: Vec<Type>,
    pub(super) columns: Vec<Column>,
}

/// The statements that a connection keeps prepared, by their SQL.
pub(super) struct Statements {
    known: LruCache<Box<str>, Arc<Statement>>,
    /// What names begin with, if statements have any. No other connection has it: behind a pooler that mixes them up, a
    /// statement is missing then, and is not another's.
    prefix: Option<String>,
    /// The number in the next name.
    next: u64,
    /// The server may have a statement of the next name: whoever prepared it did not wait for the end.
    doubtful: bool,
}

impl Statements {
    /// For so many statements; without a number none has a name, and only what the server said of them is kept.
    pub(super) fn new(capacity: Option<usize>) -> Self {
        const DESCRIPTIONS: usize = 128;
        let known = LruCache::new(capacity.unwrap_or(DESCRIPTIONS));
        let prefix = capacity.map(|_| format!("lapis_{:x}_", Uuid::new_v4().as_u64_pair().0));
        Self { known, prefix, next: 1, doubtful: false }
    }

    pub(super) fn get(&mut self, sql: &str) -> Option<Arc<Statement>> {
        self.known.get(sql).cloned()
    }

    pub(super) fn contains(&self, sql: &str) -> bool {
        self.known.contains_key(sql)
    }

    /// A name for a statement that is about to be prepared.
    pub(super) fn name(&mut self, output: &mut BytesMut) -> Result<String> {
        let Some(prefix) = &self.prefix else { return Ok(String::new()) };
        let name = format!("{prefix}{}", self.next);
        if self.doubtful {
            // There may be none: that is no error (PostgreSQL 18, 54.2.3).
            close(&name, output)?;
        }
        self.doubtful = true;
        Ok(name)
    }

    /// Keeps a statement, and closes the one that has to make room.
    pub(super) fn keep(
        &mut self,
        sql: &str,
        statement: Statement,
        output: &mut BytesMut,
    ) -> Result<Arc<Statement>> {
        if self.known.len() == self.known.capacity()
            && let Some((_, oldest)) = self.known.remove_lru()
        {
            close(&oldest.name, output)?;
        }
        (self.next, self.doubtful) = (self.next + 1, false);
        let statement = Arc::new(statement);
        self.known.insert(sql.into(), Arc::clone(&statement));
        Ok(statement)
    }

    /// Forgets all statements, for the tables may have changed.
    pub(super) fn clear(&mut self, output: &mut BytesMut) -> Result<()> {
        for (_, statement) in self.known.drain() {
            close(&statement.name, output)?;
        }
        Ok(())
    }

    /// Forgets a statement that the server knows no more, or otherwise.
    pub(super) fn forget(&mut self, sql: &str, output: &mut BytesMut) -> Result<()> {
        match self.known.remove(sql) {
            Some(statement) => close(&statement.name, output),
            None => Ok(()),
        }
    }
}

/// Closes a prepared statement; the message is answered with the next ones.
pub(super) fn close(name: &str, output: &mut BytesMut) -> Result<()> {
    if name.is_empty() { Ok(()) } else { frontend::close(b'S', name, output).map_err(unwritable) }
}
