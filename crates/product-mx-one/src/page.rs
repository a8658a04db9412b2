//! The web: the Provisioning Manager with the logs of the Service Node Manager. Tabs and the fields of the login
//! form are public facts; the vendor's paths are not, so paths are ours.

mod extension;
mod pin;

use pbx_auth::Permission;
use pbx_estate::{Args, Context, Stop};
use pbx_kernel::Surface;
use pbx_page::Theme;
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::permission::{
    EXTENSION_READ, LOGS_AUDIT_TRAIL_READ, LOGS_EVENTS_READ, LOGS_MDSH_READ, LOGS_SECURITY_READ,
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
