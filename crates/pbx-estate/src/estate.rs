use pbx_kernel::{Batch, BlobId, Change, Cipher, CipherError, Row, SiteId, StoreError, Table, View};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One site's state, opened: typed reading of a view, typed making of changes.
pub struct Estate<'a> {
    site: &'a SiteId,
    view: &'a dyn View,
    cipher: &'a dyn Cipher,
}

/// Something a site keeps: a table, and a row for each.
pub trait Noun: Serialize + DeserializeOwned {
    /// The table that holds them.
    const TABLE: Table;

    /// The row of this one: a pseudonym, a number or an id, never personal data.
    fn row(&self, estate: &Estate<'_>) -> Row;
}

/// The emulator failed to read or make state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// A sealed value does not open.
    #[error("a value of table {table} does not open")]
    Sealed {
        /// Which table.
        table: &'static str,
        /// Why.
        #[source]
        source: CipherError,
    },
    /// A value opened but is not what this release writes.
    #[error("a value of table {table} is not in this release's form: {what}")]
    Form {
        /// Which table.
        table: &'static str,
        /// What the reader said; it never repeats the value.
        what: String,
    },
    /// A row that another one refers to is not there.
    #[error("a value of table {table} is missing")]
    Missing {
        /// Which table.
        table: &'static str,
    },
    /// A value is to be sealed for a subject whose key was destroyed or never made.
    #[error("a value of table {table} is for a subject that has no key: it was erased")]
    NoKey {
        /// Which table.
        table: &'static str,
    },
    /// A blob that something refers to is not there.
    #[error("the blob {id} is missing")]
    NoBlob {
        /// Which one.
        id: BlobId,
    },
    /// Every slot of the key tree has been used.
    #[error("the site has had as many subjects as its key tree has room for")]
    NoSlotLeft,
    /// A key was destroyed, and the cipher has no newer generation to seal the key tree's root with.
    #[error("an erasure needs a new key generation: begin one, then do the operation again")]
    GenerationNeeded,
    /// A value has grown beyond what the store takes.
    #[error("a value of table {table} is too large")]
    TooLarge {
        /// Which table.
        table: &'static str,
    },
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<'a> Estate<'a> {
    /// The estate that `view` shows, opened with the site's `cipher`.
    pub fn new(site: &'a SiteId, view: &'a dyn View, cipher: &'a dyn Cipher) -> Self {
        Self { site, view, cipher }
    }

    /// The noun in `row`, where there is one.
    pub fn get<N: Noun>(&self, row: &str) -> Result<Option<N>, Error> {
        self.view.get(N::TABLE, row)?.map(|sealed| self.open(row, &sealed)).transpose()
    }

    /// At most `limit` nouns with their rows, in row order, beginning after `after`.
    pub fn list<N: Noun>(&self, after: Option<&str>, limit: usize) -> Result<Vec<(Row, N)>, Error> {
        let rows = self.view.scan(N::TABLE, after, limit)?;
        rows.into_iter().map(|(row, sealed)| self.open(&row, &sealed).map(|noun| (row, noun))).collect()
    }

    /// At most `limit` rows of a table, in order, beginning after `after`, unopened.
    pub fn rows(&self, table: Table, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
        Ok(self.view.scan(table, after, limit)?.into_iter().map(|(row, _)| row).collect())
    }

    /// The change that writes `noun`.
    pub fn put<N: Noun>(&self, noun: &N) -> Result<Change, Error> {
        let row = noun.row(self);
        let table = N::TABLE;
        let plain = serde_json::to_vec(noun)
            .map_err(|error| Error::Form { table: table.0, what: error.to_string() })?;
        let sealed = self.cipher.seal(&self.address(table, &row), &plain);
        change(table, row, sealed)
    }

    /// The change that removes `noun`.
    pub fn delete<N: Noun>(&self, noun: &N) -> Change {
        Change::Delete(N::TABLE, noun.row(self))
    }

    /// The noun that `changes` would put into `row`, where they do.
    pub fn pending<N: Noun>(&self, changes: &[Change], row: &str) -> Result<Option<N>, Error> {
        let put = changes.iter().rev().find_map(|change| match change {
            Change::Put(table, at, sealed) if *table == N::TABLE && at == row => Some(sealed),
            Change::Put(..) | Change::Delete(..) | Change::PutBlob(..) | Change::DropBlob(_) => None,
        });
        put.map(|sealed| self.open(row, sealed)).transpose()
    }

    /// The keyed pseudonym of `name` as a row.
    pub fn pseudonym(&self, domain: &str, name: &str) -> Row {
        self.cipher.pseudonym(domain, name).as_str().to_owned()
    }

    /// What seals and names here, for values that are not nouns.
    pub(crate) const fn cipher(&self) -> &'a dyn Cipher {
        self.cipher
    }

    /// The sealed value in `row`, where there is one.
    pub(crate) fn value(&self, table: Table, row: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.view.get(table, row)?)
    }

    /// At most `limit` sealed values with their rows, in row order, beginning after `after`.
    pub(crate) fn values(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Vec<u8>)>, Error> {
        Ok(self.view.scan(table, after, limit)?)
    }

    fn open<N: Noun>(&self, row: &str, sealed: &[u8]) -> Result<N, Error> {
        let table = N::TABLE;
        let plain = self
            .cipher
            .open(&self.address(table, row), sealed)
            .map_err(|source| Error::Sealed { table: table.0, source })?;
        serde_json::from_slice(&plain)
            .map_err(|error| Error::Form { table: table.0, what: error.to_string() })
    }

    /// What a sealed value is bound to: its site, table and row.
    pub(crate) fn address(&self, table: Table, row: &str) -> Vec<u8> {
        [self.site.as_str(), table.0, row].join("\u{1f}").into_bytes()
    }
}

/// The change that writes a sealed value, unless it is too large.
pub(crate) fn change(table: Table, row: Row, sealed: Vec<u8>) -> Result<Change, Error> {
    if sealed.len() > Batch::VALUE_BYTES_MAX {
        return Err(Error::TooLarge { table: table.0 });
    }
    Ok(Change::Put(table, row, sealed))
}
