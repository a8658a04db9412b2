//! MiVoice MX-ONE: its policy, its tables and its looks.
//!
//! The rules are data, in `product.toml`. The other files join the shared operations to the product's own syntax
//! (`command`), paths (`route`, `page`), sentences and columns (`screen`) and JSON (`wire`).
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - Handlers never format: only `screen.rs` knows a column or a sentence of the terminal, only `wire.rs` JSON.
//! - No vendor wording: commands, switches, field names and titles are public facts, all sentences are our own.

mod command;
mod node;
mod page;
mod permission;
mod route;
mod screen;
mod wire;

#[cfg(test)]
mod tests;

use pbx_product::Product;

/// The product, as the binary lists it.
pub const PRODUCT: Product = Product {
    id: "mx-one",
    policy: include_str!("../product.toml"),
    commands: command::COMMANDS,
    routes: route::ROUTES,
    pages: page::PAGES,
    screen: &screen::SCREEN,
    wire: &wire::WIRE,
    face: &page::FACE,
};
