//! What the drivers of servers share: URLs, sockets, TLS, and the buffers between them.

mod stream;
mod tls;
mod url;
mod wire;

pub(crate) use stream::Stream;
pub(crate) use tls::{Identity, Tls, Verify};
pub(crate) use url::{Host, ServerUrl};
pub(crate) use wire::Wire;
