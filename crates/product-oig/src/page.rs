//! The web: the server manager. Menu groups and the fields of the login form are public facts of the base system;
//! paths are ours, but for that of the login, which stands beside the known one of the logout.

use pbx_auth::Permission;
use pbx_estate::people::manage;
use pbx_estate::{Args, Context, Reply, Stop};
use pbx_kernel::Surface;
use pbx_page::{Facts, Field, FieldKind, Form, Sheet, Theme};
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::permission::{
    CALLS_READ, CONSENTS_READ, LOGS_MESSAGES_READ, LOGS_OIG_READ, LOGS_SECURE_READ, USERS_IMPORT, USERS_READ,
};
use crate::{command, users};

pub(crate) const FACE: Face = Face {
    theme: Theme::Oig,
    heading: "Server Manager",
    login_path: "/server-common/cgi-bin/login",
    login_forms: &[LoginForm {
        label: "Log in",
        name: ("username", "User name"),
        password: ("password", "Password"),
        surface: Surface::Web,
    }],
    server: None,
};

pub(crate) const PAGES: &[Page] = &[
    page("/", "OIG", "Overview", needs::SETTINGS_READ, overview, &[]),
    page("/oig/users", "OIG", "Users", USERS_READ, users_tab, USERS_ACTIONS),
    held(&[("store", "call-list")], "/oig/call-history", "Call history", CALLS_READ),
    held(&[("store", "cdr")], "/oig/call-detail-records", "Call detail records", CALLS_READ),
    held(&[("store", "consents")], "/oig/opt-ins", "Opt-ins", CONSENTS_READ),
    page(
        "/server-manager/system-users",
        "Administration",
        "System users",
        needs::ACCOUNTS_READ,
        standard::accounts,
        standard::ACCOUNT_ACTIONS,
    ),
    page(
        "/server-manager/access-rights",
        "Administration",
        "Access rights",
        needs::ROLES_READ,
        standard::roles,
        standard::ROLE_ACTIONS,
    ),
    page(
        "/server-manager/own",
        "Administration",
        "Your password",
        needs::OWN,
        standard::own,
        standard::OWN_ACTIONS,
    ),
    log(&[("log", "messages")], "/server-manager/logs/messages", "messages", LOGS_MESSAGES_READ),
    log(&[("log", "secure")], "/server-manager/logs/secure", "secure", LOGS_SECURE_READ),
    log(&[("log", "oig")], "/server-manager/logs/oig", "oig", LOGS_OIG_READ),
    settings(&[("keys", "log.")], "/server-manager/logs/retention", "View log files", "Retention"),
    settings(&[("keys", "listener.")], "/server-manager/remote-access", "Security", "Remote access"),
];

/// The users, and the file that their list is exported to and uploaded from: there is no other way to change it.
fn users_tab(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let Shown { mut sheet, events } = standard::people(cx, args, &[])?;
    if args.has("person") {
        return Ok(Shown { sheet: sheet.block(export_of(args.text("person")?)), events });
    }
    sheet = sheet.block(Form::post("list", "?do=list", "Export").legend("Export the user list"));
    if cx.principal().role.includes(USERS_IMPORT) {
        let hint = "The exported file, edited. Yes under mark_as_delete deletes the user of that row";
        let file = Field::new(users::CSV, "Rows, with commas between the values", FieldKind::Textarea);
        let form = Form::post("import", "?do=import", "Upload").legend("Upload the user list").danger();
        sheet = sheet.block(form.field(file.hint(hint).required()));
    }
    Ok(Shown { sheet, events })
}

fn export_of(person: &str) -> Form {
    Form::post("export", "?do=export", "Export").legend("Export what is held").hidden("person", person)
}

/// What a store holds; where the paper names no way of erasing, the page says so.
fn store(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::store(cx, args, &[])
}

/// What the forms of [`users_tab`] do.
const USERS_ACTIONS: &[Action] = &[
    Action { name: "export", needs: USERS_READ, run: manage::export },
    Action { name: "list", needs: USERS_READ, run: users::export },
    Action { name: "import", needs: USERS_IMPORT, run: users::import },
];

/// Where login leads: what this server is, and how far it is open.
fn overview(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut sheet = Sheet::new("Overview");
    if let Reply::Facts(facts) = command::status(cx, args)?.reply {
        sheet = sheet.block(standard::facts("This server", &facts));
    }
    let principal = cx.principal();
    let caller = Facts::new("You")
        .fact(cx.policy.words.account.as_str(), principal.account.as_str())
        .fact("Address", principal.source.to_string());
    Ok(sheet.block(caller).into())
}

const fn page(
    path: &'static str,
    group: &'static str,
    label: &'static str,
    needs: Permission,
    show: fn(&Context<'_>, &Args) -> Result<Shown, Stop>,
    actions: &'static [Action],
) -> Page {
    Page { path, group, label, code: None, needs, with: &[], show, actions }
}

/// The page of a log file. None of them can be cleared, so they have no actions.
const fn log(
    with: &'static [(&'static str, &'static str)],
    path: &'static str,
    label: &'static str,
    needs: Permission,
) -> Page {
    Page { with, ..page(path, "View log files", label, needs, standard::log, &[]) }
}

/// The page of the settings whose keys begin alike.
const fn settings(
    with: &'static [(&'static str, &'static str)],
    path: &'static str,
    group: &'static str,
    label: &'static str,
) -> Page {
    let actions = standard::SETTING_ACTIONS;
    Page { with, ..page(path, group, label, needs::SETTINGS_READ, standard::settings, actions) }
}

/// The page of what a store holds. The paper names no way of erasing from any of these, so they have no actions.
const fn held(
    with: &'static [(&'static str, &'static str)],
    path: &'static str,
    label: &'static str,
    needs: Permission,
) -> Page {
    Page { with, ..page(path, "OIG", label, needs, store, &[]) }
}
