//! The product without looks of its own: what a policy with `looks = "generic"` runs on, with no Rust at all.

use pbx_auth::Role;
use pbx_cmdline::{Switch, ValueKind};
use pbx_estate::people::{hold, manage};
use pbx_estate::{Reply, account, log, role, setting};
use pbx_kernel::Surface;
use pbx_page::Theme;
use serde_json::{Map, Value, json};

use crate::{
    Access, Command, Console, Face, LoginForm, Method, Page, Product, Route, Run, Screen, Signed, Wire,
    needs, standard, text,
};

/// The generic product: every shared command, route and page that a policy knows the permissions of.
pub const GENERIC: Product = Product {
    id: "generic",
    policy: "",
    commands: COMMANDS,
    routes: ROUTES,
    pages: PAGES,
    screen: &SCREEN,
    wire: &WIRE,
    face: &FACE,
};

const NAME: Switch = value(Some('n'), "name", true, "the account's name");
const ROLE: Switch = value(Some('r'), "role", false, "the role's id");
const LOG: Switch = value(Some('l'), "log", true, "the log's id");
const PERSON: Switch = value(Some('p'), "person", true, "the person's extension, number or e-mail address");
const STORE: Switch = value(Some('s'), "store", true, "the store's id");

/// A switch for each field that a policy's record of a person can have; a field that it has not is passed over.
const FIELDS: &[Switch] = &[
    value(None, "account", false, "the account"),
    value(None, "department", false, "the department"),
    value(None, "email", false, "the e-mail address"),
    value(None, "extension", false, "the extension"),
    value(None, "first-name", false, "the first name"),
    value(None, "language", false, "the language"),
    value(None, "last-name", false, "the last name"),
    value(None, "location", false, "the location"),
    value(None, "mobile", false, "the mobile number"),
    value(None, "name", false, "the name"),
    value(None, "number", false, "the telephone number"),
    value(None, "room", false, "the room"),
    value(None, "title", false, "the title"),
];

/// The person, and a switch for each field.
const PERSON_AND_FIELDS: &[Switch] = &{
    let mut all = [PERSON; FIELDS.len() + 1];
    let mut at = 0;
    while at < FIELDS.len() {
        all[at + 1] = FIELDS[at];
        at += 1;
    }
    all
};

const SEARCH: Switch = value(None, "search", false, "only rows with this text");

const COMMANDS: &[Command] = &[
    row("account list", needs::ACCOUNTS_READ, "List the accounts", &[], account::list),
    row("account show", needs::ACCOUNTS_READ, "Show an account", &[NAME], account::show),
    row("account add", needs::ACCOUNTS_CREATE, "Make an account", &[NAME, ROLE], account::create),
    row(
        "account change",
        needs::ACCOUNTS_CHANGE,
        "Give an account another role",
        &[NAME, ROLE],
        account::change,
    ),
    row("account remove", needs::ACCOUNTS_DELETE, "Remove an account", &[NAME], account::remove),
    row("account unlock", needs::ACCOUNTS_UNLOCK, "Free a locked account", &[NAME], account::unlock),
    row("role list", needs::ROLES_READ, "List the roles", &[], role::list),
    row("setting list", needs::SETTINGS_READ, "List the settings", &[], setting::list),
    row("log show", needs::LOGS_READ, "Show the newest entries of a log", &[LOG], log::read),
    row("log clear", needs::LOGS_CLEAR, "Clear a log", &[LOG], log::clear),
    row("person list", needs::PEOPLE_READ, "List the people", &[SEARCH], manage::list),
    row("person show", needs::PEOPLE_READ, "Show what is recorded of a person", &[PERSON], manage::show),
    row("person add", needs::PEOPLE_CHANGE, "Enter a person", FIELDS, manage::create),
    row("person change", needs::PEOPLE_CHANGE, "Change a person's record", PERSON_AND_FIELDS, manage::change),
    row("person remove", needs::PEOPLE_DELETE, "Remove a person", &[PERSON], manage::remove),
    row("person export", needs::PEOPLE_READ, "Export what is held of a person", &[PERSON], manage::export),
    row("store list", needs::PEOPLE_READ, "List what a store holds", &[STORE, SEARCH], hold::list),
    row(
        "store erase",
        needs::PEOPLE_DELETE,
        "Erase all of a person from a store",
        &[STORE, PERSON],
        hold::erase,
    ),
    row("store clear", needs::PEOPLE_DELETE, "Clear a store, whole", &[STORE], hold::clear),
    Command {
        words: "help",
        action: None,
        needs: needs::OWN,
        summary: "List the commands",
        switches: &[],
        run: Run::Help,
    },
    Command {
        words: "exit",
        action: None,
        needs: needs::OWN,
        summary: "Leave",
        switches: &[],
        run: Run::Leave,
    },
];

