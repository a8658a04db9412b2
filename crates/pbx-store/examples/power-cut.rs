//! Writer and verifier for a simulated power cut.
//!
//! ```text
//! power-cut write DIR     commits until it is killed; prints each batch's line twice once it is durable
//! power-cut verify DIR    reads those lines on standard input; fails unless DIR holds every one
//! ```
//!
//! Each writer thread owns a site. Batch n of a site writes the same value to row n of two tables, removes row
//! n − [`ROWS_KEPT`] from both, rewrites a counter in both, and records the line `n checksum`. Every
//! [`BLOB_EVERY`]th batch does the same with a blob, which holds the value several times. So the last line that a
//! site has says exactly which rows and blobs it must have, and a batch that was applied in part shows.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use pbx_kernel::{Batch, BlobId, Change, Durability, Line, SiteId, Store, StoreError, Table, View};
use pbx_store::{SledOptions, SledStore};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", directory] => write(Path::new(directory)),
        ["verify", directory] => verify(Path::new(directory)),
        _ => Err("usage: power-cut write|verify DIR".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done where even this cannot be said.
            let _ = writeln!(io::stderr(), "power-cut: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(directory: &Path) -> Outcome<()> {
    let store = SledStore::open(directory, options())?;
    let together = Barrier::new(usize::try_from(WRITERS)?);
    thread::scope(|scope| {
        let (store, together) = (&store, &together);
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| scope.spawn(move || write_site(store, writer, together))).collect();
        for writer in writers {
            writer.join().map_err(|_| "a writer panicked")?.map_err(|error| error.to_string())?;
        }
        Ok(())
    })
}

fn write_site(store: &SledStore, writer: u64, together: &Barrier) -> Result<(), StoreError> {
    let site = site(writer).map_err(|what| StoreError::Failed { what: what.to_string() })?;
    let first = store.lines(&site, 0, usize::MAX)?.len() as u64;
    let mut noise = Noise(writer * 7_919 + first + 1);
    let (sender, receiver) = mpsc::channel();
    let mut number = first;
    loop {
        let value = noise.value();
        let checksum = checksum(&value);
        let sequence = match store.commit(batch(store.epoch(), &site, number, &value, checksum)) {
            Ok(sequence) => sequence,
            Err(error) => {
                complain(&site, number, &error);
                continue;
            }
        };
        let sender = sender.clone();
        store.when_durable(
            sequence,
            // The receiver lives as long as this loop.
            Box::new(move |outcome| drop(sender.send(outcome))),
        );
        match receiver.recv().map_err(|error| StoreError::Failed { what: error.to_string() })? {
            Ok(()) => {
                acknowledge(&site, number, checksum)?;
                number += 1;
                if number.is_multiple_of(BURST) {
                    together.wait();
                    thread::park_timeout(REST);
                }
            }
            Err(error) => complain(&site, number, &error),
        }
    }
}

fn batch(epoch: u64, site: &SiteId, number: u64, value: &[u8], checksum: u64) -> Batch {
    let mut changes = Vec::new();
    for table in [LEFT, RIGHT] {
        changes.push(Change::Put(table, row(number), value.to_vec()));
        changes.push(Change::Put(table, COUNTER.to_owned(), number.to_be_bytes().to_vec()));
        if let Some(old) = number.checked_sub(ROWS_KEPT) {
            changes.push(Change::Delete(table, row(old)));
        }
    }
    if number.is_multiple_of(BLOB_EVERY) {
        changes.push(Change::PutBlob(blob_id(number), Arc::from(value.repeat(BLOB_VALUES))));
        changes.extend(number.checked_sub(ROWS_KEPT).map(|old| Change::DropBlob(blob_id(old))));
    }
    let line = Line(format!("{number} {checksum:016x}").into_bytes());
    Batch { site: site.clone(), epoch, changes, lines: vec![line], durability: Durability::Wait }
}

fn acknowledge(site: &SiteId, number: u64, checksum: u64) -> Result<(), StoreError> {
    // Twice, because whoever cuts the power drops the last line, which may be torn.
    let said =
        write!(io::stdout().lock(), "{site} {number} {checksum:016x}\n{site} {number} {checksum:016x}\n");
    said.map_err(|error| StoreError::Failed { what: error.to_string() })
}

/// Says what went wrong, and waits a moment so that a full disk is not tried without pause.
fn complain(site: &SiteId, number: u64, error: &StoreError) {
    let _ = writeln!(io::stderr(), "{site} {number}: {error}");
    thread::park_timeout(Duration::from_millis(20));
}

fn verify(directory: &Path) -> Outcome<()> {
    let store = SledStore::open(directory, options())?;
    let mut acknowledged: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (site, record) = line.split_once(' ').ok_or("standard input has a line without a site")?;
        acknowledged.entry(site.to_owned()).or_default().push(record.to_owned());
    }
    for writer in 0..WRITERS {
        let site = site(writer)?;
        let records = verify_site(&store, &site).map_err(|error| format!("{site}: {error}"))?;
        for record in acknowledged.remove(site.as_str()).unwrap_or_default() {
            let number: usize = record.split(' ').next().unwrap_or_default().parse()?;
            if records.get(number) != Some(&record) {
                return Err(format!("{site}: batch {number} was acknowledged and is not there").into());
            }
        }
    }
    Ok(())
}

