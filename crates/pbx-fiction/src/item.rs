use std::borrow::Cow;
use std::collections::BTreeMap;

use pbx_kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::mention::Mention;
use crate::people::Subject;
use crate::person::Person;

/// What sort of thing an item is: the stores of a product hold these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A message in a mailbox.
    VoiceMail,
    /// What a mailbox says to callers.
    Greeting,
    /// A recorded call.
    Recording,
    /// An entry of a contact list.
    Contact,
    /// A chat message.
    Chat,
    /// An entry of a person's call list.
    CallList,
    /// A call detail record, which is the store's and nobody's.
    Cdr,
    /// A hospitality charge, which is the store's and nobody's.
    Charge,
    /// A note that a person keeps about another one.
    Note,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::VoiceMail,
        Self::Greeting,
        Self::Recording,
        Self::Contact,
        Self::Chat,
        Self::CallList,
        Self::Cdr,
        Self::Charge,
        Self::Note,
    ];

    /// The name, for example `voice-mail`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VoiceMail => "voice-mail",
            Self::Greeting => "greeting",
            Self::Recording => "recording",
            Self::Contact => "contact",
            Self::Chat => "chat",
            Self::CallList => "call-list",
            Self::Cdr => "cdr",
            Self::Charge => "charge",
            Self::Note => "note",
        }
    }

    /// Whether it is a person's; otherwise it is the store's and nobody's.
    pub const fn is_owned(self) -> bool {
        !matches!(self, Self::Cdr | Self::Charge)
    }
}

/// How somebody occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As the person's own field has it.
    Plain,
    /// In upper case.
    UpperCase,
    /// In base64 (RFC 4648, section 4, with padding).
    Base64,
    /// A number as it is dialled within its country: `07700900123`.
    National,
    /// A number as it is dialled from abroad: `00447700900123`.
    FromAbroad,
    /// As a voice; no search for text finds it.
    Voice,
    /// As the owner: the item is held for the person and need not name them.
    Reference,
}

/// One place where a subject occurs in an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// Who.
    pub subject: Subject,
    /// In which field of the item; `audio` is the sound, `owner` the owner.
    pub field: &'static str,
    /// Which field of the person it is: `name`, `mobile`, …; `voice` and `person` where it is no field.
    pub what: &'static str,
    /// In what form.
    pub encoding: Encoding,
    /// Was it put where, or in a form in which, no structured search finds it?
    pub planted: bool,
}

/// Sound, to be synthesised by whoever needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Audio {
    /// What the sound follows from.
    pub seed: u64,
    /// How long it is.
    pub seconds: u32,
}

impl Audio {
    /// The samples, at [`pbx_media::SAMPLE_RATE_HZ`].
    pub fn samples(&self) -> Vec<i16> {
        pbx_media::synthesize(self.seed, self.seconds)
    }
}

/// Something that a store holds about people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Which one of its kind. Numbers rise with time; call lists have gaps.
    pub number: u64,
    /// Whose it is; nobody's where it is the store's own.
    pub owner: Option<Subject>,
    /// When it happened.
    pub time: Timestamp,
    /// What it says, by field id.
    pub fields: BTreeMap<&'static str, String>,
    /// Who occurs in it beside the owner, each once.
    pub parties: Vec<Subject>,
    /// What it sounds like.
    pub audio: Option<Audio>,
    /// Where everybody occurs in it.
    pub occurrences: Vec<Occurrence>,
}

impl Item {
    /// An item that says nothing yet.
    pub(crate) fn new(kind: Kind, number: u64, owner: Option<&Person>, time: Timestamp) -> Self {
        let (fields, owner) = (BTreeMap::new(), owner.map(Person::subject));
        let (parties, occurrences) = (Vec::new(), Vec::new());
        let mut this = Self { kind, number, owner, time, fields, parties, audio: None, occurrences };
        if let Some(subject) = owner {
            this.occur(subject, "owner", "person", Encoding::Reference, false);
        }
        this
    }

    /// Sets a field that names nobody.
    pub(crate) fn say(&mut self, field: &'static str, value: impl Into<Cow<'static, str>>) {
        self.fields.insert(field, value.into().into_owned());
    }

    /// Sets a field to what identifies somebody.
    pub(crate) fn name(&mut self, field: &'static str, mention: &Mention) {
        self.tell(field, "{}", mention, mention.encoding != Encoding::Plain);
    }

    /// Sets a field to `template` with what identifies somebody in place of `{}`.
    pub(crate) fn tell(&mut self, field: &'static str, template: &str, mention: &Mention, planted: bool) {
        self.fields.insert(field, template.replace("{}", &mention.text));
        self.occur(mention.subject, field, mention.what, mention.encoding, planted);
    }

    /// Gives the item a sound in which `speakers` speak.
    pub(crate) fn sound(&mut self, audio: Audio, speakers: &[&Person]) {
        self.audio = Some(audio);
        self.say("duration-s", audio.seconds.to_string());
        for speaker in speakers {
            self.occur(speaker.subject(), "audio", "voice", Encoding::Voice, false);
        }
    }

    fn occur(
        &mut self,
        subject: Subject,
        field: &'static str,
        what: &'static str,
        encoding: Encoding,
        planted: bool,
    ) {
        if self.owner != Some(subject) && !self.parties.contains(&subject) {
            self.parties.push(subject);
        }
        self.occurrences.push(Occurrence { subject, field, what, encoding, planted });
    }
}
