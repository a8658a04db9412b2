//! The product without looks of its own: what a policy with `looks = "generic"` runs on, with no Rust at all.

use pbx_auth::Role;
use pbx_cmdline::{Switch, ValueKind};
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
