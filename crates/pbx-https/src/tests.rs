use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use pbx_kernel::Source;
use pbx_listener::{Gate, Limits, Port, Stop, stopping};
use pbx_site::Response;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use crate::exchange::{BODY_BYTES_MAX, read, write};
use crate::{Certificates, Peer, Service, Transport};

/// Answers with what it was asked: method, path, query, host, whether over TLS, and the length of the body.
#[derive(Clone)]
struct Echo;

impl Service for Echo {
    type Body = Full<Bytes>;

    async fn call(&self, peer: Peer, request: http::Request<Incoming>) -> http::Response<Self::Body> {
        let request = match read(peer, request).await {
            Ok(request) => request,
            Err(refused) => return refused,
        };
        let query = request.query.unwrap_or_default();
        let body = format!(
            "{} {} [{query}] {} {} {}",
            request.method,
            request.path,
            request.headers.get("host").map_or("", String::as_str),
            request.secure,
            request.body.len()
        );
        write(Response { status: 200, headers: vec![("x-test", "yes".to_owned())], body: body.into_bytes() })
    }
}

/// A gate whose port opens and closes as the test says.
struct Switch {
    open: watch::Receiver<u64>,
    admits: bool,
}

impl Gate for Switch {
    fn is_open(&self) -> bool {
        *self.open.borrow() % 2 == 1
    }

    fn admits(&self, _: Source) -> bool {
        self.admits
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.open.clone()
    }
}

struct Server {
    port: Port,
    certificates: Certificates,
    switch: watch::Sender<u64>,
    stop: Stop,
}

impl Server {
    /// A server on a free port; `turns` odd means that the port is open.
    fn start(secure: bool, turns: u64, admits: bool) -> Self {
        let certificates = Certificates::ephemeral().expect("certificates");
        let (switch, open) = watch::channel(turns);
        let (stop, stopping) = stopping();
        let transport = if secure {
            Transport::secure(certificates.server("north").expect("a certificate"), Echo)
        } else {
            Transport::plain(Echo)
        };
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let port =
            Port::open(any, Switch { open, admits }, transport, Limits::default(), stopping).expect("a port");
        Self { port, certificates, switch, stop }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.port.address()).await.expect("an open port")
    }

    async fn connect_tls(
        &self,
        name: &'static str,
        alpn: &[u8],
    ) -> tokio_rustls::client::TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_slice(self.certificates.ca_pem().as_bytes()).expect("PEM");
        roots.add(ca).expect("an authority");
        let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.to_vec()];
        let name = ServerName::try_from(name).expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, self.connect().await).await.expect("a handshake")
    }
}

/// Sends `text` and reads all that comes until the server hangs up.
async fn talk(mut stream: TcpStream, text: &[u8]) -> String {
    stream.write_all(text).await.expect("written");
    let mut answer = Vec::new();
    // A reset after the answer is an end as good as any.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_request_over_tls_comes_through_whole_with_http_1_and_2() {
    let server = Server::start(true, 1, true);
    for (name, alpn) in
        [("localhost", "http/1.1"), ("north", "h2"), ("north.localhost", "h2"), ("127.0.0.1", "h2")]
    {
        let stream = server.connect_tls(name, alpn.as_bytes()).await;
        let body = Full::new(Bytes::from_static(b"12345"));
        let uri = if alpn == "h2" { "https://north/a%20b?c=d" } else { "/a%20b?c=d" };
        let request = http::Request::post(uri).header("host", "north").body(body).expect("a request");
        let response = if alpn == "h2" {
            let (mut sender, connection) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                    .await
                    .expect("HTTP/2");
            tokio::spawn(connection);
            sender.send_request(request).await.expect("an answer")
        } else {
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
            tokio::spawn(connection);
            sender.send_request(request).await.expect("an answer")
        };
        assert_eq!(
            (response.status().as_u16(), response.headers()["x-test"].as_bytes()),
            (200, b"yes".as_slice())
        );
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(String::from_utf8_lossy(&body), "POST /a%20b [c=d] north true 5", "{name} {alpn}");
    }
}

