//! From a scenario to sites: which policy, which product, which accounts. Reads policy files, writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pbx_kernel::{AccountName, Entropy, Secret, SiteId};
use pbx_policy::{Mistake, Policy, PolicyError, Rank};
use pbx_product::Product;
use pbx_vault::SeededEntropy;
use toml::Spanned;

use crate::population::Population;
use crate::scenario::{AccountPlan, Ports, SitePlan, mistake};
use crate::{Profile, Scenario, StartError};

/// A site as it will be opened.
pub(crate) struct Plan {
    pub(crate) id: SiteId,
    pub(crate) release: String,
    pub(crate) rules: Arc<Rules>,
    pub(crate) ports: BTreeMap<String, u16>,
    pub(crate) accounts: Vec<KnownAccount>,
    pub(crate) population: Option<Arc<Population>>,
}

/// What a site will be when its world starts.
#[derive(Clone, Debug)]
pub struct SiteOutline {
    /// Its id.
    pub id: SiteId,
    /// Which release of its product it is.
    pub release: String,
    /// Its rules, as its profile makes them.
    pub policy: Arc<Policy>,
    /// Its people, where it has some.
    pub population: Option<Arc<Population>>,
}

/// What all sites of a product and profile share.
pub(crate) struct Rules {
    pub(crate) policy: Arc<Policy>,
    pub(crate) product: &'static Product,
    pub(crate) shipped: Vec<KnownAccount>,
}

/// An account whose password the world knows, because a policy or a scenario says it.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    /// Its name.
    pub name: AccountName,
    /// Its role's id.
    pub role: String,
    /// Who it belongs to.
    pub full_name: String,
    /// Its class.
    pub class: Option<String>,
    /// Another name it answers to.
    pub alias: Option<String>,
    /// What it is for.
    pub rank: Rank,
    /// Whether it stays as it is.
    pub fixed: bool,
    /// Whether its password must be changed at the first login.
    pub must_change: bool,
    /// Its password as it begins.
    pub password: Option<Secret>,
    /// Its PIN as it begins.
    pub pin: Option<Secret>,
    /// Its public keys in OpenSSH form.
    pub keys: Vec<String>,
}

/// A policy that replaces a product's own.
#[derive(Clone, Debug)]
pub struct PolicyText {
    file: String,
    text: String,
    product: String,
}

impl PolicyText {
    /// Reads and checks the policy file at `path`.
    pub fn read(path: &Path) -> Result<Self, StartError> {
        let text = crate::file::read_text(path)?;
        Self::parse(&path.display().to_string(), &text).map_err(StartError::Mistakes)
    }

    /// Parses and checks a policy; `file` is for error texts.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        let product = Policy::parse(file, text)?.product.id;
        Ok(Self { file: file.to_owned(), text: text.to_owned(), product })
    }

    /// The product whose policy it replaces.
    pub fn product(&self) -> &str {
        &self.product
    }
}

/// Plans every site of `scenario`.
pub(crate) fn plan(
    scenario: &Scenario,
    products: &'static [&'static Product],
    policies: &[PolicyText],
) -> Result<Vec<Plan>, StartError> {
    let mut planner = Planner { scenario, products, policies, rules: BTreeMap::new(), mistakes: Vec::new() };
    planner.refuse_unused()?;
    let mut plans = Vec::with_capacity(scenario.sites.len());
    for site in &scenario.sites {
        plans.extend(planner.site(site)?);
    }
    if planner.mistakes.is_empty() {
        Ok(plans)
    } else {
        Err(StartError::Mistakes(scenario.error(planner.mistakes)))
    }
}

struct Planner<'a> {
    scenario: &'a Scenario,
    products: &'static [&'static Product],
    policies: &'a [PolicyText],
    /// What was read so far, by where it came from and profile.
    rules: BTreeMap<(Origin, Profile), Arc<Rules>>,
    mistakes: Vec<Mistake>,
}

/// Where a site's policy comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Product(String),
    File(PathBuf),
}

