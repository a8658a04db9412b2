//! Lockouts, password rules, roles and networks: who may come in and do what.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number: `now` is a parameter.
//! - Only [`authorize`] makes a [`Grant`].
//! - An attempt is counted ([`Tally::begin`]) before anyone may look at its password.

mod lockout;
mod network;
mod password;
mod role;
mod session;

pub use lockout::{Count, Lasts, Lock, LockoutRule, PeriodFrom, Resolution, Standing, Tally};
pub use network::Networks;
pub use password::{PasswordRule, Strength, Weakness};
pub use role::{Grant, NotPermitted, Permission, Principal, Role, authorize};
pub use session::SessionRule;
