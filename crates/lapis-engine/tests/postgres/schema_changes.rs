//! Statements that were prepared before their tables changed.

use lapis_engine::{BatchSink, Engine, Flow, FromRow, Outcome, Result, Row, TransactionOptions};
use lapis_sql::Value;
use lapis_sql::statement::text;

use crate::common::{Database, column, on_database, run, value, with_options};

/// The second column of what a batch returns.
#[derive(Default)]
struct Seconds(Vec<String>);

impl BatchSink for Seconds {
    fn returned(&mut self, _index: usize, row: &Row<'_>) -> Result<()> {
        self.0.push(if row.len() > 1 { row.get(1)? } else { "none".into() });
        Ok(())
    }

    fn done(&mut self, _index: usize, _outcome: Outcome) -> Result<()> {
        Ok(())
    }
}

/// How many columns a row has.
struct Width(usize);

impl FromRow for Width {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.len()))
    }
}

/// Changes a table where the engine does not see it: as another program does.
async fn elsewhere(database: &Database, sql: &str) -> Result<()> {
    let other = Engine::connect(&database.url).await?;
    other.script(sql).await?;
    other.close().await
}

const INSERT: &str = "INSERT INTO t (x) VALUES ($1) RETURNING *";
const SELECT: &str = "SELECT * FROM t";
const ADD: &str = "ALTER TABLE t ADD y TEXT NOT NULL DEFAULT 'y'";