impl Planner<'_> {
    /// A policy that replaces one which no site uses is a slip that would otherwise pass unnoticed.
    fn refuse_unused(&self) -> Result<(), StartError> {
        let used = |id: &str| {
            let products = self.scenario.sites.iter().filter_map(|it| it.product.as_ref());
            products.into_iter().any(|it| it.get_ref() == id)
        };
        match self.policies.iter().find(|it| !used(it.product())) {
            Some(PolicyText { file, product, .. }) => {
                Err(StartError::UnusedPolicy { file: file.clone(), product: product.clone() })
            }
            None => Ok(()),
        }
    }

    /// The site's plan; `None` where a mistake was noted.
    fn site(&mut self, site: &SitePlan) -> Result<Option<Plan>, StartError> {
        let Some(rules) = self.rules(site)? else { return Ok(None) };
        let before = self.mistakes.len();
        let release = self.release(site, &rules.policy);
        self.ports(site, &rules.policy);
        let accounts = self.accounts(site, &rules);
        let population = self.population(site, &rules, &accounts);
        let (id, ports) = (site.id.get_ref().clone(), site.fixed_ports());
        let plan = Plan { id, release, rules, ports, accounts, population };
        Ok((self.mistakes.len() == before).then_some(plan))
    }

    fn rules(&mut self, site: &SitePlan) -> Result<Option<Arc<Rules>>, StartError> {
        let (origin, at) = match (&site.product, &site.policy) {
            (_, Some(policy)) => (Origin::File(self.scenario.source.folder.join(policy.get_ref())), policy),
            (Some(product), None) => (Origin::Product(product.get_ref().clone()), product),
            (None, None) => return Ok(None),
        };
        let key = (origin, site.profile);
        if let Some(rules) = self.rules.get(&key) {
            return Ok(Some(Arc::clone(rules)));
        }
        let Some((file, text)) = self.text(&key.0, at) else { return Ok(None) };
        let mut policy = Policy::parse(&file, &text).map_err(StartError::Mistakes)?;
        let product = self.product(&policy, &file, &text)?;
        site.profile.apply(&mut policy);
        let shipped = policy.shipped.iter().filter_map(KnownAccount::of_shipped).collect();
        let rules = Arc::new(Rules { policy: Arc::new(policy), product, shipped });
        self.rules.insert(key, Arc::clone(&rules));
        Ok(Some(rules))
    }

    /// The policy's file, for error texts, and its text.
    fn text(&mut self, origin: &Origin, at: &Spanned<String>) -> Option<(String, String)> {
        match origin {
            Origin::File(path) => match fs::read_to_string(path) {
                Ok(text) => Some((path.display().to_string(), text)),
                Err(error) => {
                    self.say(at, "sites.policy", format!("{} cannot be read: {error}", path.display()));
                    None
                }
            },
            Origin::Product(id) => {
                if let Some(given) = self.policies.iter().find(|it| it.product() == id) {
                    return Some((given.file.clone(), given.text.clone()));
                }
                if let Some(product) = self.products.iter().find(|it| it.id == id) {
                    return Some((format!("{id}/product.toml"), product.policy.to_owned()));
                }
                let known: Vec<&str> = self.products.iter().map(|it| it.id).collect();
                self.say(
                    at,
                    "sites.product",
                    format!("\"{id}\" is no product: choose one of {}", known.join(", ")),
                );
                None
            }
        }
    }

    /// Whose tables and looks the policy wears.
    fn product(&self, policy: &Policy, file: &str, text: &str) -> Result<&'static Product, StartError> {
        let looks = &policy.product.looks;
        if looks == pbx_product::GENERIC.id {
            return Ok(GENERIC);
        }
        self.products.iter().find(|it| it.id == looks).copied().ok_or_else(|| {
            let known: Vec<&str> = self.products.iter().map(|it| it.id).collect();
            let line = text.lines().position(|it| it.trim_start().starts_with("looks")).unwrap_or(0) + 1;
            let message = format!("\"{looks}\" are no looks: choose generic or one of {}", known.join(", "));
            let mistake = Mistake { line, field: "product.looks".to_owned(), message };
            StartError::Mistakes(PolicyError { file: file.to_owned(), mistakes: vec![mistake] })
        })
    }

    fn release(&mut self, site: &SitePlan, policy: &Policy) -> String {
        let releases = &policy.product.releases;
        if let Some(release) = &site.release {
            if !releases.contains(release.get_ref()) {
                let message =
                    format!("\"{}\" is no release: choose one of {}", release.get_ref(), releases.join(", "));
                self.say(release, "sites.release", message);
            }
            return release.get_ref().clone();
        }
        releases.first().cloned().unwrap_or_default()
    }

    fn ports(&mut self, site: &SitePlan, policy: &Policy) {
        let Some(at) = &site.ports else { return };
        let Ports::Fixed(ports) = at.get_ref() else { return };
        for listener in ports.keys() {
            if !policy.listeners.iter().any(|it| it.id == *listener) {
                let known: Vec<&str> = policy.listeners.iter().map(|it| it.id.as_str()).collect();
                let message =
                    format!("\"{listener}\" is no listener of this product: it has {}", known.join(", "));
                self.say(at, "sites.ports", message);
            }
        }
    }

    fn accounts(&mut self, site: &SitePlan, rules: &Rules) -> Vec<KnownAccount> {
        let policy = &rules.policy;
        let key = |name: &AccountName| pbx_estate::account::key(policy, name);
        let mut names: BTreeSet<String> = rules.shipped.iter().map(|it| key(&it.name)).collect();
        for account in &site.accounts {
            if !names.insert(key(account.name.get_ref())) {
                let message = format!("there is already an account \"{}\"", account.name.get_ref());
                self.say(&account.name, "sites.accounts.name", message);
            }
            if !policy.roles.iter().any(|it| it.id.get_ref() == account.role.get_ref()) {
                let known: Vec<&str> = policy.roles.iter().map(|it| it.id.get_ref().as_str()).collect();
                let message = format!(
                    "\"{}\" is no role of this product: choose one of {}",
                    account.role.get_ref(),
                    known.join(", ")
                );
                self.say(&account.role, "sites.accounts.role", message);
            }
            if let Some(class) =
                account.class.as_ref().filter(|it| !policy.accounts.classes.contains(it.get_ref()))
            {
                let message = format!("\"{}\" is no class of this product", class.get_ref());
                self.say(class, "sites.accounts.class", message);
            }
        }
        site.accounts.iter().map(KnownAccount::of_plan).collect()
    }

    /// The site's people; `None` where the scenario has none, or a mistake was noted.
    fn population(
        &mut self,
        site: &SitePlan,
        rules: &Rules,
        accounts: &[KnownAccount],
    ) -> Option<Arc<Population>> {
        let people = site.people.as_ref()?;
        if rules.policy.person.is_none() {
            let message = "this product has no record of persons: its policy has no [person]".to_owned();
            self.say(&people.count, "sites.people", message);
            return None;
        }
        let census = people.census(seed(self.scenario.seed, site.id.get_ref()));
        let accounts = rules.shipped.iter().chain(accounts);
        Some(Arc::new(Population::new(&rules.policy, census, accounts)))
    }

    fn say<T>(&mut self, at: &Spanned<T>, field: &str, message: String) {
        self.mistakes.push(mistake(&self.scenario.source.text, at, field, message));
    }
}

