//! The SSH-2 transport: translates and performs, decides nothing.
//!
//! ```text
//!  pbx-listener ──▶ Shell::serve ──▶ russh session ──▶ Caller (one per connection): log in, open channels
//!                   grace time, cut                       └──▶ channel::run, a task per channel ──▶ Console
//! ```
//!
//! # Invariants
//!
//! - Nothing here looks at a role, a command or a product; whether a login or a connection ends is said elsewhere.
//! - Nothing is forwarded: no ports, no agent, no X11, no subsystem.
//! - A connection that is not logged in ends after a time, whatever its client sends or does not send.
//! - Channels, what they may leave behind in russh, and what waits to be read have a limit each.
//! - A session ends with its connection, however that ends.

mod caller;
mod channel;
mod config;
mod console;
mod host_key;
mod leash;
mod mailbox;
mod seat;
mod shell;

#[cfg(test)]
mod tests;

pub use config::Settings;
pub use console::{Admission, Console, Plane};
pub use host_key::{HostKey, HostKeyError};
pub use seat::SeatPlane;
pub use shell::Shell;
