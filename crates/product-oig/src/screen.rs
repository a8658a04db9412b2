//! How the text console looks: the only place in this crate that knows a sentence of the terminal. All are ours.

use pbx_estate::{Refusal, Reply};
use pbx_product::{Console, Screen, Signed, text};

use crate::command;

pub(crate) const SCREEN: Screen = Screen {
    console: |_| Console::Menu(&command::CONSOLE),
    greeting,
    prompt: |signed| format!("{}: ", signed.site),
    reply,
    refuse,
    unknown: |line| format!("\"{line}\" cannot be run here: this server has a console with a menu.\n"),
    grammar: |command, error| format!("{command}: {error}.\n"),
    help: text::help,
    usage: text::usage,
    unavailable: "Nothing was done, because it could not be recorded. Try again later.\n",
    refused_status: 1,
};

fn greeting(signed: &Signed<'_>) -> String {
    let product = &signed.policy.product;
    let release = product.releases.first().map_or("", String::as_str);
    let last_login = signed.last_login.map(|it| {
        let moment = it.format("%d %B %Y at %H:%M:%S UTC");
        format!("{} was last here on {moment}.\n", signed.principal.account)
    });
    let head = format!("{} {release}, server {} (emulated)\n", product.name, signed.site);
    head + &last_login.unwrap_or_default()
}

/// The entries of a log file as lines, as a file would show them; everything else in plain columns.
fn reply(_: &str, reply: &Reply) -> String {
    match reply {
        Reply::Listing(listing) if listing.kind == "log" => {
            let mut lines: Vec<String> = listing.rows.iter().map(|it| log_line(it)).collect();
            lines.reverse();
            if lines.is_empty() { "This log file is empty.\n".to_owned() } else { lines.concat() }
        }
        Reply::Nothing => "Done.\n".to_owned(),
        Reply::Document(_) | Reply::Done(_) | Reply::Facts(_) | Reply::Listing(_) | Reply::Text(_) => {
            text::reply(reply)
        }
    }
}

/// One entry: its cells but the number, those that are empty left out. Control characters cannot steer a terminal.
fn log_line(cells: &[String]) -> String {
    let known: Vec<&str> = cells.iter().skip(1).map(String::as_str).filter(|it| !it.is_empty()).collect();
    format!("{}\n", known.join(" ").replace(char::is_control, "?"))
}

fn refuse(refusal: &Refusal) -> String {
    format!("Refused. {refusal}\n")
}

#[cfg(test)]
mod tests {
    use pbx_estate::Listing;

    use super::*;

    #[test]
    fn a_log_file_reads_oldest_first_and_one_line_an_entry() {
        let row = |number: &str, event: &str, object: &str| {
            [number, "2026-11-22T09:00:00.000Z", event, "admin", "127.0.0.1", "ssh", "refused", object, ""]
                .map(str::to_owned)
                .to_vec()
        };
        let rows = vec![row("2", "auth.banned", "source\n127.0.0.1"), row("1", "auth.rejected", "")];
        let listing = Listing { kind: "log", rows, ..Listing::default() };
        let expected = "\
2026-11-22T09:00:00.000Z auth.rejected admin 127.0.0.1 ssh refused
2026-11-22T09:00:00.000Z auth.banned admin 127.0.0.1 ssh refused source?127.0.0.1
";
        assert_eq!(reply("secure", &Reply::Listing(listing)), expected);
        let empty = Listing { kind: "log", ..Listing::default() };
        assert_eq!(reply("oig", &Reply::Listing(empty)), "This log file is empty.\n");
    }

    #[test]
    fn a_refusal_says_so_first() {
        let refusal = Refusal::Missing("name");
        assert_eq!(refuse(&refusal), "Refused. A value for \"name\" is needed.\n");
    }
}
