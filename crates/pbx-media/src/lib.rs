//! Audio: speech-shaped sound from a seed, WAV files, and recordings sealed behind a WAV header.
//!
//! ```text
//!   seed ──synthesize──▶ samples ──wav──▶ a WAV file ──Recording::write──▶ a sealed WAV file
//!                           ▲                  │  ▲                              │
//!                           └─────samples──────┘  └─────Recording::open──────────┘
//! ```
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number; arithmetic is on integers, so the same
//!   seed gives the same bytes on every machine.
//! - No length that a file states is believed before it is compared with the bytes that are there, and nothing is
//!   allocated by it.
//! - A [`Recording`] exists only where its signature was found to be right.

mod check;
mod mulaw;
mod recording;
mod riff;
mod sound;
mod speech;
mod wav;

pub use check::{Facts, Fault, Limits, check};
pub use recording::{OpenRecordingError, Recording, RecordingId, Tampered, WriteRecordingError};
pub use sound::Sound;
pub use speech::{SECONDS_MAX, synthesize};
pub use wav::{Codec, EncodeError, SAMPLE_RATE_HZ, samples, wav};
