use pbx_kernel::Secret;
use serde::{Deserialize, Serialize};

/// What a text says about the person who bears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifierKind {
    /// A login name, in the management plane or a self-service page.
    Account,
    /// An e-mail address.
    Email,
    /// An extension or another short number within a site.
    Extension,
    /// A first name alone.
    FirstName,
    /// A last name alone.
    LastName,
    /// A name as displayed.
    Name,
    /// A number of the public network: mobile, direct dialling.
    Phone,
    /// Anything else that was planted to be found again: an address, a sentence, a tag.
    Text,
}

impl IdentifierKind {
    /// The kind as it is written in certificates and ledgers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Email => "email",
            Self::Extension => "extension",
            Self::FirstName => "first-name",
            Self::LastName => "last-name",
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Text => "text",
        }
    }
}

/// One text by which a person may be found. It cannot be printed: it is what must not be left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    kind: IdentifierKind,
    text: Secret,
    is_word: bool,
}

impl Identifier {
    /// The longest identifier in bytes: an address or a sentence, not a letter.
    pub const BYTES_MAX: usize = 256;

    /// Parses a text of one line, trimmed, 1 to [`Identifier::BYTES_MAX`] bytes; an extension is up to ten digits, a
    /// phone number has seven to fifteen and may have a plus sign, spaces, dots, dashes, slashes and brackets.
    pub fn parse(kind: IdentifierKind, text: &str) -> Result<Self, ParseIdentifierError> {
        let text = text.trim();
        if text.is_empty() || text.len() > Self::BYTES_MAX || text.chars().any(char::is_control) {
            return Err(ParseIdentifierError::Text);
        }
        match kind {
            IdentifierKind::Extension if !is_extension(text) => Err(ParseIdentifierError::Extension),
            IdentifierKind::Phone if !is_phone(text) => Err(ParseIdentifierError::Phone),
            _ => Ok(Self { kind, text: Secret::new(text), is_word: text.chars().count() < WORD_CHARS_MIN }),
        }
    }

    /// Finds it only where it stands as a word of its own: for a first name that is part of everyday words.
    ///
    /// Identifiers of one or two characters always are such words.
    #[must_use]
    pub fn as_word(mut self) -> Self {
        self.is_word = true;
        self
    }

    /// What it says.
    pub const fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// Whether it counts only as a word of its own.
    pub(crate) const fn is_word(&self) -> bool {
        self.is_word
    }

    /// The text itself, for the search and for the token of the ledger.
    pub fn expose_text(&self) -> &str {
        self.text.expose_secret()
    }
}

/// All identifiers of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity(Vec<Identifier>);

impl Identity {
    /// The most identifiers of one person: a name, its parts, some numbers and what was planted.
    pub const IDENTIFIERS_MAX: usize = 64;

    /// A person of whom nothing is known yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an identifier; one that is known already is not added again.
    pub fn add(&mut self, identifier: Identifier) -> Result<(), ParseIdentifierError> {
        if self.0.contains(&identifier) {
            return Ok(());
        }
        if self.0.len() >= Self::IDENTIFIERS_MAX {
            return Err(ParseIdentifierError::TooMany);
        }
        self.0.push(identifier);
        Ok(())
    }

    /// Parses `text` and adds it.
    pub fn with(mut self, kind: IdentifierKind, text: &str) -> Result<Self, ParseIdentifierError> {
        self.add(Identifier::parse(kind, text)?)?;
        Ok(self)
    }

    /// The identifiers, in the order in which they were added.
    pub fn identifiers(&self) -> &[Identifier] {
        &self.0
    }
}

/// How numbers are dialled where a site stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// The country code, for example `46`.
    pub country: String,
    /// What precedes a number called from within the country, for example `0`; may be empty.
    pub trunk: String,
    /// What precedes a country code, for example `00`.
    pub international: String,
}

impl Default for Numbering {
    /// Sweden: `+46`, `0`, `00`.
    fn default() -> Self {
        Self { country: "46".to_owned(), trunk: "0".to_owned(), international: "00".to_owned() }
    }
}

impl Numbering {
    /// The digits that every way of writing `phone` ends in: its national significant number. Of a number abroad,
    /// where it is not known how long the country code is, all digits of the international form.
    pub(crate) fn significant(&self, phone: &str) -> String {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let rest = if phone.trim_start().starts_with('+') {
            digits.strip_prefix(&self.country).unwrap_or(&digits)
        } else if let Some(abroad) = prefix(&digits, &self.international) {
            abroad.strip_prefix(&self.country).unwrap_or(abroad)
        } else {
            prefix(&digits, &self.trunk).unwrap_or(&digits)
        };
        // `+46 (0)70 …` is written too, wrongly and often.
        let rest = prefix(rest, &self.trunk).unwrap_or(rest);
        if rest.len() >= PHONE_DIGITS_MIN { rest.to_owned() } else { digits }
    }
}

