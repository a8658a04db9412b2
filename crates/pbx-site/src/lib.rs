//! The engine: one emulated system, its sessions, and the only writer of its state.
//!
//! ```text
//!   Terminal (a channel)   web (a request)
//!            \               /
//!             Site: log in ─ authorise ─ run ─ commit (changes + recorder lines + product log, one batch)
//! ```
//!
//! A [`Site`] is handled by one thread at a time and never waits: where a login must be examined, an operation needs
//! something (a password hashed, a blob read, a new generation of keys) or the disk has to confirm, it says so
//! ([`Examination`], [`Waiting`], a [`Sequence`](pbx_kernel::Sequence)), and whoever drives it comes back with the
//! answer.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number: `now` and entropy are parameters.
//! - Only `Site::commit` writes: no change without its recorder line, no line of a change that did not happen.
//! - A login attempt is counted and on its way to the disk before anyone can look at its password.
//! - Refused logins look alike: unknown, locked and wrong cost one verification and give one answer.

mod create;
mod error;
mod invoke;
mod login;
mod record;
mod session;
mod site;
mod subject;
mod terminal;
mod waiting;
mod web;

pub use create::{Founding, NewAccount};
pub use error::Error;
pub use invoke::{Answer, Done, Invocation};
pub use login::{Attempt, Begun, Examination, Proof, Verdict};
pub use session::{SessionId, Token};
pub use site::{Lockout, Site};
pub use subject::{Deed, Noted};
pub use terminal::{Input, Output, Terminal};
pub use waiting::{Hashed, Hashing, Need, Supply, Waiting};
pub use web::{Exchange, Request, Response, Resume, respond_after_login, respond_after_wait, serve};
