//! The engine as its tests drive it: one site over a store in memory, no wire, no wait, no clock but the test's.

pub(crate) mod rig;
pub(crate) mod shell;
pub(crate) mod web;

mod account;
mod attempt;
mod corner;
mod failure;
mod input;
mod limit;
mod log;
mod session;
mod setting;
