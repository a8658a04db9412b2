use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use pbx_estate::account::Account;
use pbx_estate::setting::Admission;
use pbx_kernel::{AccountName, SiteId, Source, StoreError, Timestamp};
use pbx_policy::{Listener, Policy};
use pbx_product::Product;
use pbx_site::{Error, Exchange, Lockout, Request, Response, SessionId, Site};
use pbx_vault::SiteCipher;
use tokio::sync::{Notify, Semaphore, watch};

use crate::console::Console;
use crate::durable::durable;
use crate::founding::Founded;
use crate::plan::{KnownAccount, Plan, Rules};
use crate::population::Population;
use crate::shared::Shared;
use crate::sync::lock;

mod generations;
mod login;
mod waiting;

use generations::Generations;

/// A site as it was planned and opened, and the cipher that it was opened with.
pub(crate) struct Opened {
    pub(crate) plan: Plan,
    pub(crate) site: Site,
    pub(crate) cipher: Arc<SiteCipher>,
}

/// A site and all that transports need to bring callers to it: it takes turns, waits for the disk, hashes.
///
/// The site itself is locked for microseconds at a time, never while anything is waited for.
pub struct Seat {
    id: SiteId,
    release: String,
    pub(crate) rules: Arc<Rules>,
    ports: BTreeMap<String, u16>,
    pub(crate) own_accounts: Vec<KnownAccount>,
    pub(crate) population: Option<Arc<Population>>,
    /// Whether everybody of its population is there.
    pub(crate) peopled: watch::Sender<bool>,
    site: Mutex<Site>,
    pub(crate) generations: Arc<tokio::sync::Mutex<Generations>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) founded: watch::Sender<Founded>,
    /// Told whenever an attempt has been decided.
    decided: Notify,
    /// How many attempts may wait for others to be decided.
    undecided: Semaphore,
    settings: watch::Sender<u64>,
    /// When the site next has something to do by itself, in milliseconds.
    deadline: AtomicI64,
    /// How many lines the trail has, durable or not.
    pub(crate) trail: AtomicU64,
    /// How many lines the newest checkpoint covers.
    pub(crate) signed: AtomicU64,
}

impl Seat {
    /// The seat of an open site.
    pub(crate) fn new(opened: Opened, founded: bool, shared: Arc<Shared>) -> Self {
        let Opened { plan, site, cipher } = opened;
        let Plan { id, release, rules, ports, accounts, population } = plan;
        let founded = if founded { Founded::Yes } else { Founded::NotYet };
        let seat = Self {
            id,
            release,
            rules,
            ports,
            own_accounts: accounts,
            peopled: watch::Sender::new(population.is_none()),
            population,
            settings: watch::Sender::new(site.settings_version()),
            deadline: AtomicI64::new(NEVER),
            trail: AtomicU64::new(site.trail_len()),
            signed: AtomicU64::new(0),
            site: Mutex::new(site),
            generations: Arc::new(tokio::sync::Mutex::new(Generations::settled(cipher))),
            shared,
            founded: watch::Sender::new(founded),
            decided: Notify::new(),
            undecided: Semaphore::new(UNDECIDED_MAX),
        };
        seat.notice(&lock(&seat.site));
        seat
    }

    /// The site's id.
    pub fn id(&self) -> &SiteId {
        &self.id
    }

