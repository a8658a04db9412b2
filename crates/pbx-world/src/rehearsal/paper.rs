//! Documents that are longer than a value of the store: sheets of a few kilobytes, in rows that follow one another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use pbx_estate::keys::{Found, KeyTree, Owned, Slot};
use pbx_estate::{Error, Estate, Noun};
use pbx_kernel::{Change, Row, Table};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Where sheets that name nobody are kept, sealed with the site's key.
pub(super) trait Shelf {
    /// The table.
    const TABLE: Table;
}

/// The requests and how far each has come.
pub(super) struct Requests;

impl Shelf for Requests {
    const TABLE: Table = Table("request");
}

/// The erasure ledger. It is never part of an emulated backup, so that a restored one cannot take it back.
pub(super) struct Erasures;

impl Shelf for Erasures {
    const TABLE: Table = Table("erasure-ledger");
}

/// A part of a document that names nobody.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Sheet<S> {
    document: String,
    part: usize,
    parts: usize,
    content: String,
    #[serde(skip)]
    shelf: std::marker::PhantomData<S>,
}

impl<S: Shelf> Noun for Sheet<S> {
    const TABLE: Table = S::TABLE;

    fn row(&self, _: &Estate<'_>) -> Row {
        row(&self.document, self.part)
    }
}

/// A part of a document about a person, sealed under a slot of the request: it is gone when the slot's key is.
#[derive(Serialize, Deserialize)]
struct SealedSheet {
    document: String,
    part: usize,
    parts: usize,
    content: String,
    slot: Slot,
}

impl Owned for SealedSheet {
    const TABLE: Table = Table("request-private");

    fn row(&self, _: &Estate<'_>) -> Row {
        row(&self.document, self.part)
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

/// The document `id` of the shelf `S`, where it is there.
pub(super) fn read<S: Shelf, T: DeserializeOwned>(estate: &Estate<'_>, id: &str) -> Result<Option<T>, Error> {
    let Some(first) = estate.get::<Sheet<S>>(&row(id, 0))? else { return Ok(None) };
    let mut bytes = decode(S::TABLE, &first.content)?;
    for part in 1..first.parts {
        let next = estate.get::<Sheet<S>>(&row(id, part))?;
        let next = next.filter(|it| it.parts == first.parts).ok_or(Error::Missing { table: S::TABLE.0 })?;
        bytes.extend(decode(S::TABLE, &next.content)?);
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|error| malformed(S::TABLE, &error.to_string()))
}

/// The ids of the documents of the shelf `S`, in order.
pub(super) fn ids<S: Shelf>(estate: &Estate<'_>) -> Result<Vec<String>, Error> {
    let rows = estate.rows(S::TABLE, None, SHEETS_MAX)?;
    let first = |it: &Row| it.strip_suffix("/0000").map(str::to_owned);
    Ok(rows.iter().filter_map(first).collect())
}

/// The changes that write `document` under `id`, over whatever is there.
pub(super) fn write<S: Shelf, T: Serialize>(
    estate: &Estate<'_>,
    id: &str,
    document: &T,
) -> Result<Vec<Change>, Error> {
    let bytes = bytes_of(S::TABLE, document)?;
    let before = estate.get::<Sheet<S>>(&row(id, 0))?.map_or(0, |it| it.parts);
    let parts = parts_of(S::TABLE, &bytes)?;
    let mut changes = Vec::with_capacity(parts.len());
    for (part, content) in parts.iter().enumerate() {
        let sheet = Sheet::<S> {
            document: id.to_owned(),
            part,
            parts: parts.len(),
            content: content.clone(),
            shelf: std::marker::PhantomData,
        };
        changes.push(estate.put(&sheet)?);
    }
    changes.extend((parts.len()..before).map(|part| Change::Delete(S::TABLE, row(id, part))));
    Ok(changes)
}

/// The document `id` about a person; nothing where it was never written or its key was destroyed.
pub(super) fn read_sealed<T: DeserializeOwned>(keys: &mut KeyTree<'_>, id: &str) -> Result<Option<T>, Error> {
    let table = SealedSheet::TABLE;
    let (mut bytes, mut part, mut parts) = (Vec::new(), 0, 1);
    while part < parts {
        let sheet = keys.get::<SealedSheet>(&row(id, part))?.and_then(Found::whole);
        let Some(sheet) = sheet else {
            return if part == 0 { Ok(None) } else { Err(Error::Missing { table: table.0 }) };
        };
        bytes.extend(decode(table, &sheet.content)?);
        parts = sheet.parts;
        part += 1;
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|error| malformed(table, &error.to_string()))
}

/// The changes that write `document`, which is about a person, under `id`, where nothing is yet.
pub(super) fn write_sealed<T: Serialize>(
    keys: &mut KeyTree<'_>,
    slot: Slot,
    id: &str,
    document: &T,
) -> Result<Vec<Change>, Error> {
    let parts = parts_of(SealedSheet::TABLE, &bytes_of(SealedSheet::TABLE, document)?)?;
    let count = parts.len();
    let sheet = |(part, content)| SealedSheet { document: id.to_owned(), part, parts: count, content, slot };
    parts.into_iter().enumerate().map(|it| keys.put(&sheet(it))).collect()
}

/// The changes that remove the document `id` about a person.
pub(super) fn remove_sealed(estate: &Estate<'_>, id: &str) -> Result<Vec<Change>, Error> {
    let prefix = format!("{id}/");
    let rows = estate.rows(SealedSheet::TABLE, Some(&prefix), PARTS_MAX)?;
    let own = rows.into_iter().take_while(|it| it.starts_with(&prefix));
    Ok(own.map(|it| Change::Delete(SealedSheet::TABLE, it)).collect())
}

fn bytes_of<T: Serialize>(table: Table, document: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(document).map_err(|error| malformed(table, &error.to_string()))
}

fn parts_of(table: Table, bytes: &[u8]) -> Result<Vec<String>, Error> {
    let parts: Vec<String> = bytes.chunks(PART_BYTES).map(|it| STANDARD_NO_PAD.encode(it)).collect();
    if parts.len() > PARTS_MAX { Err(Error::TooLarge { table: table.0 }) } else { Ok(parts) }
}

fn decode(table: Table, content: &str) -> Result<Vec<u8>, Error> {
    STANDARD_NO_PAD.decode(content).map_err(|error| malformed(table, &error.to_string()))
}

fn malformed(table: Table, what: &str) -> Error {
    Error::Form { table: table.0, what: what.to_owned() }
}

fn row(id: &str, part: usize) -> Row {
    format!("{id}/{part:04}")
}

/// How much of a document a sheet holds: sealed and in base64 it fits a value of the store with room to spare.
const PART_BYTES: usize = 2_400;

/// The most sheets of a document: some 2 MB.
const PARTS_MAX: usize = 900;

/// The most sheets of a shelf that are looked through for documents.
const SHEETS_MAX: usize = 100_000;
