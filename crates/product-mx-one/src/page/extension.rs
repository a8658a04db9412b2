//! The extensions: a list a page at a time, and for one of them what can be done to it.

use std::collections::{BTreeMap, BTreeSet};

use pbx_auth::Permission;
use pbx_cmdline::Numbers;
use pbx_estate::{Args, Context, Outcome, Refusal, Reply, Stop, subscriber};
use pbx_page::{Cell, Facts, Field, Form, Pager, Row, Search, Sheet, Table};
use pbx_product::{Action, Shown};

use crate::node;
use crate::permission::{EXTENSION_CHANGE, NAME_CHANGE, NAME_READ};

/// What the forms of [`extensions`] do.
pub(super) const ACTIONS: &[Action] = &[
    Action { name: "initiate", needs: EXTENSION_CHANGE, run: subscriber::initiate },
    Action { name: "change", needs: EXTENSION_CHANGE, run: subscriber::change },
    Action { name: "erase", needs: EXTENSION_CHANGE, run: node::erase_extension },
    Action { name: "name-initiate", needs: NAME_CHANGE, run: subscriber::name_initiate },
    Action { name: "name-change", needs: NAME_CHANGE, run: subscriber::name_change },
    Action { name: "name-erase", needs: NAME_CHANGE, run: node::erase_name },
];

/// The extensions of `range` (all where it is empty) after the number `after`; with `?dir=` one of them.
pub(super) fn extensions(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    if let Some(dir) = args.get("dir")
        && !matches!(args.get("do"), Some("initiate" | "erase"))
    {
        return one(cx, dir);
    }
    let range = args.get("range").unwrap_or_default();
    let after = args.get("after").unwrap_or_default();
    let wanted = wanted(range)?;
    let is_shown = |it: &Vec<String>| {
        let dir = it.first().map_or("", String::as_str);
        dir > after && wanted.as_ref().is_none_or(|wanted| wanted.contains(dir))
    };
    let mut rows: Vec<Vec<String>> = rows_of(subscriber::print(cx, &Args::of([("dir", "all")]))?);
    rows.retain(is_shown);
    let pager = pager(&rows, range);
    rows.truncate(PAGE_ROWS);
    let names = if may(cx, NAME_READ) { names(cx)? } else { BTreeMap::new() };
    let mut table = Table::new("Extensions").empty("No extension matches.").search(search(range));
    for heading in ["Extension", "Customer", "Server", "Common service profile", "Name 1", "Name 2"] {
        table = table.column(heading);
    }
    for cells in rows {
        table = table.row(row(cells, &names));
    }
    let mut sheet = Sheet::new("Extension").block(match pager {
        Some(pager) => table.pager(pager),
        None => table,
    });
    if may(cx, EXTENSION_CHANGE) {
        let form = Form::post("initiate", "?do=initiate", "Add").legend("Add an extension");
        let dir = Field::text("dir", "Extension number").hint("Two to eight digits").required();
        sheet = sheet.block(form.field(dir).field(lim("1")).field(csp("0")).field(customer("0")));
    }
    Ok(sheet.into())
}

fn one(cx: &Context<'_>, dir: &str) -> Result<Shown, Stop> {
    let asked = Args::of([("dir", dir)]);
    let rows = rows_of(subscriber::print(cx, &asked)?);
    let cells = rows.first().ok_or_else(|| Refusal::NoSuch("extension", dir.to_owned()))?;
    let cell = |index: usize| cells.get(index).cloned().unwrap_or_default();
    let mut facts = Facts::new("")
        .fact("Customer", cell(1))
        .fact("Server", cell(2))
        .fact("Common service profile", cell(3));
    let mut name = None;
    if may(cx, NAME_READ) {
        name = rows_of(subscriber::name_print(cx, &asked)?).into_iter().next();
        let part = |index: usize| name.as_ref().and_then(|it| it.get(index)).cloned().unwrap_or_default();
        facts = facts.fact("Name 1", part(1)).fact("Name 2", part(2));
    }
    let mut sheet = Sheet::new(format!("Extension {dir}")).block(facts);
    if may(cx, EXTENSION_CHANGE) {
        let form = Form::post("change", "?do=change", "Save").legend("Change").hidden("dir", dir);
        sheet = sheet.block(form.field(lim(cell(2))).field(csp(cell(3))).field(customer(cell(1))));
    }
    if may(cx, NAME_CHANGE) && may(cx, NAME_READ) {
        sheet = name_forms(sheet, dir, name.as_deref());
    }
    if may(cx, EXTENSION_CHANGE) {
        let form =
            Form::post("erase", "?do=erase", "Remove").legend("Remove this extension and its name").danger();
        sheet = sheet.block(form.hidden("dir", dir));
    }
    Ok(sheet.into())
}

