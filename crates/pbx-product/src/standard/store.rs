use std::collections::BTreeMap;

use pbx_estate::people::{NOBODY, Number, People, hold};
use pbx_estate::{Args, Context, Refusal, Stop};
use pbx_page::{Cell, Column, Field, Form, Note, Row, Sheet, Table};
use pbx_policy::{DataStore, ErasurePath, Method, Owner, Scope};

use super::listing::{cell, heading};
use super::{label, listed, offers, pager, query, search};
use crate::{Action, Shown, needs};

/// What the forms of [`store`] do, with the shared permissions; what the store itself needs is demanded besides.
pub const STORE_ACTIONS: &[Action] = &[
    Action { name: "remove", needs: needs::PEOPLE_DELETE, run: hold::remove },
    Action { name: "erase", needs: needs::PEOPLE_DELETE, run: hold::erase },
    Action { name: "clear", needs: needs::PEOPLE_DELETE, run: hold::clear },
];

/// What the store holds that the page's fixed argument `store` names: all that the caller may see, or only his own
/// where `own` is fixed too. There is a form for each way of erasing that is open to him here and that the page has an
/// action for; where there is no way at all, the page says what the paper does.
pub fn store(cx: &Context<'_>, args: &Args, actions: &[Action]) -> Result<Shown, Stop> {
    let store = hold::find(cx, args)?;
    let sheet = Sheet::new(store.name.as_str());
    let listing = match hold::list(cx, args) {
        Ok(outcome) => listed(outcome),
        Err(Stop::Refusal(Refusal::Conflict(why))) => return Ok(sheet.block(Note::info(why)).into()),
        Err(stop) => return Err(stop),
    };
    let own = args.flag("own");
    let shows_owner = store.owner == Owner::Person && !own && !store.sealed_from_administrators;
    let fields = cx.policy.fields_of(store);
    let mut table = Table::new(store.name.as_str()).empty("Nothing is held.");
    let mut search = search(args);
    search.hidden.push(("store".to_owned(), store.id.get_ref().clone()));
    table = table.search(search);
    table.pager = pager(args, &listing, "after");
    if let Some(next) = table.pager.as_mut().and_then(|it| it.next.as_mut()) {
        next.push_str(&format!("&store={}", store.id.get_ref()));
    }
    for column in listing.columns.iter().filter(|it| shows_owner || **it != "owner") {
        let heading = label(fields, column).map_or_else(|| column_heading(column), str::to_owned);
        table = table.column(Column::from(heading));
    }
    let plays = store.audio && offers(cx, actions, "play");
    let removes = offers(cx, actions, "remove") && hold::way(cx, store, Scope::Item).is_ok();
    let mut people = People::open(&cx.estate)?;
    let mut names = BTreeMap::new();
    for cells in &listing.rows {
        let mut row = Row::default();
        let mut handle = (String::new(), String::new());
        for (column, text) in listing.columns.iter().zip(cells) {
            match *column {
                "owner" => {
                    text.clone_into(&mut handle.1);
                    if shows_owner {
                        row.cells.push(Cell::Text(name(&mut people, &mut names, text)?));
                    }
                }
                "item" => {
                    text.clone_into(&mut handle.0);
                    row.cells.push(Cell::Mono(text.clone()));
                }
                column => row.cells.push(cell(column, text)),
            }
        }
        if plays {
            let form = naming(Form::button("?do=play", "Play"), store);
            row = row.action(form.hidden("item", &handle.0).hidden("owner", &handle.1));
        }
        if removes {
            let form = Form::button("?do=remove", "Delete").danger();
            row = row.action(naming(form, store).hidden("item", handle.0).hidden("owner", handle.1));
        }
        table = table.row(row);
    }
    Ok(erasing(cx, sheet.block(table), store, own, actions).into())
}

