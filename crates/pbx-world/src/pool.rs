use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use pbx_kernel::{Secret, Verifier};
use pbx_site::{Hashed, Hashing};
use pbx_vault::{HashCost, Hasher, dummy_verifier};
use tokio::sync::{Semaphore, oneshot};

use crate::sync::lock;

/// The threads that hash passwords, and nothing else: as many as the machine has cores, each with memory of its own
/// that it uses again and again.
///
/// ```text
///   logged-in sessions ──▶ urgent ─┐
///                                  ├─▶ worker 1 … n, below the priority of everything else
///   logins ──────────────▶ logins ─┘
/// ```
///
/// So a flood of logins costs neither memory nor the time of those who are logged in: it waits in line, and what
/// the line cannot hold is refused.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    dummy: Verifier,
    urgent: Semaphore,
}

struct Shared {
    line: Mutex<Line>,
    wake: Condvar,
}

/// What waits for a worker.
#[derive(Default)]
struct Line {
    urgent: VecDeque<Job>,
    logins: VecDeque<Job>,
    closed: bool,
}

type Job = Box<dyn FnOnce(&mut Hasher) + Send>;

impl Pool {
    /// A pool of `workers` threads that make verifiers of `cost`.
    pub fn start(cost: HashCost, workers: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared { line: Mutex::default(), wake: Condvar::new() });
        let mut pool = Self {
            shared,
            workers: Vec::new(),
            dummy: dummy_verifier(cost),
            urgent: Semaphore::new(URGENT_MAX),
        };
        for number in 1..=workers.clamp(1, WORKERS_MAX) {
            let shared = Arc::clone(&pool.shared);
            let thread = thread::Builder::new().name(format!("hasher-{number}"));
            pool.workers.push(thread.spawn(move || shared.work(cost))?);
        }
        Ok(pool)
    }

    /// How many workers suit this machine: one per core, at least two so that one slow verifier stops nobody.
    pub fn workers_here() -> usize {
        thread::available_parallelism().map_or(2, usize::from).clamp(2, WORKERS_MAX)
    }

    /// Whether `password` is the one that `against` was made from. Without a verifier the answer is no, and takes as
    /// long as if there were one.
    pub async fn verify(&self, password: Secret, against: Option<Verifier>) -> Result<bool, PoolError> {
        let against = against.unwrap_or_else(|| self.dummy.clone());
        let (job, answer) = job(move |hasher| hasher.verify(&password, &against));
        self.shared.put(|line| match line.logins.len() {
            LOGINS_MAX.. => Err(PoolError::Full),
            _ => {
                line.logins.push_back(job);
                Ok(())
            }
        })?;
        answer.await.map_err(|_| PoolError::Closed)
    }

    /// Hashes a new password as `hashing` asks, ahead of all logins: whoever asks is logged in.
    pub async fn renew(&self, hashing: &Hashing, salt: [u8; 16]) -> Result<Hashed, PoolError> {
        let (password, current) = (hashing.password.clone(), hashing.current.clone());
        let (not_again, dummy) = (hashing.not_again.clone(), self.dummy.clone());
        self.urgently(move |hasher| {
            if let Some((shown, verifier)) = current
                && !hasher.verify(&shown, verifier.as_ref().unwrap_or(&dummy))
            {
                return Hashed::WrongCurrent;
            }
            if not_again.iter().any(|earlier| hasher.verify(&password, earlier)) {
                return Hashed::Reused;
            }
            Hashed::Verifier(hasher.hash(&password, salt))
        })
        .await
    }

    /// The verifier of `password`, ahead of all logins.
    pub async fn hash(&self, password: Secret, salt: [u8; 16]) -> Result<Verifier, PoolError> {
        self.urgently(move |hasher| hasher.hash(&password, salt)).await
    }

    /// Runs `work` ahead of all logins; where there is much of it, waits for a place in the line.
    async fn urgently<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let _place = self.urgent.acquire().await.map_err(|_| PoolError::Closed)?;
        let (job, answer) = job(work);
        self.shared.put(|line| {
            line.urgent.push_back(job);
            Ok(())
        })?;
        answer.await.map_err(|_| PoolError::Closed)
    }
}

/// A job, and where its answer will be.
fn job<T: Send + 'static>(
    work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
) -> (Job, oneshot::Receiver<T>) {
    let (sender, receiver) = oneshot::channel();
    let job = move |hasher: &mut Hasher| {
        // Whoever asked may be gone.
        let _ = sender.send(work(hasher));
    };
    (Box::new(job), receiver)
}

impl Drop for Pool {
    /// Lets each worker finish what it is doing; who waits in line is told that the pool is closed.
    fn drop(&mut self) {
        let mut line = lock(&self.shared.line);
        let dropped = std::mem::replace(&mut *line, Line { closed: true, ..Line::default() });
        drop((line, dropped));
        self.shared.wake.notify_all();
        for worker in self.workers.drain(..) {
            if worker.join().is_err() {
                tracing::error!("a hashing worker had panicked");
            }
        }
    }
}

impl Shared {
    /// Puts something in line, if the line takes it.
    fn put(&self, put: impl FnOnce(&mut Line) -> Result<(), PoolError>) -> Result<(), PoolError> {
        let mut line = lock(&self.line);
        if line.closed {
            return Err(PoolError::Closed);
        }
        put(&mut line)?;
        drop(line);
        self.wake.notify_one();
        Ok(())
    }

    fn work(&self, cost: HashCost) {
        // On Linux a nice value belongs to a thread, and none may be named to mean the calling one. Where it is
        // refused the pool works all the same, only less politely.
        if let Err(error) = rustix::process::setpriority_process(None, NICE) {
            tracing::debug!(%error, "the hashing workers run at full priority");
        }
        let mut hasher = Hasher::new(cost);
        while let Some(job) = self.next() {
            // A panic costs its job and no worker: without workers nobody could ever log in again.
            if catch_unwind(AssertUnwindSafe(|| job(&mut hasher))).is_err() {
                tracing::error!("hashing a password panicked; it counts as wrong");
            }
        }
    }

    /// Waits for something to do; `None` once the pool is closed.
    fn next(&self) -> Option<Job> {
        let line = lock(&self.line);
        let idle = |line: &mut Line| !line.closed && line.urgent.is_empty() && line.logins.is_empty();
        let mut line = self.wake.wait_while(line, idle).unwrap_or_else(PoisonError::into_inner);
        line.urgent.pop_front().or_else(|| line.logins.pop_front())
    }
}

/// Why nothing was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// As many logins are waiting as may.
    #[error("too many logins are waiting to be examined")]
    Full,
    /// The world is shutting down.
    #[error("the world is shutting down")]
    Closed,
}

/// The most workers: 8 times 19 MiB is half of what hashing may use.
const WORKERS_MAX: usize = 8;

/// The most logins in line: half a minute of work for two cores; nobody waits longer for an answer.
const LOGINS_MAX: usize = 4_096;

/// The most new passwords in line at a time; others wait to get in line.
const URGENT_MAX: usize = 256;

/// How much the workers give way to everything else: a third of the share that others get of a full machine.
const NICE: i32 = 5;

#[cfg(test)]
mod tests;
