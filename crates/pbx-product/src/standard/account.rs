use pbx_estate::{Args, Context, Refusal, Reply, Stop, account, role};
use pbx_page::{Autocomplete, Cell, Choice, Field, Form, Sheet};

use super::listing::{facts, row, table};
use super::{listed, may, query, search};
use crate::{Action, Shown, needs};

/// What the forms of [`accounts`] do.
pub const ACCOUNT_ACTIONS: &[Action] = &[
    Action { name: "create", needs: needs::ACCOUNTS_CREATE, run: account::create },
    Action { name: "change", needs: needs::ACCOUNTS_CHANGE, run: account::change },
    Action { name: "password", needs: needs::ACCOUNTS_PASSWORD, run: account::set_password },
    Action { name: "unlock", needs: needs::ACCOUNTS_UNLOCK, run: account::unlock },
    Action { name: "remove", needs: needs::ACCOUNTS_DELETE, run: account::remove },
];

/// What the forms of [`locked`] do.
pub const UNLOCK_ACTIONS: &[Action] =
    &[Action { name: "unlock", needs: needs::ACCOUNTS_UNLOCK, run: account::unlock }];

/// The accounts, with a form for a new one; with `?name=` one account and what can be done to it.
pub fn accounts(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    if args.has("name") && !args.has("do") || matches!(args.get("do"), Some("change" | "password")) {
        return one(cx, args);
    }
    let words = &cx.policy.words;
    let listing = listed(account::list(cx, args)?);
    let mut table = table(&words.accounts, &listing).empty("No account matches.").search(search(args));
    for (shown, cells) in table.rows.iter_mut().zip(&listing.rows) {
        let name = cells.first().map(String::as_str).unwrap_or_default();
        if let Some(first) = shown.cells.first_mut() {
            *first = Cell::Link { href: query("name", name), text: name.to_owned() };
        }
    }
    let mut sheet = Sheet::new(words.accounts.as_str()).block(table);
    if may(cx, needs::ACCOUNTS_CREATE) {
        sheet = sheet.block(create_form(cx)?);
    }
    Ok(sheet.into())
}

/// The locked accounts, each with a button that frees it.
pub fn locked(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let listing = listed(account::locked(cx, args)?);
    let mut table = table("Locked", &listing).empty("Nobody is locked out.");
    table.rows = listing
        .rows
        .iter()
        .map(|cells| {
            let row = row(&listing, cells);
            let name = cells.first().cloned().unwrap_or_default();
            if may(cx, needs::ACCOUNTS_UNLOCK) {
                row.action(Form::button("?do=unlock", "Unlock").hidden("name", name))
            } else {
                row
            }
        })
        .collect();
    Ok(Sheet::new("Unlock").block(table).into())
}

fn one(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let name = args.text("name")?.to_owned();
    let Reply::Facts(shown) = account::show(cx, args)?.reply else {
        return Err(Refusal::NoSuch("account", name).into());
    };
    let value =
        |label: &str| shown.rows.iter().find(|it| it.0 == label).map(|it| it.1.clone()).unwrap_or_default();
    let mut sheet = Sheet::new(format!("{} {name}", cx.policy.words.account)).block(facts("", &shown));
    if may(cx, needs::ACCOUNTS_CHANGE) {
        let form = Form::post("change", "?do=change", "Save").legend("Change").hidden("name", &name);
        let form = form.field(Field::text("full-name", "Full name").value(value("full-name")));
        sheet =
            sheet.block(form.field(role_field(cx, &value("role"))?).field(disabled_field(&value("state"))));
    }
    if may(cx, needs::ACCOUNTS_PASSWORD) {
        let form = Form::post("password", "?do=password", "Set password").legend("Set a new password");
        sheet = sheet.block(password_fields(cx, form.hidden("name", &name), &value("role"))?);
    }
    if may(cx, needs::ACCOUNTS_UNLOCK) && value("state") == "locked" {
        let form = Form::post("unlock", "?do=unlock", "Unlock").legend("This account is locked");
        sheet = sheet.block(form.hidden("name", &name));
    }
    if may(cx, needs::ACCOUNTS_DELETE) {
        let form = Form::post("remove", "?do=remove", "Remove").legend("Remove this account").danger();
        sheet = sheet.block(form.hidden("name", &name));
    }
    Ok(sheet.into())
}

fn create_form(cx: &Context<'_>) -> Result<Form, Stop> {
    let least = cx.policy.accounts.default_role.get_ref().clone();
    let form =
        Form::post("create", "?do=create", "Create").legend(format!("New: {}", cx.policy.words.account));
    let mut form = form
        .field(Field::text("name", "Name").required().autocomplete("off"))
        .field(Field::text("full-name", "Full name"))
        .field(role_field(cx, &least)?);
    if !cx.policy.accounts.classes.is_empty() {
        let none = std::iter::once(Choice::new("", "None"));
        let classes = cx.policy.accounts.classes.iter().map(|it| Choice::new(it, it));
        form = form.field(Field::select("class", "Class", none.chain(classes)));
    }
    password_fields(cx, form, &least)
}

fn role_field(cx: &Context<'_>, present: &str) -> Result<Field, Stop> {
    let roles = role::all(&cx.estate, cx.policy)?
        .into_iter()
        .filter(|it| it.is_assignable() || it.role.id == present);
    let choices = roles.map(|it| Choice::new(&it.role.id, &it.role.name));
    Ok(Field::select("role", &cx.policy.words.role, choices).value(present))
}

fn disabled_field(state: &str) -> Field {
    let choices = [Choice::new("no", "No"), Choice::new("yes", "Yes")];
    Field::select("disabled", "Disabled", choices).value(if state == "disabled" { "yes" } else { "no" })
}

fn password_fields(cx: &Context<'_>, form: Form, role: &str) -> Result<Form, Stop> {
    let rule = account::password_rule(&cx.estate, cx.policy, role)?;
    Ok(form
        .field(Field::password("password", "Password", Autocomplete::New).hint(rule.describe()))
        .field(Field::password("confirm", "Password again", Autocomplete::New)))
}
