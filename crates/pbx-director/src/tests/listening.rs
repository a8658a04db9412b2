use std::net::SocketAddr;

use pbx_https::Certificates;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::{Director, DirectorOptions, OpenDirectorError};

async fn connect(address: SocketAddr, certificates: &Certificates) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(certificates.ca_pem().as_bytes()).expect("PEM"))
        .expect("an authority");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.expect("an open port");
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake")
}

#[tokio::test]
async fn the_director_listens_over_tls_and_stops_when_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificates = Certificates::ephemeral().expect("certificates");
    let token_file = folder.path().join("director.token");
    let options = DirectorOptions { address: ([127, 0, 0, 1], 0).into(), token_file };
    let director = Director::open(world().await, &certificates, options).expect("a director");
    let address = director.address();
    assert_eq!(director.url(), format!("https://{address}"));
    let token = std::fs::read_to_string(director.token_file()).expect("a token");

    let mut stream = connect(address, &certificates).await;
    let request = format!(
        "GET /clock HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        token.trim()
    );
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("2026-11-22T09:00:00.000Z"), "{answer}");

    // A stream that would never end by itself.
    let mut stream = connect(address, &certificates).await;
    let request =
        format!("GET /events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", token.trim());
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut head = [0; 15];
    stream.read_exact(&mut head).await.expect("an answer");
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    director.stop().await;
    let mut rest = String::new();
    let _ = stream.read_to_string(&mut rest).await;
    assert!(rest.ends_with("0\r\n\r\n"), "it ends as it should: {rest}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificates = Certificates::ephemeral().expect("certificates");
    let world = world().await;
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let address: SocketAddr = address.parse().expect("an address");
        let options = DirectorOptions { address, token_file: folder.path().join("token") };
        let refused = Director::open(Arc::clone(&world), &certificates, options);
        assert!(matches!(refused, Err(OpenDirectorError::NotLoopback { .. })), "{address}");
    }
    assert!(!folder.path().join("token").exists());
}
