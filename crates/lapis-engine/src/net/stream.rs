//! A connection to a server: TCP or a Unix socket, with TLS or without.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::runtime::Handle;
use tokio_rustls::client::TlsStream;

use super::tls::Tls;
use super::url::Host;
use crate::error::{Error, OperationalCause, Result};

/// An open socket.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// Boxed, for the state of TLS is large.
    Tls(Box<TlsStream<Stream>>),
}

impl Stream {
    /// Opens a socket to a host; `socket_name` is the file in the folder that a Unix host may name.
    pub(crate) async fn connect(
        host: &Host,
        default_port: u16,
        socket_name: &str,
        timeout: Duration,
    ) -> Result<Self> {
        if Handle::try_current().is_err() {
            return Err(Error::configuration(
                "connections to a server need a Tokio runtime with its I/O driver on; run this under `#[tokio::main]`, or \
                 use `lapis::blocking`, which brings its own",
            ));
        }
        let place = host.place(default_port);
        let opened = async {
            match host {
                Host::Tcp { name, port } => {
                    let socket = TcpStream::connect((name.as_str(), port.unwrap_or(default_port))).await?;
                    // Statements are small, and each is waited for.
                    socket.set_nodelay(true)?;
                    SockRef::from(&socket).set_tcp_keepalive(&keepalive())?;
                    Ok(Stream::Tcp(socket))
                }
                #[cfg(unix)]
                Host::Unix { path, .. } => {
                    let path = if path.is_dir() { path.join(socket_name) } else { path.clone() };
                    UnixStream::connect(path).await.map(Stream::Unix)
                }
                #[cfg(not(unix))]
                Host::Unix { .. } => Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    format!("this system has no Unix sockets such as {socket_name}"),
                )),
            }
        };
        match crate::time::timeout(timeout, opened).await {
            Some(Ok(stream)) => Ok(stream),
            Some(Err(error)) => {
                let hint = match error.kind() {
                    io::ErrorKind::ConnectionRefused => {
                        "; nothing listens there: is the server running, and the port right?"
                    }
                    io::ErrorKind::NotFound => "; is the server running, and its socket there?",
                    _ => "; check the host's name and the network",
                };
                let message = format!("could not connect to {place}: {error}{hint}");
                Err(Error::operational(OperationalCause::CannotOpen, message).with_source(error))
            }
            None => Err(Error::operational(
                OperationalCause::CannotOpen,
                format!(
                    "could not connect to {place} within {timeout:?}; check the host's name and the network, or raise \
                     `connect_timeout` in the URL"
                ),
            )),
        }
    }

    /// Goes over to TLS on the open socket.
    pub(crate) async fn secure(self, tls: &Tls, host: &str) -> Result<Self> {
        let name = tls.server_name(host)?;
        match tls.connector().connect(name, self).await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(error) => {
                let mut message = format!(
                    "could not agree with {host} on TLS: {error}; check the server's certificate, or the URL's TLS mode and \
                     root certificate"
                );
                if message.contains("CaUsedAsEndEntity") {
                    // `openssl req -x509` makes such certificates, unless it is told `basicConstraints=CA:FALSE`.
                    message.push_str(
                        "; the server shows the certificate of an authority (CA:TRUE): let it show one that this authority \
                         has signed, or a certificate with CA:FALSE",
                    );
                }
                Err(Error::operational(OperationalCause::CannotOpen, message).with_source(error))
            }
        }
    }

    /// The address at the other end, where there is one.
    #[cfg(feature = "postgres")]
    pub(crate) fn peer(&self) -> Option<std::net::SocketAddr> {
        match self {
            Stream::Tcp(stream) => stream.peer_addr().ok(),
            #[cfg(unix)]
            Stream::Unix(_) => None,
            Stream::Tls(stream) => stream.get_ref().0.peer(),
        }
    }

    /// Whether nobody else can listen, so that a password may be sent as it is.
    #[cfg(feature = "mysql")]
    pub(crate) fn is_private(&self) -> bool {
        match self {
            Stream::Tcp(_) => false,
            #[cfg(unix)]
            Stream::Unix(_) => true,
            Stream::Tls(_) => true,
        }
    }
}

/// A peer that vanished without a word is found out within two minutes, rather than the two hours of most systems.
fn keepalive() -> TcpKeepalive {
    TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(10))
}

/// Calls the same method on whichever socket it is.
macro_rules! delegate {
    ($self:ident, $method:ident($($argument:expr),*)) => {
        match $self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).$method($($argument),*),
            #[cfg(unix)]
            Stream::Unix(stream) => Pin::new(stream).$method($($argument),*),
            Stream::Tls(stream) => Pin::new(&mut **stream).$method($($argument),*),
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        delegate!(self, poll_read(context, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        delegate!(self, poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, poll_shutdown(context))
    }
}
