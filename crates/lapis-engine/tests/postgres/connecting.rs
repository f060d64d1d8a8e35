//! Opening connections, and losing them.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use lapis_engine::{Engine, Error, ErrorKind, OperationalCause, Result};

use crate::cluster::Cluster;
use crate::common::{on_database, run, value, value_of, with_options};

fn cannot_open(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. })
}

async fn refused(url: &str) -> Error {
    let error = Engine::connect(url).await.expect_err("a connection that is refused");
    assert!(cannot_open(&error), "{error:?}");
    error
}

/// A port on which nothing listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

on_database! {
    options_of_the_session_stand_in_the_url(database) {
        let options = "application_name=shop%20%C3%A9&timezone=Europe/Berlin&options=-c%20work_mem%3D77MB";
        let engine = Engine::connect(&with_options(&database.url, options)).await?;
        let name: String = value_of(
            &engine,
            "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()",
        )
        .await?;
        // PostgreSQL keeps application names in ASCII: others are escaped (16 and later), or question marks.
        assert!(name.starts_with("shop "), "{name}");
        assert_eq!(value_of::<String>(&engine, "SHOW timezone").await?, "Europe/Berlin");
        assert_eq!(value_of::<String>(&engine, "SHOW work_mem").await?, "77MB");
        assert_eq!(value_of::<String>(&engine, "SHOW client_encoding").await?, "UTF8");
        let path: String = value_of(&engine, "SHOW search_path").await?;
        assert!(path.starts_with("lapis_postgres"), "{path}");
        engine.close().await?;
        assert_eq!(value_of::<String>(database, "SHOW timezone").await?, "UTC");
    }

    an_unknown_database_is_refused_by_name(database) {
        let error = refused(&with_options(&database.url, "dbname=lapis_no_such_database")).await;
        assert!(error.to_string().contains("lapis_no_such_database"), "{error}");
        assert_eq!(error.sqlstate(), Some("3D000"));
    }

    a_connection_that_the_server_ends_is_lost_and_replaced(database) {
        for within in ["an idle time", "a statement", "a script", "a batch"] {
            let mut connection = database.acquire().await?;
            let process: i64 = value(&mut connection, "SELECT pg_backend_pid()").await?;
            let kill = format!("SELECT pg_terminate_backend({process})");
            let suicide = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)";
            let error = match within {
                "an idle time" => {
                    database.script(&kill).await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    run(&mut connection, "SELECT 1", &[]).await.unwrap_err()
                }
                "a statement" => run(&mut connection, suicide, &[]).await.unwrap_err(),
                "a script" => connection.script(suicide).await.unwrap_err(),
                _ => connection.run_batch(suicide, &vec![vec![]; 3], &mut lapis_engine::Discard).await.unwrap_err(),
            };
            assert!(error.is_connection_lost(), "in {within}: {error:?}");
            if within != "an idle time" {
                assert!(error.to_string().contains("terminating connection"), "in {within}: {error}");
            }
            assert!(run(&mut connection, "SELECT 1", &[]).await.unwrap_err().is_connection_lost());
            drop(connection);
            assert_eq!(value_of::<i64>(database, "SELECT 1").await?, 1);
        }
    }

    a_unix_socket_is_named_by_an_option_or_as_the_host(database) {
        let folders: String = value_of(database, "SHOW unix_socket_directories").await?;
        let port: String = value_of(database, "SHOW port").await?;
        let name: String = value_of(database, "SELECT current_database()::text").await?;
        let folder = folders.split(',').next().unwrap_or_default().trim();
        if !Path::new(folder).join(format!(".s.PGSQL.{port}")).exists() {
            println!("skipped: the server's socket is on another machine");
            return Ok(());
        }
        let encoded = folder.replace('/', "%2F");
        for url in [
            format!("postgres://nobody@/{name}?host={folder}&port={port}"),
            format!("postgres://nobody@{encoded}:{port}/{name}"),
        ] {
            // Whether that user is let in is the server's to say; that it answers is what counts.
            let error = Engine::connect(&url).await.err();
            assert!(error.is_none_or(|error| error.sqlstate().is_some_and(|state| state.starts_with("28"))));
        }
    }
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_said_to_be_so() {
    let port = free_port();
    let error = refused(&format!("postgres://ann@127.0.0.1:{port}/")).await.to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("nothing listens"), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for mode in ["disable", "prefer"] {
        let started = Instant::now();
        let url = format!("postgres://ann@127.0.0.1:{port}/?connect_timeout=1&sslmode={mode}");
        let error = refused(&url).await.to_string();
        assert!(error.contains("within 1s") && error.contains("`connect_timeout`"), "{error}");
        assert!(started.elapsed() < Duration::from_millis(1900));
    }
}

#[tokio::test]
async fn what_is_no_server_of_postgresqls_is_said_to_be_none() {
    for (greeting, mode) in [
        (&b"SSH-2.0-OpenSSH_9.2p1\r\n"[..], "disable"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "prefer"),
        (b"", "prefer"),
        (b"", "disable"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            socket.write_all(greeting).unwrap();
        });
        let url = format!("postgres://ann@127.0.0.1:{port}/?sslmode={mode}&connect_timeout=2");
        let error = refused(&url).await.to_string();
        assert!(
            error.contains("is it a PostgreSQL server") || error.contains("another protocol"),
            "{error}"
        );
        other.join().unwrap();
    }
}

#[tokio::test]
async fn hosts_are_tried_until_one_will_do() -> Result<()> {
    let Some(first) =
        Cluster::start("host all all 127.0.0.1/32 trust", "default_transaction_read_only = on")?
    else {
        return Ok(());
    };
    let Some(second) = Cluster::start("host all all 127.0.0.1/32 trust", "")? else { return Ok(()) };
    let down = free_port();
    let (read_only, writable) = (first.port(), second.port());
    let connect = async |hosts: &[u16], options: &str| {
        let hosts = hosts.iter().map(|port| format!("127.0.0.1:{port}")).collect::<Vec<_>>().join(",");
        let engine = Engine::connect(&format!("postgres://postgres@{hosts}/postgres?{options}")).await?;
        let port = value_of::<String>(&engine, "SHOW port").await?;
        engine.close().await?;
        Ok::<_, Error>(port.parse::<u16>().expect("a number"))
    };
    assert_eq!(connect(&[down, writable], "").await?, writable);
    assert_eq!(connect(&[read_only, writable], "target_session_attrs=any").await?, read_only);
    assert_eq!(connect(&[read_only, writable], "target_session_attrs=read-write").await?, writable);
    assert_eq!(connect(&[writable, read_only], "target_session_attrs=read-only").await?, read_only);
    assert_eq!(connect(&[read_only, writable], "target_session_attrs=primary").await?, read_only);
    assert_eq!(connect(&[read_only, writable], "target_session_attrs=prefer-standby").await?, read_only);
    let error = connect(&[down, writable], "target_session_attrs=standby")
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("nothing listens") && error.contains("is no standby"), "{error}");
    let error = connect(&[read_only], "target_session_attrs=read-write").await.unwrap_err().to_string();
    assert!(error.contains("takes no writes"), "{error}");
    // A socket is found by its port.
    let folder = first.sockets().display().to_string();
    for url in [
        format!("postgres://postgres@/postgres?host={folder}&port={read_only}"),
        format!("postgres://postgres@{}:{read_only}/postgres", folder.replace('/', "%2F")),
    ] {
        let engine = Engine::connect(&url).await?;
        assert!(value_of::<bool>(&engine, "SELECT inet_client_addr() IS NULL").await?);
        engine.close().await?;
    }
    Ok(())
}
