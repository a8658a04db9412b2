//! The pages that every product has, written once: accounts, roles, logs, settings, one's own account, people and what
//! is held of them.
//!
//! A product's page table names them with its own paths, groups and labels; words and columns come from its policy.
//! A form's id is the name of its action, so that a refused form can be shown again as it was filled.

mod account;
mod listing;
mod log;
mod own;
mod people;
mod role;
mod setting;
mod store;

pub use account::{ACCOUNT_ACTIONS, UNLOCK_ACTIONS, accounts, locked};
pub use listing::{facts, table};
pub use log::{LOG_ACTIONS, log};
pub use own::{OWN_ACTIONS, overview, own};
pub use people::{PEOPLE_ACTIONS, own_record, people};
pub use role::{ROLE_ACTIONS, matrix, roles};
pub use setting::{SETTING_ACTIONS, settings};
pub use store::{STORE_ACTIONS, store, stores};

use pbx_auth::Permission;
use pbx_estate::{Args, Context, Listing, Outcome, Reply};
use pbx_page::{Pager, Search};
use pbx_policy::DataField;

use crate::Action;

/// Whether the principal's role includes `permission`.
fn may(cx: &Context<'_>, permission: Permission) -> bool {
    cx.principal().role.includes(permission)
}

/// Whether `actions` has one called `name` that the principal may run.
fn offers(cx: &Context<'_>, actions: &[Action], name: &str) -> bool {
    actions.iter().any(|it| it.name == name && may(cx, it.needs))
}

/// What the product calls the column, where it is one of `fields`.
fn label<'p>(fields: &'p [DataField], column: &str) -> Option<&'p str> {
    let field = fields.iter().find(|it| it.id.get_ref().as_str() == column)?;
    Some(field.label.get_ref())
}

/// The listing of an operation that lists.
fn listed(outcome: Outcome) -> Listing {
    match outcome.reply {
        Reply::Listing(listing) => listing,
        Reply::Document(_) | Reply::Done(_) | Reply::Facts(_) | Reply::Text(_) | Reply::Nothing => {
            Listing::default()
        }
    }
}

/// The address of the page after this one, with what was searched for, where there is one.
fn pager(args: &Args, listing: &Listing, from: &str) -> Option<Pager> {
    let next = query(from, listing.next.as_deref()?);
    let next = match args.get("search") {
        Some(search) => format!("{next}&{}", &query("search", search)[1..]),
        None => next,
    };
    Some(Pager { next: Some(next), ..Pager::default() })
}

/// A search box that keeps what was searched for.
fn search(args: &Args) -> Search {
    let value = args.get("search").unwrap_or_default().to_owned();
    Search { name: "search".to_owned(), label: "Search".to_owned(), value, ..Search::default() }
}

/// The address of one thing on the page, for example `?name=ada`.
fn query(name: &str, value: &str) -> String {
    let encoded: String = value.bytes().map(encode).collect();
    format!("?{name}={encoded}")
}

fn encode(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
