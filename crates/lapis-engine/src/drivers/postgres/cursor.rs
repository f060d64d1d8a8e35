//! Rows one after the other: a portal from which so many are fetched at a time.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use lapis_sql::Value;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::connection::{PostgresConnection, completed, copies, row};
use super::decode::Column;
use super::link::unwritable;
use super::prepare::columns_of;
use super::statements::Statement;
use crate::error::{Error, Result};
use crate::row::Row;
use crate::sink::{Flow, Outcome, RowSink};

/// How many rows the server is asked for at a time: the rest of them is what is read in vain when a stream is dropped.
/// A portal that is fetched from in parts runs without parallel workers (PostgreSQL 18, 15.2).
const ROWS: i32 = 1000;

/// A portal that is open.
#[derive(Debug)]
pub(super) struct Cursor {
    statement: Arc<Statement>,
    /// What the server says of the columns of a statement without a name.
    columns: Option<Vec<Column>>,
    /// Rows were asked for, and have not all come.
    waiting: bool,
    /// What the statement did; its Sync is sent.
    outcome: Option<Outcome>,
}

impl Cursor {
    /// Sends the statement, asks for its first rows, and waits until the server has begun.
    pub(super) async fn open(
        connection: &mut PostgresConnection,
        sql: &str,
        params: &[Value<'_>],
    ) -> Result<Self> {
        let before = connection.before(sql);
        match Self::open_once(connection, sql, params).await {
            Err(error) => {
                connection.renew(sql, before, error).await?;
                Self::open_once(connection, sql, params).await
            }
            done => done,
        }
    }

    async fn open_once(
        connection: &mut PostgresConnection,
        sql: &str,
        params: &[Value<'_>],
    ) -> Result<Self> {
        let statement = connection.prepared(sql, params).await?;
        connection.bind(sql, &statement, params, statement.name.is_empty())?;
        let mut cursor = Self { statement, columns: None, waiting: false, outcome: None };
        cursor.ask(connection)?;
        loop {
            match connection.link.message().await? {
                Message::BindComplete => break,
                Message::ErrorResponse(body) => return Err(connection.link.refused(&body)),
                // Those of a BEGIN or a Parse before it.
                _ => {}
            }
        }
        connection.bound = true;
        Ok(cursor)
    }

    fn ask(&mut self, connection: &mut PostgresConnection) -> Result<()> {
        connection.link.write(|output| {
            frontend::execute("", ROWS, output).map_err(unwritable)?;
            frontend::flush(output);
            Ok(())
        })?;
        connection.link.expect_sync();
        self.waiting = true;
        Ok(())
    }

    fn complete(&mut self, outcome: Outcome, connection: &mut PostgresConnection) {
        self.waiting = false;
        self.outcome = Some(outcome);
        connection.link.sync();
    }

    /// Whether the server is at work on it.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
    }
}

/// Gives the rows that are there to `sink`.
pub(super) fn poll(
    connection: &mut PostgresConnection,
    context: &mut Context<'_>,
    sink: &mut dyn RowSink,
) -> Poll<Result<Option<Outcome>>> {
    let Some(mut cursor) = connection.cursor.take() else {
        return Poll::Ready(Err(Error::invalid_request(
            "no cursor is open on this connection; open one first",
        )));
    };
    let polled = step(&mut cursor, connection, context, sink);
    if matches!(polled, Poll::Pending | Poll::Ready(Ok(None))) {
        connection.cursor = Some(cursor);
    }
    polled
}

fn step(
    cursor: &mut Cursor,
    connection: &mut PostgresConnection,
    context: &mut Context<'_>,
    sink: &mut dyn RowSink,
) -> Poll<Result<Option<Outcome>>> {
    loop {
        let columns = cursor.columns.as_deref().unwrap_or(&cursor.statement.columns);
        while let Some(bytes) = connection.link.row() {
            let flow = sink.row(&Row::postgres(row(bytes, &mut connection.places, columns)?))?;
            let len = bytes.len();
            connection.link.pass_row(len);
            if flow == Flow::Stop {
                return Poll::Ready(Ok(None));
            }
        }
        match connection.link.take_message()? {
            Some(Message::PortalSuspended) => cursor.ask(connection)?,
            Some(Message::RowDescription(body)) => {
                cursor.columns = Some(columns_of(&body, &connection.types)?);
            }
            Some(Message::CommandComplete(body)) => cursor.complete(completed(&body), connection),
            Some(Message::EmptyQueryResponse) => cursor.complete(Outcome::default(), connection),
            Some(Message::ErrorResponse(body)) => return Poll::Ready(Err(connection.link.refused(&body))),
            Some(Message::CopyInResponse(_)) => {
                connection.link.refuse_copy()?;
                return Poll::Ready(Err(copies()));
            }
            Some(Message::CopyOutResponse(_)) => return Poll::Ready(Err(copies())),
            Some(Message::ReadyForQuery(_)) => {
                if let Some(outcome) = cursor.outcome {
                    return Poll::Ready(Ok(Some(outcome)));
                }
            }
            Some(_) => {}
            None if connection.link.row().is_some() => {}
            None => ready!(connection.link.poll_more(context))?,
        }
    }
}
