//! The parts of the protocol that every packet is made of, read without a copy.

/// `COM_QUIT`
pub(super) const QUIT: u8 = 0x01;
/// `COM_QUERY`
pub(super) const QUERY: u8 = 0x03;
/// `COM_PING`
pub(super) const PING: u8 = 0x0e;
/// `COM_STMT_PREPARE`
pub(super) const PREPARE: u8 = 0x16;
/// `COM_STMT_EXECUTE`
pub(super) const EXECUTE: u8 = 0x17;
/// `COM_STMT_CLOSE`, which is not answered.
pub(super) const CLOSE: u8 = 0x19;

/// The first byte of a packet that says all went well.
pub(super) const OK: u8 = 0x00;
/// The first byte of the packet behind the last row.
pub(super) const END: u8 = 0xfe;
/// The first byte of a packet that says what went wrong.
pub(super) const ERROR: u8 = 0xff;
/// The first byte of a request for a file of the client's.
pub(super) const LOCAL_FILE: u8 = 0xfb;

/// The longest part of a packet; one that is as long goes on in the next.
pub(super) const LONGEST_PART: usize = 0xff_ff_ff;

/// `SERVER_STATUS_IN_TRANS`
const IN_TRANSACTION: u16 = 0x0001;
/// `SERVER_MORE_RESULTS_EXISTS`
const MORE_RESULTS: u16 = 0x0008;

/// What the server is in the middle of, as it says at the end of each answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Status(pub(super) u16);

impl Status {
    pub(super) fn in_transaction(self) -> bool {
        self.0 & IN_TRANSACTION != 0
    }

    pub(super) fn more_results(self) -> bool {
        self.0 & MORE_RESULTS != 0
    }
}

/// What is left of a packet that is read from its front. `None` is a packet that ends too early.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    #[inline]
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    #[inline]
    pub(super) fn u8(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    #[inline]
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.bytes(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.bytes(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// Bytes in front of a zero.
    pub(super) fn until_zero(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let bytes = self.bytes(end)?;
        self.u8()?;
        Some(bytes)
    }

    /// A length-encoded integer.
    #[inline]
    pub(super) fn length(&mut self) -> Option<u64> {
        let width = match self.u8()? {
            short @ ..=0xfa => return Some(u64::from(short)),
            0xfc => 2,
            0xfd => 3,
            0xfe => 8,
            0xfb | 0xff => return None,
        };
        let mut number = [0; 8];
        number[..width].copy_from_slice(self.bytes(width)?);
        Some(u64::from_le_bytes(number))
    }

    /// Bytes behind their length.
    #[inline]
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.length()?).ok()?;
        self.bytes(length)
    }
}

/// Writes a length-encoded integer.
pub(super) fn write_length(output: &mut impl bytes::BufMut, length: usize) {
    match length {
        ..=0xfa => output.put_uint_le(length as u64, 1),
        0xfb..=0xff_ff => {
            output.put_u8(0xfc);
            output.put_uint_le(length as u64, 2);
        }
        0x1_00_00..=0xff_ff_ff => {
            output.put_u8(0xfd);
            output.put_uint_le(length as u64, 3);
        }
        _ => {
            output.put_u8(0xfe);
            output.put_u64_le(length as u64);
        }
    }
}

/// What an `OK` packet, or the one behind the last row, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) affected_rows: u64,
    pub(super) last_insert_id: u64,
    pub(super) status: u16,
}

impl Done {
    /// Reads an `OK` packet, whatever its first byte is.
    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        let mut rest = Reader(payload);
        rest.u8()?;
        let affected_rows = rest.length()?;
        let last_insert_id = rest.length()?;
        let status = rest.u16()?;
        Some(Self { affected_rows, last_insert_id, status })
    }

    /// Reads the `EOF` packet of servers before MySQL 5.7.5 and MariaDB 10.2.
    pub(super) fn parse_old(payload: &[u8]) -> Option<Self> {
        let mut rest = Reader(payload);
        rest.bytes(3)?;
        Some(Self { affected_rows: 0, last_insert_id: 0, status: rest.u16()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_every_width_are_read_back() {
        for length in [0, 250, 251, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000, usize::MAX] {
            let mut bytes = Vec::new();
            write_length(&mut bytes, length);
            let mut reader = Reader(&bytes);
            assert_eq!(reader.length(), Some(length as u64));
            assert!(reader.0.is_empty());
        }
    }

    #[test]
    fn what_ends_too_early_is_none() {
        for bytes in [&b""[..], &[0xfc, 1], &[0xfe, 1, 2, 3], &[3, b'a', b'b'], &[0xff], &[0xfb]] {
            assert_eq!(Reader(bytes).string(), None, "{bytes:?}");
        }
        assert_eq!(Done::parse(&[0, 1, 2]), None);
        assert_eq!(Done::parse_old(&[0xfe, 0, 0, 2]), None);
    }

    #[test]
    fn an_ok_packet_says_what_was_done() {
        let done = Done::parse(&[0, 3, 0xfc, 0x39, 0x30, 3, 0, 0, 0]).unwrap();
        assert_eq!((done.affected_rows, done.last_insert_id), (3, 12345));
        assert!(Status(done.status).in_transaction() && !Status(done.status).more_results());
    }
}
