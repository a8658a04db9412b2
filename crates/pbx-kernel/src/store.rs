use std::fmt;
use std::sync::Arc;

use crate::{BlobId, SiteId};

/// One of a site's tables, for example `account`. The name is part of the store's keys: never personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub &'static str);

/// A row's key within its table: a pseudonym, a number, an id; never personal data.
pub type Row = String;

/// Where a value lives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose it is.
    pub site: SiteId,
    /// Which table.
    pub table: Table,
    /// Which row.
    pub row: Row,
}

/// One write.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Writes `value`, at most [`Batch::VALUE_BYTES_MAX`] bytes and sealed by the engine, over whatever is there.
    Put(Table, Row, Vec<u8>),
    /// Removes the row; nothing happens where there is none.
    Delete(Table, Row),
    /// Keeps a new blob: at most [`Batch::BLOB_BYTES_MAX`] bytes, sealed by the engine, that are never changed.
    ///
    /// Refused where the site has a blob of that id, or had one until a batch that is not durable yet.
    PutBlob(BlobId, Arc<[u8]>),
    /// Removes the blob; nothing happens where there is none.
    DropBlob(BlobId),
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(table, row, value) => write!(f, "Put({}, {row}, {} bytes)", table.0, value.len()),
            Self::Delete(table, row) => write!(f, "Delete({}, {row})", table.0),
            Self::PutBlob(id, content) => write!(f, "PutBlob({id}, {} bytes)", content.len()),
            Self::DropBlob(id) => write!(f, "DropBlob({id})"),
        }
    }
}

/// One line of the flight recorder, without its newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line(pub Vec<u8>);

/// All writes of one request: applied together with its recorder lines, or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whose.
    pub site: SiteId,
    /// The [`Store::epoch`] whose state the changes were computed from, read before that state was.
    pub epoch: u64,
    /// The state that changes.
    pub changes: Vec<Change>,
    /// What the flight recorder gains.
    pub lines: Vec<Line>,
    /// Whether anyone waits for the disk.
    pub durability: Durability,
}

impl Batch {
    /// The largest value: sled writes larger ones to files that it does not sync.
    pub const VALUE_BYTES_MAX: usize = 4_000;

    /// The largest blob: half an hour of telephone speech, or a backup of a site.
    pub const BLOB_BYTES_MAX: usize = 16 * 1024 * 1024;

    /// The most that the blobs of one batch hold together.
    pub const BLOBS_BYTES_MAX: usize = 2 * Self::BLOB_BYTES_MAX;
}

/// When a request may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// At once; the lines reach the disk with the next batch that waits, or soon (a read changed nothing).
    Lazy,
    /// Once the batch is on the disk.
    Wait,
}

/// The number of a batch in the order of commits; larger is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub u64);

/// A picture of one site's state.
pub trait View {
    /// The row's value.
    fn get(&self, table: Table, row: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` rows of `table` in key order, beginning after `after`.
    fn scan(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Vec<u8>)>, StoreError>;
}

/// Called once, when the batch is on the disk or can no longer get there.
pub type WhenDurable = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The storage port. `pbx-store` has a memory implementation, which is the specification, and sled.
pub trait Store: Send + Sync {
    /// The site's state with every commit so far applied, durable or not.
    fn view(&self, site: &SiteId) -> Box<dyn View + '_>;

    /// Applies `batch` atomically to what views show and queues it for the disk; never waits for the disk.
    ///
    /// Where the disk refuses it later, the batch and every batch after it are taken back,
    /// [`Store::epoch`] grows, and whoever waits is told. A batch of an earlier epoch rests on what was taken back:
    /// it is refused with [`StoreError::Outdated`].
    fn commit(&self, batch: Batch) -> Result<Sequence, StoreError>;

    /// The content of the blob `id` with every commit so far applied, durable or not; none where there is none.
    ///
    /// May read a file: not to be called where nobody may wait. A blob that is not, to the last byte, what was
    /// put there is [`StoreError::Damaged`].
    fn blob(&self, site: &SiteId, id: BlobId) -> Result<Option<Vec<u8>>, StoreError>;

    /// The ids of all blobs of `site`, in order, with every commit so far applied.
    fn blobs(&self, site: &SiteId) -> Result<Vec<BlobId>, StoreError>;

    /// Calls `then` once `sequence` is durable, or was taken back; at once where that is already known.
    fn when_durable(&self, sequence: Sequence, then: WhenDurable);

    /// Grows whenever batches were taken back: what a site derived from its view must then be derived anew.
    fn epoch(&self) -> u64;

    /// At most `limit` durable recorder lines of `site`, in order, beginning with the line number `from` (0 is the first).
    fn lines(&self, site: &SiteId, from: u64, limit: usize) -> Result<Vec<Line>, StoreError>;

    /// Every site that has any row or blob.
    fn sites(&self) -> Result<Vec<SiteId>, StoreError>;

    /// Removes all rows and blobs of `site`; its recorder lines stay. Durable when it returns.
    fn forget(&self, site: &SiteId) -> Result<(), StoreError>;
}

/// The store failed; nothing of the batch that met it was kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk is full: make room, then try again")]
    Full,
    /// The disk refuses to be written.
    #[error("the state directory cannot be written")]
    ReadOnly,
    /// Batches were taken back since the state was read that the batch rests on.
    #[error("earlier changes were taken back while this one was prepared: try again")]
    Outdated,
    /// A value is larger than [`Batch::VALUE_BYTES_MAX`], or a blob than [`Batch::BLOB_BYTES_MAX`].
    #[error("a value of {bytes} bytes is too large for the store")]
    TooLarge {
        /// How large it is.
        bytes: usize,
    },
    /// The store's files were damaged or changed from outside.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// Any other failure of the disk or the store.
    #[error("the store failed: {what}")]
    Failed {
        /// What it said.
        what: String,
    },
}
