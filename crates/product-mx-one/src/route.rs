//! The programming interface. `/auth/login` and `/pm-extension-ms/…/ip` are documented by the vendor; everything
//! under `/pm-api` and `/snm-api` and the other methods on extensions are ours, because the vendor's other paths are not public.

use pbx_auth::Permission;
use pbx_estate::people::{hold, manage};
use pbx_estate::{Args, Context, Handler, Outcome, Stop, account, log, role, setting, subscriber};
use pbx_product::{Access, Method, Route, needs};

use crate::node;
use crate::permission::{
    CALLS_READ, CDR_READ, CONTACTS_DELETE, CONTACTS_READ, CUSTOMERS_DELETE, CUSTOMERS_READ, EXTENSION_CHANGE,
    EXTENSION_READ, NAME_CHANGE, NAME_READ, PEOPLE_CHANGE, PEOPLE_DELETE, PEOPLE_DELETE_SERVICES,
    PEOPLE_READ, RECORDINGS_DELETE, RECORDINGS_READ, VOICEMAIL_READ,
};

pub(crate) const ROUTES: &[Route] = &[
    Route { method: Method::Post, path: "/auth/login", access: Access::LogIn, summary: "Log in" },
    Route { method: Method::Post, path: "/auth/logout", access: Access::LogOut, summary: "Log out (ours)" },
    row(Method::Get, "/pm-api/v1/users", needs::ACCOUNTS_READ, "List the users", account::list),
    row(Method::Post, "/pm-api/v1/users", needs::ACCOUNTS_CREATE, "Make a user", account::create),
    row(Method::Get, "/pm-api/v1/users/{name}", needs::ACCOUNTS_READ, "Show a user", account::show),
    row(Method::Patch, "/pm-api/v1/users/{name}", needs::ACCOUNTS_CHANGE, "Change a user", account::change),
    row(Method::Delete, "/pm-api/v1/users/{name}", needs::ACCOUNTS_DELETE, "Delete a user", account::remove),
    row(
        Method::Put,
        "/pm-api/v1/users/{name}/password",
        needs::ACCOUNTS_PASSWORD,
        "Set a user's password or PIN",
        account::set_password,
    ),
    row(
        Method::Post,
        "/pm-api/v1/users/{name}/unlock",
        needs::ACCOUNTS_UNLOCK,
        "Unlock a user",
        account::unlock,
    ),
    row(
        Method::Get,
        "/pm-api/v1/locked-users",
        needs::ACCOUNTS_READ,
        "List the locked users",
        account::locked,
    ),
    row(
        Method::Put,
        "/pm-api/v1/own/password",
        needs::OWN,
        "Change one's own password or PIN",
        account::set_own_password,
    ),
    row(
        Method::Get,
        "/pm-api/v1/security-profiles",
        needs::ROLES_READ,
        "List the security profiles",
        role::list,
    ),
    row(
        Method::Put,
        "/pm-api/v1/security-profiles/{id}",
        needs::ROLES_CHANGE,
        "Make or change a security profile",
        role::save,
    ),
    row(
        Method::Delete,
        "/pm-api/v1/security-profiles/{id}",
        needs::ROLES_CHANGE,
        "Delete a security profile",
        role::remove,
    ),
    row(Method::Get, "/pm-api/v1/privileges", needs::ROLES_READ, "List who may do what", role::matrix),
    row(Method::Get, "/pm-api/v1/options", needs::SETTINGS_READ, "List the options", setting::list),
    row(Method::Patch, "/pm-api/v1/options", needs::SETTINGS_CHANGE, "Change options", setting::change),
    row(
        Method::Get,
        "/pm-api/v1/logs/{log}",
        needs::LOGS_READ,
        "Show the newest entries of a log",
        log::read,
    ),
    row(Method::Get, EXTENSIONS, EXTENSION_READ, "List extensions (ours)", subscriber::print),
    row(Method::Post, EXTENSIONS, EXTENSION_CHANGE, "Make an extension", create_extension),
    row(Method::Patch, EXTENSION, EXTENSION_CHANGE, "Change an extension (ours)", change_extension),
    row(
        Method::Delete,
        EXTENSION,
        EXTENSION_CHANGE,
        "Erase an extension and its name (ours)",
        node::erase_extension,
    ),
    row(Method::Get, "/pm-api/v1/names", NAME_READ, "List the names of extensions", subscriber::name_print),
    row(Method::Post, NAME, NAME_CHANGE, "Set the name of an extension", subscriber::name_initiate),
    row(Method::Patch, NAME, NAME_CHANGE, "Change the name of an extension", subscriber::name_change),
    row(Method::Delete, NAME, NAME_CHANGE, "Erase the name of an extension", node::erase_name),
    row(Method::Get, "/pm-api/v1/end-users", PEOPLE_READ, "List the end users", manage::list),
    row(Method::Post, "/pm-api/v1/end-users", PEOPLE_CHANGE, "Enter an end user", manage::create),
    row(Method::Get, END_USER, PEOPLE_READ, "Show an end user", manage::show),
    row(Method::Patch, END_USER, PEOPLE_CHANGE, "Change an end user", manage::change),
    row(Method::Delete, END_USER, PEOPLE_DELETE, "Delete an end user alone", manage::remove),
    row(
        Method::Delete,
        "/pm-api/v1/end-users/{person}/services",
        PEOPLE_DELETE_SERVICES,
        "Delete an end user with all phone services",
        node::remove_with_services,
    ),
    row(
        Method::Get,
        "/pm-api/v1/end-users/{person}/export",
        PEOPLE_READ,
        "Export what is held of an end user",
        manage::export,
    ),
    row(Method::Get, "/pm-api/v1/recordings", RECORDINGS_READ, "List the call recordings", |cx, args| {
        hold::list(cx, &args.with("store", "recordings"))
    }),
    row(
        Method::Delete,
        "/pm-api/v1/recordings/{owner}/{item}",
        RECORDINGS_DELETE,
        "Delete a call recording",
        |cx, args| hold::remove(cx, &args.with("store", "recordings")),
    ),
    row(Method::Get, "/pm-api/v1/contacts", CONTACTS_READ, "List people's contacts", |cx, args| {
        hold::list(cx, &args.with("store", "contacts"))
    }),
    row(
        Method::Delete,
        "/pm-api/v1/contacts/{person}",
        CONTACTS_DELETE,
        "Delete a person's contacts",
        |cx, args| hold::erase(cx, &args.with("store", "contacts")),
    ),
    row(Method::Get, "/pm-api/v1/customers", CUSTOMERS_READ, "List the customers", node::print_customers),
    row(
        Method::Delete,
        "/pm-api/v1/customers/{item}",
        CUSTOMERS_DELETE,
        "Remove a customer without extensions",
        node::remove_customer,
    ),
    row(Method::Get, "/snm-api/v1/operators", EXTENSION_READ, "List PBX operators", |cx, args| {
        node::print(cx, args, "operator", "operators")
    }),
    row(Method::Get, "/snm-api/v1/function-keys", EXTENSION_READ, "List function keys", |cx, args| {
        node::print(cx, args, "function-key", "function-keys")
    }),
    row(
        Method::Get,
        "/snm-api/v1/visitor-desktops",
        EXTENSION_READ,
        "List visitor-desktop data",
        |cx, args| node::print(cx, args, "visitor-desktop", "hot-desk"),
    ),
    row(Method::Get, "/snm-api/v1/diversions", EXTENSION_READ, "List diversion data", |cx, args| {
        node::print(cx, args, "diversion", "diversion")
    }),
    row(
        Method::Get,
        "/snm-api/v1/personal-numbers",
        EXTENSION_READ,
        "List personal-number data",
        |cx, args| node::print(cx, args, "personal-number", "personal-numbers"),
    ),
    row(Method::Get, "/snm-api/v1/mailboxes", VOICEMAIL_READ, "List voice mailboxes", |cx, args| {
        node::print(cx, args, "mailbox", "voice-mail")
    }),
    row(Method::Get, "/snm-api/v1/call-lists", CALLS_READ, "List call-list data", |cx, args| {
        node::print(cx, args, "call-list", "call-list")
    }),
    row(
        Method::Get,
        "/snm-api/v1/call-detail-records",
        CDR_READ,
        "List the call detail records",
        node::print_call_details,
    ),
];

