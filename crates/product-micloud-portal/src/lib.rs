//! MiCloud Management Portal: its policy, its web portal, its programming interface and its server console.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - What is done to system users, profiles and logs is done by the shared operations; rows here only name them.
//! - How strong a password is may be said; the password itself never is.

mod command;
mod customer;
mod page;
mod permission;
mod route;
mod screen;
mod strength;
mod wire;

#[cfg(test)]
mod tests;

use pbx_product::Product;

/// The product. Over SSH it has a text menu, so there are no commands to type.
pub static PRODUCT: Product = Product {
    id: "micloud-portal",
    policy: include_str!("../product.toml"),
    commands: &[],
    routes: route::ROUTES,
    pages: page::PAGES,
    screen: &screen::SCREEN,
    wire: &wire::WIRE,
    face: &page::FACE,
};
