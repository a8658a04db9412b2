//! The keys of subjects: one for each, all in a tree, so that destroying one costs the same however many there are.
//!
//! ```text
//!   root key of generation g          (the keyring)
//!        │ seals
//!        ▼
//!   root ─▶ node ─▶ node ─▶ leaf      (rows of the table `keys`; a node holds the keys of its 64 children)
//!                             │ holds
//!                             ▼
//!                        data key of a slot ─▶ everything that belongs to one subject
//! ```
//!
//! Destroying a slot removes its key from its leaf and gives every node on the path a new key; the root is sealed
//! with the next generation. Older versions of the path's rows may linger in the store's files, but each is sealed
//! with a key that only an older version of its parent holds, and the oldest of all with a generation that the
//! keyring destroys. Whatever is not on the path keeps its row and its key.
//!
//! # Invariants
//!
//! - Of the versions of a node that its present key opens, none holds a key that was destroyed.
//! - A root that destroys is sealed with a generation that sealed no root before it.
//! - A slot is allotted once; a destroyed one is never allotted again.
//! - A slot that was destroyed or never allotted is told from a damaged tree.

mod node;
mod owned;

use node::{Node, Place, Rows};
use pbx_kernel::{Change, DataKey, Generation, Table};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::estate::change;
use crate::{Error, Estate};

pub use owned::{Found, Owned};

/// A subject's place in its site's key tree. It says nothing about the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Slot(u32);

impl Slot {
    /// How many slots a tree has: as many subjects as a site can ever have had.
    pub const COUNT: u32 = 1 << (FANOUT_BITS * DEPTH);

    /// The slot of this number, where there is one.
    pub fn new(number: u32) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The number is beyond the last slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a slot is a number below {}", Slot::COUNT)]
pub struct InvalidSlot;

impl TryFrom<u32> for Slot {
    type Error = InvalidSlot;

    fn try_from(number: u32) -> Result<Self, InvalidSlot> {
        Self::new(number).ok_or(InvalidSlot)
    }
}

impl From<Slot> for u32 {
    fn from(slot: Slot) -> Self {
        slot.0
    }
}

/// A site's key tree as a view shows it, with what one request makes and destroys in it.
///
/// Nodes are opened when they are first needed and then kept, so that listing a site's subjects opens each once.
/// Use one tree for all that goes into one batch: two would overwrite each other's changes.
pub struct KeyTree<'a> {
    rows: Rows<'a>,
    /// What the root in the store is sealed with; none where there is no root yet.
    generation: Option<Generation>,
    /// The first slot that was never allotted.
    next: u32,
    root: Node,
    removed: Vec<Place>,
    destroys: bool,
    /// How many nodes may be in memory before clean ones are forgotten.
    nodes_max: usize,
}

impl<'a> KeyTree<'a> {
    /// The tree of `estate`; an empty one where the site has none yet.
    pub fn open(estate: &'a Estate<'a>) -> Result<Self, Error> {
        let rows = Rows::new(estate);
        let (generation, next, root) = match estate.value(TABLE, &Place::ROOT.row())? {
            Some(sealed) => {
                let (generation, plain) = estate
                    .cipher()
                    .open_root(&estate.address(TABLE, &Place::ROOT.row()), &sealed)
                    .map_err(|source| Error::Sealed { table: TABLE.0, source })?;
                let plain = Zeroizing::new(plain);
                let (next, node) = plain.split_first_chunk::<4>().ok_or_else(malformed)?;
                (Some(generation), u32::from_be_bytes(*next), Node::from_bytes(node)?)
            }
            // Other nodes without a root are not a new tree: taking them for one would give out their slots again.
            None if !estate.rows(TABLE, None, 1)?.is_empty() => {
                return Err(Error::Missing { table: TABLE.0 });
            }
            None => (None, 0, Node::default()),
        };
        let (removed, destroys, nodes_max) = (Vec::new(), false, NODES_MAX);
        Ok(Self { rows, generation, next, root, removed, destroys, nodes_max })
    }

    /// The generation that the root in the store is sealed with: what a keyring that holds two must keep.
    pub const fn generation(&self) -> Option<Generation> {
        self.generation
    }

