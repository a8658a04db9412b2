use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_auth::{LockoutRule, Networks, PasswordRule, Role, SessionRule};
use pbx_kernel::{Surface, Transport};
use serde::Deserialize;
use toml::Spanned;

mod data;
mod vocabulary;

pub use data::{DataField, DataStore, ErasurePath, PersonRecord, Recipient};
pub use vocabulary::{
    Category, Deletes, FieldId, Justification, Measure, Method, Owner, Purpose, Removal, Scope, StoreKind,
    SubjectKind,
};

/// A whole `product.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// What the product is.
    pub product: ProductFacts,
    /// What it calls things.
    #[serde(default)]
    pub words: Words,
    /// Every permission, with what it allows.
    pub permissions: BTreeMap<String, String>,
    /// The shipped roles.
    pub roles: Vec<RoleRow>,
    /// The rules for accounts.
    pub accounts: AccountRules,
    /// The accounts a new site has.
    pub shipped: Vec<Shipped>,
    /// The login limits; a surface that none of them names has none.
    #[serde(default)]
    pub lockouts: Vec<LockoutRule>,
    /// The password rules by name; `default` must be one of them.
    pub passwords: BTreeMap<String, PasswordRule>,
    /// How long sessions live and how many there may be.
    pub sessions: SessionRule,
    /// Which addresses the product takes for its local network.
    #[serde(default)]
    pub local_networks: Networks,
    /// Where it listens.
    pub listeners: Vec<Listener>,
    /// The product's own logs.
    pub logs: Vec<Log>,
    /// What an administrator may set.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// What it records of a person; nothing where it records no persons.
    #[serde(default)]
    pub person: Option<PersonRecord>,
    /// Its stores of personal data.
    #[serde(default)]
    pub stores: Vec<DataStore>,
    /// Whom personal data may be passed on to.
    #[serde(default)]
    pub recipients: Vec<Recipient>,
    /// What the vendor's paper states, and how it is met.
    #[serde(default)]
    pub controls: Vec<Control>,
}

/// What the product is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProductFacts {
    /// Short name, for example `mx-one`.
    pub id: String,
    /// The vendor's name for it.
    pub name: String,
    /// The releases it stands for; the first is the default.
    pub releases: Vec<String>,
    /// Which looks it wears: a product's own, or `generic`.
    pub looks: String,
    /// The paper that the rules come from.
    pub paper: String,
}

/// What the product calls things, where its faces name them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Words {
    /// One account of the management plane.
    pub account: String,
    /// More than one.
    pub accounts: String,
    /// A role.
    pub role: String,
    /// More than one.
    pub roles: String,
    /// What signs one in.
    pub log_in: String,
    /// What is said of a login that fails, whatever the reason.
    pub login_failed: String,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            account: "Account".to_owned(),
            accounts: "Accounts".to_owned(),
            role: "Role".to_owned(),
            roles: "Roles".to_owned(),
            log_in: "Log in".to_owned(),
            login_failed: "The name or the password is wrong, or the account cannot be used now.".to_owned(),
        }
    }
}

/// A shipped role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoleRow {
    /// How accounts refer to it.
    pub id: Spanned<String>,
    /// What the product calls it.
    pub name: String,
    /// One line on what it is for.
    #[serde(default)]
    pub summary: String,
    /// What it includes: names of permissions, or a prefix such as `accounts.*`, or `*`.
    pub permissions: Vec<Spanned<String>>,
    /// Where accounts with it may log in.
    pub surfaces: Vec<Surface>,
    /// What new accounts with it are for.
    #[serde(default)]
    pub rank: Rank,
    /// The password rule its accounts keep; `default` where it says nothing.
    #[serde(default)]
    pub password_rule: Option<Spanned<String>>,
    /// Whether, on the local network, a PIN of digits under the rule `pin` serves instead of the password.
    #[serde(default)]
    pub pin_from_local: bool,
    /// Whether an administrator may give it to accounts.
    #[serde(default = "yes")]
    pub assignable: bool,
    /// Whether its permissions may be changed.
    #[serde(default)]
    pub fixed: bool,
    /// The role itself, its patterns spelt out: filled in once the policy is read.
    #[serde(skip)]
    pub role: Arc<Role>,
}

/// The rules for accounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccountRules {
    /// How many accounts of [`Rank::Configuration`] there may be.
    pub max: usize,
    /// Whether names that differ only in case are the same account.
    #[serde(default)]
    pub names_ignore_case: bool,
    /// Whether a password that an administrator sets must be changed at the next login.
    #[serde(default)]
    pub change_at_next_login: bool,
    /// The role whose last account can be neither removed nor given another role.
    pub keep_last: Spanned<String>,
    /// The role a new account gets where none is named: the least there is.
    pub default_role: Spanned<String>,
    /// Classes of accounts that some rules treat differently, for example `teleworker`.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Whether administrators may make, change and delete roles.
    #[serde(default)]
    pub roles_editable: bool,
}

/// What an account is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    /// Configures the system; counted against [`AccountRules::max`].
    #[default]
    Configuration,
    /// Belongs to an end user, and sees its own data.
    EndUser,
}

/// An account that a new site has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shipped {
    /// Its name.
    pub name: Spanned<String>,
    /// Its role.
    pub role: Spanned<String>,
    /// The password of the lab; ours, documented, never a vendor's where the vendor's is unknown.
    pub password: String,
    /// A PIN for the local network, where the role has one.
    #[serde(default)]
    pub pin: Option<String>,
    /// Another name it answers to, for example an extension number.
    #[serde(default)]
    pub alias: Option<String>,
    /// Its class.
    #[serde(default)]
    pub class: Option<Spanned<String>>,
    /// What it is for.
    #[serde(default)]
    pub rank: Rank,
    /// Whether the password must be changed at the first login.
    #[serde(default)]
    pub must_change: bool,
    /// Whether it can be removed, renamed or given another role by nobody.
    #[serde(default)]
    pub fixed: bool,
    /// Whether only the scenarios of a lab have it, not the product as shipped.
    #[serde(default)]
    pub lab_only: bool,
}

