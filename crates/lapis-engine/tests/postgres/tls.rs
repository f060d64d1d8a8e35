//! TLS, with certificates made for the test.

use std::fs;
use std::path::Path;

use lapis_engine::{Batch, Discard, Engine, Error, ErrorKind, OperationalCause, Result};
use lapis_sql::Value;

use crate::certificates::write_files;
use crate::cluster::{Cluster, failed};
use crate::common::{run, value, value_of};

const HBA: &str = "
hostssl all certified 127.0.0.1/32 cert
hostnossl all bare 127.0.0.1/32 trust
hostssl all sealed 127.0.0.1/32 trust
host all either 127.0.0.1/32 trust";

const SETTINGS: &str = "
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
ssl_ca_file = 'ca.crt'";

/// Whether the connection is encrypted.
async fn encrypted(url: &str) -> Result<bool> {
    let engine = Engine::connect(url).await?;
    let answer = value_of(&engine, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await;
    engine.close().await?;
    answer
}

async fn refused(url: &str, says: &str) {
    let error: Error = encrypted(url).await.expect_err("a connection that is refused");
    assert!(
        matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains(says), "{url}: {error}");
}

/// The numbers from 0.
struct Numbers(usize);

impl Batch for Numbers {
    fn len(&self) -> usize {
        self.0
    }

    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>) {
        out.push(Value::Int(row as i64));
    }
}

#[tokio::test]
async fn the_mode_says_when_to_encrypt_and_whom_to_trust() -> Result<()> {
    let files =
        |folder: &Path| write_files(folder).map_err(|error| std::io::Error::other(error.to_string()));
    let Some(cluster) = Cluster::start_with(HBA, SETTINGS, files)? else { return Ok(()) };
    // Copies that everybody may read.
    let folder = tempfile::tempdir().map_err(failed)?;
    for entry in fs::read_dir(cluster.data()).map_err(failed)?.flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        if name.ends_with(".crt") || name.ends_with(".key") {
            fs::copy(entry.path(), folder.path().join(name)).map_err(failed)?;
        }
    }
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (root, other) =
        (format!("sslrootcert={}", file("ca.crt")), format!("sslrootcert={}", file("other.crt")));
    let identity = |name: &str| {
        format!("sslcert={}&sslkey={}", file(&format!("{name}.crt")), file(&format!("{name}.key")))
    };
    let admin = Engine::connect(&cluster.admin()).await?;
    admin.script("CREATE ROLE certified LOGIN; CREATE ROLE bare LOGIN; CREATE ROLE sealed LOGIN; CREATE ROLE either LOGIN").await?;
    admin.close().await?;
    let url = |user: &str, options: &str| cluster.url(user, options);
    let by_name = |user: &str, options: &str| cluster.url(user, options).replace("127.0.0.1", "localhost");

    for (mode, expected) in [("disable", false), ("allow", false), ("prefer", true), ("require", true)] {
        assert_eq!(encrypted(&url("either", &format!("sslmode={mode}"))).await?, expected, "{mode}");
    }
    assert!(encrypted(&url("either", "")).await?);

    // What the server insists on is tried next, where the mode leaves it open.
    assert!(encrypted(&url("sealed", "sslmode=allow")).await?);
    assert!(!encrypted(&url("bare", "sslmode=prefer")).await?);
    refused(&url("sealed", "sslmode=disable"), "no encryption").await;
    refused(&url("bare", "sslmode=require"), "SSL encryption").await;

    // Authorities and names.
    assert!(encrypted(&url("either", &format!("sslmode=verify-ca&{root}"))).await?);
    assert!(encrypted(&by_name("either", &format!("sslmode=verify-full&{root}"))).await?);
    refused(&url("either", &format!("sslmode=verify-full&{root}")), "not valid for").await;
    for mode in ["verify-ca", "verify-full", "require"] {
        refused(&by_name("either", &format!("sslmode={mode}&{other}")), "UnknownIssuer").await;
    }
    refused(&by_name("either", "sslmode=verify-full"), "UnknownIssuer").await;
    refused(&by_name("either", "sslrootcert=system"), "UnknownIssuer").await;

    // Certificates of clients.
    assert!(encrypted(&url("certified", &format!("sslmode=require&{}", identity("client")))).await?);
    refused(&url("certified", "sslmode=require"), "certificate").await;
    refused(&url("certified", &format!("sslmode=require&{}", identity("someone"))), "certificate").await;
    refused(&url("certified", &format!("sslmode=require&{}", identity("stranger"))), "certificate").await;
    let missing = Engine::connect(&url("either", "sslmode=verify-ca&sslrootcert=/nowhere/ca.crt")).await;
    assert!(matches!(missing.unwrap_err().kind(), ErrorKind::Configuration(_)));

    works_as_without(&url("either", &format!("sslmode=verify-ca&{root}"))).await
}

/// Large values, long batches and cancelling go through TLS, too.
async fn works_as_without(url: &str) -> Result<()> {
    let engine = Engine::connect(url).await?;
    let mut connection = engine.acquire().await?;
    connection.script("CREATE TEMPORARY TABLE t (x BIGINT)").await?;
    let batch = "INSERT INTO t VALUES ($1) RETURNING x, repeat('x', 300)";
    let (rows, mut sink) = (Numbers(50_000), Discard);
    let done = connection.run_batch(batch, &rows, &mut sink);
    tokio::time::timeout(std::time::Duration::from_secs(60), done)
        .await
        .expect("no deadlock")?;
    assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 50_000);
    let large = Value::Bytes(vec![1; 20_000_000].into());
    run(&mut connection, "SELECT $1::bytea, length($1::bytea)", &[large]).await?;
    let sleep = run(&mut connection, "SELECT pg_sleep(10)", &[]);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), sleep).await.is_err());
    let started = std::time::Instant::now();
    assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
    assert!(started.elapsed() < std::time::Duration::from_secs(3));
    drop(connection);
    engine.close().await
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_asked_for() -> Result<()> {
    let Some(cluster) = Cluster::start("host all all 127.0.0.1/32 trust", "ssl = off")? else {
        return Ok(());
    };
    for mode in ["disable", "allow", "prefer"] {
        assert!(!encrypted(&cluster.url("postgres", &format!("sslmode={mode}"))).await?);
    }
    for mode in ["require", "verify-full"] {
        refused(&cluster.url("postgres", &format!("sslmode={mode}")), "offers no TLS").await;
    }
    Ok(())
}
