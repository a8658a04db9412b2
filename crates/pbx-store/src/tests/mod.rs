mod contract;
mod damage;
mod failing_disk;

use std::path::Path;
use std::sync::mpsc;

use pbx_kernel::{Batch, Change, Durability, Line, Sequence, SiteId, Store, StoreError, Table};

use crate::{SledOptions, SledStore};

const ACCOUNT: Table = Table("account");
const MAILBOX: Table = Table("mailbox");

fn site(name: &str) -> SiteId {
    SiteId::parse(name).expect("a site id")
}

fn put(table: Table, row: &str, value: &str) -> Change {
    Change::Put(table, row.to_owned(), value.as_bytes().to_vec())
}

fn delete(table: Table, row: &str) -> Change {
    Change::Delete(table, row.to_owned())
}

fn batch(epoch: u64, site_name: &str, changes: Vec<Change>, lines: &[&str], durability: Durability) -> Batch {
    let lines = lines.iter().map(|line| Line(line.as_bytes().to_vec())).collect();
    Batch { site: site(site_name), epoch, changes, lines, durability }
}

/// Commits to the site `a` what rests on the store as it is now.
fn commit(
    store: &dyn Store,
    changes: Vec<Change>,
    lines: &[&str],
    durability: Durability,
) -> Result<Sequence, StoreError> {
    store.commit(batch(store.epoch(), "a", changes, lines, durability))
}

/// Commits to the site `a` and waits for the disk.
fn keep(store: &dyn Store, changes: Vec<Change>, lines: &[&str]) -> Result<(), StoreError> {
    keep_at(store, "a", changes, lines)
}

fn keep_at(store: &dyn Store, site: &str, changes: Vec<Change>, lines: &[&str]) -> Result<(), StoreError> {
    let sequence = store.commit(batch(store.epoch(), site, changes, lines, Durability::Wait))?;
    wait(store, sequence)
}

/// What became of the batch `sequence`.
fn wait(store: &dyn Store, sequence: Sequence) -> Result<(), StoreError> {
    let (sender, receiver) = mpsc::channel();
    store.when_durable(sequence, Box::new(move |outcome| sender.send(outcome).expect("the test waits")));
    receiver.recv().expect("called once")
}

fn get(store: &dyn Store, table: Table, row: &str) -> Option<String> {
    let value = store.view(&site("a")).get(table, row).expect("readable");
    value.map(|value| String::from_utf8(value).expect("text"))
}

fn lines(store: &dyn Store, site_name: &str) -> Vec<String> {
    let lines = store.lines(&site(site_name), 0, usize::MAX).expect("readable");
    lines.into_iter().map(|line| String::from_utf8(line.0).expect("text")).collect()
}

fn open(directory: &Path) -> SledStore {
    SledStore::open(directory, options()).expect("opens")
}

/// Small segments, so that a test sees several.
fn options() -> SledOptions {
    SledOptions { segment_bytes_max: 400, reserve_bytes: 1024 * 1024, ..SledOptions::default() }
}
