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
        let start = error.span().map_or(0, |span| span.start);
        let mistake = Mistake {
            line: line_of(text, start),
            field: key_at(text, start),
            message: error.message().to_owned(),
        };
        Self { file: file.to_owned(), mistakes: vec![mistake] }
    }
}

/// The line of the byte at `offset`, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// The table and key at `offset`, read back from the text: `[sessions]` and `idle-s = …` give `sessions.idle-s`.
fn key_at(text: &str, offset: usize) -> String {
    let line = line_of(text, offset);
    let lines: Vec<&str> = text.lines().take(line).collect();
    let header = |it: &&&str| it.trim_start().starts_with('[');
    let table = lines.iter().rev().find(header).map(|it| it.trim().trim_matches(['[', ']']));
    let key = lines.last().and_then(|it| it.split_once('=')).map(|(key, _)| key.trim());
    match (table, key) {
        (Some(table), Some(key)) => format!("{table}.{key}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => "the file".to_owned(),
    }
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
