//! The HTTP transport, with and without TLS: translates and performs, decides nothing.
//!
//! ```text
//!  pbx-listener ──▶ TLS (certificates) ──▶ hyper, HTTP/1.1 or HTTP/2 ──▶ read whole (exchange) ──▶ Seat::serve
//!                                                                   └──▶ or another hyper service: the director
//! ```
//!
//! # Invariants
//!
//! - Nothing here looks at a path, a name, a role or a product.
//! - A handshake, a request's head, its body and a quiet connection have a time limit each.
//! - Heads and bodies have a size limit; what is over it is refused with its status, and never kept.
//! - A private key is written with mode 0600, and refused where others can read it.

mod certificates;
mod connection;
mod exchange;
mod linger;
mod seat;

#[cfg(test)]
mod tests;

pub use certificates::{CertificateError, Certificates};
pub use connection::{Peer, Service, Transport};
pub use seat::SeatService;
