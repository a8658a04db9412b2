//! What a browser needs to know of the laboratory's certificate.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use x509_parser::pem::parse_x509_pem;

/// The fingerprint of the public key in `ca_file` (PEM): SHA-256 of its `SubjectPublicKeyInfo` in base64, as
/// RFC 7469 pins a key and as Chromium's `--ignore-certificate-errors-spki-list` wants it.
#[track_caller]
pub(crate) fn fingerprint(ca_file: &Path) -> String {
    let pem = fs::read(ca_file).unwrap_or_else(|error| panic!("cannot read {}: {error}", ca_file.display()));
    let (_, pem) = parse_x509_pem(&pem).expect("the CA file is PEM");
    let certificate = pem.parse_x509().expect("the CA file holds a certificate");
    STANDARD.encode(Sha256::digest(certificate.public_key().raw))
}
