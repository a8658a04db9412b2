//! What is done to a person's record, over every face in the same way.

use std::collections::BTreeMap;

use pbx_policy::{DataStore, ErasurePath, FieldId, Method, Removal, Scope, SubjectKind};

use super::{NOBODY, Number, People, Person, TELLING};
use crate::{Args, Context, Document, Event, Facts, Listing, Outcome, Refusal, Reply, Stop, account};

/// Lists the people whose record contains `search`, a page at a time (`after`), each with what names him in `person`.
pub fn list(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let fields = fields(cx);
    let search = args.get("search").unwrap_or_default().to_lowercase();
    let mut people = People::open(&cx.estate)?;
    let mut after = args.number("after")?.unwrap_or(NOBODY);
    let (mut rows, mut next) = (Vec::new(), None);
    'pages: loop {
        let page = people.list(after, READ_ROWS)?;
        let Some(last) = page.last() else { break };
        after = last.number;
        for person in page.iter().filter(|it| it.kind == SubjectKind::EndUsers) {
            let mut cells = vec![person.handle()];
            cells.extend(fields.iter().map(|it| person.get(*it).to_owned()));
            if !cells.iter().any(|it| it.to_lowercase().contains(&search)) {
                continue;
            }
            if rows.len() == PAGE_ROWS {
                next = Some((person.number - 1).to_string());
                break 'pages;
            }
            rows.push(cells);
        }
    }
    let columns: Vec<&'static str> =
        std::iter::once("person").chain(fields.iter().map(|it| it.as_str())).collect();
    Ok(Outcome::reply(Reply::Listing(Listing { kind: "person", columns: columns.into(), rows, next })))
}

/// Shows the record of `person`.
pub fn show(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let person = named(&mut People::open(&cx.estate)?, args)?;
    Ok(record(cx, &person))
}

/// Shows the caller's own record.
pub fn show_own(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let number = own_or_refused(cx)?;
    let person = People::open(&cx.estate)?.person(number)?;
    Ok(record(cx, &person.ok_or_else(nobodys)?))
}

