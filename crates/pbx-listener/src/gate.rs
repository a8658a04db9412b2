use pbx_kernel::Source;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::{Permit, Stopping};

/// Who may come in, decided elsewhere.
pub trait Gate: Send + Sync + 'static {
    /// Whether the port takes connections at all now.
    fn is_open(&self) -> bool;

    /// Whether a caller from `source` is let in now; asked once for every connection.
    fn admits(&self, source: Source) -> bool;

    /// Changes whenever [`Gate::is_open`] may say something else.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// A connection that was let in.
#[derive(Debug)]
pub struct Arrival {
    /// Its bytes.
    pub stream: TcpStream,
    /// Where it comes from.
    pub source: Source,
    /// Its place among the connections; it is given back when this is dropped.
    pub permit: Permit,
}

/// What is done with a connection.
pub trait Serve: Send + Sync + 'static {
    /// Serves it to its end, which should be near once `stopping` says so.
    fn serve(&self, arrival: Arrival, stopping: Stopping) -> impl Future<Output = ()> + Send + 'static;
}