/// A place where the product listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listener {
    /// Its name, for example `ssh` or `web`; settings `listener.<id>.enabled` and `listener.<id>.networks` steer it.
    pub id: String,
    /// How bytes travel.
    pub transport: Transport,
    /// Which surface it opens (an HTTP listener also carries the `api` and `self-service` surfaces).
    pub surface: Surface,
    /// The product as it comes.
    pub as_shipped: ListenerState,
    /// The product once hardened as its paper advises.
    pub hardened: ListenerState,
    /// The identification string after `SSH-2.0-`, for an SSH listener.
    #[serde(default)]
    pub software: Option<String>,
    /// Where callers from outside the allowed networks meet it: `true` means before the first byte is exchanged.
    #[serde(default)]
    pub refuse_silently: bool,
}

/// Whether a listener is on, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenerState {
    /// On for everybody.
    On,
    /// On for the local networks only.
    Local,
    /// Off: its port refuses connections.
    Off,
}

/// One of the product's own logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Log {
    /// Its short name, for example `audit`.
    pub id: String,
    /// What the product calls it.
    pub name: String,
    /// The permission to read it.
    pub read: Spanned<String>,
    /// The permission to clear it whole; without it, it can never be cleared.
    #[serde(default)]
    pub clear: Option<Spanned<String>>,
    /// The surfaces on which it may be cleared; all where it is empty.
    #[serde(default)]
    pub clear_on: Vec<Surface>,
    /// The events it takes, by prefix: `auth.` takes `auth.rejected`, `refused:page.` what was refused of `page.`.
    pub takes: Vec<String>,
    /// How many entries it keeps; the oldest give way.
    pub entries_max: usize,
    /// After how many days entries are purged; the setting `log.retention-days` wins over it.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// Whether reading it is itself recorded in it.
    #[serde(default)]
    pub records_reading: bool,
    /// The control that says so.
    #[serde(default)]
    pub control: Option<String>,
}

/// Something an administrator may set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// Its key, for example `banner.shown`.
    pub key: Spanned<String>,
    /// What the product calls it.
    pub name: String,
    /// A line of help.
    #[serde(default)]
    pub hint: String,
    /// What values it takes.
    pub kind: SettingKind,
    /// The least, for a number.
    #[serde(default)]
    pub min: u32,
    /// The most: of a number, or of the characters of a text.
    #[serde(default = "setting_max")]
    pub max: u32,
    /// The values, for a choice.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Its value as shipped.
    pub as_shipped: Spanned<String>,
    /// Its value once hardened; as shipped where it says nothing.
    #[serde(default)]
    pub hardened: Option<Spanned<String>>,
    /// The permission to change it.
    pub change: Spanned<String>,
}

/// What values a setting takes. Values are kept as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// One of [`Setting::choices`].
    Choice,
    /// Networks, one per line; none means nobody beyond the local networks.
    Networks,
    /// A whole number from [`Setting::min`] to [`Setting::max`].
    Number,
    /// `on` or `off`.
    Switch,
    /// Text of at most [`Setting::max`] characters.
    Text,
}

/// A statement of the vendor's paper and how it is met.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Control {
    /// Its id, for example `MX-024`.
    pub id: Spanned<String>,
    /// The fact in our own words.
    pub fact: String,
    /// Where the paper states it.
    pub cite: String,
    /// How the emulator meets it; `later` names what is not built yet, `customer` what no product can do.
    pub met: String,
}

impl RoleRow {
    /// Fills in [`RoleRow::role`] from all `permissions` of the policy.
    pub(crate) fn spell_out(&mut self, permissions: &BTreeMap<String, String>) {
        let included = permissions.keys().filter(|it| self.covers(it)).cloned().collect();
        let (id, name) = (self.id.get_ref().clone(), self.name.clone());
        self.role = Arc::new(Role { id, name, permissions: included });
    }

    /// Whether one of its permission patterns covers `permission`.
    pub fn covers(&self, permission: &str) -> bool {
        self.permissions.iter().any(|pattern| covers(pattern.get_ref(), permission))
    }
}

impl Setting {
    /// Whether `value` is one it takes; otherwise what it would take.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let Self { min, max, choices, .. } = self;
        match self.kind {
            SettingKind::Choice if choices.iter().any(|it| it == value) => Ok(()),
            SettingKind::Choice => Err(format!("must be one of {}", choices.join(", "))),
            SettingKind::Networks => Networks::parse(value).map(|_| ()),
            SettingKind::Number => match value.parse::<u32>() {
                Ok(number) if (*min..=*max).contains(&number) => Ok(()),
                _ => Err(format!("must be a whole number from {min} to {max}")),
            },
            SettingKind::Switch if matches!(value, "on" | "off") => Ok(()),
            SettingKind::Switch => Err("must be on or off".to_owned()),
            SettingKind::Text if value.chars().count() <= *max as usize => Ok(()),
            SettingKind::Text => Err(format!("may have at most {max} characters")),
        }
    }
}

/// Whether `pattern` (a name, a prefix ending in `.*`, or `*`) covers `permission`.
pub(crate) fn covers(pattern: &str, permission: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => permission.starts_with(prefix),
        None => pattern == permission,
    }
}

fn yes() -> bool {
    true
}

/// Where a setting names no maximum: a screenful of text, and more than any number asked for here.
fn setting_max() -> u32 {
    2_000
}
