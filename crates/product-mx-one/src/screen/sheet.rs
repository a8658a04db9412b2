//! The layout of print commands: a title, headings and cells that begin at fixed columns.

use std::sync::OnceLock;

use pbx_cmdline::{columns, width};
use pbx_estate::Listing;

/// The layout of one print command.
pub(super) struct Layout {
    title: &'static str,
    /// Whether a blank line stands before the title.
    blank_first: bool,
    columns: &'static [Column],
    /// The title and the headings, once they have been laid out.
    head: OnceLock<String>,
}

/// One column of a print command.
struct Column {
    /// Where it begins, counted from 0.
    start: usize,
    heading: &'static str,
    /// The listing's column that fills it; nothing where the emulator does not hold it yet.
    cell: &'static str,
    /// Whether its cells stand in double quotes.
    quoted: bool,
}

/// `extension -p`. Where "Hotline Number" begins is not public; it gets the width of "Backup Number".
pub(super) static EXTENSION: Layout = Layout {
    title: "Directory Number Profile",
    blank_first: false,
    columns: &[
        filled(0, "Dir", "dir"),
        filled(11, "Cust", "customer"),
        filled(17, "Lim", "lim"),
        filled(21, "Csp", "csp"),
        empty(25, "Feature level"),
        empty(37, "Lang"),
        empty(44, "Max Cost"),
        empty(49, "Secretary"),
        empty(59, "Max Term"),
        empty(64, "Security Exception"),
        empty(74, "AMC"),
        empty(78, "Video"),
        empty(84, "BluStar Client Model"),
        empty(97, "Third Party SIP Client"),
        empty(109, "Csta Support"),
        empty(117, "Free On Second Line"),
        empty(129, "Hotline Option"),
        empty(143, "Hotline Number"),
        empty(164, "Backup Number"),
        empty(185, "Area Code"),
    ],
    head: OnceLock::new(),
};

/// `name -p`.
pub(super) static NAME: Layout = Layout {
    title: "Names",
    blank_first: true,
    columns: &[
        filled(0, "Dir", "dir"),
        empty(11, "Number Type"),
        empty(20, "Priority"),
        empty(35, "Restriction"),
        quoted(49, "Name1", "name1"),
        quoted(72, "Name2", "name2"),
        empty(95, "Info"),
    ],
    head: OnceLock::new(),
};

/// The listing in its layout.
pub(super) fn print(layout: &Layout, listing: &Listing) -> String {
    let head = layout.head.get_or_init(|| layout.lay_out_head());
    let cells = |row: &Vec<String>| layout.columns.iter().map(|it| it.cell_of(listing, row)).collect();
    let lines = listing.rows.iter().map(cells).map(|it: Vec<String>| layout.line(&it));
    std::iter::once(head.clone()).chain(lines).collect()
}

impl Layout {
    fn lay_out_head(&self) -> String {
        let blank = if self.blank_first { "\n" } else { "" };
        let headings = headings(self.columns).into_iter().map(|it| self.line(&it));
        std::iter::once(format!("{blank}{}\n", self.title)).chain(headings).collect()
    }

    fn line(&self, cells: &[String]) -> String {
        let starts: Vec<usize> = self.columns.iter().map(|it| it.start).collect();
        columns(&starts, cells) + "\n"
    }
}

impl Column {
    fn cell_of(&self, listing: &Listing, row: &[String]) -> String {
        let index = listing.columns.iter().position(|it| *it == self.cell);
        match index.and_then(|it| row.get(it)) {
            Some(value) if self.quoted => format!("\"{value}\""),
            Some(value) => value.clone(),
            None => String::new(),
        }
    }
}

/// The headings, each broken between words so that it stays a blank short of the next column.
fn headings(columns: &[Column]) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let room = columns.get(index + 1).map_or(usize::MAX, |next| next.start - column.start - 1);
        for (line, part) in broken(column.heading, room).into_iter().enumerate() {
            if lines.len() == line {
                lines.push(vec![String::new(); columns.len()]);
            }
            lines[line][index] = part;
        }
    }
    lines
}

fn broken(heading: &str, room: usize) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in heading.split(' ') {
        match parts.last_mut() {
            Some(part) if width(part) + 1 + width(word) <= room => *part = format!("{part} {word}"),
            Some(_) | None => parts.push(word.to_owned()),
        }
    }
    parts
}

const fn filled(start: usize, heading: &'static str, cell: &'static str) -> Column {
    Column { start, heading, cell, quoted: false }
}

const fn quoted(start: usize, heading: &'static str, cell: &'static str) -> Column {
    Column { start, heading, cell, quoted: true }
}

const fn empty(start: usize, heading: &'static str) -> Column {
    Column { start, heading, cell: "", quoted: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(kind: &'static str, columns: &'static [&'static str], rows: &[&[&str]]) -> Listing {
        let rows = rows.iter().map(|row| row.iter().map(|it| (*it).to_owned()).collect()).collect();
        Listing { kind, columns: columns.into(), rows, next: None }
    }

    #[test]
    fn an_extension_prints_at_the_columns_of_the_vendor() {
        let columns = &["dir", "customer", "lim", "csp"];
        let text = print(
            &EXTENSION,
            &listing("extension", columns, &[&["2101", "0", "1", "12"], &["21", "50000", "124", "500"]]),
        );
        let expected = "\
Directory Number Profile
Dir        Cust  Lim Csp Feature     Lang   Max  Secretary Max  Security  AMC Video BluStar      Third Party Csta    Free On     Hotline       Hotline Number       Backup Number        Area Code
                         level              Cost           Term Exception           Client Model SIP Client  Support Second Line Option
2101       0     1   12
21         50000 124 500
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_name_prints_quoted_at_the_columns_of_the_vendor() {
        let rows: &[&[&str]] = &[&["2101", "Nils", "Acker"], &["2102", "A name of 20 letters", ""]];
        let text = print(&NAME, &listing("name", &["dir", "name1", "name2"], rows));
        let expected = "
Names
Dir        Number   Priority       Restriction   Name1                  Name2                  Info
           Type
2101                                             \"Nils\"                 \"Acker\"
2102                                             \"A name of 20 letters\" \"\"
";
        assert_eq!(text, expected);
    }

    #[test]
    fn every_heading_begins_at_its_start() {
        for layout in [&EXTENSION, &NAME] {
            let text = print(layout, &listing("none", &[], &[]));
            let first = text.lines().nth(usize::from(layout.blank_first) + 1).unwrap_or_default();
            for column in layout.columns {
                let word = column.heading.split(' ').next().unwrap_or_default();
                assert!(first[column.start..].starts_with(word), "{word} at {}", column.start);
            }
        }
    }
}
