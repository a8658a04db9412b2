//! What the Service Node holds of people, by their extensions: what its commands print and erase (MX-074, MX-080).
//!
//! The Provisioning Manager has the record of a person; nothing here reaches it. So an erasure at the node leaves what
//! the Provisioning Manager shows, and a user who is deleted alone leaves what the node has.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use pbx_estate::people::{Item, NOBODY, Number, People, Person, hold, manage};
use pbx_estate::subscriber::{self, Dir};
use pbx_estate::{Args, Context, Listing, Outcome, Refusal, Reply, Stop};
use pbx_policy::{DataStore, FieldId, Removal, Scope};

/// Prints what `store` holds of the extensions `dir`, or of everybody; `kind` names its layout.
pub(crate) fn print(cx: &Context<'_>, args: &Args, kind: &'static str, store: &str) -> Result<Outcome, Stop> {
    let store = stored(cx, store)?;
    let mut people = People::open(&cx.estate)?;
    let mut rows = Vec::new();
    if args.all("dir").iter().any(|it| it == "all") || !args.has("dir") {
        rows = everybodys(cx, &mut people, store)?;
    } else {
        for dir in args.all("dir") {
            if let Some(person) = at(cx, &mut people, dir)? {
                let items = people.items(store.id.get_ref(), person.number, None, ROWS_MAX)?;
                rows.extend(items.iter().map(|it| cells(cx, store, dir, it)));
            }
        }
    }
    let mut columns = vec!["dir", "item", "time"];
    columns.extend(cx.policy.fields_of(store).iter().map(|it| it.id.get_ref().as_str()));
    Ok(Outcome::reply(Reply::Listing(Listing { kind, columns: columns.into(), rows, next: None })))
}

/// Erases what `store` holds of the extensions `dir`; all or none. Where it holds nothing of one, that is refused, so
/// that nobody takes it for erased.
pub(crate) fn erase(cx: &Context<'_>, args: &Args, kind: &'static str, store: &str) -> Result<Outcome, Stop> {
    let store = stored(cx, store)?;
    hold::way(cx, store, Scope::Person)?;
    args.text("dir")?;
    let mut people = People::open(&cx.estate)?;
    let mut outcome = Outcome::default();
    for dir in args.all("dir") {
        let none = || Refusal::NoSuch(kind, dir.clone());
        let person = at(cx, &mut people, dir)?.ok_or_else(none)?;
        match people.erase(store.id.get_ref(), person.number)? {
            0 => return Err(none().into()),
            gone => outcome.events.push(
                manage::event("store.erased", &person)
                    .with("store", store.id.get_ref().as_str())
                    .with("items", gone.to_string()),
            ),
        }
    }
    outcome.changes = people.changes()?;
    Ok(outcome)
}

/// Erases the extensions `dir` with what the node holds under them: names, function keys and visitor-desktop data
/// (MX-066). The rest, and the record in the Provisioning Manager, stays.
pub(crate) fn erase_extension(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = subscriber::erase(cx, args)?;
    let mut people = People::open(&cx.estate)?;
    for dir in args.all("dir") {
        if let Some(person) = people.find(FieldId::Extension, dir)? {
            outcome.events.push(manage::take_out(cx, &mut people, &person, Removal::ServiceNode)?);
        }
    }
    outcome.changes.extend(people.changes()?);
    Ok(outcome)
}

/// Takes the names of `dir` away, at the extension and among the names.
pub(crate) fn erase_name(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = subscriber::name_erase(cx, args)?;
    let mut people = People::open(&cx.estate)?;
    for dir in args.all("dir") {
        if let Some(person) = people.find(FieldId::Extension, dir)? {
            people.erase(NAMES, person.number)?;
        }
    }
    outcome.changes.extend(people.changes()?);
    Ok(outcome)
}

