//! Opening a connection: socket, TLS, password, session.

use std::slice;
use std::time::Duration;

use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::error::ServerError;
use super::link::{Link, lost, unwritable};
use super::options::{Options, PORT, SessionAttributes, TlsMode, socket_name};
use crate::error::{Error, OperationalCause, Result};
use crate::net::{Host, Stream, Tls, Wire};

/// How long the server is asked to stop a statement.
const CANCEL_PATIENCE: Duration = Duration::from_secs(10);

/// What cancels a statement of a connection from another one.
#[derive(Debug, Clone)]
pub(super) struct CancelKey {
    host: Host,
    /// Where that host was found: a name may stand for several servers.
    found: Host,
    process: i32,
    secret: i32,
}

/// Opens a connection to the first host that lets us in and is of the kind that is asked for.
pub(super) async fn connect(options: &Options) -> Result<(Link, CancelKey)> {
    let kinds = match &options.session {
        SessionAttributes::PreferStandby => &[SessionAttributes::Standby, SessionAttributes::Any],
        one => slice::from_ref(one),
    };
    let mut failures = Vec::new();
    for kind in kinds {
        for host in &options.hosts {
            let connected = async {
                let (mut link, key) = connect_to(host, options).await?;
                expect(&mut link, *kind).await?;
                Ok((link, key))
            };
            let error = match crate::time::timeout(options.connect_timeout, connected).await {
                Some(Ok(connected)) => return Ok(connected),
                Some(Err(error)) => not_let_in(error, host),
                None => silent(host, options.connect_timeout),
            };
            // Who is not let in here is not let in elsewhere, and that another host is down is not the reason.
            if error.sqlstate().is_some_and(|state| state.starts_with("28")) {
                return Err(error);
            }
            failures.push((host, error));
        }
    }
    Err(none_will_do(failures))
}

/// Whether the server is one of those that will do.
async fn expect(link: &mut Link, kind: SessionAttributes) -> Result<()> {
    let (question, answer, lacks) = match kind {
        SessionAttributes::Any | SessionAttributes::PreferStandby => return Ok(()),
        SessionAttributes::ReadWrite => ("SHOW transaction_read_only", "off", "takes no writes"),
        SessionAttributes::ReadOnly => ("SHOW transaction_read_only", "on", "takes writes"),
        SessionAttributes::Primary => ("SELECT pg_catalog.pg_is_in_recovery()", "f", "is a standby"),
        SessionAttributes::Standby => ("SELECT pg_catalog.pg_is_in_recovery()", "t", "is no standby"),
    };
    let rows = link.ask(question).await?;
    if rows.first().and_then(|row| row.first()?.as_deref()) == Some(answer) {
        return Ok(());
    }
    Err(Error::operational(
        OperationalCause::ReadOnly,
        format!(
            "the server {lacks}, and `target_session_attrs` asks for another; name a host that will do, or several hosts \
             to choose from"
        ),
    ))
}

fn none_will_do(mut failures: Vec<(&Host, Error)>) -> Error {
    let last = failures.pop().map(|(host, error)| (host.place(PORT), error));
    match last {
        None => Error::configuration("the URL names no host"),
        Some((_, error)) if failures.is_empty() => error,
        Some((place, last)) => {
            let mut message = "none of the hosts in the URL will do".to_owned();
            let before = failures.iter().map(|(host, error)| (host.place(PORT), error));
            for (place, error) in before.chain([(place, &last)]) {
                message.push_str(&format!("; {place}: {error}"));
            }
            Error::operational(OperationalCause::CannotOpen, message).with_source(last)
        }
    }
}

fn silent(host: &Host, timeout: Duration) -> Error {
    Error::operational(
        OperationalCause::CannotOpen,
        format!(
            "PostgreSQL on {} did not let the connection in within {timeout:?}; is it a PostgreSQL server, and is it up? \
             Raise `connect_timeout` in the URL if it is slow",
            host.place(PORT)
        ),
    )
}

