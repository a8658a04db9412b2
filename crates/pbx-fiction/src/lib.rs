//! Invented people and what happens to them, from a seed, with a manifest of where each of them occurs.
//!
//! ```text
//!   seed ──▶ People ──person, outsider, administrator──▶ Person ──fields──▶ what a site knows of them
//!              │
//!            Life::of ◀── Plan (how many of what)
//!              │
//!              ├──items──▶ Item: owner, time, fields, parties, audio
//!              └──manifest──▶ Manifest: subject ──▶ kind, number, field, encoding
//! ```
//!
//! Everything is found by number, in any order, without making what comes before it; so is everything about one
//! person ([`Life::about`]).
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number; the same seed and plan give the same bytes.
//! - Nobody and nothing here exists: numbers are from ranges kept for fiction, mail domains are reserved, towns,
//!   streets and firms are made up.
//! - An [`Item`] cannot name anybody without saying so: what writes a name into a field also writes the manifest.

mod cast;
mod draw;
mod extension;
mod item;
mod life;
mod manifest;
mod mention;
mod name;
mod people;
mod person;
mod phone;
mod place;
mod plan;
mod ring;
mod text;

pub use extension::{Extensions, ParseExtensionsError};
pub use item::{Audio, Encoding, Item, Kind, Occurrence};
pub use life::{Call, Life};
pub use manifest::{Entry, Manifest};
pub use people::{ParseSubjectError, People, Subject};
pub use person::Person;
pub use phone::PhoneNumber;
pub use plan::{Plan, PlanError};
