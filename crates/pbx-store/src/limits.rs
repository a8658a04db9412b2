use pbx_kernel::{Batch, Change, Line, StoreError, Table};

/// The bytes that `batch` asks to keep, or why it cannot be kept.
pub(crate) fn check(batch: &Batch) -> Result<usize, StoreError> {
    let changes = batch.changes.iter().map(check_change).sum::<Result<usize, StoreError>>()?;
    let lines = batch.lines.iter().map(check_line).sum::<Result<usize, StoreError>>()?;
    let bytes = changes.saturating_add(lines);
    if bytes > BATCH_BYTES_MAX {
        return Err(refuse(format!("a batch of {bytes} bytes is over the limit of {BATCH_BYTES_MAX}")));
    }
    Ok(bytes)
}

fn check_change(change: &Change) -> Result<usize, StoreError> {
    let (table, row, value) = match change {
        Change::Put(table, row, value) => (table, row, value.as_slice()),
        Change::Delete(table, row) => (table, row, [].as_slice()),
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

/// What a line costs beside its bytes: its site, a tab and a newline.
const LINE_OVERHEAD_BYTES: usize = 66;
