use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::draw::Draw;
use crate::item::Encoding;
use crate::people::Subject;
use crate::person::Person;

/// What identifies a person, in some form.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    /// Who is meant.
    pub(crate) subject: Subject,
    /// Which of the person's fields it is.
    pub(crate) what: &'static str,
    /// In what form.
    pub(crate) encoding: Encoding,
    /// The text to write.
    pub(crate) text: String,
}

impl Mention {
    fn new(person: &Person, what: &'static str, encoding: Encoding, text: String) -> Self {
        Self { subject: person.subject(), what, encoding, text }
    }

    /// The display name.
    pub(crate) fn name(person: &Person) -> Self {
        Self::new(person, "name", Encoding::Plain, person.name())
    }

    /// One of the two parts of the name.
    pub(crate) fn first_name(person: &Person) -> Self {
        Self::new(person, "first-name", Encoding::Plain, person.first_name().to_owned())
    }

    /// The other one.
    pub(crate) fn last_name(person: &Person) -> Self {
        Self::new(person, "last-name", Encoding::Plain, person.last_name().to_owned())
    }

    /// What a telephone shows: the extension, or the number of whoever has none.
    pub(crate) fn line(person: &Person) -> Self {
        match person.extension() {
            Some(extension) => Self::new(person, "extension", Encoding::Plain, extension),
            None => Self::number(person, Encoding::Plain),
        }
    }

    /// The telephone number, in one of its three forms.
    pub(crate) fn number(person: &Person, encoding: Encoding) -> Self {
        let text = match encoding {
            Encoding::National => person.number().national(),
            Encoding::FromAbroad => person.number().from_abroad(),
            _ => person.number().international(),
        };
        Self::new(person, person.number_id(), encoding, text)
    }

    /// The e-mail address, plain, in upper case or in base64.
    pub(crate) fn email(person: &Person, encoding: Encoding) -> Self {
        let text = match encoding {
            Encoding::UpperCase => person.email().to_ascii_uppercase(),
            Encoding::Base64 => STANDARD.encode(person.email()),
            _ => person.email(),
        };
        Self::new(person, "email", encoding, text)
    }

    /// The guest room of whoever has one.
    pub(crate) fn room(person: &Person) -> Option<Self> {
        Some(Self::new(person, "room", Encoding::Plain, person.room()?))
    }

    /// The login name of whoever has one.
    pub(crate) fn account(person: &Person) -> Option<Self> {
        Some(Self::new(person, "account", Encoding::Plain, person.account()?))
    }

    /// One of the forms in which people occur in free text.
    pub(crate) fn any(person: &Person, draw: &mut Draw) -> Self {
        match draw.below(8) {
            0..=2 => Self::name(person),
            3 => Self::line(person),
            4 => Self::number(person, Encoding::National),
            5 => Self::number(person, Encoding::FromAbroad),
            6 => Self::email(person, Encoding::UpperCase),
            _ => Self::email(person, Encoding::Base64),
        }
    }
}
