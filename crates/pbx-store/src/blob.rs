//! Where a blob lies and how it is known to be whole.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pbx_kernel::{BlobId, SiteId, StoreError};
use sha2::{Digest as _, Sha256};

use crate::error::refused;
use crate::key;

/// One blob of one site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) site: SiteId,
    pub(crate) id: BlobId,
}

impl Address {
    /// The key of the row that says that the blob is there.
    pub(crate) fn key(&self) -> Vec<u8> {
        key::blob(&self.site, self.id)
    }

    /// The blob's file in `directory`, spread over folders so that none grows large.
    pub(crate) fn path(&self, directory: &Path) -> PathBuf {
        let name = self.id.to_string();
        let mut path = directory.join(self.site.as_str());
        path.push(&name[..FOLDER_DIGITS]);
        path.push(name);
        path
    }

    /// What [`Digest::check`] and [`read`] say of a blob that is not what was put there.
    pub(crate) fn damaged(&self, how: &str) -> StoreError {
        StoreError::Damaged { what: format!("the blob {} of site {} {how}", self.id, self.site.as_str()) }
    }
}

/// What a batch does to a blob: its content, shared by the overlay and the queue; `None` drops it.
pub(crate) type BlobWrite = (Address, Option<Arc<[u8]>>);

/// What the row of a blob says of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) bytes: u64,
    sha256: [u8; SHA256_BYTES],
}

impl Digest {
    pub(crate) fn of(content: &[u8]) -> Self {
        Self { bytes: content.len() as u64, sha256: Sha256::digest(content).into() }
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        [self.bytes.to_be_bytes().as_slice(), &self.sha256].concat()
    }

    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let (bytes, sha256) = row.split_first_chunk()?;
        Some(Self { bytes: u64::from_be_bytes(*bytes), sha256: sha256.try_into().ok()? })
    }
}

/// The content of the blob at `address`, which must be what `row` says.
pub(crate) fn read(directory: &Path, address: &Address, row: &[u8]) -> Result<Vec<u8>, StoreError> {
    let digest = Digest::decode(row).ok_or_else(|| address.damaged("has a row that is not one"))?;
    let content = read_at_most(&address.path(directory), digest.bytes + 1);
    let content = content.map_err(|error| match error.kind() {
        ErrorKind::NotFound => address.damaged("is gone"),
        _ => refused("reading a blob", &error),
    })?;
    if Digest::of(&content) == digest { Ok(content) } else { Err(address.damaged("is not what was written")) }
}

fn read_at_most(path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(bytes).read_to_end(&mut content)?;
    Ok(content)
}

/// How many digits of its id name the folder that a blob lies in: 256 folders.
pub(crate) const FOLDER_DIGITS: usize = 2;

const SHA256_BYTES: usize = 32;