const ROUTES: &[Route] = &[
    Route { method: Method::Post, path: "/api/login", access: Access::LogIn, summary: "Log in" },
    Route { method: Method::Post, path: "/api/logout", access: Access::LogOut, summary: "Log out" },
    Route {
        method: Method::Get,
        path: "/api/accounts",
        access: Access::Needs(needs::ACCOUNTS_READ, account::list),
        summary: "List the accounts",
    },
    Route {
        method: Method::Post,
        path: "/api/accounts",
        access: Access::Needs(needs::ACCOUNTS_CREATE, account::create),
        summary: "Make an account",
    },
    Route {
        method: Method::Delete,
        path: "/api/accounts/{name}",
        access: Access::Needs(needs::ACCOUNTS_DELETE, account::remove),
        summary: "Remove an account",
    },
    Route {
        method: Method::Post,
        path: "/api/accounts/{name}/unlock",
        access: Access::Needs(needs::ACCOUNTS_UNLOCK, account::unlock),
        summary: "Free a locked account",
    },
    Route {
        method: Method::Get,
        path: "/api/logs/{log}",
        access: Access::Needs(needs::LOGS_READ, log::read),
        summary: "Show the newest entries of a log",
    },
    Route {
        method: Method::Get,
        path: "/api/people",
        access: Access::Needs(needs::PEOPLE_READ, manage::list),
        summary: "List the people",
    },
    Route {
        method: Method::Post,
        path: "/api/people",
        access: Access::Needs(needs::PEOPLE_CHANGE, manage::create),
        summary: "Enter a person",
    },
    Route {
        method: Method::Get,
        path: "/api/people/{person}",
        access: Access::Needs(needs::PEOPLE_READ, manage::show),
        summary: "Show what is recorded of a person",
    },
    Route {
        method: Method::Patch,
        path: "/api/people/{person}",
        access: Access::Needs(needs::PEOPLE_CHANGE, manage::change),
        summary: "Change a person's record",
    },
    Route {
        method: Method::Delete,
        path: "/api/people/{person}",
        access: Access::Needs(needs::PEOPLE_DELETE, manage::remove),
        summary: "Remove a person",
    },
    Route {
        method: Method::Get,
        path: "/api/people/{person}/export",
        access: Access::Needs(needs::PEOPLE_READ, manage::export),
        summary: "Export what is held of a person",
    },
    Route {
        method: Method::Get,
        path: "/api/stores/{store}",
        access: Access::Needs(needs::PEOPLE_READ, hold::list),
        summary: "List what a store holds",
    },
    Route {
        method: Method::Delete,
        path: "/api/stores/{store}",
        access: Access::Needs(needs::PEOPLE_DELETE, hold::clear),
        summary: "Clear a store, whole",
    },
    Route {
        method: Method::Delete,
        path: "/api/stores/{store}/{person}",
        access: Access::Needs(needs::PEOPLE_DELETE, hold::erase),
        summary: "Erase all of a person from a store",
    },
];

