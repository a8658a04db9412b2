use pbx_estate::people::{People, manage};
use pbx_estate::{Args, Context, Refusal, Reply, Stop};
use pbx_page::{Cell, Column, Facts, Field, FieldKind, Form, Note, Row, Sheet, Table};
use pbx_policy::{DataField, DataStore, FieldId, Owner, Policy, StoreKind};

use super::listing::{cell, heading};
use super::{label, listed, offers, pager, query, search};
use crate::{Action, Shown, needs};

/// What the forms of [`people`] do, with the shared permissions. A product with permissions of its own has a table of
/// its own; the page knows these names, and `remove-with-services` and `remove-mailbox` besides.
pub const PEOPLE_ACTIONS: &[Action] = &[
    Action { name: "create", needs: needs::PEOPLE_CHANGE, run: manage::create },
    Action { name: "change", needs: needs::PEOPLE_CHANGE, run: manage::change },
    Action { name: "remove", needs: needs::PEOPLE_DELETE, run: manage::remove },
    Action { name: "export", needs: needs::PEOPLE_READ, run: manage::export },
];

/// The people, with a form for a new one; with `?person=` one person, what is held of him, and what can be done.
/// There is a form for each of the page's `actions` that its caller may run.
pub fn people(cx: &Context<'_>, args: &Args, actions: &[Action]) -> Result<Shown, Stop> {
    // Several people come from a form of the list; a single one, from his own page.
    if args.has("person") && args.all("person").len() == 1 {
        return one(cx, args, actions);
    }
    let fields = fields(cx.policy);
    let listing = listed(manage::list(cx, args)?);
    let mut table = Table::new(title(cx.policy)).empty("Nobody matches.").search(search(args));
    table.pager = pager(args, &listing, "after");
    for column in listing.columns.iter().skip(1) {
        let heading = label(fields, column).map_or_else(|| heading(column), str::to_owned);
        table = table.column(Column::from(heading));
    }
    for cells in &listing.rows {
        let [handle, cells @ ..] = cells.as_slice() else { continue };
        let mut row = Row::new(cells.iter().map(String::as_str));
        if let Some(first) = row.cells.first_mut() {
            let text = if first.text().is_empty() { handle } else { first.text() }.to_owned();
            *first = Cell::Link { href: query("person", handle), text };
        }
        table = table.row(row);
    }
    let mut sheet = Sheet::new(title(cx.policy)).block(table);
    if offers(cx, actions, "create") {
        let form = Form::post("create", "?do=create", "Create").legend("New");
        sheet = sheet.block(fields.iter().fold(form, |form, it| form.field(field(it, ""))));
    }
    Ok(sheet.into())
}

/// What is recorded of the caller himself.
pub fn own_record(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let sheet = Sheet::new("What is recorded of you");
    match manage::show_own(cx, args) {
        Ok(outcome) => Ok(sheet.block(record(cx.policy, &outcome.reply)).into()),
        Err(Stop::Refusal(Refusal::Conflict(why))) => Ok(sheet.block(Note::info(why)).into()),
        Err(stop) => Err(stop),
    }
}

fn one(cx: &Context<'_>, args: &Args, actions: &[Action]) -> Result<Shown, Stop> {
    let handle = args.text("person")?;
    let shown = manage::show(cx, args)?.reply;
    let mut people = People::open(&cx.estate)?;
    let person = people.named(handle)?.ok_or_else(|| Refusal::NoSuch("person", handle.to_owned()))?;
    let mut held = Table::new("What is held").column("Store").column(Column::number("Entries"));
    held = held.column("Goes with");
    for store in cx.policy.stores.iter().filter(|it| is_personal(it)) {
        let count = people.count(store.id.get_ref(), person.number)?.to_string();
        held = held.row(Row::new([store.name.clone(), count, goes_with(store)]));
    }
    let mut sheet = Sheet::new(person.name()).block(record(cx.policy, &shown)).block(held);
    if offers(cx, actions, "change") {
        let form = Form::post("change", "?do=change", "Save").legend("Change").hidden("person", handle);
        let fields = fields(cx.policy).iter();
        let form = fields.fold(form, |form, it| form.field(field(it, person.get(*it.id.get_ref()))));
        sheet = sheet.block(form);
    }
    if offers(cx, actions, "export") {
        let form = Form::post("export", "?do=export", "Export").legend("Export what is held");
        sheet = sheet.block(form.hidden("person", handle));
    }
    for (name, submit, legend) in REMOVALS {
        if offers(cx, actions, name) {
            let form = Form::post(*name, format!("?do={name}"), *submit).legend(*legend).danger();
            sheet = sheet.block(form.hidden("person", handle));
        }
    }
    Ok(sheet.into())
}

/// The record as labels and values, in the product's words.
fn record(policy: &Policy, reply: &Reply) -> Facts {
    let Reply::Facts(shown) = reply else { return Facts::default() };
    shown.rows.iter().fold(Facts::new(""), |facts, (id, value)| {
        let heading = label(fields(policy), id).map_or_else(|| heading(id), str::to_owned);
        facts.fact(heading, cell(id, value))
    })
}

fn field(stated: &DataField, value: &str) -> Field {
    let kind = match stated.id.get_ref() {
        FieldId::Email => FieldKind::Email,
        _ => FieldKind::Text,
    };
    let field = Field::new(stated.id.get_ref().as_str(), stated.label.get_ref(), kind);
    let field = field.value(value).autocomplete("off");
    if stated.required { field.required() } else { field }
}

fn fields(policy: &Policy) -> &[DataField] {
    policy.person.as_ref().map_or(&[], |it| it.fields.as_slice())
}

/// What the product calls its records of people.
fn title(policy: &Policy) -> &str {
    policy.stores.iter().find(|it| it.holds_persons()).map_or("People", |it| it.name.as_str())
}

/// Whether the store holds entries that are one person's, here.
fn is_personal(store: &DataStore) -> bool {
    store.owner == Owner::Person && !matches!(store.kind, StoreKind::Person | StoreKind::External)
}

/// The removals that take what the store holds along.
fn goes_with(store: &DataStore) -> String {
    let words: Vec<&str> = store.records_removed_by.iter().map(|it| it.as_str()).collect();
    if words.is_empty() { "no removal".to_owned() } else { words.join(", ") }
}

/// The removals: action, button, legend.
const REMOVALS: &[(&str, &str, &str)] = &[
    ("remove-mailbox", "Delete the mailbox", "Delete the voice mailbox, unheard"),
    ("remove", "Delete", "Delete this person alone"),
    ("remove-with-services", "Delete with all services", "Delete this person with all services"),
];
