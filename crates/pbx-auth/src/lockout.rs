use std::collections::BTreeMap;
use std::time::Duration;

use pbx_kernel::{Surface, Timestamp};
use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// One login limit of a product, as its `product.toml` states it.
///
/// The corners that papers leave open have defaults here; a policy may say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockoutRule {
    /// The surfaces whose attempts count, all on the same counter.
    pub surfaces: Vec<Surface>,
    /// What is counted and then closed: an account, or a source address.
    pub counts: Count,
    /// The failure that closes it: 3 means that the third does.
    pub failures_max: u32,
    /// Only failures this recent count; without it all since the count was last cleared.
    #[serde(default, rename = "within-s", deserialize_with = "optional_seconds")]
    pub within: Option<Duration>,
    /// How long it stays closed.
    pub lasts: Lasts,
    /// The same for accounts of a class, for example teleworkers.
    #[serde(default)]
    pub lasts_for: BTreeMap<String, Lasts>,
    /// Whether a failure while locked counts, and so prolongs the lock.
    #[serde(default)]
    pub locked_failures_count: bool,
    /// The failure from which the period runs.
    #[serde(default)]
    pub period_from: PeriodFrom,
    /// Whether a successful login clears the count.
    #[serde(default = "yes")]
    pub success_clears: bool,
    /// Whether the end of a lock clears the count; where it does not, the next failure locks again.
    #[serde(default = "yes")]
    pub expiry_clears: bool,
    /// Whether setting a new password clears count and lock.
    #[serde(default = "yes")]
    pub password_reset_clears: bool,
    /// Whether an administrator may unlock.
    #[serde(default)]
    pub administrator_unlocks: bool,
    /// Whether the failure that locks also closes its connection or web session.
    #[serde(default)]
    pub closes_connection: bool,
    /// Whether an administrator may change the limit and the period.
    #[serde(default)]
    pub adjustable: bool,
}

/// What a rule counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// The account named, whether it exists or not.
    Account,
    /// The address the attempt comes from.
    Source,
}

/// How long a lock lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// This long.
    For(Duration),
    /// Until somebody unlocks.
    UntilUnlocked,
}

/// The failure from which a lock's period runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodFrom {
    /// The first of the failures that led to the lock.
    FirstFailure,
    /// The last one that counted.
    #[default]
    LastFailure,
}

/// The attempts against one account or from one address.
///
/// ```text
///              begin: counted           resolve(failed), failures = max
///   Open(n) ─────────────────▶ Open(n+1) ─────────────────▶ Locked(until)
///      ▲                          │                              │
///      ├──── resolve(accepted) ───┘                              │
///      └───────────────── now >= until, or unlock ◀──────────────┘
/// ```
///
/// An attempt is a failure from the moment it begins and stops being one only by succeeding: a crash between
/// the two leaves it counted. `pending` attempts are being examined now; they are not stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// When each failure that counts began, oldest first, pending ones included.
    failures: Vec<Timestamp>,
    /// The lock, if there is one.
    lock: Option<Lock>,
    /// When the last lock ended by time, for rules whose count outlives it.
    lock_ended: Option<Timestamp>,
    /// When each attempt now being examined began.
    #[serde(skip)]
    pending: Vec<Timestamp>,
}

/// A lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` means until somebody unlocks.
    pub until: Option<Timestamp>,
}

/// What an attempt may expect now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Standing {
    /// It may be counted and examined.
    Open,
    /// As many attempts as are left are being examined: what becomes of them decides.
    Undecided,
    /// It is refused without a look at its password.
    Locked,
}

/// What the end of an attempt did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Resolution {
    /// The password was right.
    Accepted,
    /// It was wrong.
    Rejected,
    /// It was wrong, and that was one too many.
    RejectedAndLocked(Lock),
}

impl LockoutRule {
    /// How long a lock lasts for an account of `class`.
    pub fn lasts_for(&self, class: Option<&str>) -> Lasts {
        class.and_then(|it| self.lasts_for.get(it)).copied().unwrap_or(self.lasts)
    }
}

impl Tally {
    /// The tally as it is at `now`, and whether a lock ended by time on the way.
    #[must_use]
    pub fn at(mut self, now: Timestamp, rule: &LockoutRule) -> (Self, bool) {
        let mut unlocked = false;
        if let Some(Lock { until: Some(until), .. }) = self.lock
            && now >= until
        {
            self.lock = None;
            self.lock_ended = Some(until);
            unlocked = true;
            if rule.expiry_clears {
                self.failures.clone_from(&self.pending);
            }
        }
        if let Some(within) = rule.within {
            self.failures.retain(|failure| now.since(*failure) < within);
        }
        (self, unlocked)
    }

