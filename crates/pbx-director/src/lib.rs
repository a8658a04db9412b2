//! Understudy's own control API: sites, clock, lockouts, recorder. Never part of a product.
//!
//! ```text
//!  pbx-listener ──▶ TLS (pbx-https) ──▶ Guard: bearer token ──▶ one handler per operation ──▶ World
//! ```
//!
//! # Invariants
//!
//! - Only callers on this machine reach it, and only `/health` and `/openapi.json` answer without the token.
//! - Every operation that is served is documented, because both come from the same line of `api.rs`; a test asks for
//!   each, and holds every answer against the document.
//! - Every answer that is not a success is JSON with a code and a sentence that says what to do.
//! - `GET` changes nothing. No page of another origin may read an answer.
//! - Bodies, pages of records, streams and waits have a limit each.

mod api;
mod clock;
mod director;
mod events;
mod extract;
mod faults;
mod guard;
mod problem;
mod records;
mod requests;
mod sites;
mod token;
mod trail;

#[cfg(test)]
mod tests;

pub use director::{Director, DirectorOptions, OpenDirectorError};
