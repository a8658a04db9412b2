//! Open Integration Gateway: its policy, its tables and its looks.
//!
//! The rules are data, in `product.toml`. The other files join the shared operations to the text console
//! (`command`), to paths (`route`, `page`) and to sentences (`screen`, `wire`).
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - Handlers never format: only `screen.rs` knows a sentence of the terminal.
//! - No row makes or removes an account: only the administrator has access.

mod command;
mod page;
mod permission;
mod route;
mod screen;
mod users;
mod wire;

#[cfg(test)]
mod tests;

use pbx_product::Product;

/// The product, as the binary lists it.
pub const PRODUCT: Product = Product {
    id: "oig",
    policy: include_str!("../product.toml"),
    commands: command::COMMANDS,
    routes: route::ROUTES,
    pages: page::PAGES,
    screen: &screen::SCREEN,
    wire: &wire::WIRE,
    face: &page::FACE,
};
