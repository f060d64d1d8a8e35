//! What the server says first.

use mysql_common::constants::{CapabilityFlags, MariadbCapabilities};
use mysql_common::packets::AuthPlugin;

use super::protocol::Reader;

/// The server's greeting.
#[derive(Debug)]
pub(super) struct Greeting {
    /// The server's number of the connection.
    pub(super) id: u32,
    pub(super) is_mariadb: bool,
    pub(super) capabilities: CapabilityFlags,
    /// What MariaDB can beyond MySQL.
    pub(super) extensions: MariadbCapabilities,
    /// What a password is answered with.
    pub(super) nonce: Vec<u8>,
    /// How the server would like a user to prove who they are.
    pub(super) plugin: Option<AuthPlugin<'static>>,
}

impl Greeting {
    /// Reads the packet; `None` if it is no greeting of the protocol's tenth version, which is that of all servers
    /// since 1998.
    pub(super) fn parse(packet: &[u8]) -> Option<Self> {
        const VERSION: u8 = 10;
        let mut rest = Reader(packet);
        if rest.u8()? != VERSION {
            return None;
        }
        let version = rest.until_zero()?;
        let id = rest.u32()?;
        let mut nonce = rest.bytes(8)?.to_vec();
        rest.u8()?;
        let low = rest.u16()?;
        // The character set, and the status.
        rest.bytes(3)?;
        let high = rest.u16()?;
        let capabilities = CapabilityFlags::from_bits_truncate(u32::from(high) << 16 | u32::from(low));
        let nonce_length = usize::from(rest.u8()?);
        rest.bytes(6)?;
        // MariaDB leaves out the first capability, and four bytes then stand for those that MySQL does not have.
        let extensions = rest.u32()?;
        let extends = !capabilities.contains(CapabilityFlags::CLIENT_LONG_PASSWORD);
        let extensions = if extends {
            MariadbCapabilities::from_bits_truncate(extensions)
        } else {
            MariadbCapabilities::empty()
        };
        if capabilities.contains(CapabilityFlags::CLIENT_SECURE_CONNECTION) {
            let more = rest.bytes(nonce_length.saturating_sub(nonce.len()).max(13))?;
            nonce.extend_from_slice(more.strip_suffix(&[0]).unwrap_or(more));
        }
        let plugin = (capabilities.contains(CapabilityFlags::CLIENT_PLUGIN_AUTH) && !rest.0.is_empty())
            .then(|| AuthPlugin::from_bytes(rest.0).into_owned());
        let is_mariadb = extends || version.windows(7).any(|word| word == b"MariaDB");
        Some(Self { id, is_mariadb, capabilities, extensions, nonce, plugin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(version: &str, capabilities: u32, extensions: u32) -> Vec<u8> {
        let mut packet = vec![10];
        packet.extend_from_slice(version.as_bytes());
        packet.extend_from_slice(b"\0\x07\0\0\0abcdefgh\0");
        packet.extend_from_slice(&capabilities.to_le_bytes()[..2]);
        packet.extend_from_slice(&[45, 2, 0]);
        packet.extend_from_slice(&capabilities.to_le_bytes()[2..]);
        packet.extend_from_slice(&[21, 0, 0, 0, 0, 0, 0]);
        packet.extend_from_slice(&extensions.to_le_bytes());
        packet.extend_from_slice(b"ijklmnopqrst\0mysql_native_password\0");
        packet
    }

    #[test]
    fn a_greeting_says_who_the_server_is_and_what_it_can() {
        let mysql = Greeting::parse(&packet("8.0.36", 0xffff_ffff, 0x1f)).unwrap();
        assert!(!mysql.is_mariadb && mysql.extensions.is_empty());
        assert_eq!((mysql.id, mysql.nonce.as_slice()), (7, &b"abcdefghijklmnopqrst"[..]));
        assert_eq!(mysql.plugin, Some(AuthPlugin::MysqlNativePassword));
        let mariadb = Greeting::parse(&packet("5.5.5-10.11.6-MariaDB", 0xffff_fffe, 0x1f)).unwrap();
        assert!(mariadb.is_mariadb);
        assert!(mariadb.extensions.contains(MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA));
    }

    #[test]
    fn what_ends_too_early_is_no_greeting() {
        let whole = packet("8.0.36", 0xffff_ffff, 0);
        for length in 0..whole.len() - "mysql_native_password\0".len() {
            assert!(Greeting::parse(&whole[..length]).is_none(), "{length}");
        }
        let mut other = whole;
        other[0] = 9;
        assert!(Greeting::parse(&other).is_none());
    }

    #[test]
    fn no_length_that_it_names_is_more_than_there_is() {
        let mut packet = packet("8.0.36", 0xffff_ffff, 0);
        let length_of_nonce = packet.iter().position(|byte| *byte == 21).unwrap();
        for length in [0, 0x7f, 0x80, 0xff] {
            packet[length_of_nonce] = length;
            // It may be read or not, as long as it does not panic.
            let _ = Greeting::parse(&packet);
        }
    }
}
