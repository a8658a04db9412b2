use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use pbx_kernel::{Entropy, Line, SiteId, Store, StoreError, Timestamp};
use pbx_product::Product;
use pbx_recorder::Entry;
use pbx_site::Site;
use pbx_store::Faults;
use pbx_vault::{Keyring, SeededEntropy};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, broadcast, watch};
use tokio::task::JoinHandle;

use crate::feed::Feed;
use crate::founding::{self, Founded};
use crate::keys::{self, Keys};
use crate::notary::{self, CheckpointError, Notary};
use crate::peopling;
use crate::plan::{Plan, plan};
use crate::seat::{Opened, Seat, chain};
use crate::shared::{PLACES, Randomness, Shared};
use crate::state::State;
use crate::sync::lock;
use crate::{Clock, PolicyText, Pool, Scenario, StartError};

/// How a world runs, apart from what is in it.
#[derive(Clone, Debug, Default)]
pub struct WorldOptions {
    /// The folder where state lives, made where it is missing; without one nothing is kept.
    pub state: Option<PathBuf>,
    /// The file with the operator's root key, made where it is missing; by default beside the state folder, under
    /// its name and `.root-key`.
    pub root_key: Option<PathBuf>,
    /// Policies that replace those of products.
    pub policies: Vec<PolicyText>,
    /// Whether keys, salts and tokens follow from the scenario's seed. For tests that compare runs to the last
    /// byte; refused with a state folder, because whoever knows the seed knows everything.
    pub deterministic: bool,
}

/// The sites of one process, and what they share.
pub struct World {
    shared: Arc<Shared>,
    seats: BTreeMap<SiteId, Arc<Seat>>,
    faults: Faults,
    public_keys: String,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// What loads people. It ends by itself once `stop` says so.
    peopling: Mutex<Option<JoinHandle<()>>>,
    stop: watch::Sender<bool>,
}

impl World {
    /// Opens every site of `scenario`. Call it within a tokio runtime, before anything listens: it reads and writes
    /// files.
    ///
    /// New sites get their accounts in the background ([`World::founded`]); logins to them wait for that.
    pub fn start(
        options: WorldOptions,
        scenario: Scenario,
        products: &'static [&'static Product],
    ) -> Result<Arc<Self>, StartError> {
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let plans = plan(&scenario, products, &options.policies)?;
        let randomness = match (options.deterministic, &options.state) {
            (false, _) => Randomness::System,
            (true, None) => Randomness::Seeded(Box::new(SeededEntropy::new(scenario.seed))),
            (true, Some(_)) => return Err(StartError::Deterministic),
        };
        let ids: Vec<SiteId> = plans.iter().map(|it| it.id.clone()).collect();
        let mut keys = randomness.stream("keys");
        let mut state = State::open(options.state.as_deref(), options.root_key.as_deref(), &ids, &mut *keys)?;
        let sites = plans.into_iter().map(|plan| open(plan, &mut state, &mut *keys));
        let sites = sites.collect::<Result<Vec<_>, StartError>>()?;
        let clock = clock(&scenario, &*state.store, &sites)?;
        let pool = Pool::start(scenario.hashing.cost(), Pool::workers_here()).map_err(StartError::Threads)?;
        let notary = Notary::keeping_in(state.folder.as_ref().map(|it| it.join("checkpoints")));
        let public_keys = public_keys(&state.keyring, &ids)?;
        let shared = Arc::new(Shared {
            clock,
            pool,
            store: state.store,
            keys: Keys::new(state.keyring, keys),
            places: Arc::new(Semaphore::new(PLACES)),
            tokens: Mutex::new(randomness.stream("tokens")),
            salts: Mutex::new(randomness.stream("salts")),
            ticker: Arc::default(),
            feed: Arc::new(Feed::new()),
            notary: Arc::new(notary),
        });
        let seats = seats(sites, &shared)?;
        if let Some(path) = state.folder.map(|it| it.join("recorder.pub")) {
            let failed = |source| StartError::File { action: "write", path: path.clone(), source };
            notary::publish(&path, &public_keys).map_err(failed)?;
        }
        let (faults, tasks) = (state.faults, Mutex::default());
        let (peopling, stop) = (Mutex::default(), watch::Sender::new(false));
        let world = Arc::new(Self { shared, seats, faults, public_keys, tasks, peopling, stop });
        world.run_tasks(&runtime);
        tracing::info!(sites = world.seats.len(), now = %world.now(), "the world has started");
        Ok(world)
    }

    /// The moment on the world's clock.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The world's clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Every site, by id.
    pub fn seats(&self) -> Vec<Arc<Seat>> {
        self.seats.values().cloned().collect()
    }

    /// The site `id`.
    pub fn seat(&self, id: &SiteId) -> Option<Arc<Seat>> {
        self.seats.get(id).cloned()
    }

    /// Waits until every new site has its accounts, or says why one has none yet; that is tried again for ever.
    pub async fn founded(&self) -> Result<(), StoreError> {
        for seat in self.seats.values() {
            let mut founded = seat.founded.subscribe();
            let known = founded.wait_for(|it| !matches!(it, Founded::NotYet)).await;
            // The sender is in the seat, which is here.
            if let Ok(known) = known
                && let Founded::Failed(error) = &*known
            {
                return Err(error.clone());
            }
        }
        Ok(())
    }

    /// Waits until every site has the people that its scenario gives it.
    pub async fn peopled(&self) {
        for seat in self.seats.values() {
            // The sender is in the seat, which is here.
            let _ = seat.peopled.subscribe().wait_for(|it| *it).await;
        }
    }

    /// Durable recorder lines of every site, from now on. Who reads too slowly is told how many were missed.
    pub fn subscribe(&self) -> broadcast::Receiver<(SiteId, Line)> {
        self.shared.feed.subscribe(self.seats.values())
    }

    /// At most `limit` durable recorder lines of `site`, beginning with the line number `from`.
    pub fn lines(&self, site: &SiteId, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        self.shared.store.lines(site, from, limit)
    }

    /// The public keys by which the sites' checkpoints are verified, one line per site: its origin, `understudy/` and
    /// the site's id, is part of it.
    pub fn public_key(&self) -> String {
        self.public_keys.clone()
    }

    /// A signed checkpoint of the site's trail as it is now, over lines that are durable, and kept with the others.
    pub async fn checkpoint(&self, site: &SiteId) -> Result<String, CheckpointError> {
        let seat = self.seat(site).ok_or_else(|| CheckpointError::NoSuchSite { site: site.to_string() })?;
        let signed = self.shared.notary.sign(self, &[seat]).await?;
        Ok(signed.first().map(ToString::to_string).unwrap_or_default())
    }

    /// The switch that makes the store behave as if its disk refused to be written, for exercises and tests.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// Writes what is still on its way to the disk, signs every trail that has grown, and stops the world's tasks.
    /// Stop listening first.
    pub async fn shutdown(&self) {
        self.stop.send_replace(true);
        let peopling = lock(&self.peopling).take();
        if let Some(peopling) = peopling {
            // It has no answer.
            let _ = peopling.await;
        }
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            // Stopped, as was asked.
            let _ = task.await;
        }
        self.shared.notary.sign_new(self).await;
        tracing::info!(now = %self.now(), "the world has stopped");
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.shared.store
    }

    pub(crate) async fn barrier(&self, site: &SiteId) -> Result<(), StoreError> {
        self.shared.barrier(site).await
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    /// When something is due next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.seats.values().filter_map(|it| it.deadline()).min()
    }

    /// Has every site do what is due; whether all could.
    pub(crate) fn advance_due(&self) -> bool {
        let mut done = true;
        for seat in self.seats.values() {
            if let Err(error) = seat.advance() {
                tracing::warn!(site = %seat.id(), error = %chain(&error), "what is due has to wait");
                done = false;
            }
        }
        done
    }

    fn run_tasks(self: &Arc<Self>, runtime: &Handle) {
        let weak = Arc::downgrade(self);
        let shared = &self.shared;
        self.shared.clock.on_change({
            let (world, ticker) = (weak.clone(), Arc::clone(&shared.ticker));
            move || {
                if let Some(world) = world.upgrade() {
                    world.advance_due();
                    ticker.wake();
                }
            }
        });
        let mut tasks = lock(&self.tasks);
        tasks.push(runtime.spawn(Arc::clone(&shared.ticker).run(weak.clone())));
        tasks.push(runtime.spawn(Arc::clone(&shared.feed).run(weak.clone())));
        if shared.notary.folder.is_some() {
            tasks.push(runtime.spawn(Arc::clone(&shared.notary).run(weak)));
        }
        let batches = founding::Batch::sort(self.seats.values());
        tasks.push(runtime.spawn(founding::found(Arc::clone(shared), batches)));
        let unpeopled = self.seats.values().filter(|it| it.population.is_some()).cloned().collect();
        *lock(&self.peopling) = Some(runtime.spawn(peopling::people(unpeopled, self.stop.subscribe())));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for task in lock(&self.tasks).drain(..).chain(lock(&self.peopling).take()) {
            task.abort();
        }
    }
}

