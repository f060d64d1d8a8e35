//! TLS, with a server of the test's own and certificates made for it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lapis_engine::{Engine, Error, ErrorKind, OperationalCause, Result};
use lapis_sql::Value;
use tempfile::TempDir;

use crate::certificates::write_files;
use crate::common::{run, value_of};

/// A server in a temporary folder, which is stopped and removed at the test's end.
struct Server {
    folder: TempDir,
    port: u16,
    process: Child,
}

impl Server {
    /// `None` where MariaDB's programs are not installed, or no server is to be tested on.
    async fn start() -> Option<Self> {
        crate::common::server()?;
        let (Some(program), Some(setup)) = (find("mariadbd"), find("mariadb-install-db")) else {
            println!("skipped: `mariadbd` is not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path()).expect("certificates");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("a free port").port();
        let done = command(&setup, folder.path())
            .args(["--auth-root-authentication-method=normal", "--skip-test-db"])
            .output();
        assert!(done.as_ref().is_ok_and(|it| it.status.success()), "{done:?}");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let process = command(&program, folder.path())
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--port={port}"))
            .arg(format!("--socket={}", path("socket")))
            .arg(format!("--pid-file={}", path("pid")))
            .arg(format!("--ssl-ca={}", path("ca.crt")))
            .arg(format!("--ssl-cert={}", path("server.crt")))
            .arg(format!("--ssl-key={}", path("server.key")))
            .arg("--innodb-buffer-pool-size=32M")
            .spawn()
            .expect("the server can be started");
        let server = Self { folder, port, process };
        let started = Instant::now();
        while let Err(error) = Engine::connect(&server.url("root", "ssl_mode=disabled")).await {
            assert!(started.elapsed() < Duration::from_secs(60), "the server did not start: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(server)
    }

    fn url(&self, user: &str, options: &str) -> String {
        format!("mysql://{user}@127.0.0.1:{}/mysql?{options}", self.port)
    }

    /// By the name that its certificate is for.
    fn by_name(&self, user: &str, options: &str) -> String {
        self.url(user, options).replace("127.0.0.1", "localhost")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The options that show a client's certificate.
    fn identity(&self, name: &str) -> String {
        format!(
            "ssl_cert={}&ssl_key={}",
            self.file(&format!("{name}.crt")),
            self.file(&format!("{name}.key"))
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has stopped by itself needs no more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One of the server's programs, run by whoever owns the folder, which may be root.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .arg("--no-defaults")
        .arg(format!("--datadir={}", folder.join("data").display()))
        .arg(format!("--user={}", std::env::var("USER").unwrap_or_else(|_| "root".to_owned())))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Whether the connection is encrypted.
async fn encrypted(url: &str) -> Result<bool> {
    let engine = Engine::connect(url).await?;
    let cipher =
        "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'";
    let answer = value_of::<String>(&engine, cipher).await;
    engine.close().await?;
    Ok(!answer?.is_empty())
}

async fn refused(url: &str, says: &str) {
    let error: Error = encrypted(url).await.expect_err("a connection that is refused");
    assert!(
        matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains(says), "{url}: {error}");
}

#[tokio::test]
async fn the_mode_says_when_to_encrypt_and_whom_to_trust() -> Result<()> {
    let Some(server) = Server::start().await else { return Ok(()) };
    let admin = Engine::connect(&server.url("root", "ssl_mode=disabled")).await?;
    for (user, requires) in [("either", "NONE"), ("sealed", "SSL"), ("certified", "X509")] {
        admin.script(&format!("CREATE USER {user}@'%' REQUIRE {requires}")).await?;
        admin.script(&format!("CREATE USER {user}@localhost REQUIRE {requires}")).await?;
    }
    admin.close().await?;
    let (root, other) =
        (format!("ssl_ca={}", server.file("ca.crt")), format!("ssl_ca={}", server.file("other.crt")));
    let url = |user: &str, options: &str| server.url(user, options).replace("/mysql?", "/?");
    let by_name = |user: &str, options: &str| server.by_name(user, options).replace("/mysql?", "/?");

    for (mode, expected) in [("disabled", false), ("preferred", true), ("required", true)] {
        assert_eq!(encrypted(&url("either", &format!("ssl_mode={mode}"))).await?, expected, "{mode}");
    }
    assert!(encrypted(&url("either", "")).await?);
    assert!(encrypted(&url("sealed", "")).await?);
    refused(&url("sealed", "ssl_mode=disabled"), "Access denied").await;

    // Authorities and names.
    assert!(encrypted(&url("either", &root)).await?);
    assert!(encrypted(&url("either", &format!("ssl_mode=verify_ca&{root}"))).await?);
    assert!(encrypted(&by_name("either", &format!("ssl_mode=verify_identity&{root}"))).await?);
    refused(&url("either", &format!("ssl_mode=verify_identity&{root}")), "not valid for").await;
    for mode in ["verify_ca", "verify_identity"] {
        refused(&by_name("either", &format!("ssl_mode={mode}&{other}")), "UnknownIssuer").await;
    }
    refused(&by_name("either", "ssl_mode=verify_identity"), "UnknownIssuer").await;

    // Certificates of clients.
    assert!(encrypted(&url("certified", &server.identity("client"))).await?);
    refused(&url("certified", "ssl_mode=required"), "Access denied").await;
    refused(&url("certified", &server.identity("stranger")), "UnknownCA").await;

    works_as_without(&url("either", &format!("ssl_mode=verify_ca&{root}"))).await
}

/// Large values go through TLS, too.
async fn works_as_without(url: &str) -> Result<()> {
    let engine = Engine::connect(url).await?;
    let mut connection = engine.acquire().await?;
    let large = Value::Bytes(vec![1; 10_000_000].into());
    run(&mut connection, "SELECT ?", &[large]).await?;
    drop(connection);
    engine.close().await
}
