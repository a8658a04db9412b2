//! MiVoice Office 400: its policy, its WebAdmin and Self Service Portal, and its programming interface.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - What is done to accounts, profiles and logs is done by the shared operations; rows here only name them.

mod held;
mod page;
mod permission;
mod route;
mod user;
mod wire;

#[cfg(test)]
mod tests;

use pbx_product::{GENERIC, Product};

/// The product. It has no terminal: no listener of its policy leads to the generic screen, and no command exists.
pub static PRODUCT: Product = Product {
    id: "office-400",
    policy: include_str!("../product.toml"),
    commands: &[],
    routes: route::ROUTES,
    pages: page::PAGES,
    screen: GENERIC.screen,
    wire: &wire::WIRE,
    face: &page::FACE,
};
