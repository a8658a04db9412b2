//! The plug: what a product is made of (command, route and page tables, menus, looks), and the pages that all share.
//!
//! A product crate is one [`Product`] value: its policy as text, rows that join syntax to the operations of
//! `pbx-estate`, and functions that say how answers look. The engine reads the rows; nothing registers itself.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - A row says what permission it needs; only the engine, which authorises, can run it.
//! - Products know neither one another nor the engine.

mod generic;
mod plug;

pub mod needs;
pub mod standard;
pub mod text;

pub use generic::{GENERIC, standard_status, wire_reply};
pub use plug::{
    Access, Action, Command, Console, Does, Face, Item, LoginForm, Menu, Method, Page, Product, Question,
    Route, Run, Screen, Shown, Signed, Wire,
};
