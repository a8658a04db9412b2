//! What can be typed at the MD-shell.
//!
//! `extension` and `name` with their switches are the vendor's. `log`, `option` and `passwd` are ours, in the same
//! manner: how the product prints its logs and options at the shell is not public.

mod maintenance;

use pbx_auth::Permission;
use pbx_cmdline::{Switch, ValueKind};
use pbx_estate::{Args, Context, Handler, Outcome, Refusal, Stop, log, setting, subscriber};
use pbx_product::{Command, Run, needs};

use crate::permission::{EXTENSION_CHANGE, EXTENSION_READ, MAINTENANCE, NAME_CHANGE, NAME_READ, SHELL};

pub(crate) const COMMANDS: &[Command] = &[
    row("extension", INITIATE, EXTENSION_CHANGE, "Make extensions", EXTENSION_VALUES, subscriber::initiate),
    row("extension", CHANGE, EXTENSION_CHANGE, "Change extensions", EXTENSION_VALUES, subscriber::change),
    row("extension", ERASE, EXTENSION_CHANGE, "Erase extensions and their names", &[DIR], subscriber::erase),
    row("extension", PRINT, EXTENSION_READ, "Print extensions", &[DIR_OR_ALL], subscriber::print),
    row("name", INITIATE, NAME_CHANGE, "Set the name of an extension", NAME_SET, name_initiate),
    row("name", CHANGE, NAME_CHANGE, "Change the name of an extension", NAME_PARTS, subscriber::name_change),
    row("name", ERASE, NAME_CHANGE, "Erase the names of extensions", &[DIR], subscriber::name_erase),
    row("name", PRINT, NAME_READ, "Print the names of extensions", &[DIR_OR_ALL], subscriber::name_print),
    row("log", PRINT, needs::LOGS_READ, "Print the newest entries of a log", LOG_READ, log::read),
    row("log", ERASE, needs::LOGS_CLEAR, "Clear a log, where it may be cleared", &[LOG], log::clear),
    row("option", PRINT, needs::SETTINGS_READ, "Print the options", &[], setting::list),
    built_in(
        "mxone_maintenance",
        MAINTENANCE,
        "Users, login banner, web management",
        Run::Menu(&maintenance::MENU),
    ),
    built_in("passwd", SHELL, "Change your own password", Run::Menu(&maintenance::OWN_PASSWORD)),
    built_in("help", SHELL, "List the commands, or explain one", Run::Help),
    built_in("exit", SHELL, "Leave the shell", Run::Leave),
];

/// Sets a name; of the vendor's number types only directory numbers exist here.
fn name_initiate(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    match args.get(NUMBER_TYPE.long) {
        None | Some("dir") => subscriber::name_initiate(cx, args),
        Some(_) => {
            Err(Refusal::bad(NUMBER_TYPE.long, "must be dir: only directory numbers have names").into())
        }
    }
}

type Action = Option<(&'static str, &'static str)>;

const INITIATE: Action = Some(("-i", "--initiate"));
const CHANGE: Action = Some(("-c", "--change"));
const ERASE: Action = Some(("-e", "--erase"));
const PRINT: Action = Some(("-p", "--print"));

const EXTENSION_VALUES: &[Switch] = &[DIR, CSP, LIM, CUSTOMER];
const NAME_SET: &[Switch] = &[DIR, NAME1_REQUIRED, NAME2, NUMBER_TYPE];
const NAME_PARTS: &[Switch] = &[DIR, NAME1, NAME2];
const LOG_READ: &[Switch] = &[LOG, SEARCH, BEFORE];

const DIR: Switch = Switch {
    short: Some('d'),
    long: "dir",
    value: ValueKind::Numbers,
    required: true,
    help: "Directory numbers: 2101, 2101,2105 or 2101..2110",
};
const DIR_OR_ALL: Switch =
    Switch { required: false, help: "Directory numbers as 2101..2110, or all; all where left out", ..DIR };
const CSP: Switch = number(None, "csp", "Common service profile, 0 to 500; 0 where left out");
const LIM: Switch = number(Some('l'), "lim", "Server that handles it, 1 to 124; 1 where left out");
const CUSTOMER: Switch = number(None, "customer", "Customer it belongs to, 0 to 50000; 0 where left out");
const NAME1: Switch = text("name1", "First part, at most 20 characters");
const NAME1_REQUIRED: Switch = Switch { required: true, ..NAME1 };
const NAME2: Switch = text("name2", "Second part, at most 20 characters");
const NUMBER_TYPE: Switch = text("number-type", "Kind of number: dir");
const LOG: Switch = Switch { required: true, ..text("log", "Which log: audit, system, mdsh or audit-trail") };
const SEARCH: Switch = text("search", "Only entries that contain this");
const BEFORE: Switch = number(None, "before", "Only entries with a lower number than this");

const fn row(
    words: &'static str,
    action: Action,
    needs: Permission,
    summary: &'static str,
    switches: &'static [Switch],
    run: Handler,
) -> Command {
    Command { words, action, needs, summary, switches, run: Run::Operation(run) }
}

const fn built_in(words: &'static str, needs: Permission, summary: &'static str, run: Run) -> Command {
    Command { words, action: None, needs, summary, switches: &[], run }
}

const fn number(short: Option<char>, long: &'static str, help: &'static str) -> Switch {
    Switch { short, long, value: ValueKind::Number, required: false, help }
}

const fn text(long: &'static str, help: &'static str) -> Switch {
    Switch { short: None, long, value: ValueKind::Text, required: false, help }
}
