use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use pbx_kernel::Timestamp;
use tokio::sync::Notify;

use crate::World;

/// Calls on sites when something of theirs is due: a lock or a session that ends by time.
#[derive(Default)]
pub(crate) struct Ticker {
    wake: Notify,
    /// The moment that is being waited for, in milliseconds; none is later, so that everything wakes, while it is looked for.
    planned: AtomicI64,
}

impl Ticker {
    /// Says that something is due at `deadline`, in milliseconds.
    pub(crate) fn expect(&self, deadline: i64) {
        if deadline < self.planned.load(Ordering::Acquire) {
            self.wake.notify_one();
        }
    }

    /// Says that the clock was changed.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits for what is due next and has it done, until the world is gone.
    pub(crate) async fn run(self: Arc<Self>, world: Weak<World>) {
        let mut failed = false;
        loop {
            // Before looking, so that whatever becomes due meanwhile wakes it.
            self.planned.store(i64::MAX, Ordering::Release);
            let Some(wait) = world.upgrade().map(|it| self.plan(&it)) else { return };
            let wait = if failed { wait.map(|it| it.max(RETRY_PAUSE)) } else { wait };
            match wait {
                Some(wait) => {
                    // Whether it is time or something changed: look again.
                    let _ = tokio::time::timeout(wait, self.wake.notified()).await;
                }
                None => self.wake.notified().await,
            }
            let Some(world) = world.upgrade() else { return };
            failed = !world.advance_due();
        }
    }

    /// How long until something is due.
    fn plan(&self, world: &World) -> Option<Duration> {
        let next: Option<Timestamp> = world.next_deadline();
        self.planned.store(next.map_or(i64::MAX, Timestamp::as_millis), Ordering::Release);
        world.clock().until(next?)
    }
}

/// How long a site that could not do what was due is left alone.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