on_database! {
    statements_batches_and_streams_survive_a_change_of_their_table(database) {
        for url in [database.url.clone(), with_options(&database.url, "prepared_statements=false")] {
            let engine = Engine::connect(&url).await?;
            let mut connection = engine.acquire().await?;
            connection.script("DROP TABLE IF EXISTS t; CREATE TABLE t (x INT)").await?;
            let rows = vec![vec![Value::Int(1)], vec![Value::Int(2)]];
            for expected in ["none", "y"] {
                let mut seconds = Seconds::default();
                connection.run_batch(INSERT, &rows, &mut seconds).await?;
                assert_eq!(seconds.0, [expected, expected]);
                let mut width = 0;
                let mut sink = |row: &Row<'_>| {
                    width = row.len();
                    Ok(Flow::Continue)
                };
                connection.run(SELECT, &[], &mut sink).await?;
                assert_eq!(width, if expected == "none" { 1 } else { 2 });
                let mut stream = connection.stream(text(SELECT).rows::<Width>()).await?;
                assert_eq!(stream.next().await.unwrap()?.0, width);
                drop(stream);
                if expected == "none" {
                    elsewhere(database, ADD).await?;
                }
            }
            assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 4);
            drop(connection);
            engine.close().await?;
        }
    }

    a_change_within_the_transaction_is_seen(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1)").await?;
        for by_script in [true, false] {
            run(&mut connection, SELECT, &[]).await?;
            connection.start(TransactionOptions::new())?;
            run(&mut connection, SELECT, &[]).await?;
            if by_script {
                connection.script(ADD).await?;
            } else {
                run(&mut connection, ADD, &[]).await?;
            }
            assert_eq!(column::<i64>(&mut connection, SELECT, &[]).await?, [1]);
            connection.rollback().await?;
            connection.start(TransactionOptions::new())?;
            value::<i64>(&mut connection, "SELECT 1").await?;
            assert_eq!(column::<i64>(&mut connection, SELECT, &[]).await?, [1]);
            connection.rollback().await?;
        }
    }

    an_outdated_statement_fails_a_transaction_once(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        run(&mut connection, SELECT, &[]).await?;
        elsewhere(database, ADD).await?;
        connection.start(TransactionOptions::new())?;
        // The first statement of a transaction has nothing before it that would be lost.
        run(&mut connection, SELECT, &[]).await?;
        connection.rollback().await?;
        elsewhere(database, "ALTER TABLE t ADD z INT").await?;
        connection.start(TransactionOptions::new())?;
        value::<i64>(&mut connection, "SELECT 1").await?;
        let error = run(&mut connection, SELECT, &[]).await.unwrap_err();
        assert_eq!(error.sqlstate(), Some("0A000"));
        assert!(error.to_string().contains("roll the transaction back, and run it again"), "{error}");
        connection.rollback().await?;
        connection.start(TransactionOptions::new())?;
        value::<i64>(&mut connection, "SELECT 1").await?;
        run(&mut connection, SELECT, &[]).await?;
        connection.rollback().await?;
    }

    statements_that_were_discarded_are_prepared_anew(database) {
        let mut connection = database.acquire().await?;
        for discard in ["DISCARD ALL", "DEALLOCATE ALL", "DEALLOCATE one"] {
            for by_script in [true, false] {
                assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
                let name = "SELECT name FROM pg_prepared_statements WHERE statement = 'SELECT 1'";
                let name: String = value(&mut connection, name).await?;
                let discard = discard.replace("one", &name);
                if by_script {
                    connection.script(&discard).await?;
                } else {
                    run(&mut connection, &discard, &[]).await?;
                }
                connection.start(TransactionOptions::new())?;
                run(&mut connection, "SELECT 2", &[]).await?;
                assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
                connection.commit().await?;
            }
        }
    }

    types_that_are_created_later_are_learnt(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1)").await?;
        run(&mut connection, SELECT, &[]).await?;
        elsewhere(
            database,
            "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN temper AS mood CHECK (value <> 'sad'); \
             CREATE DOMAIN age AS INT CHECK (value >= 0); CREATE TYPE pair AS (a INT, b TEXT); \
             ALTER TABLE t ADD m mood, ADD ms mood[], ADD d temper, ADD ds temper[], ADD a age, ADD p pair",
        )
        .await?;
        let texts = || Value::Array(vec![Value::Text("sad".into()), Value::Null]);
        let update = "UPDATE t SET m = $1, ms = $2, d = $3, ds = $4, a = $5, p = $6";
        let happy = || Value::Text("happy".into());
        let values = [
            happy(), texts(), happy(), Value::Array(vec![happy()]), Value::Int(7), Value::Text("(1,x)".into()),
        ];
        assert_eq!(run(&mut connection, update, &values).await?.rows_affected, 1);
        assert_eq!(column::<String>(&mut connection, "SELECT m FROM t", &[]).await?, ["happy"]);
        assert_eq!(column::<Vec<Option<String>>>(&mut connection, "SELECT ms FROM t", &[]).await?, [[Some("sad".to_owned()), None]]);
        assert_eq!(column::<String>(&mut connection, "SELECT d FROM t", &[]).await?, ["happy"]);
        assert_eq!(column::<Vec<String>>(&mut connection, "SELECT ds FROM t", &[]).await?, [["happy"]]);
        assert_eq!(column::<i64>(&mut connection, "SELECT a FROM t", &[]).await?, [7]);
        assert_eq!(column::<String>(&mut connection, "SELECT p::text FROM t", &[]).await?, ["(1,x)"]);
        // What the driver does not know the form of is not taken for text.
        let error = column::<String>(&mut connection, "SELECT p FROM t", &[]).await.unwrap_err();
        assert!(error.to_string().contains("it holds bytes"), "{error}");
        // A type of the same name that is another one.
        elsewhere(
            database,
            "ALTER TABLE t DROP m, DROP ms, DROP d, DROP ds; DROP DOMAIN temper; DROP TYPE mood; \
             CREATE TYPE mood AS ENUM ('fine'); ALTER TABLE t ADD m mood",
        )
        .await?;
        let set = "UPDATE t SET m = $1";
        run(&mut connection, set, &[Value::Text("fine".into())]).await?;
        assert_eq!(column::<String>(&mut connection, "SELECT m FROM t", &[]).await?, ["fine"]);
    }
}
