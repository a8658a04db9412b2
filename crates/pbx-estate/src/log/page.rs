//! How a log is kept: pages of some entries each, so that an entry costs a part of a row, not rows of its own.
//!
//! ```text
//!   log-head  access                the newest page, and before which number all is cleared
//!   log       access/000000000000   entries 0 to 8
//!             access/000000000009   entries 9 to 15, and where the page before it begins
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use pbx_kernel::{Change, Row, Table, Timestamp};
use pbx_policy::Log;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Estate, Noun};

/// One entry of a product log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub time: Timestamp,
    /// What, as a dotted name.
    pub event: String,
    /// Which account, as it was typed.
    pub account: String,
    /// From where.
    pub source: String,
    /// On which surface.
    pub surface: String,
    /// `ok`, `refused` or `error`.
    pub outcome: String,
    /// What it was done to.
    pub object: String,
    /// What else is known; never a secret.
    pub detail: BTreeMap<String, String>,
}

/// An entry as it is written: shared by all logs that take it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Written(Arc<RawValue>);

/// The growing end of a log. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Tail {
    head: Head,
    page: Page,
    /// How long the page's entries are.
    bytes: usize,
    /// Where the oldest pages begin, as far as they have been looked up.
    oldest: VecDeque<u64>,
}

/// Where a log begins and where its newest page is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    log: String,
    /// The entries before this number are cleared.
    cleared: u64,
    /// The number of the newest page's first entry.
    page: u64,
}

/// Entries that follow one another, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Page {
    log: String,
    /// The number of its first entry.
    first: u64,
    /// Where the page before it begins.
    before: Option<u64>,
    entries: Vec<Written>,
}

impl Entry {
    /// Writes it, for [`Tail::append`].
    pub fn write(&self) -> Result<Written, Error> {
        let raw = serde_json::value::to_raw_value(self).map_err(|error| malformed(&error))?;
        Ok(Written(raw.into()))
    }
}

impl Noun for Head {
    const TABLE: Table = Table("log-head");

    fn row(&self, _: &Estate<'_>) -> Row {
        self.log.clone()
    }
}

impl Noun for Page {
    const TABLE: Table = Table("log");

    fn row(&self, _: &Estate<'_>) -> Row {
        row(&self.log, self.first)
    }
}

impl Tail {
    /// The end of `log` as it is stored; that of an empty log where nothing was written yet.
    pub fn read(estate: &Estate<'_>, log: &str) -> Result<Self, Error> {
        let head =
            estate.get::<Head>(log)?.unwrap_or_else(|| Head { log: log.to_owned(), cleared: 0, page: 0 });
        let page =
            estate.get::<Page>(&row(log, head.page))?.unwrap_or_else(|| Page::new(log, head.page, None));
        let bytes = page.entries.iter().map(Written::bytes).sum();
        Ok(Self { head, page, bytes, oldest: VecDeque::new() })
    }

    /// The number of the next entry.
    pub fn next(&self) -> u64 {
        self.page.first + self.page.entries.len() as u64
    }

    /// The number of the oldest entry: what was cleared and what the log has no room for are not there.
    pub fn first(&self, log: &Log) -> u64 {
        self.head.cleared.max(self.next().saturating_sub(log.entries_max as u64))
    }

