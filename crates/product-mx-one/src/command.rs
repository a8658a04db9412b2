//! What can be typed at the MD-shell.
//!
//! `extension`, `name`, `diversion`, `extension_key` and `call_list` with their switches are the vendor's. The rest are
//! ours, in the same manner: how the product prints its logs and options at the shell is not public, its operators and
//! mailboxes have commands of an older language, and of call information only the names of commands are known.

mod maintenance;

use pbx_auth::Permission;
use pbx_cmdline::{Switch, ValueKind};
use pbx_estate::{Args, Context, Handler, Outcome, Refusal, Stop, log, setting, subscriber};
use pbx_product::{Command, Run, needs};

use crate::node;
use crate::permission::{
    CALLS_ERASE, CALLS_READ, CDR_CLEAR, CDR_MASK, CDR_READ, CUSTOMERS_DELETE, CUSTOMERS_READ,
    EXTENSION_CHANGE, EXTENSION_READ, MAINTENANCE, NAME_CHANGE, NAME_READ, SHELL, VOICEMAIL_ERASE,
    VOICEMAIL_READ,
};

pub(crate) const COMMANDS: &[Command] = &[
    row("extension", INITIATE, EXTENSION_CHANGE, "Make extensions", EXTENSION_VALUES, subscriber::initiate),
    row("extension", CHANGE, EXTENSION_CHANGE, "Change extensions", EXTENSION_VALUES, subscriber::change),
    row(
        "extension",
        ERASE,
        EXTENSION_CHANGE,
        "Erase extensions and their names",
        &[DIR],
        node::erase_extension,
    ),
    row("extension", PRINT, EXTENSION_READ, "Print extensions", &[DIR_OR_ALL], subscriber::print),
    row("name", INITIATE, NAME_CHANGE, "Set the name of an extension", NAME_SET, name_initiate),
    row("name", CHANGE, NAME_CHANGE, "Change the name of an extension", NAME_PARTS, subscriber::name_change),
    row("name", ERASE, NAME_CHANGE, "Erase the names of extensions", &[DIR], node::erase_name),
    row("name", PRINT, NAME_READ, "Print the names of extensions", &[DIR_OR_ALL], subscriber::name_print),
    row("operator", PRINT, EXTENSION_READ, "Print PBX operators", &[DIR_OR_ALL], |cx, args| {
        node::print(cx, args, "operator", "operators")
    }),
    row("operator", ERASE, EXTENSION_CHANGE, "Erase PBX operators of extensions", &[DIR], |cx, args| {
        node::erase(cx, args, "operator", "operators")
    }),
    row("extension_key", PRINT, EXTENSION_READ, "Print function keys", &[DIR_OR_ALL], |cx, args| {
        node::print(cx, args, "function-key", "function-keys")
    }),
    row("extension_key", ERASE, EXTENSION_CHANGE, "Erase function keys of extensions", &[DIR], |cx, args| {
        node::erase(cx, args, "function-key", "function-keys")
    }),
    row("diversion", PRINT, EXTENSION_READ, "Print diversion data", &[DIR_OR_ALL], |cx, args| {
        node::print(cx, args, "diversion", "diversion")
    }),
    row("diversion", ERASE, EXTENSION_CHANGE, "Erase diversion data of extensions", &[DIR], |cx, args| {
        node::erase(cx, args, "diversion", "diversion")
    }),
    row("personal_number", PRINT, EXTENSION_READ, "Print personal-number data", &[DIR_OR_ALL], |cx, args| {
        node::print(cx, args, "personal-number", "personal-numbers")
    }),
    row(
        "personal_number",
        ERASE,
        EXTENSION_CHANGE,
        "Erase personal-number data of extensions",
        &[DIR],
        |cx, args| node::erase(cx, args, "personal-number", "personal-numbers"),
    ),
    row("mailbox", PRINT, VOICEMAIL_READ, "Print voice mailboxes", &[DIR_OR_ALL], |cx, args| {
        node::print(cx, args, "mailbox", "voice-mail")
    }),
    row("mailbox", ERASE, VOICEMAIL_ERASE, "Erase voice mailboxes of extensions", &[DIR], |cx, args| {
        node::erase(cx, args, "mailbox", "voice-mail")
    }),
    row("call_list", PRINT, CALLS_READ, "Print call-list data", &[DIR_OR_ALL], |cx, args| {
        node::print(cx, args, "call-list", "call-list")
    }),
    row("call_list", ERASE, CALLS_ERASE, "Erase call-list data of extensions", &[DIR], |cx, args| {
        node::erase(cx, args, "call-list", "call-list")
    }),
    row("callinfo", PRINT, CDR_READ, "Print call detail records", &[SEARCH, AFTER], node::print_call_details),
    row(
        "callinfo",
        ERASE,
        CDR_CLEAR,
        "Clear the call detail records, whole",
        &[DIR_REFUSED],
        node::clear_call_details,
    ),
    row(
        "callinfo_mask_set",
        None,
        CDR_MASK,
        "Mask the last digits of numbers in call detail records",
        &[],
        node::mask_call_details,
    ),
    row("customer", PRINT, CUSTOMERS_READ, "Print customers", &[SEARCH, AFTER], node::print_customers),
    row(
        "customer",
        ERASE,
        CUSTOMERS_DELETE,
        "Remove customers that have no extensions left",
        &[CUSTOMERS],
        node::remove_customer,
    ),
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
const DIR_REFUSED: Switch = Switch {
    required: false,
    help: "Refused: call detail records cannot be erased for one extension",
    ..DIR
};
const CSP: Switch = number(None, "csp", "Common service profile, 0 to 500; 0 where left out");
const LIM: Switch = number(Some('l'), "lim", "Server that handles it, 1 to 124; 1 where left out");
const CUSTOMER: Switch = number(None, "customer", "Customer it belongs to, 0 to 50000; 0 where left out");
const NAME1: Switch = text("name1", "First part, at most 20 characters");
const NAME1_REQUIRED: Switch = Switch { required: true, ..NAME1 };
const NAME2: Switch = text("name2", "Second part, at most 20 characters");
const NUMBER_TYPE: Switch = text("number-type", "Kind of number: dir");
const LOG: Switch = Switch { required: true, ..text("log", "Which log: audit, system, mdsh or audit-trail") };
const SEARCH: Switch = text("search", "Only entries that contain this");
const CUSTOMERS: Switch = Switch {
    short: None,
    long: "item",
    value: ValueKind::Numbers,
    required: true,
    help: "Customers as customer -p numbers them: 3, or 3,5",
};
const AFTER: Switch = number(None, "after", "Only records with a higher number than this");
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
