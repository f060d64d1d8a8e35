//! One statement executed many times: sent ahead of the answers, which are taken as they come.

use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::connection::{PostgresConnection, completed, copies, row};
use super::decode::Column;
use super::link::{IDLE, unwritable};
use super::prepare::columns_of;
use super::statements::Statement;
use crate::error::{Error, Result};
use crate::row::Row;
use crate::sink::{Batch, BatchSink};

/// How many bytes of a batch are sent before its answers are looked at.
const BATCH_CHUNK: usize = 64 * 1024;

impl PostgresConnection {
    /// Runs a batch as it stands, in the transaction that is open.
    async fn execute_batch(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut dyn BatchSink,
    ) -> Result<()> {
        let mut values = Vec::new();
        batch.values(0, &mut values);
        let statement = self.prepared(sql, &values).await?;
        let mut answers = Answers { sink, next: 0, described: None, failed: None };
        for row in 0..batch.len() {
            values.clear();
            batch.values(row, &mut values);
            // One without a name stays prepared until the next is.
            let parse = row == 0 && statement.name.is_empty();
            self.bind(sql, &statement, &values, parse)?;
            self.link.write(|output| frontend::execute("", 0, output).map_err(unwritable))?;
            if row == 0 && statement.parameters.is_empty() && statement.columns.is_empty() {
                // It may be a COPY, which would take for its data what is sent behind it, and end the connection.
                self.link.write(|output| {
                    frontend::flush(output);
                    Ok(())
                })?;
                while answers.next == 0 && answers.failed.is_none() {
                    self.link.more().await?;
                    answers.take(self, &statement)?;
                }
                if answers.failed.is_some() {
                    break;
                }
            }
            if self.link.unsent() >= BATCH_CHUNK {
                while !self.link.exchange().await? {
                    answers.take(self, &statement)?;
                }
                answers.take(self, &statement)?;
                if answers.failed.is_some() {
                    break;
                }
            }
        }
        self.link.sync();
        loop {
            answers.take(self, &statement)?;
            if !self.link.is_owed() || self.link.is_broken() {
                break;
            }
            self.link.more().await?;
        }
        answers.failed.map_or(Ok(()), Err)
    }

    pub(super) async fn batch(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut dyn BatchSink,
    ) -> Result<()> {
        let before = self.before(sql);
        match self.batch_once(sql, batch, sink).await {
            Err(error) => {
                self.renew(sql, before, error).await?;
                self.batch_once(sql, batch, sink).await
            }
            done => done,
        }
    }

    async fn batch_once(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut dyn BatchSink,
    ) -> Result<()> {
        if self.pending.is_some() || self.link.status != IDLE {
            return self.execute_batch(sql, batch, sink).await;
        }
        self.link.begin("BEGIN")?;
        self.batch = true;
        let result = self.execute_batch(sql, batch, sink).await;
        let result = match self.finish(result).await {
            Ok(()) => self.end("COMMIT").await,
            Err(error) => {
                // The first error is the one to report; a connection that cannot roll back is broken.
                let _ = self.end("ROLLBACK").await;
                Err(error)
            }
        };
        self.batch = false;
        result
    }
}

/// What takes the answers to a batch, as they come.
struct Answers<'a> {
    sink: &'a mut dyn BatchSink,
    next: usize,
    /// What the server says of the columns of a statement without a name.
    described: Option<Vec<Column>>,
    failed: Option<Error>,
}

impl Answers<'_> {
    /// Takes the answers that are there.
    fn take(&mut self, connection: &mut PostgresConnection, statement: &Statement) -> Result<()> {
        let PostgresConnection { link, places, bound, types, .. } = connection;
        loop {
            if let Some(bytes) = link.row() {
                if self.failed.is_none() {
                    let columns = self.described.as_deref().unwrap_or(&statement.columns);
                    let row = row(bytes, places, columns)?;
                    self.failed = self.sink.returned(self.next, &Row::postgres(row)).err();
                }
                let len = bytes.len();
                link.pass_row(len);
                continue;
            }
            match link.take_message()? {
                Some(Message::CommandComplete(body)) => {
                    if self.failed.is_none() {
                        self.failed = self.sink.done(self.next, completed(&body)).err();
                        self.next += 1;
                    }
                }
                Some(Message::ErrorResponse(body)) => {
                    let error = link.refused(&body);
                    self.failed.get_or_insert(error);
                }
                Some(Message::BindComplete) => *bound = true,
                Some(Message::RowDescription(body)) => {
                    self.described = Some(columns_of(&body, types)?);
                }
                Some(Message::CopyInResponse(_)) => {
                    self.failed.get_or_insert_with(copies);
                    link.refuse_copy()?;
                }
                Some(Message::CopyOutResponse(_)) => {
                    self.failed.get_or_insert_with(copies);
                }
                Some(_) => {}
                None if link.row().is_some() => {}
                None => return Ok(()),
            }
        }
    }
}
