//! Certificates made for a test.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new(name: &str) -> std::result::Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    /// A certificate and its key.
    fn certify(&self, name: &str, hosts: &[&str]) -> std::result::Result<(String, String), rcgen::Error> {
        let mut params = CertificateParams::new(hosts.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }
}

/// Writes the files of the server, of clients, and of an authority that nobody has heard of.
pub fn write_files(folder: &Path) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let (own, other) = (Authority::new("Lapis")?, Authority::new("Other")?);
    fs::write(folder.join("ca.crt"), &own.certificate)?;
    fs::write(folder.join("other.crt"), &other.certificate)?;
    for (name, authority, common) in [
        ("server", &own, "localhost"),
        ("client", &own, "certified"),
        ("stranger", &other, "certified"),
        ("someone", &own, "someone"),
    ] {
        let hosts: &[&str] = if name == "server" { &["localhost"] } else { &[] };
        let (certificate, key) = authority.certify(common, hosts)?;
        fs::write(folder.join(format!("{name}.crt")), certificate)?;
        fs::write(folder.join(format!("{name}.key")), key)?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder.join("server.key"), fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
