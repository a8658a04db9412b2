use std::collections::BTreeMap;
use std::fmt;

use crate::numbers::{Numbers, NumbersError};
use crate::words::quote;

/// A row of a command's table of switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Its letter, as in `-i`.
    pub short: Option<char>,
    /// Its word, as in `--initiate` and `-initiate`. Longer than one letter, unique in the table.
    pub long: &'static str,
    /// What follows it.
    pub value: ValueKind,
    /// Whether the command needs it.
    pub required: bool,
    /// What it does, for the help text.
    pub help: &'static str,
}

/// What follows a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing.
    None,
    /// A whole number.
    Number,
    /// [`Numbers`].
    Numbers,
    /// Any text.
    Text,
}

/// Reads the words after a command's name by its table.
///
/// Switches come as `-i`, `--initiate` or `-initiate`; a value follows as the next word or after `=`.
/// A value that begins with `-` needs the `=`.
pub fn parse(table: &[Switch], words: &[impl AsRef<str>]) -> Result<Given, GrammarError> {
    let mut given = Given::default();
    let mut words = words.iter().map(AsRef::as_ref).peekable();
    while let Some(word) = words.next() {
        let (name, attached) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let switch = find(table, name).ok_or_else(|| unknown(word))?;
        let value = match (switch.value, attached) {
            (ValueKind::None, None) => Value::None,
            (ValueKind::None, Some(_)) => return Err(GrammarError::UnexpectedValue(switch.long)),
            (kind, attached) => {
                let text = attached.or_else(|| words.next_if(|next| !next.starts_with('-')));
                Value::parse(switch.long, kind, text.ok_or(GrammarError::MissingValue(switch.long))?)?
            }
        };
        if given.0.insert(switch.long, value).is_some() {
            return Err(GrammarError::Repeated(switch.long));
        }
    }
    match table.iter().find(|it| it.required && !given.has(it.long)) {
        Some(missing) => Err(GrammarError::MissingSwitch(missing.long)),
        None => Ok(given),
    }
}

/// The table as help: how each switch is written, and what it does.
pub fn usage(table: &[Switch]) -> Vec<(String, &'static str)> {
    let row = |switch: &Switch| {
        let short = switch.short.map_or_else(|| "    ".to_owned(), |it| format!("-{it}, "));
        let value = match switch.value {
            ValueKind::None => "",
            ValueKind::Number => " NUMBER",
            ValueKind::Numbers => " NUMBERS",
            ValueKind::Text => " TEXT",
        };
        (format!("{short}--{}{value}", switch.long), switch.help)
    };
    table.iter().map(row).collect()
}

/// The row that `name`, with its dashes, means.
fn find<'a>(table: &'a [Switch], name: &str) -> Option<&'a Switch> {
    let long = name.strip_prefix("--").or_else(|| name.strip_prefix('-'))?;
    let by_long = table.iter().find(|it| it.long == long);
    let mut letters = name.strip_prefix('-')?.chars();
    match (by_long, letters.next(), letters.next()) {
        (None, Some(letter), None) => table.iter().find(|it| it.short == Some(letter)),
        (found, _, _) => found,
    }
}

/// Says what is wrong with a word that is no known switch.
fn unknown(word: &str) -> GrammarError {
    if word.starts_with('-') {
        GrammarError::UnknownSwitch(word.to_owned())
    } else {
        GrammarError::UnexpectedWord(word.to_owned())
    }
}

/// The switches of one command line with their values, by their long words.
///
/// Prints as a line that [`parse`] reads back under the same table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(BTreeMap<&'static str, Value>);

impl Given {
    /// Whether the switch was given.
    pub fn has(&self, long: &str) -> bool {
        self.0.contains_key(long)
    }

    /// The value of a switch of kind [`ValueKind::Text`].
    pub fn text(&self, long: &str) -> Option<&str> {
        match self.0.get(long) {
            Some(Value::Text(text)) => Some(text),
            Some(Value::None | Value::Number(_) | Value::Numbers(_)) | None => None,
        }
    }

    /// The value of a switch of kind [`ValueKind::Number`].
    pub fn number(&self, long: &str) -> Option<u64> {
        match self.0.get(long) {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::None | Value::Numbers(_) | Value::Text(_)) | None => None,
        }
    }

    /// The value of a switch of kind [`ValueKind::Numbers`].
    pub fn numbers(&self, long: &str) -> Option<&Numbers> {
        match self.0.get(long) {
            Some(Value::Numbers(numbers)) => Some(numbers),
            Some(Value::None | Value::Number(_) | Value::Text(_)) | None => None,
        }
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (long, value)) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            match value {
                Value::None => write!(f, "{gap}--{long}")?,
                Value::Number(number) => write!(f, "{gap}--{long} {number}")?,
                Value::Numbers(numbers) => write!(f, "{gap}--{long} {numbers}")?,
                Value::Text(text) => write!(f, "{gap}{}", quote(&format!("--{long}={text}")))?,
            }
        }
        Ok(())
    }
}

/// A switch's value, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    None,
    Number(u64),
    Numbers(Numbers),
    Text(String),
}

impl Value {
    fn parse(long: &'static str, kind: ValueKind, text: &str) -> Result<Self, GrammarError> {
        match kind {
            ValueKind::None => Ok(Self::None),
            ValueKind::Number => match text.parse() {
                Ok(number) if !text.starts_with('+') => Ok(Self::Number(number)),
                Ok(_) | Err(_) => Err(GrammarError::NotANumber(long)),
            },
            ValueKind::Numbers => Numbers::parse(text).map(Self::Numbers).map_err(|error| match error {
                NumbersError::Backwards => GrammarError::RangeBackwards(long),
                NumbersError::NotANumber => GrammarError::NotANumber(long),
                NumbersError::TooMany => GrammarError::RangeTooLarge(long),
            }),
            ValueKind::Text => Ok(Self::Text(text.to_owned())),
        }
    }
}

/// A command line breaks its command's grammar. Names are the switches' long words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// The command needs this switch.
    #[error("--{0} is needed")]
    MissingSwitch(&'static str),
    /// This switch needs a value.
    #[error("--{0} needs a value")]
    MissingValue(&'static str),
    /// This switch needs numbers.
    #[error("--{0} takes a number")]
    NotANumber(&'static str),
    /// The range of this switch ends before it begins.
    #[error("the range of --{0} ends before it begins")]
    RangeBackwards(&'static str),
    /// This switch's value means more than [`crate::NUMBERS_MAX`] numbers.
    #[error("--{0} takes at most {max} numbers at once", max = crate::NUMBERS_MAX)]
    RangeTooLarge(&'static str),
    /// This switch was given twice.
    #[error("--{0} is given more than once")]
    Repeated(&'static str),
    /// This switch takes no value.
    #[error("--{0} takes no value")]
    UnexpectedValue(&'static str),
    /// This word is neither a switch nor a switch's value. The word as typed.
    #[error("\"{0}\" belongs to no switch")]
    UnexpectedWord(String),
    /// No such switch. The word as typed.
    #[error("there is no switch {0}")]
    UnknownSwitch(String),
}

#[cfg(test)]
mod tests;
