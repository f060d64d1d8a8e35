//! Internet addresses and networks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Decode, Encode, operands, sql_types};
use crate::error::DecodeError;
use crate::value::{Cell, Value};

/// An Internet address with the length of its network's prefix, such as `192.0.2.1/24`.
///
/// It is PostgreSQL's `INET`, and as text `address/prefix`, without the prefix where it is as long as the address,
/// a `VARCHAR(43)` elsewhere. MariaDB's `INET6` has no room for the prefix, and makes one of an IPv4 address and
/// its IPv6 form.
///
/// ```
/// use lapis_sql::types::Inet;
///
/// let host: Inet = "192.0.2.1/24".parse()?;
/// assert_eq!((host.address().is_ipv4(), host.prefix()), (true, 24));
/// assert_eq!("2001:db8::1".parse::<Inet>()?.prefix(), 128);
/// # Ok::<(), lapis_sql::types::ParseInetError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Inet {
    address: IpAddr,
    prefix: u8,
}

/// Text that is no Internet address, or a prefix that is longer than the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no Internet address with an optional prefix, such as 192.0.2.0/24")]
pub struct ParseInetError(String);

impl Inet {
    /// An address in a network with a prefix of so many bits: `None` if the address does not have as many.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        (prefix <= bits(address)).then_some(Self { address, prefix })
    }

    /// The address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many bits of it are the network's.
    #[must_use]
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether it is one address, the prefix being as long as it.
    #[must_use]
    pub fn is_host(self) -> bool {
        self.prefix == bits(self.address)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// One address.
impl From<IpAddr> for Inet {
    fn from(address: IpAddr) -> Self {
        Self { address, prefix: bits(address) }
    }
}

impl fmt::Display for Inet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_host() {
            return self.address.fmt(f);
        }
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Inet {
    type Err = ParseInetError;

    fn from_str(text: &str) -> Result<Self, ParseInetError> {
        let parsed = match text.split_once('/') {
            None => text.parse().ok().map(IpAddr::into),
            Some((address, prefix)) => {
                address.parse().ok().zip(prefix.parse().ok()).and_then(|(a, p)| Inet::new(a, p))
            }
        };
        parsed.ok_or_else(|| ParseInetError(text.to_owned()))
    }
}

impl From<Inet> for String {
    fn from(inet: Inet) -> Self {
        inet.to_string()
    }
}

impl TryFrom<String> for Inet {
    type Error = ParseInetError;

    fn try_from(text: String) -> Result<Self, ParseInetError> {
        text.parse()
    }
}

sql_types! {
    Inet: InetKind = Inet;
    IpAddr: InetKind = Inet;
    Ipv4Addr: InetKind = Inet;
    Ipv6Addr: InetKind = Inet;
}

operands!(Inet, IpAddr, Ipv4Addr, Ipv6Addr);

impl Encode for Inet {
    fn encode(&self) -> Value<'_> {
        Value::Inet(*self)
    }
}

/// Reads text too.
impl Decode for Inet {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Inet(value) => Ok(value),
            Cell::Text(text) => text.parse().map_err(|error: ParseInetError| DecodeError::Invalid {
                expected: "Inet",
                reason: error.to_string(),
            }),
            other => Err(DecodeError::mismatch("Inet", &other)),
        }
    }
}

impl Encode for IpAddr {
    fn encode(&self) -> Value<'_> {
        Value::Inet(Inet::from(*self))
    }
}

/// Reads one address; a network is an error.
impl Decode for IpAddr {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        address(cell, "IpAddr")
    }
}

fn address(cell: Cell<'_>, expected: &'static str) -> Result<IpAddr, DecodeError> {
    if cell.is_null() {
        return Err(DecodeError::UnexpectedNull { expected });
    }
    let inet = Inet::decode(cell)?;
    if inet.is_host() {
        return Ok(inet.address);
    }
    Err(DecodeError::Invalid { expected, reason: format!("{inet} has a prefix; read it as `Inet`") })
}

macro_rules! one_version {
    ($($ty:ident = $variant:ident),+) => {$(
        impl Encode for $ty {
            fn encode(&self) -> Value<'_> {
                Value::Inet(Inet::from(IpAddr::$variant(*self)))
            }
        }

        /// Reads one address of this version; another, or a network, is an error.
        impl Decode for $ty {
            fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
                const EXPECTED: &str = stringify!($ty);
                match address(cell, EXPECTED)? {
                    IpAddr::$variant(address) => Ok(address),
                    other => {
                        let reason = format!("{other} is an address of the other version");
                        Err(DecodeError::Invalid { expected: EXPECTED, reason })
                    }
                }
            }
        }
    )+};
}

one_version!(Ipv4Addr = V4, Ipv6Addr = V6);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read_from_text() {
        for text in
            ["192.0.2.1", "0.0.0.0/0", "192.0.2.1/24", "2001:db8::1", "2001:db8::/32", "::ffff:1.2.3.4"]
        {
            let inet: Inet = text.parse().unwrap();
            assert_eq!(inet.to_string(), text);
            assert_eq!(Inet::decode(Cell::Text(text)), Ok(inet));
            assert_eq!(inet.encode().as_cell().map(Inet::decode), Some(Ok(inet)));
        }
        assert_eq!("192.0.2.1/32".parse::<Inet>().unwrap().to_string(), "192.0.2.1");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "192.0.2", "192.0.2.1/33", "2001:db8::/129", "192.0.2.1/", "/8", "localhost"] {
            assert!(text.parse::<Inet>().is_err(), "{text}");
        }
        let error = Inet::decode(Cell::Text("here")).unwrap_err().to_string();
        assert_eq!(
            error,
            r#"it cannot be read as `Inet`: "here" is no Internet address with an optional prefix, such as 192.0.2.0/24"#
        );
    }

    #[test]
    fn an_address_alone_is_one_without_a_network() {
        let network = Cell::Inet("192.0.2.0/24".parse().unwrap());
        assert!(matches!(IpAddr::decode(network), Err(DecodeError::Invalid { expected: "IpAddr", .. })));
        let host = Ipv4Addr::new(192, 0, 2, 1);
        assert_eq!(host.encode().as_cell().map(Ipv4Addr::decode), Some(Ok(host)));
        assert!(host.encode().as_cell().map(Ipv6Addr::decode).unwrap().is_err());
        assert_eq!(IpAddr::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "IpAddr" }));
    }

    #[test]
    fn as_json_it_is_its_text() {
        let inet: Inet = "192.0.2.0/24".parse().unwrap();
        let json = serde_json::to_string(&inet).unwrap();
        assert_eq!(json, r#""192.0.2.0/24""#);
        assert_eq!(serde_json::from_str::<Inet>(&json).unwrap(), inet);
    }
}
