//! SQLite's URLs and options.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rusqlite::{Connection, OpenFlags};

use super::functions;
use crate::engine::DriverOptions;
use crate::error::{Error, OperationalCause, Result};

/// The options a URL may set, in the words of an error message.
const KNOWN: &str =
    "mode, cache, busy_timeout, foreign_keys, journal_mode, synchronous, transaction_mode, immutable";

/// Where a database is and how it is opened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    pub(super) location: Location,
    pub(super) mode: Mode,
    shared_cache: bool,
    immutable: bool,
    /// How long a lock that another connection holds is waited for.
    pub(super) busy_timeout: Duration,
    pub(super) foreign_keys: bool,
    pub(super) journal_mode: Option<String>,
    pub(super) synchronous: Option<String>,
    pub(super) transaction_mode: TransactionMode,
    /// Whether calls run by `block_in_place`.
    pub(super) offload: bool,
    pub(super) statement_cache: usize,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Location {
    /// In memory, under a name that connections of this process share.
    Memory { name: String },
    /// In a file.
    File { path: PathBuf },
}

/// What may be done with the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mode {
    ReadOnly,
    ReadWrite,
    Create,
}

/// How a transaction begins that does not say whether it writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TransactionMode {
    /// As its first statement is: `BEGIN IMMEDIATE` if that writes, else `BEGIN`.
    Automatic,
    Deferred,
    Immediate,
}

impl Options {
    /// Reads a URL without its scheme; what `given` sets goes before what the URL says.
    pub(super) fn parse(url: &str, given: &DriverOptions) -> Result<Self> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = percent_decode_str(path)
            .decode_utf8()
            .map_err(|_| Error::configuration(format!("the path in `sqlite:{url}` is not valid UTF-8")))?;
        let mut options = Self {
            location: if path.is_empty() || path == ":memory:" || path == "/:memory:" {
                Location::Memory { name: private_name() }
            } else {
                Location::File { path: file(&path) }
            },
            mode: Mode::Create,
            shared_cache: false,
            immutable: false,
            busy_timeout: Duration::from_secs(5),
            foreign_keys: true,
            journal_mode: None,
            synchronous: None,
            transaction_mode: TransactionMode::Automatic,
            offload: given.offload,
            statement_cache: given.statement_cache,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            options.set(name, value, &path)?;
        }
        if let Some(timeout) = given.busy_timeout {
            options.busy_timeout = timeout;
        }
        options.check()?;
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, path: &str) -> Result<()> {
        match (name, value) {
            ("mode", "ro") => self.mode = Mode::ReadOnly,
            ("mode", "rw") => self.mode = Mode::ReadWrite,
            ("mode", "rwc") => self.mode = Mode::Create,
            ("mode", "memory") => {
                if let Location::File { .. } = self.location {
                    self.location = Location::Memory { name: path.to_owned() };
                }
            }
            ("mode", _) => return Err(invalid(name, value, "ro, rw, rwc or memory")),
            ("cache", "shared") => self.shared_cache = true,
            ("cache", "private") => self.shared_cache = false,
            ("cache", _) => return Err(invalid(name, value, "shared or private")),
            ("busy_timeout", _) => {
                let milliseconds =
                    value.parse().map_err(|_| invalid(name, value, "a number of milliseconds"))?;
                self.busy_timeout = Duration::from_millis(milliseconds);
            }
            ("foreign_keys", _) => self.foreign_keys = boolean(name, value)?,
            ("immutable", _) => self.immutable = boolean(name, value)?,
            ("journal_mode", _) => {
                const MODES: [&str; 6] = ["wal", "delete", "truncate", "persist", "memory", "off"];
                self.journal_mode = Some(one_of(name, value, &MODES)?);
            }
            ("synchronous", _) => {
                self.synchronous = Some(one_of(name, value, &["off", "normal", "full", "extra"])?);
            }
            ("transaction_mode", "automatic") => self.transaction_mode = TransactionMode::Automatic,
            ("transaction_mode", "deferred") => self.transaction_mode = TransactionMode::Deferred,
            ("transaction_mode", "immediate") => self.transaction_mode = TransactionMode::Immediate,
            ("transaction_mode", _) => {
                return Err(invalid(name, value, "automatic, deferred or immediate"));
            }
            _ => {
                return Err(Error::configuration(format!(
                    "`{name}` is no option of a SQLite URL; the known ones are {KNOWN}"
                )));
            }
        }
        Ok(())
    }

    /// Refuses what SQLite would pass over in silence: its `memdb` knows no database that may only be read.
    fn check(&self) -> Result<()> {
        let option = match self.location {
            Location::Memory { .. } if self.mode == Mode::ReadOnly => "mode=ro",
            Location::Memory { .. } if self.immutable => "immutable",
            _ => return Ok(()),
        };
        Err(Error::configuration(format!(
            "`{option}` in a SQLite URL is for files: a database in memory begins empty, and could only ever be read so; \
             leave it out, or name a file; for a transaction that only reads, use `TransactionOptions::read_only`"
        )))
    }

    /// Opens the database, without reading or writing it yet.
    pub(super) fn open(&self) -> Result<Connection> {
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
            | match self.mode {
                Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
                Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
                Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            };
        if self.shared_cache {
            flags |= OpenFlags::SQLITE_OPEN_SHARED_CACHE;
        }
        let result = match &self.location {
            Location::Memory { name } => {
                let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
                let uri = format!("file:/{name}?vfs=memdb");
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
                Connection::open_with_flags(
                    uri,
                    flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX,
                )
            }
            Location::File { path } if self.immutable => {
                let path = path.to_string_lossy();
                let path = utf8_percent_encode(&path, NON_ALPHANUMERIC);
                Connection::open_with_flags(
                    format!("file:{path}?immutable=1"),
                    flags | OpenFlags::SQLITE_OPEN_URI,
                )
            }
            Location::File { path } => Connection::open_with_flags(path, flags),
        };
        let opened = result.and_then(|connection| functions::register(&connection).map(|()| connection));
        opened.map_err(|error| {
            let hint = match self.mode {
                Mode::Create => "check that its directory exists and may be written to",
                _ => "check that it exists; `mode=rwc` creates it",
            };
            let message = format!("cannot open the SQLite database {}: {error}; {hint}", self.location);
            Error::operational(OperationalCause::CannotOpen, message).with_source(error)
        })
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Location::Memory { .. } => f.write_str("in memory"),
            Location::File { path } => write!(f, "`{}`", path.display()),
        }
    }
}

