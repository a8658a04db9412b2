//! Attempts and locks as the store keeps them.

use pbx_auth::{Count, Lock, LockoutRule, Tally};
use pbx_kernel::{Change, Row, Table, Timestamp};
use pbx_policy::Policy;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::{Error, Estate, Noun, setting};

/// The attempts against one account or from one address, under one rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempts {
    /// Which of the policy's lockout rules, by position.
    pub rule: usize,
    /// The folded account name, or the source address.
    pub key: String,
    /// The account's class, where some rule treats it differently.
    pub class: Option<String>,
    /// The count and the lock.
    pub tally: Tally,
}

impl Noun for Attempts {
    const TABLE: Table = Table("attempts");

    fn row(&self, estate: &Estate<'_>) -> Row {
        row(estate, self.rule, &self.key)
    }
}

/// The row of the attempts under `rule` against `key`.
pub fn row(estate: &Estate<'_>, rule: usize, key: &str) -> Row {
    estate.pseudonym("attempts", &format!("{rule}/{key}"))
}

/// The rule at `index` with what the administrator has set over it.
pub fn rule(estate: &Estate<'_>, policy: &Policy, index: usize) -> Result<Option<LockoutRule>, Error> {
    let Some(rule) = policy.lockouts.get(index) else { return Ok(None) };
    let mut rule = rule.clone();
    if rule.adjustable {
        if let Some(failures_max) = setting::number(estate, policy, setting::FAILURES_MAX)? {
            rule.failures_max = failures_max.max(1);
        }
        if let Some(minutes) = setting::number(estate, policy, setting::LOCK_MINUTES)? {
            rule.lasts = pbx_auth::Lasts::For(std::time::Duration::from_mins(minutes.into()));
        }
    }
    Ok(Some(rule))
}

/// The lock on `account` at `now`, if there is one.
pub fn lock_of(
    estate: &Estate<'_>,
    policy: &Policy,
    now: Timestamp,
    account: &Account,
) -> Result<Option<Lock>, Error> {
    for (index, stated) in policy.lockouts.iter().enumerate() {
        if stated.counts == Count::Account
            && let Some(attempts) = estate.get::<Attempts>(&row(estate, index, &account.key))?
        {
            let (tally, _) = attempts.tally.at(now, stated);
            if let Some(lock) = tally.lock() {
                return Ok(Some(lock));
            }
        }
    }
    Ok(None)
}

/// The changes that make the store forget every failure and lock of `account`.
pub fn clear(estate: &Estate<'_>, policy: &Policy, account: &Account) -> Vec<Change> {
    let by_account = |(_, rule): &(usize, &LockoutRule)| rule.counts == Count::Account;
    let rules = policy.lockouts.iter().enumerate().filter(by_account);
    rules.map(|(index, _)| Change::Delete(Attempts::TABLE, row(estate, index, &account.key))).collect()
}