    /// Appends `entry`; the oldest page goes where none of its entries counts any more.
    pub fn append(&mut self, estate: &Estate<'_>, log: &Log, entry: &Written) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        if !self.page.entries.is_empty() && self.bytes + entry.bytes() > PAGE_BYTES_MAX {
            self.page = Page::new(&log.id, self.next(), Some(self.page.first));
            self.bytes = 0;
            self.head.page = self.page.first;
            changes.push(estate.put(&self.head)?);
            changes.extend(self.outgrown(estate, log)?);
        }
        self.page.entries.push(entry.clone());
        self.bytes += entry.bytes();
        changes.push(estate.put(&self.page)?);
        Ok(changes)
    }

    /// The end of the log once all of it is cleared; [`clear`] makes the changes.
    #[must_use]
    pub fn cleared(&self) -> Self {
        let next = self.next();
        let head = Head { cleared: next, page: next, log: self.head.log.clone() };
        Self { page: Page::new(&head.log, next, None), head, bytes: 0, oldest: VecDeque::new() }
    }

    /// The changes that remove the oldest pages, as long as the page after each begins no later than what counts.
    fn outgrown(&mut self, estate: &Estate<'_>, log: &Log) -> Result<Vec<Change>, Error> {
        let first = self.first(log);
        if first > self.head.cleared && self.oldest.len() < 2 {
            self.oldest = pages(estate, &log.id, OLDEST_MAX)?.collect();
        }
        let mut changes = Vec::new();
        while self.oldest.get(1).is_some_and(|next| *next <= first) {
            changes.extend(self.oldest.pop_front().map(delete(&log.id)));
        }
        Ok(changes)
    }
}

impl Page {
    fn new(log: &str, first: u64, before: Option<u64>) -> Self {
        Self { log: log.to_owned(), first, before, entries: Vec::new() }
    }
}

impl Written {
    fn bytes(&self) -> usize {
        self.0.get().len() + 1
    }

    fn read(&self) -> Result<Entry, Error> {
        serde_json::from_str(self.0.get()).map_err(|error| malformed(&error))
    }
}

/// The entries of `log` before the number `before`, newest first, with their numbers.
pub fn newest_first<'a>(
    estate: &'a Estate<'a>,
    log: &'a Log,
    before: Option<u64>,
) -> Result<impl Iterator<Item = Result<(u64, Entry), Error>> + 'a, Error> {
    let tail = Tail::read(estate, &log.id)?;
    let first = tail.first(log);
    let before = before.unwrap_or(u64::MAX);
    let pages = std::iter::successors(Some(Ok(tail.page)), move |page: &Result<Page, Error>| {
        let at = page.as_ref().ok().filter(|it| it.first > first)?.before?;
        estate.get::<Page>(&row(&log.id, at)).transpose()
    });
    let entries = move |page: Result<Page, Error>| {
        let page = match page {
            Ok(page) => page,
            Err(error) => return vec![Err(error)],
        };
        let numbered: Vec<(u64, Written)> = (page.first..).zip(page.entries).collect();
        let counts = numbered.into_iter().rev().filter(|(number, _)| (first..before).contains(number));
        counts.map(|(number, written)| Ok((number, written.read()?))).collect()
    };
    Ok(pages.flat_map(entries))
}

/// The changes that remove every entry of the log, and how many there were.
pub(super) fn clear(estate: &Estate<'_>, log: &Log) -> Result<(Vec<Change>, u64), Error> {
    let tail = Tail::read(estate, &log.id)?;
    let mut changes: Vec<Change> = pages(estate, &log.id, log.entries_max)?.map(delete(&log.id)).collect();
    changes.push(estate.put(&tail.cleared().head)?);
    Ok((changes, tail.next() - tail.first(log)))
}

/// Where the oldest pages begin, at most `limit` of them.
fn pages(estate: &Estate<'_>, log: &str, limit: usize) -> Result<impl Iterator<Item = u64>, Error> {
    let prefix = format!("{log}/");
    let rows = estate.rows(Page::TABLE, Some(&prefix), limit)?;
    Ok(rows.into_iter().map_while(move |it| it.strip_prefix(&prefix)?.parse().ok()))
}

fn delete(log: &str) -> impl Fn(u64) -> Change {
    move |first| Change::Delete(Page::TABLE, row(log, first))
}

fn row(log: &str, first: u64) -> Row {
    format!("{log}/{first:012}")
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::Form { table: Page::TABLE.0, what: error.to_string() }
}

/// How long a page's entries may be together: some six of the usual ones. A longer page would mean fewer rows and
/// more to seal anew for each entry.
const PAGE_BYTES_MAX: usize = 2_000;

/// How many of the oldest pages are looked up at a time.
const OLDEST_MAX: usize = 16;
