//! What is done to what stores hold of people, over every face in the same way; what may be done the policy says.

use std::collections::BTreeMap;

use pbx_policy::{DataStore, ErasurePath, FieldId, Method, Owner, Scope, StoreKind};

use super::manage::{event, named, own, own_or_refused, takes};
use super::{Item, NOBODY, Number, People, open_sound};
use crate::{Args, Context, Document, Event, Listing, Outcome, Refusal, Reply, Stop, log};

/// Lists what the store `store` holds: of `person`, of its caller where only his own is his to see (or where he asks for
/// his `own`), or of everybody. `item` and `owner` of a row are what names it to [`remove`].
pub fn list(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let store = find(cx, args)?;
    let mut people = People::open(&cx.estate)?;
    let owner = readable(cx, &mut people, store, args)?;
    let search = args.get("search").unwrap_or_default().to_lowercase();
    let fields = cx.policy.fields_of(store);
    let mut columns = vec!["item", "owner", "time"];
    columns.extend(fields.iter().map(|it| it.id.get_ref().as_str()));
    let (mut rows, mut next) = (Vec::new(), None);
    let mut after = args.get("after").map(str::to_owned);
    'pages: loop {
        let page = match owner {
            Some(owner) => {
                let from = after.as_deref().and_then(|it| it.rsplit('/').next()?.parse().ok());
                let items = people.items(store.id.get_ref(), owner, from, READ_ROWS)?;
                items.into_iter().map(|it| (format!("{owner}/{}", it.number), it)).collect()
            }
            None => people.all_items(store.id.get_ref(), after.as_deref(), READ_ROWS)?,
        };
        let Some((last, _)) = page.last() else { break };
        let end = last.clone();
        for (row, item) in page {
            let mut cells = vec![item.number.to_string(), item.owner.to_string(), item.time.to_string()];
            cells.extend(fields.iter().map(|it| item.get(*it.id.get_ref()).to_owned()));
            if !cells.iter().any(|it| it.to_lowercase().contains(&search)) {
                continue;
            }
            rows.push(cells);
            if rows.len() == PAGE_ROWS {
                next = Some(row);
                break 'pages;
            }
        }
        after = Some(end);
    }
    let listing = Listing { kind: "item", columns: columns.into(), rows, next };
    Ok(Outcome::reply(Reply::Listing(listing)))
}

/// Removes the items `item` that `store` holds of `person` (or of the caller); all or none.
pub fn remove(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let store = find(cx, args)?;
    let path = way(cx, store, Scope::Item)?;
    let mut people = People::open(&cx.estate)?;
    let owner = owner_for(cx, &mut people, path, args)?;
    let wanted = numbers(args)?;
    for number in &wanted {
        if people.item(store.id.get_ref(), owner, *number)?.is_none() {
            return Err(Refusal::NoSuch("item", number.to_string()).into());
        }
    }
    let keep = |it: &Item| (!wanted.contains(&it.number)).then(|| it.clone());
    let gone = people.rewrite(store.id.get_ref(), owner, keep)?;
    erased(&mut people_event(&mut people, owner, "store.erased")?, store, people, gone)
}

/// Erases all that `store` holds of `person`, or the marks that he put on it, where a way to do so exists.
pub fn erase(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let store = find(cx, args)?;
    let path = way(cx, store, Scope::Person).or_else(|refused| match way(cx, store, Scope::Mark) {
        Ok(path) => Ok(path),
        Err(_) => Err(refused),
    })?;
    let mut people = People::open(&cx.estate)?;
    let owner = owner_for(cx, &mut people, path, args)?;
    let taken: Vec<FieldId> = path.fields.iter().map(|it| *it.get_ref()).collect();
    let gone = if taken.is_empty() {
        people.erase(store.id.get_ref(), owner)?
    } else {
        let without = |it: &Item| {
            let fields = it.fields.iter().filter(|(field, _)| !taken.contains(field));
            Some(Item {
                fields: fields.map(|(field, value)| (*field, value.clone())).collect(),
                ..it.clone()
            })
        };
        people.rewrite(store.id.get_ref(), owner, without)?
    };
    erased(&mut people_event(&mut people, owner, "store.erased")?, store, people, gone)
}

/// Clears `store` whole, where its paper lets anybody.
pub fn clear(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let store = find(cx, args)?;
    if let Some(id) = &store.log {
        return log::clear(cx, &Args::of([("log", id.get_ref().as_str())]));
    }
    way(cx, store, Scope::Whole)?;
    let mut people = People::open(&cx.estate)?;
    let gone = people.erase(store.id.get_ref(), NOBODY)?;
    let mut event = Event::on("store.cleared", "store", store.id.get_ref().as_str());
    erased(&mut event, store, people, gone)
}

