//! How a place becomes a key of sled: `site NUL table NUL row`, so that a site's rows lie together.
//!
//! A site's blobs have their rows in the table without a name, which no caller can write. Process-wide rows begin with NUL, which no site's name does.

use pbx_kernel::{BlobId, SiteId, Table};

/// The key of one row.
pub(crate) fn row(site: &SiteId, table: Table, row: &str) -> Vec<u8> {
    let mut key = self::table(site, table);
    key.extend_from_slice(row.as_bytes());
    key
}

/// What the keys of one table begin with.
pub(crate) fn table(site: &SiteId, table: Table) -> Vec<u8> {
    let mut key = self::site(site);
    key.extend_from_slice(table.0.as_bytes());
    key.push(0);
    key
}

/// What the keys of one site begin with.
pub(crate) fn site(site: &SiteId) -> Vec<u8> {
    let mut key = site.as_str().as_bytes().to_vec();
    key.push(0);
    key
}

/// The key of the row of one blob.
pub(crate) fn blob(site: &SiteId, id: BlobId) -> Vec<u8> {
    let mut key = blobs(site);
    key.extend_from_slice(id.to_string().as_bytes());
    key
}

/// What the keys of the rows of a site's blobs begin with.
pub(crate) fn blobs(site: &SiteId) -> Vec<u8> {
    table(site, BLOBS)
}

/// The blob whose row's key ends with `name`.
pub(crate) fn blob_id(name: &[u8]) -> Option<BlobId> {
    BlobId::parse(std::str::from_utf8(name).ok()?).ok()
}

/// The first key after all that begin with `prefix`, which ends with NUL.
pub(crate) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut key = prefix.to_vec();
    if let Some(last) = key.last_mut() {
        *last = 1;
    }
    key
}

/// The site whose row `key` is.
pub(crate) fn site_of(key: &[u8]) -> Option<SiteId> {
    let name = key.split(|byte| *byte == 0).next()?;
    SiteId::parse(std::str::from_utf8(name).ok()?).ok()
}

/// The table of the rows of blobs.
const BLOBS: Table = Table("");

/// The first key that can belong to a site.
pub(crate) const SITES: &[u8] = &[1];

/// The first key that cannot belong to a site any more.
pub(crate) const SITES_END: &[u8] = &[0x7f];

/// The row that says how much of the trail is acknowledged.
pub(crate) const SENTINEL: &[u8] = b"\0sentinel";

/// The row that says how long a finished segment of the trail is.
pub(crate) fn finished(segment: u64) -> Vec<u8> {
    let mut key = FINISHED.to_vec();
    key.extend_from_slice(&segment.to_be_bytes());
    key
}

/// What the keys of [`finished`] begin with.
pub(crate) const FINISHED: &[u8] = b"\0finished\0";
