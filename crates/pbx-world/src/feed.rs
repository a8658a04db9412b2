use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use pbx_kernel::{Line, SiteId, Store, StoreError};
use tokio::sync::{Notify, broadcast};

use crate::World;
use crate::seat::Seat;
use crate::sync::lock;

/// Passes durable recorder lines on to whoever is listening; costs nothing while nobody is.
pub(crate) struct Feed {
    sender: broadcast::Sender<(SiteId, Line)>,
    wake: Notify,
    /// How many lines of each site have been passed on.
    passed: Mutex<BTreeMap<SiteId, u64>>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(LINES_HELD), wake: Notify::new(), passed: Mutex::default() }
    }

    /// Says that a site has new lines.
    pub(crate) fn wake(&self) {
        if self.sender.receiver_count() > 0 {
            self.wake.notify_one();
        }
    }

    /// Every line from now on.
    pub(crate) fn subscribe<'a>(
        &self,
        seats: impl Iterator<Item = &'a Arc<Seat>>,
    ) -> broadcast::Receiver<(SiteId, Line)> {
        let mut passed = lock(&self.passed);
        if self.sender.receiver_count() == 0 {
            *passed = seats.map(|it| (it.id().clone(), it.trail_len())).collect();
        }
        self.sender.subscribe()
    }

    /// Passes lines on until the world is gone.
    pub(crate) async fn run(self: Arc<Self>, world: Weak<World>) {
        let mut pause = PAUSE_MIN;
        let mut behind = false;
        loop {
            if behind {
                // What is missing is on its way to the disk. Someone may also wake us sooner.
                let _ = tokio::time::timeout(pause, self.wake.notified()).await;
            } else {
                self.wake.notified().await;
            }
            let (feed, world) = (Arc::clone(&self), world.clone());
            let round = tokio::task::spawn_blocking(move || Some(feed.pass(&*world.upgrade()?))).await;
            let Ok(Some(round)) = round else { return };
            behind = round.behind;
            pause = if round.moved { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
        }
    }

    /// Passes on what is durable by now.
    fn pass(&self, world: &World) -> Round {
        let mut round = Round::default();
        if self.sender.receiver_count() == 0 {
            return round;
        }
        let mut passed = lock(&self.passed);
        for seat in world.seats() {
            let done = passed.entry(seat.id().clone()).or_default();
            if *done >= seat.trail_len() {
                continue;
            }
            match self.pass_on(world.store(), seat.id(), *done) {
                Ok(count) => {
                    *done += count;
                    round.moved |= count > 0;
                }
                Err(error) => tracing::warn!(site = %seat.id(), %error, "the trail cannot be read"),
            }
            round.behind |= *done < seat.trail_len();
        }
        round
    }

    fn pass_on(&self, store: &dyn Store, site: &SiteId, from: u64) -> Result<u64, StoreError> {
        let mut count = 0;
        for line in store.lines(site, from, LINES_AT_ONCE)? {
            // Where the last listener has just gone, so has the point of it.
            let _ = self.sender.send((site.clone(), line));
            count += 1;
        }
        Ok(count)
    }
}

/// What one round did.
#[derive(Default)]
struct Round {
    moved: bool,
    behind: bool,
}

/// How many lines a slow listener may be behind before it is told that it missed some.
const LINES_HELD: usize = 4_096;

/// How many lines of a site are read at once, so that a busy one does not keep the others waiting.
const LINES_AT_ONCE: usize = 256;

/// How soon lines that are not on the disk yet are looked for again: what nobody waits for takes the store 100 ms.
const PAUSE_MIN: Duration = Duration::from_millis(20);

/// The same while nothing gets there.
const PAUSE_MAX: Duration = Duration::from_secs(1);