/// Why a text is not an identifier. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIdentifierError {
    /// Empty, too long, or more than a line.
    #[error("an identifier is one line of 1 to 256 bytes without control characters")]
    Text,
    /// Not an extension.
    #[error("an extension is 1 to 10 digits")]
    Extension,
    /// Not a phone number.
    #[error("a phone number has 7 to 15 digits and no letters; give a shorter one as an extension")]
    Phone,
    /// No room for another.
    #[error("a person has at most 64 identifiers; leave out those that others contain")]
    TooMany,
}

/// `text` without a `prefix` that is not empty.
fn prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix).filter(|_| !prefix.is_empty())
}

fn is_extension(text: &str) -> bool {
    text.len() <= EXTENSION_DIGITS_MAX && text.bytes().all(|it| it.is_ascii_digit())
}

fn is_phone(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    let allowed = |it: char| it.is_ascii_digit() || matches!(it, ' ' | '.' | '-' | '/' | '(' | ')');
    (PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX + INTERNATIONAL_DIGITS_MAX).contains(&digits)
        && rest.chars().all(allowed)
}

/// Identifiers of fewer characters count only as words of their own.
const WORD_CHARS_MIN: usize = 3;
const EXTENSION_DIGITS_MAX: usize = 10;
/// Fewer digits than this are met by chance in every log.
pub(crate) const PHONE_DIGITS_MIN: usize = 7;
/// The longest number of ITU-T E.164, country code included.
pub(crate) const PHONE_DIGITS_MAX: usize = 15;
/// The longest international prefix in use.
const INTERNATIONAL_DIGITS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: IdentifierKind, text: &str, expected: Result<(), ParseIdentifierError>) {
        assert_eq!(Identifier::parse(kind, text).map(drop), expected, "{text:?}");
    }

    #[test]
    fn an_identifier_is_what_its_kind_allows() {
        check(IdentifierKind::Name, " Ada Example ", Ok(()));
        check(IdentifierKind::Name, "  ", Err(ParseIdentifierError::Text));
        check(IdentifierKind::Text, &"x".repeat(256), Ok(()));
        check(IdentifierKind::Text, &"x".repeat(257), Err(ParseIdentifierError::Text));
        check(IdentifierKind::Text, "two\nlines", Err(ParseIdentifierError::Text));
        check(IdentifierKind::Extension, "1", Ok(()));
        check(IdentifierKind::Extension, "12345678901", Err(ParseIdentifierError::Extension));
        check(IdentifierKind::Extension, "+201", Err(ParseIdentifierError::Extension));
        check(IdentifierKind::Phone, "+46 (0)70-123 45 67", Ok(()));
        check(IdentifierKind::Phone, "123456", Err(ParseIdentifierError::Phone));
        check(IdentifierKind::Phone, "070123456x", Err(ParseIdentifierError::Phone));
    }

    #[test]
    fn every_way_of_writing_a_number_has_the_same_digits_at_its_end() {
        let numbering = Numbering::default();
        for text in [
            "+46701234567",
            "0046701234567",
            "0701234567",
            "070-123 45 67",
            "+46 (0)70 123 45 67",
            "701234567",
        ] {
            assert_eq!(numbering.significant(text), "701234567", "{text}");
        }
        assert_eq!(numbering.significant("+1 555 010 0199"), "15550100199");
        assert_eq!(numbering.significant("001 555 010 0199"), "15550100199");
    }

    #[test]
    fn an_identity_is_bounded_and_cannot_be_printed() {
        let mut identity = Identity::new().with(IdentifierKind::Name, "Ada Example").expect("valid");
        assert!(!format!("{identity:?}").contains("Ada"));
        for number in 0..200_usize {
            let added = identity.add(
                Identifier::parse(IdentifierKind::Extension, &number.to_string()).expect("an extension"),
            );
            assert_eq!(added.is_ok(), number + 1 < Identity::IDENTIFIERS_MAX);
        }
        let known = Identifier::parse(IdentifierKind::Name, "Ada Example").expect("valid");
        assert_eq!(identity.add(known), Ok(()), "it is known already");
        assert_eq!(identity.identifiers().len(), Identity::IDENTIFIERS_MAX);
    }
}
