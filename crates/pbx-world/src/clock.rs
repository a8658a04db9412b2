use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use pbx_kernel::Timestamp;
use tokio::time::Instant;

use crate::sync::lock;

/// The world's clock: it runs with real time from wherever it was set to, or stands still.
///
/// ```text
///             freeze
///   Running ──────────▶ Frozen      set, advance: forward only, in either state
///      ▲         run      │
///      └──────────────────┘
/// ```
///
/// It never goes back: a lock that has ended does not begin again, and a later record never bears an earlier time.
pub struct Clock {
    origin: Instant,
    /// While it runs: what the time since `origin` lacks, in milliseconds.
    offset: AtomicI64,
    /// Where it stands, in milliseconds; [`RUNNING`] while it runs.
    frozen: AtomicI64,
    /// The latest moment that anybody was told.
    latest: AtomicI64,
    /// Held while the clock is changed, not while it is read.
    changing: Mutex<()>,
    on_change: OnceLock<OnChange>,
}

type OnChange = Box<dyn Fn() + Send + Sync>;

impl Clock {
    /// The clock that shows `start`, running or frozen.
    pub fn starting(start: Timestamp, frozen: bool) -> Self {
        let millis = start.as_millis();
        Self {
            origin: Instant::now(),
            offset: AtomicI64::new(millis),
            frozen: AtomicI64::new(if frozen { millis } else { RUNNING }),
            latest: AtomicI64::new(millis),
            changing: Mutex::new(()),
            on_change: OnceLock::new(),
        }
    }

    /// The moment by the machine's own clock, for a world that is to start there.
    #[expect(clippy::disallowed_methods, reason = "the one place that looks at the wall")]
    pub fn wall() -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(0) + since
    }

    /// The moment. Costs no lock and never goes back.
    pub fn now(&self) -> Timestamp {
        let millis = self.reading();
        let earlier = self.latest.fetch_max(millis, Ordering::AcqRel);
        Timestamp::from_millis(millis.max(earlier))
    }

    /// Puts the clock forward to `moment`. Whatever is due by then has happened when this returns.
    pub fn set(&self, moment: Timestamp) -> Result<(), ClockError> {
        self.put_forward(|_| moment)
    }

    /// Puts the clock forward by `duration`. Whatever is due by then has happened when this returns.
    pub fn advance(&self, duration: Duration) -> Result<(), ClockError> {
        self.put_forward(|now| now + duration)
    }

    /// Stops the clock where it is.
    pub fn freeze(&self) {
        let changing = lock(&self.changing);
        let now = self.now();
        self.frozen.store(now.as_millis(), Ordering::Release);
        drop(changing);
        self.tell();
    }

    /// Lets the clock run on from where it is.
    pub fn run(&self) {
        let changing = lock(&self.changing);
        if self.is_frozen() {
            self.offset.store(self.now().as_millis() - self.elapsed(), Ordering::Release);
            self.frozen.store(RUNNING, Ordering::Release);
        }
        drop(changing);
        self.tell();
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Acquire) != RUNNING
    }

    /// How long it really takes until `moment`: nothing where it is past, `None` where the clock stands still.
    pub fn until(&self, moment: Timestamp) -> Option<Duration> {
        let wait = moment.since(self.now());
        (wait.is_zero() || !self.is_frozen()).then_some(wait)
    }

    /// Whom to call after every change; the first caller stays.
    pub(crate) fn on_change(&self, call: impl Fn() + Send + Sync + 'static) {
        // Set once, by the world that owns the clock.
        let _ = self.on_change.set(Box::new(call));
    }

    fn put_forward(&self, target: impl FnOnce(Timestamp) -> Timestamp) -> Result<(), ClockError> {
        let changing = lock(&self.changing);
        let now = self.now();
        let moment = target(now);
        if moment < now {
            return Err(ClockError::Back { now });
        }
        if moment > LATEST {
            return Err(ClockError::TooFar);
        }
        let millis = moment.as_millis();
        if self.is_frozen() {
            self.frozen.store(millis, Ordering::Release);
        } else {
            self.offset.store(millis - self.elapsed(), Ordering::Release);
        }
        drop(changing);
        self.tell();
        Ok(())
    }

    fn reading(&self) -> i64 {
        match self.frozen.load(Ordering::Acquire) {
            RUNNING => self.offset.load(Ordering::Acquire).saturating_add(self.elapsed()),
            millis => millis,
        }
    }

    /// Milliseconds since the origin.
    fn elapsed(&self) -> i64 {
        i64::try_from(self.origin.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn tell(&self) {
        if let Some(call) = self.on_change.get() {
            call();
        }
    }
}

/// Why the clock was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClockError {
    /// The moment has passed.
    #[error("the clock shows {now} and cannot be put back")]
    Back {
        /// What the clock shows.
        now: Timestamp,
    },
    /// The moment is after [`LATEST`].
    #[error("the clock cannot be put beyond {LATEST}")]
    TooFar,
}

