//! Who may do what: every role of every product against every command, menu item, route, page and form.
//!
//! The matrix is generated from the products' tables and policies; that the engine does what it says is proven by
//! doing each thing as an account of each role. A refusal for another reason, such as a missing value, is a yes.

mod matrix;
mod prove;

use std::collections::BTreeMap;

use pbx_policy::Policy;
use pbx_product::{GENERIC, Product};

use crate::engine::rig::PRODUCTS;
use matrix::Matrix;
use support::check_golden_folder;

#[test]
fn the_permission_matrix_is_as_reviewed() {
    let file = |product: &&'static Product| {
        (format!("{}.txt", product.id), Matrix::of(product, &policy(product)).to_string())
    };
    let files: BTreeMap<_, _> = PRODUCTS.iter().map(file).collect();
    check_golden_folder("permission", &files);
}

#[test]
fn mx_one_does_what_its_matrix_says() {
    prove::product(&product_mx_one::PRODUCT);
}

#[test]
fn office_400_does_what_its_matrix_says() {
    prove::product(&product_office_400::PRODUCT);
}

#[test]
fn micloud_portal_does_what_its_matrix_says() {
    prove::product(&product_micloud_portal::PRODUCT);
}

#[test]
fn app_suite_does_what_its_matrix_says() {
    prove::product(&product_app_suite::PRODUCT);
}

#[test]
fn oig_does_what_its_matrix_says() {
    prove::product(&product_oig::PRODUCT);
}

#[test]
fn a_product_without_rust_does_what_its_matrix_says() {
    prove::policy(&GENERIC, crate::engine::rig::SMALL);
}

#[test]
fn every_row_needs_permissions_that_its_policy_declares() {
    for product in PRODUCTS {
        let policy = policy(product);
        let matrix = Matrix::of(product, &policy);
        for needed in matrix.rows.iter().flat_map(|row| &row.needs) {
            assert!(policy.permissions.contains_key(needed.0), "{}: {needed} is not declared", product.id);
        }
    }
}

fn policy(product: &Product) -> Policy {
    Policy::parse("product.toml", product.policy).unwrap_or_else(|error| panic!("{}: {error}", product.id))
}