/// Makes an extension from the members of the vendor's body.
fn create_extension(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    subscriber::initiate(cx, &translated(args))
}

/// Changes an extension by the members of the vendor's body; the path says which.
fn change_extension(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    subscriber::change(cx, &translated(args))
}

/// The arguments with the vendor's member names read as those of the operations; what a path or
/// an operation's own name says stays.
///
/// `subsystemName` and the members that say nothing about a directory number are taken and left aside.
fn translated(args: &Args) -> Args {
    let mut translated = args.clone();
    for (member, name) in MEMBERS {
        if let Some(value) = args.get(member)
            && !args.has(name)
        {
            translated.add(name, value);
        }
    }
    translated
}

/// The vendor's member names, and the arguments that they mean.
const MEMBERS: [(&str, &str); 3] =
    [("extensionNumber", "dir"), ("serverNumber", "lim"), ("commonServiceProfile", "csp")];

const EXTENSIONS: &str = "/pm-extension-ms/pm-extension/v1/ip";
const EXTENSION: &str = "/pm-extension-ms/pm-extension/v1/ip/{dir}";
const END_USER: &str = "/pm-api/v1/end-users/{person}";
const NAME: &str = "/pm-api/v1/names/{dir}";

const fn row(
    method: Method,
    path: &'static str,
    needs: Permission,
    summary: &'static str,
    run: Handler,
) -> Route {
    Route { method, path, access: Access::Needs(needs, run), summary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_members_fill_the_arguments() {
        let body = [
            ("extensionNumber", "2101"),
            ("serverNumber", "2"),
            ("commonServiceProfile", "7"),
            ("customer", "3"),
        ];
        let args = translated(&Args::of(body));
        let value = |name: &str| args.get(name).map(str::to_owned);
        assert_eq!(
            [value("dir"), value("lim"), value("csp"), value("customer")].map(Option::unwrap),
            ["2101", "2", "7", "3"]
        );
    }

    #[test]
    fn a_path_wins_over_the_body() {
        let args = translated(&Args::of([("dir", "2101"), ("extensionNumber", "2102")]));
        assert_eq!(args.all("dir"), ["2101"]);
    }
}
