use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// A port that is ours, whether it takes connections or not.
#[derive(Debug)]
pub(crate) enum Socket {
    /// Bound but not listening: the kernel refuses connections, and gives the port to nobody else.
    Reserved(TcpSocket),
    /// Taking connections.
    Listening(TcpListener),
}

impl Socket {
    /// Takes `address` for us; port 0 picks a free one.
    pub(crate) fn reserve(address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Connections of an earlier run that linger in TIME_WAIT do not keep us out.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let address = socket.local_addr()?;
        Ok((Self::Reserved(socket), address))
    }

    pub(crate) fn open(self) -> io::Result<Self> {
        match self {
            Self::Reserved(socket) => Ok(Self::Listening(socket.listen(BACKLOG)?)),
            open @ Self::Listening(_) => Ok(open),
        }
    }

    /// Stops listening at `address` and keeps the port.
    pub(crate) fn close(self, address: SocketAddr) -> io::Result<Self> {
        match self {
            closed @ Self::Reserved(_) => Ok(closed),
            Self::Listening(listener) => {
                drop(listener);
                Ok(Self::reserve(address)?.0)
            }
        }
    }
}

/// How many connections may wait to be accepted; the kernel has its own limit above it.
const BACKLOG: u32 = 1_024;
