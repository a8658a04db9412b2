use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::MonotonicClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use pbx_kernel::Source;

/// How many connections a port takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many there may be at once.
    pub connections_max: u32,
    /// How many of them may have shown no more than an address yet: no handshake done, no login.
    pub strangers_max: u32,
    /// How many of those may come from one address.
    pub strangers_per_source_max: u32,
    /// How many new ones a second one address may make in the long run.
    pub arrivals_per_second: NonZeroU32,
    /// How many it may make at one go before that rate holds.
    pub arrivals_burst: NonZeroU32,
}

impl Default for Limits {
    /// Generous, because a whole class and its load tests may sit behind one address: a memory bound and a stop to
    /// floods. Guessing is limited elsewhere, by the product's own rules.
    fn default() -> Self {
        Self {
            connections_max: 8_192,
            strangers_max: 2_048,
            strangers_per_source_max: 1_024,
            arrivals_per_second: ARRIVALS_PER_SECOND,
            arrivals_burst: ARRIVALS_BURST,
        }
    }
}

/// Counts the connections of a port.
#[derive(Debug)]
pub(crate) struct Turnstile {
    limits: Limits,
    rate: RateLimiter<Source, HashMapStateStore<Source>, MonotonicClock, NoOpMiddleware<Instant>>,
    present: Arc<Mutex<Present>>,
}

type Instant = <MonotonicClock as governor::clock::Clock>::Instant;

#[derive(Debug, Default)]
struct Present {
    connections: u32,
    strangers: u32,
    strangers_by_source: BTreeMap<Source, u32>,
}

/// A connection's place.
#[derive(Debug)]
pub struct Permit {
    source: Source,
    stranger: bool,
    present: Arc<Mutex<Present>>,
}

impl Turnstile {
    pub(crate) fn new(limits: Limits) -> Self {
        let quota = Quota::per_second(limits.arrivals_per_second).allow_burst(limits.arrivals_burst);
        let rate = RateLimiter::new(quota, HashMapStateStore::default(), MonotonicClock);
        Self { limits, rate, present: Arc::default() }
    }

    /// A place for a connection from `source`, or why there is none.
    pub(crate) fn enter(&self, source: Source) -> Result<Permit, &'static str> {
        if self.rate.len() > SOURCES_MAX {
            self.rate.retain_recent();
        }
        if self.rate.check_key(&source).is_err() {
            return Err("too many new connections from its address");
        }
        let mut present = lock(&self.present);
        let from_source = present.strangers_by_source.get(&source).copied().unwrap_or_default();
        if present.connections >= self.limits.connections_max {
            return Err("too many connections");
        }
        if present.strangers >= self.limits.strangers_max {
            return Err("too many connections that are not logged in");
        }
        if from_source >= self.limits.strangers_per_source_max {
            return Err("too many connections from its address that are not logged in");
        }
        present.connections += 1;
        present.strangers += 1;
        present.strangers_by_source.insert(source, from_source + 1);
        drop(present);
        Ok(Permit { source, stranger: true, present: Arc::clone(&self.present) })
    }
}

impl Permit {
    /// Says that the caller is a stranger no longer.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.stranger) {
            lock(&self.present).settle(self.source);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.settle();
        lock(&self.present).connections -= 1;
    }
}

impl Present {
    fn settle(&mut self, source: Source) {
        self.strangers -= 1;
        if let Some(count) = self.strangers_by_source.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.strangers_by_source.remove(&source);
            }
        }
    }
}

/// Counts stay right whatever thread panicked: each change of them is one step.
fn lock(present: &Mutex<Present>) -> std::sync::MutexGuard<'_, Present> {
    present.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ten times what the busiest benchmark makes.
const ARRIVALS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19_999);

/// A second's worth.
const ARRIVALS_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(19_999);

/// How many addresses are remembered before those that have been quiet are forgotten; about 100 bytes each.
const SOURCES_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(text.parse().expect("an address"))
    }

    fn turnstile() -> Turnstile {
        let few = NonZeroU32::new(5).expect("not zero");
        Turnstile::new(Limits {
            connections_max: 4,
            strangers_max: 3,
            strangers_per_source_max: 2,
            arrivals_per_second: NonZeroU32::MIN,
            arrivals_burst: few,
        })
    }

    #[test]
    fn one_address_cannot_take_the_room_of_all() {
        let turnstile = turnstile();
        let held = [turnstile.enter(source("10.0.0.1")), turnstile.enter(source("10.0.0.1"))];
        assert!(held.iter().all(Result::is_ok));
        assert!(turnstile.enter(source("10.0.0.1")).is_err());
        assert!(turnstile.enter(source("10.0.0.2")).is_ok());
    }

    #[test]
    fn a_caller_that_settles_makes_room_for_strangers_and_still_counts() {
        let turnstile = turnstile();
        let mut held = Vec::new();
        for address in ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"] {
            let mut permit = turnstile.enter(source(address)).expect("room");
            permit.settle();
            permit.settle();
            held.push(permit);
        }
        assert!(turnstile.enter(source("10.0.0.5")).is_err(), "four connections are the most");
        held.pop();
        assert!(turnstile.enter(source("10.0.0.5")).is_ok());
    }

    #[test]
    fn a_flood_from_one_address_is_turned_away_and_leaves_others_alone() {
        let turnstile = turnstile();
        for _ in 0..5 {
            assert!(turnstile.enter(source("10.0.0.1")).is_ok());
        }
        assert!(turnstile.enter(source("10.0.0.1")).is_err());
        assert!(turnstile.enter(source("10.0.0.2")).is_ok());
    }

    #[test]
    fn all_that_enter_leave() {
        let turnstile = turnstile();
        drop(turnstile.enter(source("10.0.0.1")).expect("room"));
        let present = lock(&turnstile.present);
        assert_eq!((present.connections, present.strangers, present.strangers_by_source.len()), (0, 0, 0));
    }
}
