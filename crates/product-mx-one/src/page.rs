//! The web: the Provisioning Manager with the logs of the Service Node Manager. Tabs and the fields of the login
//! form are public facts; the vendor's paths are not, so paths are ours.

mod extension;
mod held;
mod pin;

use pbx_auth::Permission;
use pbx_estate::{Args, Context, Stop};
use pbx_kernel::Surface;
use pbx_page::Theme;
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::permission::{
    CALLS_READ, CDR_READ, CONTACTS_READ, CUSTOMERS_READ, EXTENSION_READ, LOGS_AUDIT_TRAIL_READ,
    LOGS_EVENTS_READ, LOGS_MDSH_READ, LOGS_SECURITY_READ, NAME_READ, PEOPLE_READ, RECORDINGS_READ,
    VOICEMAIL_READ,
};

pub(crate) const FACE: Face = Face {
    theme: Theme::MxOne,
    heading: "MiVoice MX-ONE Provisioning Manager",
    login_path: "/login",
    login_forms: &[LoginForm {
        label: "Login",
        name: ("userId", "User name"),
        password: ("password", "Password"),
        surface: Surface::Web,
    }],
    server: None,
};

pub(crate) const PAGES: &[Page] = &[
    with(
        &[("surface", "web")],
        page(
            "/users/user",
            "Users",
            "User",
            needs::ACCOUNTS_READ,
            standard::accounts,
            standard::ACCOUNT_ACTIONS,
        ),
    ),
    page("/users/end-user", "Users", "End User", PEOPLE_READ, held::people, held::PEOPLE),
    page(
        "/users/unlock",
        "Users",
        "Unlock",
        needs::ACCOUNTS_UNLOCK,
        standard::locked,
        standard::UNLOCK_ACTIONS,
    ),
    page("/users/pin", "Users", "Extension PIN", needs::ACCOUNTS_PASSWORD, pin::pin, pin::ACTIONS),
    page(
        "/services/extension",
        "Services",
        "Extension",
        EXTENSION_READ,
        extension::extensions,
        extension::ACTIONS,
    ),
    with(
        &[("store", "directory")],
        page("/services/names", "Services", "Names", NAME_READ, held::printed, &[]),
    ),
    with(
        &[("store", "contacts")],
        page(
            "/services/contacts",
            "Services",
            "Contact Lists",
            CONTACTS_READ,
            held::contacts,
            held::CONTACTS,
        ),
    ),
    with(
        &[("store", "recordings")],
        page(
            "/services/recordings",
            "Services",
            "Call Recordings",
            RECORDINGS_READ,
            held::recordings,
            held::RECORDINGS,
        ),
    ),
    with(
        &[("store", "customers")],
        page(
            "/services/customers",
            "Services",
            "Customers",
            CUSTOMERS_READ,
            held::customers,
            held::CUSTOMERS,
        ),
    ),
    telephony(&[("store", "diversion")], "/telephony/diversion", "Diversion", EXTENSION_READ),
    telephony(
        &[("store", "personal-numbers")],
        "/telephony/personal-number",
        "Personal Number",
        EXTENSION_READ,
    ),
    telephony(&[("store", "function-keys")], "/telephony/function-keys", "Function Keys", EXTENSION_READ),
    telephony(&[("store", "hot-desk")], "/telephony/visitor-desktop", "Visitor Desktop", EXTENSION_READ),
    telephony(&[("store", "operators")], "/telephony/operators", "Operators", EXTENSION_READ),
    telephony(&[("store", "voice-mail")], "/telephony/mailbox", "Mailbox", VOICEMAIL_READ),
    telephony(&[("store", "call-list")], "/telephony/call-list", "Call List", CALLS_READ),
    telephony(&[("store", "cdr")], "/telephony/call-information", "Call Information", CDR_READ),
    page(
        "/administrators/security-profile",
        "Administrators",
        "Security Profile",
        needs::ROLES_READ,
        standard::roles,
        standard::ROLE_ACTIONS,
    ),
    page(
        "/administrators/privileges",
        "Administrators",
        "Privileges",
        needs::ROLES_READ,
        standard::matrix,
        &[],
    ),
    with(
        &[("keys", "banner."), ("keys", "listener.")],
        page(
            "/system/options",
            "System",
            "Options",
            needs::SETTINGS_READ,
            standard::settings,
            standard::SETTING_ACTIONS,
        ),
    ),
    with(
        &[("keys", "password.")],
        page(
            "/system/password-settings",
            "System",
            "Password Settings",
            needs::SETTINGS_READ,
            standard::settings,
            standard::SETTING_ACTIONS,
        ),
    ),
    log(&[("log", "audit-trail")], "/logs/audit-trail", "Audit Trail", LOGS_AUDIT_TRAIL_READ),
    log(&[("log", "events")], "/logs/events", "Events", LOGS_EVENTS_READ),
    log(&[("log", "security")], "/logs/security", "Security", LOGS_SECURITY_READ),
    log(&[("log", "mdsh")], "/logs/mdsh", "MDSH", LOGS_MDSH_READ),
    page("/own/general", "Own Settings", "General", needs::OWN, standard::own, standard::OWN_ACTIONS),
    page("/", "Own Settings", "About", needs::OWN, standard::overview, &[]),
];

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

const fn with(with: &'static [(&'static str, &'static str)], page: Page) -> Page {
    Page { with, ..page }
}

/// The page of a log. None of these can be cleared, so they have no actions.
const fn log(
    which: &'static [(&'static str, &'static str)],
    path: &'static str,
    label: &'static str,
    needs: Permission,
) -> Page {
    with(which, page(path, "Logs", label, needs, standard::log, &[]))
}

/// The page of what the Service Node holds. The paper has it erased with commands, so that these have no actions.
const fn telephony(
    which: &'static [(&'static str, &'static str)],
    path: &'static str,
    label: &'static str,
    needs: Permission,
) -> Page {
    with(which, page(path, "Telephony", label, needs, held::printed, &[]))
}
