//! PostgreSQL's URLs and options.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::engine::DriverOptions;
use crate::error::{Error, Result};
use crate::net::{Host, Identity, ServerUrl, Tls, Verify};

pub(super) const PORT: u16 = 5432;
/// Where servers put their sockets unless they are told otherwise, as Debian and as PostgreSQL itself have it.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// The options a URL may set, in the words of an error message.
const KNOWN: &str = "application_name, channel_binding, connect_timeout, dbname, host, options, password, port, \
     prepared_statements, search_path, sslcert, sslkey, sslmode, sslrootcert, statement_cache, target_session_attrs, \
     timezone, user";

/// Where a database is and how connections to it are opened.
pub(super) struct Options {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) database: String,
    pub(super) tls: TlsMode,
    pub(super) connect_timeout: Duration,
    /// The session's settings.
    pub(super) parameters: Vec<(&'static str, String)>,
    pub(super) session: SessionAttributes,
    /// How many statements a connection keeps prepared; without it, none has a name, as a pooler that gives each
    /// transaction another server wants it.
    pub(super) statement_cache: Option<usize>,
}

/// Which servers will do, as `target_session_attrs` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionAttributes {
    Any,
    /// It takes writes.
    ReadWrite,
    ReadOnly,
    /// It follows no other.
    Primary,
    Standby,
    /// A standby if there is one, else any.
    PreferStandby,
}

/// When a connection goes over to TLS.
#[derive(Debug, Clone)]
pub(super) enum TlsMode {
    Never,
    /// Where the server asks for it.
    Allow(Tls),
    /// Where the server offers it.
    Prefer(Tls),
    Require(Tls),
}

