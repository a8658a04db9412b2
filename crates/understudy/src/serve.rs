//! `understudy serve`: a world with all its listeners, until it is told to stop.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use pbx_director::{Director, DirectorOptions};
use pbx_https::Certificates;
use pbx_world::{DirectorEndpoint, Endpoints, PolicyText, Scenario, World, WorldOptions};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::cli::Serve;
use crate::products::PRODUCTS;

mod listeners;
mod open_files;
mod welcome;

use listeners::Listeners;

/// Runs the world and returns once it has ended cleanly.
pub(crate) fn run(serve: &Serve) -> Result<ExitCode> {
    let filter =
        EnvFilter::try_new(&serve.log).with_context(|| format!("\"{}\" is no log level", serve.log))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    open_files::raise();
    let scenario = read_scenario(serve.scenario.as_deref())?;
    let options = WorldOptions {
        state: (!serve.ephemeral).then(|| serve.state.clone()),
        root_key: serve.root_key.clone(),
        policies: serve.policy.iter().map(|it| PolicyText::read(it)).collect::<Result<_, _>>()?,
        ..WorldOptions::default()
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(serve_world(serve, scenario, options))?;
    Ok(ExitCode::SUCCESS)
}

/// The scenario in the file `path`, or the five products where there is none.
pub(crate) fn read_scenario(path: Option<&Path>) -> Result<Scenario> {
    Ok(match path {
        Some(path) => Scenario::read(path)?,
        None => Scenario::parse("the built-in scenario", FIVE_PRODUCTS)?,
    })
}

async fn serve_world(serve: &Serve, scenario: Scenario, options: WorldOptions) -> Result<()> {
    let mut ends = Ends::listen()?;
    let director_port = scenario.director.port;
    let world = World::start(options, scenario, PRODUCTS)?;
    let files = Files::of(serve)?;
    let certificates = match &files.certificates {
        Some(folder) => Certificates::open(folder)?,
        None => Certificates::ephemeral()?,
    };
    let (stop, stopping) = pbx_listener::stopping();
    let listeners =
        Listeners::open(&world, serve.listen, &certificates, files.host_keys.as_deref(), &stopping)?;
    let director = open_director(&world, serve.listen, director_port, &certificates, &files)?;
    let endpoints = Endpoints {
        director: DirectorEndpoint { url: director.url(), token_file: director.token_file().to_owned() },
        ca_file: files.ca_file(&certificates)?,
        sites: listeners.endpoints(&world, serve.listen),
    };
    if let Some(path) = &files.endpoints {
        endpoints.write(path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    welcome::say(&endpoints, serve, files.endpoints.as_deref())?;
    ends.wait().await;
    stop.now();
    let stopped = async {
        listeners.stopped().await;
        director.stop().await;
    };
    if tokio::time::timeout(DRAIN_TIME_MAX, stopped).await.is_err() {
        tracing::warn!("some connections did not end in time and were cut");
    }
    world.shutdown().await;
    Ok(())
}

fn open_director(
    world: &Arc<World>,
    address: IpAddr,
    port: u16,
    certificates: &Certificates,
    files: &Files,
) -> Result<Director> {
    if !address.is_loopback() {
        tracing::warn!("the director stays on 127.0.0.1: it obeys whoever has its token");
    }
    let address = SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port);
    let options = DirectorOptions { address, token_file: files.token.clone() };
    Ok(Director::open(Arc::clone(world), certificates, options)?)
}

/// Where files go: below the state directory, or in a directory of the process's own that goes with it.
struct Files {
    certificates: Option<PathBuf>,
    host_keys: Option<PathBuf>,
    token: PathBuf,
    endpoints: Option<PathBuf>,
    /// Kept so that it is removed at the end.
    passing: Option<tempfile::TempDir>,
}

impl Files {
    fn of(serve: &Serve) -> Result<Self> {
        if serve.ephemeral {
            let passing = tempfile::Builder::new()
                .prefix("understudy-")
                .tempdir()
                .context("cannot make a directory")?;
            return Ok(Self {
                certificates: None,
                host_keys: None,
                token: passing.path().join("director.token"),
                endpoints: serve.endpoints.clone(),
                passing: Some(passing),
            });
        }
        let state = std::path::absolute(&serve.state).context("the state directory has no path")?;
        Ok(Self {
            certificates: Some(state.join("certs")),
            host_keys: Some(state.join("ssh")),
            token: state.join("director.token"),
            endpoints: Some(serve.endpoints.clone().unwrap_or_else(|| state.join("endpoints.json"))),
            passing: None,
        })
    }

    /// The authority's certificate as a file that clients can be given.
    fn ca_file(&self, certificates: &Certificates) -> Result<PathBuf> {
        match (&self.certificates, &self.passing) {
            (Some(folder), _) => Ok(folder.join("ca.pem")),
            (None, Some(passing)) => {
                let path = passing.path().join("ca.pem");
                std::fs::write(&path, certificates.ca_pem())
                    .context("cannot write the certificate to trust")?;
                Ok(path)
            }
            (None, None) => bail!("there is no place for the certificate to trust"),
        }
    }
}

/// SIGTERM and SIGINT.
struct Ends {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Ends {
    fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The world that runs where none is named.
const FIVE_PRODUCTS: &str = include_str!("../../../scenarios/five-products.toml");

/// How long connections may take to end once they are told to.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(5);
