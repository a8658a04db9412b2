use pbx_kernel::{Change, Row, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{KeyTree, Slot};
use crate::estate::change;
use crate::{Error, Estate};

/// Something a site keeps about a subject: sealed with the key of the subject's slot, and gone with it.
///
/// It is on purpose no [`Noun`](crate::Noun): an estate would seal that with the site's key, which no erasure destroys.
pub trait Owned: Serialize + DeserializeOwned {
    /// The table that holds them.
    const TABLE: Table;

    /// The row of this one: a pseudonym, a number or an id, never personal data.
    fn row(&self, estate: &Estate<'_>) -> Row;

    /// The slot of the subject that it belongs to.
    fn slot(&self) -> Slot;
}

/// What is in a row of something owned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<N> {
    /// It opens.
    Whole(N),
    /// The key of its slot was destroyed: nobody can open it any more. The row itself is as it was written.
    Gone(Slot),
}

impl<N> Found<N> {
    /// What opened, if it did.
    pub fn whole(self) -> Option<N> {
        match self {
            Self::Whole(noun) => Some(noun),
            Self::Gone(_) => None,
        }
    }
}

/// ```text
///   row = sealed with the site key: slot (4, big-endian) | sealed with the slot's key: the noun as JSON
/// ```
///
/// Both are bound to the row's address. The outer seal lets a changed byte be told from a destroyed key.
impl KeyTree<'_> {
    /// What is in `row`, where there is something.
    pub fn get<N: Owned>(&mut self, row: &str) -> Result<Option<Found<N>>, Error> {
        let sealed = self.rows.estate.value(N::TABLE, row)?;
        sealed.map(|sealed| self.open_owned(row, &sealed)).transpose()
    }

    /// What is in at most `limit` rows, whoever owns them, in row order, beginning after `after`.
    pub fn list<N: Owned>(
        &mut self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Found<N>)>, Error> {
        let rows = self.rows.estate.values(N::TABLE, after, limit)?;
        rows.into_iter()
            .map(|(row, sealed)| self.open_owned(&row, &sealed).map(|found| (row, found)))
            .collect()
    }

    /// The change that writes `noun`. Its slot may have been allotted in this tree just now.
    pub fn put<N: Owned>(&mut self, noun: &N) -> Result<Change, Error> {
        let (table, estate, slot) = (N::TABLE, self.rows.estate, noun.slot());
        let row = noun.row(estate);
        let plain = serde_json::to_vec(noun)
            .map_err(|error| Error::Form { table: table.0, what: error.to_string() })?;
        let address = estate.address(table, &row);
        let key = self.key(slot)?.ok_or(Error::NoKey { table: table.0 })?;
        let inner = estate.cipher().seal_under(key, &address, &plain);
        let sealed = estate.cipher().seal(&address, &[&slot.0.to_be_bytes(), inner.as_slice()].concat());
        change(table, row, sealed)
    }

    /// The change that removes `noun`. It does not destroy the key.
    pub fn delete<N: Owned>(&self, noun: &N) -> Change {
        Change::Delete(N::TABLE, noun.row(self.rows.estate))
    }

    fn open_owned<N: Owned>(&mut self, row: &str, sealed: &[u8]) -> Result<Found<N>, Error> {
        let (table, estate) = (N::TABLE.0, self.rows.estate);
        let unreadable = |source| Error::Sealed { table, source };
        let malformed = |what: &str| Error::Form { table, what: what.to_owned() };
        let address = estate.address(N::TABLE, row);
        let outer = estate.cipher().open(&address, sealed).map_err(unreadable)?;
        let (slot, inner) = outer.split_first_chunk::<4>().ok_or_else(|| malformed("it has no slot"))?;
        let slot = Slot::new(u32::from_be_bytes(*slot)).ok_or_else(|| malformed("it has no such slot"))?;
        if !self.was_allotted(slot) {
            return Err(malformed("its slot was never allotted"));
        }
        let Some(key) = self.key(slot)? else { return Ok(Found::Gone(slot)) };
        let plain = estate.cipher().open_under(key, &address, inner).map_err(unreadable)?;
        let noun: N = serde_json::from_slice(&plain).map_err(|error| malformed(&error.to_string()))?;
        if noun.slot() != slot {
            return Err(malformed("it is sealed for another slot than it states"));
        }
        Ok(Found::Whole(noun))
    }
}
