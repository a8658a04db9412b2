use std::io;
use std::path::{Path, PathBuf};

use pbx_kernel::{Surface, Transport};
use serde::Serialize;

use crate::{KnownAccount, Seat};

/// What tools read to find a running world: the endpoints file.
///
/// It names passwords, as the documentation does, so only its owner may read it.
#[derive(Clone, Serialize)]
pub struct Endpoints {
    /// Where the director listens.
    pub director: DirectorEndpoint,
    /// The certificate of the authority that signed every listener's.
    pub ca_file: PathBuf,
    /// The sites.
    pub sites: Vec<SiteEndpoint>,
}

/// Where the director listens.
#[derive(Clone, Debug, Serialize)]
pub struct DirectorEndpoint {
    /// Its address, for example `https://127.0.0.1:8440`.
    pub url: String,
    /// The file with its bearer token.
    pub token_file: PathBuf,
}

/// One site.
#[derive(Clone, Serialize)]
pub struct SiteEndpoint {
    /// Its id.
    pub id: String,
    /// What it emulates.
    pub product: String,
    /// Which release of it.
    pub release: String,
    /// Where it listens.
    pub listeners: Vec<ListenerEndpoint>,
    /// The accounts that it began with.
    pub accounts: Vec<AccountEndpoint>,
}

/// One listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListenerEndpoint {
    /// Its name in the product's policy.
    pub id: String,
    /// How bytes travel.
    pub kind: Transport,
    /// The address, without the port.
    pub address: String,
    /// The TCP port.
    pub port: u16,
    /// Whether it takes connections now.
    pub enabled: bool,
    /// Where its pages begin, for HTTP and HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One account as it began.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AccountEndpoint {
    /// Its name.
    pub name: String,
    /// Another name it answers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Its PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Its role's id.
    pub role: String,
    /// Where accounts with its role may log in.
    pub surface: Vec<Surface>,
}

impl Endpoints {
    /// Writes the file, complete or not at all, readable by its owner only.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        text.push(b'\n');
        crate::file::replace(path, &text, 0o600)
    }
}

impl SiteEndpoint {
    /// The site of `seat`, whose listeners were bound as `listeners` says.
    pub fn of(seat: &Seat, listeners: Vec<ListenerEndpoint>) -> Self {
        Self {
            id: seat.id().to_string(),
            product: seat.policy().product.id.clone(),
            release: seat.release().to_owned(),
            listeners,
            accounts: seat.accounts().map(|it| AccountEndpoint::of(seat, it)).collect(),
        }
    }
}

impl AccountEndpoint {
    fn of(seat: &Seat, account: &KnownAccount) -> Self {
        let role = seat.policy().roles.iter().find(|it| *it.id.get_ref() == account.role);
        Self {
            name: account.name.to_string(),
            alias: account.alias.clone(),
            password: account.password.as_ref().map(|it| it.expose_secret().to_owned()),
            pin: account.pin.as_ref().map(|it| it.expose_secret().to_owned()),
            role: account.role.clone(),
            surface: role.map(|it| it.surfaces.clone()).unwrap_or_default(),
        }
    }
}
