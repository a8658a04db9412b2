use pbx_auth::{LockoutRule, Tally};
use pbx_estate::account::Account;
use pbx_estate::tally::{self, Attempts};
use pbx_estate::{Estate, Noun};
use pbx_kernel::{Change, Durability, Row, Sequence, Timestamp};

use super::Attempt;
use crate::record::Happening;
use crate::{Error, Site};

/// A tally that an attempt was counted in.
pub(super) struct Counted {
    pub(super) rule: LockoutRule,
    place: Place,
}

/// Where a tally is kept.
enum Place {
    /// In the store: rule, key and class.
    Stored(usize, String, Option<String>),
    /// In memory: rule, and the name of no account.
    Stranger(usize, String),
}

impl Site {
    /// The tallies that `attempt` counts in, as they are at `now`.
    pub(super) fn tallies(
        &self,
        now: Timestamp,
        attempt: &Attempt,
        candidate: Option<&Account>,
    ) -> Result<Vec<(Counted, Tally)>, Error> {
        let mut tallies = Vec::new();
        for (index, stated) in self.policy.lockouts.iter().enumerate() {
            if !stated.surfaces.contains(&attempt.surface) {
                continue;
            }
            let Some(rule) = self.read(|estate, policy| Ok(tally::rule(estate, policy, index)?))? else {
                continue;
            };
            let place = match (rule.counts, candidate) {
                (pbx_auth::Count::Source, _) => Place::Stored(index, attempt.source.to_string(), None),
                (pbx_auth::Count::Account, Some(account)) => {
                    Place::Stored(index, account.key.clone(), account.class.clone())
                }
                (pbx_auth::Count::Account, None) => {
                    Place::Stranger(index, attempt.name.trim().to_lowercase())
                }
            };
            let counted = Counted { rule, place };
            let (_, tally) = self.tally_of(&counted)?;
            let (tally, _) = tally.at(now, &counted.rule);
            tallies.push((counted, tally));
        }
        Ok(tallies)
    }

    /// The tally as it is kept, with the attempts now being examined.
    pub(super) fn tally_of(&self, counted: &Counted) -> Result<(Row, Tally), Error> {
        match &counted.place {
            Place::Stranger(rule, name) => {
                let row = stranger(*rule, name);
                let tally = self.strangers.get(&row).cloned().unwrap_or_default();
                Ok((row, tally))
            }
            Place::Stored(rule, key, _) => self.read(|estate, _| {
                let row = tally::row(estate, *rule, key);
                let stored = estate.get::<Attempts>(&row)?.map(|it| it.tally).unwrap_or_default();
                let tally = self.with_pending(&row, stored);
                Ok((row, tally))
            }),
        }
    }

    /// The change that keeps `tally`, and `began` among those being examined.
    pub(super) fn keep(
        &mut self,
        counted: &Counted,
        tally: Tally,
        began: Option<Timestamp>,
    ) -> Result<Option<Change>, Error> {
        match &counted.place {
            Place::Stranger(rule, name) => {
                let row = stranger(*rule, name);
                if !self.strangers.contains_key(&row) && self.strangers.len() >= STRANGERS_MAX {
                    self.strangers.pop_first();
                }
                self.strangers.insert(row, tally);
                Ok(None)
            }
            Place::Stored(rule, key, class) => {
                let attempts = Attempts { rule: *rule, key: key.clone(), class: class.clone(), tally };
                let (row, change) = self.read(|estate, _| {
                    let blank = attempts.tally.is_blank();
                    let change = if blank { estate.delete(&attempts) } else { estate.put(&attempts)? };
                    Ok((attempts.row(estate), change))
                })?;
                self.watch_lock(row.clone(), &attempts);
                if let Some(began) = began {
                    self.pending.entry(row).or_default().push(began);
                }
                Ok(Some(change))
            }
        }
    }

    /// A stored tally does not know what is being examined: the site does.
    pub(crate) fn with_pending(&self, row: &Row, tally: Tally) -> Tally {
        match self.pending.get(row) {
            Some(pending) => tally.with_pending(pending.clone()),
            None => tally,
        }
    }

