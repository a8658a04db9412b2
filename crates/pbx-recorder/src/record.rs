use std::borrow::Cow;
use std::collections::BTreeMap;

use pbx_kernel::{Line, Pseudonym, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Hash;
use crate::json::{CUT_MARK, push_text};

/// What happened: one entry of the flight recorder before it has a place in the trail.
///
/// Never put a secret, a message or a clear name into a record: people are [`Pseudonym`]s here. Texts that are
/// longer than their limit are cut and end in `…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When, on the world's virtual clock; moments outside the years 1970 to 9999 are written as the nearest within.
    pub time: Timestamp,
    /// At which site.
    pub site: SiteId,
    /// What the site emulates, for example `mx-one`.
    pub product: Cow<'static, str>,
    /// Where the caller met the site: `ssh`, `web`, `self-service`, `api`, `director` or `engine`.
    pub surface: Cow<'static, str>,
    /// What happened, dotted, for example `auth.rejected` or `log.cleared`.
    pub event: Cow<'static, str>,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it, where known.
    pub actor: Option<Pseudonym>,
    /// The role the actor acted in.
    pub role: Option<Cow<'static, str>>,
    /// The network address it came from.
    pub source: Option<String>,
    /// The session it belongs to.
    pub session: Option<String>,
    /// What it was done to.
    pub object: Option<Object>,
    /// Why it was refused or failed, as a code or a sentence without personal data.
    pub reason: Option<Cow<'static, str>>,
    /// The controls it bears on, for example `mx-one/lockout`; the first [`Record::CONTROLS_MAX`] are written.
    pub controls: Vec<Cow<'static, str>>,
    /// The digest of the object before; keyed, where what it digests could be guessed.
    pub before: Option<String>,
    /// The digest of the object after; keyed, where what it digests could be guessed.
    pub after: Option<String>,
    pub(crate) detail: BTreeMap<Cow<'static, str>, String>,
}

impl Record {
    /// No line is longer: it fits a row of the store (4,000 bytes) with room for what the store adds.
    pub const LINE_BYTES_MAX: usize = 3_500;
    /// The most controls that a record names; the papers' longest lists are half as long.
    pub const CONTROLS_MAX: usize = 12;

    /// A record of what every record has; the rest is added with the methods below.
    pub fn new(
        time: Timestamp,
        site: SiteId,
        product: impl Into<Cow<'static, str>>,
        surface: impl Into<Cow<'static, str>>,
        event: impl Into<Cow<'static, str>>,
        outcome: Outcome,
    ) -> Self {
        Self {
            time,
            site,
            product: product.into(),
            surface: surface.into(),
            event: event.into(),
            outcome,
            actor: None,
            role: None,
            source: None,
            session: None,
            object: None,
            reason: None,
            controls: Vec::new(),
            before: None,
            after: None,
            detail: BTreeMap::new(),
        }
    }

    /// Says who did it.
    #[must_use]
    pub fn with_actor(mut self, actor: Pseudonym) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Says in which role.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<Cow<'static, str>>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Says from which address.
    #[must_use]
    pub fn with_source(mut self, source: impl ToString) -> Self {
        self.source = Some(source.to_string());
        self
    }

    /// Says in which session.
    #[must_use]
    pub fn with_session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Says what it was done to.
    #[must_use]
    pub fn with_object(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }

    /// Says why it was refused or failed.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds a fact. In `name`, whatever is not a letter, digit, `.`, `_` or `-` becomes `_`.
    #[must_use]
    pub fn with_detail(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.detail.insert(clean_name(name.into()), value.into());
        self
    }

    /// Names a control that it bears on.
    #[must_use]
    pub fn with_control(mut self, control: impl Into<Cow<'static, str>>) -> Self {
        self.controls.push(control.into());
        self
    }

    /// Adds the digests of the object before and after; keyed, where what they digest could be guessed.
    #[must_use]
    pub fn with_digests(mut self, before: Option<String>, after: Option<String>) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// The facts added with [`Record::with_detail`].
    pub fn detail(&self) -> &BTreeMap<Cow<'static, str>, String> {
        &self.detail
    }

    /// The record as line number `seq` after a line whose leaf hash is `prev`: canonical JSON (RFC 8785).
    ///
    /// Use [`Tip::append`](crate::Tip::append), which knows both.
    pub(crate) fn line(&self, seq: u64, prev: Option<&Hash>) -> Line {
        // The usual line is a third of this.
        let mut out = Object8785(Vec::with_capacity(1_024));
        // RFC 8785: members in the order of their names.
        out.text_if("actor", self.actor.as_ref().map(Pseudonym::as_str), ID_BYTES_MAX);
        out.text_if("after", self.after.as_deref(), DIGEST_BYTES_MAX);
        out.text_if("before", self.before.as_deref(), DIGEST_BYTES_MAX);
        out.controls(&self.controls);
        out.detail(&self.detail);
        out.text("event", &self.event, WORD_BYTES_MAX);
        out.object(self.object.as_ref());
        out.text("outcome", self.outcome.as_str(), WORD_BYTES_MAX);
        let digits = prev.map(|it| it.to_hex());
        out.text_if("prev", digits.as_ref().and_then(|it| str::from_utf8(it).ok()), DIGEST_BYTES_MAX);
        out.text("product", &self.product, WORD_BYTES_MAX);
        out.text_if("reason", self.reason.as_deref(), REASON_BYTES_MAX);
        out.text_if("role", self.role.as_deref(), ID_BYTES_MAX);
        out.number("seq", seq);
        out.text_if("session", self.session.as_deref(), ID_BYTES_MAX);
        out.text("site", self.site.as_str(), WORD_BYTES_MAX);
        out.text_if("source", self.source.as_deref(), WORD_BYTES_MAX);
        out.text("surface", &self.surface, WORD_BYTES_MAX);
        out.text("time", &self.time.clamp(TIME_MIN, TIME_MAX).to_string(), WORD_BYTES_MAX);
        out.finish()
    }
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was done.
    Ok,
    /// The site said no.
    Refused,
    /// The emulator failed.
    Error,
}

