//! A site's store in memory that forgets nothing, and somebody who has all of it and all keys that still exist.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use pbx_kernel::{Change, Cipher as _, DataKey, Generation, Row, SiteId, StoreError, Table, View};
use pbx_vault::{Keyring, SeededEntropy, SiteCipher};

use super::super::*;

#[derive(Default)]
pub(super) struct Memory {
    pub(super) rows: BTreeMap<(Table, Row), Vec<u8>>,
    pub(super) reads: Cell<usize>,
}

impl View for Memory {
    fn get(&self, table: Table, row: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.reads.set(self.reads.get() + 1);
        Ok(self.rows.get(&(table, row.to_owned())).cloned())
    }

    fn scan(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Vec<u8>)>, StoreError> {
        let beyond = |row: &Row| after.is_none_or(|after| row.as_str() > after);
        let rows = self.rows.iter().filter(|((of, row), _)| *of == table && beyond(row));
        Ok(rows.take(limit).map(|((_, row), value)| (row.clone(), value.clone())).collect())
    }
}

pub(super) struct Lab {
    pub(super) site: SiteId,
    pub(super) memory: Memory,
    pub(super) keyring: Keyring,
    pub(super) cipher: SiteCipher,
    entropy: SeededEntropy,
    /// Every version of every node that was ever made, committed or not.
    history: BTreeMap<Row, Vec<Vec<u8>>>,
}

impl Lab {
    pub(super) fn new() -> Self {
        let mut entropy = SeededEntropy::new(1);
        let site = SiteId::parse("north").expect("an id");
        let mut keyring = Keyring::ephemeral(&mut entropy);
        keyring.ensure_sites(std::slice::from_ref(&site), &mut entropy).expect("keys");
        let cipher = keyring.cipher(&site, &mut entropy).expect("keys");
        Self { site, memory: Memory::default(), keyring, cipher, entropy, history: BTreeMap::new() }
    }

    /// A site whose next slot is `next`, with the keys that are asked for beside it.
    pub(super) fn beginning_at(next: u32) -> Self {
        let mut lab = Self::new();
        lab.commit(|tree| tree.next = next);
        lab
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&mut KeyTree<'_>) -> T) -> T {
        let estate = Estate::new(&self.site, &self.memory, &self.cipher);
        look(&mut KeyTree::open(&estate).expect("it opens"))
    }

    pub(super) fn key(&self, slot: Slot) -> Result<Option<DataKey>, Error> {
        let estate = Estate::new(&self.site, &self.memory, &self.cipher);
        KeyTree::open(&estate)?.key(slot).map(Option::<&DataKey>::cloned)
    }

    /// What `make` does, as the engine does it: where a generation is needed it is begun, and settled afterwards.
    pub(super) fn commit<T>(&mut self, make: impl Fn(&mut KeyTree<'_>) -> T) -> (T, usize) {
        self.run(make, true)
    }

    /// The same, but the disk refuses the batch: its rows are somewhere on it, and not in the store.
    pub(super) fn fail<T>(&mut self, make: impl Fn(&mut KeyTree<'_>) -> T) -> (T, usize) {
        self.run(make, false)
    }

    fn run<T>(&mut self, make: impl Fn(&mut KeyTree<'_>) -> T, is_kept: bool) -> (T, usize) {
        let before = self.stored();
        let (done, changes) = match self.attempt(&make) {
            Err(Error::GenerationNeeded) => {
                self.begin();
                self.attempt(&make).expect("with a new generation")
            }
            result => result.expect("changes"),
        };
        let count = changes.len();
        for change in changes {
            self.apply(change, is_kept);
        }
        // Nothing needs settling where the root is in its generation still, even if the next has begun.
        if !is_kept || self.stored() != before {
            self.settle();
        }
        (done, count)
    }

    pub(super) fn attempt<T>(
        &self,
        make: &impl Fn(&mut KeyTree<'_>) -> T,
    ) -> Result<(T, Vec<Change>), Error> {
        let estate = Estate::new(&self.site, &self.memory, &self.cipher);
        let mut tree = KeyTree::open(&estate)?;
        let done = make(&mut tree);
        // The root of a new tree is written even if nothing was allotted: the lab counts on it.
        if tree.generation().is_none() {
            tree.root.touch();
        }
        Ok((done, tree.changes()?))
    }

    pub(super) fn apply(&mut self, change: Change, is_kept: bool) {
        match change {
            Change::Put(table, row, value) => {
                if table == TABLE {
                    self.history.entry(row.clone()).or_default().push(value.clone());
                }
                if is_kept {
                    self.memory.rows.insert((table, row), value);
                }
            }
            Change::Delete(table, row) if is_kept => {
                self.memory.rows.remove(&(table, row));
            }
            Change::Delete(..) | Change::PutBlob(..) | Change::DropBlob(_) => {}
        }
    }

    pub(super) fn begin(&mut self) -> Generation {
        let generation = self.keyring.begin_generation(&self.site, &mut self.entropy).expect("begun");
        self.cipher = self.keyring.renew(&self.cipher).expect("keys");
        generation
    }

    /// Keeps the generation of the root in the store, and only that.
    pub(super) fn settle(&mut self) {
        let keep = self.stored().expect("a root");
        self.keyring.settle_generation(&self.site, keep, &mut self.entropy).expect("settled");
        self.cipher = self.keyring.renew(&self.cipher).expect("keys");
    }

    /// The generation that the root in the store is sealed with.
    fn stored(&self) -> Option<Generation> {
        self.look(|tree| tree.generation())
    }

    /// Every data key that can be had from all versions of all nodes, and the keys that exist now.
    pub(super) fn obtainable(&self) -> BTreeSet<[u8; 32]> {
        let versions = |place: &str| self.history.get(place).into_iter().flatten();
        let address = |place: &str| Estate::new(&self.site, &self.memory, &self.cipher).address(TABLE, place);
        let roots = versions("0.00000").filter_map(|it| self.cipher.open_root(&address("0.00000"), it).ok());
        let mut nodes: BTreeSet<(u32, Vec<u8>)> = roots.map(|(_, plain)| (0, plain[4..].to_vec())).collect();
        for level in 1..=DEPTH {
            let children = nodes.iter().flat_map(|(index, node)| children(*index, node));
            if level == DEPTH {
                return children.map(|(_, key)| key).collect();
            }
            let opened = children.flat_map(|(index, key)| {
                let place = format!("{level}.{index:05x}");
                let (key, address) = (DataKey::from_bytes(&key), address(&place));
                let open = move |it: &Vec<u8>| self.cipher.open_under(&key, &address, it).ok();
                versions(&place).filter_map(open).map(|plain| (index, plain)).collect::<Vec<_>>()
            });
            nodes = opened.collect();
        }
        BTreeSet::new()
    }
}

/// The numbers and keys of the children in a node's bytes, read without the tree's own reader.
fn children(index: u32, node: &[u8]) -> Vec<(u32, [u8; 32])> {
    let present = u64::from_be_bytes(node[..8].try_into().expect("8 bytes"));
    let positions = (0..64).filter(|position| present >> position & 1 == 1);
    let keys = node[8..].chunks(32).map(|key| key.try_into().expect("32 bytes"));
    positions.map(|position| index * 64 + position).zip(keys).collect()
}
