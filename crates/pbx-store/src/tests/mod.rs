/// Runs each test on all stores.
macro_rules! contract {
    ($($name:ident)*) => {
        mod memory {
            $(#[test] fn $name() { super::$name(&crate::tests::memory_store()); })*
        }
        mod sled {
            $(#[test] fn $name() { super::$name(&crate::tests::sled_store()); })*
        }
    };
}

mod blob_contract;
mod blob_damage;
mod contract;
mod crash;
mod damage;
mod failing_disk;
mod random_life;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use pbx_kernel::{Batch, BlobId, Change, Durability, Line, Sequence, SiteId, Store, StoreError, Table};

use tempfile::TempDir;

use crate::{Faults, MemoryStore, SledOptions, SledStore};

const ACCOUNT: Table = Table("account");
const MAILBOX: Table = Table("mailbox");

/// A store under test.
struct Held {
    store: Box<dyn Store>,
    faults: Faults,
    directory: Option<TempDir>,
}

fn memory_store() -> Held {
    let store = MemoryStore::new();
    Held { faults: store.faults(), store: Box::new(store), directory: None }
}

fn sled_store() -> Held {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    Held { faults: store.faults(), store: Box::new(store), directory: Some(directory) }
}

fn site(name: &str) -> SiteId {
    SiteId::parse(name).expect("a site id")
}

fn put(table: Table, row: &str, value: &str) -> Change {
    Change::Put(table, row.to_owned(), value.as_bytes().to_vec())
}

fn delete(table: Table, row: &str) -> Change {
    Change::Delete(table, row.to_owned())
}

fn id(number: u8) -> BlobId {
    BlobId::new([number; 16])
}

fn put_blob(number: u8, content: &[u8]) -> Change {
    Change::PutBlob(id(number), Arc::from(content))
}

fn drop_blob(number: u8) -> Change {
    Change::DropBlob(id(number))
}

/// The content of the blob `number` of the site `a`.
fn blob(store: &dyn Store, number: u8) -> Option<Vec<u8>> {
    store.blob(&site("a"), id(number)).expect("readable")
}

/// What lies in the folders of blobs, below `blobs`, in order.
fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![directory.join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(directory.join("blobs")).expect("below it");
                found.push(name.to_str().expect("text").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Where the blob `number` of the site `a` lies.
fn file(number: u8) -> String {
    format!("a/{number:02x}/{}", id(number))
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
