use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pbx_estate::tally::Attempts;
use pbx_estate::{Estate, Noun, account, log, setting, tally};
use pbx_kernel::{
    AccountName, Batch, Change, Cipher, Durability, Line, Row, Sequence, SiteId, Source, Store, Surface,
    Table, Timestamp, View,
};
use pbx_policy::{Listener, Policy};
use pbx_product::Product;
use pbx_recorder::{Checkpoint, Tip};

use crate::Error;
use crate::record::Happening;
use crate::session::Sessions;

/// One emulated system.
pub struct Site {
    pub(crate) id: SiteId,
    pub(crate) policy: Arc<Policy>,
    pub(crate) product: &'static Product,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) cipher: Arc<dyn Cipher>,
    /// The cipher before the present one, while an erasure is not settled.
    pub(crate) cipher_before: Option<Arc<dyn Cipher>>,
    pub(crate) sessions: Sessions,
    /// When each attempt now being examined began, by the row of its tally.
    pub(crate) pending: BTreeMap<Row, Vec<Timestamp>>,
    /// The tallies of names that no account has: bounded, and not worth the disk.
    pub(crate) strangers: BTreeMap<String, pbx_auth::Tally>,
    /// When each lock ends, so that its end is an event of its own.
    lock_ends: BTreeSet<(Timestamp, Row)>,
    /// The growing ends of the product's logs, so that an entry costs no reading.
    pub(crate) tails: BTreeMap<String, log::Tail>,
    /// The tallies of attempts that were counted and never concluded.
    pub(crate) interrupted: BTreeSet<Row>,
    tip: Tip,
    epoch: u64,
    /// Grows whenever an account or role may have changed: sessions then look their role up again.
    pub(crate) people_version: u64,
    /// Grows whenever a setting may have changed: listeners are then looked at again.
    settings_version: u64,
}

/// An account or address as the director shows its lockout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// The folded account name or the source address.
    pub key: String,
    /// How many failures count.
    pub failures: u32,
    /// Since when it is locked.
    pub since: Option<Timestamp>,
    /// Until when; `None` with `since` set means until somebody unlocks.
    pub until: Option<Timestamp>,
}

impl Site {
    /// The site `id` as the store has it.
    pub fn open(
        id: SiteId,
        policy: Arc<Policy>,
        product: &'static Product,
        store: Arc<dyn Store>,
        cipher: Arc<dyn Cipher>,
    ) -> Result<Self, Error> {
        let mut site = Self {
            id,
            policy,
            product,
            store,
            cipher,
            cipher_before: None,
            sessions: Sessions::default(),
            pending: BTreeMap::new(),
            strangers: BTreeMap::new(),
            lock_ends: BTreeSet::new(),
            tails: BTreeMap::new(),
            interrupted: BTreeSet::new(),
            tip: Tip::new(),
            epoch: 0,
            people_version: 0,
            settings_version: 0,
        };
        site.derive()?;
        Ok(site)
    }

    /// The site's id.
    pub fn id(&self) -> &SiteId {
        &self.id
    }

