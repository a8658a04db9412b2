use std::collections::BTreeMap;

use pbx_auth::{Count, Lock, LockoutRule, Principal};
use pbx_estate::log::Entry;
use pbx_estate::people::People;
use pbx_estate::{Event, Refusal};
use pbx_kernel::{Source, Surface, Timestamp};
use pbx_policy::FieldId;
use pbx_recorder::{Object, Outcome, Record};

use crate::Site;
use crate::session::SessionId;

/// Something that happened at a site, before it becomes a recorder line and entries of the product's logs.
///
/// Names are clear here: the recorder turns them into pseudonyms, the product's logs keep them as their paper says.
pub(crate) struct Happening {
    pub(crate) event: &'static str,
    outcome: Outcome,
    reason: Option<&'static str>,
    account: Option<String>,
    role: Option<String>,
    surface: Option<Surface>,
    source: Option<Source>,
    session: Option<String>,
    object: Option<(&'static str, String)>,
    detail: BTreeMap<&'static str, String>,
    /// What only the product's logs may keep: a typed line with the names in it.
    line: Option<String>,
}

impl Happening {
    /// It was done.
    pub(crate) fn ok(event: &'static str) -> Self {
        Self {
            event,
            outcome: Outcome::Ok,
            reason: None,
            account: None,
            role: None,
            surface: None,
            source: None,
            session: None,
            object: None,
            detail: BTreeMap::new(),
            line: None,
        }
    }

    /// It was refused.
    pub(crate) fn refused(event: &'static str, reason: &'static str) -> Self {
        Self { outcome: Outcome::Refused, reason: Some(reason), ..Self::ok(event) }
    }

    /// The lock that `rule` put on the account or address `key`.
    pub(crate) fn of_lock(lock: Lock, rule: &LockoutRule, key: &str) -> Self {
        let kind = if rule.counts == Count::Account { "account" } else { "address" };
        let until = lock.until.map_or("unlocked".to_owned(), |it| it.to_string());
        Self::ok("auth.locked").on(kind, key).with("until", until)
    }

    /// What an operation reported.
    pub(crate) fn of_event(event: &Event) -> Self {
        Self {
            object: event.object.clone(),
            detail: event.detail.clone(),
            line: event.about.clone(),
            ..Self::ok(event.name)
        }
    }

    /// A command, route or page that ran, or was refused.
    pub(crate) fn of_run(event: &'static str, name: &str, refusal: Option<&Refusal>) -> Self {
        let it = match refusal {
            Some(refusal) => Self::refused(event, refusal.code()),
            None => Self::ok(event),
        };
        it.with("name", name)
    }

    /// Who did it, in which role, where and from where.
    pub(crate) fn of(mut self, principal: &Principal) -> Self {
        self.account = Some(principal.account.to_string());
        self.role = Some(principal.role.id.clone());
        self.at(principal.surface).from(principal.source)
    }

    pub(crate) fn by(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    pub(crate) fn at(mut self, surface: Surface) -> Self {
        self.surface = Some(surface);
        self
    }

    pub(crate) fn from(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    pub(crate) fn in_session(mut self, session: &SessionId) -> Self {
        self.session = Some(session.to_string());
        self
    }

    pub(crate) fn on(mut self, kind: &'static str, name: &str) -> Self {
        self.object = Some((kind, name.to_owned()));
        self
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.detail.insert(key, value.into());
        self
    }

    pub(crate) fn with_line(mut self, line: Option<String>) -> Self {
        self.line = line;
        self
    }

    /// Whether the site said no.
    pub(crate) fn is_refused(&self) -> bool {
        self.outcome == Outcome::Refused
    }

    /// The log that it cleared.
    pub(crate) fn cleared_log(&self) -> Option<&str> {
        match &self.object {
            Some((_, id)) if self.event == "log.cleared" => Some(id),
            _ => None,
        }
    }

    /// The entry of a product's log.
    pub(crate) fn entry(&self, now: Timestamp) -> Entry {
        let detail = self.detail.iter().map(|(key, value)| ((*key).to_owned(), bounded(value)));
        let reason = self.reason.map(|it| ("reason".to_owned(), it.to_owned()));
        let line = self.line.as_ref().map(|it| ("line".to_owned(), bounded(it)));
        Entry {
            time: now,
            event: self.event.to_owned(),
            account: self.account.as_deref().map(bounded).unwrap_or_default(),
            source: self.source.map(|it| it.to_string()).unwrap_or_default(),
            surface: self.surface.map_or("engine".to_owned(), |it| it.to_string()),
            outcome: self.outcome.as_str().to_owned(),
            object: self
                .object
                .as_ref()
                .map(|(kind, name)| format!("{kind} {}", bounded(name)))
                .unwrap_or_default(),
            detail: detail.chain(reason).chain(line).collect(),
        }
    }
}

impl Site {
    /// The recorder's record of `happening`: people as pseudonyms, no typed line.
    pub(crate) fn record(&self, now: Timestamp, happening: &Happening) -> Record {
        let surface = happening.surface.map_or("engine".to_owned(), |it| it.to_string());
        let product = self.policy.product.id.clone();
        let mut record =
            Record::new(now, self.id.clone(), product, surface, happening.event, happening.outcome);
        if let Some(account) = &happening.account {
            record = record.with_actor(self.pseudonym_of("account", account));
        }
        if let Some(role) = &happening.role {
            record = record.with_role(role.clone());
        }
        if let Some(source) = happening.source {
            record = record.with_source(source);
        }
        if let Some(session) = &happening.session {
            record = record.with_session(session.clone());
        }
        if let Some((kind, name)) = &happening.object {
            record = record.with_object(match *kind {
                "extension" | "name" => match self.token_of(name) {
                    Some(token) => Object::new(*kind, token),
                    None => Object::of(*kind, &self.pseudonym_of(kind, name)),
                },
                "account" => Object::of(*kind, &self.pseudonym_of(kind, name)),
                _ => Object::new(*kind, name.clone()),
            });
        }
        if let Some(reason) = happening.reason {
            record = record.with_reason(reason);
        }
        for (key, value) in &happening.detail {
            record = record.with_detail(*key, value.clone());
        }
        record
    }

    /// What the recorder calls the person with this extension: a name whose link to him dies with his record's key.
    fn token_of(&self, extension: &str) -> Option<String> {
        // Who cannot be looked up has no token; his pseudonym serves.
        let person = self.read(|estate, _| Ok(People::open(estate)?.find(FieldId::Extension, extension)?));
        person.ok().flatten().map(|it| it.token)
    }

    fn pseudonym_of(&self, kind: &str, name: &str) -> pbx_kernel::Pseudonym {
        if kind == "account" && self.policy.accounts.names_ignore_case {
            self.cipher.pseudonym(kind, &name.to_lowercase())
        } else {
            self.cipher.pseudonym(kind, name)
        }
    }
}

/// The text, cut so that an entry fits a store value, and without control characters, which would make it six times
/// as long there and could forge a line of the log.
fn bounded(text: &str) -> String {
    let printable = |it: char| if it.is_control() { char::REPLACEMENT_CHARACTER } else { it };
    let mut cut: String = text.chars().take(DETAIL_CHARS_MAX).map(printable).collect();
    if text.chars().nth(DETAIL_CHARS_MAX).is_some() {
        cut.push('…');
    }
    cut
}

/// The most characters of one value in a product log.
const DETAIL_CHARS_MAX: usize = 300;
