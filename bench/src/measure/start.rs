use std::time::Duration;

use crate::figure::{Aim, Figure};
use crate::peer::bare_russh::BareRussh;
use crate::peer::sshd::Sshd;
use crate::peer::{BARE_RUSSH, SSHD};
use crate::statistics::median;
use crate::stopwatch::Stopwatch;
use crate::understudy::{Scenario, Understudy};

use super::Bench;

/// From the start of the process until it takes connections, with five sites.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut fresh, mut again, mut bare, mut sshd) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut absence = String::new();
    for _ in 0..bench.scale.starts {
        let folder = bench.folder()?;
        Scenario::five().write(&folder)?;
        let first = Understudy::start(bench.binary(), &folder)?;
        fresh.push(ms(first.started_within));
        first.running.terminate()?;
        again.push(ms(Understudy::start(bench.binary(), &folder)?.started_within));

        let watch = Stopwatch::start();
        drop(BareRussh::start(&bench.keys, "ready.\n")?);
        bare.push(ms(watch.elapsed()));

        let watch = Stopwatch::start();
        match Sshd::start(&bench.keys) {
            Ok(_) => sshd.push(ms(watch.elapsed())),
            Err(error) => absence = format!("sshd could not be measured: {error:#}"),
        }
    }
    let (bare, sshd) = (median(&bare), Some(median(&sshd)).filter(|it| *it > 0.0));
    let mut figures = Vec::new();
    for (name, samples) in
        [("first start, five sites", fresh), ("start on existing state, five sites", again)]
    {
        let figure = || Figure::new(format!("{name}, to ready"), median(&samples), "ms");
        figures.push(figure().beside(BARE_RUSSH, Some(bare)).aim(Aim::AtMost(READY_MS_MAX)));
        figures.push(
            figure().beside(SSHD, sshd).aim(Aim::AtMost(READY_MS_MAX)).note(absence.clone()).note(NOTE),
        );
    }
    Ok(figures)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The aim.
const READY_MS_MAX: f64 = 300.0;

/// What the table cannot show.
const NOTE: &str = "start: the median; the first start also hashes the passwords of all shipped accounts, makes keys \
     and certificates and writes them to the disk";