/// A connection that ends before it has begun is not lost: there is none to be had.
fn not_let_in(error: Error, host: &Host) -> Error {
    if !error.is_connection_lost() {
        return error;
    }
    let message = format!(
        "{} did not let the connection in: {error}; is it a PostgreSQL server, does it want TLS (`sslmode`), or a \
         certificate (`sslcert`)?",
        host.place(PORT)
    );
    let state = error.sqlstate().map(str::to_owned);
    let error = Error::operational(OperationalCause::CannotOpen, message).with_source(error);
    match state {
        Some(state) => error.with_sqlstate(&state),
        None => error,
    }
}

async fn connect_to(host: &Host, options: &Options) -> Result<(Link, CancelKey)> {
    let encrypted = matches!(options.tls, TlsMode::Prefer(_) | TlsMode::Require(_));
    let first = log_in(host, options, encrypted).await;
    match (first, &options.tls) {
        // A server that takes no connection without TLS says so with this code, and one that takes none with it, too.
        (Err(error), TlsMode::Allow(_) | TlsMode::Prefer(_))
            if error.sqlstate() == Some("28000") && matches!(host, Host::Tcp { .. }) =>
        {
            log_in(host, options, !encrypted).await
        }
        (first, _) => first,
    }
}

/// Opens a socket to a host, at the place where it was `found`, and goes over to TLS where that is wanted and offered.
async fn open(host: &Host, found: &Host, options: &Options, encrypted: bool) -> Result<Stream> {
    let connect = || async {
        Stream::connect(found, PORT, &socket_name(found.port()), options.connect_timeout).await
    };
    let mut stream = connect().await?;
    let (Host::Tcp { name, .. }, Some((tls, required))) = (host, tls(&options.tls, encrypted)) else {
        return Ok(stream);
    };
    let mut request = bytes::BytesMut::new();
    frontend::ssl_request(&mut request);
    let mut answer = [0];
    let asked = async {
        stream.write_all(&request).await?;
        stream.flush().await?;
        stream.read_exact(&mut answer).await
    };
    asked.await.map_err(|error| {
        let message = format!("PostgreSQL on {name} does not answer: {error}; is it a PostgreSQL server?");
        Error::operational(OperationalCause::CannotOpen, message).with_source(error)
    })?;
    match answer {
        [b'S'] => match stream.secure(tls, name).await {
            // Its TLS may be too old for us; that it is only preferred is to connect nevertheless.
            Err(_) if !required => connect().await,
            secured => secured,
        },
        [b'N'] if required => Err(Error::operational(
            OperationalCause::CannotOpen,
            format!(
                "PostgreSQL on {name} offers no TLS, and `sslmode` asks for it; turn it on there, or use `sslmode=prefer`"
            ),
        )),
        [b'N'] => Ok(stream),
        _ => Err(unexpected()),
    }
}

fn tls(mode: &TlsMode, encrypted: bool) -> Option<(&Tls, bool)> {
    match mode {
        TlsMode::Require(tls) => Some((tls, true)),
        TlsMode::Prefer(tls) | TlsMode::Allow(tls) if encrypted => Some((tls, false)),
        _ => None,
    }
}

async fn log_in(host: &Host, options: &Options, encrypted: bool) -> Result<(Link, CancelKey)> {
    let stream = open(host, host, options, encrypted).await?;
    let found = match stream.peer() {
        Some(address) => Host::Tcp { name: address.ip().to_string(), port: Some(address.port()) },
        None => host.clone(),
    };
    let mut link = Link::new(Wire::new(stream));
    let own = [("user", options.user.as_str()), ("database", options.database.as_str())];
    let parameters = options.parameters.iter().map(|(name, value)| (*name, value.as_str()));
    link.write(|output| {
        frontend::startup_message(own.into_iter().chain(parameters), output).map_err(unwritable)
    })?;
    authenticate(&mut link, options).await?;
    link.let_in();
    let mut key = CancelKey { host: host.clone(), found, process: 0, secret: 0 };
    loop {
        match link.message().await? {
            Message::BackendKeyData(body) => {
                (key.process, key.secret) = (body.process_id(), body.secret_key());
            }
            Message::ReadyForQuery(_) => break,
            Message::ErrorResponse(body) => return Err(ServerError::read(body.fields()).into_error()),
            _ => return Err(unexpected()),
        }
    }
    Ok((link, key))
}

