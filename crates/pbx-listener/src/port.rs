use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pbx_kernel::Source;
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};

use crate::limits::Turnstile;
use crate::socket::Socket;
use crate::{Arrival, Gate, Limits, Serve, Stopping};

/// A port that is served until it is told to stop.
#[derive(Debug)]
pub struct Port {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Port {
    /// Binds `address` (port 0 picks a free one, and keeps it) and serves it as `gate` says.
    ///
    /// When this returns, the port is open, or refuses connections because the gate is closed.
    pub fn open<G: Gate, S: Serve>(
        address: SocketAddr,
        gate: G,
        serve: S,
        limits: Limits,
        stopping: Stopping,
    ) -> io::Result<Self> {
        // Subscribed before the first look, so that no change falls between.
        let changes = gate.changes();
        let (socket, address) = Socket::reserve(address)?;
        let socket = if gate.is_open() { socket.open()? } else { socket };
        let turnstile = Turnstile::new(limits);
        let keeper = Keeper { address, gate, serve: Arc::new(serve), turnstile, stopping };
        Ok(Self { address, task: tokio::spawn(keeper.keep(socket, changes)) })
    }

    /// Where it is bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has stopped and its connections have ended.
    pub async fn stopped(self) {
        if let Err(error) = self.task.await {
            tracing::error!(address = %self.address, %error, "a port's task failed");
        }
    }
}

struct Keeper<G, S> {
    address: SocketAddr,
    gate: G,
    serve: Arc<S>,
    turnstile: Turnstile,
    stopping: Stopping,
}

impl<G: Gate, S: Serve> Keeper<G, S> {
    async fn keep(mut self, socket: Socket, mut changes: tokio::sync::watch::Receiver<u64>) {
        let mut socket = Some(socket);
        let mut connections = JoinSet::new();
        let mut stopping = self.stopping.clone();
        loop {
            tokio::select! {
                () = stopping.requested() => break,
                changed = changes.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    socket = self.look_again(socket);
                }
                Some(ended) = connections.join_next() => report(ended),
                (stream, peer) = accept(socket.as_ref()) => self.receive(stream, peer, &mut connections),
            }
        }
        drop(socket);
        drain(connections).await;
    }

    /// Opens or closes the port as the gate says now.
    fn look_again(&self, socket: Option<Socket>) -> Option<Socket> {
        let is_open = self.gate.is_open();
        let socket = match socket {
            Some(socket) => Ok(socket),
            None => Socket::reserve(self.address).map(|(socket, _)| socket),
        };
        let turned = socket.and_then(|it| if is_open { it.open() } else { it.close(self.address) });
        turned
            .inspect_err(
                |error| tracing::error!(address = %self.address, %error, "cannot open or close a port"),
            )
            .ok()
    }

    fn receive(&mut self, stream: TcpStream, peer: SocketAddr, connections: &mut JoinSet<()>) {
        let source = Source::new(peer.ip());
        let permit = match self.turnstile.enter(source) {
            Ok(permit) => permit,
            Err(why) => {
                tracing::debug!(%source, address = %self.address, "a connection is refused: {why}");
                return;
            }
        };
        if !self.gate.admits(source) {
            tracing::debug!(%source, address = %self.address, "a connection is not let in");
            return;
        }
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection is gone already");
            return;
        }
        let arrival = Arrival { stream, source, permit };
        connections.spawn(self.serve.serve(arrival, self.stopping.clone()));
    }
}

/// The next connection; none at a closed port. An error is waited out: with too many open files, accepting at once again would only spin.
async fn accept(socket: Option<&Socket>) -> (TcpStream, SocketAddr) {
    let Some(Socket::Listening(listener)) = socket else { return std::future::pending().await };
    loop {
        match listener.accept().await {
            Ok(arrived) => return arrived,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Waits for the connections to end, and ends those that do not.
async fn drain(mut connections: JoinSet<()>) {
    let all = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(DRAIN_TIME_MAX, all).await.is_err() {
        tracing::info!(open = connections.len(), "connections are cut off");
        connections.shutdown().await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection's task panicked");
    }
}

/// Long enough for a file to be closed, short enough that nobody notices.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// How long connections may take to end by themselves when everything stops.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(3);