/// Deletes the users `person` with all phone services: their extensions at the node go too (MX-061).
pub(crate) fn remove_with_services(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = manage::remove_with_services(cx, args)?;
    let mut people = People::open(&cx.estate)?;
    for name in args.all("person") {
        let Some(person) = people.named(name)? else { continue };
        match subscriber::erase(cx, &Args::of([("dir", person.get(FieldId::Extension))])) {
            Ok(erased) => {
                outcome.changes.extend(erased.changes);
                outcome.events.extend(erased.events);
            }
            // A user without an extension at the node has none to lose.
            Err(Stop::Refusal(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    Ok(outcome)
}

/// Prints the call detail records.
pub(crate) fn print_call_details(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = hold::list(cx, &args.with("store", CALL_DETAILS))?;
    if let Reply::Listing(listing) = &mut outcome.reply {
        listing.kind = "call-detail";
    }
    Ok(outcome)
}

/// Clears the call detail records, whole; those of one extension cannot be erased (MX-062), and whoever tries is told.
pub(crate) fn clear_call_details(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let args = args.with("store", CALL_DETAILS);
    if args.has("dir") { hold::erase(cx, &args) } else { hold::clear(cx, &args) }
}

/// Masks the last digits of the numbers in the call detail records.
pub(crate) fn mask_call_details(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    hold::mask(cx, &args.with("store", CALL_DETAILS))
}

/// Lists the customers.
pub(crate) fn print_customers(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = hold::list(cx, &args.with("store", CUSTOMERS))?;
    if let Reply::Listing(listing) = &mut outcome.reply {
        listing.kind = "customer";
    }
    Ok(outcome)
}

/// Removes the customers `item`, once no extension of theirs is left (MX-083).
pub(crate) fn remove_customer(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let args = args.with("store", CUSTOMERS).with("owner", &NOBODY.to_string());
    let customers = args.all("item");
    let printed = subscriber::print(cx, &Args::of([("dir", "all")]))?;
    if let Reply::Listing(extensions) = printed.reply {
        let of = |customer: &String| {
            extensions.rows.iter().filter(|row| row.get(1).is_some_and(|it| it == customer.trim())).count()
        };
        if let Some((customer, left)) = customers.iter().map(|it| (it, of(it))).find(|(_, left)| *left > 0) {
            let why = format!(
                "Customer {customer} still has {left} extensions: erase these with what belongs to them first (MX-083)."
            );
            return Err(Refusal::Conflict(why).into());
        }
    }
    hold::remove(cx, &args)
}

/// Who has the extension `dir`, where it is anybody's; a refusal where there is no such extension.
fn at(cx: &Context<'_>, people: &mut People<'_>, dir: &str) -> Result<Option<Person>, Stop> {
    Dir::parse(dir)?;
    let person = people.find(FieldId::Extension, dir)?;
    if person.is_none() {
        // It says no where there is no such extension.
        drop(subscriber::print(cx, &Args::of([("dir", dir)]))?);
    }
    Ok(person)
}

/// Everything in `store`, with the extensions of those whose it is.
fn everybodys(
    cx: &Context<'_>,
    people: &mut People<'_>,
    store: &DataStore,
) -> Result<Vec<Vec<String>>, Stop> {
    let mut dirs: BTreeMap<Number, String> = BTreeMap::new();
    let (mut rows, mut after) = (Vec::new(), None);
    while rows.len() < ROWS_MAX {
        let page = people.all_items(store.id.get_ref(), after.as_deref(), ROWS_AT_A_TIME)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        for (_, item) in page {
            let dir = match dirs.entry(item.owner) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let dir = people.person(item.owner)?.map(|it| it.get(FieldId::Extension).to_owned());
                    unknown.insert(dir.unwrap_or_default())
                }
            };
            rows.push(cells(cx, store, dir, &item));
        }
    }
    Ok(rows)
}

fn cells(cx: &Context<'_>, store: &DataStore, dir: &str, item: &Item) -> Vec<String> {
    let mut cells = vec![dir.to_owned(), item.number.to_string(), item.time.to_string()];
    cells.extend(cx.policy.fields_of(store).iter().map(|it| item.get(*it.id.get_ref()).to_owned()));
    cells
}

fn stored<'p>(cx: &Context<'p>, store: &str) -> Result<&'p DataStore, Refusal> {
    hold::find(cx, &Args::of([("store", store)]))
}

/// The store of call detail records.
const CALL_DETAILS: &str = "cdr";

/// The store of customers.
const CUSTOMERS: &str = "customers";

/// The store of names.
const NAMES: &str = "directory";

/// How many rows are read together.
const ROWS_AT_A_TIME: usize = 256;

/// The most rows one answer may have.
const ROWS_MAX: usize = 10_000;
