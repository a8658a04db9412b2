//! The product's own logs: what its paper says who may read, who may clear, and what never can be.

use pbx_policy::{Log, Policy};

use crate::{Args, Context, Error, Estate, Event, Listing, Outcome, Refusal, Reply, Stop};

mod page;

pub use page::{Entry, Tail, Written, newest_first};

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
    let search = args.get("search").unwrap_or_default().to_lowercase();
    let mut rows = Vec::new();
    let mut next = None;
    let mut entries = newest_first(&cx.estate, log, args.number("before")?)?;
    while let Some(numbered) = entries.next() {
        let (number, entry) = numbered?;
        let cells = cells(number, entry);
        if cells.iter().any(|it| it.to_lowercase().contains(&search)) {
            rows.push(cells);
        }
        if rows.len() == PAGE_ROWS {
            next = entries.next().map(|_| number.to_string());
            break;
        }
    }
    let listing = Listing { kind: "log", columns: COLUMNS.into(), rows, next };
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
    let (changes, cleared) = page::clear(&cx.estate, log)?;
    let event = Event::on("log.cleared", "log", log.id.as_str()).with("entries", cleared.to_string());
    Ok(Outcome::change(
        changes,
        event,
        Reply::Done(format!("{} cleared: {cleared} entries removed.", log.name)),
    ))
}

/// How many entries the log has.
pub fn count(estate: &Estate<'_>, log: &Log) -> Result<u64, Error> {
    let tail = Tail::read(estate, &log.id)?;
    Ok(tail.next() - tail.first(log))
}

/// The log `id` of the policy.
pub fn find<'p>(policy: &'p Policy, id: &str) -> Result<&'p Log, Refusal> {
    policy.logs.iter().find(|it| it.id == id).ok_or_else(|| Refusal::NoSuch("log", id.to_owned()))
}

fn cells(number: u64, entry: Entry) -> Vec<String> {
    let Entry { time, event, account, source, surface, outcome, object, detail } = entry;
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

const COLUMNS: &[&str] =
    &["number", "time", "event", "account", "source", "surface", "outcome", "object", "detail"];

/// The entries of one page.
const PAGE_ROWS: usize = 50;
