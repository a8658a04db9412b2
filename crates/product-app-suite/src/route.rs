//! The programming interface. The vendor's is not published, so paths and fields are ours.

use pbx_estate::people::{hold, manage};
use pbx_estate::{account, log, role, setting};
use pbx_product::Access::{LogIn, LogOut, Needs};
use pbx_product::Method::{Delete, Get, Patch, Post, Put};
use pbx_product::{Route, needs};

use crate::{held, permission, website};

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
        path: "/api/people",
        access: Needs(needs::ACCOUNTS_READ, manage::list),
        summary: "List people's details",
    },
    Route {
        method: Post,
        path: "/api/people",
        access: Needs(needs::ACCOUNTS_CREATE, manage::create),
        summary: "Enter a person",
    },
    Route {
        method: Get,
        path: "/api/people/{person}",
        access: Needs(needs::ACCOUNTS_READ, manage::show),
        summary: "Show a person's details",
    },
    Route {
        method: Patch,
        path: "/api/people/{person}",
        access: Needs(needs::ACCOUNTS_CHANGE, manage::change),
        summary: "Change a person's details",
    },
    Route {
        method: Delete,
        path: "/api/people/{person}",
        access: Needs(needs::ACCOUNTS_DELETE, manage::remove),
        summary: "Delete a person's details, and nothing else",
    },
    Route {
        method: Get,
        path: "/api/people/{person}/export",
        access: Needs(needs::ACCOUNTS_READ, manage::export),
        summary: "Export what is held of a person",
    },
    Route {
        method: Get,
        path: "/api/me/details",
        access: Needs(permission::PROFILE_OWN, manage::show_own),
        summary: "Show one's own details",
    },
    Route {
        method: Get,
        path: "/api/me/calls",
        access: Needs(permission::CALLS_OWN, |cx, args| hold::list(cx, &held::own(args, "call-list"))),
        summary: "List one's own calls",
    },
    Route {
        method: Delete,
        path: "/api/me/calls/tags",
        access: Needs(permission::CALLS_TAG_OWN, |cx, args| hold::erase(cx, &held::own(args, "call-list"))),
        summary: "Take the tags away from one's own calls",
    },
    Route {
        method: Get,
        path: "/api/me/chats",
        access: Needs(permission::CHAT_OWN, |cx, args| hold::list(cx, &held::own(args, "chat"))),
        summary: "List one's own chats",
    },
    Route {
        method: Get,
        path: "/api/me/contacts",
        access: Needs(permission::CONTACTS_OWN, |cx, args| hold::list(cx, &held::own(args, "contacts"))),
        summary: "List one's own contacts",
    },
    Route {
        method: Delete,
        path: "/api/me/contacts",
        access: Needs(permission::CONTACTS_OWN, |cx, args| hold::erase(cx, &held::own(args, "contacts"))),
        summary: "Delete one's own contacts",
    },
    Route {
        method: Get,
        path: "/api/me/recordings",
        access: Needs(permission::RECORDINGS_OWN, |cx, args| hold::list(cx, &held::own(args, "recordings"))),
        summary: "List one's own recordings",
    },
    Route {
        method: Get,
        path: "/api/calls",
        access: Needs(permission::CALLS_READ, |cx, args| hold::list(cx, &args.with("store", "call-list"))),
        summary: "List everybody's calls",
    },
    Route {
        method: Delete,
        path: "/api/calls/{person}/tags",
        access: Needs(permission::CALLS_TAGS_DELETE, |cx, args| {
            hold::erase(cx, &args.with("store", "call-list"))
        }),
        summary: "Take the tags away from a person's calls",
    },
    Route {
        method: Get,
        path: "/api/call-records",
        access: Needs(permission::CALLS_READ, |cx, args| hold::list(cx, &args.with("store", "cdr"))),
        summary: "List the call detail records",
    },
    Route {
        method: Get,
        path: "/api/chats",
        access: Needs(permission::CHAT_READ, |cx, args| hold::list(cx, &args.with("store", "chat"))),
        summary: "List everybody's chats",
    },
    Route {
        method: Get,
        path: "/api/contacts",
        access: Needs(permission::CONTACTS_READ, |cx, args| hold::list(cx, &args.with("store", "contacts"))),
        summary: "List the contact directories",
    },
    Route {
        method: Delete,
        path: "/api/contacts/{person}",
        access: Needs(permission::CONTACTS_DELETE, |cx, args| {
            hold::erase(cx, &args.with("store", "contacts"))
        }),
        summary: "Delete a person's contacts",
    },
    Route {
        method: Get,
        path: "/api/recordings",
        access: Needs(permission::RECORDINGS_PLAY, |cx, args| {
            hold::list(cx, &args.with("store", "recordings"))
        }),
        summary: "List everybody's recordings",
    },
    Route {
        method: Get,
        path: "/api/me/recordings/{item}/audio",
        access: Needs(permission::RECORDINGS_OWN, |cx, args| hold::play(cx, &held::own(args, "recordings"))),
        summary: "Play one of one's own recordings",
    },
    Route {
        method: Get,
        path: "/api/recordings/{owner}/{item}/audio",
        access: Needs(permission::RECORDINGS_PLAY, |cx, args| {
            hold::play(cx, &args.with("store", "recordings"))
        }),
        summary: "Play a recording",
    },
    Route {
        method: Delete,
        path: "/api/recordings/{owner}/{item}",
        access: Needs(permission::RECORDINGS_DELETE, |cx, args| {
            hold::remove(cx, &args.with("store", "recordings"))
        }),
        summary: "Delete a recording",
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
