//! Opening a connection: greeting, TLS and authentication.

use std::collections::HashMap;

use mysql_common::constants::{CapabilityFlags, MariadbCapabilities};
use mysql_common::packets::{AuthPlugin, HandshakeResponse, SslRequest};
use mysql_common::proto::MySerialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::authentication::Authentication;
use super::bind::UuidFormat;
use super::channel::Channel;
use super::error::{ServerError, lost, malformed};
use super::exchange::{Exchange, Features};
use super::greeting::Greeting;
use super::options::{Encryption, Options};
use super::protocol::ERROR;
use super::settings;
use crate::error::{Error, OperationalCause, Result};
use crate::net::{Host, Stream, Wire};

/// The port where nothing else is said.
const PORT: u16 = 3306;
/// The socket in a folder that stands for a host.
const SOCKET: &str = "mysqld.sock";
/// The oldest version that knows `utf8mb4`, which is all that is asked of it.
const OLDEST: (u16, u16, u16) = (5, 5, 3);
/// `utf8mb4_general_ci`, which every server knows; the settings of the session then choose the server's own.
const UTF8MB4: u8 = 45;
/// The largest packet that the protocol has.
const LARGEST_PACKET: u32 = 1 << 30;

/// A connection that is ready for commands.
pub(super) struct Session {
    pub(super) exchange: Exchange,
    /// The server's number of the connection, by which another one can stop its statement.
    pub(super) id: u32,
    pub(super) is_mariadb: bool,
    /// How far apart the numbers are that the rows of one INSERT get.
    pub(super) insert_id_step: i64,
}

/// Opens a connection to the first of the hosts that has room for it.
pub(super) async fn open(options: &Options) -> Result<Session> {
    let mut last = None;
    for host in &options.hosts {
        match open_at(host, options).await {
            Ok(session) => return Ok(session),
            Err(error) => last = Some(error),
        }
    }
    Err(last
        .unwrap_or_else(|| Error::configuration("the URL names no host; write `mysql://host/database`")))
}

async fn open_at(host: &Host, options: &Options) -> Result<Session> {
    let timeout = options.connect_timeout;
    let stream = Stream::connect(host, PORT, SOCKET, timeout).await?;
    let place = host.place(PORT);
    match crate::time::timeout(timeout, greet(stream, host, &place, options)).await {
        Some(session) => session.map_err(|error| not_let_in(error, &place)),
        None => Err(Error::operational(
            OperationalCause::CannotOpen,
            format!(
                "{place} took the connection and did not complete it within {timeout:?}; is it MySQL or MariaDB? Else \
                 raise `connect_timeout` in the URL"
            ),
        )),
    }
}

/// A connection that ends before it has begun is not lost: there is none to be had. So it ends where the server does not
/// take the client's certificate, which it says once its part of TLS is done.
fn not_let_in(error: Error, place: &str) -> Error {
    if !error.is_connection_lost() {
        return error;
    }
    let message = format!(
        "{place} did not let the connection in: {error}; is it MySQL or MariaDB, and does it want another certificate \
         (`ssl_cert`)?"
    );
    Error::operational(OperationalCause::CannotOpen, message).with_source(error)
}

