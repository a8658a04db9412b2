//! Pages as values, and their one rendering as HTML.
//!
//! A product's `page.rs` says what a page holds ([`Sheet`]) and around it where the caller is ([`Frame`]);
//! [`render`] alone knows HTML. The look of each product is a [`Theme`]: a name on the root element that
//! [`STYLESHEET`] turns into colours and layout.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - Every text is escaped; no page holds an inline style or script, so `style-src 'self'` suffices.
//! - Every form that posts carries the session's forgery token; a form that gets never does.
//! - What was typed into a password field is never sent back.
//! - A link leads to the same origin or nowhere.

mod form;
mod frame;
mod render;
mod sheet;
mod table;
mod theme;

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod tests;

pub use form::{Autocomplete, Choice, Field, FieldKind, Form, FormTone, Method};
pub use frame::{Csrf, Frame, LoginFrame, NavGroup, NavItem, SignedIn, Tab};
pub use render::{render, render_login};
pub use sheet::{Block, Fact, Facts, Link, Note, Sheet, Tone};
pub use table::{Align, Cell, Column, Pager, Row, Search, Table};
pub use theme::{NavPlace, Theme};

/// The one stylesheet of all themes, served at [`STYLESHEET_PATH`]. It names no other resource.
pub const STYLESHEET: &str = include_str!("../style/understudy.css");

/// Where pages expect [`STYLESHEET`].
pub const STYLESHEET_PATH: &str = "/understudy.css";
