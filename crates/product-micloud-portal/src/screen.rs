//! How the server console looks: the only place in this crate that knows a column.

use pbx_estate::{Listing, Reply};
use pbx_product::{Console, Screen, text};

use crate::command;

/// The console's looks. It has no prompt of its own: the menu asks for a number.
pub(crate) const SCREEN: Screen = Screen {
    console: |_| Console::Menu(&command::CONSOLE),
    greeting: |signed| {
        let since = signed.last_login.map_or_else(|| "never".to_owned(), |it| it.to_string());
        format!("{}\nSite {}, last login {since}\n", signed.policy.product.name, signed.site)
    },
    prompt: |_| "Your choice: ".to_owned(),
    reply,
    refuse: |refusal| format!("Not done. {refusal}\n"),
    unknown: |line| format!("\"{line}\" is none of the numbers above.\n"),
    grammar: |_, error| format!("Not done. {error}\n"),
    help: text::help,
    usage: text::usage,
    unavailable: "Not done: the request could not be recorded. Try again later.\n",
    refused_status: 1,
};

fn reply(_: &str, reply: &Reply) -> String {
    match reply {
        Reply::Listing(listing) if listing.kind == "log" => entries(listing),
        Reply::Document(_)
        | Reply::Listing(_)
        | Reply::Done(_)
        | Reply::Facts(_)
        | Reply::Text(_)
        | Reply::Nothing => text::reply(reply),
    }
}

/// Log entries, newest first, each on one line: what a terminal of 80 columns has room for.
fn entries(listing: &Listing) -> String {
    if listing.rows.is_empty() {
        return "No entries.\n".to_owned();
    }
    let shown: Vec<usize> =
        SHOWN.iter().filter_map(|name| listing.columns.iter().position(|it| it == name)).collect();
    let line = |cells: &Vec<String>| {
        let cells: Vec<&str> = shown.iter().filter_map(|it| cells.get(*it)).map(String::as_str).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let mut lines: String = listing.rows.iter().map(line).collect();
    if listing.next.is_some() {
        lines.push_str("There are older entries: look for a text to find them.\n");
    }
    lines
}

const SHOWN: &[&str] = &["time", "event", "outcome", "account", "source", "object"];

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rows: &[&[&str]], next: Option<&str>) -> String {
        let columns =
            &["number", "time", "event", "account", "source", "surface", "outcome", "object", "detail"];
        let rows = rows.iter().map(|it| it.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let listing = Listing { kind: "log", columns: columns.into(), rows, next: next.map(str::to_owned) };
        reply("", &Reply::Listing(listing))
    }

    #[test]
    fn an_entry_takes_one_line() {
        let row: &[&str] =
            &["7", "10:00", "role.changed", "root", "127.0.0.1", "web", "ok", "role help-desk", "x=1"];
        assert_eq!(log(&[row], None), "10:00  role.changed  ok  root  127.0.0.1  role help-desk\n");
    }

    #[test]
    fn an_empty_log_and_a_long_one_say_so() {
        assert_eq!(log(&[], None), "No entries.\n");
        let row: &[&str] = &["7", "10:00", "auth.rejected", "root", "::1", "web", "refused", "", ""];
        let text = log(&[row], Some("6"));
        assert!(text.starts_with("10:00  auth.rejected  refused  root  ::1\n"), "{text}");
        assert!(text.ends_with("look for a text to find them.\n"), "{text}");
    }
}
