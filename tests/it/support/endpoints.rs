//! The endpoints file: what `understudy serve --endpoints FILE` tells the tools around it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
pub struct Endpoints {
    /// Where Understudy's own control API is.
    pub director: DirectorEndpoint,
    /// The certificate that vouches for every HTTPS listener, PEM.
    pub ca_file: PathBuf,
    /// The sites, in the order of the scenario.
    pub sites: Vec<Site>,
}

/// Where the director is.
#[derive(Debug, Clone, Deserialize)]
pub struct DirectorEndpoint {
    /// Its base address, ending in the port.
    pub url: String,
    /// The file (mode 0600) that holds its bearer token.
    pub token_file: PathBuf,
}

/// One site.
#[derive(Debug, Clone, Deserialize)]
pub struct Site {
    /// Its name in the scenario.
    pub id: String,
    /// The product it is an instance of.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// Its listeners, those that are off included.
    pub listeners: Vec<Listener>,
    /// The accounts that exist at the start, with their passwords.
    pub accounts: Vec<Account>,
    /// The certificate that vouches for its HTTPS listeners; copied from the top of the file.
    #[serde(skip)]
    pub ca_file: PathBuf,
}

impl Site {
    /// The listener of `kind`, on or off.
    #[track_caller]
    pub fn listener(&self, kind: Kind) -> &Listener {
        let found = self.listeners.iter().find(|listener| listener.kind == kind);
        found.unwrap_or_else(|| panic!("{} has no {kind:?} listener", self.id))
    }

    /// The account called `name`.
    #[track_caller]
    pub fn account(&self, name: &str) -> &Account {
        let found = self.accounts.iter().find(|account| account.name == name);
        found.unwrap_or_else(|| panic!("{} has no account {name} in the endpoints file", self.id))
    }

    /// The password of the account called `name`.
    #[track_caller]
    pub fn password(&self, name: &str) -> &str {
        &self.account(name).password
    }
}

/// A listener of a site.
#[derive(Debug, Clone, Deserialize)]
pub struct Listener {
    /// What it speaks.
    pub kind: Kind,
    /// The address it is bound to.
    pub address: String,
    /// The port it is bound to.
    pub port: u16,
    /// Whether it takes connections.
    pub enabled: bool,
    /// The address to open in a browser, where it speaks HTTP.
    pub url: Option<String>,
}

/// What a listener speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
    /// SSH-2.
    Ssh,
}

/// An account that exists from the start.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// Its login name.
    pub name: String,
    /// Its password in clear: laboratory accounts only; empty where it has none.
    #[serde(default)]
    pub password: String,
    /// Its role, in the product's words.
    pub role: String,
    /// Where it may log in.
    pub surface: Vec<String>,
}

impl Endpoints {
    /// Reads `file`.
    #[track_caller]
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
        let mut endpoints: Self = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{} is not an endpoints file: {error}\n{text}", file.display()));
        for site in &mut endpoints.sites {
            site.ca_file.clone_from(&endpoints.ca_file);
        }
        endpoints
    }
}
