use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use pbx_auth::{NotPermitted, Weakness};
use pbx_kernel::{AccountName, BlobId, Change, Secret};

use crate::Error;

/// What an operation wants: changes to make, events to record, and what to say.
#[derive(Debug, Default)]
#[must_use]
pub struct Outcome {
    /// The writes, applied together or not at all.
    pub changes: Vec<Change>,
    /// What happened, for the product's logs and the flight recorder.
    pub events: Vec<Event>,
    /// A password to hash and store in the same batch.
    pub password: Option<NewPassword>,
    /// What to say.
    pub reply: Reply,
}

/// Something worth recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its dotted name, for example `account.created`.
    pub name: &'static str,
    /// What it happened to: a kind, and a name that the recorder turns into a pseudonym.
    pub object: Option<(&'static str, String)>,
    /// What else is known; never a secret, never content. Personal data goes to the product's log only.
    pub detail: BTreeMap<&'static str, String>,
    /// What only the product's logs keep: whom it was about, by name.
    pub about: Option<String>,
}

/// A password that an account shall have.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// Whose.
    pub account: AccountName,
    /// The row of its record.
    pub row: String,
    /// The new password.
    pub password: Secret,
    /// Whether it is the PIN.
    pub pin: bool,
    /// The present password, where its owner must show it first.
    pub current: Option<Secret>,
    /// Whether it must be changed at the next login.
    pub must_change: bool,
    /// Whether the account's failures and lock are forgotten.
    pub clears_lockout: bool,
}

/// A typed answer. Every face shows it in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// It was done; a sentence for people, empty where the product says nothing.
    Done(String),
    /// One thing with its properties.
    Facts(Facts),
    /// Many things of a kind.
    Listing(Listing),
    /// Plain text, line by line.
    Text(String),
    /// A file to keep.
    Document(Document),
    /// Nothing to say.
    #[default]
    Nothing,
}

/// One thing with its properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What kind of thing, for example `account`; faces choose their layout by it.
    pub kind: &'static str,
    /// Label and value, in order.
    pub rows: Vec<(&'static str, String)>,
}

/// A file to keep: an export, a recording.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Under which name it is kept.
    pub name: String,
    /// Its media type.
    pub media: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Document {
    /// Without the content, which is somebody's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({}, {}, {} bytes)", self.name, self.media, self.bytes.len())
    }
}

/// Many things of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What kind of thing, for example `account`; faces choose their layout by it.
    pub kind: &'static str,
    /// The columns' short names, for example `name`; faces choose their headings by them.
    pub columns: Cow<'static, [&'static str]>,
    /// The rows: as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// The device says no. A refusal is an answer, not a failure of the emulator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is one already: what kind, and its name.
    AlreadyExists(&'static str, String),
    /// A value is wrong: which, and why.
    BadValue(String, String),
    /// Something stands in the way; a sentence that says what to do about it.
    Conflict(String),
    /// No more of these fit: what kind, and how many there may be.
    Limit(&'static str, usize),
    /// A value is missing.
    Missing(&'static str),
    /// There is none: what kind, and its name.
    NoSuch(&'static str, String),
    /// The role does not include this permission.
    NotPermitted(String),
    /// The present password was not right.
    WrongPassword,
    /// The new password breaks the rule.
    WeakPassword(Vec<Weakness>),
}

/// Why an operation ended without an outcome.
#[derive(Debug)]
pub enum Stop {
    /// The device says no.
    Refusal(Refusal),
    /// The emulator failed.
    Error(Error),
    /// A blob must be read first; then the operation is run again: see [`Context::blob`](crate::Context::blob).
    Blob(BlobId),
}

impl Outcome {
    /// Nothing changes; only an answer.
    pub fn reply(reply: Reply) -> Self {
        Self { reply, ..Self::default() }
    }

    /// Changes and the event that they are.
    pub fn change(changes: Vec<Change>, event: Event, reply: Reply) -> Self {
        Self { changes, events: vec![event], reply, password: None }
    }
}

impl Event {
    /// Something that happened to the object of this kind and name.
    pub fn on(name: &'static str, kind: &'static str, object: impl Into<String>) -> Self {
        Self { name, object: Some((kind, object.into())), detail: BTreeMap::new(), about: None }
    }

    /// The same with one more thing known.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.detail.insert(key, value.into());
        self
    }

    /// The same with whom it was about, for the product's logs alone.
    #[must_use]
    pub fn about(mut self, whom: impl Into<String>) -> Self {
        self.about = Some(whom.into());
        self
    }
}

impl Refusal {
    /// The value of `name` is wrong because it `why`.
    pub fn bad(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self::BadValue(name.into(), why.into())
    }

    /// A short stable word for records and programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyExists(..) => "already-exists",
            Self::BadValue(..) => "bad-value",
            Self::Conflict(_) => "conflict",
            Self::Limit(..) => "limit",
            Self::Missing(_) => "missing",
            Self::NoSuch(..) => "no-such",
            Self::NotPermitted(_) => "not-permitted",
            Self::WrongPassword => "wrong-password",
            Self::WeakPassword(_) => "weak-password",
        }
    }

    /// The field it is about, where it is about one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::BadValue(name, _) => Some(name),
            Self::Missing(name) => Some(name),
            Self::WrongPassword => Some("current"),
            Self::WeakPassword(_) => Some("password"),
            Self::AlreadyExists(..)
            | Self::Conflict(_)
            | Self::Limit(..)
            | Self::NoSuch(..)
            | Self::NotPermitted(_) => None,
        }
    }
}

impl fmt::Display for Refusal {
    /// One plain sentence; products with a manner of their own say it their way.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyExists(kind, name) => {
                write!(f, "There is already {} called \"{name}\".", article(kind))
            }
            Self::BadValue(name, why) => write!(f, "The value of \"{name}\" {why}."),
            Self::Conflict(why) => f.write_str(why),
            Self::Limit(kind, max) => write!(f, "There can be at most {max} {kind}s. Remove one first."),
            Self::Missing(name) => write!(f, "A value for \"{name}\" is needed."),
            Self::NoSuch(kind, name) => write!(f, "There is no {kind} \"{name}\"."),
            Self::NotPermitted(_) => f.write_str("Your role does not allow this."),
            Self::WrongPassword => f.write_str("The present password is not right."),
            Self::WeakPassword(weaknesses) => {
                let reasons: Vec<String> = weaknesses.iter().map(ToString::to_string).collect();
                write!(f, "This password is refused: {}.", reasons.join("; "))
            }
        }
    }
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<NotPermitted> for Stop {
    fn from(NotPermitted(permission): NotPermitted) -> Self {
        Self::Refusal(Refusal::NotPermitted(permission.0.to_owned()))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