/// Masks the last digits of every number in `store`, once and for all.
pub fn mask(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let store = find(cx, args)?;
    let Some(digits) = store.mask_digits.map(usize::from) else {
        return Err(Refusal::Conflict(format!("The numbers of {} cannot be masked.", store.name)).into());
    };
    let anonymise = |it: &&ErasurePath| *it.method.get_ref() == Method::Anonymise;
    let path = store.erase.iter().find(anonymise);
    for need in path.iter().flat_map(|it| &it.needs) {
        cx.demand(need.get_ref())?;
    }
    let mut people = People::open(&cx.estate)?;
    let masked = |it: &Item| {
        let fields = it.fields.iter().map(|(field, value)| match field {
            FieldId::Number | FieldId::Extension => (*field, masked(value, digits)),
            _ => (*field, value.clone()),
        });
        Some(Item { fields: fields.collect(), parties: Vec::new(), ..it.clone() })
    };
    let gone = people.rewrite(store.id.get_ref(), NOBODY, masked)?;
    let event = Event::on("store.masked", "store", store.id.get_ref().as_str());
    let done = Reply::Done(format!("{}: {gone} masked.", store.name));
    Ok(Outcome::change(people.changes()?, event.with("items", gone.to_string()), done))
}

/// Plays the item `item` that `store` holds of the caller, or of `owner` or `person` where he may hear others': its audio
/// as a file.
pub fn play(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let store = find(cx, args)?;
    let mut people = People::open(&cx.estate)?;
    let readable = readable(cx, &mut people, store, args)?;
    let Some(owner) = readable.or(args.number("owner")?) else {
        return Err(Refusal::Missing("person").into());
    };
    let number = args.number("item")?.ok_or(Refusal::Missing("item"))?;
    let no_such = || Refusal::NoSuch("item", number.to_string());
    let item = people.item(store.id.get_ref(), owner, number)?.ok_or_else(no_such)?;
    let Some(sound) = item.sound else {
        return Err(Refusal::Conflict(format!("{}: item {number} has no audio.", store.name)).into());
    };
    let bytes = open_sound(&cx.estate, &sound, cx.blob(sound.id)?)?;
    let name = format!("{}-{number}.wav", store.id.get_ref());
    let reply = Reply::Document(Document { name, media: "audio/wav", bytes });
    let event = people_event(&mut people, owner, "item.played")?.with("store", store.id.get_ref().as_str());
    Ok(Outcome { events: vec![event], ..Outcome::reply(reply) })
}

/// What every store of persons' items holds of the person `number`, as JSON.
pub(super) fn held(
    cx: &Context<'_>,
    people: &mut People<'_>,
    number: Number,
) -> Result<Vec<serde_json::Value>, Stop> {
    let mut stores = Vec::new();
    for store in cx.policy.stores.iter().filter(|it| !it.holds_persons() && it.kind != StoreKind::Log) {
        let mut items = Vec::new();
        let held = if store.owner == Owner::Person { people.count(store.id.get_ref(), number)? } else { 0 };
        if held > 0 && may_read(cx, store, number)? {
            for item in people.items(store.id.get_ref(), number, None, EXPORT_ITEMS_MAX)? {
                let fields: BTreeMap<&str, &str> =
                    item.fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
                items.push(serde_json::json!({
                    "number": item.number, "time": item.time.to_string(), "fields": fields,
                    "audio-bytes": item.sound.as_ref().map(|it| it.bytes),
                }));
            }
        }
        let state = match (held, items.len()) {
            (0, _) => "not held",
            (_, 0) => "held, and not the caller's to read",
            _ => "held",
        };
        stores.push(serde_json::json!({
            "store": store.id.get_ref(), "name": store.name, "category": store.category.as_str(),
            "state": state, "held": held, "items": items,
        }));
    }
    Ok(stores)
}

/// The store `store` of the policy.
pub fn find<'p>(cx: &Context<'p>, args: &Args) -> Result<&'p DataStore, Refusal> {
    let id = args.text("store")?;
    cx.policy.store(id).ok_or_else(|| Refusal::NoSuch("store", id.to_owned()))
}

/// The way of erasing `scope` from `store` that the caller may go here; otherwise why there is none.
pub fn way<'p>(cx: &Context<'_>, store: &'p DataStore, scope: Scope) -> Result<&'p ErasurePath, Refusal> {
    let surface = cx.principal().surface;
    let mut why = Refusal::Conflict(format!(
        "{}: the vendor names no way to erase {} from it ({}).",
        store.name,
        described(scope),
        controls(store),
    ));
    for path in store.erase.iter().filter(|it| it.scope == Some(scope) && takes(*it.method.get_ref())) {
        let missing = path.needs.iter().find(|it| cx.demand(it.get_ref()).is_err());
        match missing {
            Some(missing) => why = Refusal::NotPermitted(missing.get_ref().clone()),
            None if !path.surfaces.is_empty() && !path.surfaces.contains(&surface) => {
                let places: Vec<String> = path.surfaces.iter().map(ToString::to_string).collect();
                why = Refusal::Conflict(format!(
                    "{}: this is done over {} only.",
                    store.name,
                    places.join(" or ")
                ));
            }
            None => return Ok(path),
        }
    }
    Err(why)
}

