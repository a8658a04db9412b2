use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow};
use pbx_kernel::{Batch, Change, Durability, Line, SiteId, Store, Table};
use pbx_store::{SledOptions, SledStore};

use crate::driver::{Measured, perform};
use crate::figure::Figure;
use crate::load::{Job, Way};
use crate::peer::{FDATASYNC, fdatasync};
use crate::statistics::float;
use crate::stopwatch::Stopwatch;
use crate::understudy::{SITE, Scenario};

use super::{ACCOUNTS, Bench};

/// Changes a second that were on the disk before they were acknowledged.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let load = bench.scale.load;
    let stored = store(&bench.folder()?, load)?;
    let beside_store = fdatasync::measure(&bench.folder()?, WRITERS, RECORD_BYTES, load)?;
    let served = serve(bench)?;
    let beside_server = fdatasync::measure(&bench.folder()?, WRITERS, RECORD_BYTES, load)?;
    Ok(vec![
        Figure::new("durable commits, the store alone", stored, "/s").beside(FDATASYNC, Some(beside_store)),
        Figure::new("durable commits, `name -c` over SSH", served.rate(), "/s")
            .beside(FDATASYNC, Some(beside_server))
            .clients([served.client()])
            .note(served.failures("changes"))
            .note(NOTE),
        Figure::new("… server CPU for one", served.cpu_us(), "µs"),
    ])
}

/// Commits to a store on the disk, each writer waiting for its own.
fn store(folder: &Path, load: Duration) -> anyhow::Result<f64> {
    let store = SledStore::open(&folder.join("store"), SledOptions::default())?;
    let watch = Stopwatch::start();
    let committed = thread::scope(|scope| {
        let store = &store;
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| scope.spawn(move || write(store, writer, watch, load))).collect();
        let joined =
            writers.into_iter().map(|it| it.join().map_err(|_| anyhow!("a writer panicked")).flatten());
        joined.sum::<anyhow::Result<usize>>()
    });
    Ok(float(committed?) / watch.elapsed().as_secs_f64())
}

fn write(store: &SledStore, writer: usize, watch: Stopwatch, load: Duration) -> anyhow::Result<usize> {
    let site = SiteId::parse(&format!("site-{writer}"))?;
    let mut committed = 0;
    while watch.elapsed() < load {
        let row = format!("{:04}", committed % ROWS);
        let change = Change::Put(Table("subscriber"), row, vec![b'x'; RECORD_BYTES / 2]);
        let lines = vec![Line(vec![b'x'; RECORD_BYTES / 2])];
        let (epoch, durability) = (store.epoch(), Durability::Wait);
        let batch = Batch { site: site.clone(), epoch, changes: vec![change], lines, durability };
        let (sender, durable) = mpsc::sync_channel(1);
        store.when_durable(
            store.commit(batch)?,
            // The writer waits for it.
            Box::new(move |outcome| drop(sender.send(outcome))),
        );
        durable.recv().context("the store forgot a commit")??;
        committed += 1;
    }
    Ok(committed)
}

/// Changes names over SSH, each shell waiting for its own.
fn serve(bench: &Bench) -> anyhow::Result<Measured> {
    let understudy = bench.start(&Scenario::one_site(ACCOUNTS))?;
    let target = understudy.target(SITE, ACCOUNTS)?;
    let numbers = format!("20{:02}..20{:02}", 0, WRITERS - 1);
    let commands = vec![format!("extension -i -d {numbers}"), format!("name -i -d {numbers} --name1 Ada")];
    perform(&Job::Script { target: target.clone(), commands }).context("cannot make extensions")?;
    let lanes = WRITERS / CONNECTIONS;
    let way = Way::Shell { lanes, ahead: 1, command: CHANGE_NAME.to_owned(), marker: CHANGED.to_owned() };
    let job = Job::Commands { target, connections: CONNECTIONS, way, load: bench.scale.load };
    Measured::of(&job, &understudy.running)
}

/// Changes that wait for the disk at the same time.
const WRITERS: usize = 64;

/// The connections that these come over.
const CONNECTIONS: usize = 8;

/// A changing command: `#` is the shell's number, `@` the command's, so that every one changes something.
const CHANGE_NAME: &str = "name -c -d 20# --name1 Ada@";
const CHANGED: &str = "Executed.";

/// What a batch writes: half a row, half a recorder line, each about as long as real ones.
const RECORD_BYTES: usize = 512;

/// How many rows a writer goes through before it writes the first again.
const ROWS: usize = 1_000;

/// What the table cannot show.
const NOTE: &str = "durable commits: 64 at a time, acknowledged once on the disk; the peer appends the same bytes in \
     groups to one file of the same file system";
