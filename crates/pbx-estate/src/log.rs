//! The product's own logs: what its paper says who may read, who may clear, and what never can be.

use std::collections::BTreeMap;

use pbx_kernel::{Change, Row, Table, Timestamp};
use pbx_policy::{Log, Policy};
use serde::{Deserialize, Serialize};

use crate::{Args, Context, Error, Estate, Event, Listing, Noun, Outcome, Refusal, Reply, Stop};

/// One entry of a product log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which log.
    pub log: String,
    /// Its number in that log.
    pub number: u64,
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

/// Which entries a log has: those from `first` up to but not including `next`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which log.
    pub log: String,
    /// The oldest entry's number.
    pub first: u64,
    /// The next entry's number.
    pub next: u64,
}

impl Noun for Entry {
    const TABLE: Table = Table("log");

    fn row(&self, _: &Estate<'_>) -> Row {
        row(&self.log, self.number)
    }
}

impl Noun for Head {
    const TABLE: Table = Table("log-head");

    fn row(&self, _: &Estate<'_>) -> Row {
        self.log.clone()
    }
}

/// The log's head; an empty one where nothing was written yet.
pub fn head(estate: &Estate<'_>, log: &str) -> Result<Head, Error> {
    Ok(estate.get::<Head>(log)?.unwrap_or_else(|| Head { log: log.to_owned(), first: 0, next: 0 }))
}

/// The changes that append `entry` to `log`, whose `head` moves on; the oldest entry gives way where it is full.
pub fn append(estate: &Estate<'_>, log: &Log, head: &mut Head, entry: Entry) -> Result<Vec<Change>, Error> {
    let mut changes = vec![estate.put(&Entry { number: head.next, log: log.id.clone(), ..entry })?];
    head.next += 1;
    if head.next - head.first > log.entries_max as u64 {
        changes.push(Change::Delete(Entry::TABLE, row(&log.id, head.first)));
        head.first += 1;
    }
    changes.push(estate.put(head)?);
    Ok(changes)
}

/// The logs that take `event`, where it was refused or was not.
pub fn taking<'p>(policy: &'p Policy, event: &str, refused: bool) -> impl Iterator<Item = &'p Log> {
    let takes = move |prefix: &String| match prefix.strip_prefix("refused:") {
        Some(prefix) => refused && event.starts_with(prefix),
        None => event.starts_with(prefix.as_str()),
    };
    policy.logs.iter().filter(move |log| log.takes.iter().any(takes))
}

/// Shows the newest entries of the log `log` first, those that contain `search`, a page at a time (`before`).
pub fn read(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let log = find(cx.policy, args.text("log")?)?;
    cx.demand(log.read.get_ref())?;
    let head = head(&cx.estate, &log.id)?;
    let search = args.get("search").unwrap_or_default().to_lowercase();
    let before = args.number("before")?.unwrap_or(head.next).min(head.next);
    let mut rows = Vec::new();
    let mut next = None;
    for number in (head.first..before).rev() {
        let Some(entry) = cx.estate.get::<Entry>(&row(&log.id, number))? else { continue };
        let cells = cells(entry);
        if cells.iter().any(|it| it.to_lowercase().contains(&search)) {
            rows.push(cells);
        }
        if rows.len() == PAGE_ROWS {
            next = (number > head.first).then(|| number.to_string());
            break;
        }
    }
    let listing = Listing { kind: "log", columns: COLUMNS, rows, next };
    let mut outcome = Outcome::reply(Reply::Listing(listing));
    if log.records_reading {
        outcome.events.push(Event::on("log.read", "log", log.id.as_str()));
    }
    Ok(outcome)
}

/// Clears the log `log` whole, where its paper lets anybody.
pub fn clear(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let log = find(cx.policy, args.text("log")?)?;
    let Some(permission) = &log.clear else {
        return Err(Refusal::Conflict(format!("The {} can never be cleared.", log.name)).into());
    };
    if !log.clear_on.is_empty() && !log.clear_on.contains(&cx.principal().surface) {
        let places: Vec<String> = log.clear_on.iter().map(ToString::to_string).collect();
        return Err(Refusal::Conflict(format!(
            "The {} is cleared over {} only.",
            log.name,
            places.join(" or ")
        ))
        .into());
    }
    cx.demand(permission.get_ref())?;
    let head = head(&cx.estate, &log.id)?;
    let mut changes: Vec<Change> =
        (head.first..head.next).map(|number| Change::Delete(Entry::TABLE, row(&log.id, number))).collect();
    changes.push(cx.estate.put(&Head { first: head.next, ..head.clone() })?);
    let cleared = head.next - head.first;
    let event = Event::on("log.cleared", "log", log.id.as_str()).with("entries", cleared.to_string());
    Ok(Outcome::change(
        changes,
        event,
        Reply::Done(format!("{} cleared: {cleared} entries removed.", log.name)),
    ))
}

/// The log `id` of the policy.
pub fn find<'p>(policy: &'p Policy, id: &str) -> Result<&'p Log, Refusal> {
    policy.logs.iter().find(|it| it.id == id).ok_or_else(|| Refusal::NoSuch("log", id.to_owned()))
}

fn cells(entry: Entry) -> Vec<String> {
    let Entry { number, time, event, account, source, surface, outcome, object, detail, .. } = entry;
    let detail: Vec<String> = detail.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    vec![
        number.to_string(),
        time.to_string(),
        event,
        account,
        source,
        surface,
        outcome,
        object,
        detail.join(" "),
    ]
}

fn row(log: &str, number: u64) -> Row {
    format!("{log}/{number:012}")
}

const COLUMNS: &[&str] =
    &["number", "time", "event", "account", "source", "surface", "outcome", "object", "detail"];

/// The entries of one page.
const PAGE_ROWS: usize = 50;
