//! Opening connections, and losing them.

use std::io::Write;
use std::time::{Duration, Instant};

use lapis_engine::{Engine, Error, ErrorKind, OperationalCause, Result};

use crate::common::{altered, column, on_database, run, server, value, value_of};
use crate::fake::{Dialogue, serve};

fn cannot_open(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. })
}

async fn refused(url: &str) -> Error {
    let error = Engine::connect(url).await.expect_err("a connection that is refused");
    assert!(cannot_open(&error), "{error:?}");
    error
}

on_database! {
    a_session_is_in_utc_in_utf8_and_strict(database) {
        let mut connection = database.acquire().await?;
        assert_eq!(value::<String>(&mut connection, "SELECT @@time_zone").await?, "+00:00");
        assert_eq!(value::<String>(&mut connection, "SELECT @@character_set_client").await?, "utf8mb4");
        assert_eq!(value::<i64>(&mut connection, "SELECT @@autocommit").await?, 1);
        let mode: String = value(&mut connection, "SELECT @@sql_mode").await?;
        assert!(mode.contains("STRICT_TRANS_TABLES"), "{mode}");
    }

    the_dialect_is_the_servers(database) {
        let version: String = value_of(database, "SELECT version()").await?;
        let expected = if version.contains("MariaDB") { "MariaDB" } else { "MySQL" };
        assert_eq!(database.dialect().name(), expected);
    }

    a_unix_socket_is_named_by_an_option(database) {
        let socket: String = value_of(database, "SELECT @@socket").await?;
        if !std::path::Path::new(&socket).exists() {
            return Ok(());
        }
        let url = format!("{}&socket={socket}", database.url);
        let engine = Engine::connect(&url).await?;
        assert_eq!(value_of::<i64>(&engine, "SELECT 1").await?, 1);
        engine.close().await?;
    }

    an_unknown_database_is_refused_by_name(database) {
        let error = refused(&altered(&database.url, None, "lapis_no_such_database", "")).await;
        assert!(error.to_string().contains("lapis_no_such_database"), "{error}");
        assert_eq!(error.native_code(), Some(1049));
    }

    a_connection_that_the_server_kills_is_lost_and_replaced(database) {
        let mut connection = database.acquire().await?;
        let id: i64 = value(&mut connection, "SELECT connection_id()").await?;
        database.script(&format!("KILL {id}")).await?;
        let error = run(&mut connection, "SELECT 1", &[]).await.unwrap_err();
        assert!(error.is_connection_lost(), "{error:?}");
        // What comes next says so too.
        let error = run(&mut connection, "SELECT 1", &[]).await.unwrap_err();
        assert!(error.is_connection_lost(), "{error:?}");
        drop(connection);
        assert_eq!(value_of::<i64>(database, "SELECT 1").await?, 1);
    }

    a_ping_finds_out_that_the_connection_is_gone(database) {
        let engine = Engine::builder(&database.url).pool_pre_ping(true).connect().await?;
        let id: i64 = value_of(&engine, "SELECT connection_id()").await?;
        database.script(&format!("KILL {id}")).await?;
        assert_ne!(value_of::<i64>(&engine, "SELECT connection_id()").await?, id);
        engine.close().await?;
    }

    statements_are_kept_as_many_as_asked_for(database) {
        for (kept, closed) in [(0, 4), (2, 2)] {
            let engine = Engine::connect(&format!("{}&statement_cache={kept}", database.url)).await?;
            let mut connection = engine.acquire().await?;
            for number in 0..4 {
                run(&mut connection, &format!("SELECT {number}"), &[]).await?;
            }
            let status = "SELECT variable_value FROM information_schema.session_status WHERE variable_name = \
                          'Com_stmt_close'";
            match column::<String>(&mut connection, status, &[]).await {
                Ok(found) => assert_eq!(found, [closed.to_string()]),
                // MySQL has it elsewhere.
                Err(error) => assert_eq!(database.dialect().name(), "MySQL", "{error}"),
            }
            drop(connection);
            engine.close().await?;
        }
    }
}

#[test]
fn a_program_without_a_runtime_connects_as_well() -> Result<()> {
    let Some(url) = server() else { return Ok(()) };
    let engine = lapis_engine::blocking::Engine::connect(&url)?;
    engine.script("DO 1")?;
    engine.close()
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_told() -> Result<()> {
    let Some(url) = server() else { return Ok(()) };
    let error = refused(&altered(&url, Some("lapis_nobody:secret"), "", "")).await;
    assert!(matches!(error.native_code(), Some(1045 | 1698)), "{error:?}");
    let message = error.to_string();
    assert!(
        message.contains("check the user's name and password") && !message.contains("secret"),
        "{message}"
    );
    Ok(())
}

#[tokio::test]
async fn tls_that_the_server_does_not_have_is_an_error_where_it_is_asked_for() -> Result<()> {
    let Some(url) = server() else { return Ok(()) };
    let engine = Engine::connect(&url).await?;
    let has_tls = value_of::<String>(&engine, "SELECT @@have_ssl").await.is_ok_and(|it| it == "YES");
    engine.close().await?;
    let connected = Engine::connect(&altered(&url, None, "", "ssl-mode=REQUIRED")).await;
    match (has_tls, connected) {
        (true, connected) => drop(connected?),
        (false, connected) => {
            let error = connected.expect_err("there is no TLS");
            assert!(error.to_string().contains("ssl_mode=disabled"), "{error}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_said_to_be_so() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refused(&format!("mysql://root@127.0.0.1:{port}/")).await.to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("nothing listens"), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let (port, silent) = serve(|socket| {
        std::thread::sleep(Duration::from_millis(1500));
        drop(socket);
    });
    let started = Instant::now();
    let error = refused(&format!("mysql://root@127.0.0.1:{port}/?connect_timeout=1")).await.to_string();
    assert!(error.contains("within 1s"), "{error}");
    assert!(started.elapsed() < Duration::from_millis(1400));
    silent.join().unwrap();
}

#[tokio::test]
async fn what_is_no_server_of_mysqls_is_said_to_be_none() {
    let (port, other) = serve(|mut socket| socket.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n").unwrap());
    let error = Engine::connect(&format!("mysql://root@127.0.0.1:{port}/"))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("is it MySQL, MariaDB"), "{error}");
    other.join().unwrap();
}

#[tokio::test]
async fn a_server_with_too_many_connections_says_so_in_its_greeting() {
    let (port, full) = serve(|socket| Dialogue(socket).send(0, b"\xff\x10\x04Too many connections"));
    let error = refused(&format!("mysql://root@127.0.0.1:{port}/")).await;
    assert_eq!(error.native_code(), Some(1040));
    assert!(error.to_string().contains("Too many connections; lower `pool_size`"), "{error}");
    full.join().unwrap();
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_loses_the_connection() {
    let (port, server) = serve(|socket| {
        let mut dialogue = Dialogue(socket);
        dialogue.greet("mysql_native_password");
        let (sequence, _) = dialogue.receive();
        dialogue.let_in(sequence + 1);
        dialogue.receive();
        dialogue.send(1, b"\xfbetc/passwd");
        dialogue.hang_up();
    });
    let engine = Engine::connect(&format!("mysql://root@127.0.0.1:{port}/")).await.unwrap();
    let error = engine.script("SELECT 1").await.unwrap_err();
    assert!(
        error.is_connection_lost() && error.to_string().contains("one of this program's files"),
        "{error}"
    );
    server.join().unwrap();
}
