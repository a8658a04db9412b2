//! The programming interface of the server itself. It is ours: what the vendor's server manager offers to programs
//! is not public, and the gateway's own web services come with later work.

use pbx_auth::Permission;
use pbx_estate::people::{hold, manage};
use pbx_estate::{Args, Context, Handler, Outcome, Refusal, Stop, account, log, role, setting};
use pbx_product::{Access, Method, Route, needs};

use crate::permission::{CALLS_READ, CONSENTS_READ, USERS_IMPORT, USERS_READ};
use crate::{command, users};

pub(crate) const ROUTES: &[Route] = &[
    Route { method: Method::Post, path: "/api/login", access: Access::LogIn, summary: "Log in" },
    Route { method: Method::Post, path: "/api/logout", access: Access::LogOut, summary: "Log out" },
    row(Method::Get, "/api/status", needs::SETTINGS_READ, "Show what this server is", command::status),
    row(Method::Get, "/api/system-users", needs::ACCOUNTS_READ, "List the system users", account::list),
    row(
        Method::Post,
        "/api/system-users",
        needs::ACCOUNTS_CHANGE,
        "Refused: there is one system user",
        refuse_another,
    ),
    row(Method::Get, "/api/system-users/{name}", needs::ACCOUNTS_READ, "Show a system user", account::show),
    row(
        Method::Patch,
        "/api/system-users/{name}",
        needs::ACCOUNTS_CHANGE,
        "Modify a system user",
        account::change,
    ),
    row(
        Method::Delete,
        "/api/system-users/{name}",
        needs::ACCOUNTS_CHANGE,
        "Refused: the administrator stays",
        account::remove,
    ),
    row(
        Method::Put,
        "/api/system-users/{name}/password",
        needs::ACCOUNTS_PASSWORD,
        "Set a system user's password",
        account::set_password,
    ),
    row(Method::Put, "/api/own/password", needs::OWN, "Change one's own password", account::set_own_password),
    row(Method::Get, "/api/access-rights", needs::ROLES_READ, "List the access rights", role::list),
    row(Method::Get, "/api/settings", needs::SETTINGS_READ, "List the settings", setting::list),
    row(Method::Patch, "/api/settings", needs::SETTINGS_CHANGE, "Change settings", setting::change),
    row(Method::Get, "/api/logs/{log}", needs::LOGS_READ, "Show the newest entries of a log file", log::read),
    row(Method::Get, "/api/users", USERS_READ, "List the users", manage::list),
    row(Method::Get, "/api/users/{person}", USERS_READ, "Show a user", manage::show),
    row(
        Method::Get,
        "/api/users/{person}/export",
        USERS_READ,
        "Export all that is held of a user",
        manage::export,
    ),
    row(Method::Get, "/api/user-list", USERS_READ, "Export the user list as CSV", users::export),
    row(Method::Put, "/api/user-list", USERS_IMPORT, "Upload the user list as CSV", users::import),
    row(Method::Get, "/api/call-history", CALLS_READ, "List the call history", |cx, args| {
        hold::list(cx, &args.with("store", "call-list"))
    }),
    row(Method::Get, "/api/call-detail-records", CALLS_READ, "List the call detail records", |cx, args| {
        hold::list(cx, &args.with("store", "cdr"))
    }),
    row(
        Method::Get,
        "/api/opt-ins",
        CONSENTS_READ,
        "List who opted in to the Google integration",
        |cx, args| hold::list(cx, &args.with("store", "consents")),
    ),
];

/// Says that there can be no further account, so that who tries learns why and the attempt is on record.
fn refuse_another(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let max = cx.policy.accounts.max;
    let why =
        format!("Only the administrator has access to this server: there can be {max} system user, no more.");
    Err(Refusal::Conflict(why).into())
}

const fn row(
    method: Method,
    path: &'static str,
    needs: Permission,
    summary: &'static str,
    run: Handler,
) -> Route {
    Route { method, path, access: Access::Needs(needs, run), summary }
}
