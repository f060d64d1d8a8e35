//! A server of the test's own, in a temporary folder and on a port of its own, to be stopped and started at will.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lapis::prelude::*;
use tempfile::TempDir;

use crate::place::Server;

/// How long a server may take to start, which on a busy machine is some seconds.
const START: Duration = Duration::from_secs(60);

/// How a server ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// As it is asked to: what is under way is rolled back.
    Shutdown,
    /// In the midst of things: at its next start it recovers what was committed.
    Crash,
}

/// A server that runs, or is to be started again.
pub struct Instance {
    server: Server,
    program: PathBuf,
    folder: TempDir,
    port: u16,
    /// Root's tests run PostgreSQL as its own user, for it refuses to be run by root.
    user: Option<u32>,
    process: Option<Child>,
}

impl Instance {
    /// Sets up a server's folder and starts it; `None` where the server's programs are not on this machine.
    pub async fn start(server: Server) -> Option<Self> {
        let (program, setup) = match server {
            Server::Postgres => (find("postgres")?, find("initdb")?),
            Server::MySql => (find("mariadbd")?, find("mariadb-install-db")?),
        };
        let folder = tempfile::Builder::new().prefix("lapis-storm-").tempdir().expect("a temporary folder");
        let user = if server == Server::Postgres && owner(folder.path()) == 0 {
            let user = postgres_user()?;
            chown(folder.path(), Some(user), None).expect("root may give a folder away");
            Some(user)
        } else {
            None
        };
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("a free port").port();
        let mut instance = Self { server, program, folder, port, user, process: None };
        instance.set_up(&setup);
        instance.resume().await;
        Some(instance)
    }

    pub fn url(&self) -> String {
        match self.server {
            Server::Postgres => format!("postgres://postgres@127.0.0.1:{}/postgres", self.port),
            Server::MySql => format!("mysql://root@127.0.0.1:{}/mysql", self.port),
        }
    }

    fn set_up(&self, program: &Path) {
        let mut setup = self.command(program);
        match self.server {
            Server::Postgres => setup.args(["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8"]),
            Server::MySql => setup.args(["--auth-root-authentication-method=normal", "--skip-test-db"]),
        };
        let done = setup.stderr(Stdio::piped()).output().expect("the server's own programs can be run");
        assert!(done.status.success(), "{setup:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Starts the server, and waits until it lets a connection in.
    pub async fn resume(&mut self) {
        let (folder, port) = (self.folder.path().display(), self.port);
        let mut server = self.command(&self.program);
        // What was committed is written when the server is killed; only with the machine it would be lost.
        match self.server {
            Server::Postgres => {
                server.args(["-F", "-h", "127.0.0.1", "-k", &folder.to_string(), "-p", &port.to_string()])
            }
            Server::MySql => server.args([
                "--bind-address=127.0.0.1".to_owned(),
                format!("--port={port}"),
                format!("--socket={folder}/socket"),
                format!("--pid-file={folder}/pid"),
                "--innodb-flush-log-at-trx-commit=2".to_owned(),
                "--innodb-buffer-pool-size=32M".to_owned(),
            ]),
        };
        self.process = Some(server.spawn().expect("the server can be started"));
        let started = Instant::now();
        while let Err(error) = Engine::connect(&self.url()).await {
            assert!(started.elapsed() < START, "{:?} did not start within {START:?}: {error}", self.server);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops the server, and waits until it is gone.
    pub async fn stop(&mut self, end: End) {
        let Some(mut process) = self.process.take() else { return };
        tell(&process, self.signal(end));
        while process.try_wait().expect("the server is this process's child").is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn signal(&self, end: End) -> &'static str {
        match (self.server, end) {
            // An immediate shutdown is a crash to all but the first process, which takes the others along.
            (Server::Postgres, End::Crash) => "QUIT",
            (Server::Postgres, End::Shutdown) => "INT",
            (Server::MySql, End::Crash) => "KILL",
            (Server::MySql, End::Shutdown) => "TERM",
        }
    }

    /// One of the server's programs, with the options that all of them take.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let data = self.folder.path().join("data");
        match self.server {
            Server::Postgres => command.arg("-D").arg(data),
            Server::MySql => command.arg("--no-defaults").arg(format!("--datadir={}", data.display())),
        };
        if let Some(user) = self.user {
            command.uid(user);
        }
        if self.server == Server::MySql && owner(self.folder.path()) == 0 {
            command.arg("--user=root");
        }
        command
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            tell(&process, self.signal(End::Crash));
            let _ = process.wait();
        }
    }
}

fn tell(process: &Child, signal: &str) {
    let kill = format!("kill -s {signal} {}", process.id());
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(status.is_ok_and(|status| status.success()), "{kill}");
}

/// Where a program is; Debian keeps those of servers out of the way.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.into_iter().map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn owner(path: &Path) -> u32 {
    path.metadata().expect("the folder is there").uid()
}

fn postgres_user() -> Option<u32> {
    let id = Command::new("id").args(["-u", "postgres"]).output().ok()?;
    String::from_utf8(id.stdout).ok()?.trim().parse().ok()
}
