use pbx_estate::{Facts, Listing};
use pbx_page::{Cell, Column, Row, Table, Tone};

/// A listing as a table: headings from its columns' names, states as badges, times in a fixed-width face.
pub fn table(caption: impl Into<String>, listing: &Listing) -> Table {
    let mut table = Table::new(caption);
    for column in listing.columns.iter() {
        table = table.column(Column::from(heading(column)));
    }
    for cells in &listing.rows {
        table = table.row(row(listing, cells));
    }
    table
}

/// Labels and values of one thing.
pub fn facts(caption: impl Into<String>, facts: &Facts) -> pbx_page::Facts {
    let blank = pbx_page::Facts::new(caption);
    facts.rows.iter().fold(blank, |it, (label, value)| it.fact(heading(label), cell(label, value)))
}

/// The row of a table for these cells of a listing.
pub(super) fn row(listing: &Listing, cells: &[String]) -> Row {
    Row::new(listing.columns.iter().zip(cells).map(|(column, text)| cell(column, text)))
}

pub(super) fn cell(column: &str, text: &str) -> Cell {
    let badge = |tone| Cell::Badge { tone, text: text.to_owned() };
    match (column, text) {
        ("state" | "outcome", "open" | "ok") => badge(Tone::Success),
        ("state" | "outcome", "locked" | "error") => badge(Tone::Error),
        ("state" | "outcome", "refused" | "disabled" | "no password" | "must change password") => {
            badge(Tone::Warning)
        }
        ("time" | "last-login" | "since" | "until" | "source" | "event" | "permission" | "key", _) => {
            Cell::Mono(text.to_owned())
        }
        (_, "yes") => Cell::Yes,
        (_, "no") => Cell::No,
        _ => Cell::Text(text.to_owned()),
    }
}

/// `last-login` as `Last login`.
pub(super) fn heading(column: &str) -> String {
    let spaced = column.replace('-', " ");
    let mut letters = spaced.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
