//! The menus of `mxone_maintenance`. That it holds a user task, the login banner and web management is the paper's
//! statement; how the vendor words and orders its menus is not public, so this is ours.

use pbx_auth::Permission;
use pbx_estate::{Args, Context, Handler, Outcome, Refusal, Stop, account, setting};
use pbx_product::{Does, Item, Menu, Question, needs};

use crate::permission::{MAINTENANCE, SETTINGS_BANNER, SETTINGS_WEB_MANAGEMENT, SHELL};

/// What `mxone_maintenance` opens.
pub(super) const MENU: Menu = Menu {
    title: "mxone_maintenance",
    items: &[
        item("User task", MAINTENANCE, Does::Open(&USERS)),
        item("Login banner", MAINTENANCE, Does::Open(&BANNER)),
        item("Web management", MAINTENANCE, Does::Open(&WEB_MANAGEMENT)),
        item("Leave", MAINTENANCE, Does::Leave),
    ],
};

/// What `passwd` opens.
pub(super) const OWN_PASSWORD: Menu = Menu {
    title: "Own password",
    items: &[
        item("Change it", needs::OWN, ask(OWN_PASSWORD_QUESTIONS, account::set_own_password)),
        item("Leave", SHELL, Does::Leave),
    ],
};

const USERS: Menu = Menu {
    title: "User task",
    items: &[
        item("List the accounts", needs::ACCOUNTS_READ, fixed(&[], &[("surface", "ssh")], account::list)),
        item("Show an account", needs::ACCOUNTS_READ, ask(&[NAME], account::show)),
        item("List the locked accounts", needs::ACCOUNTS_READ, ask(&[], account::locked)),
        item("Add a Linux account", needs::ACCOUNTS_CREATE, ask(ADD_QUESTIONS, add)),
        item("Change the authority level", needs::ACCOUNTS_CHANGE, ask(&[NAME, LEVEL], change_level)),
        item(
            "Disable an account",
            needs::ACCOUNTS_CHANGE,
            fixed(&[NAME], &[("disabled", "yes")], account::change),
        ),
        item(
            "Enable an account",
            needs::ACCOUNTS_CHANGE,
            fixed(&[NAME], &[("disabled", "no")], account::change),
        ),
        item(
            "Set a password",
            needs::ACCOUNTS_PASSWORD,
            ask(&[NAME, PASSWORD, CONFIRM], account::set_password),
        ),
        item("Unlock an account", needs::ACCOUNTS_UNLOCK, ask(&[NAME], account::unlock)),
        item("Delete an account", needs::ACCOUNTS_DELETE, ask(&[NAME], account::remove)),
        item("Back", MAINTENANCE, Does::Leave),
    ],
};

const BANNER: Menu = Menu {
    title: "Login banner",
    items: &[
        item("Show it at login", SETTINGS_BANNER, switch(&[(setting::BANNER_SHOWN, "on")])),
        item("Do not show it", SETTINGS_BANNER, switch(&[(setting::BANNER_SHOWN, "off")])),
        item("Change its text", SETTINGS_BANNER, ask(&[BANNER_TEXT], setting::change)),
        item("Back", MAINTENANCE, Does::Leave),
    ],
};

const WEB_MANAGEMENT: Menu = Menu {
    title: "Web management",
    items: &[
        item("Turn HTTPS on", SETTINGS_WEB_MANAGEMENT, switch(&[(WEB_ENABLED, "on")])),
        item("Turn HTTPS off", SETTINGS_WEB_MANAGEMENT, switch(&[(WEB_ENABLED, "off")])),
        item("Back", MAINTENANCE, Does::Leave),
    ],
};

/// Adds an account with the role of its authority level.
fn add(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    account::create(cx, &with_role_of_level(args)?)
}

/// Gives an account the role of another authority level.
fn change_level(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    account::change(cx, &with_role_of_level(args)?)
}

fn with_role_of_level(args: &Args) -> Result<Args, Refusal> {
    let level = args.number(LEVEL.name)?.ok_or(Refusal::Missing(LEVEL.name))?;
    if level > LEVEL_MAX {
        return Err(Refusal::bad(LEVEL.name, format!("must be from 0 to {LEVEL_MAX}")));
    }
    let mut args = args.clone();
    args.add("role", &format!("linux-{level}"));
    Ok(args)
}

/// The highest authority level, from the vendor's description of its Unix groups.
const LEVEL_MAX: u64 = 7;

/// The switch of the listener that carries web management.
const WEB_ENABLED: &str = "listener.web.enabled";

const NAME: Question = question("name", "Account");
const FULL_NAME: Question = Question { optional: true, ..question("full-name", "Full name") };
const LEVEL: Question = question("level", "Authority level (0 to 7)");
const PASSWORD: Question = question("password", "New password");
const CONFIRM: Question = question("confirm", "New password again");
const CURRENT: Question = question("current", "Present password");
const BANNER_TEXT: Question = question(setting::BANNER_TEXT, "Text");
const ADD_QUESTIONS: &[Question] = &[NAME, FULL_NAME, LEVEL, PASSWORD, CONFIRM];
const OWN_PASSWORD_QUESTIONS: &[Question] = &[CURRENT, PASSWORD, CONFIRM];

const fn item(label: &'static str, needs: Permission, does: Does) -> Item {
    Item { label, needs, does }
}

const fn ask(questions: &'static [Question], run: Handler) -> Does {
    fixed(questions, &[], run)
}

const fn switch(with: &'static [(&'static str, &'static str)]) -> Does {
    fixed(&[], with, setting::change)
}

const fn fixed(
    questions: &'static [Question],
    with: &'static [(&'static str, &'static str)],
    run: Handler,
) -> Does {
    Does::Ask { questions, with, run }
}

const fn question(name: &'static str, label: &'static str) -> Question {
    Question { name, label, optional: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_level_is_a_role_from_0_to_7() {
        for level in ["0", "7"] {
            let args = with_role_of_level(&Args::of([("level", level)])).expect("a level");
            assert_eq!(args.get("role"), Some(format!("linux-{level}").as_str()));
        }
        for level in ["8", "-1", "all"] {
            let refusal = with_role_of_level(&Args::of([("level", level)])).expect_err("no level");
            assert_eq!(refusal.field(), Some("level"), "{level}");
        }
        assert_eq!(with_role_of_level(&Args::default()).map(|_| ()), Err(Refusal::Missing("level")));
    }
}
