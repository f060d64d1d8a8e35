//! COPY, which has a protocol of its own, and no place in a statement.

use std::time::Duration;

use lapis_engine::{Connection, Discard, Error, ErrorKind, Result};
use lapis_sql::Value;
use lapis_sql::statement::text;

use crate::common::{on_database, poll_and_drop, run, value};

const IN: &str = "COPY t FROM STDIN";
const OUT: &str = "COPY t TO STDOUT";

fn expect_unsupported(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
    assert!(error.to_string().contains("`run_batch`"), "{error}");
}

async fn works(connection: &mut Connection) -> Result<()> {
    let answer = tokio::time::timeout(Duration::from_secs(5), value::<i64>(connection, "SELECT 1"));
    assert_eq!(answer.await.expect("an answer")?, 1);
    Ok(())
}

on_database! {
    a_copy_is_refused_and_leaves_the_connection_in_order(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1), (2)").await?;
        for sql in [IN, OUT] {
            expect_unsupported(&run(&mut connection, sql, &[]).await.unwrap_err());
            works(&mut connection).await?;
            for executions in [1, 2, 50] {
                let rows = vec![Vec::<Value<'_>>::new(); executions];
                expect_unsupported(&connection.run_batch(sql, &rows, &mut Discard).await.unwrap_err());
                works(&mut connection).await?;
            }
            let mut rows = connection.stream(text(sql).scalar::<i64>()).await?;
            expect_unsupported(&rows.next().await.unwrap().unwrap_err());
            drop(rows);
            works(&mut connection).await?;
        }
        expect_unsupported(&connection.script(IN).await.unwrap_err());
        works(&mut connection).await?;
        // The rows of a script are dropped, be they in whatever form.
        connection.script(OUT).await?;
        connection.script("COPY t TO STDOUT; SELECT 1; COPY t TO STDOUT").await?;
        works(&mut connection).await?;
    }

    a_copy_that_is_dropped_is_ended(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        for polls in 1..6 {
            for sql in [IN, OUT] {
                drop(poll_and_drop(run(&mut connection, sql, &[]), polls).await);
                works(&mut connection).await?;
                drop(poll_and_drop(connection.script(sql), polls).await);
                works(&mut connection).await?;
                let rows = vec![Vec::<Value<'_>>::new(); 2];
                drop(poll_and_drop(connection.run_batch(sql, &rows, &mut Discard), polls).await);
                works(&mut connection).await?;
                drop(poll_and_drop(connection.stream(text(sql).scalar::<i64>()), polls).await);
                works(&mut connection).await?;
            }
        }
    }
}
