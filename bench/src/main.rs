//! `make bench`: Understudy measured beside its peers, each pair in the same run: one table, and JSON.
//!
//! ```text
//!   bench ──┬── understudy serve …                             measured
//!           ├── bench bare-russh, sshd, nginx                  its peers
//!           └── bench load: one job on standard input,         the client, a process of its own,
//!               what came of it on standard output             so that its CPU can be told apart
//! ```
//!
//! # Invariants
//!
//! - Nothing is asserted: what is reached is printed, with the aim beside it.
//! - Everything listens on the loopback address, on free ports, and is ended by its process id.
//! - Every wait has a limit.

mod build;
mod certificate;
mod driver;
mod figure;
mod keys;
mod load;
mod measure;
mod peer;
mod proc;
mod report;
mod running;
mod scale;
mod statistics;
mod stopwatch;
mod table;
mod understudy;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::measure::{Bench, Group};
use crate::report::Report;
use crate::scale::Scale;

/// Measures Understudy beside its peers.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// A look, not a measurement: about a minute
    #[arg(long)]
    quick: bool,
    /// Only these figures
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<Group>,
    /// Where the JSON goes
    #[arg(long, value_name = "FILE", default_value = "target/bench.json")]
    json: PathBuf,
}

/// What the bench starts itself as.
#[derive(Subcommand)]
enum Role {
    /// The load client: a job on standard input
    #[command(hide = true)]
    Load,
    /// An SSH server of nothing but russh
    #[command(hide = true)]
    BareRussh {
        /// The file of its host key
        host_key: PathBuf,
        /// The file of what it answers to every command
        answer: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.role {
        Some(Role::Load) => load::serve().map(|()| true),
        Some(Role::BareRussh { host_key, answer }) => {
            peer::bare_russh::serve(host_key, answer).map(|()| true)
        }
        None => measure(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::tell(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether everything could be measured.
fn measure(arguments: &Arguments) -> anyhow::Result<bool> {
    let scale = if arguments.quick { Scale::quick() } else { Scale::full() };
    let bench = Bench::prepare(scale)?;
    let mut report = Report::new(arguments.quick, bench.is_optimised());
    for group in Group::chosen(&arguments.only) {
        report::tell(&format!("measuring {}", group.name()));
        match group.measure(&bench) {
            Ok(figures) => report.add(figures),
            Err(error) => report.fail(group.name(), &error),
        }
    }
    report.print(&mut std::io::stdout().lock())?;
    report.write(&arguments.json).with_context(|| format!("cannot write {}", arguments.json.display()))?;
    report::tell(&format!("JSON: {}", arguments.json.display()));
    Ok(report.is_whole())
}
