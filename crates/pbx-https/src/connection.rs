use std::convert::Infallible;
use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use pbx_kernel::Source;
use pbx_listener::{Arrival, Permit, Serve, Stopping, Turn};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::linger::Lingering;

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where it is.
    pub source: Source,
    /// Whether its bytes travel under TLS.
    pub secure: bool,
}

/// What answers requests.
pub trait Service: Clone + Send + Sync + 'static {
    /// The body of its answers.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + 'static;

    /// Answers one request. Whatever goes wrong is an answer, too.
    fn call(
        &self,
        peer: Peer,
        request: http::Request<Incoming>,
    ) -> impl Future<Output = http::Response<Self::Body>> + Send;
}

/// Serves connections over HTTP/1.1 and HTTP/2.
pub struct Transport<S> {
    tls: Option<TlsAcceptor>,
    service: S,
}

impl<S: Service> Transport<S> {
    /// HTTP in the clear.
    pub fn plain(service: S) -> Self {
        Self { tls: None, service }
    }

    /// HTTP over TLS.
    pub fn secure(config: Arc<ServerConfig>, service: S) -> Self {
        Self { tls: Some(TlsAcceptor::from(config)), service }
    }
}

impl<S: Service> Serve for Transport<S> {
    fn serve(&self, arrival: Arrival, mut stopping: Stopping) -> impl Future<Output = ()> + Send + 'static {
        let (tls, service) = (self.tls.clone(), self.service.clone());
        async move {
            let Arrival { stream, source, mut permit } = arrival;
            let Some(tls) = tls else {
                permit.settle();
                let stream = Lingering::new(stream);
                let peer = Peer { source, secure: false };
                converse(stream.clone(), peer, service, permit, stopping).await;
                return stream.finish().await;
            };
            let shake = async {
                let _turn = Turn::once_heard(&stream).await;
                let stream = Lingering::new(stream);
                tls.accept(stream.clone()).await.map(|secured| (secured, stream))
            };
            let shaken = tokio::select! {
                shaken = timeout(HANDSHAKE_TIME_MAX, shake) => shaken,
                () = stopping.requested() => return,
            };
            match shaken {
                Ok(Ok((secured, stream))) => {
                    permit.settle();
                    converse(secured, Peer { source, secure: true }, service, permit, stopping).await;
                    stream.finish().await;
                }
                Ok(Err(error)) => tracing::debug!(%source, %error, "a TLS handshake failed"),
                Err(_) => tracing::debug!(%source, "a TLS handshake took too long"),
            }
        }
    }
}

/// Serves one connection to its end. Once told to stop, it finishes the requests that have begun.
pub(crate) async fn converse<S, I>(io: I, peer: Peer, service: S, permit: Permit, mut stopping: Stopping)
where
    S: Service,
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&begun);
    let call = hyper::service::service_fn(move |request| {
        begins.store(true, Ordering::Relaxed);
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.call(peer, request).await) }
    });
    let builder = builder();
    let connection = builder.serve_connection(TokioIo::new(io), call);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = no_request(&begun) => {
            tracing::debug!(source = %peer.source, "a connection asks for nothing");
            return;
        }
        () = stopping.requested() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(source = %peer.source, %error, "a connection ended early");
    }
    drop(permit);
}

/// Returns once a connection is as old as a head may be and no request has come. hyper by itself waits for ever for
/// the bytes that tell HTTP/1.1 from HTTP/2, and for the first request of the latter.
async fn no_request(begun: &AtomicBool) {
    tokio::time::sleep(HEAD_TIME_MAX).await;
    if begun.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(QUIET_TIME_MAX)
        .keep_alive_timeout(PING_TIME_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_LIST_BYTES_MAX);
    builder
}

/// How long a TLS handshake may take: longer than the slowest honest one.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);

/// How long a request's head may take, and how long a kept HTTP/1.1 connection may be quiet before the next one.
const HEAD_TIME_MAX: Duration = Duration::from_secs(15);

/// The largest head of an HTTP/1.1 request, line and headers together: several times a browser's.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// The most headers of an HTTP/1.1 request: several times a browser's.
const HEADERS_MAX: usize = 100;

/// The same bound as [`HEAD_BYTES_MAX`], as HTTP/2 counts it.
const HEAD_LIST_BYTES_MAX: u32 = 32 * 1024;

/// After how long an HTTP/2 connection that says nothing is asked whether it is alive.
const QUIET_TIME_MAX: Duration = Duration::from_secs(30);

/// How long it has to say so.
const PING_TIME_MAX: Duration = Duration::from_secs(10);

/// How many requests an HTTP/2 connection may have under way.
const STREAMS_MAX: u32 = 100;
