//! The portal's pages.

use pbx_estate::{Args, Context, Stop, account};
use pbx_kernel::Surface;
use pbx_page::Theme;
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::{customer, permission, strength};

/// How the web looks.
pub(crate) const FACE: Face = Face {
    theme: Theme::MicloudPortal,
    heading: "Management Portal",
    login_path: "/sign-in",
    login_forms: &[
        LoginForm {
            label: "Service provider",
            name: ("username", "User name"),
            password: ("password", "Password"),
            surface: Surface::Web,
        },
        LoginForm {
            label: "End User Portal",
            name: ("username", "User name"),
            password: ("password", "Password"),
            surface: Surface::SelfService,
        },
    ],
    server: None,
};

/// Every page.
pub(crate) const PAGES: &[Page] = &[
    Page {
        path: "/",
        group: "Home",
        label: "Overview",
        code: None,
        needs: needs::OWN,
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
        actions: &[Action { name: "own-password", needs: needs::OWN, run: strength::set_own_password }],
    },
    Page {
        path: "/customers/users",
        group: "Customers",
        label: "Users",
        code: None,
        needs: permission::USERS_READ,
        with: &[],
        show: customer::users,
        actions: customer::USER_ACTIONS,
    },
    Page {
        path: "/customers/customers",
        group: "Customers",
        label: "Customers",
        code: None,
        needs: permission::CUSTOMERS_READ,
        with: &[("store", "customers")],
        show: |cx, args| standard::store(cx, args, customer::CUSTOMER_ACTIONS),
        actions: customer::CUSTOMER_ACTIONS,
    },
    Page {
        path: "/administration/system-users",
        group: ADMINISTRATION,
        label: "System users",
        code: None,
        needs: needs::ACCOUNTS_READ,
        with: &[],
        show: system_users,
        actions: SYSTEM_USER_ACTIONS,
    },
    Page {
        path: "/administration/profiles",
        group: ADMINISTRATION,
        label: "Administrator profiles",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::roles,
        actions: standard::ROLE_ACTIONS,
    },
    Page {
        path: "/administration/profile-matrix",
        group: ADMINISTRATION,
        label: "Who may do what",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::matrix,
        actions: &[],
    },
    Page {
        path: "/administration/security",
        group: ADMINISTRATION,
        label: "Security settings",
        code: None,
        needs: needs::SETTINGS_READ,
        with: &[],
        show: standard::settings,
        actions: standard::SETTING_ACTIONS,
    },
    Page {
        path: "/logs/audit",
        group: "Logs",
        label: "Audit log",
        code: None,
        needs: permission::AUDIT_READ,
        with: &[("log", "audit")],
        show: standard::log,
        actions: &[],
    },
    Page {
        path: "/logs/login",
        group: "Logs",
        label: "Login log",
        code: None,
        needs: permission::LOGIN_READ,
        with: &[("log", "login")],
        show: standard::log,
        actions: &[],
    },
];

const ADMINISTRATION: &str = "Administration";

/// What the forms of [`system_users`] do. No action unlocks: nothing ever locks.
const SYSTEM_USER_ACTIONS: &[Action] = &[
    Action { name: "create", needs: needs::ACCOUNTS_CREATE, run: strength::create },
    Action { name: "change", needs: needs::ACCOUNTS_CHANGE, run: account::change },
    Action { name: "password", needs: needs::ACCOUNTS_PASSWORD, run: strength::set_password },
    Action { name: "remove", needs: needs::ACCOUNTS_DELETE, run: account::remove },
    Action { name: "strength", needs: needs::OWN, run: strength::tell },
];

/// The shared accounts page, and a form that tells how strong a password is.
fn system_users(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut shown = standard::accounts(cx, args)?;
    shown.sheet = shown.sheet.block(strength::form());
    Ok(shown)
}
