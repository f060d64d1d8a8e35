//! Packets over a socket.

use std::future::poll_fn;
use std::ops::Range;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, BytesMut};

use super::error::{lost, malformed};
use super::protocol::LONGEST_PART;
use crate::error::{Error, Result};
use crate::net::Wire;

/// How many bytes stand before each part of a packet: its length in three, and its number in one.
const HEADER: usize = 4;
/// The room for packets in several parts that a connection keeps.
const LARGEST_JOINED: usize = 1 << 20;

/// A socket that packets are written to and read from.
///
/// It holds whole packets to be written, and what was read so far, so that a future which is dropped while it
/// writes or reads leaves nothing half done that the next one would not go on with.
#[derive(Debug)]
pub(super) struct Channel {
    wire: Wire,
    /// How much of the input is done with, the current packet included.
    consumed: usize,
    /// Where the current packet is.
    packet: Packet,
    /// The parts of a long packet.
    joined: Vec<u8>,
    /// There is something to be written, or that TLS has not passed on.
    unflushed: bool,
    /// The number of the last packet that was read, which the next one of a dialogue follows.
    sequence: u8,
    broken: bool,
}

#[derive(Debug)]
enum Packet {
    /// In the input, as it was read.
    Input(Range<usize>),
    /// In the parts that were joined.
    Joined,
    /// In the parts that are being joined.
    Joining,
}

