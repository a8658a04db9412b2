//! The website's pages.

use pbx_estate::{Args, Context, Stop};
use pbx_kernel::Surface;
use pbx_page::Theme;
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::{permission, website};

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