/// Whose items the caller sees in `store`: one person's, or everybody's.
fn readable(
    cx: &Context<'_>,
    people: &mut People<'_>,
    store: &DataStore,
    args: &Args,
) -> Result<Option<Number>, Stop> {
    let Some(read) = &store.read else {
        return Err(Refusal::Conflict(format!("{}: nothing of it is kept here.", store.name)).into());
    };
    if reads_own(cx, store) && (args.flag("own") || cx.demand(read.get_ref()).is_err()) {
        return Ok(Some(own_or_refused(cx)?));
    }
    cx.demand(read.get_ref())?;
    if args.flag("own") || store.sealed_from_administrators || is_own(read.get_ref()) {
        return Ok(Some(own_or_refused(cx)?));
    }
    match (store.owner, args.has("person")) {
        (Owner::Store, _) => Ok(Some(NOBODY)),
        (_, true) => Ok(Some(named(people, args)?.number)),
        (_, false) => Ok(None),
    }
}

/// Whose items `path` takes: the caller's own where it is about those, otherwise those of `person`.
fn owner_for(
    cx: &Context<'_>,
    people: &mut People<'_>,
    path: &ErasurePath,
    args: &Args,
) -> Result<Number, Stop> {
    if args.flag("own") || takes_own(path) {
        return own_or_refused(cx);
    }
    match args.number("owner")? {
        Some(number) => Ok(number),
        None => Ok(named(people, args)?.number),
    }
}

/// Whether the caller may read what `store` holds of the person `number`.
fn may_read(cx: &Context<'_>, store: &DataStore, number: Number) -> Result<bool, Stop> {
    let Some(read) = &store.read else { return Ok(false) };
    let may = cx.demand(read.get_ref()).is_ok();
    let only_own = store.sealed_from_administrators || is_own(read.get_ref()) || !may;
    if !only_own {
        return Ok(true);
    }
    Ok((may || reads_own(cx, store)) && own(cx)? == Some(number))
}

/// Whether the caller has the permission for what is his own in `store`.
fn reads_own(cx: &Context<'_>, store: &DataStore) -> bool {
    store.read_own.as_ref().is_some_and(|it| cx.demand(it.get_ref()).is_ok())
}

/// Whether `path` is about the caller's own data and nobody else's.
pub fn takes_own(path: &ErasurePath) -> bool {
    path.needs.iter().any(|it| is_own(it.get_ref()))
}

/// Whether a permission is about the caller's own data: one of its words says so.
fn is_own(permission: &str) -> bool {
    permission.split(['.', '-']).any(|it| it == "own")
}

fn people_event(people: &mut People<'_>, owner: Number, name: &'static str) -> Result<Event, Stop> {
    Ok(match people.person(owner)? {
        Some(person) => event(name, &person),
        None => Event::on(name, "person", "nobody"),
    })
}

fn erased(event: &mut Event, store: &DataStore, people: People<'_>, gone: usize) -> Result<Outcome, Stop> {
    let event = event.clone().with("store", store.id.get_ref().as_str()).with("items", gone.to_string());
    let done = Reply::Done(format!("{}: {gone} erased.", store.name));
    Ok(Outcome::change(people.changes()?, event, done))
}

fn numbers(args: &Args) -> Result<Vec<u64>, Refusal> {
    args.text("item")?;
    let parse = |it: &String| it.trim().parse().map_err(|_| Refusal::bad("item", "is not a whole number"));
    args.all("item").iter().map(parse).collect()
}

/// The number with its last digits hidden.
fn masked(number: &str, digits: usize) -> String {
    let keep = number.chars().count().saturating_sub(digits);
    number.chars().enumerate().map(|(at, it)| if at < keep { it } else { 'x' }).collect()
}

const fn described(scope: Scope) -> &'static str {
    match scope {
        Scope::Item => "single items",
        Scope::Mark => "marks",
        Scope::Person => "one person",
        Scope::Whole => "everything",
    }
}

fn controls(store: &DataStore) -> String {
    let mut ids: Vec<&str> =
        store.erase.iter().flat_map(|it| &it.controls).map(|it| it.get_ref().as_str()).collect();
    ids.dedup();
    ids.join(", ")
}

/// The items of one page.
const PAGE_ROWS: usize = 50;

/// How many items are read together.
const READ_ROWS: usize = 200;

/// The most items of one store in an export.
const EXPORT_ITEMS_MAX: usize = 10_000;
