use std::collections::BTreeSet;

use pbx_kernel::{Batch, BlobId, Change, Line, StoreError, Table};

/// What a batch asks to keep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Bytes of rows and lines.
    pub(crate) bytes: usize,
    /// Bytes of blobs.
    pub(crate) blob_bytes: usize,
}

/// What `batch` asks to keep, or why it cannot be kept.
pub(crate) fn check(batch: &Batch) -> Result<Size, StoreError> {
    let changes = batch.changes.iter().map(check_change).sum::<Result<usize, StoreError>>()?;
    let lines = batch.lines.iter().map(check_line).sum::<Result<usize, StoreError>>()?;
    let bytes = changes.saturating_add(lines);
    if bytes > BATCH_BYTES_MAX {
        return Err(refuse(format!("a batch of {bytes} bytes is over the limit of {BATCH_BYTES_MAX}")));
    }
    Ok(Size { bytes, blob_bytes: check_blobs(&batch.changes)? })
}

fn check_blobs(changes: &[Change]) -> Result<usize, StoreError> {
    let mut named = BTreeSet::new();
    let mut bytes = 0_usize;
    for change in changes {
        let (id, content) = match change {
            Change::PutBlob(id, content) => (*id, Some(content)),
            Change::DropBlob(id) => (*id, None),
            Change::Put(..) | Change::Delete(..) => continue,
        };
        let is_new = named.insert(id);
        let Some(content) = content else { continue };
        if !is_new {
            return Err(in_use(id));
        }
        if content.len() > Batch::BLOB_BYTES_MAX {
            return Err(StoreError::TooLarge { bytes: content.len() });
        }
        bytes = bytes.saturating_add(content.len());
    }
    if bytes > Batch::BLOBS_BYTES_MAX {
        let most = Batch::BLOBS_BYTES_MAX;
        return Err(refuse(format!("a batch with {bytes} bytes of blobs is over the limit of {most}")));
    }
    Ok(bytes)
}

fn check_change(change: &Change) -> Result<usize, StoreError> {
    let (table, row, value) = match change {
        Change::Put(table, row, value) => (table, row, value.as_slice()),
        Change::Delete(table, row) => (table, row, [].as_slice()),
        Change::PutBlob(..) | Change::DropBlob(_) => return Ok(BLOB_ROW_BYTES + CHANGE_OVERHEAD_BYTES),
    };
    check_name(*table, row)?;
    if value.len() > Batch::VALUE_BYTES_MAX {
        return Err(StoreError::TooLarge { bytes: value.len() });
    }
    Ok(table.0.len() + row.len() + value.len() + CHANGE_OVERHEAD_BYTES)
}

fn check_name(table: Table, row: &str) -> Result<(), StoreError> {
    if !(1..=TABLE_BYTES_MAX).contains(&table.0.len()) || table.0.contains('\0') {
        return Err(refuse(format!("a table's name is 1 to {TABLE_BYTES_MAX} bytes without NUL")));
    }
    if row.len() > ROW_BYTES_MAX {
        return Err(refuse(format!("a row's key is at most {ROW_BYTES_MAX} bytes")));
    }
    Ok(())
}

fn check_line(line: &Line) -> Result<usize, StoreError> {
    if line.0.len() > LINE_BYTES_MAX {
        return Err(refuse(format!("a recorder line is at most {LINE_BYTES_MAX} bytes")));
    }
    if line.0.contains(&b'\n') {
        return Err(refuse("a recorder line holds a newline".to_owned()));
    }
    Ok(line.0.len() + LINE_OVERHEAD_BYTES)
}

/// What is said where a blob would take the place of another.
pub(crate) fn in_use(id: BlobId) -> StoreError {
    refuse(format!("the blob id {id} is in use: draw another"))
}

fn refuse(what: String) -> StoreError {
    StoreError::Failed { what }
}

/// The longest table name; they are short words.
const TABLE_BYTES_MAX: usize = 64;

/// The longest row key. sled keeps up to 17 rows in one page and a page must stay under 128 KB, above which
/// it is written to a file that is never synced: 17 × (4,000 + 63 + 64 + 512) is 79 KB.
const ROW_BYTES_MAX: usize = 512;

/// The longest recorder line: many times a real record.
pub(crate) const LINE_BYTES_MAX: usize = 64 * 1024;

/// The largest batch: a whole site's rewrapped keys in pieces, not in one.
pub(crate) const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a change costs beside its bytes: its site, its places in the maps.
const CHANGE_OVERHEAD_BYTES: usize = 128;

/// The row of a blob: its id, length and hash.
const BLOB_ROW_BYTES: usize = 32 + 8 + 32;

/// What a line costs beside its bytes: its site, a tab and a newline.
const LINE_OVERHEAD_BYTES: usize = 66;
