//! Accounts of the management plane: listed, made, changed, removed, given passwords, unlocked.

use std::borrow::Cow;

use pbx_auth::PasswordRule;
use pbx_kernel::{AccountName, Row, Table, Timestamp, Verifier};
use pbx_policy::{Policy, Rank};
use serde::{Deserialize, Serialize};

use crate::{Error, Estate, Noun, setting, tally};

mod manage;

pub use manage::{change, create, list, locked, remove, set_own_password, set_password, show, unlock};

/// A login of the management plane.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Its name, as it was given.
    pub name: AccountName,
    /// Its name as it is looked for: folded where the product ignores case.
    pub key: String,
    /// Who it belongs to, where that is known.
    #[serde(default)]
    pub full_name: String,
    /// Its role's id.
    pub role: String,
    /// Its class, where some rule treats it differently.
    #[serde(default)]
    pub class: Option<String>,
    /// Another name it answers to, for example an extension number.
    #[serde(default)]
    pub alias: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub rank: Rank,
    /// Whether it can be removed, renamed or given another role by nobody.
    #[serde(default)]
    pub fixed: bool,
    /// Whether an administrator has shut it.
    #[serde(default)]
    pub disabled: bool,
    /// Whether its password must be changed at the next login.
    #[serde(default)]
    pub must_change: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When its password was set.
    pub password_set: Timestamp,
    /// When it last logged in.
    #[serde(default)]
    pub last_login: Option<Timestamp>,
    /// Its password; without one it cannot log in.
    pub password: Option<Verifier>,
    /// Earlier passwords, newest first.
    #[serde(default)]
    pub history: Vec<Verifier>,
    /// Its PIN for the local network.
    #[serde(default)]
    pub pin: Option<Verifier>,
    /// Its public keys in OpenSSH form.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The number of the person whose it is. Given when a site is founded and to no account since: what is a person's
    /// alone must not become that of whoever gets an account with his name.
    #[serde(default)]
    pub person: Option<crate::people::Number>,
}

/// Which account an alias means.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Alias {
    alias: String,
    account: Row,
}

impl Noun for Account {
    const TABLE: Table = Table("account");

    fn row(&self, estate: &Estate<'_>) -> Row {
        row(estate, &self.key)
    }
}

impl Noun for Alias {
    const TABLE: Table = Table("alias");

    fn row(&self, estate: &Estate<'_>) -> Row {
        estate.pseudonym("alias", &self.alias)
    }
}

impl Account {
    /// The account with a new password, the old one remembered, and what an administrator's reset says of the next login.
    #[must_use]
    pub fn with_password(mut self, verifier: Verifier, must_change: bool, now: Timestamp) -> Self {
        if let Some(old) = self.password.replace(verifier) {
            self.history.insert(0, old);
            self.history.truncate(HISTORY_MAX);
        }
        self.must_change = must_change;
        self.password_set = now;
        self
    }

    /// The present password and those before it that may not come back under `rule`.
    pub fn not_again(&self, rule: &PasswordRule) -> Vec<Verifier> {
        self.password.iter().chain(&self.history).take(rule.history.min(HISTORY_MAX)).cloned().collect()
    }
}

/// The name as it is looked for.
pub fn key(policy: &Policy, name: &AccountName) -> String {
    if policy.accounts.names_ignore_case { name.folded().to_string() } else { name.to_string() }
}

/// The account called `name`, or whose alias it is.
pub fn find(estate: &Estate<'_>, policy: &Policy, name: &AccountName) -> Result<Option<Account>, Error> {
    let key = key(policy, name);
    if let Some(account) = estate.get(&row(estate, &key))? {
        return Ok(Some(account));
    }
    match estate.get::<Alias>(&estate.pseudonym("alias", &key))? {
        Some(alias) => estate.get(&alias.account),
        None => Ok(None),
    }
}

/// What makes `account` answer to `alias`.
pub fn alias(estate: &Estate<'_>, alias: &str, account: &Account) -> Alias {
    Alias { alias: alias.to_owned(), account: row(estate, &account.key) }
}

/// Every account.
pub fn every(estate: &Estate<'_>) -> Result<Vec<Account>, Error> {
    Ok(estate.list::<Account>(None, ACCOUNTS_MAX)?.into_iter().map(|(_, it)| it).collect())
}

/// What stands between `account` and a login at `now`: `open` means nothing but its password.
pub fn state(
    estate: &Estate<'_>,
    policy: &Policy,
    now: Timestamp,
    account: &Account,
) -> Result<&'static str, Error> {
    Ok(match tally::lock_of(estate, policy, now, account)? {
        Some(_) => "locked",
        None if account.disabled => "disabled",
        None if account.password.is_none() => "no password",
        None if account.must_change => "must change password",
        None => "open",
    })
}

/// The password rule that accounts with `role` keep, with what the administrator has set over it.
pub fn password_rule<'p>(
    estate: &Estate<'_>,
    policy: &'p Policy,
    role: &str,
) -> Result<Cow<'p, PasswordRule>, Error> {
    let of_role =
        policy.roles.iter().find(|it| it.id.get_ref() == role).and_then(|it| it.password_rule.as_ref());
    let name = match of_role {
        Some(rule) => Some(rule.get_ref().clone()),
        None => setting::value(estate, policy, setting::PASSWORD_RULE)?,
    };
    let named = name.and_then(|it| policy.passwords.get(&it)).or_else(|| policy.passwords.get("default"));
    let mut rule = named.map_or_else(|| Cow::Owned(PasswordRule::lenient()), Cow::Borrowed);
    if let Some(history) = setting::number(estate, policy, setting::PASSWORD_HISTORY)? {
        rule.to_mut().history = history as usize;
    }
    if let Some(days) = setting::number(estate, policy, setting::PASSWORD_EXPIRES)? {
        rule.to_mut().expires_days = Some(days).filter(|it| *it > 0);
    }
    Ok(rule)
}

fn row(estate: &Estate<'_>, key: &str) -> Row {
    estate.pseudonym("account", key)
}

/// The most accounts of a site, configuring and end users' together.
const ACCOUNTS_MAX: usize = 10_000;

/// The most earlier passwords that are remembered, so that an account fits a store value.
const HISTORY_MAX: usize = 12;
