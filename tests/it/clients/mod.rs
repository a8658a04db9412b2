//! Stock OpenSSH, `curl` and a headless Chromium at each of the five products: they log in where the as-shipped
//! state allows it, do a permitted thing, are refused a forbidden one, and find both on record.

mod app_suite;
mod harbour;
mod manners;
mod micloud_portal;
mod mx_one;
mod mx_one_shell;
mod office_400;
mod oig;

use serde_json::Value;
use support::{Browser, Site, World};

use crate::faces::check_has;

/// Fails unless the flight recorder of `site` has an entry of `event`, so ended, with this name of the row.
#[track_caller]
fn check_recorded(world: &World, site: &Site, event: &str, outcome: &str, name: &str) {
    let records = world.director().records(&site.id);
    check_has(&records, &[("event", event), ("outcome", outcome), ("detail.name", name)]);
}

/// Fails if the page would have to be moved sideways on a phone of 360 pixels.
#[track_caller]
fn check_fits_a_phone(browser: &Browser) {
    let wide = browser.evaluate("return document.documentElement.scrollWidth - window.innerWidth");
    assert!(wide.as_i64().is_some_and(|it| it <= 0), "{} is {wide} pixels too wide", browser.url());
}

/// Makes the window as narrow as a phone. Chromium's own window would not go below 500 pixels.
#[track_caller]
fn hold_a_phone(browser: &Browser) {
    browser.resize(360, 780);
    let width = browser.evaluate("return window.innerWidth");
    assert!(width.as_u64().is_some_and(|it| it <= 360), "the window is {width} pixels wide");
}

/// The text of a JSON value.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
