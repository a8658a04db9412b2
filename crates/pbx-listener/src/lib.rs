//! A port that opens and closes while it runs, and lets in no more than it should: what SSH and HTTPS share.
//!
//! ```text
//!  accept ──▶ rate of the source address ──▶ room ──▶ Gate::admits ──▶ Serve::serve, a task of its own
//!     ▲                                                                        │
//!     └── Gate::is_open, asked again whenever Gate::changes says so            └─ Permit::settle once known
//! ```
//!
//! # Invariants
//!
//! - A caller that is not let in gets no byte.
//! - A closed port refuses connections and stays ours: nobody else can take it meanwhile.
//! - An error of `accept` ends nothing: not too many open files, not a connection that went away.
//! - Connections, those not logged in yet, and those of one address have a limit each.
//! - Handshakes take turns ([`Turn`]): however many strangers knock, whoever is logged in is served.

mod gate;
mod limits;
mod port;
mod socket;
mod stop;
mod turn;

pub use gate::{Arrival, Gate, Serve};
pub use limits::{Limits, Permit};
pub use port::Port;
pub use stop::{Stop, Stopping, stopping};
pub use turn::Turn;
