use pbx_kernel::Line;

use crate::{Checkpoint, DamagedTree, Hash, Record, Tree};

/// The growing end of a site's trail: all that is needed to write the next line and to sign what was written.
///
/// It is small and cheap to clone. The engine clones it, appends a request's records, commits the lines with the
/// new tip's bytes in the site's head row, and keeps the new tip only if the commit succeeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    tree: Tree,
    newest: Option<Hash>,
}

impl Tip {
    /// The largest [`Tip::to_bytes`]; below the store's 4,000.
    pub const BYTES_MAX: usize = 2 + Hash::BYTES + Tree::BYTES_MAX;

    /// The tip of a trail without lines.
    pub const fn new() -> Self {
        Self { tree: Tree::new(), newest: None }
    }

    /// Writes `record` as the next line.
    pub fn append(&mut self, record: &Record) -> Line {
        let line = record.line(self.tree.size(), self.newest.as_ref());
        self.newest = Some(self.tree.append(&line.0));
        line
    }

    /// Takes up a line that was written before, to rebuild a tip from its trail.
    pub fn replay(&mut self, line: &Line) {
        self.newest = Some(self.tree.append(&line.0));
    }

    /// How many lines the trail has; the next line's number.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The root hash over all lines.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The tree over all lines.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What a signature over the trail as it is now says.
    pub fn checkpoint(&self, origin: impl Into<String>) -> Checkpoint {
        Checkpoint { origin: origin.into(), size: self.size(), root: self.root() }
    }

    /// The tip for the store: a version byte, whether there is a newest line, its hash, the tree.
    pub fn to_bytes(&self) -> Vec<u8> {
        let newest = self.newest.as_ref().map_or(&[] as &[u8], |it| it.as_bytes());
        let head = [VERSION, u8::from(self.newest.is_some())];
        [head.as_slice(), newest, &self.tree.to_bytes()].concat()
    }

    /// Reads what [`Tip::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DamagedTree> {
        let (newest, rest) = match bytes {
            [VERSION, 0, rest @ ..] => (None, rest),
            [VERSION, 1, rest @ ..] => {
                let (hash, rest) = rest.split_first_chunk().ok_or(DamagedTree)?;
                (Some(Hash::new(*hash)), rest)
            }
            _ => return Err(DamagedTree),
        };
        let tree = Tree::from_bytes(rest)?;
        if newest.is_some() == (tree.size() > 0) { Ok(Self { tree, newest }) } else { Err(DamagedTree) }
    }
}

/// The form of the stored bytes.
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use pbx_kernel::{SiteId, Timestamp};

    use super::*;
    use crate::{Entry, Outcome};

    fn record() -> Record {
        let site = SiteId::parse("north").expect("valid");
        Record::new(Timestamp::from_millis(0), site, "mx-one", "ssh", "command.run", Outcome::Ok)
    }

    #[test]
    fn lines_are_numbered_and_linked() {
        let mut tip = Tip::new();
        let lines: Vec<Line> = (0..5).map(|_| tip.append(&record())).collect();
        for (index, line) in lines.iter().enumerate() {
            let entry = Entry::parse(&line.0).expect("a record");
            assert_eq!(entry.seq, index as u64);
            assert_eq!(entry.prev, index.checked_sub(1).map(|before| Hash::of_leaf(&lines[before].0)));
        }
    }

    #[test]
    fn a_tip_is_stored_or_rebuilt_alike() {
        let (mut tip, mut rebuilt) = (Tip::new(), Tip::new());
        for _ in 0..70 {
            assert_eq!(Tip::from_bytes(&tip.to_bytes()), Ok(tip.clone()));
            rebuilt.replay(&tip.append(&record()));
            assert_eq!(rebuilt, tip);
        }
    }

    #[test]
    fn a_damaged_tip_is_refused() {
        let mut tip = Tip::new();
        tip.append(&record());
        let bytes = tip.to_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(Tip::from_bytes(&bytes[..cut]), Err(DamagedTree), "cut at {cut}");
        }
        assert_eq!(
            Tip::from_bytes(&[&[VERSION, 0], Tree::new().to_bytes().as_slice()].concat()),
            Ok(Tip::new())
        );
        assert_eq!(
            Tip::from_bytes(&[&[VERSION, 0], tip.tree().to_bytes().as_slice()].concat()),
            Err(DamagedTree)
        );
        assert_eq!(Tip::from_bytes(&[&[2, 0], Tree::new().to_bytes().as_slice()].concat()), Err(DamagedTree));
    }

    #[test]
    fn the_largest_tip_fits_the_store() {
        const { assert!(Tip::BYTES_MAX <= pbx_kernel::Batch::VALUE_BYTES_MAX) }
    }
}