async fn greet(mut stream: Stream, host: &Host, place: &str, options: &Options) -> Result<Session> {
    let packet = read_greeting(&mut stream).await?;
    if packet.first() == Some(&ERROR) {
        return Err(match ServerError::parse(&packet) {
            Some(error) => error.into_refusal(place),
            None => malformed("half an error"),
        });
    }
    let greeting =
        Greeting::parse(&packet).ok_or_else(|| malformed("no greeting of MySQL's or MariaDB's"))?;
    let mut capabilities = capabilities(greeting.capabilities, options);
    let extensions = greeting.extensions
        & (MariadbCapabilities::MARIADB_CLIENT_EXTENDED_METADATA
            | MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA);

    let mut sequence = 1;
    let name = match host {
        Host::Tcp { name, .. } => Some(name.as_str()),
        // Nobody listens there, so TLS is only for a server or an account that insists on it.
        Host::Unix { .. } => (options.encryption == Encryption::Required).then_some("localhost"),
    };
    if let (Some(name), Some(tls)) = (name, &options.tls) {
        if greeting.capabilities.contains(CapabilityFlags::CLIENT_SSL) {
            capabilities |= CapabilityFlags::CLIENT_SSL;
            let request = SslRequest::new(capabilities, LARGEST_PACKET, UTF8MB4)
                .with_mariadb_capabilities(extensions);
            write_request(&mut stream, &request, sequence).await?;
            sequence += 1;
            stream = stream.secure(tls, name).await?;
        } else if options.encryption == Encryption::Required {
            return Err(Error::operational(
                OperationalCause::CannotOpen,
                format!(
                    "{place} has no TLS, and `ssl_mode` asks for it; set the server up with a certificate, or connect \
                     with `ssl_mode=disabled`"
                ),
            ));
        }
    }

    let mut authentication = Authentication::new(&options.password, stream.is_private());
    let preferred = match greeting.plugin {
        // The account's own way is not known yet, and this would send the password before it is asked for.
        Some(AuthPlugin::MysqlClearPassword | AuthPlugin::Other(_)) | None => {
            AuthPlugin::MysqlNativePassword
        }
        Some(plugin) => plugin,
    };
    let nonce = greeting.nonce;
    let (plugin, answer) = match authentication.begin(&preferred, &nonce) {
        Ok(answer) => (preferred, answer),
        // The server will ask for the account's own way.
        Err(_) => {
            let native = AuthPlugin::MysqlNativePassword;
            let answer = authentication.begin(&native, &nonce)?;
            (native, answer)
        }
    };
    let response = HandshakeResponse::new(
        Some(answer),
        OLDEST,
        Some(options.user.as_bytes()),
        options.database.as_ref().map(|name| name.as_bytes()),
        Some(plugin),
        capabilities,
        Some(attributes(options)),
        LARGEST_PACKET,
    )
    .with_mariadb_ext_capabilities(extensions);
    let mut payload = Vec::new();
    response.serialize(&mut payload);

    let mut channel = Channel::new(Wire::new(stream));
    channel.follow(sequence - 1);
    channel.answer(&payload);
    authentication.finish(&mut channel, place).await?;

    let features = Features {
        no_eof: capabilities.contains(CapabilityFlags::CLIENT_DEPRECATE_EOF),
        extended_types: extensions.contains(MariadbCapabilities::MARIADB_CLIENT_EXTENDED_METADATA),
        cached_columns: extensions.contains(MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA),
        uuids: if greeting.is_mariadb { UuidFormat::Text } else { UuidFormat::Bytes },
    };
    let mut exchange = Exchange::new(channel, features, options.statement_cache);
    let insert_id_step = settings::apply(&mut exchange, options.lock_timeout).await?;
    Ok(Session { exchange, id: greeting.id, is_mariadb: greeting.is_mariadb, insert_id_step })
}

/// What this driver asks for and the server has.
fn capabilities(offered: CapabilityFlags, options: &Options) -> CapabilityFlags {
    let mut wanted = CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_LONG_FLAG
        | CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_MULTI_STATEMENTS
        | CapabilityFlags::CLIENT_MULTI_RESULTS
        | CapabilityFlags::CLIENT_PS_MULTI_RESULTS
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
        | CapabilityFlags::CLIENT_CONNECT_ATTRS
        | CapabilityFlags::CLIENT_DEPRECATE_EOF
        // An UPDATE that finds its row and changes nothing has found it all the same: rows that it counts as
        // missing were changed by others, as the mapper takes it.
        | CapabilityFlags::CLIENT_FOUND_ROWS;
    if options.database.is_some() {
        wanted |= CapabilityFlags::CLIENT_CONNECT_WITH_DB;
    }
    wanted & offered
}

/// What the server shows of the program in its `session_connect_attrs`.
fn attributes(options: &Options) -> HashMap<String, String> {
    let mut attributes = HashMap::from([
        ("_client_name".to_owned(), "lapis".to_owned()),
        ("_client_version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("_os".to_owned(), std::env::consts::OS.to_owned()),
        ("_pid".to_owned(), std::process::id().to_string()),
    ]);
    if let Some(program) = &options.program {
        attributes.insert("program_name".to_owned(), program.clone());
    }
    attributes
}

/// Reads the server's first packet and no byte more, since what follows may be TLS.
async fn read_greeting(stream: &mut Stream) -> Result<Vec<u8>> {
    let lost = |error| lost(Some(error));
    let mut header = [0; 4];
    stream.read_exact(&mut header).await.map_err(lost)?;
    let length = usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
    // A greeting is short; what else listens there may say anything.
    const LONGEST: usize = 1 << 12;
    if length > LONGEST || header[3] != 0 {
        return Err(malformed("no greeting of MySQL's or MariaDB's"));
    }
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.map_err(lost)?;
    Ok(payload)
}

/// Asks for TLS.
async fn write_request(stream: &mut Stream, request: &SslRequest, sequence: u8) -> Result<()> {
    let mut packet = vec![0; 4];
    request.serialize(&mut packet);
    // It has 32 bytes.
    packet[0] = (packet.len() - 4) as u8;
    packet[3] = sequence;
    let write = async {
        stream.write_all(&packet).await?;
        stream.flush().await
    };
    write.await.map_err(|error| lost(Some(error)))
}