async fn authenticate(link: &mut Link, options: &Options) -> Result<()> {
    loop {
        match link.message().await? {
            Message::AuthenticationOk => return Ok(()),
            Message::AuthenticationCleartextPassword => {
                let password = password(options)?;
                link.write(|output| frontend::password_message(password, output).map_err(unwritable))?;
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(options.user.as_bytes(), password(options)?, body.salt());
                link.write(|output| {
                    frontend::password_message(hash.as_bytes(), output).map_err(unwritable)
                })?;
            }
            Message::AuthenticationSasl(body) => {
                let offered = body.mechanisms().any(|mechanism| Ok(mechanism == SCRAM_SHA_256));
                if !offered.unwrap_or(false) {
                    return Err(unsupported("a SASL mechanism other than SCRAM-SHA-256"));
                }
                scram(link, password(options)?).await?;
            }
            Message::ErrorResponse(body) => return Err(ServerError::read(body.fields()).into_error()),
            Message::AuthenticationGss | Message::AuthenticationSspi => {
                return Err(unsupported("GSSAPI or SSPI"));
            }
            Message::AuthenticationKerberosV5 => return Err(unsupported("Kerberos")),
            _ => return Err(unexpected()),
        }
    }
}

/// SCRAM-SHA-256 (RFC 7677).
async fn scram(link: &mut Link, password: &[u8]) -> Result<()> {
    let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
    link.write(|output| {
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), output).map_err(unwritable)
    })?;
    let untrue = |error: std::io::Error| {
        let message =
            format!("PostgreSQL's answer to the password is not sound: {error}; is it the right server?");
        Error::operational(OperationalCause::CannotOpen, message).with_source(error)
    };
    match link.message().await? {
        Message::AuthenticationSaslContinue(body) => scram.update(body.data()).map_err(untrue)?,
        Message::ErrorResponse(body) => return Err(ServerError::read(body.fields()).into_error()),
        _ => return Err(unexpected()),
    }
    link.write(|output| frontend::sasl_response(scram.message(), output).map_err(unwritable))?;
    match link.message().await? {
        Message::AuthenticationSaslFinal(body) => scram.finish(body.data()).map_err(untrue),
        Message::ErrorResponse(body) => Err(ServerError::read(body.fields()).into_error()),
        _ => Err(unexpected()),
    }
}

fn password(options: &Options) -> Result<&[u8]> {
    options.password.as_deref().map(str::as_bytes).ok_or_else(|| {
        Error::operational(
            OperationalCause::CannotOpen,
            format!(
                "PostgreSQL asks for the password of `{}`, and the URL has none; write `postgres://user:password@host/…`",
                options.user
            ),
        )
    })
}

fn unsupported(method: &str) -> Error {
    Error::unsupported(format!(
        "PostgreSQL asks for {method} to let the connection in, which this driver does not have; choose \
         scram-sha-256 in pg_hba.conf"
    ))
}

fn unexpected() -> Error {
    Error::operational(
        OperationalCause::CannotOpen,
        "what answers speaks another protocol than PostgreSQL's; check host and port",
    )
}

impl CancelKey {
    /// Asks the server to end the statement that the connection runs. It may have ended by itself.
    pub(super) async fn cancel(&self, options: &Options) -> Result<()> {
        let encrypted = matches!(options.tls, TlsMode::Prefer(_) | TlsMode::Require(_));
        let asked = async {
            let mut stream = open(&self.host, &self.found, options, encrypted).await?;
            let mut request = bytes::BytesMut::new();
            frontend::cancel_request(self.process, self.secret, &mut request);
            stream.write_all(&request).await.map_err(|_| lost())?;
            stream.flush().await.map_err(|_| lost())?;
            // The server closes the connection once it has passed the request on.
            stream.read(&mut [0]).await.map(drop).map_err(|_| lost())
        };
        let patience = options.connect_timeout.min(CANCEL_PATIENCE);
        crate::time::timeout(patience, asked).await.unwrap_or_else(|| Err(lost()))
    }
}
