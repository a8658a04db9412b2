//! A connection of bare bytes, for what no well-behaved client would send.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};

use crate::endpoints::{Kind, Site};

/// A connection, in the clear or under TLS. Whoever waits on it waits at most [`WAIT_MAX`].
pub struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    socket: TcpStream,
}

/// An HTTP/1.1 response as it was read from a [`Wire`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The status line and the headers, as they came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

impl Wire {
    /// A connection to the listener of `kind` at `site`, under TLS where that is what it speaks.
    pub fn to(site: &Site, kind: Kind) -> io::Result<Self> {
        let bare = Self::bare(site, kind)?;
        if kind != Kind::Https {
            return Ok(bare);
        }
        let address = site.listener(kind).address.clone();
        let name = ServerName::try_from(address).map_err(io::Error::other)?;
        let client = ClientConnection::new(client_config(&site.ca_file)?, name).map_err(io::Error::other)?;
        let stream = StreamOwned::new(client, bare.socket.try_clone()?);
        Ok(Self { stream: BufReader::new(Box::new(stream)), socket: bare.socket })
    }

    /// A connection without TLS, whatever the listener of `kind` speaks.
    pub fn bare(site: &Site, kind: Kind) -> io::Result<Self> {
        let listener = site.listener(kind);
        let address = SocketAddr::new(listener.address.parse().map_err(io::Error::other)?, listener.port);
        let socket = TcpStream::connect_timeout(&address, WAIT_MAX)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(WAIT_MAX))?;
        socket.set_write_timeout(Some(WAIT_MAX))?;
        Ok(Self { stream: BufReader::new(Box::new(socket.try_clone()?)), socket })
    }

    /// Sends `bytes` as they are.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)?;
        self.stream.get_mut().flush()
    }

    /// Says that nothing more will be sent.
    pub fn hang_up(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    /// The next line, its line end included; empty where the other side has hung up.
    pub fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// The next HTTP/1.1 response with a `Content-Length`, which is how Understudy answers.
    pub fn reply(&mut self) -> io::Result<Reply> {
        let mut head = String::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.trim_end().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no status line: {head:?}")))?;
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.filter_map(|(_, value)| value.trim().parse().ok()).next_back().unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Reply { status, head, body })
    }

    /// Everything until the other side hangs up, in whichever way it does; an error where it stays.
    pub fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        let mut piece = [0; 4_096];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Ok(rest),
                Ok(length) => rest.extend_from_slice(&piece[..length]),
                Err(error) if is_timeout(&error) => return Err(error),
                Err(_) => return Ok(rest),
            }
        }
    }
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn client_config(ca_file: &Path) -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca_file).map_err(io::Error::other)? {
        roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// The longest wait for a byte: above every time limit that a listener has, below a reader's patience.
pub const WAIT_MAX: Duration = Duration::from_secs(20);

/// The longest line that is read whole.
const LINE_BYTES_MAX: u64 = 64 * 1024;