/// The lines of a site, after checking that its rows are exactly those that the last line promises.
fn verify_site(store: &SledStore, site: &SiteId) -> Outcome<Vec<String>> {
    let lines = store.lines(site, 0, usize::MAX)?;
    let records: Vec<String> =
        lines.into_iter().map(|line| String::from_utf8(line.0)).collect::<Result<_, _>>()?;
    let view = store.view(site);
    for table in [LEFT, RIGHT] {
        let first = records.len().saturating_sub(usize::try_from(ROWS_KEPT)?);
        let mut expected: Vec<String> = records[first..].to_vec();
        if !records.is_empty() {
            expected.push(format!("{COUNTER} {}", records.len() - 1));
        }
        let held = held(&*view, table)?;
        if let Some((wrong, right)) = held.iter().zip(&expected).find(|(held, expected)| held != expected) {
            return Err(format!("{} has {wrong}, but the trail says {right}", table.0).into());
        }
        if held.len() != expected.len() {
            return Err(format!(
                "{} has {} rows, but the trail says {}",
                table.0,
                held.len(),
                expected.len()
            )
            .into());
        }
    }
    verify_blobs(store, site, &*view, records.len() as u64)?;
    Ok(records)
}

/// Checks that a site with so many batches has exactly the blobs that it must have, each whole.
fn verify_blobs(store: &SledStore, site: &SiteId, view: &dyn View, batches: u64) -> Outcome<()> {
    let kept = batches.saturating_sub(ROWS_KEPT)..batches;
    let numbers: Vec<u64> = kept.filter(|number| number.is_multiple_of(BLOB_EVERY)).collect();
    if store.blobs(site)? != numbers.iter().copied().map(blob_id).collect::<Vec<_>>() {
        return Err("has other blobs than the trail says".into());
    }
    for number in numbers {
        let value = view.get(LEFT, &row(number))?.ok_or("a blob is there without its row")?;
        if store.blob(site, blob_id(number))? != Some(value.repeat(BLOB_VALUES)) {
            return Err(format!("the blob of batch {number} is not what was put").into());
        }
    }
    Ok(())
}

/// What lines the rows of a table would have made.
fn held(view: &dyn View, table: Table) -> Outcome<Vec<String>> {
    let rows = view.scan(table, None, usize::MAX)?.into_iter().map(|(row, value)| {
        if row == COUNTER {
            let number = value.try_into().map(u64::from_be_bytes).map_err(|_| "the counter is not one")?;
            return Ok(format!("{COUNTER} {number}"));
        }
        Ok(format!("{} {:016x}", row.parse::<u64>()?, checksum(&value)))
    });
    rows.collect()
}

fn options() -> SledOptions {
    // Small, so that segments of the trail are finished in every round.
    SledOptions { segment_bytes_max: 64 * 1024, ..SledOptions::default() }
}

fn site(writer: u64) -> Outcome<SiteId> {
    Ok(SiteId::parse(&format!("site-{writer}"))?)
}

/// Sorts as its number does.
fn row(number: u64) -> String {
    format!("{number:012}")
}

/// Sorts as its number does.
fn blob_id(number: u64) -> BlobId {
    BlobId::new(u128::from(number).to_be_bytes())
}

/// FNV-1a.
fn checksum(value: &[u8]) -> u64 {
    value
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Values of all sizes from a xorshift generator: nothing here is secret, and it needs no crate.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Mostly small, every fourth of up to the largest size.
    fn value(&mut self) -> Vec<u8> {
        let bytes_max = if self.next().is_multiple_of(4) { Batch::VALUE_BYTES_MAX as u64 } else { 200 };
        let bytes = self.next() % (bytes_max + 1);
        (0..bytes).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

const LEFT: Table = Table("left");
const RIGHT: Table = Table("right");

/// Sorts behind all numbers.
const COUNTER: &str = "counter";

/// How many batches back a site's rows reach: enough to fill many pages, few enough for sled to clean up.
const ROWS_KEPT: u64 = 500;

/// How often a batch has a blob: once in every burst. A divisor of [`ROWS_KEPT`].
const BLOB_EVERY: u64 = 4;

/// How often a blob holds its batch's value: files of up to 64 KB.
const BLOB_VALUES: usize = 16;

/// How many batches every writer writes before all of them rest.
///
/// A power cut during the rest shows whether the last group was durable by itself: while the store is busy, the
/// next group's sync saves the one before it as well.
const BURST: u64 = 4;

/// Longer than a burst takes, so that most cuts come during a rest.
const REST: Duration = Duration::from_millis(40);

/// Enough that groups of several batches form.
const WRITERS: u64 = 8;
