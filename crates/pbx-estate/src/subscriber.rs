//! Subscribers: a directory number, what it may do, and the name shown for it.

use std::collections::BTreeMap;

use pbx_kernel::{Row, Table, Timestamp};
use pbx_policy::FieldId;
use serde::{Deserialize, Serialize};

use crate::{Args, Context, Error, Estate, Event, Listing, Noun, Outcome, Refusal, Reply, Stop};

/// A directory number and what belongs to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subscriber {
    /// The directory number.
    pub dir: Dir,
    /// The customer (tenant) it belongs to.
    pub customer: u32,
    /// The server that handles it.
    pub lim: u32,
    /// The common service profile: its category.
    pub csp: u32,
    /// The name shown for it, where one is set.
    pub name: Option<Name>,
    /// When it was made.
    pub created: Timestamp,
}

/// A directory number of two to eight digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dir(String);

/// The name shown for a directory number, each part at most 20 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The first part.
    pub first: String,
    /// The second part.
    pub last: String,
}

impl Dir {
    /// Parses the rule above.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if (2..=8).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::bad("dir", "must be two to eight digits"))
        }
    }
}

impl Name {
    fn parse(first: &str, last: &str) -> Result<Self, Refusal> {
        for (field, part) in [("name1", first), ("name2", last)] {
            if part.chars().count() > NAME_CHARS_MAX || part.chars().any(char::is_control) {
                return Err(Refusal::bad(field, format!("may have at most {NAME_CHARS_MAX} characters")));
            }
        }
        Ok(Self { first: first.to_owned(), last: last.to_owned() })
    }
}

impl Subscriber {
    /// The number of whoever `fields` are recorded of, with his name as far as it fits; none where he has no number.
    pub fn named(fields: &BTreeMap<FieldId, String>, created: Timestamp) -> Option<Self> {
        let get = |field| fields.get(&field).map_or("", String::as_str);
        let part = |text: &str| text.chars().take(NAME_CHARS_MAX).collect();
        let dir = Dir::parse(get(FieldId::Extension)).ok()?;
        let name = match (get(FieldId::FirstName), get(FieldId::LastName)) {
            ("", "") => Name { first: part(get(FieldId::Name)), last: String::new() },
            (first, last) => Name { first: part(first), last: part(last) },
        };
        Some(Self { dir, customer: 0, lim: 1, csp: 0, name: Some(name), created })
    }
}

impl Noun for Subscriber {
    const TABLE: Table = Table("subscriber");

    fn row(&self, estate: &Estate<'_>) -> Row {
        row(estate, &self.dir)
    }
}

/// Makes every number of `dir`; all or none.
pub fn initiate(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = Outcome::default();
    for dir in dirs(args)? {
        if find(cx, &dir)?.is_some() {
            return Err(Refusal::AlreadyExists("extension", dir.0).into());
        }
        let blank = Subscriber { dir, customer: 0, lim: 1, csp: 0, name: None, created: cx.now };
        let subscriber = with_values(blank, args)?;
        outcome.changes.push(cx.estate.put(&subscriber)?);
        outcome.events.push(Event::on("extension.created", "extension", subscriber.dir.0));
    }
    Ok(outcome)
}

/// Changes the values given of every number of `dir`; all or none.
pub fn change(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    each(cx, args, "extension.changed", |subscriber| with_values(subscriber, args).map(Some))
}

/// Erases every number of `dir`, and its name with it; all or none.
pub fn erase(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    each(cx, args, "extension.erased", |_| Ok(None))
}

/// Lists the numbers of `dir`, or `all`.
pub fn print(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let row = |it: Subscriber| {
        Some(vec![it.dir.0, it.customer.to_string(), it.lim.to_string(), it.csp.to_string()])
    };
    listing(cx, args, "extension", &["dir", "customer", "lim", "csp"], row)
}

/// Gives the number `dir` a name where it has none.
pub fn name_initiate(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let name = Name::parse(args.text("name1")?, args.get("name2").unwrap_or_default())?;
    each(cx, args, "name.created", |subscriber| match &subscriber.name {
        Some(_) => Err(Refusal::AlreadyExists("name", subscriber.dir.0)),
        None => Ok(Some(Subscriber { name: Some(name.clone()), ..subscriber })),
    })
}

