//! WebAdmin and the Self Service Portal: their pages, with the short navigation codes of the product.

use pbx_auth::Principal;
use pbx_estate::{Args, Context, Stop, account};
use pbx_kernel::Surface;
use pbx_page::{Note, Theme};
use pbx_product::{Action, Face, LoginForm, Page, Shown, needs, standard};

use crate::{held, permission, user};

/// How the web looks.
pub(crate) const FACE: Face = Face {
    theme: Theme::Office400,
    heading: "WebAdmin",
    login_path: "/login",
    login_forms: &[
        LoginForm {
            label: "WebAdmin",
            name: ("username", "User name"),
            password: ("password", "Password"),
            surface: Surface::Web,
        },
        LoginForm {
            label: "Self Service Portal",
            name: ("username", "User name or extension"),
            password: ("password", "Password or PIN"),
            surface: Surface::SelfService,
        },
    ],
    server: None,
};

/// Every page.
pub(crate) const PAGES: &[Page] = &[
    Page {
        path: "/",
        group: "System",
        label: "System information",
        code: None,
        needs: permission::WEBADMIN,
        with: &[],
        show: standard::overview,
        actions: &[],
    },
    Page {
        path: "/access-control/accounts",
        group: ACCESS_CONTROL,
        label: "User accounts",
        code: Some("=a7"),
        needs: needs::ACCOUNTS_READ,
        with: &[],
        show: accounts,
        actions: ACCOUNT_ACTIONS,
    },
    Page {
        path: "/access-control/profiles",
        group: ACCESS_CONTROL,
        label: "Authorization profiles",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::roles,
        actions: standard::ROLE_ACTIONS,
    },
    Page {
        path: "/access-control/rights",
        group: ACCESS_CONTROL,
        label: "Rights at a glance",
        code: None,
        needs: needs::ROLES_READ,
        with: &[],
        show: standard::matrix,
        actions: &[],
    },
    Page {
        path: "/access-control/access-log",
        group: ACCESS_CONTROL,
        label: "Access log",
        code: Some("=ez"),
        needs: permission::ACCESS_READ,
        with: &[("log", "access")],
        show: standard::log,
        actions: &[],
    },
    Page {
        path: "/access-control/failed-logins",
        group: ACCESS_CONTROL,
        label: "Failed logins",
        code: Some("=z3"),
        needs: permission::ACCESS_READ,
        with: &[("log", "failed-logins")],
        show: standard::log,
        actions: &[],
    },
    Page {
        path: "/access-control/audit-trail",
        group: ACCESS_CONTROL,
        label: "Audit trail",
        code: None,
        needs: permission::AUDIT_READ,
        with: &[("log", "audit")],
        show: standard::log,
        actions: standard::LOG_ACTIONS,
    },
    Page {
        path: "/users/user-list",
        group: "Users",
        label: "User list",
        code: None,
        needs: needs::PEOPLE_READ,
        with: &[],
        show: held::users,
        actions: held::USER_ACTIONS,
    },
    Page {
        path: "/users/directory",
        group: "Users",
        label: "Telephone directory",
        code: None,
        needs: permission::DIRECTORY_READ,
        with: &[("store", "directory")],
        show: |cx, args| standard::store(cx, args, held::DIRECTORY_ACTIONS),
        actions: held::DIRECTORY_ACTIONS,
    },
    Page {
        path: "/hospitality/charges",
        group: "Hospitality",
        label: "Charge file",
        code: None,
        needs: permission::HOTEL,
        with: &[("store", "charges")],
        show: |cx, args| standard::store(cx, args, held::CHARGE_ACTIONS),
        actions: held::CHARGE_ACTIONS,
    },
    Page {
        path: "/maintenance/security",
        group: "Maintenance",
        label: "Security settings",
        code: Some("=t0"),
        needs: needs::SETTINGS_READ,
        with: &[],
        show: standard::settings,
        actions: standard::SETTING_ACTIONS,
    },
    Page {
        path: "/own",
        group: "My account",
        label: "My account",
        code: None,
        needs: needs::OWN,
        with: &[],
        show: own,
        actions: standard::OWN_ACTIONS,
    },
    Page {
        path: "/own/details",
        group: "My account",
        label: "My details",
        code: None,
        needs: permission::CONTACTS_OWN,
        with: &[],
        show: standard::own_record,
        actions: &[],
    },
    Page {
        path: "/own/voice-mail",
        group: "My account",
        label: "My voice mail",
        code: None,
        needs: permission::VOICEMAIL_OWN,
        with: &[("store", "voice-mail")],
        show: |cx, args| standard::store(cx, args, held::VOICEMAIL_ACTIONS),
        actions: held::VOICEMAIL_ACTIONS,
    },
    Page {
        path: "/own/greetings",
        group: "My account",
        label: "My greetings",
        code: None,
        needs: permission::VOICEMAIL_OWN,
        with: &[("store", "greetings")],
        show: |cx, args| standard::store(cx, args, held::GREETING_ACTIONS),
        actions: held::GREETING_ACTIONS,
    },
    Page {
        path: "/own/contacts",
        group: "My account",
        label: "My contacts",
        code: None,
        needs: permission::CONTACTS_OWN,
        with: &[("store", "contacts")],
        show: |cx, args| standard::store(cx, args, held::CONTACT_ACTIONS),
        actions: held::CONTACT_ACTIONS,
    },
    Page {
        path: "/own/recordings",
        group: "My account",
        label: "My recordings",
        code: None,
        needs: permission::RECORDINGS_OWN,
        with: &[("store", "recordings")],
        show: |cx, args| standard::store(cx, args, held::RECORDING_ACTIONS),
        actions: held::RECORDING_ACTIONS,
    },
];

