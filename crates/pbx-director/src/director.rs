use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use pbx_https::{CertificateError, Certificates, Peer, Service, Transport};
use pbx_kernel::Source;
use pbx_listener::{Gate, Limits, Port, Stop, stopping};
use pbx_world::World;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::api::{self, Api};
use crate::token::Token;

/// Where the director listens and whom it believes.
#[derive(Clone, Debug)]
pub struct DirectorOptions {
    /// A loopback address; port 0 picks a free one.
    pub address: SocketAddr,
    /// The file with the bearer token (mode 0600), made where it is missing.
    pub token_file: PathBuf,
}

/// The director, listening.
pub struct Director {
    port: Port,
    stop: Stop,
    token_file: PathBuf,
}

/// Why the director does not listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenDirectorError {
    /// Its address can be reached from elsewhere.
    #[error("the director listens on a loopback address only, and {address} is none")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// Its token cannot be read or made.
    #[error("cannot use the token file {path}")]
    Token {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It has no certificate.
    #[error("the director has no certificate")]
    Certificate(#[source] CertificateError),
    /// The address is taken or not ours.
    #[error("the director cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Director {
    /// Listens for callers who steer `world`. Call it within a tokio runtime; it answers when this returns.
    pub fn open(
        world: Arc<World>,
        certificates: &Certificates,
        options: DirectorOptions,
    ) -> Result<Self, OpenDirectorError> {
        let DirectorOptions { address, token_file } = options;
        if !address.ip().is_loopback() {
            return Err(OpenDirectorError::NotLoopback { address });
        }
        let token = Token::keep(&token_file)
            .map_err(|source| OpenDirectorError::Token { path: token_file.clone(), source })?;
        let config = certificates.server(CERTIFICATE).map_err(OpenDirectorError::Certificate)?;
        let (stop, stopping) = stopping();
        let router = api::router(Api::new(world, stopping.clone()), token);
        let transport = Transport::secure(config, Desk(router));
        let port = Port::open(address, Loopback::new(), transport, LIMITS, stopping)
            .map_err(|source| OpenDirectorError::Listen { address, source })?;
        Ok(Self { port, stop, token_file })
    }

    /// Where it is bound.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// Where its operations begin, for example `https://127.0.0.1:8440`.
    pub fn url(&self) -> String {
        format!("https://{}", self.port.address())
    }

    /// The file with its bearer token.
    pub fn token_file(&self) -> &std::path::Path {
        &self.token_file
    }

    /// Ends its streams, finishes the requests that have begun, and stops listening.
    pub async fn stop(self) {
        self.stop.now();
        self.port.stopped().await;
    }
}

impl fmt::Debug for Director {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Director").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// Answers requests as the router does.
#[derive(Clone)]
struct Desk(Router);

impl Service for Desk {
    type Body = Body;

    async fn call(&self, _: Peer, request: http::Request<Incoming>) -> http::Response<Self::Body> {
        let Ok(response) = self.0.clone().oneshot(request.map(Body::new)).await;
        response
    }
}

/// Lets callers on this machine in, always.
struct Loopback(watch::Sender<u64>);

impl Loopback {
    fn new() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Gate for Loopback {
    fn is_open(&self) -> bool {
        true
    }

    fn admits(&self, source: Source) -> bool {
        source.address().is_loopback()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// Under which name the director's certificate is kept.
const CERTIFICATE: &str = "director";

/// A class, its teacher and their scripts, all on one machine.
const LIMITS: Limits = Limits {
    connections_max: 512,
    strangers_max: 256,
    strangers_per_source_max: 256,
    arrivals_per_second: NonZeroU32::MIN.saturating_add(1_999),
    arrivals_burst: NonZeroU32::MIN.saturating_add(1_999),
};
