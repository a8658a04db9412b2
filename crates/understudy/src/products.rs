//! Every product, in one list: to add one, add its line.

use pbx_product::{GENERIC, Product};

/// The products, and last the one without looks of its own.
pub(crate) static PRODUCTS: &[&Product] = &[
    &product_mx_one::PRODUCT,
    &product_office_400::PRODUCT,
    &product_micloud_portal::PRODUCT,
    &product_app_suite::PRODUCT,
    &product_oig::PRODUCT,
    &GENERIC,
];