/// A name for a database in memory that no other engine has.
fn private_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("lapis-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The file that a path in a URL names: `/abs`, SQLAlchemy's `//abs`, `/C:/abs` on Windows, or `relative`.
fn file(path: &str) -> PathBuf {
    let path = if path.starts_with("//") { &path[1..] } else { path };
    match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() && cfg!(windows) => {
            PathBuf::from(&path[1..])
        }
        _ => PathBuf::from(path),
    }
}

fn boolean(name: &str, value: &str) -> Result<bool> {
    match value {
        "1" | "on" | "true" | "yes" => Ok(true),
        "0" | "off" | "false" | "no" => Ok(false),
        _ => Err(invalid(name, value, "on or off")),
    }
}

fn one_of(name: &str, value: &str, choices: &[&str]) -> Result<String> {
    let value = value.to_ascii_lowercase();
    if choices.contains(&value.as_str()) {
        Ok(value)
    } else {
        Err(invalid(name, &value, &choices.join(", ")))
    }
}

fn invalid(name: &str, value: &str, choices: &str) -> Error {
    Error::configuration(format!("`{value}` is no value of `{name}` in a SQLite URL: give {choices}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Options> {
        Options::parse(url.strip_prefix("sqlite:").unwrap(), &DriverOptions::default())
    }

    fn path(url: &str) -> String {
        match parse(url).unwrap().location {
            Location::File { path } => path.to_str().unwrap().to_owned(),
            Location::Memory { .. } => "memory".to_owned(),
        }
    }

    #[test]
    fn every_spelling_of_a_path_is_understood() {
        assert_eq!(path("sqlite:blog.db"), "blog.db");
        assert_eq!(path("sqlite://blog.db"), "blog.db");
        assert_eq!(path("sqlite://data/blog.db"), "data/blog.db");
        assert_eq!(path("sqlite:///srv/blog.db"), "/srv/blog.db");
        assert_eq!(path("sqlite:////srv/blog.db"), "/srv/blog.db");
        assert_eq!(path("sqlite:/srv/blog.db"), "/srv/blog.db");
        assert_eq!(path("sqlite://my%20blog%3F.db"), "my blog?.db");
    }

    #[test]
    fn every_spelling_of_memory_is_understood() {
        for url in [
            "sqlite::memory:",
            "sqlite://",
            "sqlite://:memory:",
            "sqlite:///:memory:",
            "sqlite://x?mode=memory",
        ] {
            assert_eq!(path(url), "memory", "{url}");
        }
    }

    #[test]
    fn two_databases_in_memory_have_names_of_their_own_unless_they_are_given_one() {
        assert_ne!(parse("sqlite::memory:").unwrap().location, parse("sqlite::memory:").unwrap().location);
        let shared = || parse("sqlite://shared?mode=memory").unwrap().location;
        assert_eq!(shared(), shared());
    }

    #[test]
    fn options_are_read_from_the_url() {
        let options =
            parse("sqlite://x.db?mode=ro&busy_timeout=250&foreign_keys=off&journal_mode=DELETE").unwrap();
        assert_eq!(options.mode, Mode::ReadOnly);
        assert_eq!(options.busy_timeout, Duration::from_millis(250));
        assert!(!options.foreign_keys);
        assert_eq!(options.journal_mode.as_deref(), Some("delete"));
    }

    #[test]
    fn a_database_in_memory_is_never_only_read() {
        for url in ["sqlite::memory:?mode=ro", "sqlite://x?mode=ro&mode=memory&immutable=1"] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("is for files"), "{url}: {error}");
        }
        assert!(parse("sqlite::memory:?mode=rw").is_ok());
    }

    #[test]
    fn an_option_of_the_engine_goes_before_one_of_the_url() {
        let given =
            DriverOptions { busy_timeout: Some(Duration::from_secs(1)), ..DriverOptions::default() };
        let options = Options::parse("x.db?busy_timeout=250", &given).unwrap();
        assert_eq!(options.busy_timeout, Duration::from_secs(1));
    }

    #[test]
    fn an_unknown_option_or_value_is_an_error_that_names_the_known_ones() {
        let error = parse("sqlite://x.db?timeout=5").unwrap_err().to_string();
        assert!(error.contains("`timeout`") && error.contains("busy_timeout"), "{error}");
        let error = parse("sqlite://x.db?mode=write").unwrap_err().to_string();
        assert!(error.contains("`write`") && error.contains("ro, rw, rwc or memory"), "{error}");
        let error = parse("sqlite://x.db?synchronous=maybe").unwrap_err().to_string();
        assert!(error.contains("off, normal, full, extra"), "{error}");
    }
}