/// The stores that the caller may read, each with a way to its page; with `?store=` that one, as [`store`] shows it.
pub fn stores(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    if args.has("store") {
        return store(cx, args, STORE_ACTIONS);
    }
    let mut table = Table::new("Stores").column("Store").column("Category").column("Whose");
    let shown = |it: &&DataStore| it.log.is_none() && !it.holds_persons() && readable(cx, it);
    for store in cx.policy.stores.iter().filter(shown) {
        let link = Cell::link(query("store", store.id.get_ref()), store.name.as_str());
        let whose = if store.owner == Owner::Person { "one person's each" } else { "nobody's in particular" };
        table = table.row(Row::new([link, store.category.as_str().into(), whose.into()]));
    }
    Ok(Sheet::new("Stores").block(table).into())
}

fn readable(cx: &Context<'_>, store: &DataStore) -> bool {
    [&store.read, &store.read_own].into_iter().flatten().any(|it| cx.demand(it.get_ref()).is_ok())
}

/// The form with the store's id, for pages that do not fix it.
fn naming(form: Form, store: &DataStore) -> Form {
    form.hidden("store", store.id.get_ref())
}

/// The forms that erase, and what is said where there is no way.
fn erasing(cx: &Context<'_>, mut sheet: Sheet, store: &DataStore, own: bool, actions: &[Action]) -> Sheet {
    let may = |name, scope| {
        if offers(cx, actions, name) { hold::way(cx, store, scope).ok() } else { None }
    };
    for (scope, submit, legend) in
        [(Scope::Person, "Erase", "Erase all of one person"), (Scope::Mark, "Take away", "Take marks away")]
    {
        if let Some(path) = may("erase", scope) {
            let own = own || hold::takes_own(path);
            let legend = if own { "Erase all that is yours" } else { legend };
            let mut form = Form::post("erase", "?do=erase", submit).legend(legend).danger();
            if !own {
                form = form.field(
                    Field::text("person", "Whose").hint("Extension, number or e-mail address").required(),
                );
            }
            sheet = sheet.block(naming(form, store));
            break;
        }
    }
    if may("clear", Scope::Whole).is_some() {
        let form = Form::post("clear", "?do=clear", "Clear the whole store").legend("Clear").danger();
        sheet = sheet.block(naming(form, store));
    }
    if let Some(digits) = store.mask_digits.filter(|_| offers(cx, actions, "mask")) {
        let legend = format!("Mask the last {digits} digits of every number, for good");
        let form = Form::post("mask", "?do=mask", "Mask").legend(legend).danger();
        sheet = sheet.block(naming(form, store));
    }
    for path in store.erase.iter().filter(|it| !is_way(it)) {
        sheet = sheet.block(Note::info(stated(path)));
    }
    sheet
}

/// Whether it takes something away, by a way that the product has.
fn is_way(path: &ErasurePath) -> bool {
    let method = *path.method.get_ref();
    (method.erases() || method == Method::Silent) && path.scope.is_some()
}

/// What the paper says where there is no way.
fn stated(path: &ErasurePath) -> String {
    let controls: Vec<&str> = path.controls.iter().map(|it| it.get_ref().as_str()).collect();
    let says = match path.method.get_ref() {
        Method::External => "Another system has to erase this",
        Method::Keep => "This is kept",
        Method::Silent => "The vendor's paper names no way to erase this",
        _ => "The product has no way to erase this",
    };
    format!("{says} ({}). {}", controls.join(", "), path.how)
}

/// The name of the person whose number stands in `cell`.
fn name(people: &mut People<'_>, names: &mut BTreeMap<Number, String>, cell: &str) -> Result<String, Stop> {
    let number = cell.parse().unwrap_or(NOBODY);
    if let Some(name) = names.get(&number) {
        return Ok(name.clone());
    }
    let name = people.person(number)?.map_or_else(|| "Nobody any more".to_owned(), |it| it.name());
    names.insert(number, name.clone());
    Ok(name)
}

/// The headings of what every item has.
fn column_heading(column: &str) -> String {
    match column {
        "item" => "No.".to_owned(),
        "owner" => "Whose".to_owned(),
        "time" => "When".to_owned(),
        other => heading(other),
    }
}
