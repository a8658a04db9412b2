use crate::driver::perform;
use crate::figure::{Aim, Figure};
use crate::load::{Job, LOCKED, UNKNOWN, WRONG};
use crate::statistics::{median, separability, separability_noise};
use crate::understudy::{SITE, Scenario, account};

use super::{ACCOUNTS, Bench};

/// Whether time tells why a login was refused.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let understudy = bench.start(&Scenario::one_site(ACCOUNTS))?;
    let samples = bench.scale.rejections;
    let job = Job::Rejections {
        address: understudy.address(SITE, "ssh")?,
        accounts: (1..ACCOUNTS).map(account).collect(),
        locked: account(0),
        samples,
    };
    let outcome = perform(&job)?;
    let of = |kind: &str| outcome.samples.get(kind).map(Vec::as_slice).unwrap_or_default();
    let medians = [UNKNOWN, WRONG, LOCKED]
        .map(|kind| Figure::new(format!("a login refused, {kind}: median"), median(of(kind)), "ms"));
    let noise = separability_noise(samples, samples);
    let pairs = [(UNKNOWN, WRONG), (UNKNOWN, LOCKED), (WRONG, LOCKED)].map(|(left, right)| {
        let distance = (separability(of(left), of(right)) - 0.5).abs();
        Figure::new(format!("… told apart by time: {left}, {right}"), distance, "|AUC - ½|")
            .aim(Aim::AtMost(noise))
    });
    let mut figures: Vec<Figure> = medians.into_iter().chain(pairs).collect();
    if let Some(last) = figures.pop() {
        figures.push(last.note(NOTE));
    }
    Ok(figures)
}

/// What the table cannot show.
const NOTE: &str = "told apart: how much better than by chance a caller guesses from one duration which of the two he \
     met (0 not at all, 0.5 always); the aim is three standard errors of equal distributions";