const ACCESS_CONTROL: &str = "Access control";

/// What the forms of [`accounts`] do. No action unlocks: this product's locks end by themselves.
const ACCOUNT_ACTIONS: &[Action] = &[
    Action { name: "create", needs: needs::ACCOUNTS_CREATE, run: account::create },
    Action { name: "user", needs: needs::ACCOUNTS_CREATE, run: user::create },
    Action { name: "change", needs: needs::ACCOUNTS_CHANGE, run: account::change },
    Action { name: "password", needs: needs::ACCOUNTS_PASSWORD, run: account::set_password },
    Action { name: "pin", needs: needs::ACCOUNTS_PASSWORD, run: account::set_password },
    Action { name: "remove", needs: needs::ACCOUNTS_DELETE, run: account::remove },
];

/// The shared accounts page, with what end users have besides: a form of their own, and a PIN.
fn accounts(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let may = |permission| cx.principal().role.includes(permission);
    let is_list = args.get("name").is_none() || matches!(args.get("do"), Some("create" | "user" | "remove"));
    if is_list {
        let mut shown = standard::accounts(cx, args)?;
        if may(needs::ACCOUNTS_CREATE) {
            shown.sheet = shown.sheet.block(user::create_form(cx)?);
        }
        return Ok(shown);
    }
    let name = args.text("name")?;
    let mut shown = standard::accounts(cx, &Args::of([("name", name)]))?;
    if may(needs::ACCOUNTS_PASSWORD)
        && let Some(form) = user::pin_form(cx, name)?
    {
        shown.sheet = shown.sheet.block(form);
    }
    Ok(shown)
}

/// One's own account: all there is of the Self Service Portal, where a word is said about what serves to log in.
fn own(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut shown = standard::own(cx, args)?;
    let Principal { surface: Surface::SelfService, source, .. } = cx.principal() else { return Ok(shown) };
    shown.sheet.title = String::from("Self Service Portal");
    shown.sheet = shown.sheet.block(Note::info(if cx.policy.local_networks.include(*source) {
        "Inside the company network you log in with your user name or extension and your PIN or password."
    } else {
        "Outside the company network you log in with your user name and your password; the PIN does not serve there."
    }));
    Ok(shown)
}
