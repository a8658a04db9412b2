use pbx_kernel::{Change, DataKey, Row};
use zeroize::Zeroizing;

use super::{DEPTH, FANOUT, FANOUT_BITS, Slot, TABLE, malformed};
use crate::estate::change;
use crate::{Error, Estate};

/// Where a node stands: how many steps below the root, and which of its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    level: u32,
    index: usize,
}

impl Place {
    pub(super) const ROOT: Self = Self { level: 0, index: 0 };

    pub(super) fn row(self) -> Row {
        format!("{}.{:05x}", self.level, self.index)
    }

    /// Whether its children are data keys.
    const fn is_leaf(self) -> bool {
        self.level == DEPTH - 1
    }

    const fn child(self, position: usize) -> Self {
        Self { level: self.level + 1, index: self.index * FANOUT + position }
    }

    /// Which child of this place the way to `slot` goes through.
    const fn position_of(self, slot: Slot) -> usize {
        (slot.0 >> (FANOUT_BITS * (DEPTH - 1 - self.level))) as usize % FANOUT
    }
}

/// The stored nodes, and how many of them are in memory.
pub(super) struct Rows<'a> {
    pub(super) estate: &'a Estate<'a>,
    pub(super) loaded: usize,
}

impl<'a> Rows<'a> {
    pub(super) const fn new(estate: &'a Estate<'a>) -> Self {
        Self { estate, loaded: 0 }
    }

    fn read(&mut self, place: Place, key: &DataKey) -> Result<Node, Error> {
        let row = place.row();
        let sealed = self.estate.value(TABLE, &row)?.ok_or(Error::Missing { table: TABLE.0 })?;
        let opened = self.estate.cipher().open_under(key, &self.estate.address(TABLE, &row), &sealed);
        let plain = Zeroizing::new(opened.map_err(|source| Error::Sealed { table: TABLE.0, source })?);
        self.loaded += 1;
        Node::from_bytes(&plain)
    }
}

/// The keys of 64 children, those of them that are nodes opened where needed.
///
/// ```text
///   node = which children there are, the first in the lowest bit (8, big-endian) | their keys in order (32 each)
/// ```
pub(super) struct Node {
    children: [Option<Child>; FANOUT],
    /// Differs from its row.
    is_touched: bool,
}

struct Child {
    key: DataKey,
    node: Option<Box<Node>>,
}

impl Default for Node {
    fn default() -> Self {
        Self { children: [const { None }; FANOUT], is_touched: false }
    }
}

impl Child {
    const fn new(key: DataKey) -> Self {
        Self { key, node: None }
    }

    /// The node whose key this is.
    fn open(&mut self, place: Place, rows: &mut Rows<'_>) -> Result<&mut Node, Error> {
        let node = match self.node.take() {
            Some(node) => node,
            None => Box::new(rows.read(place, &self.key)?),
        };
        Ok(self.node.insert(node))
    }
}

