//! The CSV file of the user list (RFC 4180): a column for each field of a user, and `mark_as_delete`.
//!
//! Of the vendor's columns only `mark_as_delete` is public. The others are called after their fields, in its manner.

use std::collections::BTreeMap;

use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, WriterBuilder};
use pbx_policy::FieldId;

/// One user as the file has him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where in the file he begins, counted from 1.
    pub(crate) number: u64,
    /// Whether he is to go.
    pub(crate) is_deleted: bool,
    /// The values of the file's columns.
    pub(crate) values: Vec<(FieldId, String)>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In which line, counted from 1.
    pub(crate) line: u64,
    /// The end of a sentence that begins with the line.
    pub(crate) why: String,
}

impl Line {
    /// The value of a column, empty where there is none.
    pub(crate) fn value(&self, field: FieldId) -> &str {
        self.values.iter().find(|(it, _)| *it == field).map_or("", |(_, value)| value.trim())
    }
}

/// The file of these users.
pub(crate) fn write(fields: &[FieldId], users: &[BTreeMap<FieldId, String>]) -> Vec<u8> {
    let head = fields.iter().map(|it| column(*it)).chain([MARK.to_owned()]).collect();
    let row = |user: &BTreeMap<FieldId, String>| {
        let value = |field: &FieldId| user.get(field).cloned().unwrap_or_default();
        fields.iter().map(value).chain([String::new()]).collect()
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(users.iter().map(row)).collect();
    let mut writer = WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Memory takes whatever is written to it.
    rows.iter().for_each(|it| drop(writer.write_record(it)));
    writer.into_inner().unwrap_or_default()
}

/// The lines of a file, in their order. Columns may come in any order; those of the e-mail address and the mark must
/// be there.
pub(crate) fn read(fields: &[FieldId], text: &str) -> Result<Vec<Line>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        return Err(fault(line_of(text, at), "is not in UTF-8"));
    }
    if let Some(at) = misplaced_quote(text) {
        return Err(fault(line_of(text, at), "has a quotation mark that is not closed or not at the end"));
    }
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut places = Places { text, at: 0, line: 1 };
    let mut records = reader.records().map(|it| whole(it, &mut places));
    let (_, head) = records.next().unwrap_or_else(|| Err(fault(1, "should name the columns")))?;
    let columns = columns(fields, &head)?;
    let mut lines = Vec::new();
    for record in records {
        let (number, record) = record?;
        if lines.len() == LINES_MAX {
            return Err(fault(number, &format!("is one more than the {LINES_MAX} users there may be")));
        }
        lines.push(line(&columns, number, &record)?);
    }
    Ok(lines)
}

/// What each column is: a field, or the mark.
fn columns(fields: &[FieldId], head: &StringRecord) -> Result<Vec<Option<FieldId>>, Fault> {
    let mut columns = Vec::new();
    for name in head {
        let name = name.trim();
        let known = fields.iter().find(|it| column(**it) == name).copied();
        if known.is_none() && name != MARK {
            return Err(fault(1, &format!("names a column {name:?} that there is not")));
        }
        if columns.contains(&known) {
            return Err(fault(1, &format!("names the column {name:?} twice")));
        }
        columns.push(known);
    }
    for needed in [Some(FieldId::Email), None] {
        if !columns.contains(&needed) {
            let name = needed.map_or_else(|| MARK.to_owned(), column);
            return Err(fault(1, &format!("should name the column {name:?}")));
        }
    }
    Ok(columns)
}

fn line(columns: &[Option<FieldId>], number: u64, record: &StringRecord) -> Result<Line, Fault> {
    let mut line = Line { number, is_deleted: false, values: Vec::new() };
    for (column, value) in columns.iter().zip(record) {
        match column {
            Some(field) => line.values.push((*field, value.to_owned())),
            None => match value.trim().to_ascii_lowercase().as_str() {
                "yes" => line.is_deleted = true,
                "" | "no" => {}
                _ => {
                    let why = format!("has {value:?} under {MARK}: that takes Yes, No, or nothing");
                    return Err(fault(line.number, &why));
                }
            },
        }
    }
    Ok(line)
}

/// A record with the line in which it begins.
fn whole(record: csv::Result<StringRecord>, places: &mut Places<'_>) -> Result<(u64, StringRecord), Fault> {
    match record {
        Ok(record) => Ok((places.line(record.position()), record)),
        Err(error) => {
            let line = places.line(error.position());
            Err(match error.into_kind() {
                ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    fault(line, &format!("has {len} values where there are {expected_len} columns"))
                }
                _ => fault(line, "cannot be read"),
            })
        }
    }
}

/// Finds lines by the positions of records, which only grow. The reader's own numbers are those of the line ends
/// before the records where these have two characters or are followed by blank lines.
struct Places<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Places<'_> {
    fn line(&mut self, position: Option<&Position>) -> u64 {
        let from = position.and_then(|it| usize::try_from(it.byte()).ok()).unwrap_or(self.at);
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            if self.at >= from && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// Where a quotation mark stands that RFC 4180 has no place for, or a value begins whose mark is never closed. The
/// reader takes both in silence, and with the second half of the file for one value.
fn misplaced_quote(text: &str) -> Option<usize> {
    let mut quoted = None;
    let mut before = ',';
    for (at, this) in text.char_indices() {
        match (quoted, this) {
            (None, '"') if matches!(before, ',' | '\n' | '\r') => quoted = Some(at),
            // Twice within quotation marks it stands for one; so the second opens again what the first closed.
            (None, '"') if before == '"' => quoted = Some(at),
            (None, '"') => return Some(at),
            (None, _) if before == '"' && !matches!(this, ',' | '\n' | '\r') => return Some(at),
            (Some(_), '"') => quoted = None,
            (None | Some(_), _) => {}
        }
        before = this;
    }
    quoted
}

fn line_of(text: &str, at: usize) -> u64 {
    text.bytes().take(at).filter(|it| *it == b'\n').map(|_| 1).sum::<u64>() + 1
}

/// The column of a field, in the manner of `mark_as_delete`.
fn column(field: FieldId) -> String {
    field.as_str().replace('-', "_")
}

fn fault(line: u64, why: &str) -> Fault {
    Fault { line, why: why.to_owned() }
}

/// The column that says who is to go.
pub(crate) const MARK: &str = "mark_as_delete";

/// The most users of one file. It must pass through a request's body all the same.
const LINES_MAX: usize = 10_000;
