//! What is said once everything answers: where, and with which accounts.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use pbx_world::{Endpoints, ListenerEndpoint, SiteEndpoint};

use crate::cli::Serve;

/// Prints the table of sites and, last, the line that tools wait for: `ready` and the endpoints file.
pub(super) fn say(endpoints: &Endpoints, serve: &Serve, file: Option<&Path>) -> Result<()> {
    let mut text = String::new();
    if !serve.listen.is_loopback() {
        text += "These accounts are documented: whoever reaches this address can log in.\n\n";
    }
    for site in endpoints.sites.iter().take(SITES_SHOWN_MAX) {
        text += &show(site);
    }
    if let Some(more) = endpoints.sites.len().checked_sub(SITES_SHOWN_MAX).filter(|it| *it > 0) {
        text += &format!("… and {more} more sites.\n");
    }
    text += &format!(
        "director        {}  (token in {})\n",
        endpoints.director.url,
        endpoints.director.token_file.display()
    );
    text += &format!("trust           {}\n", endpoints.ca_file.display());
    text += "For labs and tests only. Not affiliated with or endorsed by the vendor. Ctrl-C ends it.\n";
    let file = file.map_or_else(|| "-".to_owned(), |it| it.display().to_string());
    text += &format!("ready {file}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
}

fn show(site: &SiteEndpoint) -> String {
    let places: Vec<String> = site.listeners.iter().map(place).collect();
    let mut text = format!("{:<15} {}\n", site.id, places.join("   "));
    for account in &site.accounts {
        let password = account.password.as_deref().unwrap_or("-");
        let alias = account.alias.as_ref().map(|it| format!(" or {it}")).unwrap_or_default();
        let pin = account.pin.as_ref().map(|it| format!(", PIN {it}")).unwrap_or_default();
        let name = format!("{}{alias}", account.name);
        text += &format!("{:<15}   {name:<24} {password}{pin}  ({})\n", "", account.role);
    }
    text.push('\n');
    text
}

fn place(listener: &ListenerEndpoint) -> String {
    let off = if listener.enabled { "" } else { " (off)" };
    match &listener.url {
        Some(url) => format!("{url}{off}"),
        None => format!("ssh -p {} {}{off}", listener.port, listener.address),
    }
}

/// More sites than these are for machines, which read the endpoints file.
const SITES_SHOWN_MAX: usize = 10;