    pub(super) fn forget_pending(&mut self, row: &Row, began: Timestamp) {
        if let Some(pending) = self.pending.get_mut(row) {
            if let Some(index) = pending.iter().position(|it| *it == began) {
                pending.remove(index);
            }
            if pending.is_empty() {
                self.pending.remove(row);
            }
        }
    }

    /// Sends the counts on their way to the disk: a batch even where nothing changed, because the name of no account
    /// must cost as much as the name of one.
    pub(super) fn count(
        &mut self,
        now: Timestamp,
        tallies: &[(Counted, Tally)],
        changes: Vec<Change>,
    ) -> Result<Sequence, Error> {
        if tallies.is_empty() { Ok(Sequence(0)) } else { self.commit(now, changes, &[], Durability::Wait) }
    }

    /// Forgets an attempt whose count could not be kept: it will not be examined.
    pub(super) fn uncount(&mut self, began: Timestamp, tallies: &[(Counted, Tally)]) {
        for (counted, _) in tallies {
            let row = self.row_of(counted);
            self.forget_pending(&row, began);
            self.strangers.remove(&row);
        }
    }

    /// Lets go of an attempt whose end could not be kept; the next [`Site::advance`] sees to what its failure means.
    pub(super) fn interrupt(&mut self, began: Timestamp, counts: &[Counted]) {
        for counted in counts {
            let row = self.row_of(counted);
            self.forget_pending(&row, began);
            self.strangers.remove(&row);
            self.interrupted.insert(row);
        }
    }

    /// Sees to the attempts that were counted and never concluded, by a crash or a full disk: they have failed, and
    /// may have been one too many.
    pub(crate) fn settle_interrupted(&mut self, now: Timestamp) -> Result<(), Error> {
        while let Some(row) = self.interrupted.first().cloned() {
            self.settle(now, &row)?;
            self.interrupted.remove(&row);
        }
        Ok(())
    }

    fn settle(&mut self, now: Timestamp, row: &Row) -> Result<(), Error> {
        let Some((attempts, rule)) = self.attempts(row)? else { return Ok(()) };
        if attempts.tally.lock().is_some() || self.pending.contains_key(row) {
            return Ok(());
        }
        let class = attempts.class.clone();
        let settled = Attempts { tally: attempts.tally.recover(&rule, class.as_deref()), ..attempts };
        let Some(lock) = settled.tally.lock() else { return Ok(()) };
        let change = self.read(|estate, _| Ok(estate.put(&settled)?))?;
        self.commit(now, vec![change], &[Happening::of_lock(lock, &rule, &settled.key)], Durability::Wait)?;
        self.watch_lock(row.clone(), &settled);
        Ok(())
    }

    /// What is stored in `row`, and the rule that it counts under.
    pub(crate) fn attempts(&self, row: &Row) -> Result<Option<(Attempts, LockoutRule)>, Error> {
        self.read(|estate, policy| {
            let Some(attempts) = estate.get::<Attempts>(row)? else { return Ok(None) };
            Ok(tally::rule(estate, policy, attempts.rule)?.map(|rule| (attempts, rule)))
        })
    }

    fn row_of(&self, counted: &Counted) -> Row {
        match &counted.place {
            Place::Stranger(rule, name) => stranger(*rule, name),
            Place::Stored(rule, key, _) => {
                let view = self.store.view(&self.id);
                tally::row(&Estate::new(&self.id, &*view, &*self.cipher), *rule, key)
            }
        }
    }
}

impl Counted {
    pub(super) fn class(&self) -> Option<String> {
        match &self.place {
            Place::Stored(_, _, class) => class.clone(),
            Place::Stranger(..) => None,
        }
    }

    pub(super) fn key(&self) -> &str {
        match &self.place {
            Place::Stored(_, key, _) => key,
            Place::Stranger(_, name) => name,
        }
    }
}

/// Where the tally of a name of no account is kept; no row of the store is called so.
fn stranger(rule: usize, name: &str) -> Row {
    format!("{rule}/{name}")
}

/// The most names of no account whose attempts are remembered: so that a guesser of names fills no memory.
const STRANGERS_MAX: usize = 4_096;