#[tokio::test]
async fn the_largest_body_is_taken_and_one_more_byte_is_not() {
    let server = Server::start(false, 1, true);
    for (length, status) in [(BODY_BYTES_MAX, "200"), (BODY_BYTES_MAX + 1, "413")] {
        let mut text =
            format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        text.push_str(&"x".repeat(length));
        let answer = talk(server.connect().await, text.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) || answer.is_empty(), "{length}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_is_bounded_all_the_same() {
    let server = Server::start(false, 1, true);
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, "x".repeat(1 << 16));
    let text =
        format!("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(17));
    let answer = talk(server.connect().await, text.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn oversized_and_nonsensical_heads_are_refused_and_the_server_lives_on() {
    let server = Server::start(false, 1, true);
    let huge = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(1_000));
    for (text, status) in
        [(huge.as_bytes(), "431"), (many.as_bytes(), "431"), (b"\0\xff\r\n\r\n".as_slice(), "400")]
    {
        let answer = talk(server.connect().await, text).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    }
    let answer =
        talk(server.connect().await, b"GET /x HTTP/1.1\r\nhost: y\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with("GET /x [] y false 0"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_head_and_a_slow_body_do_not_hold_a_connection() {
    let server = Server::start(false, 1, true);
    let head = talk(server.connect().await, b"GET / HTTP/1.1\r\nhost:").await;
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
    for silence in [b"".as_slice(), b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let answer = talk(server.connect().await, silence).await;
        assert!(!answer.contains("HTTP"), "{answer}");
    }
    let body =
        talk(server.connect().await, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx").await;
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_is_never_finished_ends() {
    let server = Server::start(true, 1, true);
    assert_eq!(talk(server.connect().await, b"\x16\x03\x01").await, "");
}

#[tokio::test]
async fn a_port_closes_and_opens_again_where_it_was() {
    let server = Server::start(false, 0, true);
    let address = server.port.address();
    assert!(TcpStream::connect(address).await.is_err(), "closed as it starts");
    for turns in 1..5_u64 {
        server.switch.send_replace(turns);
        let open = turns % 2 == 1;
        while TcpStream::connect(address).await.is_ok() != open {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_caller_that_is_not_let_in_gets_no_byte() {
    let server = Server::start(false, 1, false);
    let mut stream = server.connect().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_told_to_stop_ends_quiet_connections() {
    let server = Server::start(true, 1, true);
    let _handshaking = server.connect().await;
    let mut quiet = server.connect_tls("localhost", b"http/1.1").await;
    let begun = tokio::time::Instant::now();
    server.stop.now();
    let address = server.port.address();
    server.port.stopped().await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(1), "none of them is waited for");
    let mut answer = Vec::new();
    let _ = quiet.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn an_authority_is_made_once_and_its_keys_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let first = Certificates::open(folder.path()).expect("certificates");
    first.server("north").expect("a certificate");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    let before = (read("ca.pem"), read("north.pem"), read("north.key"));
    let again = Certificates::open(folder.path()).expect("certificates");
    again.server("north").expect("a certificate");
    assert_eq!(before, (read("ca.pem"), read("north.pem"), read("north.key")));
    for key in ["ca.key", "north.key"] {
        let mode = std::fs::metadata(folder.path().join(key)).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}

#[test]
fn ones_own_certificate_is_used_and_a_half_of_it_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = Certificates::open(&folder.path().join("own")).expect("certificates");
    own.server("north").expect("a certificate");
    let lab = Certificates::open(&folder.path().join("lab")).expect("certificates");
    let copy = |name: &str| {
        std::fs::copy(folder.path().join("own").join(name), folder.path().join("lab").join(name))
            .expect("copied");
    };
    copy("north.pem");
    assert!(lab.server("north").is_err(), "the key is missing");
    copy("north.key");
    lab.server("north").expect("both are there");
    let kept = std::fs::read(folder.path().join("lab/north.pem")).expect("a file");
    assert_eq!(kept, std::fs::read(folder.path().join("own/north.pem")).expect("a file"));
    std::fs::write(folder.path().join("lab/south.pem"), "nonsense").expect("written");
    std::fs::copy(folder.path().join("lab/north.key"), folder.path().join("lab/south.key")).expect("copied");
    assert!(lab.server("south").is_err());
}