fn record(cx: &Context<'_>, person: &Person) -> Outcome {
    let mut rows: Vec<(&'static str, String)> =
        fields(cx).into_iter().map(|it| (it.as_str(), person.get(it).to_owned())).collect();
    rows.push(("created", person.created.to_string()));
    Outcome::reply(Reply::Facts(Facts { kind: "person", rows }))
}

/// Makes a person with the fields given.
pub fn create(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut people = People::open(&cx.estate)?;
    let fields = given(cx, args, BTreeMap::new())?;
    for field in TELLING {
        if let Some(value) = fields.get(field)
            && people.find(*field, value)?.is_some()
        {
            return Err(Refusal::AlreadyExists("person", value.clone()).into());
        }
    }
    let person = people.add(SubjectKind::EndUsers, fields, cx.now)?;
    let done = Reply::Done(format!("{} is made.", called(&person)));
    Ok(Outcome::change(people.changes()?, event("person.created", &person), done))
}

/// Changes the fields given of `person`.
pub fn change(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut people = People::open(&cx.estate)?;
    let person = named(&mut people, args)?;
    let fields = given(cx, args, person.fields.clone())?;
    for field in TELLING {
        if let Some(value) = fields.get(field)
            && people.find(*field, value)?.is_some_and(|it| it.number != person.number)
        {
            return Err(Refusal::AlreadyExists("person", value.clone()).into());
        }
    }
    if fields == person.fields {
        return Ok(Outcome::reply(Reply::Done("Nothing was changed.".to_owned())));
    }
    let changed = people.change(&person, fields)?;
    let done = Reply::Done(format!("{} is saved.", called(&changed)));
    Ok(Outcome::change(people.changes()?, event("person.changed", &changed), done))
}

/// Removes `person` alone: what stores hold of him stays, assigned to nobody, but for what goes with a user.
pub fn remove(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    removal(cx, args, Removal::User)
}

/// Removes every `person` given with all services; all or none, at most [`TOGETHER_MAX`].
pub fn remove_with_services(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    removal(cx, args, Removal::UserWithServices)
}

/// Removes the mailbox of `person`; his record stays.
pub fn remove_mailbox(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    removal(cx, args, Removal::Mailbox)
}

/// What is held of `person`, as JSON: his record, and what each store holds of him; also which hold nothing. Of a store
/// that the caller may not read there is only how much it holds.
pub fn export(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut people = People::open(&cx.estate)?;
    let person = named(&mut people, args)?;
    let stores = super::held(cx, &mut people, person.number)?;
    let record: BTreeMap<&str, &str> =
        person.fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    let all = serde_json::json!({
        "product": cx.policy.product.name,
        "exported": cx.now.to_string(),
        "person": record,
        "stores": stores,
    });
    let bytes = serde_json::to_vec_pretty(&all).unwrap_or_default();
    let name = format!("person-{}.json", person.number);
    let reply = Reply::Document(Document { name, media: "application/json", bytes });
    Ok(Outcome { events: vec![event("person.exported", &person)], ..Outcome::reply(reply) })
}

/// The number of the person whose account the principal logged in with, where it is linked to one.
pub fn own(cx: &Context<'_>) -> Result<Option<Number>, Stop> {
    let account = account::find(&cx.estate, cx.policy, &cx.principal().account)?;
    Ok(account.and_then(|it| it.person))
}

/// The caller's own number; a refusal where his account is nobody's.
pub(super) fn own_or_refused(cx: &Context<'_>) -> Result<Number, Stop> {
    Ok(own(cx)?.ok_or_else(nobodys)?)
}

fn nobodys() -> Refusal {
    Refusal::Conflict("Nobody's data belongs to this account.".to_owned())
}

/// The person that `person` names.
pub(super) fn named(people: &mut People<'_>, args: &Args) -> Result<Person, Stop> {
    let name = args.text("person")?;
    Ok(people.named(name)?.ok_or_else(|| Refusal::NoSuch("person", name.to_owned()))?)
}

/// What happened to `person`: by his token for the recorder, by name for the product's logs.
pub fn event(name: &'static str, person: &Person) -> Event {
    Event::on(name, "person", person.token.as_str()).about(called(person))
}

fn removal(cx: &Context<'_>, args: &Args, removal: Removal) -> Result<Outcome, Stop> {
    args.text("person")?;
    let named = args.all("person");
    if named.len() > TOGETHER_MAX {
        return Err(Refusal::Limit("person at a time", TOGETHER_MAX).into());
    }
    let mut people = People::open(&cx.estate)?;
    let mut outcome = Outcome::default();
    let mut seen = Vec::new();
    for name in named {
        let found = people.named(name)?.ok_or_else(|| Refusal::NoSuch("person", name.clone()))?;
        if seen.contains(&found.number) {
            return Err(Refusal::bad("person", format!("names {name} twice")).into());
        }
        seen.push(found.number);
        outcome.events.push(take_out(cx, &mut people, &found, removal)?);
    }
    outcome.changes = people.changes()?;
    outcome.reply = Reply::Done(match (removal, named) {
        (Removal::Mailbox, [one]) => format!("The mailbox of {one} is removed."),
        (_, [one]) => format!("{one} is removed."),
        (_, all) => format!("{} are removed.", all.len()),
    });
    Ok(outcome)
}

/// Takes `person` out by `removal`: what the policy's stores say goes with it, his record where it does. What happened.
pub fn take_out(
    cx: &Context<'_>,
    people: &mut People<'_>,
    person: &Person,
    removal: Removal,
) -> Result<Event, Stop> {
    let mut items = 0;
    for store in cx.policy.stores.iter().filter(|it| it.records_removed_by.contains(&removal)) {
        if !store.holds_persons() {
            items += people.erase(store.id.get_ref(), person.number)?;
        }
    }
    if cx.policy.stores.iter().any(|it| takes_record(it, removal)) {
        people.remove(person)?;
    }
    Ok(event(happens(removal), person).with("items", items.to_string()))
}

/// Whether `removal` takes the record along that `store` keeps of a person: because the paper says so, or, where it says
/// nothing of any removal, because the product has one that the paper is silent about.
fn takes_record(store: &DataStore, removal: Removal) -> bool {
    let silent = |it: &ErasurePath| *it.method.get_ref() == Method::Silent && it.scope == Some(Scope::Person);
    let unsaid = store.records_removed_by.is_empty() && removal == Removal::User;
    store.holds_persons()
        && (store.records_removed_by.contains(&removal) || unsaid && store.erase.iter().any(silent))
}

const fn happens(removal: Removal) -> &'static str {
    match removal {
        Removal::Mailbox => "mailbox.removed",
        Removal::ServiceNode => "person.removed-from-node",
        Removal::User => "person.removed",
        Removal::UserWithServices => "person.removed-with-services",
    }
}

