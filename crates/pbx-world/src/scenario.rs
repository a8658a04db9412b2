use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pbx_kernel::{AccountName, Secret, SiteId, Timestamp};
use pbx_policy::{PolicyError, Rank};
use pbx_vault::HashCost;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::{Profile, StartError};

mod check;
mod people;
mod ports;

pub(crate) use check::mistake;
pub use people::PeoplePlan;
pub use ports::Ports;

/// Which sites a process runs, and how its world begins: a scenario file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// Determines everything that a deterministic world draws; see [`WorldOptions`](crate::WorldOptions).
    #[serde(default)]
    pub seed: u64,
    /// What hashing a password costs.
    #[serde(default)]
    pub hashing: HashingLevel,
    /// How the clock begins.
    #[serde(default)]
    pub clock: ClockPlan,
    /// Where the director listens.
    #[serde(default)]
    pub director: DirectorPlan,
    /// The sites.
    pub sites: Vec<SitePlan>,
    #[serde(skip)]
    pub(crate) source: Source,
}

/// The file that a scenario was read from, for error texts and for the files that it names.
#[derive(Clone, Default)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) text: String,
    pub(crate) folder: PathBuf,
}

impl fmt::Debug for Source {
    /// Without the text, which has passwords in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)
    }
}

/// What hashing a password costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HashingLevel {
    /// Next to nothing, and no protection: for test suites whose passwords are printed anyway.
    Low,
    /// What is recommended for real passwords.
    #[default]
    Recommended,
}

/// How the clock begins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClockPlan {
    /// When, in RFC 3339; now where it is not said. A world that has records of a later time begins then.
    #[serde(default, deserialize_with = "moment")]
    pub start: Option<Timestamp>,
    /// Whether it stands still until the director lets it run.
    #[serde(default)]
    pub frozen: bool,
}

/// Where the director listens.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DirectorPlan {
    /// Its TCP port; 0 picks a free one.
    #[serde(default)]
    pub port: u16,
}

/// One site.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SitePlan {
    /// Its id, which is also the first label of its host name.
    pub id: Spanned<SiteId>,
    /// The product that it emulates, by its short name.
    #[serde(default)]
    pub product: Option<Spanned<String>>,
    /// In place of a product: a policy file of one's own, relative to the scenario file.
    #[serde(default)]
    pub policy: Option<Spanned<String>>,
    /// Which release of the product; its default where it is not said.
    #[serde(default)]
    pub release: Option<Spanned<String>>,
    /// In which state it begins.
    #[serde(default)]
    pub profile: Profile,
    /// Where its listeners listen.
    #[serde(default)]
    pub ports: Option<Spanned<Ports>>,
    /// The accounts that it has beside those of its product.
    #[serde(default)]
    pub accounts: Vec<AccountPlan>,
    /// The people that it holds data of; nobody's where it is not said.
    #[serde(default)]
    pub people: Option<PeoplePlan>,
}

/// An account of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccountPlan {
    /// Its name.
    pub name: Spanned<AccountName>,
    /// Its role's id.
    pub role: Spanned<String>,
    /// Its password; without one it cannot log in with one.
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<Secret>,
    /// Its PIN for the local network.
    #[serde(default, deserialize_with = "secret")]
    pub pin: Option<Secret>,
    /// Its public keys in OpenSSH form.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Its class.
    #[serde(default)]
    pub class: Option<Spanned<String>>,
    /// Another name it answers to.
    #[serde(default)]
    pub alias: Option<String>,
    /// Who it belongs to: an invented person.
    #[serde(default)]
    pub full_name: String,
    /// What it is for.
    #[serde(default)]
    pub rank: Rank,
}

impl Scenario {
    /// Reads and checks the scenario file at `path`.
    pub fn read(path: &Path) -> Result<Self, StartError> {
        let text = crate::file::read_text(path)?;
        let mut scenario = Self::parse(&path.display().to_string(), &text).map_err(StartError::Mistakes)?;
        path.parent().unwrap_or(Path::new("")).clone_into(&mut scenario.source.folder);
        Ok(scenario)
    }

    /// Checks what can be checked without starting anything: products, policies, accounts, ports.
    pub fn check(
        &self,
        products: &'static [&'static pbx_product::Product],
        policies: &[crate::PolicyText],
    ) -> Result<(), StartError> {
        crate::plan::plan(self, products, policies).map(|_| ())
    }

    /// What its sites will be, in its order, without starting anything.
    pub fn outline(
        &self,
        products: &'static [&'static pbx_product::Product],
        policies: &[crate::PolicyText],
    ) -> Result<Vec<crate::SiteOutline>, StartError> {
        let outline = |it: crate::plan::Plan| crate::SiteOutline {
            id: it.id,
            release: it.release,
            policy: Arc::clone(&it.rules.policy),
            population: it.population,
        };
        Ok(crate::plan::plan(self, products, policies)?.into_iter().map(outline).collect())
    }

    /// Parses and checks a scenario; `file` is for error texts. Policy files that it names are looked for in the
    /// working directory.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        let mut scenario: Self =
            toml::from_str(text).map_err(|error| PolicyError::of_toml(file, text, &error))?;
        scenario.source = Source { file: file.to_owned(), text: text.to_owned(), folder: PathBuf::new() };
        let mistakes = check::mistakes(&scenario);
        if mistakes.is_empty() { Ok(scenario) } else { Err(scenario.error(mistakes)) }
    }
}

impl SitePlan {
    /// Its listeners' ports by listener id.
    pub(crate) fn fixed_ports(&self) -> BTreeMap<String, u16> {
        match self.ports.as_ref().map(Spanned::get_ref) {
            Some(Ports::Fixed(ports)) => ports.clone(),
            Some(Ports::Free) | None => BTreeMap::new(),
        }
    }
}

impl HashingLevel {
    /// The cost itself.
    pub const fn cost(self) -> HashCost {
        match self {
            Self::Low => HashCost::low(),
            Self::Recommended => HashCost::recommended(),
        }
    }
}

fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(from)?;
    let wrong = || serde::de::Error::custom("expected a moment such as \"2026-11-22T09:00:00Z\"");
    Timestamp::parse(&text).map(Some).ok_or_else(wrong)
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(Some(Secret::new(String::deserialize(from)?)))
}

#[cfg(test)]
mod tests;
