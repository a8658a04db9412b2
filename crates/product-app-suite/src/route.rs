//! The programming interface. The vendor's is not published, so paths and fields are ours.

use pbx_estate::{account, log, role, setting};
use pbx_product::Access::{LogIn, LogOut, Needs};
use pbx_product::Method::{Delete, Get, Patch, Post, Put};
use pbx_product::{Route, needs};

use crate::website;

/// Every route.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: Post, path: "/api/token", access: LogIn, summary: "Log on" },
    Route { method: Delete, path: "/api/token", access: LogOut, summary: "Log off" },
    Route {
        method: Put,
        path: "/api/me/password",
        access: Needs(needs::OWN, account::set_own_password),
        summary: "Change one's own password",
    },
    Route {
        method: Get,
        path: "/api/users",
        access: Needs(needs::ACCOUNTS_READ, account::list),
        summary: "List the users",
    },
    Route {
        method: Post,
        path: "/api/users",
        access: Needs(needs::ACCOUNTS_CREATE, account::create),
        summary: "Make a user",
    },
    Route {
        method: Get,
        path: "/api/users/{name}",
        access: Needs(needs::ACCOUNTS_READ, account::show),
        summary: "Show a user",
    },
    Route {
        method: Patch,
        path: "/api/users/{name}",
        access: Needs(needs::ACCOUNTS_CHANGE, account::change),
        summary: "Change a user or give him another role",
    },
    Route {
        method: Delete,
        path: "/api/users/{name}",
        access: Needs(needs::ACCOUNTS_DELETE, account::remove),
        summary: "Delete a user",
    },
    Route {
        method: Put,
        path: "/api/users/{name}/password",
        access: Needs(needs::ACCOUNTS_PASSWORD, account::set_password),
        summary: "Set a user's password",
    },
    Route {
        method: Post,
        path: "/api/users/{name}/unlock",
        access: Needs(needs::ACCOUNTS_UNLOCK, account::unlock),
        summary: "Unlock a user",
    },
    Route {
        method: Get,
        path: "/api/locked-users",
        access: Needs(needs::ACCOUNTS_UNLOCK, account::locked),
        summary: "List the locked users",
    },
    Route {
        method: Get,
        path: "/api/roles",
        access: Needs(needs::ROLES_READ, role::list),
        summary: "List the user roles",
    },
    Route {
        method: Put,
        path: "/api/roles/{id}",
        access: Needs(needs::ROLES_CHANGE, role::save),
        summary: "Make or change a user role",
    },
    Route {
        method: Delete,
        path: "/api/roles/{id}",
        access: Needs(needs::ROLES_CHANGE, role::remove),
        summary: "Delete a user role, or make a shipped one as it was",
    },
    Route {
        method: Get,
        path: "/api/settings",
        access: Needs(needs::SETTINGS_READ, setting::list),
        summary: "List the site settings",
    },
    Route {
        method: Patch,
        path: "/api/settings",
        access: Needs(needs::SETTINGS_CHANGE, website::change_settings),
        summary: "Change site settings",
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
        summary: "Clear the diagnostic log",
    },
];
