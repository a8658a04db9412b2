//! The copy of a person's data: for reading, with what Art. 15 GDPR wants told, or for machines, as Art. 20 has it.

use std::collections::BTreeSet;

use pbx_estate::people::{Item, NOBODY, People, Person};
use pbx_estate::{log, setting};
use pbx_policy::{Category, DataStore, Log, Owner, Policy};
use pbx_rehearsal::RequestKind;
use serde_json::{Value, json};

use super::RehearsalError;
use super::case::{Case, Dossier};
use super::survey::{Watch, log_of, look};
use crate::Seat;

/// Makes the copy that `case` asks for.
pub(super) fn package(seat: &Seat, case: &Case, dossier: &Dossier) -> Result<Value, RehearsalError> {
    let watch = Watch::new(case.person, dossier, pbx_rehearsal::Explanations::default())?;
    let kind = case.request.kind();
    let is_copy = kind == RequestKind::Access;
    let mut stores = Vec::new();
    for store in seat.policy().stores.iter().filter(|it| is_copy || was_provided(it)) {
        let records = records(seat, case, &watch, store)?;
        let mut entry = json!({
            "store": store.id.get_ref(), "name": store.name, "category": store.category.as_str(),
            "state": if records.is_empty() { "not held" } else { "held" }, "records": records,
        });
        if is_copy {
            entry["purposes"] = purposes(seat.policy(), store);
            entry["recipients"] = recipients(seat, store)?;
            entry["retention"] = retention(seat.policy(), store);
            entry["with_others"] = held_with_others(case, store);
        }
        stores.push(entry);
    }
    let mut package = json!({
        "request": case.request.id(), "kind": kind.as_str(), "article": kind.article(),
        "site": case.request.site().as_str(), "product": seat.policy().product.name, "stores": stores,
    });
    if is_copy {
        package["rights"] = json!([
            "rectification: Art. 16",
            "erasure: Art. 17",
            "restriction: Art. 18",
            "objection: Art. 21",
            "complaint to a supervisory authority: Art. 77",
        ]);
        package["automated_decisions"] = json!("none");
    }
    Ok(package)
}

/// The package as rows of store, record, time, field and value, for spreadsheets.
pub(super) fn csv(package: &Value) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // Writing into memory does not fail.
    let _ = writer.write_record(["store", "record", "time", "field", "value"]);
    for store in package["stores"].as_array().into_iter().flatten() {
        for record in store["records"].as_array().into_iter().flatten() {
            for (field, value) in record["fields"].as_object().into_iter().flatten() {
                let (number, time) = (text(&record["number"]), text(&record["time"]));
                let _ =
                    writer.write_record([text(&store["store"]), number, time, field.clone(), text(value)]);
            }
        }
    }
    writer.into_inner().unwrap_or_default()
}

fn records(seat: &Seat, case: &Case, watch: &Watch, store: &DataStore) -> Result<Vec<Value>, RehearsalError> {
    let id = store.id.get_ref();
    if let Some(log) = log_of(seat.policy(), store) {
        return entries(seat, watch, log);
    }
    if store.holds_persons() {
        let Some(number) = case.person else { return Ok(Vec::new()) };
        let person = look(seat, |estate, _| Ok(People::open(estate)?.person(number)?))?;
        return Ok(person.iter().map(of_person).collect());
    }
    let owner = if store.owner == Owner::Person { case.person } else { Some(NOBODY) };
    let Some(owner) = owner else { return Ok(Vec::new()) };
    let mut records = Vec::new();
    let mut after = None;
    while records.len() < RECORDS_MAX {
        let page =
            look(seat, |estate, _| Ok(People::open(estate)?.items(id, owner, after, ITEMS_AT_ONCE)?))?;
        let Some(last) = page.last() else { break };
        after = Some(last.number);
        let own = page.iter().filter(|it| owner != NOBODY || watch.look_at(it).count() > 0);
        records.extend(own.map(of_item));
    }
    Ok(records)
}

/// The entries of a log that name the person: when what happened, not the whole entry, which may name others.
fn entries(seat: &Seat, watch: &Watch, log: &Log) -> Result<Vec<Value>, RehearsalError> {
    let (mut entries, mut before) = (Vec::new(), None);
    while entries.len() < RECORDS_MAX {
        let page = look(seat, |estate, _| {
            let page = log::newest_first(estate, log, before)?.take(ENTRIES_AT_ONCE);
            Ok(page.collect::<Result<Vec<_>, _>>()?)
        })?;
        let Some((oldest, _)) = page.last() else { break };
        before = Some(*oldest);
        let own = page.iter().filter(|(_, it)| watch.names(it)).map(|(number, it)| {
            let fields = json!({ "account": it.account, "host": it.source, "text": it.event });
            json!({ "number": number, "time": it.time.to_string(), "fields": fields })
        });
        entries.extend(own);
    }
    Ok(entries)
}

fn of_person(person: &Person) -> Value {
    let fields: serde_json::Map<String, Value> =
        person.fields.iter().map(|(field, value)| (field.to_string(), json!(value))).collect();
    json!({ "number": person.number, "time": person.created.to_string(), "fields": fields })
}

fn of_item(item: &Item) -> Value {
    let fields: serde_json::Map<String, Value> =
        item.fields.iter().map(|(field, value)| (field.to_string(), json!(value))).collect();
    let audio = item.sound.as_ref().map(|it| it.bytes);
    json!({ "number": item.number, "time": item.time.to_string(), "fields": fields, "audio_bytes": audio })
}

/// Whether the person provided what is in `store`, or made it by using the service: Art. 20(1).
fn was_provided(store: &DataStore) -> bool {
    store.owner == Owner::Person && matches!(store.category, Category::Provisioning | Category::Content)
}

fn purposes(policy: &Policy, store: &DataStore) -> Value {
    let purposes: BTreeSet<&str> = policy.fields_of(store).iter().map(|it| it.purpose.as_str()).collect();
    json!(purposes)
}

/// To whom the store's records go now: those whose switch is on.
fn recipients(seat: &Seat, store: &DataStore) -> Result<Value, RehearsalError> {
    look(seat, |estate, policy| {
        let mut names = Vec::new();
        for recipient in policy.recipients.iter().filter(|it| it.gets(store)) {
            if setting::is_on(estate, policy, recipient.switch.get_ref())? {
                names.push(json!({ "name": recipient.name, "third_party": recipient.third_party }));
            }
        }
        Ok(json!(names))
    })
}

fn retention(policy: &Policy, store: &DataStore) -> Value {
    let days = store.retention_days.or_else(|| log_of(policy, store)?.retention_days);
    days.map_or_else(
        || json!("until it is erased; the paper states no period"),
        |it| json!(format!("{it} days")),
    )
}

/// How often others' records name the person: not handed over, as they are the others' too (Art. 15(4)).
fn held_with_others(case: &Case, store: &DataStore) -> Value {
    let id = super::planning::of_others(store.id.get_ref());
    json!(case.held.iter().find(|it| it.store == id).map_or(0, |it| it.items))
}

/// How many items are read in one turn.
const ITEMS_AT_ONCE: usize = 64;

/// How many entries of a log are read in one turn.
const ENTRIES_AT_ONCE: usize = 200;

/// The most records of one store in a package, but for the rest of a page.
const RECORDS_MAX: usize = 10_000;