    /// What an attempt may expect. Ask [`Tally::at`] first.
    pub fn standing(&self, rule: &LockoutRule) -> Standing {
        let examined_at_once = rule.failures_max.saturating_sub(self.resolved()).max(1);
        if self.lock.is_some() {
            Standing::Locked
        } else if u32::try_from(self.pending.len()).unwrap_or(u32::MAX) < examined_at_once {
            Standing::Open
        } else {
            Standing::Undecided
        }
    }

    /// The tally with one more attempt, counted as a failure until it succeeds.
    #[must_use]
    pub fn begin(mut self, now: Timestamp) -> Self {
        self.failures.push(now);
        self.pending.push(now);
        self
    }

    /// The tally after the attempt that began at `began` turned out right or wrong.
    pub fn resolve(
        mut self,
        began: Timestamp,
        accepted: bool,
        rule: &LockoutRule,
        class: Option<&str>,
    ) -> (Self, Resolution) {
        if let Some(index) = self.pending.iter().position(|it| *it == began) {
            self.pending.remove(index);
        }
        if accepted {
            if rule.success_clears {
                self.failures.clone_from(&self.pending);
            } else if let Some(index) = self.failures.iter().position(|it| *it == began) {
                self.failures.remove(index);
            }
            return (self, Resolution::Accepted);
        }
        self.settle(rule, class)
    }

    /// The tally after a crash: what was pending has failed, and may have been one too many.
    #[must_use]
    pub fn recover(self, rule: &LockoutRule, class: Option<&str>) -> Self {
        let fresh = self.failures.last() > self.lock_ended.as_ref();
        if self.lock.is_none() && fresh { self.settle(rule, class).0 } else { self }
    }

    /// The tally after a refusal while locked, which prolongs the lock only where the rule says so.
    #[must_use]
    pub fn refuse_locked(mut self, now: Timestamp, rule: &LockoutRule, class: Option<&str>) -> Self {
        if rule.locked_failures_count
            && let (Some(lock), Lasts::For(duration)) = (&mut self.lock, rule.lasts_for(class))
        {
            lock.until = Some(now + duration);
        }
        self
    }

    /// The tally without count and lock.
    #[must_use]
    pub fn clear(mut self) -> Self {
        self.lock = None;
        self.lock_ended = None;
        self.failures.clone_from(&self.pending);
        self
    }

    /// The stored tally with the attempts that are being examined now, which the store does not know.
    #[must_use]
    pub fn with_pending(mut self, pending: Vec<Timestamp>) -> Self {
        self.pending = pending;
        self
    }

    /// The lock, if there is one. Ask [`Tally::at`] first.
    pub fn lock(&self) -> Option<Lock> {
        self.lock
    }

    /// How many failures count, those being examined included.
    pub fn failures(&self) -> u32 {
        u32::try_from(self.failures.len()).unwrap_or(u32::MAX)
    }

    /// Whether nothing is known of it, so that it need not be kept.
    pub fn is_blank(&self) -> bool {
        self.failures.is_empty() && self.pending.is_empty() && self.lock.is_none()
    }

    /// Whether an attempt is being examined.
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    fn resolved(&self) -> u32 {
        u32::try_from(self.failures.len().saturating_sub(self.pending.len())).unwrap_or(u32::MAX)
    }

    /// Locks if the resolved failures reach the limit, and forgets those beyond it.
    fn settle(mut self, rule: &LockoutRule, class: Option<&str>) -> (Self, Resolution) {
        let excess = self.resolved().saturating_sub(rule.failures_max) as usize;
        self.failures.drain(..excess.min(self.failures.len()));
        if self.resolved() < rule.failures_max {
            return (self, Resolution::Rejected);
        }
        let counted = self.failures.iter().copied();
        let since = counted.clone().max().unwrap_or_default();
        let from = match rule.period_from {
            PeriodFrom::FirstFailure => counted.min().unwrap_or(since),
            PeriodFrom::LastFailure => since,
        };
        let until = match rule.lasts_for(class) {
            Lasts::For(duration) => Some(from + duration),
            Lasts::UntilUnlocked => None,
        };
        let lock = Lock { since, until };
        self.lock = Some(lock);
        (self, Resolution::RejectedAndLocked(lock))
    }
}

impl<'de> Deserialize<'de> for Lasts {
    /// Seconds as a whole number, or `"until-unlocked"`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LastsVisitor;

        impl Visitor<'_> for LastsVisitor {
            type Value = Lasts;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("seconds as a whole number, or \"until-unlocked\"")
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Lasts, E> {
                let seconds = u64::try_from(seconds)
                    .map_err(|_| E::invalid_value(Unexpected::Signed(seconds), &self))?;
                Ok(Lasts::For(Duration::from_secs(seconds)))
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Lasts, E> {
                Ok(Lasts::For(Duration::from_secs(seconds)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Lasts, E> {
                match text {
                    "until-unlocked" => Ok(Lasts::UntilUnlocked),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(LastsVisitor)
    }
}

fn optional_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_secs))
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