    /// The product's rules.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The product's tables and looks.
    pub fn product(&self) -> &'static Product {
        self.product
    }

    /// What a signature over the trail as it is now says.
    pub fn checkpoint(&self, origin: &str) -> Checkpoint {
        self.tip.checkpoint(format!("{origin}/{}", self.id))
    }

    /// How many lines the trail has.
    pub fn trail_len(&self) -> u64 {
        self.tip.size()
    }

    /// The keyed pseudonym under which the recorder names the account `name`.
    pub fn pseudonym(&self, name: &AccountName) -> String {
        let key = account::key(&self.policy, name);
        self.cipher.pseudonym("account", &key).as_str().to_owned()
    }

    /// Grows whenever a setting may have changed: then ask [`Site::admits`] of every listener again.
    pub fn settings_version(&self) -> u64 {
        self.settings_version
    }

    /// Whom `listener` lets in now.
    pub fn admission(&self, listener: &Listener) -> Result<setting::Admission, Error> {
        self.read(|estate, policy| Ok(setting::admission(estate, policy, listener)?))
    }

    /// The banner that is shown before login, where one is.
    pub fn banner(&self) -> Result<Option<String>, Error> {
        self.read(|estate, policy| {
            if setting::is_on(estate, policy, setting::BANNER_SHOWN)? {
                Ok(setting::value(estate, policy, setting::BANNER_TEXT)?)
            } else {
                Ok(None)
            }
        })
    }

    /// Whether a connection from `source` to `listener` is let in: its networks admit it and it is not banned.
    ///
    /// A refused connection is recorded; the recording need not be waited for.
    pub fn admits(&mut self, now: Timestamp, listener: &Listener, source: Source) -> Result<bool, Error> {
        self.advance(now)?;
        let reason = if !self.admission(listener)?.admits(source) {
            "network"
        } else if self.is_banned(now, listener.surface, source)? {
            "banned"
        } else {
            return Ok(true);
        };
        let happening = Happening::refused("connection.refused", reason).at(listener.surface).from(source);
        self.commit(now, Vec::new(), &[happening], Durability::Lazy)?;
        Ok(false)
    }

    /// When the site next has something to do by itself, so that the clock can call [`Site::advance`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let lock = self.lock_ends.first().map(|(until, _)| *until);
        lock.into_iter().chain(self.sessions.next_end()).min()
    }

    /// Does what time brings: ends locks and sessions whose time is over, each with a record of its own.
    pub fn advance(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.store.epoch() != self.epoch {
            self.derive()?;
        }
        self.settle_interrupted(now)?;
        while let Some((until, row)) = self.lock_ends.first().cloned()
            && until <= now
        {
            self.unlock_by_time(until, &row)?;
            self.lock_ends.remove(&(until, row));
        }
        while let Some(over) = self.sessions.over(now, &self.policy.sessions) {
            let happening = Happening::ok("session.expired").of(&over.principal).in_session(&over.id);
            self.commit(now, Vec::new(), &[happening], Durability::Lazy)?;
            self.sessions.remove(&over.id);
        }
        Ok(())
    }

    /// Every count and lock that is not blank.
    pub fn lockouts(&mut self, now: Timestamp) -> Result<Vec<Lockout>, Error> {
        self.advance(now)?;
        let stored = self.read(|estate, _| Ok(estate.list::<Attempts>(None, LOCKOUTS_MAX)?))?;
        let lockout = |(_, attempts): (Row, Attempts)| {
            let lock = attempts.tally.lock();
            let failures = attempts.tally.failures();
            Lockout {
                key: attempts.key,
                failures,
                since: lock.map(|it| it.since),
                until: lock.and_then(|it| it.until),
            }
        };
        Ok(stored.into_iter().map(lockout).collect())
    }

    /// Every account with what stands between it and a login now.
    pub fn accounts(&mut self, now: Timestamp) -> Result<Vec<(account::Account, &'static str)>, Error> {
        self.advance(now)?;
        self.read(|estate, policy| {
            let with_state = |it: account::Account| {
                let state = account::state(estate, policy, now, &it)?;
                Ok((it, state))
            };
            account::every(estate)?.into_iter().map(with_state).collect()
        })
    }

    /// Reads the estate.
    pub fn read<T>(&self, read: impl FnOnce(&Estate<'_>, &Policy) -> Result<T, Error>) -> Result<T, Error> {
        let view: Box<dyn View + '_> = self.store.view(&self.id);
        read(&Estate::new(&self.id, &*view, &*self.cipher), &self.policy)
    }

    /// Writes `changes`, the records of what happened and the product log's entries: all of them, or none.
    ///
    /// Where what they rest on was taken back since [`Site::advance`], the store refuses them.
    pub(crate) fn commit(
        &mut self,
        now: Timestamp,
        mut changes: Vec<Change>,
        happenings: &[Happening],
        durability: Durability,
    ) -> Result<Sequence, Error> {
        let mut tip = self.tip.clone();
        let mut tails = self.cleared_tails(happenings)?;
        let mut lines: Vec<Line> = Vec::with_capacity(happenings.len());
        for happening in happenings {
            lines.push(tip.append(&self.record(now, happening)));
            changes.extend(self.entries(now, happening, &mut tails)?);
        }
        changes.push(Change::Put(TIP, TIP_ROW.to_owned(), tip.to_bytes()));
        let touched = Touched::by(&changes);
        let batch = Batch { site: self.id.clone(), epoch: self.epoch, changes, lines, durability };
        let sequence = self.store.commit(batch)?;
        self.tip = tip;
        self.tails.extend(tails);
        self.people_version += u64::from(touched.people);
        self.settings_version += u64::from(touched.settings);
        Ok(sequence)
    }

    /// Remembers when a lock ends.
    pub(crate) fn watch_lock(&mut self, row: Row, attempts: &Attempts) {
        self.lock_ends.retain(|(_, watched)| *watched != row);
        if let Some(until) = attempts.tally.lock().and_then(|it| it.until) {
            self.lock_ends.insert((until, row));
        }
    }

    /// The product log entries of one happening, with the ends of the logs that they move.
    fn entries(
        &self,
        now: Timestamp,
        happening: &Happening,
        tails: &mut BTreeMap<String, log::Tail>,
    ) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let mut written = None;
        for taking in log::taking(&self.policy, happening.event, happening.is_refused()) {
            let entry = match &written {
                Some(entry) => entry,
                None => written.insert(happening.entry(now).write()?),
            };
            if !tails.contains_key(&taking.id) {
                tails.insert(taking.id.clone(), self.tail(&taking.id)?);
            }
            if let Some(tail) = tails.get_mut(&taking.id) {
                changes.extend(self.read(|estate, _| Ok(tail.append(estate, taking, entry)?))?);
            }
        }
        Ok(changes)
    }

    /// The ends of the logs that these happenings clear: what is logged now comes after the clearing.
    fn cleared_tails(&self, happenings: &[Happening]) -> Result<BTreeMap<String, log::Tail>, Error> {
        let cleared = |id: &str| Ok((id.to_owned(), self.tail(id)?.cleared()));
        happenings.iter().filter_map(Happening::cleared_log).map(cleared).collect()
    }

    /// The end of the log `id`, as it is remembered or stored.
    fn tail(&self, id: &str) -> Result<log::Tail, Error> {
        match self.tails.get(id) {
            Some(tail) => Ok(tail.clone()),
            None => self.read(|estate, _| Ok(log::Tail::read(estate, id)?)),
        }
    }

    /// Ends the lock in `row` at the moment it was due, unless it is gone already.
    fn unlock_by_time(&mut self, until: Timestamp, row: &Row) -> Result<(), Error> {
        let Some((mut attempts, rule)) = self.attempts(row)? else { return Ok(()) };
        let (tally, unlocked) = self.with_pending(row, attempts.tally).at(until, &rule);
        attempts.tally = tally;
        if !unlocked {
            return Ok(());
        }
        let change = self.read(|estate, _| {
            Ok(if attempts.tally.is_blank() { estate.delete(&attempts) } else { estate.put(&attempts)? })
        })?;
        let kind = if rule.counts == pbx_auth::Count::Account { "account" } else { "address" };
        let happening = Happening::ok("auth.unlocked-by-time").on(kind, &attempts.key);
        self.commit(until, vec![change], &[happening], Durability::Wait)?;
        Ok(())
    }

    fn is_banned(&self, now: Timestamp, surface: Surface, source: Source) -> Result<bool, Error> {
        self.read(|estate, policy| {
            for (index, stated) in policy.lockouts.iter().enumerate() {
                let bans = stated.counts == pbx_auth::Count::Source && stated.surfaces.contains(&surface);
                if bans
                    && let Some(attempts) =
                        estate.get::<Attempts>(&tally::row(estate, index, &source.to_string()))?
                    && attempts.tally.at(now, stated).0.lock().is_some()
                {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Derives everything from the store anew: at the start, and after batches were taken back.
    fn derive(&mut self) -> Result<(), Error> {
        let epoch = self.store.epoch();
        let tip = self.store.view(&self.id).get(TIP, TIP_ROW)?;
        self.tip = match tip {
            Some(bytes) => Tip::from_bytes(&bytes).map_err(|_| Error::Tip)?,
            None => Tip::new(),
        };
        self.fall_back()?;
        self.tails.clear();
        self.people_version += 1;
        self.settings_version += 1;
        self.lock_ends.clear();
        let stored = self.read(|estate, policy| {
            let mut recovered = Vec::new();
            for (row, attempts) in estate.list::<Attempts>(None, LOCKOUTS_MAX)? {
                if let Some(rule) = tally::rule(estate, policy, attempts.rule)? {
                    recovered.push((row, attempts, rule));
                }
            }
            Ok(recovered)
        })?;
        for (row, attempts, rule) in stored {
            if attempts.tally.lock().is_none() && attempts.tally.failures() >= rule.failures_max {
                self.interrupted.insert(row);
            } else {
                self.watch_lock(row, &attempts);
            }
        }
        self.epoch = epoch;
        Ok(())
    }
}

/// What a batch touches that something else watches.
struct Touched {
    people: bool,
    settings: bool,
}

impl Touched {
    fn by(changes: &[Change]) -> Self {
        let touches = |tables: &[Table]| {
            changes.iter().any(|change| match change {
                Change::Put(table, ..) | Change::Delete(table, _) => tables.contains(table),
                Change::PutBlob(..) | Change::DropBlob(_) => false,
            })
        };
        Self {
            people: touches(&[account::Account::TABLE, pbx_estate::role::Custom::TABLE]),
            settings: touches(&[setting::Value::TABLE]),
        }
    }
}

const TIP: Table = Table("tip");
const TIP_ROW: &str = "tip";

/// The most counts and locks of a site that are looked at together: more than it has accounts.
const LOCKOUTS_MAX: usize = 20_000;
