//! The key under which a server wants a password that others may listen to.

use tokio_rustls::rustls::pki_types::SubjectPublicKeyInfoDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::protocol::Reader;

/// How many bytes can be encrypted under an RSA key in PEM format; `None` if it is none.
///
/// The encryption itself is mysql_common's, which takes for granted that the key is sound and that there is room.
pub(super) fn room(pem: &[u8]) -> Option<usize> {
    const BEGIN: &[u8] = b"-----BEGIN PUBLIC KEY-----";
    const DASHES: &[u8] = b"-----BEGIN";
    // One key and nothing else, so that there is no doubt about which is meant.
    if !pem.starts_with(BEGIN) || pem.windows(DASHES.len()).filter(|it| *it == DASHES).count() != 1 {
        return None;
    }
    let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).ok()?;
    let modulus = modulus(&der)?;
    // Of 1024 to 16384 bits, and odd, as the product of two primes is.
    let sound =
        (128..=2048).contains(&modulus.len()) && modulus[0] != 0 && modulus[modulus.len() - 1] & 1 == 1;
    // Two hashes and two bytes of PKCS #1's OAEP.
    const PADDING: usize = 2 * 20 + 2;
    sound.then(|| modulus.len() - PADDING)
}

/// The modulus of a key: `SEQUENCE { algorithm SEQUENCE, BIT STRING { SEQUENCE { INTEGER, INTEGER } } }`.
fn modulus(der: &[u8]) -> Option<&[u8]> {
    const INTEGER: u8 = 0x02;
    const BIT_STRING: u8 = 0x03;
    const SEQUENCE: u8 = 0x30;
    let mut rest = Reader(sole(der, SEQUENCE)?);
    element(&mut rest, SEQUENCE)?;
    let key = sole(rest.0, BIT_STRING)?.strip_prefix(&[0])?;
    let mut rest = Reader(sole(key, SEQUENCE)?);
    let modulus = element(&mut rest, INTEGER)?;
    let exponent = sole(rest.0, INTEGER)?;
    if !(1..=8).contains(&exponent.len()) || exponent.iter().all(|byte| *byte == 0) {
        return None;
    }
    // The sign.
    Some(modulus.strip_prefix(&[0]).unwrap_or(modulus))
}

/// The content of an element behind which there is nothing.
fn sole(der: &[u8], tag: u8) -> Option<&[u8]> {
    let mut rest = Reader(der);
    let content = element(&mut rest, tag)?;
    rest.0.is_empty().then_some(content)
}

/// The content of the next element of DER.
fn element<'a>(rest: &mut Reader<'a>, tag: u8) -> Option<&'a [u8]> {
    if rest.u8()? != tag {
        return None;
    }
    let length = match rest.u8()? {
        short @ ..=0x7f => usize::from(short),
        0x81 => usize::from(rest.u8()?),
        0x82 => usize::from(rest.u8()?) << 8 | usize::from(rest.u8()?),
        _ => return None,
    };
    rest.bytes(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCpC/haqTe74RdhW+/nZyGDhsF3
fmovb2uyUHJySG2btIT1URsYZ+pv6IDUttCGQ5N3eUUKL4O/GzeKF4Nj7RVa6PHX
azincqHIaRXCvQOupXwmzkl1eu540ygX/d/kAR6FiYP75XCqKYwhIqONv6nqkzfi
tqCcQum18i5mlO/YaQIDAQAB
-----END PUBLIC KEY-----
";

    #[test]
    fn a_key_of_1024_bits_has_room_for_86_bytes() {
        assert_eq!(room(KEY.as_bytes()), Some(86));
    }

    #[test]
    fn what_is_not_one_key_is_none() {
        let twice = format!("{KEY}{KEY}");
        let before = format!("x{KEY}");
        for text in ["", "-----BEGIN PUBLIC KEY-----", &twice, &before, &KEY[..100]] {
            assert_eq!(room(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_key_that_is_damaged_anywhere_is_none_or_as_sound() {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(KEY.as_bytes()).unwrap();
        assert!(modulus(&der).is_some());
        for length in 0..der.len() {
            assert!(modulus(&der[..length]).is_none(), "{length}");
        }
        for index in 0..der.len() {
            for byte in [0, 0x7f, 0x80, 0xff] {
                let mut damaged = der.to_vec();
                damaged[index] = byte;
                // Whatever it is taken for, nothing panics.
                let _ = modulus(&damaged);
            }
        }
    }
}
