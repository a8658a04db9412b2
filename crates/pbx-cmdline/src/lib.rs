//! Lines at a prompt: editing, history, completion, and the switch-style grammar.
//!
//! An [`Editor`] turns bytes from a terminal into [`Edit`]s and never waits for anything; [`words`] splits a line;
//! [`parse`] reads switches by a table of [`Switch`] rows; [`columns`] and [`boxed`] lay text out.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - What an editor says does not depend on how its bytes were split.
//! - No input makes an editor hold more than one line, its history and one escape sequence, all bounded.
//! - What is typed while input is hidden is never echoed, never in the history and never in `Debug` output.
//! - Laid-out text holds no control characters, so that stored data cannot steer a terminal.

mod buffer;
mod decoder;
mod editor;
mod history;
mod layout;
mod numbers;
mod place;
mod switch;
mod words;

pub use editor::{Echo, Edit, Editor, Terminal};
pub use history::HISTORY_LINES_MAX;
pub use layout::{boxed, columns, width};
pub use numbers::{NUMBERS_MAX, Numbers, NumbersError};
pub use switch::{Given, GrammarError, Switch, ValueKind, parse, usage};
pub use words::{SplitError, quote, words};

/// The longest line a caller may type, in bytes. Longer than any real command, shorter than an attack.
pub const LINE_BYTES_MAX: usize = 1_024;
