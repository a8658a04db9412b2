//! Worlds of one small product, most of them in memory, with the clock standing still.

use std::path::Path;
use std::sync::Arc;

use pbx_kernel::{AccountName, Secret, SiteId, Source, Surface};
use pbx_product::Product;
use pbx_recorder::Entry;
use pbx_site::{Attempt, Error, Proof, Verdict};

use crate::{Scenario, Seat, World, WorldOptions};

mod erasing;
mod failing;
mod keeping;
mod login;
mod planning;
mod reading;
mod subjects;
mod talking;

pub(crate) const HARBOUR: &str = include_str!("tests/harbour.toml");

static PRODUCT: Product = Product { id: "harbour", policy: HARBOUR, ..pbx_product::GENERIC };
static PRODUCTS: &[&Product] = &[&PRODUCT];

const SCENARIO: &str = r#"
seed = 1
hashing = "low"
clock = { start = "2026-11-22T09:00:00Z", frozen = true }
[[sites]]
id = "north"
product = "harbour"
"#;

/// A world in memory.
fn world() -> Arc<World> {
    start(SCENARIO, WorldOptions::default())
}

/// A world that keeps its state in `folder`.
fn world_in(folder: &Path) -> Arc<World> {
    start(SCENARIO, WorldOptions { state: Some(folder.join("state")), ..WorldOptions::default() })
}

fn start(scenario: &str, options: WorldOptions) -> Arc<World> {
    let scenario = Scenario::parse("scenario.toml", scenario).expect("a scenario");
    World::start(options, scenario, PRODUCTS).expect("a world")
}

fn north(world: &World) -> Arc<Seat> {
    world.seat(&SiteId::parse("north").expect("an id")).expect("it is there")
}

fn attempt(name: &str, password: &str) -> Attempt {
    Attempt {
        name: name.to_owned(),
        proof: Proof::Password(Secret::new(password)),
        surface: Surface::Ssh,
        source: Source::new([192, 0, 2, 1].into()),
    }
}

/// Whether the login was accepted; an error is none of both.
async fn log_in(seat: &Arc<Seat>, name: &str, password: &str) -> Result<bool, Error> {
    let verdict = seat.log_in(attempt(name, password)).await?;
    Ok(matches!(verdict, Verdict::Accepted(..)))
}

/// Every durable record of the site, as event, reason and time.
fn records(world: &World, seat: &Seat) -> Vec<(String, Option<String>, String)> {
    let lines = world.lines(seat.id(), 0, 100_000).expect("readable");
    let entries = lines.iter().map(|it| Entry::parse(&it.0).expect("a record").record);
    entries
        .map(|it| (it.event.to_string(), it.reason.map(|it| it.to_string()), it.time.to_string()))
        .collect()
}

/// How many records there are of `event` with `reason`.
fn count(world: &World, seat: &Seat, event: &str, reason: Option<&str>) -> usize {
    let wanted = |it: &&(String, Option<String>, String)| it.0 == event && it.1.as_deref() == reason;
    records(world, seat).iter().filter(wanted).count()
}

/// The failures that count against `name`.
fn failures(seat: &Seat, name: &str) -> u32 {
    let name = AccountName::parse(name).expect("a name");
    let lockouts = seat.lockouts().expect("readable");
    lockouts.iter().find(|it| it.key == name.as_str()).map_or(0, |it| it.failures)
}
