//! Behind pgbouncer in transaction mode, which gives each transaction another server connection.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use lapis_engine::{Connection, Discard, Engine, IsolationLevel, Result, RetryPolicy, TransactionOptions};
use lapis_sql::Value;
use lapis_sql::statement::text;
use tempfile::TempDir;

use crate::cluster::{as_server, failed, own};
use crate::common::{column, poll_and_drop, run, server, unique, value, value_of};

/// A pgbouncer with two connections to the server.
struct Pooler {
    process: Child,
    _folder: TempDir,
    url: String,
}

impl Pooler {
    /// `None` where there is no server, or no pgbouncer.
    fn start() -> Result<Option<Self>> {
        let Some(url) = server() else { return Ok(None) };
        let Some(program) = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]
            .into_iter()
            .map(Path::new)
            .find(|it| it.exists())
        else {
            println!("skipped: `pgbouncer` is not installed");
            return Ok(None);
        };
        let Some((credentials, host, database)) = parts(&url) else {
            println!(
                "skipped: pgbouncer is not told of servers that LAPIS_TEST_POSTGRES_URL names by options"
            );
            return Ok(None);
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).map_err(failed)?.port();
        let (host, server_port) = host.split_once(':').unwrap_or((host, "5432"));
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let password = if password.is_empty() { String::new() } else { format!("password={password}") };
        let settings = format!(
            "[databases]\n{database} = host={host} port={server_port} user={user} {password}\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 50\nlogfile = {}\n",
            folder.path().join("log").display()
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).map_err(failed)?;
        own(folder.path())?;
        let process = as_server(program)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let url = format!("postgres://{user}@127.0.0.1:{port}/{database}?prepared_statements=false");
        let pooler = Self { process, _folder: folder, url };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Some(pooler));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(failed("pgbouncer does not listen"))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// User and password, host and port, and database of a URL without options.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let (credentials, place) = rest.rsplit_once('@')?;
    let (host, database) = place.split_once('/')?;
    let plain = !host.is_empty() && !database.is_empty() && !url.contains(['?', '%']);
    plain.then_some((credentials, host, database))
}

/// Runs a test on a table of its own.
async fn on_pooler(work: impl AsyncFnOnce(&Engine, &str) -> Result<()>) -> Result<()> {
    let Some(pooler) = Pooler::start()? else { return Ok(()) };
    let engine = Engine::builder(&pooler.url).pool_size(8).connect().await?;
    let table = unique("pooled");
    engine
        .script(&format!("CREATE TABLE {table} (id INT PRIMARY KEY, x BIGINT NOT NULL)"))
        .await?;
    work(&engine, &table).await?;
    engine.script(&format!("DROP TABLE {table}")).await?;
    engine.close().await
}

/// The server connection that a transaction is on.
async fn process(connection: &mut Connection) -> Result<i64> {
    value(connection, "SELECT pg_backend_pid()").await
}