/// In place of a moment: the clock runs.
const RUNNING: i64 = i64::MIN;

/// How far the clock can be put: 9000-01-01, so that what is derived from it still has a year of four digits.
const LATEST: Timestamp = Timestamp::from_millis(221_845_392_000_000);

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_keeps_pace_with_real_time() {
        let clock = Clock::starting(START, false);
        assert_eq!(clock.now(), START);
        tokio::time::advance(seconds(5)).await;
        assert_eq!(clock.now(), START + seconds(5));
        assert_eq!(clock.until(START + seconds(8)), Some(seconds(3)));
        assert_eq!(clock.until(START), Some(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_frozen_clock_stands_still_and_runs_on_from_there() {
        let clock = Clock::starting(START, true);
        tokio::time::advance(seconds(5)).await;
        assert_eq!(clock.now(), START);
        assert_eq!(clock.until(START + seconds(1)), None, "it never comes to that");
        assert_eq!(clock.until(START), Some(Duration::ZERO), "that moment is here");
        clock.run();
        assert_eq!(clock.now(), START);
        tokio::time::advance(seconds(5)).await;
        assert_eq!(clock.now(), START + seconds(5));
        clock.freeze();
        tokio::time::advance(seconds(5)).await;
        assert_eq!(clock.now(), START + seconds(5));
        assert!(clock.is_frozen());
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_is_put_forward_whether_it_runs_or_not() {
        for frozen in [false, true] {
            let clock = Clock::starting(START, frozen);
            assert_eq!(clock.advance(seconds(60)), Ok(()));
            assert_eq!(clock.now(), START + seconds(60));
            assert_eq!(clock.set(START + seconds(61)), Ok(()));
            assert_eq!(clock.now(), START + seconds(61));
            assert_eq!(clock.is_frozen(), frozen);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_is_never_put_back() {
        let clock = Clock::starting(START, true);
        assert_eq!(clock.set(START), Ok(()), "now is not back");
        let earlier = START - Duration::from_millis(1);
        assert_eq!(clock.set(earlier), Err(ClockError::Back { now: START }));
        assert_eq!(clock.now(), START);
        assert_eq!(clock.set(LATEST), Ok(()));
        assert_eq!(clock.advance(Duration::from_millis(1)), Err(ClockError::TooFar));
        assert_eq!(clock.advance(Duration::MAX), Err(ClockError::TooFar));
    }

    #[tokio::test(start_paused = true)]
    async fn every_change_is_told() {
        let clock = Clock::starting(START, true);
        let told = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&told);
        clock.on_change(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        clock.set(START).expect("not back");
        clock.advance(seconds(1)).expect("not back");
        clock.run();
        clock.freeze();
        assert!(clock.set(START).is_err(), "a refused change is none");
        assert_eq!(told.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn the_wall_clock_is_in_this_century() {
        assert!(Clock::wall() > Timestamp::parse("2026-01-01T00:00:00Z").expect("valid"));
        assert_eq!(LATEST.to_string(), "9000-01-01T00:00:00.000Z");
    }
}