/// What the URL says of TLS.
#[derive(Default)]
struct TlsFiles {
    mode: Option<String>,
    root: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Options {
    /// Reads a URL, which goes before what is `given` for all databases.
    pub(super) fn parse(url: &str, given: &DriverOptions) -> Result<Self> {
        let url = ServerUrl::parse(url)?;
        let mut options = Self {
            hosts: url.hosts,
            user: url.user.unwrap_or_default(),
            password: url.password,
            database: url.database.unwrap_or_default(),
            tls: TlsMode::Never,
            connect_timeout: Duration::from_secs(10),
            parameters: vec![("client_encoding", "UTF8".into())],
            session: SessionAttributes::Any,
            statement_cache: (given.statement_cache > 0).then_some(given.statement_cache),
        };
        let mut files = TlsFiles::default();
        let (mut names, mut ports, mut timezone) = (Vec::new(), Vec::new(), "UTC".to_owned());
        for (name, value) in url.options {
            match (name.as_str(), value.as_str()) {
                ("host" | "hostaddr", _) => names = value.split(',').map(str::to_owned).collect(),
                ("port", _) => {
                    let numbers = value.split(',').map(str::parse::<u16>).collect::<Result<Vec<_>, _>>();
                    ports = numbers.map_err(|_| invalid(&name, &value, "a number up to 65535"))?;
                }
                ("user", _) => options.user = value,
                ("password", _) => options.password = Some(value),
                ("dbname", _) => options.database = value,
                ("connect_timeout", _) => {
                    let seconds: u32 =
                        value.parse().map_err(|_| invalid(&name, &value, "a number of seconds"))?;
                    // As libpq has it, zero is no limit; what is left is longer than anybody waits.
                    let seconds = if seconds == 0 { u32::MAX } else { seconds };
                    options.connect_timeout = Duration::from_secs(seconds.into());
                }
                ("application_name", _) => options.parameters.push(("application_name", value)),
                ("options", _) => options.parameters.push(("options", value)),
                ("search_path", _) => options.parameters.push(("search_path", value)),
                ("timezone", _) => timezone = value,
                ("target_session_attrs", _) => options.session = session_attributes(&name, &value)?,
                ("channel_binding", "disable" | "prefer") => {}
                ("channel_binding", _) => {
                    return Err(invalid(
                        &name,
                        &value,
                        "disable or prefer: binding to the channel is not there",
                    ));
                }
                ("prepared_statements", "true" | "on" | "1") => {}
                ("prepared_statements", "false" | "off" | "0") => options.statement_cache = None,
                ("prepared_statements", _) => return Err(invalid(&name, &value, "true or false")),
                // As asyncpg and as sqlx have it, too.
                ("statement_cache" | "statement_cache_size" | "statement-cache-capacity", _) => {
                    let statements: usize =
                        value.parse().map_err(|_| invalid(&name, &value, "a number of statements"))?;
                    options.statement_cache = (statements > 0).then_some(statements);
                }
                ("sslmode" | "ssl-mode", _) => files.mode = Some(value),
                ("sslrootcert" | "ssl-root-cert", _) => files.root = Some(value.into()),
                ("sslcert" | "ssl-client-cert", _) => files.certificate = Some(value.into()),
                ("sslkey" | "ssl-client-key", _) => files.key = Some(value.into()),
                _ => {
                    return Err(Error::configuration(format!(
                        "PostgreSQL's URLs have no option `{name}`; the options are {KNOWN}"
                    )));
                }
            }
        }
        options.hosts = hosts(options.hosts, names, &ports)?;
        if options.user.is_empty() {
            options.user = ["PGUSER", "USER", "LOGNAME"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok())
                .unwrap_or_else(|| "postgres".into());
        }
        if options.database.is_empty() {
            options.database.clone_from(&options.user);
        }
        options.parameters.push(("TimeZone", timezone));
        if let Some(timeout) = given.busy_timeout {
            // Zero would be without a limit, and so is what does not fit the setting.
            let millis = i32::try_from(timeout.as_millis().max(1)).unwrap_or(0);
            options.parameters.push(("lock_timeout", millis.to_string()));
        }
        if options.strings().any(|text| text.contains('\0')) {
            return Err(Error::configuration(
                "user, password, database and the session's options in the URL may not hold a NUL character (`%00`)",
            ));
        }
        options.tls = files.mode()?;
        Ok(options)
    }

    /// What the server is told when a connection starts, all of it.
    fn strings(&self) -> impl Iterator<Item = &String> {
        let parameters = self.parameters.iter().map(|(_, value)| value);
        [&self.user, &self.database].into_iter().chain(&self.password).chain(parameters)
    }
}

/// The password stays out of messages.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("hosts", &self.hosts)
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// The name of a server's socket in its folder.
pub(super) fn socket_name(port: Option<u16>) -> String {
    format!(".s.PGSQL.{}", port.unwrap_or(PORT))
}

impl TlsFiles {
    fn mode(self) -> Result<TlsMode> {
        let identity = Identity::of(self.certificate, self.key, ["sslcert", "sslkey"])?;
        let system = self.root.as_deref() == Some(Path::new("system"));
        if system && !matches!(self.mode.as_deref(), None | Some("verify-full")) {
            return Err(Error::configuration(
                "`sslrootcert=system` trusts very many authorities, so that it goes with `sslmode=verify-full` alone; leave \
                 `sslmode` out, or name a file with the authorities to trust",
            ));
        }
        let root = self.root.as_deref().filter(|_| !system);
        let tls = |verify, root: Option<&Path>| Tls::new(verify, root, identity.as_ref());
        Ok(match self.mode.as_deref() {
            Some("disable") => TlsMode::Never,
            Some("allow") => TlsMode::Allow(tls(Verify::Nothing, None)?),
            None if system => TlsMode::Require(tls(Verify::Full, None)?),
            None | Some("prefer") => TlsMode::Prefer(tls(Verify::Nothing, None)?),
            // With a root certificate it is verified, as libpq does.
            Some("require") if root.is_some() => TlsMode::Require(tls(Verify::Authority, root)?),
            Some("require") => TlsMode::Require(tls(Verify::Nothing, None)?),
            Some("verify-ca") => TlsMode::Require(tls(Verify::Authority, root)?),
            Some("verify-full") => TlsMode::Require(tls(Verify::Full, root)?),
            Some(other) => {
                return Err(invalid(
                    "sslmode",
                    other,
                    "disable, allow, prefer, require, verify-ca or verify-full",
                ));
            }
        })
    }
}

/// The places to try: those of the option `host` go before those of the URL, and ports of the option `port` before
/// theirs.
fn hosts(from_url: Vec<Host>, names: Vec<String>, ports: &[u16]) -> Result<Vec<Host>> {
    let hosts = if names.is_empty() {
        from_url
    } else {
        names.into_iter().map(|name| Host::new(name, None)).collect()
    };
    if hosts.is_empty() {
        return Ok(vec![default_host(ports.first().copied())]);
    }
    if ports.len() > 1 && ports.len() != hosts.len() {
        return Err(Error::configuration(format!(
            "the URL names {} hosts and {} ports; give one port for all of them, or one for each",
            hosts.len(),
            ports.len()
        )));
    }
    let at = |(index, host): (usize, Host)| {
        let given = ports.get(index).or(ports.first()).copied();
        match host {
            Host::Tcp { name, port } => Host::Tcp { name, port: given.or(port) },
            Host::Unix { path, port } => Host::Unix { path, port: given.or(port) },
        }
    };
    Ok(hosts.into_iter().enumerate().map(at).collect())
}

/// A socket where one is, as libpq looks for it, else this machine's own address.
fn default_host(port: Option<u16>) -> Host {
    let has_socket = |folder: &str| Path::new(folder).join(socket_name(port)).exists();
    match SOCKETS.into_iter().find(|folder| has_socket(folder)) {
        Some(folder) => Host::Unix { path: folder.into(), port },
        None => Host::Tcp { name: "localhost".into(), port },
    }
}

fn session_attributes(name: &str, value: &str) -> Result<SessionAttributes> {
    Ok(match value {
        "any" => SessionAttributes::Any,
        "read-write" => SessionAttributes::ReadWrite,
        "read-only" => SessionAttributes::ReadOnly,
        "primary" => SessionAttributes::Primary,
        "standby" => SessionAttributes::Standby,
        "prefer-standby" => SessionAttributes::PreferStandby,
        _ => {
            return Err(invalid(
                name,
                value,
                "any, read-write, read-only, primary, standby or prefer-standby",
            ));
        }
    })
}

fn invalid(name: &str, value: &str, expected: &str) -> Error {
    Error::configuration(format!("`{name}={value}` in the URL is not understood: it has to be {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Options> {
        Options::parse(url, &DriverOptions::default())
    }

    #[test]
    fn options_stand_in_the_url() {
        let options = parse(
            "postgresql+psycopg://ann:s%40x@db:6432/blog?application_name=shop&connect_timeout=3&sslmode=disable\
             &statement_cache=7&search_path=shop,public",
        )
        .unwrap();
        assert_eq!(options.user, "ann");
        assert_eq!(options.password.as_deref(), Some("s@x"));
        assert_eq!(options.database, "blog");
        assert_eq!(options.connect_timeout, Duration::from_secs(3));
        assert_eq!(options.statement_cache, Some(7));
        assert!(options.parameters.contains(&("application_name", "shop".into())));
        assert!(options.parameters.contains(&("search_path", "shop,public".into())));
        assert!(options.parameters.contains(&("TimeZone", "UTC".into())));
    }

    #[test]
    fn hosts_may_be_options_and_sockets() {
        let options = parse("postgres://ann@/blog?host=/run/postgresql").unwrap();
        assert_eq!(options.hosts, [Host::Unix { path: "/run/postgresql".into(), port: None }]);
        let options = parse("postgres://ann@/blog?host=/run/postgresql&port=6432").unwrap();
        assert_eq!(options.hosts, [Host::Unix { path: "/run/postgresql".into(), port: Some(6432) }]);
        let options = parse("postgres://ann@/blog?host=a,b&port=1,2").unwrap();
        let tcp = |name: &str, port| Host::Tcp { name: name.into(), port: Some(port) };
        assert_eq!(options.hosts, [tcp("a", 1), tcp("b", 2)]);
        assert_eq!(parse("postgres://a,b/blog?port=3").unwrap().hosts, [tcp("a", 3), tcp("b", 3)]);
        let error = parse("postgres://a,b,c/blog?port=1,2").unwrap_err().to_string();
        assert!(error.contains("3 hosts and 2 ports"), "{error}");
    }

    #[test]
    fn the_database_is_the_users_unless_it_is_named() {
        assert_eq!(parse("postgres://ann@host").unwrap().database, "ann");
    }

    #[test]
    fn poolers_are_served_without_named_statements() {
        assert_eq!(parse("postgres://h/d?prepared_statements=false").unwrap().statement_cache, None);
        assert_eq!(parse("postgres://h/d?statement_cache=0").unwrap().statement_cache, None);
    }

    #[test]
    fn no_seconds_are_no_limit() {
        let timeout = |seconds: &str| {
            parse(&format!("postgres://h/d?connect_timeout={seconds}")).map(|it| it.connect_timeout)
        };
        assert!(timeout("0").unwrap() > Duration::from_secs(1_000_000_000));
        assert!(timeout("5000000000").is_err());
    }

    #[test]
    fn the_systems_authorities_are_never_trusted_without_a_look_at_the_name() {
        let verified = parse("postgres://h/d?sslrootcert=system").unwrap().tls;
        assert!(matches!(verified, TlsMode::Require(_)));
        let error = parse("postgres://h/d?sslrootcert=system&sslmode=require").unwrap_err().to_string();
        assert!(error.contains("leave `sslmode` out"), "{error}");
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", parse("postgres://ann:secret@h/d").unwrap()).contains("secret"));
    }

    #[test]
    fn what_is_wrong_with_an_option_is_said() {
        let message = |url: &str| parse(url).unwrap_err().to_string();
        assert!(
            message("postgres://h/d?sslmod=x")
                .contains("no option `sslmod`; the options are application_name")
        );
        assert!(message("postgres://h/d?sslmode=x").contains("it has to be disable, allow"));
        assert!(message("postgres://h/d?application_name=a%00b").contains("NUL"));
        assert!(message("postgres://h/d?sslcert=x").contains("belong together"));
        assert!(message("postgres://h/d?connect_timeout=soon").contains("a number of seconds"));
    }
}