impl Outcome {
    /// The outcome as records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// What kind of thing, for example `account`.
    pub kind: Cow<'static, str>,
    /// Which one: a pseudonym or an id, never a person's name or number.
    pub name: String,
}

impl Object {
    /// The thing with an id that says nothing about a person.
    pub fn new(kind: impl Into<Cow<'static, str>>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: id.into() }
    }

    /// The thing that a pseudonym names.
    pub fn of(kind: impl Into<Cow<'static, str>>, pseudonym: &Pseudonym) -> Self {
        Self::new(kind, pseudonym.as_str())
    }
}

/// A JSON object under construction. Its members must come in the order of their names.
struct Object8785(Vec<u8>);

impl Object8785 {
    fn name(&mut self, name: &'static str) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        push_text(&mut self.0, name, WORD_BYTES_MAX);
        self.0.push(b':');
    }

    fn text(&mut self, name: &'static str, text: &str, bytes_max: usize) {
        self.name(name);
        push_text(&mut self.0, text, bytes_max);
    }

    fn text_if(&mut self, name: &'static str, text: Option<&str>, bytes_max: usize) {
        if let Some(text) = text {
            self.text(name, text, bytes_max);
        }
    }

    fn number(&mut self, name: &'static str, number: u64) {
        self.name(name);
        self.0.extend_from_slice(number.to_string().as_bytes());
    }

    fn controls(&mut self, controls: &[Cow<'static, str>]) {
        if controls.is_empty() {
            return;
        }
        self.name("controls");
        for (index, control) in controls.iter().take(Record::CONTROLS_MAX).enumerate() {
            self.0.push(if index == 0 { b'[' } else { b',' });
            push_text(&mut self.0, control, CONTROL_BYTES_MAX);
        }
        self.0.push(b']');
    }

    /// Writes the facts that fit [`DETAIL_BYTES_MAX`]; where some do not, a last one says how many.
    fn detail(&mut self, detail: &BTreeMap<Cow<'static, str>, String>) {
        if detail.is_empty() {
            return;
        }
        self.name("detail");
        let start = self.0.len();
        let (mut cut_at, mut kept) = (start, 0);
        for (index, (name, value)) in detail.iter().enumerate() {
            self.0.push(if index == 0 { b'{' } else { b',' });
            push_text(&mut self.0, name, NAME_BYTES_MAX);
            self.0.push(b':');
            push_text(&mut self.0, value, VALUE_BYTES_MAX);
            let written = self.0.len() - start;
            if written > DETAIL_BYTES_MAX {
                self.0.truncate(cut_at);
                self.0.extend_from_slice(if kept == 0 { b"{" } else { b"," });
                push_text(&mut self.0, CUT_MARK, NAME_BYTES_MAX);
                self.0.push(b':');
                push_text(&mut self.0, &format!("{} more", detail.len() - kept), NAME_BYTES_MAX);
                break;
            }
            if written + MORE_BYTES_MAX <= DETAIL_BYTES_MAX {
                (cut_at, kept) = (self.0.len(), index + 1);
            }
        }
        self.0.push(b'}');
    }

    fn object(&mut self, object: Option<&Object>) {
        let Some(object) = object else { return };
        self.name("object");
        self.0.extend_from_slice(b"{\"kind\":");
        push_text(&mut self.0, &object.kind, WORD_BYTES_MAX);
        self.0.extend_from_slice(b",\"name\":");
        push_text(&mut self.0, &object.name, OBJECT_BYTES_MAX);
        self.0.push(b'}');
    }

    fn finish(mut self) -> Line {
        self.0.push(b'}');
        Line(self.0)
    }
}

/// `name` as a fact may be called.
pub(crate) fn clean_name(name: Cow<'static, str>) -> Cow<'static, str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed) {
        return name;
    }
    let clean: String = name
        .chars()
        .take(NAME_BYTES_MAX)
        .map(|it| if it.is_ascii() && allowed(it as u8) { it } else { '_' })
        .collect();
    Cow::Owned(if clean.is_empty() { "_".to_owned() } else { clean })
}

/// The earliest and the latest moment that RFC 3339 and the clock's library both can write.
const TIME_MIN: Timestamp = Timestamp::from_millis(0);
const TIME_MAX: Timestamp = Timestamp::from_millis(253_402_207_199_999);

/// The limits of a record's texts, as written between the quotes. Their sum, the names of the members and
/// [`DETAIL_BYTES_MAX`] stay below [`Record::LINE_BYTES_MAX`]; a test fills every one of them.
const CONTROL_BYTES_MAX: usize = 48;
const DIGEST_BYTES_MAX: usize = 96;
const ID_BYTES_MAX: usize = 96;
const NAME_BYTES_MAX: usize = 48;
const OBJECT_BYTES_MAX: usize = 192;
const REASON_BYTES_MAX: usize = 256;
const VALUE_BYTES_MAX: usize = 512;
const WORD_BYTES_MAX: usize = 64;
/// All facts of a record together: a long command line and a few short ones.
const DETAIL_BYTES_MAX: usize = 1_100;
/// The room that `,"…":"<count> more"}` may take.
const MORE_BYTES_MAX: usize = 36;

#[cfg(test)]
mod tests;
