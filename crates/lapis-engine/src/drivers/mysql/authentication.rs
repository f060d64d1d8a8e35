//! How a user proves who they are.

use mysql_common::auth::plugins::{AuthProc, ChallengeResponsePlugin, Context, Response};
use mysql_common::packets::AuthPlugin;

use super::channel::Channel;
use super::error::{ServerError, malformed};
use super::protocol::{END, ERROR, OK};
use super::public_key;
use crate::error::{Error, OperationalCause, Result};

/// The first byte of a packet in which the way of authentication itself says more.
const MORE: u8 = 0x01;

/// The ways that this driver knows, in the words of an error message.
const KNOWN: &str = "mysql_native_password, caching_sha2_password, sha256_password, client_ed25519, and, where nobody \
     can listen, mysql_clear_password";

/// A user who is being authenticated.
pub(super) struct Authentication<'a> {
    password: &'a str,
    /// Whether nobody can listen: the password may be sent as it is.
    private: bool,
    /// What the server asked with last.
    nonce: Vec<u8>,
    procedure: Option<AuthProc>,
}

impl<'a> Authentication<'a> {
    pub(super) fn new(password: &'a str, private: bool) -> Self {
        Self { password, private, nonce: Vec::new(), procedure: None }
    }

    /// Begins a way of authentication, with what the server asks; gives the answer.
    pub(super) fn begin(&mut self, plugin: &AuthPlugin<'_>, nonce: &[u8]) -> Result<Vec<u8>> {
        let known = match plugin {
            AuthPlugin::MysqlNativePassword
            | AuthPlugin::CachingSha2Password
            | AuthPlugin::Sha256Password
            | AuthPlugin::Ed25519 => true,
            AuthPlugin::MysqlClearPassword => self.private,
            // The hashes of MySQL before 4.1 are no secret, and others are unknown here.
            _ => false,
        };
        if !known {
            return Err(unknown(plugin));
        }
        self.nonce = nonce.to_vec();
        let mut procedure = plugin.init().map_err(|_| unknown(plugin))?;
        let answer = answer(procedure.run(&*self, nonce))?;
        self.procedure = Some(procedure);
        Ok(answer.unwrap_or_default())
    }

    /// Answers what the server asks, until it says yes or no.
    pub(super) async fn finish(&mut self, channel: &mut Channel, place: &str) -> Result<()> {
        loop {
            channel.read().await?;
            let payload = channel.payload();
            let reply = match payload.split_first() {
                Some((&OK, _)) => return Ok(()),
                Some((&ERROR, _)) => {
                    return Err(match ServerError::parse(payload) {
                        Some(error) => error.into_refusal(place),
                        None => malformed("half an error"),
                    });
                }
                Some((&END, rest)) => Some(self.switch(rest)?),
                Some((&MORE, challenge)) => {
                    // Where more than a byte is said, it is the key that the password is to be encrypted under.
                    if challenge.len() > 1 {
                        self.check_room(challenge)?;
                    }
                    let mut procedure = self
                        .procedure
                        .take()
                        .ok_or_else(|| malformed("a question that belongs to no way of authentication"))?;
                    let answer = answer(procedure.run(&*self, challenge))?;
                    self.procedure = Some(procedure);
                    answer
                }
                _ => return Err(malformed("what is no part of authentication")),
            };
            if let Some(reply) = reply {
                channel.answer(&reply);
            }
        }
    }

    /// Checks that the password can be encrypted under the server's key.
    fn check_room(&self, key: &[u8]) -> Result<()> {
        let room = public_key::room(key).ok_or_else(|| malformed("a public key that is none"))?;
        // A zero stands behind the password.
        if self.password.len() + 1 > room {
            return Err(Error::configuration(format!(
                "the password is longer than the {room} bytes that can be encrypted under the server's key; connect by \
                 TLS or the Unix socket"
            )));
        }
        Ok(())
    }

    /// Goes over to the way that the user's account asks for.
    fn switch(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        let Some(end) = request.iter().position(|byte| *byte == 0) else {
            return Err(unknown(&AuthPlugin::MysqlOldPassword));
        };
        let plugin = AuthPlugin::from_bytes(&request[..end]);
        let nonce = &request[end + 1..];
        // Ed25519's is all of it; that of the others has a zero behind it.
        let nonce = match plugin {
            AuthPlugin::Ed25519 => nonce,
            _ => nonce.strip_suffix(&[0]).unwrap_or(nonce),
        };
        self.begin(&plugin, nonce)
    }
}

impl Context for &Authentication<'_> {
    fn pass(&self) -> &[u8] {
        self.password.as_bytes()
    }

    /// A Unix socket is as private as TLS, and nothing else is asked of either.
    fn is_ipc_transport(&self) -> bool {
        self.private
    }

    fn is_tls_transport(&self) -> bool {
        self.private
    }

    fn scramble(&self) -> &[u8] {
        &self.nonce
    }

    fn server_key_pem(&self) -> Option<&[u8]> {
        None
    }
}

fn answer(response: Result<Response, mysql_common::auth::plugins::Error>) -> Result<Option<Vec<u8>>> {
    match response {
        Ok(Response::Next { packet } | Response::Last { packet }) => Ok(packet),
        Err(error) => Err(Error::operational(
            OperationalCause::CannotOpen,
            format!("the server asked for the password in a way that cannot be answered: {error}"),
        )
        .with_source(error)),
    }
}

#[cold]
fn unknown(plugin: &AuthPlugin<'_>) -> Error {
    let name = String::from_utf8_lossy(plugin.as_bytes());
    Error::operational(
        OperationalCause::CannotOpen,
        format!(
            "the server asks for the password by `{name}`, and this driver knows {KNOWN}; alter the user's account"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_sent_as_it_is_only_where_nobody_listens() {
        let clear = AuthPlugin::MysqlClearPassword;
        let sent = Authentication::new("secret", true).begin(&clear, b"").unwrap();
        assert_eq!(sent, b"secret\0");
        let error = Authentication::new("secret", false).begin(&clear, b"").unwrap_err().to_string();
        assert!(error.contains("mysql_clear_password") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn an_account_may_ask_for_another_way() {
        let mut authentication = Authentication::new("secret", false);
        let first = authentication.begin(&AuthPlugin::MysqlNativePassword, &[7; 20]).unwrap();
        assert_eq!(first.len(), 20);
        let mut request = b"caching_sha2_password\0".to_vec();
        request.extend_from_slice(&[9; 20]);
        request.push(0);
        assert_eq!(authentication.switch(&request).unwrap().len(), 32);
        let mut request = b"client_ed25519\0".to_vec();
        request.extend_from_slice(&[0; 32]);
        assert_eq!(authentication.switch(&request).unwrap().len(), 64);
    }

    #[test]
    fn the_old_hashes_and_unknown_ways_are_refused() {
        let mut authentication = Authentication::new("secret", true);
        for request in [&b""[..], b"mysql_old_password\0abc", b"dialog\0Password: "] {
            let error = authentication.switch(request).unwrap_err().to_string();
            assert!(error.contains("this driver knows mysql_native_password"), "{error}");
        }
    }
}