impl KnownAccount {
    /// `None` for a name that is no account name, which a policy that was parsed does not have.
    fn of_shipped(shipped: &pbx_policy::Shipped) -> Option<Self> {
        Some(Self {
            name: AccountName::parse(shipped.name.get_ref()).ok()?,
            role: shipped.role.get_ref().clone(),
            full_name: String::new(),
            class: shipped.class.as_ref().map(|it| it.get_ref().clone()),
            alias: shipped.alias.clone(),
            rank: shipped.rank,
            fixed: shipped.fixed,
            must_change: shipped.must_change,
            password: Some(Secret::new(shipped.password.as_str())),
            pin: shipped.pin.as_deref().map(Secret::new),
            keys: Vec::new(),
        })
    }

    fn of_plan(plan: &AccountPlan) -> Self {
        Self {
            name: plan.name.get_ref().clone(),
            role: plan.role.get_ref().clone(),
            full_name: plan.full_name.clone(),
            class: plan.class.as_ref().map(|it| it.get_ref().clone()),
            alias: plan.alias.clone(),
            rank: plan.rank,
            fixed: false,
            must_change: false,
            password: plan.password.clone(),
            pin: plan.pin.clone(),
            keys: plan.keys.iter().map(|it| without_comment(it)).collect(),
        }
    }
}

/// What a site's people follow from if the scenario does not say: no two sites have the same.
fn seed(of_scenario: u64, site: &SiteId) -> u64 {
    let mut bytes = [0; 8];
    SeededEntropy::new(of_scenario).stream(&format!("people of {site}")).fill(&mut bytes);
    u64::from_be_bytes(bytes)
}

/// A line of an `authorized_keys` file as its key alone: a transport reports keys without a comment.
fn without_comment(line: &str) -> String {
    line.split_ascii_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// The product that a policy without looks of its own runs on.
static GENERIC: &Product = &pbx_product::GENERIC;
