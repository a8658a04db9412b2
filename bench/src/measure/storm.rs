use std::time::Duration;

use crate::driver::{Load, Measured, perform};
use crate::figure::{Aim, Figure};
use crate::load::{DELAY, Job, Outcome};
use crate::proc::peak_resident_kib;
use crate::statistics::percentile;
use crate::understudy::{SITE, Scenario, account};

use super::{ACCOUNTS, Bench, MAKE_EXTENSION, PRINT_EXTENSION};

/// What hundreds of parallel wrong logins do to a session that is logged in.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let understudy = bench.start(&Scenario::one_site(ACCOUNTS))?;
    let target = understudy.target(SITE, 1)?;
    let address = target.address;
    let load = bench.scale.storm_load;
    perform(&Job::Script { target: target.clone(), commands: vec![MAKE_EXTENSION.to_owned()] })?;
    let pace = Job::Pace { target, command: PRINT_EXTENSION.to_owned(), every: EVERY, load };

    let quiet = Measured::of(&pace, &understudy.running)?;
    let mut session = Load::prepare(&pace)?;
    let mut storm = Load::prepare(&Job::Storm { address, names: names(bench.scale.storm), load })?;
    // The session first: how the storm breaks counts too.
    session.begin()?;
    storm.begin()?;
    let outcome = session.outcome()?;
    let guesses = storm.outcome()?;
    let peak_mib = peak_resident_kib(understudy.running.id())? / 1_024.0;

    let count = bench.scale.storm;
    let (quiet, stormy) = (delays(&quiet.outcome), delays(&outcome));
    let (before, during) = (percentile(quiet, P99), percentile(stormy, P99));
    let settled = stormy.get(ONSET_COMMANDS..).unwrap_or_default();
    Ok(vec![
        Figure::new("p99 of a command, quiet", before, "ms"),
        Figure::new(format!("p99 of a command, {count} parallel wrong logins"), during, "ms"),
        Figure::new("… added by them", during - before, "ms")
            .aim(Aim::AtMost(ADDED_MS_MAX))
            .note(NOTE)
            .note(outcome.failures("commands beside the storm"))
            .note(guesses.failures("guesses of the storm")),
        Figure::new("… p99 after its first second", percentile(settled, P99), "ms"),
        Figure::new("… the longest of all", percentile(stormy, 1.0), "ms"),
        Figure::new("… wrong logins answered", guesses.rate(), "/s"),
        Figure::new("… most memory of the server", peak_mib, "MiB").aim(Aim::AtMost(PEAK_MIB_MAX)),
    ])
}

/// Every second guess is at an account that exists; the first of these is the session's own and left alone.
fn names(count: usize) -> Vec<String> {
    let name = |number: usize| match number % 2 {
        0 => format!("nobody-{number:03}"),
        _ => account(1 + number / 2 % (ACCOUNTS - 1)).name,
    };
    (0..count).map(name).collect()
}

/// How long each command took from when it was due, in milliseconds and in order.
fn delays(outcome: &Outcome) -> &[f64] {
    outcome.samples.get(DELAY).map(Vec::as_slice).unwrap_or_default()
}

/// The aims.
const ADDED_MS_MAX: f64 = 100.0;
const PEAK_MIB_MAX: f64 = 300.0;

/// How often the session runs a command.
const EVERY: Duration = Duration::from_millis(10);

/// How many of them are due while the storm breaks: a second's worth.
const ONSET_COMMANDS: usize = 100;

const P99: f64 = 0.99;

/// What the table cannot show.
const NOTE: &str = "storm: each guess on a connection of its own, half of them at accounts that do not exist; it \
     breaks with all of them at once, and goes on; the \
     session runs a command every 10 ms, timed from the moment it was due; the storm's client shares the cores";
