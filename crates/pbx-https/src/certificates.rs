use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pbx_world::{keep_private, write_whole};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// The laboratory's certificate authority, and the certificates that it gave to the sites.
///
/// In a folder: `ca.pem`, `ca.key`, and `<site>.pem` and `<site>.key` for each site. A user's own `<site>.pem` (the
/// chain, the server's certificate first) and `<site>.key` are used as they are.
pub struct Certificates {
    folder: Option<PathBuf>,
    ca_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// Why a certificate cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file cannot be read or written.
    #[error("cannot use the certificate file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file of a user's own is there without the one that belongs to it.
    #[error("{path} is missing, while the file that belongs to it is there")]
    Half {
        /// Which file is missing.
        path: PathBuf,
    },
    /// A certificate cannot be made, or the authority's files are not what they should be.
    #[error("cannot make the certificate of {name}")]
    Make {
        /// Whose.
        name: String,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// A PEM file is not one.
    #[error("the certificate or key of {name} is not PEM")]
    Pem {
        /// Whose.
        name: String,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// TLS does not take the certificate and key.
    #[error("the certificate and key of {name} do not serve TLS")]
    Tls {
        /// Whose.
        name: String,
        /// Why.
        #[source]
        source: rustls::Error,
    },
}

impl Certificates {
    /// The authority of `folder`, made there at the first start.
    pub fn open(folder: &Path) -> Result<Self, CertificateError> {
        let (pem_path, key_path) = (folder.join("ca.pem"), folder.join("ca.key"));
        match (pem_path.exists(), key_path.exists()) {
            (true, true) => {}
            (true, false) => return Err(CertificateError::Half { path: key_path }),
            // A crash between the two writes leaves a key without a certificate: it is certified now.
            (false, _) => {
                let (_, key_pem) = new_key("ca", Some(&key_path))?;
                let key = KeyPair::from_pem(&key_pem).map_err(make("ca"))?;
                let pem = authority().self_signed(&key).map_err(make("ca"))?.pem();
                write_whole(&pem_path, &pem, FILE_MODE).map_err(file(&pem_path))?;
            }
        }
        let ca_pem = std::fs::read_to_string(&pem_path).map_err(file(&pem_path))?;
        let key_pem =
            keep_private(&key_path, || Err(io::ErrorKind::NotFound.into())).map_err(file(&key_path))?;
        let key = KeyPair::from_pem(&key_pem).map_err(make("ca"))?;
        let issuer = Issuer::from_ca_cert_pem(&ca_pem, key).map_err(make("ca"))?;
        Ok(Self { folder: Some(folder.to_owned()), ca_pem, issuer })
    }

    /// A new authority that nothing of is kept.
    pub fn ephemeral() -> Result<Self, CertificateError> {
        let (key, _) = new_key("ca", None)?;
        let params = authority();
        let ca_pem = params.self_signed(&key).map_err(make("ca"))?.pem();
        Ok(Self { folder: None, ca_pem, issuer: Issuer::new(params, key) })
    }

    /// The authority's certificate, for clients to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// How `name` serves TLS 1.2 and 1.3 with HTTP/2 and HTTP/1.1: with a user's own certificate where one is in the
    /// folder, else with one of the authority, made when it is first asked for.
    pub fn server(&self, name: &str) -> Result<Arc<ServerConfig>, CertificateError> {
        let (chain, key) = match &self.folder {
            None => self.certify(name, None)?,
            Some(folder) => self.kept(name, folder)?,
        };
        server_config(name, &chain, &key)
    }

    fn kept(&self, name: &str, folder: &Path) -> Result<(String, String), CertificateError> {
        let (pem_path, key_path) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        if !pem_path.exists() {
            let (pem, key) = self.certify(name, Some(&key_path))?;
            write_whole(&pem_path, &pem, FILE_MODE).map_err(file(&pem_path))?;
            return Ok((pem, key));
        }
        if !key_path.exists() {
            return Err(CertificateError::Half { path: key_path });
        }
        let pem = std::fs::read_to_string(&pem_path).map_err(file(&pem_path))?;
        let key = keep_private(&key_path, || Err(io::ErrorKind::NotFound.into())).map_err(file(&key_path))?;
        Ok((pem, key))
    }

    fn certify(&self, name: &str, key_path: Option<&Path>) -> Result<(String, String), CertificateError> {
        let (key, key_pem) = new_key(name, key_path)?;
        let params = server(name).map_err(make(name))?;
        let own = params.signed_by(&key, &self.issuer).map_err(make(name))?.pem();
        // The authority goes along: a browser that is told to pin it (and no more) must see it in the chain.
        Ok((own + &self.ca_pem, key_pem))
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// A new P-256 key, or the one that a crash left at `path` before its certificate was written.
fn new_key(name: &str, path: Option<&Path>) -> Result<(KeyPair, String), CertificateError> {
    let generate = || KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256);
    let Some(path) = path else {
        let key = generate().map_err(make(name))?;
        let pem = key.serialize_pem();
        return Ok((key, pem));
    };
    let pem = keep_private(path, || Ok(generate().map_err(io::Error::other)?.serialize_pem()))
        .map_err(file(path))?;
    Ok((KeyPair::from_pem(&pem).map_err(make(name))?, pem))
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Understudy laboratory CA");
    // It signs servers, never further authorities.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, AUTHORITY_LIFETIME);
    params
}

fn server(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let names = ["localhost", "127.0.0.1", "::1", name, &format!("{name}.localhost")].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, SERVER_LIFETIME);
    Ok(params)
}

/// Makes `params` valid from yesterday, because clocks differ, for `lifetime` from now.
fn set_validity(params: &mut CertificateParams, lifetime: Duration) {
    let (epoch, now) = (rcgen::date_time_ymd(1970, 1, 1), since_epoch());
    params.not_before = epoch + now.saturating_sub(DAY);
    params.not_after = epoch + now + lifetime;
}

#[expect(
    clippy::disallowed_methods,
    reason = "clients hold a certificate against their own clock, not the world's"
)]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

fn server_config(name: &str, chain: &str, key: &str) -> Result<Arc<ServerConfig>, CertificateError> {
    let pem = |source| CertificateError::Pem { name: name.to_owned(), source };
    let tls = |source| CertificateError::Tls { name: name.to_owned(), source };
    let chain =
        CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(pem)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(pem)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(tls)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(tls)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(tls)?;
    Ok(Arc::new(config))
}

fn make(name: &str) -> impl Fn(rcgen::Error) -> CertificateError + '_ {
    |source| CertificateError::Make { name: name.to_owned(), source }
}

fn file(path: &Path) -> impl Fn(io::Error) -> CertificateError + '_ {
    |source| CertificateError::File { path: path.to_owned(), source }
}

/// Certificates are for everybody, but the folder they lie in is not: there, every file is its owner's.
const FILE_MODE: u32 = 0o600;

const DAY: Duration = Duration::from_hours(24);

/// Ten years: the laboratory's authority is installed by hand in its clients.
const AUTHORITY_LIFETIME: Duration = Duration::from_hours(24 * 3_652);

/// What the strictest clients take from an authority that a user has installed: 825 days.
const SERVER_LIFETIME: Duration = Duration::from_hours(24 * 824);