/// Changes the parts given of the name of `dir`.
pub fn name_change(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    each(cx, args, "name.changed", |subscriber| {
        let Some(present) = subscriber.name else { return Err(Refusal::NoSuch("name", subscriber.dir.0)) };
        let first = args.get("name1").unwrap_or(&present.first);
        let name = Name::parse(first, args.get("name2").unwrap_or(&present.last))?;
        Ok(Some(Subscriber { name: Some(name), ..subscriber }))
    })
}

/// Takes the names of `dir` away.
pub fn name_erase(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    each(cx, args, "name.erased", |subscriber| match subscriber.name {
        Some(_) => Ok(Some(Subscriber { name: None, ..subscriber })),
        None => Err(Refusal::NoSuch("name", subscriber.dir.0)),
    })
}

/// Lists the names of `dir`, or `all`.
pub fn name_print(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let row = |it: Subscriber| it.name.map(|name| vec![it.dir.0, name.first, name.last]);
    listing(cx, args, "name", &["dir", "name1", "name2"], row)
}

/// Applies `alter` to every number of `dir`: a new value to store, or nothing to remove it.
fn each(
    cx: &Context<'_>,
    args: &Args,
    event: &'static str,
    mut alter: impl FnMut(Subscriber) -> Result<Option<Subscriber>, Refusal>,
) -> Result<Outcome, Stop> {
    let mut outcome = Outcome::default();
    for dir in dirs(args)? {
        let present = find(cx, &dir)?.ok_or_else(|| Refusal::NoSuch("extension", dir.0.clone()))?;
        outcome.changes.push(match alter(present.clone())? {
            Some(altered) => cx.estate.put(&altered)?,
            None => cx.estate.delete(&present),
        });
        outcome.events.push(Event::on(event, "extension", dir.0));
    }
    Ok(outcome)
}

fn listing(
    cx: &Context<'_>,
    args: &Args,
    kind: &'static str,
    columns: &'static [&'static str],
    row: impl Fn(Subscriber) -> Option<Vec<String>>,
) -> Result<Outcome, Stop> {
    let mut found = Vec::new();
    if args.all("dir").iter().any(|it| it == "all") || !args.has("dir") {
        found = cx.estate.list::<Subscriber>(None, ROWS_MAX)?.into_iter().map(|(_, it)| it).collect();
        found.sort_by(|one: &Subscriber, other| one.dir.cmp(&other.dir));
    } else {
        for dir in dirs(args)? {
            found.push(find(cx, &dir)?.ok_or_else(|| Refusal::NoSuch(kind, dir.0.clone()))?);
        }
    }
    let rows = found.into_iter().filter_map(row).collect();
    Ok(Outcome::reply(Reply::Listing(Listing { kind, columns: columns.into(), rows, next: None })))
}

fn with_values(mut subscriber: Subscriber, args: &Args) -> Result<Subscriber, Refusal> {
    let within = |name: &'static str, min: u64, max: u64| match args.number(name)? {
        Some(value) if !(min..=max).contains(&value) => {
            Err(Refusal::bad(name, format!("must be from {min} to {max}")))
        }
        value => Ok(value.and_then(|it| u32::try_from(it).ok())),
    };
    subscriber.customer = within("customer", 0, 50_000)?.unwrap_or(subscriber.customer);
    subscriber.lim = within("lim", 1, 124)?.unwrap_or(subscriber.lim);
    subscriber.csp = within("csp", 0, 500)?.unwrap_or(subscriber.csp);
    Ok(subscriber)
}

fn dirs(args: &Args) -> Result<Vec<Dir>, Refusal> {
    args.text("dir")?;
    args.all("dir").iter().map(|it| Dir::parse(it)).collect()
}

fn find(cx: &Context<'_>, dir: &Dir) -> Result<Option<Subscriber>, Error> {
    cx.estate.get(&row(&cx.estate, dir))
}

fn row(estate: &Estate<'_>, dir: &Dir) -> Row {
    estate.pseudonym("subscriber", &dir.0)
}

/// Each part of a name, from the vendor's command descriptions.
const NAME_CHARS_MAX: usize = 20;

/// The most rows one answer may have.
const ROWS_MAX: usize = 100_000;
