use pbx_estate::{Args, Context, Refusal, Stop, role};
use pbx_page::{Cell, Field, Form, Sheet, Table};

use super::listing::table;
use super::{listed, may, query};
use crate::{Action, Shown, needs};

/// What the forms of [`roles`] do.
pub const ROLE_ACTIONS: &[Action] = &[
    Action { name: "save", needs: needs::ROLES_CHANGE, run: role::save },
    Action { name: "remove", needs: needs::ROLES_CHANGE, run: role::remove },
];

/// The roles; with `?id=` one role and its permissions, to be ticked where they may be changed.
pub fn roles(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    if args.has("id") && args.get("do") != Some("remove") {
        return one(cx, args);
    }
    let listing = listed(role::list(cx, args)?);
    let mut table = table(&cx.policy.words.roles, &listing);
    for (shown, cells) in table.rows.iter_mut().zip(&listing.rows) {
        let id = cells.first().map(String::as_str).unwrap_or_default();
        if let Some(first) = shown.cells.first_mut() {
            *first = Cell::Link { href: query("id", id), text: id.to_owned() };
        }
    }
    let mut sheet = Sheet::new(cx.policy.words.roles.as_str()).block(table);
    if editable(cx) {
        let form = Form::get("new", "", "Go on").legend(format!("New: {}", cx.policy.words.role));
        let hint = "Small letters, digits and -, for example night-desk";
        sheet = sheet.block(form.field(Field::text("id", "Short name").hint(hint).required()));
    }
    Ok(sheet.into())
}

/// Who may do what: a row for each permission, a column for each role.
pub fn matrix(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let listing = listed(role::matrix(cx, args)?);
    let mut table = Table::new("Who may do what").matrix().column("Permission");
    for present in role::all(&cx.estate, cx.policy)? {
        table = table.column(present.role.name.as_str());
    }
    for cells in &listing.rows {
        let allows = cells.get(1).cloned().unwrap_or_default();
        let marks = cells.iter().skip(2).map(|it| if it == "yes" { Cell::Yes } else { Cell::No });
        table = table.row(pbx_page::Row::new(std::iter::once(Cell::Text(allows)).chain(marks)));
    }
    Ok(Sheet::new("Permissions").block(table).into())
}

fn one(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let id = args.text("id")?;
    let present = role::find(&cx.estate, cx.policy, id)?;
    if present.is_none() && !editable(cx) {
        return Err(Refusal::NoSuch("role", id.to_owned()).into());
    }
    let fixed = present.as_ref().is_some_and(|it| it.shipped.is_some_and(|row| row.fixed));
    let name = present.as_ref().map_or(id, |it| it.role.name.as_str());
    let has = |permission: &str| present.as_ref().is_some_and(|it| it.role.permissions.contains(permission));
    let sheet = Sheet::new(format!("{} {name}", cx.policy.words.role));
    if !editable(cx) || fixed {
        let mut table = Table::new("What it includes").column("Permission").column("Included");
        for (permission, allows) in &cx.policy.permissions {
            let mark = if has(permission) { Cell::Yes } else { Cell::No };
            table = table.row(pbx_page::Row::new([Cell::Text(allows.clone()), mark]));
        }
        return Ok(sheet.block(table).into());
    }
    let mut form = Form::post("save", "?do=save", "Save").legend("What it includes").hidden("id", id);
    form = form.field(Field::text("name", "Name").value(name).required());
    for (permission, allows) in &cx.policy.permissions {
        form = form.field(Field::option("permission", allows, permission, has(permission)));
    }
    let remove = Form::post("remove", "?do=remove", "Remove").legend("Remove").danger().hidden("id", id);
    Ok(sheet.block(form).block(remove).into())
}

fn editable(cx: &Context<'_>) -> bool {
    cx.policy.accounts.roles_editable && may(cx, needs::ROLES_CHANGE)
}
