//! The programming interface. The vendor's is not published, so paths and fields are ours.

use pbx_estate::people::{hold, manage};
use pbx_estate::{account, log, role, setting};
use pbx_product::Access::{LogIn, LogOut, Needs};
use pbx_product::Method::{Delete, Get, Patch, Post, Put};
use pbx_product::{Route, needs};

use crate::{customer, permission, strength};

/// Every route. Logs are read here and cleared at the console only.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: Post, path: "/api/sign-in", access: LogIn, summary: "Sign in" },
    Route { method: Post, path: "/api/sign-out", access: LogOut, summary: "Sign out" },
    Route {
        method: Put,
        path: "/api/my-account/password",
        access: Needs(needs::OWN, strength::set_own_password),
        summary: "Change one's own password",
    },
    Route {
        method: Post,
        path: "/api/password-strength",
        access: Needs(needs::OWN, strength::estimate),
        summary: "Tell how strong a password is",
    },
    Route {
        method: Get,
        path: "/api/system-users",
        access: Needs(needs::ACCOUNTS_READ, account::list),
        summary: "List the system users",
    },
    Route {
        method: Post,
        path: "/api/system-users",
        access: Needs(needs::ACCOUNTS_CREATE, strength::create),
        summary: "Make a system user",
    },
    Route {
        method: Get,
        path: "/api/system-users/{name}",
        access: Needs(needs::ACCOUNTS_READ, account::show),
        summary: "Show a system user",
    },
    Route {
        method: Patch,
        path: "/api/system-users/{name}",
        access: Needs(needs::ACCOUNTS_CHANGE, account::change),
        summary: "Change a system user or give him another profile",
    },
    Route {
        method: Delete,
        path: "/api/system-users/{name}",
        access: Needs(needs::ACCOUNTS_DELETE, account::remove),
        summary: "Delete a system user",
    },
    Route {
        method: Put,
        path: "/api/system-users/{name}/password",
        access: Needs(needs::ACCOUNTS_PASSWORD, strength::set_password),
        summary: "Set or reset a system user's password",
    },
    Route {
        method: Get,
        path: "/api/users",
        access: Needs(permission::USERS_READ, manage::list),
        summary: "List the end users",
    },
    Route {
        method: Post,
        path: "/api/users",
        access: Needs(permission::USERS_CHANGE, manage::create),
        summary: "Make an end user",
    },
    Route {
        method: Delete,
        path: "/api/users",
        access: Needs(permission::USERS_DELETE, manage::remove_with_services),
        summary: "Delete end users with all their services",
    },
    Route {
        method: Get,
        path: "/api/users/{person}",
        access: Needs(permission::USERS_READ, manage::show),
        summary: "Show an end user",
    },
    Route {
        method: Patch,
        path: "/api/users/{person}",
        access: Needs(permission::USERS_CHANGE, manage::change),
        summary: "Change what is recorded of an end user",
    },
    Route {
        method: Delete,
        path: "/api/users/{person}",
        access: Needs(permission::USERS_DELETE, manage::remove_with_services),
        summary: "Delete an end user with all his services",
    },
    Route {
        method: Get,
        path: "/api/users/{person}/export",
        access: Needs(permission::USERS_READ, manage::export),
        summary: "Export what is held of an end user",
    },
    Route {
        method: Get,
        path: "/api/customers",
        access: Needs(permission::CUSTOMERS_READ, |cx, args| {
            hold::list(cx, &args.with("store", "customers"))
        }),
        summary: "List the customers",
    },
    Route {
        method: Delete,
        path: "/api/customers/{item}",
        access: Needs(permission::CUSTOMERS_CHANGE, customer::remove),
        summary: "Delete a customer who has no end users left",
    },
    Route {
        method: Get,
        path: "/api/profiles",
        access: Needs(needs::ROLES_READ, role::list),
        summary: "List the administrator profiles",
    },
    Route {
        method: Put,
        path: "/api/profiles/{id}",
        access: Needs(needs::ROLES_CHANGE, role::save),
        summary: "Make or change an administrator profile",
    },
    Route {
        method: Delete,
        path: "/api/profiles/{id}",
        access: Needs(needs::ROLES_CHANGE, role::remove),
        summary: "Delete an administrator profile, or make a shipped one as it was",
    },
    Route {
        method: Get,
        path: "/api/settings",
        access: Needs(needs::SETTINGS_READ, setting::list),
        summary: "List the security settings",
    },
    Route {
        method: Patch,
        path: "/api/settings",
        access: Needs(needs::SETTINGS_CHANGE, setting::change),
        summary: "Change security settings",
    },
    Route {
        method: Get,
        path: "/api/logs/{log}",
        access: Needs(needs::LOGS_READ, log::read),
        summary: "Show the newest entries of a log",
    },
];