#[tokio::test]
async fn statements_batches_streams_and_transactions_work() -> Result<()> {
    on_pooler(async |engine, table| {
        let mut connection = engine.acquire().await?;
        let rows: Vec<_> = (0..5000).map(|id| vec![Value::Int(id), Value::Int(1)]).collect();
        connection
            .run_batch(&format!("INSERT INTO {table} VALUES ($1, $2)"), &rows, &mut Discard)
            .await?;
        // Another transaction takes the server connection that this one had.
        let mut other = engine.begin().await?;
        process(&mut other).await?;
        let select = format!("SELECT id FROM {table} WHERE id < $1 ORDER BY id");
        for limit in [3, 7] {
            let found: Vec<i64> = column(&mut connection, &select, &[Value::Int(limit)]).await?;
            assert_eq!(found, (0..limit).collect::<Vec<_>>());
        }
        let mut stream = connection
            .stream(text(format!("SELECT id FROM {table} ORDER BY id")).scalar::<i64>())
            .await?;
        for id in 0..2500 {
            assert_eq!(stream.next().await.unwrap()?, id);
        }
        drop(stream);
        connection.start(TransactionOptions::new())?;
        run(&mut connection, &format!("UPDATE {table} SET x = 2"), &[]).await?;
        connection.rollback().await?;
        assert_eq!(
            value::<i64>(&mut connection, &format!("SELECT count(*) FROM {table} WHERE x = 2")).await?,
            0
        );
        other.commit().await?;

        // A type that has to be asked for, between two statements of a transaction and outside of one.
        let sql = "SELECT relkind, relacl IS NULL, conname FROM pg_class, pg_constraint LIMIT 1";
        run(&mut connection, sql, &[]).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_dropped_or_fails_leaves_the_servers_connections_in_order() -> Result<()> {
    on_pooler(async |engine, table| {
        let insert = format!("INSERT INTO {table} VALUES ($1, 1)");
        for round in 0..60_i64 {
            let polls = (round % 9) as usize;
            let work = async {
                let mut transaction = engine.begin().await?;
                run(&mut transaction, &insert, &[Value::Int(round)]).await?;
                run(&mut transaction, "SELECT pg_sleep(0.01)", &[]).await?;
                transaction.rollback().await
            };
            if let Some(result) = poll_and_drop(work, polls).await {
                result?;
            }
            let mut connection = engine.acquire().await?;
            let error = run(&mut connection, "SELECT 1 / $1::int", &[Value::Int(0)]).await.unwrap_err();
            assert_eq!(error.sqlstate(), Some("22012"));
            assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
        }
        let started = std::time::Instant::now();
        let mut connection = engine.acquire().await?;
        let sleep = run(&mut connection, "SELECT pg_sleep(10)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(100), sleep).await.is_err());
        assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
        assert!(started.elapsed() < Duration::from_secs(3));
        assert_eq!(value::<i64>(&mut connection, &format!("SELECT count(*) FROM {table}")).await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_connection_of_the_poolers_that_the_server_ends_is_replaced() -> Result<()> {
    on_pooler(async |engine, table| {
        for _ in 0..5 {
            let mut transaction = engine.begin().await?;
            run(&mut transaction, &format!("INSERT INTO {table} VALUES (1, 1)"), &[]).await?;
            let sql = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)";
            let error = run(&mut transaction, sql, &[]).await.unwrap_err();
            assert!(error.is_connection_lost(), "{error:?}");
            drop(transaction);
            assert_eq!(value_of::<i64>(engine, &format!("SELECT count(*) FROM {table}")).await?, 0);
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_tasks_share_two_connections_of_the_server() -> Result<()> {
    on_pooler(async |engine, table| {
        let rows: Vec<_> = (0..4).map(|id| vec![Value::Int(id), Value::Int(100)]).collect();
        engine
            .acquire()
            .await?
            .run_batch(&format!("INSERT INTO {table} VALUES ($1, $2)"), &rows, &mut Discard)
            .await?;
        let mut tasks = Vec::new();
        for task in 0..8_i64 {
            let (engine, table) = (engine.clone(), table.to_owned());
            tasks.push(tokio::spawn(async move {
                let (take, give) = (
                    format!("UPDATE {table} SET x = x - 1 WHERE id = $1"),
                    format!("UPDATE {table} SET x = x + 1 WHERE id = $1"),
                );
                let options = TransactionOptions::new().isolation_level(IsolationLevel::Serializable);
                for round in 0..25 {
                    let (from, to) = ((task + round) % 4, (task * round + 1) % 4);
                    let (take, give) = (&take, &give);
                    engine
                        .transaction_with(
                            options,
                            RetryPolicy::new().attempts(1000),
                            async move |transaction| {
                                run(transaction, take, &[Value::Int(from)]).await?;
                                run(transaction, give, &[Value::Int(to)]).await.map(drop)
                            },
                        )
                        .await?;
                    assert_eq!(value_of::<i64>(&engine, &format!("SELECT {round}")).await?, round);
                }
                Ok::<_, lapis_engine::Error>(())
            }));
        }
        for task in tasks {
            task.await.expect("no panic")?;
        }
        let sum = format!("SELECT sum(x)::bigint FROM {table}");
        assert_eq!(value_of::<i64>(engine, &sum).await?, 400);
        let open = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND \
                    query LIKE '%lapis_pooled_%'";
        assert_eq!(value_of::<i64>(engine, open).await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_option_a_statement_is_missing_and_never_another_one() -> Result<()> {
    let Some(pooler) = Pooler::start()? else { return Ok(()) };
    let engine = Engine::builder(pooler.url.replace("?prepared_statements=false", "")).connect().await?;
    let mut tasks = Vec::new();
    for task in 0..4_i64 {
        let engine = engine.clone();
        tasks.push(tokio::spawn(async move {
            let mut connection = engine.acquire().await?;
            for round in 0..50 {
                let number = task * 100 + round % 10;
                let found = value::<i64>(&mut connection, &format!("SELECT {number}")).await?;
                assert_eq!(found, number);
            }
            Ok::<_, lapis_engine::Error>(())
        }));
    }
    for task in tasks {
        // A pgbouncer that keeps statements by itself (`max_prepared_statements`, 1.21 and later) makes no error of it.
        if let Err(error) = task.await.expect("no panic") {
            assert!(error.to_string().contains("`prepared_statements=false`"), "{error}");
        }
    }
    engine.close().await
}
