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
static EXTENSION: Layout = Layout {
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
static NAME: Layout = Layout {
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

/// `diversion -p`. The three columns of when it diverts are headed "On Busy", "On No Reply" and "Immediate" under one.
static DIVERSION: Layout = Layout {
    title: "Diversion number print",
    blank_first: false,
    columns: &[
        filled(0, "Dir", "dir"),
        filled(13, "Destination Number", "number"),
        empty(27, "Diversion On Busy"),
        empty(39, "On No Reply"),
        empty(53, "Immediate"),
    ],
    head: OnceLock::new(),
};

/// `extension_key -p`. A key that is not monitored by a number shows what it dials there.
static FUNCTION_KEY: Layout = Layout {
    title: "Extension Function Key Print",
    blank_first: false,
    columns: &[
        filled(0, "Dir", "dir"),
        filled(11, "Key", "item"),
        empty(15, "Line"),
        empty(20, "Fcn"),
        filled(26, "Monitored Dir", "number"),
        empty(37, "Line Dir"),
        empty(48, "Call Alt"),
        empty(53, "Key On Call List"),
        empty(63, "Key Off Call List"),
        filled(73, "Display Text", "name"),
        empty(98, "Key Sequence"),
    ],
    head: OnceLock::new(),
};

// The layouts from here on are ours: those of the vendor's commands are not public, or hold something else.

/// `operator -p`.
static OPERATOR: Layout = Layout {
    title: "PBX Operators",
    blank_first: false,
    columns: &[filled(0, "Dir", "dir"), filled(11, "Operator Number", "number"), quoted(33, "Name", "name")],
    head: OnceLock::new(),
};

/// `personal_number -p`.
static PERSONAL_NUMBER: Layout = Layout {
    title: "Personal Number Data",
    blank_first: false,
    columns: &[
        filled(0, "Dir", "dir"),
        filled(11, "Pos", "item"),
        filled(17, "Answering Position", "number"),
    ],
    head: OnceLock::new(),
};

/// `mailbox -p`: what was left, not what was said.
static MAILBOX: Layout = Layout {
    title: "Voice Mailboxes",
    blank_first: false,
    columns: &[
        filled(0, "Dir", "dir"),
        filled(11, "No", "item"),
        filled(17, "Time", "time"),
        filled(43, "Caller", "number"),
        quoted(65, "Name", "name"),
        filled(98, "Seconds", "duration-s"),
    ],
    head: OnceLock::new(),
};

/// `call_list -p`.
static CALL_LIST: Layout = Layout {
    title: "Call List Data",
    blank_first: false,
    columns: &[
        filled(0, "Dir", "dir"),
        filled(11, "No", "item"),
        filled(17, "Time", "time"),
        filled(43, "Other Party", "number"),
        quoted(65, "Name", "name"),
        filled(98, "Direction", "direction"),
        filled(110, "Seconds", "duration-s"),
    ],
    head: OnceLock::new(),
};

/// `callinfo -p`.
static CALL_DETAIL: Layout = Layout {
    title: "Call Detail Records",
    blank_first: false,
    columns: &[
        filled(0, "No", "item"),
        filled(8, "Time", "time"),
        filled(34, "Extension", "extension"),
        filled(45, "Other Party", "number"),
        filled(67, "Direction", "direction"),
        filled(79, "Seconds", "duration-s"),
    ],
    head: OnceLock::new(),
};

/// `customer -p`.
static CUSTOMER: Layout = Layout {
    title: "Customers",
    blank_first: false,
    columns: &[filled(0, "Customer", "item"), quoted(11, "Name", "company")],
    head: OnceLock::new(),
};

/// The layout of listings of this kind, where it has one.
pub(super) fn of(kind: &str) -> Option<&'static Layout> {
    Some(match kind {
        "call-detail" => &CALL_DETAIL,
        "call-list" => &CALL_LIST,
        "customer" => &CUSTOMER,
        "diversion" => &DIVERSION,
        "extension" => &EXTENSION,
        "function-key" => &FUNCTION_KEY,
        "mailbox" => &MAILBOX,
        "name" => &NAME,
        "operator" => &OPERATOR,
        "personal-number" => &PERSONAL_NUMBER,
        _ => return None,
    })
}

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
        for kind in [
            "call-detail",
            "call-list",
            "customer",
            "diversion",
            "extension",
            "function-key",
            "mailbox",
            "name",
            "operator",
            "personal-number",
        ] {
            let layout = of(kind).expect("a layout");
            let text = print(layout, &listing("none", &[], &[]));
            let first = text.lines().nth(usize::from(layout.blank_first) + 1).unwrap_or_default();
            for column in layout.columns {
                let word = column.heading.split(' ').next().unwrap_or_default();
                assert!(first[column.start..].starts_with(word), "{word} at {}", column.start);
            }
        }
    }
}
