//! URLs of servers: `scheme://user:password@host:port/database?option=value`.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::error::{Error, Result};

/// A server's URL in its parts, percent-decoded.
#[derive(Clone, PartialEq)]
pub(crate) struct ServerUrl {
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// The places to try, one after the other.
    pub(crate) hosts: Vec<Host>,
    pub(crate) database: Option<String>,
    /// What stands behind the question mark, in order.
    pub(crate) options: Vec<(String, String)>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Host {
    Tcp {
        name: String,
        port: Option<u16>,
    },
    /// A Unix socket, or the folder it is in; the port is a part of some servers' sockets' names.
    Unix {
        path: PathBuf,
        port: Option<u16>,
    },
}

impl Host {
    /// A host as it stands in a URL or an option: a path is a Unix socket.
    pub(crate) fn new(name: String, port: Option<u16>) -> Self {
        if name.starts_with('/') {
            Host::Unix { path: name.into(), port }
        } else {
            Host::Tcp { name, port }
        }
    }

    /// The port, where one is given.
    #[cfg(feature = "postgres")]
    pub(crate) fn port(&self) -> Option<u16> {
        let (Host::Tcp { port, .. } | Host::Unix { port, .. }) = self;
        *port
    }

    /// How messages name it.
    pub(crate) fn place(&self, default_port: u16) -> String {
        match self {
            Host::Tcp { name, port } => format!("{name}:{}", port.unwrap_or(default_port)),
            Host::Unix { path, .. } => path.display().to_string(),
        }
    }
}

impl ServerUrl {
    /// Reads a URL. What stands between the scheme and `://` behind a `+` names a driver of another library, as
    /// SQLAlchemy's URLs do, and is passed over.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let Some((_, rest)) = url.split_once("://") else {
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(Error::configuration(format!(
                "this is no URL of a server: `{scheme}:` is not followed by `//`; write \
                 `{scheme}://user:password@host/database`"
            )));
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        // A password may hold an `@` that was not encoded, and a slash: what follows the last `@` is the host.
        let (userinfo, place) = match rest.rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, rest),
        };
        let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
        let (user, password) =
            match userinfo.map(|it| it.split_once(':').map_or((it, None), |(u, p)| (u, Some(p)))) {
                Some((user, password)) => (Some(user), password),
                None => (None, None),
            };
        let decode = |text: &str| decode(text);
        let present = |text: String| (!text.is_empty()).then_some(text);
        Ok(Self {
            user: user.map(decode).transpose()?.and_then(present),
            password: password.map(decode).transpose()?,
            hosts: hosts.split(',').filter(|host| !host.is_empty()).map(host).collect::<Result<_>>()?,
            database: present(decode(database)?),
            options: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    Ok((decode(name)?, decode(value)?))
                })
                .collect::<Result<_>>()?,
        })
    }
}

/// The password stays out of messages.
impl std::fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerUrl")
            .field("user", &self.user)
            .field("hosts", &self.hosts)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

fn host(text: &str) -> Result<Host> {
    let (name, port) = match text.strip_prefix('[') {
        // An IPv6 address is full of colons.
        Some(address) => match address.split_once(']') {
            Some((address, "")) => (address, None),
            Some((address, port)) => (address, port.strip_prefix(':')),
            None => return Err(Error::configuration(format!("the host `{text}` has no closing bracket"))),
        },
        None => text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port))),
    };
    let port = match port {
        None | Some("") => None,
        // What stands there may be a part of a password, and is not repeated.
        Some(port) => Some(port.parse().map_err(|_| {
            Error::configuration(
                "what follows the host's colon in the URL is no port: it has to be a number up to 65535; if it is part \
                 of a password, encode its special characters, such as `@` as `%40`, `/` as `%2F` and `?` as `%3F`",
            )
        })?),
    };
    let name = if name.is_empty() { "localhost".to_owned() } else { decode(name)? };
    Ok(Host::new(name, port))
}

fn decode(text: &str) -> Result<String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Error::configuration(
            "a part of the URL is not valid UTF-8 once its percent signs are decoded; a `%` that stands for itself is \
             written `%25`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(name: &str, port: impl Into<Option<u16>>) -> Host {
        Host::Tcp { name: name.into(), port: port.into() }
    }

    #[test]
    fn a_url_is_read_in_its_parts() {
        let url =
            ServerUrl::parse("postgresql+asyncpg://ann:secret@db.example.org:6432/blog?a=1&b=%26").unwrap();
        assert_eq!(url.user.as_deref(), Some("ann"));
        assert_eq!(url.password.as_deref(), Some("secret"));
        assert_eq!(url.hosts, [tcp("db.example.org", 6432)]);
        assert_eq!(url.database.as_deref(), Some("blog"));
        assert_eq!(url.options, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "&".to_owned())]);
    }

    #[test]
    fn what_is_left_out_is_none() {
        let url = ServerUrl::parse("mysql://").unwrap();
        assert_eq!((url.user, url.password, url.database), (None, None, None));
        assert!(url.hosts.is_empty() && url.options.is_empty());
    }

    #[test]
    fn passwords_hold_every_character_encoded_and_most_as_they_are() {
        let password = |url: &str| ServerUrl::parse(url).unwrap().password.unwrap();
        assert_eq!(password("mysql://ann:%3A%2F%3F%23%5B%5D%40%25%20%F0%9F%A6%80@host/db"), ":/?#[]@% 🦀");
        assert_eq!(password("mysql://ann:p@ss:w/rd@host/db"), "p@ss:w/rd");
        assert_eq!(password("mysql://ann:@host"), "");
    }

    #[test]
    fn hosts_are_names_addresses_sockets_and_lists() {
        let hosts = |url: &str| ServerUrl::parse(url).unwrap().hosts;
        assert_eq!(hosts("mysql://[::1]:3307/db"), [tcp("::1", 3307)]);
        assert_eq!(hosts("postgres://a,b:5433/db"), [tcp("a", None), tcp("b", 5433)]);
        let unix = |port| Host::Unix { path: "/run/postgresql".into(), port };
        assert_eq!(hosts("postgres://ann@%2Frun%2Fpostgresql/db"), [unix(None)]);
        assert_eq!(hosts("postgres://ann@%2Frun%2Fpostgresql:6432/db"), [unix(Some(6432))]);
        assert_eq!(hosts("postgres://ann@:6432/db"), [tcp("localhost", 6432)]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let message = |url: &str| ServerUrl::parse(url).unwrap_err().to_string();
        assert!(message("postgres:db").contains("write `postgres://user:password@host/database`"));
        for url in ["postgres://ann:secret@host:http/db", "postgres://ann:secret?x@host/db"] {
            let port = message(url);
            assert!(port.contains("is no port") && !port.contains("secret"), "{port}");
        }
        assert!(message("postgres://ann:100%25%ff@host/db").contains("not valid UTF-8"));
        assert!(message("postgres://[::1/db").contains("no closing bracket"));
        assert!(!format!("{:?}", ServerUrl::parse("mysql://ann:secret@host").unwrap()).contains("secret"));
    }
}
