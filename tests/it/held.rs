//! People and what is held of them, as the products' own pages and routes let it be seen and erased.

mod app_suite;
mod generic;
mod lab;
mod micloud_portal;
mod mx_one;
mod office_400;
mod oig;
