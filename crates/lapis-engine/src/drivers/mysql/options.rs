//! The URLs and options of MySQL and MariaDB.

use std::path::PathBuf;
use std::time::Duration;

use crate::engine::DriverOptions;
use crate::error::{Error, Result};
use crate::net::{Host, Identity, ServerUrl, Tls, Verify};

/// The options a URL may set, in the words of an error message.
const KNOWN: &str =
    "ssl_mode, ssl_ca, ssl_cert, ssl_key, socket, connect_timeout, charset, statement_cache, program_name";

/// Where a server is and how it is talked to.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) user: String,
    pub(super) password: String,
    /// The places to try, one after the other.
    pub(super) hosts: Vec<Host>,
    pub(super) database: Option<String>,
    pub(super) encryption: Encryption,
    pub(super) tls: Option<Tls>,
    pub(super) connect_timeout: Duration,
    pub(super) statement_cache: usize,
    /// What the program calls itself to the server.
    pub(super) program: Option<String>,
    /// How long a lock is waited for, where that is not left to the server.
    pub(super) lock_timeout: Option<Duration>,
}

/// Whether a connection over the network is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    Never,
    /// Where the server can.
    Preferred,
    /// Or there is no connection.
    Required,
}

/// What the options of a URL say, in the order they stand there.
#[derive(Default)]
struct Settings {
    mode: Option<(Encryption, Verify)>,
    root: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Options {
    /// Reads a URL; what `given` sets is what it does not say.
    pub(super) fn parse(url: &str, given: &DriverOptions) -> Result<Self> {
        let url = ServerUrl::parse(url)?;
        let mut options = Self {
            user: url.user.unwrap_or_else(|| "root".to_owned()),
            password: url.password.unwrap_or_default(),
            hosts: url.hosts,
            database: url.database,
            encryption: Encryption::Preferred,
            tls: None,
            connect_timeout: Duration::from_secs(10),
            statement_cache: given.statement_cache,
            program: None,
            lock_timeout: given.busy_timeout,
        };
        let mut settings = Settings::default();
        for (name, value) in &url.options {
            options.set(name, value, &mut settings)?;
        }
        if options.hosts.is_empty() {
            options.hosts.push(Host::Tcp { name: "localhost".to_owned(), port: None });
        }
        for (what, text) in [("user", Some(&options.user)), ("database", options.database.as_ref())] {
            if text.is_some_and(|text| text.contains('\0')) {
                return Err(Error::configuration(format!(
                    "the {what} in the URL may not hold a NUL character"
                )));
            }
        }
        options.secure(settings)?;
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, settings: &mut Settings) -> Result<()> {
        match name.to_ascii_lowercase().replace('-', "_").as_str() {
            "ssl_mode" | "sslmode" => settings.mode = Some(mode(name, value)?),
            "ssl_ca" => settings.root = Some(value.into()),
            "ssl_cert" => settings.certificate = Some(value.into()),
            "ssl_key" => settings.key = Some(value.into()),
            "socket" | "unix_socket" => self.hosts = vec![Host::Unix { path: value.into(), port: None }],
            "connect_timeout" => {
                let seconds: u32 = number(name, value, "a number of seconds")?;
                // Zero is as long as it takes, as other clients have it.
                const YEAR: u32 = 31_536_000;
                let seconds = if seconds == 0 { YEAR } else { seconds };
                self.connect_timeout = Duration::from_secs(seconds.into());
            }
            "statement_cache" => self.statement_cache = number(name, value, "a number of statements")?,
            "program_name" | "application_name" => self.program = Some(value.to_owned()),
            "charset" if value.eq_ignore_ascii_case("utf8mb4") => {}
            "charset" => {
                return Err(invalid(name, value, "utf8mb4, the one that holds every character"));
            }
            _ => {
                return Err(Error::configuration(format!(
                    "`{name}` is no option of a MySQL URL; the known ones are {KNOWN}"
                )));
            }
        }
        Ok(())
    }

    /// Reads certificates. To name the authority's is to ask that it be checked, as MySQL's own programs have it.
    fn secure(&mut self, settings: Settings) -> Result<()> {
        let Settings { mode, root, certificate, key } = settings;
        let (encryption, verify) = match (mode, &root) {
            (Some(mode), _) => mode,
            (None, Some(_)) => (Encryption::Required, Verify::Authority),
            (None, None) => (Encryption::Preferred, Verify::Nothing),
        };
        let identity = Identity::of(certificate, key, ["ssl_cert", "ssl_key"])?;
        self.encryption = encryption;
        if encryption != Encryption::Never {
            self.tls = Some(Tls::new(verify, root.as_deref(), identity.as_ref())?);
        }
        Ok(())
    }
}

fn mode(name: &str, value: &str) -> Result<(Encryption, Verify)> {
    Ok(match value.to_ascii_lowercase().replace('-', "_").as_str() {
        "disabled" | "disable" => (Encryption::Never, Verify::Nothing),
        "preferred" | "prefer" => (Encryption::Preferred, Verify::Nothing),
        "required" | "require" => (Encryption::Required, Verify::Nothing),
        "verify_ca" => (Encryption::Required, Verify::Authority),
        "verify_identity" | "verify_full" => (Encryption::Required, Verify::Full),
        _ => {
            return Err(invalid(
                name,
                value,
                "disabled, preferred, required, verify_ca or verify_identity",
            ));
        }
    })
}

fn number<T: std::str::FromStr>(name: &str, value: &str, expected: &str) -> Result<T> {
    value.parse().map_err(|_| invalid(name, value, expected))
}

fn invalid(name: &str, value: &str, expected: &str) -> Error {
    Error::configuration(format!("`{value}` is no value of the URL's option `{name}`: it takes {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Options> {
        Options::parse(url, &DriverOptions::default())
    }

    #[test]
    fn a_url_names_user_password_host_and_database() {
        let options = parse("mysql+pymysql://ann:p%40ss@db.example.org:3307/blog").unwrap();
        assert_eq!((options.user.as_str(), options.password.as_str()), ("ann", "p@ss"));
        assert_eq!(options.hosts, [Host::Tcp { name: "db.example.org".into(), port: Some(3307) }]);
        assert_eq!(options.database.as_deref(), Some("blog"));
        assert_eq!(options.encryption, Encryption::Preferred);
    }

    #[test]
    fn what_a_url_leaves_out_is_the_local_server() {
        let options = parse("mariadb://").unwrap();
        assert_eq!(options.user, "root");
        assert_eq!(options.hosts, [Host::Tcp { name: "localhost".into(), port: None }]);
        assert_eq!(options.statement_cache, 128);
    }

    #[test]
    fn a_socket_is_named_by_an_option_or_as_the_host() {
        let socket = [Host::Unix { path: "/run/mysqld/mysqld.sock".into(), port: None }];
        for url in [
            "mysql://ann@localhost/blog?socket=/run/mysqld/mysqld.sock",
            "mysql://ann@localhost/blog?unix_socket=%2Frun%2Fmysqld%2Fmysqld.sock",
            "mysql://ann@%2Frun%2Fmysqld%2Fmysqld.sock/blog",
        ] {
            assert_eq!(parse(url).unwrap().hosts, socket, "{url}");
        }
    }

    #[test]
    fn the_mode_of_tls_is_read_in_every_spelling() {
        for (option, expected) in [
            ("ssl-mode=DISABLED", Encryption::Never),
            ("sslmode=disable", Encryption::Never),
            ("ssl_mode=Preferred", Encryption::Preferred),
            ("ssl-mode=REQUIRED", Encryption::Required),
        ] {
            let options = parse(&format!("mysql://h/?{option}")).unwrap();
            assert_eq!(options.encryption, expected, "{option}");
            assert_eq!(options.tls.is_some(), expected != Encryption::Never);
        }
    }

    #[test]
    fn further_options_are_read() {
        let options =
            parse("mysql://h/?connect_timeout=3&charset=UTF8MB4&statement-cache=0&application_name=blog")
                .unwrap();
        assert_eq!(options.connect_timeout, Duration::from_secs(3));
        assert_eq!(options.statement_cache, 0);
        assert_eq!(options.program.as_deref(), Some("blog"));
    }

    #[test]
    fn an_unknown_option_or_value_is_an_error_that_names_the_known_ones() {
        let message = |option: &str| parse(&format!("mysql://h/?{option}")).unwrap_err().to_string();
        assert!(message("timeout=5").contains("connect_timeout"));
        assert!(message("charset=latin1").contains("utf8mb4"));
        assert!(message("ssl-mode=maybe").contains("verify_identity"));
        assert!(message("connect_timeout=soon").contains("a number of seconds"));
        assert!(message("ssl_cert=/tmp/cert.pem").contains("belong together"));
    }
}
