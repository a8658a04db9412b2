//! The load client: a process of its own, so that what it costs can be told apart from what it measures.
//!
//! ```text
//!   stdin:  a Job (JSON)        "go"                       end of input
//!              │                  │                              │
//!   stdout:    └─▶ "ready" ───────┴─▶ works ─▶ an Outcome ─ holds what it has open ─▶ exit
//! ```

mod commands;
mod https;
mod logins;
mod ssh;
mod wrong;

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

pub(crate) use commands::DELAY;
pub(crate) use wrong::{LOCKED, UNKNOWN, WRONG};

/// What to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Job {
    /// Runs each command once, one after the other, on one connection; the last one's answer is the sample text.
    Script { target: Target, commands: Vec<String> },
    /// Logs in, runs `command` and hangs up, again and again, as `clients` in parallel.
    Logins { target: Target, clients: usize, command: String, load: Duration },
    /// Runs commands on `connections` that stay.
    Commands { target: Target, connections: usize, way: Way, load: Duration },
    /// Logs in, then runs `command` once every `every`, and times each from the moment it was due.
    Pace { target: Target, command: String, every: Duration, load: Duration },
    /// Opens shells and leaves them alone.
    Idle { target: Target, sessions: usize },
    /// Logs in with wrong passwords as each of `names`, in parallel, again and again.
    Storm { address: SocketAddr, names: Vec<String>, load: Duration },
    /// Times the three kinds of rejection, in turn.
    Rejections { address: SocketAddr, accounts: Vec<Account>, locked: Account, samples: usize },
    /// Asks for a page, again and again, on `connections` that stay.
    Pages { site: Site, connections: usize, load: Duration },
}

/// An SSH server, and who may log in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// Used in turn, one by each client.
    pub(crate) logins: Vec<Login>,
}

/// How to log in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Login {
    Password(Account),
    /// With the private key in `file`.
    Key {
        name: String,
        file: PathBuf,
    },
}

/// An account of the laboratory; its password is no secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) password: String,
}

/// How commands are given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Way {
    /// A channel for each command, `lanes` of them open at once on each connection.
    Exec { lanes: usize, command: String },
    /// `lanes` shells on each connection, with `ahead` lines typed ahead in each. A command has been answered when
    /// `marker` shows, which its answer holds once. A `#` in the command becomes the number of its shell, a `@` the
    /// command's own.
    Shell { lanes: usize, ahead: usize, command: String, marker: String },
}

/// An HTTPS server and a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// The file of the certificate (PEM) that vouches for it.
    pub(crate) trust: PathBuf,
    /// The path of the login form, and the body it sends; none where nobody logs in.
    pub(crate) form: Option<(String, String)>,
    pub(crate) path: String,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How many operations succeeded.
    pub(crate) operations: usize,
    /// How many did not.
    pub(crate) failures: usize,
    /// Why the first of those did not.
    pub(crate) failure: Option<String>,
    /// From "go" to the end of the last operation, in seconds.
    pub(crate) seconds: f64,
    /// Durations by kind, in milliseconds, where each one counts.
    pub(crate) samples: BTreeMap<String, Vec<f64>>,
    /// What was answered, where the job says so; a page's size.
    pub(crate) text: String,
    pub(crate) bytes: usize,
}

impl Outcome {
    /// Operations a second.
    pub(crate) fn rate(&self) -> f64 {
        crate::statistics::float(self.operations) / self.seconds
    }

    /// What did not succeed, to be noted beside a figure; empty where all did.
    pub(crate) fn failures(&self, what: &str) -> String {
        match &self.failure {
            None => String::new(),
            Some(failure) => format!("{what}: {} failed, the first with: {failure}", self.failures),
        }
    }

    /// Adds up what tasks did side by side.
    fn merge(&mut self, other: Self) {
        self.operations += other.operations;
        self.failures += other.failures;
        self.failure = self.failure.take().or(other.failure);
        for (kind, samples) in other.samples {
            self.samples.entry(kind).or_default().extend(samples);
        }
        self.bytes = self.bytes.max(other.bytes);
    }

