use std::fmt;

/// Everything that is wrong with a file, each mistake with its line and field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// The file, as it was named by whoever read it.
    pub file: String,
    /// What is wrong, from top to bottom.
    pub mistakes: Vec<Mistake>,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: usize,
    /// The field, for example `roles.permissions`.
    pub field: String,
    /// What is wrong with it and what would be right.
    pub message: String,
}

impl PolicyError {
    /// The same for an error of the TOML reader, which knows a place and, for most errors, the field.
    pub fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let field = match missing_field(error.message()) {
            Some(name) if span.start == 0 && (span.is_empty() || span.end >= text.trim_end().len()) => {
                name.to_owned()
            }
            Some(name) => format!("{}.{name}", key_at(text, span.start)),
            None => key_at(text, span.start),
        };
        let mistake = Mistake { line: line_of(text, span.start), field, message: error.message().to_owned() };
        Self { file: file.to_owned(), mistakes: vec![mistake] }
    }

    /// The same for a file that is not even text: `bytes` are what it holds.
    pub fn of_bytes(file: &str, bytes: &[u8], error: std::str::Utf8Error) -> Self {
        let text_before = bytes.iter().take(error.valid_up_to());
        let line = text_before.filter(|byte| **byte == b'\n').count() + 1;
        let mistake = Mistake { line, field: "the file".to_owned(), message: "is not UTF-8 text".to_owned() };
        Self { file: file.to_owned(), mistakes: vec![mistake] }
    }
}

/// The line of the byte at `offset`, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// The field that the TOML reader's message says is missing: it has no place of its own.
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// The table and key at `offset`, read back from the text: `[sessions]` and `idle-s = …` give `sessions.idle-s`,
/// `[person]`, `fields = [` and `{ id = … }` give `person.fields.id`.
fn key_at(text: &str, offset: usize) -> String {
    let line = line_of(text, offset);
    let lines: Vec<&str> = text.lines().take(line).collect();
    let header = |it: &&&str| it.trim_start().starts_with('[');
    let table = lines.iter().rev().find(header).map(|it| it.trim().trim_matches(['[', ']']));
    let last = lines.last().copied().unwrap_or_default();
    let in_list = last.trim_start().starts_with('{');
    let list = lines.iter().rev().skip(1).find(|it| it.trim_end().ends_with('[')).filter(|_| in_list);
    let list = list.and_then(|it| it.split_once('=')).map(|(key, _)| key.trim());
    let start = text.as_bytes().iter().take(offset).rposition(|byte| *byte == b'\n').map_or(0, |it| it + 1);
    let key = if in_list { key_in_list(last, offset.saturating_sub(start)) } else { last.split_once('=') };
    let key = key.map(|(key, _)| key.trim());
    let parts = [table, list, key].into_iter().flatten().filter(|it| !it.is_empty());
    let path = parts.collect::<Vec<_>>().join(".");
    if path.is_empty() { "the file".to_owned() } else { path }
}

/// The entry of the inline table in `line` that holds the byte at `column`, split at its `=`; none for the whole table.
fn key_in_list(line: &str, column: usize) -> Option<(&str, &str)> {
    let start = line.get(..column)?.rfind(['{', ','])?;
    line.get(start + 1..)?.split_once('=')
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Mistake { line, field, message }) in self.mistakes.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{line}: {field}: {message}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}