/// Opens the site that `plan` describes.
fn open(plan: Plan, state: &mut State, entropy: &mut dyn Entropy) -> Result<Opened, StartError> {
    let cipher = Arc::new(keys::cipher(&mut state.keyring, &*state.store, &plan.id, entropy)?);
    let (policy, store) = (Arc::clone(&plan.rules.policy), Arc::clone(&state.store));
    let site = Site::open(plan.id.clone(), policy, plan.rules.product, store, Arc::clone(&cipher) as _);
    let site = site.map_err(|source| StartError::Site { site: plan.id.to_string(), source })?;
    Ok(Opened { plan, site, cipher })
}

/// The clock as the scenario begins it, but never earlier than what has been recorded already.
fn clock(scenario: &Scenario, store: &dyn Store, sites: &[Opened]) -> Result<Clock, StartError> {
    let mut start = scenario.clock.start.unwrap_or_else(Clock::wall);
    for Opened { plan, site, .. } in sites {
        let Some(newest) = site.trail_len().checked_sub(1) else { continue };
        for line in store.lines(&plan.id, newest, 1).map_err(StartError::Trails)? {
            match Entry::parse(&line.0) {
                Ok(entry) => start = start.max(entry.record.time),
                Err(error) => tracing::warn!(site = %plan.id, %error, "the newest record cannot be read"),
            }
        }
    }
    Ok(Clock::starting(start, scenario.clock.frozen))
}

fn seats(sites: Vec<Opened>, shared: &Arc<Shared>) -> Result<BTreeMap<SiteId, Arc<Seat>>, StartError> {
    let mut seats = BTreeMap::new();
    for opened in sites {
        let id = opened.plan.id.clone();
        let founded = opened.site.is_founded();
        let founded = founded.map_err(|source| StartError::Site { site: id.to_string(), source })?;
        seats.insert(id, Arc::new(Seat::new(opened, founded, Arc::clone(shared))));
    }
    Ok(seats)
}

fn public_keys(keyring: &Keyring, sites: &[SiteId]) -> Result<String, StartError> {
    let mut text = String::new();
    for site in sites {
        let key = keyring.public_key(&format!("{}/{site}", notary::ORIGIN));
        let key = key.map_err(|source| StartError::PublicKey { site: site.to_string(), source })?;
        text.push_str(&key.to_string());
        text.push('\n');
    }
    Ok(text)
}