/// The fields of the product's record of a person.
fn fields(cx: &Context<'_>) -> Vec<FieldId> {
    cx.policy.person.iter().flat_map(|it| &it.fields).map(|it| *it.id.get_ref()).collect()
}

/// The record with the fields that were given; a refusal where one is wrong or a required one is missing.
pub fn given(
    cx: &Context<'_>,
    args: &Args,
    mut record: BTreeMap<FieldId, String>,
) -> Result<BTreeMap<FieldId, String>, Stop> {
    for field in cx.policy.person.iter().flat_map(|it| &it.fields) {
        let id = *field.id.get_ref();
        if args.has(id.as_str()) {
            let value = args.get(id.as_str()).unwrap_or_default();
            if value.chars().count() > FIELD_CHARS_MAX || value.chars().any(char::is_control) {
                let why = format!("may have at most {FIELD_CHARS_MAX} characters, and no control characters");
                return Err(Refusal::bad(id.as_str(), why).into());
            }
            check(id, value)?;
            if value.is_empty() {
                record.remove(&id)
            } else {
                record.insert(id, value.to_owned())
            };
        }
        if field.required && !record.contains_key(&id) {
            return Err(Refusal::Missing(id.as_str()).into());
        }
    }
    Ok(record)
}

fn check(field: FieldId, value: &str) -> Result<(), Refusal> {
    let digits = |it: &str| it.chars().all(|it| it.is_ascii_digit() || "+ -()/".contains(it));
    match field {
        _ if value.is_empty() => Ok(()),
        FieldId::Extension
            if !value.chars().all(|it| it.is_ascii_digit()) || !(2..=8).contains(&value.len()) =>
        {
            Err(Refusal::bad(field.as_str(), "must be two to eight digits"))
        }
        FieldId::Mobile | FieldId::Number if !digits(value) => {
            Err(Refusal::bad(field.as_str(), "must be a telephone number"))
        }
        FieldId::Email if !value.contains('@') || value.contains(' ') => {
            Err(Refusal::bad(field.as_str(), "must be an e-mail address"))
        }
        _ => Ok(()),
    }
}

fn called(person: &Person) -> String {
    match TELLING.iter().map(|it| person.get(*it)).find(|it| !it.is_empty()) {
        Some(told) => format!("{} ({told})", person.name()),
        None => person.name(),
    }
}

/// Whether `method` takes something away.
pub(super) fn takes(method: Method) -> bool {
    matches!(
        method,
        Method::Delete | Method::DestroyKey | Method::Anonymise | Method::Detach | Method::Silent
    )
}

/// The most people removed at once (portal paper: at most 20).
pub const TOGETHER_MAX: usize = 20;

/// The longest value of a field.
const FIELD_CHARS_MAX: usize = 120;

/// The people of one page.
const PAGE_ROWS: usize = 50;

/// How many people are read together.
const READ_ROWS: usize = 200;
