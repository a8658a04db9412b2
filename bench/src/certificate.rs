use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rcgen::{CertificateParams, KeyPair, SanType};

/// A certificate for the loopback address that vouches for itself, for peers.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// The file of the certificate, PEM.
    pub(crate) certificate: PathBuf,
    /// The file of its private key, PEM.
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Makes one in `folder`: ECDSA P-256.
    pub(crate) fn generate(folder: &Path) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::IpAddress(Ipv4Addr::LOCALHOST.into())];
        let certificate = params.self_signed(&key)?;
        let files = Self { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
        fs::write(&files.certificate, certificate.pem()).context("cannot write a certificate")?;
        fs::write(&files.key, key.serialize_pem()).context("cannot write a key")?;
        Ok(files)
    }
}
