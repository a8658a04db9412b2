use std::fmt;

use serde::{Deserialize, Serialize};

use crate::draw::{Draw, Purpose};
use crate::extension::Extensions;
use crate::name;
use crate::person::Person;
use crate::phone::PhoneNumber;
use crate::ring::Ring;

/// A natural person that a site holds data about, by kind and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// An end user, who has an extension.
    Person(u32),
    /// Somebody outside, who called or was called, and is known by that only.
    Outsider(u32),
    /// Somebody who looks after the site.
    Administrator(u32),
}

impl Subject {
    /// The text form: `person-12`, `outsider-3`, `administrator-0`.
    pub fn parse(text: &str) -> Result<Self, ParseSubjectError> {
        let (kind, index) = text.rsplit_once('-').ok_or(ParseSubjectError)?;
        let index = index.parse().map_err(|_| ParseSubjectError)?;
        let subject = match kind {
            "person" => Self::Person(index),
            "outsider" => Self::Outsider(index),
            "administrator" => Self::Administrator(index),
            _ => return Err(ParseSubjectError),
        };
        // There is one way to write a subject: `person-07` is none.
        if subject.to_string() == text { Ok(subject) } else { Err(ParseSubjectError) }
    }

    /// The number within the kind.
    pub(crate) fn index(self) -> u32 {
        match self {
            Self::Person(index) | Self::Outsider(index) | Self::Administrator(index) => index,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(index) => write!(f, "person-{index}"),
            Self::Outsider(index) => write!(f, "outsider-{index}"),
            Self::Administrator(index) => write!(f, "administrator-{index}"),
        }
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

impl TryFrom<String> for Subject {
    type Error = ParseSubjectError;

    fn try_from(text: String) -> Result<Self, ParseSubjectError> {
        Self::parse(&text)
    }
}

/// The text names no subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a subject is person-, outsider- or administrator- and a number")]
pub struct ParseSubjectError;

/// Invented people without end, all of them determined by a seed.
///
/// No two of a seed have the same extension, telephone number or e-mail address. Names are pairs from lists, some
/// 130,000 of them; nobody's is somebody else's until people and outsiders together are as many.
#[derive(Clone, Debug)]
pub struct People {
    seed: u64,
    extensions: Extensions,
    names: Ring,
    /// Where the numbers of this seed begin in their ranges.
    turn: u64,
}

impl People {
    /// The people of `seed`, with extensions for 700,000.
    pub fn new(seed: u64) -> Self {
        Self::with_extensions(seed, Extensions::for_people(700_000))
    }

    /// The people of `seed`, as many as there are `extensions`; they differ from those of [`People::new`] in that.
    pub fn with_extensions(seed: u64, extensions: Extensions) -> Self {
        let mut draw = Draw::new(seed, Purpose::Ring, 0);
        let names = Ring::new(name::PAIRS, &mut draw);
        Self { seed, extensions, names, turn: draw.below(1 << 32) }
    }

    /// Everybody who has an extension, first to last.
    pub fn iter(&self) -> impl Iterator<Item = Person> + '_ {
        (0..).map_while(|index| self.person(index))
    }

    /// The `index`th person, counted from zero; nothing where the extensions have run out.
    pub fn person(&self, index: u32) -> Option<Person> {
        self.subject(Subject::Person(index))
    }

    /// The `index`th caller from outside.
    pub fn outsider(&self, index: u32) -> Person {
        self.invent(Subject::Outsider(index), None)
    }

    /// The `index`th administrator.
    pub fn administrator(&self, index: u32) -> Person {
        self.invent(Subject::Administrator(index), None)
    }

    /// Whoever `subject` is; nothing where that would be a person without an extension.
    pub fn subject(&self, subject: Subject) -> Option<Person> {
        let extension = match subject {
            Subject::Person(index) => Some(self.extensions.nth(index)?),
            Subject::Outsider(_) | Subject::Administrator(_) => None,
        };
        Some(self.invent(subject, extension))
    }

    /// How many people there are extensions for.
    pub fn count(&self) -> u32 {
        self.extensions.count()
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    fn invent(&self, subject: Subject, extension: Option<u32>) -> Person {
        // People take names from the beginning, the others from the end, administrators the last of all.
        let pairs = match subject {
            Subject::Person(_) => name::PAIRS,
            Subject::Outsider(_) => name::PAIRS - ADMINISTRATORS,
            Subject::Administrator(_) => ADMINISTRATORS,
        };
        let (round, place) = (u64::from(subject.index()) / pairs, u64::from(subject.index()) % pairs);
        let place = match subject {
            Subject::Person(_) => place,
            Subject::Outsider(_) => name::PAIRS - ADMINISTRATORS - 1 - place,
            Subject::Administrator(_) => name::PAIRS - 1 - place,
        };
        let (first_name, last_name) = name::pair(self.names.at(place));
        let number = PhoneNumber::of(subject, self.turn);
        Person { subject, first_name, last_name, namesakes: round, extension, number, seed: self.seed }
    }
}

/// How many pairs of names are kept for administrators.
const ADMINISTRATORS: u64 = 1_024;
