use std::time::Duration;

/// How much is measured. The two scales differ in nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// How long each load runs.
    pub(crate) load: Duration,
    /// How many idle SSH sessions are held.
    pub(crate) sessions: usize,
    /// How many idle sites are loaded.
    pub(crate) sites: usize,
    /// How many starts a median is taken from.
    pub(crate) starts: usize,
    /// How many wrong logins run in parallel.
    pub(crate) storm: usize,
    /// How long they go on.
    pub(crate) storm_load: Duration,
    /// How many times each kind of rejection is timed.
    pub(crate) rejections: usize,
    /// Among how many people one is erased.
    pub(crate) subjects: &'static [u64],
}

impl Scale {
    /// What the published figures are made with: about three minutes on two cores.
    pub(crate) const fn full() -> Self {
        Self {
            load: Duration::from_secs(3),
            sessions: 500,
            sites: 1_000,
            starts: 7,
            storm: 500,
            storm_load: Duration::from_secs(10),
            rejections: 200,
            subjects: &[1_000, 100_000, 1_000_000],
        }
    }

    /// Enough to see that everything still runs.
    pub(crate) const fn quick() -> Self {
        Self {
            load: Duration::from_millis(500),
            sessions: 100,
            sites: 200,
            starts: 3,
            storm: 500,
            storm_load: Duration::from_secs(3),
            rejections: 40,
            subjects: &[1_000, 10_000],
        }
    }
}
