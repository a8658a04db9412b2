use pbx_auth::{LockoutRule, Tally};
use pbx_estate::Noun;
use pbx_estate::account::Account;
use pbx_estate::tally::{self, Attempts};
use pbx_kernel::{Change, Durability, Row, Sequence, Timestamp};

use super::Attempt;
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
    /// In memory: the name of no account.
    Stranger(String),
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
                (pbx_auth::Count::Account, None) => Place::Stranger(attempt.name.trim().to_lowercase()),
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
            Place::Stranger(name) => {
                Ok((name.clone(), self.strangers.get(name).cloned().unwrap_or_default()))
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
            Place::Stranger(name) => {
                if !self.strangers.contains_key(name) && self.strangers.len() >= STRANGERS_MAX {
                    self.strangers.pop_first();
                }
                self.strangers.insert(name.clone(), tally);
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
            if let Ok((row, _)) = self.tally_of(counted) {
                self.forget_pending(&row, began);
            }
        }
    }
}

impl Counted {
    pub(super) fn class(&self) -> Option<String> {
        match &self.place {
            Place::Stored(_, _, class) => class.clone(),
            Place::Stranger(_) => None,
        }
    }

    pub(super) fn key(&self) -> &str {
        match &self.place {
            Place::Stored(_, key, _) => key,
            Place::Stranger(name) => name,
        }
    }
}

/// The most names of no account whose attempts are remembered: so that a guesser of names fills no memory.
const STRANGERS_MAX: usize = 4_096;
