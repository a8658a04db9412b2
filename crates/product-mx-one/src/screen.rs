//! How the MD-shell looks: the only place in this crate that knows a column or a sentence of the terminal.
//!
//! Titles and column starts of the print commands are public facts, observed on release 6.3; where a heading is
//! longer than its column it is broken over lines, which is ours. All sentences are ours: the vendor's are not public.

mod sheet;

use pbx_cmdline::{GrammarError, Switch};
use pbx_estate::{Listing, Refusal, Reply};
use pbx_product::{Command, Console, Run, Screen, Signed, text};

pub(crate) const SCREEN: Screen = Screen {
    console: |_| Console::Prompt,
    greeting,
    prompt: |_| "MDSH> ".to_owned(),
    reply,
    refuse,
    unknown: |line| format!("\"{line}\" is not a command of this shell. Type help for a list.\n"),
    grammar,
    help,
    usage,
    unavailable: "Not executed: the request could not be recorded, so nothing was changed. Try again later.\n",
    refused_status: 1,
};

fn greeting(signed: &Signed<'_>) -> String {
    let product = &signed.policy.product;
    let principal = signed.principal;
    let release = product.releases.first().map_or("", String::as_str);
    let level = match principal.role.id.as_str() {
        "linux-0" => "This account is in none of the authority groups, so its level is 0.\n",
        _ => "",
    };
    let last_login =
        signed.last_login.map(|it| format!("Last login: {}\n", it.format("%Y-%m-%d %H:%M:%S UTC")));
    [
        format!("{} Service Node, release {release}, site {} (emulated)\n", product.name, signed.site),
        format!("Logged in as {}: {}.\n", principal.account, principal.role.name),
        level.to_owned(),
        last_login.unwrap_or_default(),
    ]
    .concat()
}

fn reply(_: &str, reply: &Reply) -> String {
    match reply {
        Reply::Listing(listing) if listing.kind == "log" => entries(listing),
        Reply::Listing(listing) => match sheet::of(listing.kind) {
            Some(layout) => sheet::print(layout, listing) + &more(listing),
            None => text::reply(reply),
        },
        Reply::Nothing => "Executed.\n".to_owned(),
        Reply::Document(_) | Reply::Done(_) | Reply::Facts(_) | Reply::Text(_) => text::reply(reply),
    }
}

/// The entries of a log, oldest first, one line each in the manner of the Linux audit log. Values that callers chose
/// are quoted and escaped, so that they can neither steer a terminal nor pass for another entry.
fn entries(listing: &Listing) -> String {
    if listing.rows.is_empty() {
        return "No entries.\n".to_owned();
    }
    let line = |row: &Vec<String>| {
        let cell = |column: &str| {
            let index = listing.columns.iter().position(|it| *it == column);
            index.and_then(|it| row.get(it)).map_or("", String::as_str)
        };
        let [number, time, event, outcome] = ["number", "time", "event", "outcome"].map(cell);
        let known = ["account", "source", "surface", "object", "detail"]
            .into_iter()
            .filter(|it| !cell(it).is_empty());
        let known: String = known.map(|it| format!(" {it}={:?}", cell(it))).collect();
        format!("{number} {time} {event} {outcome}{known}\n")
    };
    let older = listing.next.as_ref().map(|it| format!("Older entries: --before {it}\n"));
    older.into_iter().chain(listing.rows.iter().rev().map(line)).collect()
}

/// How to print what comes after these rows.
fn more(listing: &Listing) -> String {
    let last = listing.next.as_deref().and_then(|it| it.rsplit('/').next());
    last.map(|it| format!("More: --after {}\n", it.trim_start_matches('0'))).unwrap_or_default()
}

fn refuse(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotPermitted(_) => "Not accepted: your authority level does not include this.\n".to_owned(),
        _ => format!("Not accepted: {refusal}\n"),
    }
}

fn grammar(command: &str, error: &GrammarError) -> String {
    let words = command.split(' ').next().unwrap_or_default();
    format!("{command}: {error}. Type help {words} for its switches.\n")
}

/// The commands in two blocks: those of the Service Node, then what the shell itself knows.
fn help(commands: &[&Command]) -> String {
    let is_built_in = |it: &&Command| !matches!(it.run, Run::Operation(_));
    let (built_in, node): (Vec<&Command>, Vec<&Command>) = commands.iter().copied().partition(is_built_in);
    let block = |title: &str, commands: &[&Command]| match commands {
        [] => String::new(),
        _ => format!("{title}:\n{}", text::help(commands)),
    };
    format!("{}{}", block("Service Node", &node), block("Shell", &built_in))
}

/// One command as a short manual page.
fn usage(commands: &[&Command]) -> String {
    commands.iter().map(|command| usage_of(command)).collect()
}

fn usage_of(command: &Command) -> String {
    let action = command.action.map(|(short, long)| format!(" {short} | {long}")).unwrap_or_default();
    let line = |(switch, (written, help)): (&Switch, (String, &str))| {
        let needed = if switch.required { " (needed)" } else { "" };
        format!("    {written:<24} {help}{needed}\n")
    };
    let switches = command.switches.iter().zip(pbx_cmdline::usage(command.switches)).map(line);
    let head = format!("{}{action}\n    {}\n", command.words, command.summary);
    std::iter::once(head).chain(switches).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] =
        &["number", "time", "event", "account", "source", "surface", "outcome", "object", "detail"];

    fn log(rows: &[[&str; 9]], next: Option<&str>) -> Reply {
        let rows = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        Reply::Listing(Listing { kind: "log", columns: COLUMNS.into(), rows, next: next.map(str::to_owned) })
    }

    #[test]
    fn an_entry_of_a_log_is_one_line_whatever_a_caller_typed() {
        let time = "2026-11-22T09:00:00.000Z";
        let rows = [
            ["8", time, "auth.locked", "ad\n\u{1b}[2Ja", "127.0.0.1", "ssh", "refused", "", "reason=limit"],
            ["7", time, "command.ran", "level7", "127.0.0.1", "ssh", "ok", "extension 2101", ""],
        ];
        let expected = "\
Older entries: --before 7
7 2026-11-22T09:00:00.000Z command.ran ok account=\"level7\" source=\"127.0.0.1\" surface=\"ssh\" object=\"extension 2101\"
8 2026-11-22T09:00:00.000Z auth.locked refused account=\"ad\\n\\u{1b}[2Ja\" source=\"127.0.0.1\" surface=\"ssh\" detail=\"reason=limit\"
";
        assert_eq!(reply("log -p", &log(&rows, Some("7"))), expected);
        assert_eq!(reply("log -p", &log(&[], None)), "No entries.\n");
    }

    #[test]
    fn a_command_that_changed_something_says_so() {
        assert_eq!(reply("extension -i", &Reply::Nothing), "Executed.\n");
    }
}
