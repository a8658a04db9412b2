//! What is measured: a group of figures each, from one or more servers that it starts and ends itself.

mod commands;
mod durable;
mod erasure;
mod https;
mod logins;
mod memory;
mod rejections;
mod start;
mod storm;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, bail};
use clap::ValueEnum;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

use crate::build::Build;
use crate::driver::perform;
use crate::figure::Figure;
use crate::keys::Keys;
use crate::load::{Job, Login, Target};
use crate::peer::bare_russh::BareRussh;
use crate::peer::sshd::Sshd;
use crate::proc::HASHING;
use crate::scale::Scale;
use crate::understudy::{SITE, Scenario, Understudy};

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// SSH logins with one command each
    Logins,
    /// Commands on SSH connections that stay
    Commands,
    /// Pages over HTTPS
    Https,
    /// Durable commits
    Durable,
    /// Sealing, and erasing one person among many
    Erasure,
    /// Memory of idle sessions and sites
    Memory,
    /// From start to ready
    Start,
    /// 500 wrong logins beside one that works
    Storm,
    /// What tells one rejection from another
    Rejections,
}

impl Group {
    /// Those that are `wanted`; all where none is.
    pub(crate) fn chosen(wanted: &[Self]) -> impl Iterator<Item = Self> {
        let all = Self::value_variants().iter().copied();
        all.filter(move |it| wanted.is_empty() || wanted.contains(it))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Logins => "logins",
            Self::Commands => "commands",
            Self::Https => "https",
            Self::Durable => "durable",
            Self::Erasure => "erasure",
            Self::Memory => "memory",
            Self::Start => "start",
            Self::Storm => "storm",
            Self::Rejections => "rejections",
        }
    }

    pub(crate) fn measure(self, bench: &Bench) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::Logins => logins::measure(bench),
            Self::Commands => commands::measure(bench),
            Self::Https => https::measure(bench),
            Self::Durable => durable::measure(bench),
            Self::Erasure => erasure::measure(bench),
            Self::Memory => memory::measure(bench),
            Self::Start => start::measure(bench),
            Self::Storm => storm::measure(bench),
            Self::Rejections => rejections::measure(bench),
        }
    }
}

/// What every group needs.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) scale: Scale,
    pub(crate) keys: Keys,
    build: Build,
    folder: TempDir,
    /// How many folders were made in it.
    folders: AtomicUsize,
}

impl Bench {
    /// Builds Understudy, and makes what the servers are started with.
    pub(crate) fn prepare(scale: Scale) -> anyhow::Result<Self> {
        let build = Build::make()?;
        raise_open_files_max()?;
        // Below the target folder, which is on a disk; the system's folder for such things may be memory.
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&build.target)?;
        let keys = Keys::generate(folder.path().join("keys"))?;
        Ok(Self { scale, keys, build, folder, folders: AtomicUsize::new(0) })
    }

    pub(crate) const fn is_optimised(&self) -> bool {
        self.build.optimised
    }

    pub(crate) fn binary(&self) -> &Path {
        &self.build.binary
    }

    /// An empty folder, the same disk for everybody.
    pub(crate) fn folder(&self) -> anyhow::Result<PathBuf> {
        let number = self.folders.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.path().join(number.to_string());
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// Starts a world of `scenario` on a state of its own.
    pub(crate) fn start(&self, scenario: &Scenario) -> anyhow::Result<Understudy> {
        let folder = self.folder()?;
        scenario.write(&folder)?;
        Understudy::start(self.binary(), &folder)
    }
}

/// Understudy with one MX-ONE, and the two other SSH servers, each with a command to be measured with.
pub(crate) struct Servers {
    pub(crate) understudy: Understudy,
    pub(crate) target: Target,
    /// What the printing command answers, and its last line.
    pub(crate) marker: String,
    pub(crate) bare: BareRussh,
    pub(crate) bare_target: Target,
    /// Nothing where there is no sshd here, and why.
    pub(crate) sshd: Result<(Sshd, Target), String>,
}

impl Servers {
    /// Starts all three. The bare russh server answers with the very bytes that Understudy answers with.
    pub(crate) fn start(bench: &Bench) -> anyhow::Result<Self> {
        let understudy = bench.start(&Scenario::one_site(ACCOUNTS))?;
        let target = understudy.target(SITE, ACCOUNTS)?;
        let commands = [MAKE_EXTENSION, PRINT_EXTENSION].map(str::to_owned).to_vec();
        let answer = perform(&Job::Script { target: target.clone(), commands })?.text;
        let marker = answer.lines().map(str::trim).rfind(|it| !it.is_empty()).unwrap_or_default().to_owned();
        if !marker.starts_with(EXTENSION) || answer.matches(&marker).count() != 1 {
            bail!("`{PRINT_EXTENSION}` answered {answer:?}");
        }
        let bare = BareRussh::start(&bench.keys, &answer)?;
        let bare_target = Target { address: bare.address, logins: target.logins.clone() };
        let sshd = Sshd::start(&bench.keys).and_then(|sshd| {
            let logins: Vec<Login> = vec![bench.keys.login()?];
            let target = Target { address: sshd.address, logins };
            Ok((sshd, target))
        });
        Ok(Self {
            understudy,
            target,
            marker,
            bare,
            bare_target,
            sshd: sshd.map_err(|error| format!("sshd could not be measured: {error:#}")),
        })
    }

    /// Why sshd is absent; empty where it is not.
    pub(crate) fn absence(&self) -> String {
        self.sshd.as_ref().err().cloned().unwrap_or_default()
    }
}

/// A session needs a file, and so does a listener: as many of them as the system allows.
fn raise_open_files_max() -> anyhow::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .context("cannot raise the limit of open files")
}

/// Accounts to log in to: one for each client, so that no two share a lockout.
pub(crate) const ACCOUNTS: usize = 32;

/// The extension that is printed.
const EXTENSION: &str = "2001";
const MAKE_EXTENSION: &str = "extension -i -d 2001";
/// The reading command: one row and its headings.
pub(crate) const PRINT_EXTENSION: &str = "extension -p -d 2001";
/// What sshd is asked instead.
pub(crate) const ECHO: &str = "echo ready.";
pub(crate) const ECHOED: &str = "ready.";

/// What splits hashing from the rest.
pub(crate) fn hashing_note() -> String {
    format!("hashing: the CPU of understudy's threads whose names begin with `{HASHING}`")
}
