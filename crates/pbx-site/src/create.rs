use pbx_estate::account::{self, Account};
use pbx_estate::people::People;
use pbx_estate::{Estate, Noun};
use pbx_kernel::{AccountName, Change, Durability, Row, Sequence, Table, Timestamp, Verifier};
use pbx_policy::Rank;
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
        let mut changes = self.read(|estate, policy| {
            let founded = Founded { product: policy.product.id.clone(), at: now };
            Ok(vec![estate.put(&founded)?])
        })?;
        for new in founding.accounts {
            changes.extend(self.account(now, new)?);
        }
        let happening = Happening::ok("site.founded").with("product", self.policy.product.id.clone());
        self.commit(now, changes, &[happening], Durability::Wait)
    }

    /// Lets `work` add people and what is held of them, in one batch: for scenarios, not for any face of the product.
    ///
    /// What it adds is bounded by the batch: a large scenario comes in many.
    pub fn populate(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut People<'_>) -> Result<(), pbx_estate::Error>,
    ) -> Result<Sequence, Error> {
        let changes = self.read(|estate, _| {
            let mut people = People::open(estate)?;
            work(&mut people)?;
            Ok(people.changes()?)
        })?;
        self.commit(now, changes, &[], Durability::Wait)
    }

    fn account(&self, now: Timestamp, new: NewAccount) -> Result<Vec<Change>, Error> {
        let NewAccount { name, role, full_name, class, alias, rank, fixed, must_change, password, pin, keys } =
            new;
        self.read(|estate, policy| {
            let account = Account {
                key: account::key(policy, &name),
                name,
                full_name,
                role,
                class,
                alias: alias.clone(),
                rank,
                fixed,
                disabled: false,
                must_change,
                created: now,
                password_set: now,
                last_login: None,
                password,
                history: Vec::new(),
                pin,
                keys,
                person: None,
            };
            let mut changes = vec![estate.put(&account)?];
            if let Some(alias) = alias {
                changes.push(account::alias(estate, &alias, &account)?);
            }
            Ok(changes)
        })
    }
}

/// There is one such row.
const FOUNDED_ROW: &str = "founded";