fn name_forms(sheet: Sheet, dir: &str, name: Option<&[String]>) -> Sheet {
    let part = |index: usize| name.and_then(|it| it.get(index)).cloned().unwrap_or_default();
    let fields = |form: Form| {
        let hint = "At most 20 characters";
        form.hidden("dir", dir)
            .field(Field::text("name1", "Name 1").hint(hint).value(part(1)).required())
            .field(Field::text("name2", "Name 2").hint(hint).value(part(2)))
    };
    if name.is_none() {
        return sheet.block(fields(
            Form::post("name-initiate", "?do=name-initiate", "Set name").legend("Set a name"),
        ));
    }
    let change = Form::post("name-change", "?do=name-change", "Change name").legend("Change the name");
    let erase = Form::post("name-erase", "?do=name-erase", "Erase name").legend("Erase the name").danger();
    sheet.block(fields(change)).block(erase.hidden("dir", dir))
}

/// The numbers that a range such as `2101..2110` means; nothing where it means all.
fn wanted(range: &str) -> Result<Option<BTreeSet<String>>, Refusal> {
    if range.is_empty() {
        return Ok(None);
    }
    match Numbers::parse(range) {
        Ok(Numbers::All) => Ok(None),
        Ok(Numbers::These(list)) => Ok(Some(list.into_iter().collect())),
        Err(error) => Err(Refusal::bad("range", format!("is no range: {error}"))),
    }
}

/// The names by directory number.
fn names(cx: &Context<'_>) -> Result<BTreeMap<String, Vec<String>>, Stop> {
    let rows = rows_of(subscriber::name_print(cx, &Args::of([("dir", "all")]))?);
    Ok(rows.into_iter().filter_map(|it| Some((it.first()?.clone(), it))).collect())
}

fn row(cells: Vec<String>, names: &BTreeMap<String, Vec<String>>) -> Row {
    let dir = cells.first().cloned().unwrap_or_default();
    let link = Cell::link(format!("?dir={dir}"), dir.as_str());
    let part = |index: usize| names.get(&dir).and_then(|it| it.get(index)).cloned().unwrap_or_default();
    let rest = cells.into_iter().skip(1).chain([part(1), part(2)]);
    Row::new(std::iter::once(link).chain(rest.map(Cell::from)))
}

/// The way to the rows beyond one page. A range that was parsed holds nothing that an address must escape.
fn pager(rows: &[Vec<String>], range: &str) -> Option<Pager> {
    let last = rows.get(PAGE_ROWS - 1).filter(|_| rows.len() > PAGE_ROWS)?.first()?;
    let range = if range.is_empty() { String::new() } else { format!("&range={range}") };
    Some(Pager { next: Some(format!("?after={last}{range}")), ..Pager::default() })
}

fn search(range: &str) -> Search {
    let label = "Range, for example 2101..2110".to_owned();
    Search { name: "range".to_owned(), label, value: range.to_owned(), ..Search::default() }
}

fn rows_of(outcome: Outcome) -> Vec<Vec<String>> {
    match outcome.reply {
        Reply::Listing(listing) => listing.rows,
        Reply::Document(_) | Reply::Done(_) | Reply::Facts(_) | Reply::Text(_) | Reply::Nothing => Vec::new(),
    }
}

fn may(cx: &Context<'_>, permission: Permission) -> bool {
    cx.principal().role.includes(permission)
}

fn lim(value: impl Into<String>) -> Field {
    Field::number("lim", "Server", 1, 124).value(value)
}

fn csp(value: impl Into<String>) -> Field {
    Field::number("csp", "Common service profile", 0, 500).value(value)
}

fn customer(value: impl Into<String>) -> Field {
    Field::number("customer", "Customer", 0, 50_000).value(value)
}

/// The extensions of one page.
const PAGE_ROWS: usize = 50;
