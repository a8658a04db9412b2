use crate::driver::{Load, perform};
use crate::figure::{Aim, Figure};
use crate::load::{Job, Target};
use crate::peer::BARE_RUSSH;
use crate::peer::bare_russh::BareRussh;
use crate::proc::resident_kib;
use crate::running::Running;
use crate::statistics::float;
use crate::understudy::{SITE, Scenario};

use super::{ACCOUNTS, Bench};

/// Memory of sessions and of sites that nobody uses.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let sessions = bench.scale.sessions;
    let understudy = bench.start(&Scenario::one_site(ACCOUNTS))?;
    let ours = session_kib(&understudy.running, understudy.target(SITE, ACCOUNTS)?, sessions)?;
    let logins = understudy.target(SITE, ACCOUNTS)?.logins;
    drop(understudy);
    let bare = BareRussh::start(&bench.keys, "ready.\n")?;
    let target = Target { address: bare.address, logins };
    let bare = session_kib(&bare.running, target, sessions)?;
    Ok(vec![
        Figure::new(format!("memory of an idle SSH session, of {sessions}"), ours, "KiB")
            .beside(BARE_RUSSH, Some(bare))
            .aim(Aim::AtMost(IDLE_KIB_MAX)),
        Figure::new(format!("memory of an idle site, of {}", bench.scale.sites), site_kib(bench)?, "KiB")
            .aim(Aim::AtMost(IDLE_KIB_MAX))
            .note(NOTE),
    ])
}

/// What `server` grows by for each of `sessions` that are open and idle.
fn session_kib(server: &Running, target: Target, sessions: usize) -> anyhow::Result<f64> {
    // What the first logins make the server take for good is not the sessions' memory.
    perform(&Job::Idle { target: target.clone(), sessions: WARM_UP })?;
    let mut load = Load::prepare(&Job::Idle { target, sessions })?;
    let before = resident_kib(server.id())?;
    load.begin()?;
    load.outcome()?;
    Ok((resident_kib(server.id())? - before) / float(sessions))
}

/// What a world grows by for each site beyond the first five.
fn site_kib(bench: &Bench) -> anyhow::Result<f64> {
    let few = bench.start(&Scenario::many(FEW_SITES))?;
    let before = resident_kib(few.running.id())?;
    drop(few);
    let many = bench.start(&Scenario::many(bench.scale.sites))?;
    Ok((resident_kib(many.running.id())? - before) / float(bench.scale.sites - FEW_SITES))
}

/// The aim for both.
const IDLE_KIB_MAX: f64 = 64.0;

/// Sessions opened and closed first.
const WARM_UP: usize = 16;

/// One of each product.
const FEW_SITES: usize = 5;

/// What the table cannot show.
const NOTE: &str = "memory: growth of what the process has in RAM (VmRSS); sites of the five products in turn, each \
     with listeners of its own, with all that founding them left behind";
