//! Starts the load client, and takes the CPU of both sides while it works.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::figure::Client;
use crate::load::{GO, JOB_TIME_MAX, Job, Outcome};
use crate::proc::{Cpu, cores, has_children};
use crate::running::Running;
use crate::statistics::float;
use crate::stopwatch::Stopwatch;

/// A load client that is ready, or works, or holds what it has opened.
#[derive(Debug)]
pub(crate) struct Load {
    running: Running,
}

impl Load {
    /// Starts a client and has it prepare `job`.
    pub(crate) fn prepare(job: &Job) -> anyhow::Result<Self> {
        let this = std::env::current_exe().context("the bench does not know its own path")?;
        let mut running = Running::start("the load client", Command::new(this).arg("load"))?;
        running.say(&serde_json::to_string(job)?)?;
        running.wait_for("ready", JOB_TIME_MAX)?;
        Ok(Self { running })
    }

    /// Has it begin.
    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        self.running.say(GO)
    }

    /// What came of it.
    pub(crate) fn outcome(&self) -> anyhow::Result<Outcome> {
        let outcome: Outcome = serde_json::from_str(&self.running.line(JOB_TIME_MAX)?)?;
        if outcome.operations == 0 {
            bail!("nothing succeeded: {}", outcome.failure.unwrap_or_default());
        }
        Ok(outcome)
    }

    fn cpu(&self) -> anyhow::Result<Cpu> {
        Cpu::of(self.running.id())
    }
}

/// Does `job` without measuring, for what must be there first.
pub(crate) fn perform(job: &Job) -> anyhow::Result<Outcome> {
    let mut load = Load::prepare(job)?;
    load.begin()?;
    let outcome = load.outcome()?;
    match outcome.failure {
        Some(failure) => bail!(failure),
        None => Ok(outcome),
    }
}

/// What came of a job, and what it cost.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) outcome: Outcome,
    server: Cpu,
    client: Cpu,
}

impl Measured {
    /// Does `job` against `server`.
    pub(crate) fn of(job: &Job, server: &Running) -> anyhow::Result<Self> {
        let mut load = Load::prepare(job)?;
        settle(server)?;
        let (server_before, client_before) = (Cpu::of(server.id())?, load.cpu()?);
        load.begin()?;
        let outcome = load.outcome()?;
        let client = load.cpu()? - client_before;
        // What the server still does for what was asked counts too: goodbyes, records that were written late.
        settle(server)?;
        Ok(Self { outcome, server: Cpu::of(server.id())? - server_before, client })
    }

    /// Operations a second.
    pub(crate) fn rate(&self) -> f64 {
        self.outcome.rate()
    }

    /// The server's CPU for one operation, in microseconds.
    pub(crate) fn cpu_us(&self) -> f64 {
        self.us(self.server.total)
    }

    /// The part of it that is hashing.
    pub(crate) fn hashing_us(&self) -> f64 {
        self.us(self.server.hashing)
    }

    /// The part of it that is not.
    pub(crate) fn rest_us(&self) -> f64 {
        self.us(self.server.rest())
    }

    /// What the load client used, and whether it was what could go no faster: it had a core's worth of work for each
    /// core, or it filled the machine together with the server and had the larger part.
    pub(crate) fn client(&self) -> Client {
        let share = |cpu: Cpu| cpu.total.as_secs_f64() / self.outcome.seconds / float(cores());
        let (client, server) = (share(self.client), share(self.server));
        Client { share: client, bottleneck: client + server >= FULL && client > server }
    }

    /// What did not succeed, to be noted beside the figure; empty where all did.
    pub(crate) fn failures(&self, what: &str) -> String {
        self.outcome.failures(what)
    }

    fn us(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() * 1e6 / float(self.outcome.operations)
    }
}

/// Waits until `server` has done what it still does for those who have left.
fn settle(server: &Running) -> anyhow::Result<()> {
    server.idle(SETTLE_TIME)?;
    let watch = Stopwatch::start();
    // sshd has a process for each connection, whose CPU is known to its parent once it has ended.
    while has_children(server.id()) && watch.elapsed() < CHILDREN_TIME_MAX {
        server.idle(CHILDREN_POLL)?;
    }
    Ok(())
}

/// The share of all cores from which on the machine counts as full.
const FULL: f64 = 0.9;

/// Twice as long as Understudy's store lets records wait for company.
const SETTLE_TIME: Duration = Duration::from_millis(200);

/// The longest wait for the processes of connections that are gone.
const CHILDREN_TIME_MAX: Duration = Duration::from_secs(2);
const CHILDREN_POLL: Duration = Duration::from_millis(20);
