//! A cluster of a test's own, for what the server at hand is not set up for.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lapis_engine::{Error, OperationalCause, Result};
use tempfile::TempDir;

/// A server in a temporary folder, which is stopped and removed at the test's end.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Starts one with these lines in `pg_hba.conf` and `postgresql.conf`; its user `postgres` is let in by the Unix
    /// socket. `None` where PostgreSQL's programs are not installed, or no server is to be tested on.
    pub fn start(hba: &str, settings: &str) -> Result<Option<Self>> {
        Self::start_with(hba, settings, |_| Ok(()))
    }

    /// With files that are put into its folder before it starts.
    pub fn start_with(
        hba: &str,
        settings: &str,
        files: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<Option<Self>> {
        if crate::common::server().is_none() {
            return Ok(None);
        }
        let Some(programs) = programs() else {
            println!("skipped: `initdb` is not installed");
            return Ok(None);
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).map_err(failed)?.port();
        let cluster = Self { folder, programs, port };
        let data = cluster.data();
        own(cluster.folder.path())?;
        cluster.run(
            "initdb",
            &["-D", &text(&data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        )?;
        files(&data).map_err(failed)?;
        fs::write(data.join("pg_hba.conf"), format!("local all all trust\n{hba}\n")).map_err(failed)?;
        let conf = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\n\
             shared_buffers = '16MB'\n{settings}\n",
            cluster.sockets().display()
        );
        fs::write(data.join("postgresql.auto.conf"), conf).map_err(failed)?;
        own(cluster.folder.path())?;
        let log = text(&cluster.folder.path().join("log"));
        cluster.run("pg_ctl", &["-D", &text(&data), "-l", &log, "-w", "-s", "start"])?;
        Ok(Some(cluster))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its socket.
    pub fn sockets(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The URL of its superuser, by the Unix socket.
    pub fn admin(&self) -> String {
        format!("postgres://postgres@/postgres?host={}&port={}", self.sockets().display(), self.port)
    }

    /// The URL of a user by TCP.
    pub fn url(&self, user: &str, options: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres?connect_timeout=60&{options}", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = as_server(&self.programs.join(program));
        // What the server inherits it keeps open.
        let status = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if status.map_err(failed)?.success() {
            return Ok(());
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(failed(format!("{program} failed: {log}")))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Where it never started there is nothing to stop.
        let _ = self.run("pg_ctl", &["-D", &text(&self.data()), "-m", "immediate", "-s", "stop"]);
    }
}

/// A command that runs as a user whom the server's programs let run them: anybody but root.
pub fn as_server(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// Gives a folder and what is in it to the user whom the server runs as.
pub fn own(folder: &Path) -> Result<()> {
    if is_root() {
        let status = Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder).status();
        if !status.map_err(failed)?.success() {
            return Err(failed("the folder cannot be given to `postgres`"));
        }
    }
    Ok(())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|it| it.stdout == b"0\n")
}

/// The folder of the server's programs: the newest that is installed.
fn programs() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = installed.map(|it| it.path().join("bin")).collect();
    versions.sort();
    let own = Command::new("pg_config").arg("--bindir").output().ok();
    versions.extend(own.map(|it| PathBuf::from(String::from_utf8_lossy(&it.stdout).trim())));
    versions.into_iter().rev().find(|folder| folder.join("initdb").exists())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

pub fn failed(error: impl std::fmt::Display) -> Error {
    Error::operational(OperationalCause::Other, format!("the test's own server: {error}"))
}
