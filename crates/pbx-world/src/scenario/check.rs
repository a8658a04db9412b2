//! What TOML's types cannot say about a scenario by itself; what needs the products is checked when it is planned.

use std::collections::BTreeMap;

use pbx_policy::{Mistake, PolicyError};
use toml::Spanned;

use super::{AccountPlan, Scenario, SitePlan};

impl Scenario {
    /// The error that says `mistakes`, from top to bottom.
    pub(crate) fn error(&self, mut mistakes: Vec<Mistake>) -> PolicyError {
        mistakes.sort_by_key(|it| it.line);
        PolicyError { file: self.source.file.clone(), mistakes }
    }
}

/// A mistake at `value`.
pub(crate) fn mistake<T>(text: &str, value: &Spanned<T>, field: &str, message: impl Into<String>) -> Mistake {
    let line = text.as_bytes().iter().take(value.span().start).filter(|byte| **byte == b'\n').count() + 1;
    Mistake { line, field: field.to_owned(), message: message.into() }
}

/// Everything that is wrong with `scenario`.
pub(super) fn mistakes(scenario: &Scenario) -> Vec<Mistake> {
    let mut check = Check { text: &scenario.source.text, mistakes: Vec::new() };
    let count = scenario.sites.len();
    if !(1..=SITES_MAX).contains(&count) {
        let message = format!("there are {count} sites; a scenario has 1 to {SITES_MAX}");
        check.mistakes.push(Mistake { line: 1, field: "sites".to_owned(), message });
        return check.mistakes;
    }
    check.ids(&scenario.sites);
    check.ports(scenario);
    for site in &scenario.sites {
        check.site(site);
    }
    check.mistakes
}

struct Check<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    fn ids(&mut self, sites: &[SitePlan]) {
        let mut seen = std::collections::BTreeSet::new();
        for site in sites {
            if !seen.insert(site.id.get_ref()) {
                self.say(&site.id, "sites.id", format!("there is already a site \"{}\"", site.id.get_ref()));
            }
        }
    }

    fn ports(&mut self, scenario: &Scenario) {
        let mut used = BTreeMap::new();
        if scenario.director.port != 0 {
            used.insert(scenario.director.port, "the director".to_owned());
        }
        for site in &scenario.sites {
            let Some(at) = &site.ports else { continue };
            for (listener, port) in site.fixed_ports().into_iter().filter(|(_, port)| *port != 0) {
                let whose = format!("\"{listener}\" of the site \"{}\"", site.id.get_ref());
                if let Some(other) = used.get(&port) {
                    self.say(
                        at,
                        "sites.ports",
                        format!("port {port} for {whose} is used by {other} already"),
                    );
                } else {
                    used.insert(port, whose);
                }
            }
        }
    }

    fn site(&mut self, site: &SitePlan) {
        match (&site.product, &site.policy) {
            (Some(_), None) | (None, Some(_)) => {}
            (Some(_), Some(policy)) => {
                self.say(policy, "sites.policy", "a site has either a product or a policy file, not both");
            }
            (None, None) => {
                self.say(&site.id, "sites.product", "a site needs a product or a policy file");
            }
        }
        if site.accounts.len() > ACCOUNTS_MAX {
            let message =
                format!("there are {} accounts; a site has at most {ACCOUNTS_MAX}", site.accounts.len());
            self.say(&site.id, "sites.accounts", message);
        }
        for account in &site.accounts {
            self.account(account);
        }
        self.mistakes.extend(site.people.iter().flat_map(|it| it.mistakes(self.text)));
    }

    fn account(&mut self, account: &AccountPlan) {
        if account.password.is_none() && account.pin.is_none() && account.keys.is_empty() {
            let message = "the account needs a password, a pin or keys to log in with";
            self.say(&account.name, "sites.accounts.password", message);
        }
        if account.keys.len() > KEYS_MAX {
            self.say(&account.name, "sites.accounts.keys", format!("there are at most {KEYS_MAX} keys"));
        }
    }

    fn say<T>(&mut self, at: &Spanned<T>, field: &str, message: impl Into<String>) {
        self.mistakes.push(mistake(self.text, at, field, message));
    }
}

/// The most sites of a scenario: ten times what one process is meant to run.
const SITES_MAX: usize = 10_000;

/// The most accounts that a scenario gives a site: a big class twice over.
const ACCOUNTS_MAX: usize = 200;

/// The most keys of an account: they are kept in one store value together.
const KEYS_MAX: usize = 4;