    /// The key of `slot`; none where it was destroyed or never allotted.
    pub fn key(&mut self, slot: Slot) -> Result<Option<&DataKey>, Error> {
        self.forget_clean();
        self.root.find(Place::ROOT, slot, &mut self.rows)
    }

    /// Whether `slot` was ever allotted. One that was and has no key was destroyed.
    pub const fn was_allotted(&self, slot: Slot) -> bool {
        slot.0 < self.next
    }

    /// Gives out the next slot and a new key for it.
    pub fn allot(&mut self) -> Result<(Slot, DataKey), Error> {
        self.forget_clean();
        let slot = Slot::new(self.next).ok_or(Error::NoSlotLeft)?;
        let key = self.root.allot(Place::ROOT, slot, &mut self.rows)?;
        self.next += 1;
        self.root.touch();
        Ok((slot, key))
    }

    /// Destroys the key of `slot` and renews every key above it. Says whether there was one.
    pub fn destroy(&mut self, slot: Slot) -> Result<bool, Error> {
        self.forget_clean();
        let there = self.root.destroy(Place::ROOT, slot, &mut self.rows, &mut self.removed)?;
        self.destroys |= there;
        Ok(there)
    }

    /// Whether a key was destroyed here, so that [`KeyTree::changes`] needs a generation newer than the stored root's.
    pub const fn destroys(&self) -> bool {
        self.destroys
    }

    /// The nodes that changed, sealed anew; none where nothing was allotted or destroyed.
    ///
    /// Where a key was destroyed, the root is sealed with the cipher's newest generation, and
    /// [`Error::GenerationNeeded`] is the answer unless that is newer than the stored root's. Otherwise the root stays
    /// in its generation, even while a newer one has begun: a root that still leads to a key must not survive its
    /// destruction.
    pub fn changes(mut self) -> Result<Vec<Change>, Error> {
        let estate = self.rows.estate;
        let newest = estate.cipher().generation();
        let generation = match self.generation {
            Some(stored) if self.destroys && newest <= stored => return Err(Error::GenerationNeeded),
            Some(stored) if !self.destroys => stored,
            _ => newest,
        };
        let mut changes = Vec::new();
        // A place that was emptied and filled again is among the nodes; its removal must not come after.
        changes.extend(self.removed.iter().map(|place| Change::Delete(TABLE, place.row())));
        self.root.seal_below(Place::ROOT, &self.rows, &mut changes)?;
        if self.root.is_touched() {
            let mut plain = Zeroizing::new(Vec::with_capacity(4 + Node::BYTES_MAX));
            plain.extend_from_slice(&self.next.to_be_bytes());
            self.root.write_to(&mut plain);
            let row = Place::ROOT.row();
            let sealed = estate.cipher().seal_root(generation, &estate.address(TABLE, &row), &plain);
            let sealed = sealed.map_err(|source| Error::Sealed { table: TABLE.0, source })?;
            changes.push(change(TABLE, row, sealed)?);
        }
        Ok(changes)
    }

    /// Keeps memory within bounds while a long list is read.
    fn forget_clean(&mut self) {
        if self.rows.loaded > self.nodes_max {
            self.root.forget_clean();
            self.rows.loaded = self.root.loaded();
            // Changed nodes stay until they are sealed; looking for others among them must not become the work.
            self.nodes_max = NODES_MAX + 2 * self.rows.loaded;
        }
    }
}

fn malformed() -> Error {
    Error::Form { table: TABLE.0, what: "it is no node of a key tree".to_owned() }
}

/// Where the nodes are kept.
const TABLE: Table = Table("keys");

/// How many children a node has: as many keys as fit a value of the store with room to spare.
const FANOUT: usize = 1 << FANOUT_BITS;

/// How many bits of a slot's number each level of the tree decides.
const FANOUT_BITS: u32 = 6;

/// How many nodes lie on the way to a data key, the root and the leaf among them.
const DEPTH: u32 = 4;

/// How many nodes a request keeps open: the keys of 262,144 subjects in 12 MiB.
const NODES_MAX: usize = 4_096;

#[cfg(test)]
mod tests;
