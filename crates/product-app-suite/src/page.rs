//! The website's pages.

use pbx_estate::{Args, Context, Stop};
use pbx_kernel::Surface;
use pbx_page::Theme;
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::{held, permission, website};

/// How the web looks.
pub(crate) const FACE: Face = Face {
    theme: Theme::AppSuite,
    heading: "Communication Service",
    login_path: "/login",
    login_forms: &[LoginForm {
        label: "Log on",
        name: ("username", "User name"),
        password: ("password", "Password"),
        surface: Surface::Web,
    }],
    server: Some("Microsoft-IIS/10.0"),
};

/// Every page.
pub(crate) const PAGES: &[Page] = &[
    Page {
        path: "/",
        group: "Home",
        label: "Overview",
        code: None,
        needs: permission::WEB,
        with: &[],
        show: standard::overview,
        actions: &[],
    },
    Page {
        path: "/my-account",
        group: "Home",
        label: "My account",
        code: None,
        needs: needs::OWN,
        with: &[],
        show: standard::own,
        actions: standard::OWN_ACTIONS,
    },
    Page {
        path: "/my/details",
        group: "My data",
        label: "My details",
        code: None,
        needs: permission::PROFILE_OWN,
        with: &[],
        show: standard::own_record,
        actions: &[],
    },
    Page {
        path: "/my/calls",
        group: "My data",
        label: "My calls",
        code: None,
        needs: permission::CALLS_OWN,
        with: &[("store", "call-list"), ("own", "yes")],
        show: |cx, args| standard::store(cx, args, held::OWN_CALL_ACTIONS),
        actions: held::OWN_CALL_ACTIONS,
    },
    Page {
        path: "/my/chats",
        group: "My data",
        label: "My chats",
        code: None,
        needs: permission::CHAT_OWN,
        with: &[("store", "chat"), ("own", "yes")],
        show: |cx, args| standard::store(cx, args, &[]),
        actions: &[],
    },
    Page {
        path: "/my/contacts",
        group: "My data",
        label: "My contacts",
        code: None,
        needs: permission::CONTACTS_OWN,
        with: &[("store", "contacts"), ("own", "yes")],
        show: |cx, args| standard::store(cx, args, held::OWN_CONTACT_ACTIONS),
        actions: held::OWN_CONTACT_ACTIONS,
    },
    Page {
        path: "/my/recordings",
        group: "My data",
        label: "My recordings",
        code: None,
        needs: permission::RECORDINGS_OWN,
        with: &[("store", "recordings"), ("own", "yes")],
        show: |cx, args| standard::store(cx, args, held::OWN_RECORDING_ACTIONS),
        actions: held::OWN_RECORDING_ACTIONS,
    },
    Page {
        path: "/calls/history",
        group: "Communication",
        label: "Call history",
        code: None,
        needs: permission::CALLS_READ,
        with: &[("store", "call-list")],
        show: |cx, args| standard::store(cx, args, held::CALL_ACTIONS),
        actions: held::CALL_ACTIONS,
    },
    Page {
        path: "/calls/records",
        group: "Communication",
        label: "Call records",
        code: None,
        needs: permission::CALLS_READ,
        with: &[("store", "cdr")],
        show: |cx, args| standard::store(cx, args, &[]),
        actions: &[],
    },
    Page {
        path: "/chats",
        group: "Communication",
        label: "Chats",
        code: None,
        needs: permission::CHAT_READ,
        with: &[("store", "chat")],
        show: |cx, args| standard::store(cx, args, &[]),
        actions: &[],
    },
    Page {
        path: "/contacts",
        group: "Communication",
        label: "Contacts",
        code: None,
        needs: permission::CONTACTS_READ,
        with: &[("store", "contacts")],
        show: |cx, args| standard::store(cx, args, held::CONTACT_ACTIONS),
        actions: held::CONTACT_ACTIONS,
    },
    Page {
        path: "/recordings",
        group: "Communication",
        label: "Recordings",
        code: None,
        needs: permission::RECORDINGS_PLAY,
        with: &[("store", "recordings")],
        show: |cx, args| standard::store(cx, args, held::RECORDING_ACTIONS),
        actions: held::RECORDING_ACTIONS,
    },
    Page {
        path: "/configuration/people",
        group: USERS,
        label: "People",
        code: None,
        needs: needs::ACCOUNTS_READ,
        with: &[],
        show: held::people,
        actions: held::PEOPLE_ACTIONS,
    },
    Page {
        path: "/configuration/users",
        group: USERS,
        label: "Users",
        code: None,
        needs: needs::ACCOUNTS_READ,
        with: &[],
        show: standard::accounts,
        actions: standard::ACCOUNT_ACTIONS,
    },
    Page {
        path: "/configuration/locked-users",
        group: USERS,
        label: "Locked users",
        code: None,
        needs: needs::ACCOUNTS_UNLOCK,
        with: &[],
        show: standard::locked,
        actions: standard::UNLOCK_ACTIONS,
    },
    Page {
        path: "/configuration/user-roles",
        group: SECURITY,
        label: "User Roles",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::roles,
        actions: standard::ROLE_ACTIONS,
    },
    Page {
        path: "/configuration/security-profiles",
        group: SECURITY,
        label: "Security Profiles",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::matrix,
        actions: &[],
    },
    Page {
        path: "/configuration/security-policy",
        group: SECURITY,
        label: "Security Policy",
        code: None,
        needs: needs::SETTINGS_READ,
        with: &[("keys", "lockout."), ("keys", "password.")],
        show: security_policy,
        actions: SETTING_ACTIONS,
    },
    Page {
        path: "/configuration/website",
        group: "Site Settings",
        label: "Website",
        code: None,
        needs: needs::SETTINGS_READ,
        with: &[("keys", "listener.")],
        show: website::show,
        actions: SETTING_ACTIONS,
    },
    Page {
        path: "/configuration/diagnostics",
        group: "Site Settings",
        label: "Diagnostics",
        code: None,
        needs: needs::SETTINGS_READ,
        with: &[("keys", "diagnostics.")],
        show: diagnostics,
        actions: SETTING_ACTIONS,
    },
    Page {
        path: "/logs/audit",
        group: "Logs",
        label: "Audit",
        code: None,
        needs: permission::AUDIT_READ,
        with: &[("log", "audit")],
        show: standard::log,
        actions: &[],
    },
    Page {
        path: "/logs/diagnostic",
        group: "Logs",
        label: "Diagnostic log",
        code: None,
        needs: permission::DIAGNOSTIC_READ,
        with: &[("log", "diagnostic")],
        show: standard::log,
        actions: standard::LOG_ACTIONS,
    },
];

const USERS: &str = "Users & Business Units";
const SECURITY: &str = "Security";

/// What the forms of the three settings pages do: any of them could carry the website's switches.
const SETTING_ACTIONS: &[Action] =
    &[Action { name: "settings", needs: needs::SETTINGS_CHANGE, run: website::change_settings }];

fn security_policy(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut shown = standard::settings(cx, args)?;
    shown.sheet.title = String::from("Security Policy");
    Ok(shown)
}

fn diagnostics(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut shown = standard::settings(cx, args)?;
    shown.sheet.title = String::from("Diagnostics");
    Ok(shown)
}
