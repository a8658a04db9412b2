//! What the clients were promised, and whether the promise was kept.

use std::collections::BTreeMap;

/// Something that a client asks a server for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// That all `things` become so, or are no more: all of them or none.
    Change { things: Vec<String>, becomes: Option<String> },
    /// To be let in as an account with a wrong password.
    Guess(String),
}

/// What a client tells the ledger.
#[derive(Debug)]
pub(super) enum News {
    /// It is about to ask for this; by the client's number.
    Asked(usize, Act),
    /// The server has answered that it was done: changed, or counted and refused.
    Acknowledged(usize),
}

/// Everything that was promised so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    things: BTreeMap<String, String>,
    /// Guesses at each account: acknowledged ones, and those nobody answered.
    guesses: BTreeMap<String, (u32, u32)>,
    /// By client: what was asked for and not answered.
    open: BTreeMap<usize, Act>,
    /// How many acts were acknowledged, by client.
    pub(super) acknowledged: BTreeMap<usize, u32>,
}

impl Ledger {
    pub(super) fn note(&mut self, news: News) {
        match news {
            News::Asked(client, act) => {
                self.open.insert(client, act);
            }
            News::Acknowledged(client) => {
                *self.acknowledged.entry(client).or_default() += 1;
                match self.open.remove(&client).expect("a client asks before it is answered") {
                    Act::Change { things, becomes } => self.apply(things, becomes.as_ref()),
                    Act::Guess(account) => self.guesses.entry(account).or_default().0 += 1,
                }
            }
        }
    }

    /// Compares with the things as they were `found` after a crash. What had not been answered may have happened,
    /// wholly, or not at all; the ledger learns which.
    #[track_caller]
    pub(super) fn check_things(&mut self, found: &BTreeMap<String, String>) {
        for (_, act) in std::mem::take(&mut self.open) {
            match act {
                Act::Change { things, becomes } => {
                    if things.iter().all(|thing| found.get(thing) == becomes.as_ref()) {
                        self.apply(things, becomes.as_ref());
                    } else {
                        let undone = things.iter().all(|thing| found.get(thing) == self.things.get(thing));
                        assert!(undone, "done by half: {things:?}");
                    }
                }
                Act::Guess(account) => self.guesses.entry(account).or_default().1 += 1,
            }
        }
        let lost = self.things.iter().filter(|(thing, value)| found.get(*thing) != Some(value));
        let lost: Vec<_> = lost.map(|(thing, value)| (thing, value, found.get(thing))).collect();
        assert!(lost.is_empty(), "acknowledged and not there (thing, promised, found): {lost:?}");
        let extra: Vec<_> = found.keys().filter(|thing| !self.things.contains_key(*thing)).collect();
        assert!(extra.is_empty(), "there and never acknowledged, or erased: {extra:?}");
    }

    /// Compares with the failures that are counted, by account, where `limit` locks.
    #[track_caller]
    pub(super) fn check_guesses(&self, counted: &BTreeMap<String, u32>, limit: u32) {
        for (account, (acknowledged, unanswered)) in &self.guesses {
            let count = counted.get(account).copied().unwrap_or(0);
            let least = (*acknowledged).min(limit);
            let most = (acknowledged + unanswered).min(limit);
            assert!(
                (least..=most).contains(&count),
                "{account}: {acknowledged} failures were acknowledged and {unanswered} not answered, {count} count"
            );
        }
    }

    /// An account that was guessed at and is not locked yet, and how many more failures lock it at the latest.
    pub(super) fn half_guessed(&self, limit: u32) -> Option<(&str, u32)> {
        let mut open = self.guesses.iter().filter(|(_, (acknowledged, rest))| acknowledged + rest < limit);
        open.next().map(|(account, (acknowledged, _))| (account.as_str(), limit - acknowledged))
    }

    fn apply(&mut self, things: Vec<String>, becomes: Option<&String>) {
        for thing in things {
            match becomes {
                Some(value) => self.things.insert(thing, value.clone()),
                None => self.things.remove(&thing),
            };
        }
    }
}
