use std::collections::BTreeMap;

use pbx_estate::account::{self, Account};
use pbx_estate::people::{Number, People};
use pbx_estate::{Estate, Noun};
use pbx_kernel::{AccountName, Durability, Row, Sequence, Table, Timestamp, Verifier};
use pbx_policy::{FieldId, Policy, Rank, SubjectKind};
use serde::{Deserialize, Serialize};

use crate::record::Happening;
use crate::{Error, Site};

/// What a new site begins with.
#[derive(Clone, Debug, Default)]
pub struct Founding {
    /// Its accounts, their passwords hashed.
    pub accounts: Vec<NewAccount>,
}

/// An account that a new site has.
#[derive(Clone, Debug)]
pub struct NewAccount {
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
    /// Its password.
    pub password: Option<Verifier>,
    /// Its PIN.
    pub pin: Option<Verifier>,
    /// Its public keys in OpenSSH form.
    pub keys: Vec<String>,
    /// The record of the person whose it is, where the site holds one.
    pub person: Option<BTreeMap<FieldId, String>>,
}

/// The row that tells a founded site from an empty one.
#[derive(Serialize, Deserialize)]
struct Founded {
    product: String,
    at: Timestamp,
}

impl Noun for Founded {
    const TABLE: Table = Table("founded");

    fn row(&self, _: &Estate<'_>) -> Row {
        FOUNDED_ROW.to_owned()
    }
}

impl Site {
    /// Whether the site was founded: an unfounded one has no accounts.
    pub fn is_founded(&self) -> Result<bool, Error> {
        self.read(|estate, _| Ok(estate.get::<Founded>(FOUNDED_ROW)?.is_some()))
    }

    /// Writes what a new site begins with, and the first line of its trail.
    pub fn found(&mut self, now: Timestamp, founding: Founding) -> Result<Sequence, Error> {
        self.found_with(now, founding, |_| Ok(()))
    }

    /// The same, with what `work` adds for people who come later.
    ///
    /// Only here do accounts get persons, in the same batch: an account of the same name that somebody makes later
    /// must not open what is one person's alone.
    pub fn found_with(
        &mut self,
        now: Timestamp,
        founding: Founding,
        work: impl FnOnce(&mut People<'_>) -> Result<(), pbx_estate::Error>,
    ) -> Result<Sequence, Error> {
        let changes = self.read(|estate, policy| {
            let mut people = People::open(estate)?;
            people.put(&Founded { product: policy.product.id.clone(), at: now })?;
            for new in founding.accounts {
                let alias = new.alias.clone();
                let person = match &new.person {
                    Some(fields) => Some(people.add(SubjectKind::EndUsers, fields.clone(), now)?),
                    None => None,
                };
                let account = new.into_account(policy, person.map(|it| it.number), now);
                people.put(&account)?;
                if let Some(alias) = alias {
                    people.put(&account::alias(estate, &alias, &account))?;
                }
            }
            work(&mut people)?;
            Ok(people.changes()?)
        })?;
        let happening = Happening::ok("site.founded").with("product", self.policy.product.id.clone());
        self.commit(now, changes, &[happening], Durability::Wait)
    }

    /// Lets `work` add people and what is held of them, in one batch: for scenarios, not for any face of the product.
    /// Says nothing where it added nothing.
    ///
    /// What it adds is bounded by the batch: a large scenario comes in many.
    pub fn populate(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut People<'_>) -> Result<(), pbx_estate::Error>,
    ) -> Result<Option<Sequence>, Error> {
        let changes = self.read(|estate, _| {
            let mut people = People::open(estate)?;
            work(&mut people)?;
            Ok(people.changes()?)
        })?;
        if changes.is_empty() {
            return Ok(None);
        }
        self.commit(now, changes, &[], Durability::Wait).map(Some)
    }
}

impl NewAccount {
    fn into_account(self, policy: &Policy, person: Option<Number>, now: Timestamp) -> Account {
        Account {
            key: account::key(policy, &self.name),
            name: self.name,
            full_name: self.full_name,
            role: self.role,
            class: self.class,
            alias: self.alias,
            rank: self.rank,
            fixed: self.fixed,
            disabled: false,
            must_change: self.must_change,
            created: now,
            password_set: now,
            last_login: None,
            password: self.password,
            history: Vec::new(),
            pin: self.pin,
            keys: self.keys,
            person,
        }
    }
}

/// There is one such row.
const FOUNDED_ROW: &str = "founded";
