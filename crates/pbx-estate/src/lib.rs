//! The nouns that every product manages, and what is done to them, written once.
//!
//! Products differ in policy, tables and looks; what they do to people and their data is here. An operation looks
//! at the [`Estate`] and answers with an [`Outcome`]: the changes to make, the events to record, and the reply.
//!
//! # Invariants
//!
//! - Operations write nothing: they return changes, and only the engine commits.
//! - No operation runs without a [`Grant`](pbx_auth::Grant): [`Context`] holds one.
//! - Store keys are pseudonyms or numbers, never personal data; values leave here sealed.
//! - What belongs to a subject is sealed with a key of its own, which an erasure destroys: see [`keys`].

mod args;
mod context;
mod estate;
mod outcome;

pub mod account;
pub mod keys;
pub mod log;
pub mod people;
pub mod role;
pub mod setting;
pub mod subscriber;
pub mod tally;

pub use args::Args;
pub use context::{Blobs, Context, Handler};
pub use estate::{Error, Estate, Noun};
pub use outcome::{Document, Event, Facts, Listing, NewPassword, Outcome, Refusal, Reply, Stop};