    /// Counts one operation.
    fn count<T>(&mut self, outcome: anyhow::Result<T>) -> Option<T> {
        match outcome {
            Ok(done) => {
                self.operations += 1;
                Some(done)
            }
            Err(error) => {
                self.failures += 1;
                self.failure.get_or_insert_with(|| format!("{error:#}"));
                None
            }
        }
    }
}

/// Takes a job on standard input, and says on standard output what came of it.
pub(crate) fn serve() -> anyhow::Result<()> {
    let mut input = io::stdin().lock().lines();
    let mut next = || input.next().transpose().context("standard input")?.context("end of input");
    let job: Job = serde_json::from_str(&next()?).context("not a job")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let prepared = runtime.block_on(within(job.prepare()))?;
    say("ready")?;
    if next()? != GO {
        bail!("expected `{GO}`");
    }
    let (outcome, held) = runtime.block_on(within(prepared.perform()))?;
    say(&serde_json::to_string(&outcome)?)?;
    // What is held stays open until the bench hangs up.
    let _ = next();
    drop(held);
    Ok(())
}

/// What makes a load client that is ready begin.
pub(crate) const GO: &str = "go";

/// A job that is ready to begin.
enum Prepared {
    /// Nothing was to be prepared.
    Job(Job),
    Commands(commands::Prepared),
    Pace(commands::Pace),
    Pages(https::Prepared),
}

/// What stays open after the work.
type Held = Vec<ssh::Shell>;

impl Job {
    /// Opens and logs in what the work itself only uses.
    async fn prepare(self) -> anyhow::Result<Prepared> {
        Ok(match self {
            Self::Commands { target, connections, way, load } => {
                Prepared::Commands(commands::Prepared::connect(&target, connections, way, load).await?)
            }
            Self::Pace { target, command, every, load } => {
                Prepared::Pace(commands::Pace::connect(&target, command, every, load).await?)
            }
            Self::Pages { site, connections, load } => {
                Prepared::Pages(https::Prepared::connect(&site, connections, load).await?)
            }
            job => Prepared::Job(job),
        })
    }
}

impl Prepared {
    async fn perform(self) -> anyhow::Result<(Outcome, Held)> {
        let began = Instant::now();
        let (mut outcome, held) = match self {
            Self::Commands(it) => (it.perform().await, Held::new()),
            Self::Pace(it) => (it.perform().await, Held::new()),
            Self::Pages(it) => (it.perform().await, Held::new()),
            Self::Job(job) => job.perform().await?,
        };
        outcome.seconds = began.elapsed().as_secs_f64();
        Ok((outcome, held))
    }
}

impl Job {
    async fn perform(self) -> anyhow::Result<(Outcome, Held)> {
        let outcome = match self {
            Self::Script { target, commands } => commands::script(&target, &commands).await?,
            Self::Logins { target, clients, command, load } => {
                logins::perform(target, clients, &command, load).await
            }
            Self::Idle { target, sessions } => return logins::hold(target, sessions).await,
            Self::Storm { address, names, load } => wrong::storm(address, names, load).await,
            Self::Rejections { address, accounts, locked, samples } => {
                wrong::rejections(address, &accounts, &locked, samples).await?
            }
            Self::Commands { .. } | Self::Pace { .. } | Self::Pages { .. } => bail!("not prepared"),
        };
        Ok((outcome, Held::new()))
    }
}

/// Bounds `work`: a load that hangs must not hang the bench.
async fn within<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    timeout(JOB_TIME_MAX, work).await.context("the load did not end in time")?
}

/// Bounds one operation.
async fn bounded<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    timeout(OPERATION_TIME_MAX, work).await.context("no answer in time")?
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// The longest that preparing, or working, may take.
pub(crate) const JOB_TIME_MAX: Duration = Duration::from_secs(90);

/// The longest that one login or command may take: 500 logins wait for each other on a hashing pool of two.
const OPERATION_TIME_MAX: Duration = Duration::from_secs(30);