const PAGES: &[Page] = &[
    Page {
        path: "/",
        group: "System",
        label: "Overview",
        code: None,
        needs: needs::OWN,
        with: &[],
        show: standard::overview,
        actions: &[],
    },
    Page {
        path: "/accounts",
        group: "Administration",
        label: "Accounts",
        code: None,
        needs: needs::ACCOUNTS_READ,
        with: &[],
        show: standard::accounts,
        actions: standard::ACCOUNT_ACTIONS,
    },
    Page {
        path: "/people",
        group: "People",
        label: "People",
        code: None,
        needs: needs::PEOPLE_READ,
        with: &[],
        show: |cx, args| standard::people(cx, args, standard::PEOPLE_ACTIONS),
        actions: standard::PEOPLE_ACTIONS,
    },
    Page {
        path: "/stores",
        group: "People",
        label: "What is held",
        code: None,
        needs: needs::PEOPLE_READ,
        with: &[],
        show: standard::stores,
        actions: standard::STORE_ACTIONS,
    },
    Page {
        path: "/roles",
        group: "Administration",
        label: "Roles",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::roles,
        actions: standard::ROLE_ACTIONS,
    },
    Page {
        path: "/settings",
        group: "Administration",
        label: "Security settings",
        code: None,
        needs: needs::SETTINGS_READ,
        with: &[],
        show: standard::settings,
        actions: standard::SETTING_ACTIONS,
    },
    Page {
        path: "/log",
        group: "Logs",
        label: "Audit log",
        code: None,
        needs: needs::LOGS_READ,
        with: &[("log", "audit")],
        show: standard::log,
        actions: standard::LOG_ACTIONS,
    },
    Page {
        path: "/own",
        group: "System",
        label: "Own account",
        code: None,
        needs: needs::OWN,
        with: &[],
        show: standard::own,
        actions: standard::OWN_ACTIONS,
    },
];

const SCREEN: Screen = Screen {
    console: |_: &Role| Console::Prompt,
    greeting: |signed: &Signed<'_>| format!("{}, site {}\n", signed.policy.product.name, signed.site),
    prompt: |signed: &Signed<'_>| format!("{}> ", signed.site),
    reply: |_, reply| text::reply(reply),
    refuse: |refusal| format!("{refusal}\n"),
    unknown: |line| format!("\"{line}\" is no command. Type help for a list.\n"),
    grammar: |command, error| format!("{command}: {error}\n"),
    help: text::help,
    usage: text::usage,
    unavailable: "The request could not be recorded, so nothing was done. Try again later.\n",
    refused_status: 1,
};

const WIRE: Wire = Wire {
    login_fields: ("username", "password"),
    status: |refusal| standard_status(refusal.code()),
    accepted: |token, signed| json!({ "token": token, "role": signed.principal.role.id }),
    rejected: |policy| (401, json!({ "error": "unauthorized", "message": policy.words.login_failed })),
    reply: wire_reply,
    refuse: |refusal| json!({ "error": refusal.code(), "message": refusal.to_string() }),
};

const FACE: Face = Face {
    theme: Theme::Generic,
    heading: "Management",
    login_path: "/login",
    login_forms: &[LoginForm {
        label: "Log in",
        name: ("username", "Name"),
        password: ("password", "Password"),
        surface: Surface::Web,
    }],
    server: None,
};

/// The HTTP status for a refusal's code, as most programming interfaces choose it.
pub fn standard_status(code: &str) -> u16 {
    match code {
        "not-permitted" => 403,
        "no-such" => 404,
        "already-exists" | "conflict" | "limit" => 409,
        _ => 400,
    }
}

/// An answer as JSON: a listing as an array of objects under its kind, facts as an object.
pub fn wire_reply(reply: &Reply) -> Value {
    match reply {
        Reply::Done(message) => json!({ "message": message }),
        Reply::Facts(facts) => facts
            .rows
            .iter()
            .map(|(label, value)| ((*label).to_owned(), json!(value)))
            .collect::<Map<_, _>>()
            .into(),
        Reply::Listing(listing) => {
            let object = |cells: &Vec<String>| -> Value {
                let pairs = listing.columns.iter().zip(cells);
                pairs.map(|(column, cell)| ((*column).to_owned(), json!(cell))).collect::<Map<_, _>>().into()
            };
            json!({ listing.kind: listing.rows.iter().map(object).collect::<Vec<_>>(), "next": listing.next })
        }
        Reply::Text(text) => json!({ "text": text }),
        Reply::Document(document) => json!({ "name": document.name, "bytes": document.bytes.len() }),
        Reply::Nothing => json!({}),
    }
}

const fn row(
    words: &'static str,
    needs: pbx_auth::Permission,
    summary: &'static str,
    switches: &'static [Switch],
    run: pbx_estate::Handler,
) -> Command {
    Command { words, action: None, needs, summary, switches, run: Run::Operation(run) }
}

const fn value(short: Option<char>, long: &'static str, required: bool, help: &'static str) -> Switch {
    Switch { short, long, value: ValueKind::Text, required, help }
}