    /// The release that it stands for.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The product's rules, as the site's profile has them.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.rules.policy
    }

    /// The product's tables and looks.
    pub fn product(&self) -> &'static Product {
        self.rules.product
    }

    /// The product's listeners, each with its port; 0 picks a free one.
    pub fn listeners(&self) -> Vec<(Listener, u16)> {
        let port = |it: &Listener| self.ports.get(&it.id).copied().unwrap_or(0);
        self.rules.policy.listeners.iter().map(|it| (it.clone(), port(it))).collect()
    }

    /// The accounts that the site began with.
    pub fn accounts(&self) -> impl Iterator<Item = &KnownAccount> {
        self.rules.shipped.iter().chain(&self.own_accounts)
    }

    /// Whom `listener` lets in now; nobody where that cannot be found out.
    pub fn admission(&self, listener: &Listener) -> Admission {
        self.with_site(|site, _| site.admission(listener)).unwrap_or_else(|error| {
            self.warn("a listener stays shut", &error);
            Admission::None
        })
    }

    /// Whether a connection from `source` to `listener` is let in. Where it cannot be found out or not be recorded,
    /// it is not.
    pub fn admits(&self, listener: &Listener, source: Source) -> bool {
        self.with_site(|site, now| site.admits(now, listener, source)).unwrap_or_else(|error| {
            self.warn("a connection is refused", &error);
            false
        })
    }

    /// Changes whenever a setting may have changed: then ask [`Seat::admission`] of every listener again.
    pub fn settings_changed(&self) -> watch::Receiver<u64> {
        self.settings.subscribe()
    }

    /// The banner that is shown before login, where one is.
    pub fn banner(&self) -> Option<String> {
        self.with_site(|site, _| site.banner()).unwrap_or_else(|error| {
            self.warn("no banner is shown", &error);
            None
        })
    }

    /// The keyed pseudonym under which the recorder names the account `name`.
    pub fn pseudonym(&self, name: &AccountName) -> String {
        self.with_site(|site, _| site.pseudonym(name))
    }

    /// Whether the account called `name` may log in with this public key; not where that cannot be found out.
    pub fn knows_key(&self, name: &str, key: &str) -> bool {
        self.with_site(|site, _| site.knows_key(name, key)).unwrap_or_else(|error| {
            self.warn("a public key is refused", &error);
            false
        })
    }

    /// Every count and lock that is not blank.
    pub fn lockouts(&self) -> Result<Vec<Lockout>, Error> {
        self.with_site(Site::lockouts)
    }

    /// Every account with what stands between it and a login now.
    pub fn accounts_now(&self) -> Result<Vec<(Account, &'static str)>, Error> {
        self.with_site(Site::accounts)
    }

    /// How many lines the trail has; the newest of them may not be durable yet.
    pub fn trail_len(&self) -> u64 {
        self.trail.load(Ordering::Acquire)
    }

    /// Ends a session because its connection ended. One that is over already stays so.
    pub fn end_session(&self, session: &SessionId) {
        if let Err(error) = self.with_site(|site, now| site.end_session(now, session)) {
            self.warn("the end of a session is not recorded", &error);
        }
    }

    /// A channel of `session`.
    pub fn terminal(self: &Arc<Self>, session: SessionId) -> Console {
        Console::new(Arc::clone(self), session)
    }

    /// Answers a request, once what it did is durable.
    pub async fn serve(self: &Arc<Self>, request: Request) -> Response {
        self.exchange(&request).await.unwrap_or_else(|error| {
            self.warn("a request is answered with 503", &error);
            unavailable()
        })
    }

    async fn exchange(self: &Arc<Self>, request: &Request) -> Result<Response, Error> {
        let (response, sequence) = match self.with_site(|site, now| pbx_site::serve(site, now, request)) {
            Exchange::Respond(response, sequence) => (response, sequence),
            Exchange::LogIn(attempt, resume) => {
                let verdict = self.log_in(attempt).await;
                self.with_site(|site, now| pbx_site::respond_after_login(site, now, request, resume, verdict))
            }
            Exchange::Wait(waiting, resume) => {
                let done = self.carry_on(waiting).await;
                self.with_site(|site, now| pbx_site::respond_after_wait(site, now, request, resume, done))
            }
        };
        if let Some(sequence) = sequence {
            durable(&*self.shared.store, sequence).await?;
        }
        Ok(response)
    }

    /// Gives the site one turn. Nothing may be waited for in it.
    pub(crate) fn with_site<T>(&self, turn: impl FnOnce(&mut Site, Timestamp) -> T) -> T {
        let mut site = lock(&self.site);
        let outcome = turn(&mut site, self.shared.clock.now());
        self.notice(&site);
        outcome
    }

    /// Lets the site do what is due, if anything is.
    pub(crate) fn advance(&self) -> Result<(), Error> {
        if self.deadline.load(Ordering::Acquire) <= self.shared.clock.now().as_millis() {
            self.with_site(Site::advance)?;
        }
        Ok(())
    }

    /// When the site next has something to do by itself.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        let millis = self.deadline.load(Ordering::Acquire);
        (millis != NEVER).then(|| Timestamp::from_millis(millis))
    }

    pub(crate) fn warn(&self, what: &'static str, error: &Error) {
        tracing::warn!(site = %self.id, error = %chain(error), "{what}");
    }

    /// Passes on what a turn changed.
    fn notice(&self, site: &Site) {
        let deadline = site.next_deadline().map_or(NEVER, Timestamp::as_millis);
        if self.deadline.swap(deadline, Ordering::AcqRel) > deadline {
            self.shared.ticker.expect(deadline);
        }
        let (version, trail) = (site.settings_version(), site.trail_len());
        self.settings.send_if_modified(|present| std::mem::replace(present, version) != version);
        if self.trail.swap(trail, Ordering::AcqRel) != trail {
            self.shared.feed.wake();
            if trail.saturating_sub(self.signed.load(Ordering::Acquire)) >= CHECKPOINT_LINES {
                self.shared.notary.wake.notify_one();
            }
        }
    }
}

/// The error with what caused it, as one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The emulator's own failure, for whoever is waiting.
pub(crate) fn failed(what: impl ToString) -> Error {
    Error::Store(StoreError::Failed { what: what.to_string() })
}

fn unavailable() -> Response {
    Response {
        status: 503,
        headers: vec![
            ("content-type", "text/plain; charset=utf-8".to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("retry-after", "5".to_owned()),
        ],
        body: b"The request could not be recorded, so nothing was changed. Try again in a moment.\n".to_vec(),
    }
}

/// No deadline.
const NEVER: i64 = i64::MAX;

/// The most attempts of a site that wait for others to be decided: many times a class, and small.
const UNDECIDED_MAX: usize = 1_024;

/// After how many lines a checkpoint is signed without waiting for its turn.
const CHECKPOINT_LINES: u64 = 1_000;
