//! Pages over TLS on connections that stay.
//!
//! The client writes the same bytes again and again and looks for nothing but status and length: a fuller one would
//! cost more than the server it measures.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::logins::joined;
use super::{Outcome, Site, bounded};

/// Connections that are up, with a session where the page needs one.
pub(super) struct Prepared {
    connections: Vec<Connection>,
    request: Vec<u8>,
    load: Duration,
}

impl Prepared {
    pub(super) async fn connect(site: &Site, count: usize, load: Duration) -> anyhow::Result<Self> {
        let connector = connector(site)?;
        let mut connections = Vec::new();
        for _ in 0..count {
            connections.push(Connection::open(site, &connector).await?);
        }
        let cookie = match &site.form {
            Some((path, body)) => {
                log_in(connections.first_mut().context("no connection")?, site, path, body).await?
            }
            None => String::new(),
        };
        let cookie = if cookie.is_empty() { cookie } else { format!("Cookie: {cookie}\r\n") };
        let request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n", site.path, site.address);
        Ok(Self { connections, request: request.into_bytes(), load })
    }

    pub(super) async fn perform(self) -> Outcome {
        let until = Instant::now() + self.load;
        let request = Arc::<[u8]>::from(self.request);
        let mut tasks = JoinSet::new();
        for mut connection in self.connections {
            let request = Arc::clone(&request);
            tasks.spawn(async move {
                let mut outcome = Outcome::default();
                while Instant::now() < until {
                    let Some(bytes) = outcome.count(connection.page(&request).await) else { break };
                    outcome.bytes = bytes;
                }
                outcome
            });
        }
        joined(tasks).await
    }
}

/// One connection, and what was read from it so far.
struct Connection {
    stream: TlsStream<TcpStream>,
    read: Vec<u8>,
}

/// The head of a response.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: usize,
    cookie: Option<String>,
}

impl Connection {
    async fn open(site: &Site, connector: &TlsConnector) -> anyhow::Result<Self> {
        bounded(async {
            let stream = TcpStream::connect(site.address).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::from(site.address.ip());
            Ok(Self { stream: connector.connect(name, stream).await?, read: Vec::with_capacity(READ_BYTES) })
        })
        .await
        .with_context(|| format!("cannot connect to https://{}/", site.address))
    }

    /// Asks for the page and returns its size.
    async fn page(&mut self, request: &[u8]) -> anyhow::Result<usize> {
        let head = bounded(self.exchange(request)).await?;
        if head.status != 200 {
            bail!("the page came with status {}", head.status);
        }
        Ok(head.length)
    }

    /// Sends `request` and reads the whole response.
    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Head> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        loop {
            if let Some(end) = self.read.windows(4).position(|it| it == b"\r\n\r\n") {
                let head = Head::parse(&self.read[..end])?;
                let whole = end + 4 + head.length;
                while self.read.len() < whole {
                    self.more().await?;
                }
                self.read.drain(..whole);
                return Ok(head);
            }
            if self.read.len() > HEAD_BYTES_MAX {
                bail!("the head of the response has no end");
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        self.read.reserve(READ_BYTES);
        if self.stream.read_buf(&mut self.read).await? == 0 {
            bail!("the server hung up");
        }
        Ok(())
    }
}

impl Head {
    fn parse(head: &[u8]) -> anyhow::Result<Self> {
        let head = std::str::from_utf8(head).context("the head is not text")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|it| it.parse().ok());
        let (mut length, mut cookie) = (None, None);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok();
            } else if name.eq_ignore_ascii_case("set-cookie") {
                cookie = value.split(';').next().map(str::to_owned);
            }
        }
        let status = status.context("the response has no status")?;
        // RFC 9110, section 8.6: these have no body.
        let length = if matches!(status, 204 | 304) { Some(0) } else { length };
        Ok(Self { status, length: length.context("the response does not tell its length")?, cookie })
    }
}

/// Sends the login form and returns the session's cookie.
async fn log_in(connection: &mut Connection, site: &Site, path: &str, body: &str) -> anyhow::Result<String> {
    let mut request = Vec::new();
    write!(request, "POST {path} HTTP/1.1\r\nHost: {}\r\n", site.address)?;
    write!(request, "Content-Type: application/x-www-form-urlencoded\r\n")?;
    write!(request, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    let head = bounded(connection.exchange(&request)).await.context("cannot log in")?;
    match head.cookie {
        Some(cookie) if head.status == 303 => Ok(cookie),
        _ => bail!("the login was answered with status {}", head.status),
    }
}

fn connector(site: &Site) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&site.trust).context("no certificate to trust")? {
        roots.add(certificate.context("not a certificate")?)?;
    }
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// How much is read at once: a page and its head.
const READ_BYTES: usize = 32 * 1_024;

/// The longest head of a response.
const HEAD_BYTES_MAX: usize = 16 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_tells_status_length_and_cookie() {
        let head =
            b"HTTP/1.1 303 See Other\r\nSet-Cookie: __Host-pbx=abc; Path=/; Secure\r\ncontent-length: 0";
        let expected = Head { status: 303, length: 0, cookie: Some("__Host-pbx=abc".to_owned()) };
        assert_eq!(Head::parse(head).expect("a head"), expected);
    }

    #[test]
    fn a_body_without_a_length_is_not_guessed() {
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked").is_err());
        assert!(Head::parse(b"HTTP/1.1 204 No Content").is_ok());
        assert!(Head::parse(b"nonsense").is_err());
    }
}