impl Node {
    /// The most bytes of [`Node::write_to`].
    pub(super) const BYTES_MAX: usize = 8 + FANOUT * DataKey::BYTES;

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let (present, keys) = bytes.split_first_chunk::<8>().ok_or_else(malformed)?;
        let present = u64::from_be_bytes(*present);
        let (keys, rest) = keys.as_chunks::<{ DataKey::BYTES }>();
        if keys.len() != present.count_ones() as usize || !rest.is_empty() {
            return Err(malformed());
        }
        let mut node = Self::default();
        let there = node.children.iter_mut().enumerate().filter(|(position, _)| present >> position & 1 == 1);
        for ((_, child), key) in there.zip(keys) {
            *child = Some(Child::new(DataKey::from_bytes(key)));
        }
        Ok(node)
    }

    pub(super) fn write_to(&self, bytes: &mut Vec<u8>) {
        let there = self.children.iter().enumerate().filter(|(_, child)| child.is_some());
        let present = there.fold(0_u64, |present, (position, _)| present | 1 << position);
        bytes.extend_from_slice(&present.to_be_bytes());
        for child in self.children.iter().flatten() {
            bytes.extend_from_slice(child.key.expose_bytes());
        }
    }

    pub(super) const fn touch(&mut self) {
        self.is_touched = true;
    }

    pub(super) const fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// The data key of `slot`, which lies below this node at `place`.
    pub(super) fn find(
        &mut self,
        place: Place,
        slot: Slot,
        rows: &mut Rows<'_>,
    ) -> Result<Option<&DataKey>, Error> {
        let position = place.position_of(slot);
        let Some(child) = &mut self.children[position] else { return Ok(None) };
        if place.is_leaf() {
            return Ok(Some(&child.key));
        }
        let place = place.child(position);
        child.open(place, rows)?.find(place, slot, rows)
    }

    /// Draws a key for `slot` and for the nodes on the way to it that are not there yet.
    pub(super) fn allot(&mut self, place: Place, slot: Slot, rows: &mut Rows<'_>) -> Result<DataKey, Error> {
        let position = place.position_of(slot);
        let child = &mut self.children[position];
        if place.is_leaf() {
            self.is_touched = true;
            return Ok(child.insert(Child::new(rows.estate.cipher().draw_key())).key.clone());
        }
        let child = match child {
            Some(child) => child,
            None => {
                self.is_touched = true;
                rows.loaded += 1;
                let key = rows.estate.cipher().draw_key();
                child.insert(Child { key, node: Some(Box::default()) })
            }
        };
        let place = place.child(position);
        child.open(place, rows)?.allot(place, slot, rows)
    }

    /// Removes the data key of `slot` and draws new keys for the nodes on the way to it; those that are left empty
    /// go into `removed` instead. Says whether there was such a key.
    pub(super) fn destroy(
        &mut self,
        place: Place,
        slot: Slot,
        rows: &mut Rows<'_>,
        removed: &mut Vec<Place>,
    ) -> Result<bool, Error> {
        let position = place.position_of(slot);
        let entry = &mut self.children[position];
        let Some(child) = entry else { return Ok(false) };
        if place.is_leaf() {
            *entry = None;
        } else {
            let place = place.child(position);
            let node = child.open(place, rows)?;
            if !node.destroy(place, slot, rows, removed)? {
                return Ok(false);
            }
            if node.is_empty() {
                removed.push(place);
                *entry = None;
            } else {
                child.key = rows.estate.cipher().draw_key();
            }
        }
        self.is_touched = true;
        Ok(true)
    }

    /// Adds the changes that write every touched node below this one, which is at `place`.
    pub(super) fn seal_below(
        &mut self,
        place: Place,
        rows: &Rows<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Error> {
        for (position, child) in self.children.iter_mut().enumerate() {
            let Some(Child { key, node: Some(node) }) = child else { continue };
            let place = place.child(position);
            node.seal_below(place, rows, changes)?;
            if node.is_touched {
                let mut plain = Zeroizing::new(Vec::with_capacity(Self::BYTES_MAX));
                node.write_to(&mut plain);
                let (row, estate) = (place.row(), rows.estate);
                let sealed = estate.cipher().seal_under(key, &estate.address(TABLE, &row), &plain);
                changes.push(change(TABLE, row, sealed)?);
            }
        }
        Ok(())
    }

    /// Closes the nodes below that equal their rows and have no other below them.
    pub(super) fn forget_clean(&mut self) {
        for child in self.children.iter_mut().flatten() {
            if let Some(node) = &mut child.node {
                node.forget_clean();
                if !node.is_touched && node.loaded() == 0 {
                    child.node = None;
                }
            }
        }
    }

    /// How many nodes below this one are in memory.
    pub(super) fn loaded(&self) -> usize {
        let nodes = self.children.iter().flatten().filter_map(|child| child.node.as_ref());
        nodes.map(|node| 1 + node.loaded()).sum()
    }

    fn is_empty(&self) -> bool {
        self.children.iter().all(Option::is_none)
    }
}
