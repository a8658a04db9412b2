//! A running Understudy, known by its binary and its endpoints file alone.

use std::fmt::Write;
use std::fs::{self, File};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::load::{Account, Login, Target};
use crate::running::Running;
use crate::stopwatch::Stopwatch;

/// A world that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Understudy {
    pub(crate) running: Running,
    /// From the start of the process to `ready`.
    pub(crate) started_within: Duration,
    endpoints: Endpoints,
}

/// What is needed of the endpoints file.
#[derive(Debug, Deserialize)]
struct Endpoints {
    ca_file: PathBuf,
    sites: Vec<Site>,
}

#[derive(Debug, Deserialize)]
struct Site {
    id: String,
    listeners: Vec<Listener>,
}

#[derive(Debug, Deserialize)]
struct Listener {
    kind: String,
    address: IpAddr,
    port: u16,
}

impl Understudy {
    /// Starts `binary` on the scenario and the state that lie in `folder`, or will.
    pub(crate) fn start(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let log = File::create(folder.join(LOG)).context("cannot make a log file")?;
        let mut command = Command::new(binary);
        command.arg("serve").arg(folder.join(SCENARIO)).stderr(Stdio::from(log));
        for (option, file) in [("--state", "state"), ("--endpoints", ENDPOINTS), ("--root-key", "root.key")] {
            command.arg(option).arg(folder.join(file));
        }
        let watch = Stopwatch::start();
        let running = Running::start("understudy", &mut command)?;
        let ready = running.wait_for("ready", READY_TIME_MAX);
        let started_within = watch.elapsed();
        if let Err(error) = ready {
            let log = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
            bail!("{error:#}\n{}", log.lines().take(LOG_LINES_SHOWN).collect::<Vec<_>>().join("\n"));
        }
        let text = fs::read_to_string(folder.join(ENDPOINTS)).context("there is no endpoints file")?;
        let endpoints = serde_json::from_str(&text).context("the endpoints file cannot be read")?;
        Ok(Self { running, started_within, endpoints })
    }

    /// The SSH listener of `site`, for its accounts number 0 to `count`.
    pub(crate) fn target(&self, site: &str, count: usize) -> anyhow::Result<Target> {
        let logins = (0..count).map(|number| Login::Password(account(number))).collect();
        Ok(Target { address: self.address(site, "ssh")?, logins })
    }

    /// Where the listener of `kind` of `site` is.
    pub(crate) fn address(&self, site: &str, kind: &str) -> anyhow::Result<SocketAddr> {
        let site = self.endpoints.sites.iter().find(|it| it.id == site).context("no such site")?;
        let listener = site.listeners.iter().find(|it| it.kind == kind);
        let listener = listener.with_context(|| format!("{} has no {kind} listener", site.id))?;
        Ok(SocketAddr::new(listener.address, listener.port))
    }

    /// The file of the certificate that vouches for every HTTPS listener.
    pub(crate) fn trust(&self) -> PathBuf {
        self.endpoints.ca_file.clone()
    }
}

/// A scenario file in the making.
#[derive(Debug)]
pub(crate) struct Scenario(String);

impl Scenario {
    /// Without a site yet. `hashing` is `low` or `recommended`.
    pub(crate) fn new(hashing: &str) -> Self {
        Self(format!("seed = 7\nhashing = \"{hashing}\"\n\n[director]\nport = 0\n"))
    }

    /// One MX-ONE with `accounts` of the laboratory: each with a lockout of its own.
    pub(crate) fn one_site(accounts: usize) -> Self {
        let mut scenario = Self::new("recommended").site(SITE, SITE, "lab");
        for number in 0..accounts {
            let Account { name, password } = account(number);
            let account = format!("name = \"{name}\"\nrole = \"linux-7\"\npassword = \"{password}\"");
            // A String takes whatever is written to it.
            let _ = write!(scenario.0, "\n[[sites.accounts]]\n{account}\n");
        }
        scenario
    }

    /// The five products, a site each.
    pub(crate) fn five() -> Self {
        PRODUCTS.iter().fold(Self::new("recommended"), |it, product| it.site(product, product, "lab"))
    }

    /// `count` sites, the five products in turn, as they ship.
    pub(crate) fn many(count: usize) -> Self {
        let products = PRODUCTS.iter().cycle().take(count).enumerate();
        products.fold(Self::new("low"), |it, (number, product)| {
            it.site(&format!("{product}-{number}"), product, "as-shipped")
        })
    }

    #[must_use]
    fn site(mut self, id: &str, product: &str, profile: &str) -> Self {
        // A String takes whatever is written to it.
        let _ = write!(
            self.0,
            "\n[[sites]]\nid = \"{id}\"\nproduct = \"{product}\"\nprofile = \"{profile}\"\nports = 0\n"
        );
        self
    }

    /// Writes it where [`Understudy::start`] looks for it.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join(SCENARIO), &self.0).context("cannot write the scenario")
    }
}

/// The account number `number` of [`Scenario::one_site`].
pub(crate) fn account(number: usize) -> Account {
    Account { name: format!("load-{number:02}"), password: format!("Load-Mx1-{number:02}!") }
}

/// The site of [`Scenario::one_site`], and the product that it emulates.
pub(crate) const SITE: &str = "mx-one";

const PRODUCTS: &[&str] = &["mx-one", "office-400", "micloud-portal", "app-suite", "oig"];

/// The longest start: a thousand sites on a busy machine.
const READY_TIME_MAX: Duration = Duration::from_mins(2);

/// Lines of the log that are shown where it did not start.
const LOG_LINES_SHOWN: usize = 20;

const SCENARIO: &str = "scenario.toml";
const ENDPOINTS: &str = "endpoints.json";
const LOG: &str = "understudy.log";
