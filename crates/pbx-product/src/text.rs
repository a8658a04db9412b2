//! Plain text for terminals, for products without a layout of their own for an answer.

use pbx_estate::{Listing, Reply};

use crate::Command;

/// An answer as plain text: a listing as columns, facts as labels and values.
pub fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Done(sentence) if sentence.is_empty() => String::new(),
        Reply::Done(sentence) => format!("{sentence}\n"),
        Reply::Facts(facts) => {
            let width = facts.rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
            facts.rows.iter().map(|(label, value)| format!("{label:width$}  {value}\n")).collect()
        }
        Reply::Listing(listing) => columns(listing),
        Reply::Text(text) => text.clone(),
        Reply::Document(document) => String::from_utf8_lossy(&document.bytes).into_owned(),
        Reply::Nothing => String::new(),
    }
}

/// A listing as left-aligned columns two blanks apart, under its headings.
pub fn columns(listing: &Listing) -> String {
    if listing.rows.is_empty() {
        return "(none)\n".to_owned();
    }
    let heading: Vec<String> = listing.columns.iter().map(|it| (*it).to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&heading).chain(&listing.rows).collect();
    let width = |column: usize| {
        lines.iter().filter_map(|it| it.get(column)).map(|it| it.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..listing.columns.len()).map(width).collect();
    let line = |cells: &Vec<String>| {
        let cells: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    lines.into_iter().map(line).collect()
}

/// The list of commands: words and summary, each words once.
pub fn help(commands: &[&Command]) -> String {
    let mut seen = Vec::new();
    let mut text = String::new();
    for command in commands {
        if !seen.contains(&command.words) {
            seen.push(command.words);
            text += &format!("  {:<20} {}\n", command.words, command.summary);
        }
    }
    text
}

/// The help of one command: each of its rows with its switches.
pub fn usage(commands: &[&Command]) -> String {
    let mut text = String::new();
    for command in commands {
        text.push_str(&format!("{}\n    {}\n", command.name(), command.summary));
        for switch in command.switches {
            let short = switch.short.map(|it| format!("-{it}, ")).unwrap_or_default();
            text.push_str(&format!("    {short}--{:<18} {}\n", switch.long, switch.help));
        }
    }
    text
}
