//! The programming interface. Paths and fields are ours: the product's own interfaces are telephony ones.

use pbx_estate::people::{hold, manage};
use pbx_estate::{account, log, role, setting};
use pbx_product::Access::{LogIn, LogOut, Needs};
use pbx_product::Method::{Delete, Get, Patch, Post, Put};
use pbx_product::{Route, needs};

use crate::{permission, user};

/// Every route.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: Post, path: "/api/session", access: LogIn, summary: "Log in" },
    Route { method: Delete, path: "/api/session", access: LogOut, summary: "Log out" },
    Route {
        method: Put,
        path: "/api/own/password",
        access: Needs(needs::OWN, account::set_own_password),
        summary: "Change one's own password",
    },
    Route {
        method: Get,
        path: "/api/accounts",
        access: Needs(needs::ACCOUNTS_READ, account::list),
        summary: "List the user accounts",
    },
    Route {
        method: Post,
        path: "/api/accounts",
        access: Needs(needs::ACCOUNTS_CREATE, account::create),
        summary: "Make a configuration account",
    },
    Route {
        method: Post,
        path: "/api/users",
        access: Needs(needs::ACCOUNTS_CREATE, user::create),
        summary: "Make an end user's account",
    },
    Route {
        method: Get,
        path: "/api/accounts/{name}",
        access: Needs(needs::ACCOUNTS_READ, account::show),
        summary: "Show a user account",
    },
    Route {
        method: Patch,
        path: "/api/accounts/{name}",
        access: Needs(needs::ACCOUNTS_CHANGE, account::change),
        summary: "Change a user account or give it another profile",
    },
    Route {
        method: Delete,
        path: "/api/accounts/{name}",
        access: Needs(needs::ACCOUNTS_DELETE, account::remove),
        summary: "Delete a user account",
    },
    Route {
        method: Put,
        path: "/api/accounts/{name}/password",
        access: Needs(needs::ACCOUNTS_PASSWORD, account::set_password),
        summary: "Set the password or the PIN of a user account",
    },
    Route {
        method: Get,
        path: "/api/user-list",
        access: Needs(needs::PEOPLE_READ, manage::list),
        summary: "List the users",
    },
    Route {
        method: Post,
        path: "/api/user-list",
        access: Needs(needs::PEOPLE_CHANGE, manage::create),
        summary: "Enter a user",
    },
    Route {
        method: Get,
        path: "/api/user-list/{person}",
        access: Needs(needs::PEOPLE_READ, manage::show),
        summary: "Show a user",
    },
    Route {
        method: Patch,
        path: "/api/user-list/{person}",
        access: Needs(needs::PEOPLE_CHANGE, manage::change),
        summary: "Change what is recorded of a user",
    },
    Route {
        method: Delete,
        path: "/api/user-list/{person}",
        access: Needs(needs::PEOPLE_DELETE, manage::remove),
        summary: "Delete a user alone",
    },
    Route {
        method: Get,
        path: "/api/user-list/{person}/export",
        access: Needs(needs::PEOPLE_READ, manage::export),
        summary: "Export what is held of a user",
    },
    Route {
        method: Delete,
        path: "/api/user-list/{person}/mailbox",
        access: Needs(permission::VOICEMAIL_DELETE, manage::remove_mailbox),
        summary: "Delete a user's voice mailbox, unheard",
    },
    Route {
        method: Delete,
        path: "/api/user-list/{person}/services",
        access: Needs(permission::PEOPLE_DELETE_SERVICES, manage::remove_with_services),
        summary: "Delete a user with all phone services",
    },
    Route {
        method: Get,
        path: "/api/directory",
        access: Needs(permission::DIRECTORY_READ, |cx, args| {
            hold::list(cx, &args.with("store", "directory"))
        }),
        summary: "List the telephone directory",
    },
    Route {
        method: Delete,
        path: "/api/directory/{person}",
        access: Needs(permission::DIRECTORY_DELETE, |cx, args| {
            hold::erase(cx, &args.with("store", "directory"))
        }),
        summary: "Delete a user from the telephone directory",
    },
    Route {
        method: Get,
        path: "/api/profiles",
        access: Needs(needs::ROLES_READ, role::list),
        summary: "List the authorization profiles",
    },
    Route {
        method: Put,
        path: "/api/profiles/{id}",
        access: Needs(needs::ROLES_CHANGE, role::save),
        summary: "Make or change an authorization profile",
    },
    Route {
        method: Delete,
        path: "/api/profiles/{id}",
        access: Needs(needs::ROLES_CHANGE, role::remove),
        summary: "Delete an authorization profile, or make a shipped one as it was",
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
    Route {
        method: Delete,
        path: "/api/logs/{log}",
        access: Needs(needs::LOGS_CLEAR, log::clear),
        summary: "Clear a log, whole",
    },
];
