//! Servers that are none, for what a real one does not do when it is asked to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// Starts a server that does as it is told with its first connection; gives the port.
pub fn serve<T: Send + 'static>(
    answer: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (u16, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let thread = thread::spawn(move || answer(listener.accept().expect("a connection").0));
    (port, thread)
}

/// The dialogue of a fake server with its client.
pub struct Dialogue(pub TcpStream);

impl Dialogue {
    pub fn send(&mut self, sequence: u8, payload: &[u8]) {
        let mut packet = (payload.len() as u32).to_le_bytes().to_vec();
        packet[3] = sequence;
        packet.extend_from_slice(payload);
        self.0.write_all(&packet).expect("the client takes it");
    }

    /// The number and the payload of the client's next packet.
    pub fn receive(&mut self) -> (u8, Vec<u8>) {
        let mut header = [0; 4];
        self.0.read_exact(&mut header).expect("a packet");
        let length = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload).expect("the whole of it");
        (header[3], payload)
    }

    /// Says hello as MySQL 8 does.
    pub fn greet(&mut self, plugin: &str) {
        let mut greeting = b"\x0a8.0.36\0\x07\0\0\0".to_vec();
        greeting.extend_from_slice(b"abcdefgh\0");
        // Everything but TLS and compression, in UTF-8, outside of a transaction.
        let capabilities = 0x01ff_f7df_u32 & !0x0000_0820;
        greeting.extend_from_slice(&capabilities.to_le_bytes()[..2]);
        greeting.extend_from_slice(&[45, 2, 0]);
        greeting.extend_from_slice(&capabilities.to_le_bytes()[2..]);
        greeting.push(21);
        greeting.extend_from_slice(&[0; 10]);
        greeting.extend_from_slice(b"ijklmnopqrst\0");
        greeting.extend_from_slice(plugin.as_bytes());
        greeting.push(0);
        self.send(0, &greeting);
    }

    /// Lets the client in, and answers what it asks for the session.
    pub fn let_in(&mut self, sequence: u8) {
        const OK: &[u8] = b"\0\0\0\x02\0\0\0";
        self.send(sequence, OK);
        self.receive();
        self.send(1, OK);
        self.receive();
        self.send(1, &[2]);
        let mut definition = b"\x03def\0\0\0\x01m\0\x0c".to_vec();
        definition.extend_from_slice(&[63, 0, 20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        self.send(2, &definition);
        self.send(3, &definition);
        self.send(4, b"\x0816777216\x011");
        self.send(5, b"\xfe\0\0\x02\0\0\0");
    }

    pub fn hang_up(self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}