impl Channel {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            wire,
            consumed: 0,
            packet: Packet::Input(0..0),
            joined: Vec::new(),
            unflushed: false,
            sequence: 0,
            broken: false,
        }
    }

    /// Whether the server is gone, or not understood any more.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Gives the connection up.
    pub(super) fn give_up(&mut self) {
        self.broken = true;
    }

    /// Gives the connection up, for the server said what cannot be understood.
    #[cold]
    pub(super) fn misunderstood(&mut self, what: &str) -> Error {
        self.broken = true;
        malformed(what)
    }

    /// How many bytes wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.wire.output.len()
    }

    /// Adds a command to what is to be written. Where `write` fails, nothing is.
    pub(super) fn command(
        &mut self,
        max_packet: usize,
        write: impl FnOnce(&mut BytesMut) -> Result<()>,
    ) -> Result<()> {
        if self.broken {
            return Err(lost(None));
        }
        let output = &mut self.wire.output;
        let start = output.len();
        output.put_bytes(0, HEADER);
        let mut result = write(output);
        let length = output.len() - start - HEADER;
        if result.is_ok() && length > max_packet {
            result = Err(too_large(length, max_packet));
        }
        if result.is_err() {
            output.truncate(start);
            return result;
        }
        number_parts(output, start, 0);
        self.unflushed = true;
        Ok(())
    }

    /// Adds the next packet of a dialogue, which numbers packets on.
    pub(super) fn answer(&mut self, payload: &[u8]) {
        let output = &mut self.wire.output;
        let start = output.len();
        output.put_bytes(0, HEADER);
        output.extend_from_slice(payload);
        number_parts(output, start, self.sequence.wrapping_add(1));
        self.unflushed = true;
    }

    /// Says which packet of a dialogue was last, where that was read elsewhere.
    pub(super) fn follow(&mut self, sequence: u8) {
        self.sequence = sequence;
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.unflushed {
            if let Err(error) = ready!(self.wire.poll_flush(context)) {
                self.broken = true;
                return Poll::Ready(Err(lost(Some(error))));
            }
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads the next packet, which [`payload`](Self::payload) then gives, after writing what is to be written.
    pub(super) fn poll_packet(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.broken {
            return Poll::Ready(Err(lost(None)));
        }
        ready!(self.poll_flush(context))?;
        loop {
            if self.next_part() {
                return Poll::Ready(Ok(()));
            }
            self.wire.input.advance(self.consumed);
            self.consumed = 0;
            if !matches!(self.packet, Packet::Joining) {
                self.packet = Packet::Input(0..0);
            }
            if let Err(error) = ready!(self.wire.poll_fill(context)) {
                self.broken = true;
                return Poll::Ready(Err(lost(Some(error))));
            }
        }
    }

    /// Steps over the parts of packets that are there, until one packet is whole.
    fn next_part(&mut self) -> bool {
        while let Some(header) = self.wire.input.get(self.consumed..self.consumed + HEADER) {
            let length =
                usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
            let start = self.consumed + HEADER;
            let Some(part) = self.wire.input.get(start..start + length) else {
                // As much as is known to come, at once, in the room of what is understood.
                let missing = start + length - self.wire.input.len();
                self.wire.input.advance(self.consumed);
                self.consumed = 0;
                self.wire.input.reserve(missing);
                return false;
            };
            self.sequence = header[3];
            self.consumed = start + length;
            let joining = matches!(self.packet, Packet::Joining);
            if !joining && length < LONGEST_PART {
                if self.joined.capacity() > LARGEST_JOINED {
                    self.joined = Vec::new();
                }
                self.packet = Packet::Input(start..start + length);
                return true;
            }
            if !joining {
                self.joined.clear();
            }
            self.joined.extend_from_slice(part);
            if length < LONGEST_PART {
                self.packet = Packet::Joined;
                return true;
            }
            self.packet = Packet::Joining;
        }
        false
    }

    /// [`poll_packet`](Self::poll_packet) as a future.
    pub(super) async fn read(&mut self) -> Result<()> {
        poll_fn(|context| self.poll_packet(context)).await
    }

    /// Writes what is to be written.
    pub(super) async fn flush(&mut self) -> Result<()> {
        self.wire.flush().await.map_err(|error| {
            self.broken = true;
            lost(Some(error))
        })?;
        self.unflushed = false;
        Ok(())
    }

    /// The packet that was read last.
    #[inline]
    pub(super) fn payload(&self) -> &[u8] {
        match &self.packet {
            Packet::Input(range) => &self.wire.input[range.clone()],
            Packet::Joined => &self.joined,
            Packet::Joining => &[],
        }
    }
}

/// Puts the headers into a packet that starts at `start` with room for one, and is cut into as many as it needs.
fn number_parts(output: &mut BytesMut, start: usize, mut sequence: u8) {
    let mut length = output.len() - start - HEADER;
    if length < LONGEST_PART {
        return write_header(&mut output[start..], length, sequence);
    }
    let whole = output.split_off(start);
    let mut rest = &whole[HEADER..];
    loop {
        length = rest.len().min(LONGEST_PART);
        let header = output.len();
        output.put_bytes(0, HEADER);
        write_header(&mut output[header..], length, sequence);
        output.extend_from_slice(&rest[..length]);
        rest = &rest[length..];
        sequence = sequence.wrapping_add(1);
        // One that is as long as can be goes on in the next, be that empty.
        if length < LONGEST_PART {
            return;
        }
    }
}

fn write_header(header: &mut [u8], length: usize, sequence: u8) {
    header[..3].copy_from_slice(&length.to_le_bytes()[..3]);
    header[3] = sequence;
}

#[cold]
fn too_large(length: usize, max_packet: usize) -> Error {
    Error::data(format!(
        "the statement and its values take {length} bytes, and the server takes {max_packet} at a time; send less at \
         once, or raise the server's `max_allowed_packet`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(length: usize) -> BytesMut {
        let mut output = BytesMut::new();
        output.put_bytes(0, HEADER);
        output.put_bytes(7, length);
        number_parts(&mut output, 0, 0);
        output
    }

    #[test]
    fn a_packet_is_preceded_by_its_length_and_number() {
        assert_eq!(packet(3)[..], [3, 0, 0, 0, 7, 7, 7]);
        assert_eq!(packet(0)[..], [0, 0, 0, 0]);
    }

    #[test]
    fn a_long_packet_is_cut_into_parts_of_which_the_last_is_shorter() {
        let whole = packet(LONGEST_PART + 1);
        assert_eq!(whole.len(), LONGEST_PART + 1 + 2 * HEADER);
        assert_eq!(whole[..HEADER], [0xff, 0xff, 0xff, 0]);
        assert_eq!(whole[HEADER + LONGEST_PART..], [1, 0, 0, 1, 7]);
        let even = packet(LONGEST_PART);
        assert_eq!(even[HEADER + LONGEST_PART..], [0, 0, 0, 1]);
    }
}
