use std::collections::BTreeMap;

use pbx_fiction::{Item, Kind, Subject};
use pbx_policy::{DataStore, FieldId, Owner, Policy, StoreKind, SubjectKind};

/// A store of the product that one kind of invented items goes into, with those of its fields that they fill.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub(super) store: String,
    pub(super) kind: Kind,
    pub(super) audio: bool,
    /// Each with the item's fields that fill it, in that order.
    pub(super) fields: Vec<(FieldId, &'static [&'static str])>,
}

/// A store of the product with an entry for each person: a telephone directory.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) store: String,
    /// Each with the person's field that fills it.
    pub(super) fields: Vec<(FieldId, &'static str)>,
}

impl Shelf {
    /// Where what is invented goes at a product with `policy`.
    pub(super) fn of(policy: &Policy) -> Vec<Self> {
        let stores = policy.stores.iter().filter(|it| is_kept(it));
        stores
            .flat_map(|store| kinds(store).into_iter().map(move |kind| Self::new(policy, store, kind)))
            .collect()
    }

    fn new(policy: &Policy, store: &DataStore, kind: Kind) -> Self {
        let fields = policy.fields_of(store).iter().map(|it| *it.id.get_ref());
        let fields = fields.filter_map(|field| Some((field, sources(kind, field)?)));
        let (store, audio) = (store.id.get_ref().clone(), store.audio);
        Self { store, kind, audio, fields: fields.collect() }
    }

    /// What the store records of `item`, without fields in which `hidden` occurs.
    pub(super) fn record(&self, item: &Item, hidden: Option<Subject>) -> BTreeMap<FieldId, String> {
        let value = |(field, sources): &(FieldId, &[&'static str])| {
            if sources.iter().any(|it| hidden.is_some_and(|hidden| occurs(item, hidden, it))) {
                return None;
            }
            let parts: Vec<&str> =
                sources.iter().filter_map(|it| item.fields.get(it)).map(String::as_str).collect();
            (!parts.is_empty()).then(|| (*field, parts.join(" ")))
        };
        self.fields.iter().filter_map(value).collect()
    }

    /// The store's field that shows the item's field `source`: itself where it is none, for example `owner`.
    pub(super) fn shows(&self, source: &'static str) -> Option<&'static str> {
        match source {
            "owner" => Some(source),
            "audio" => self.audio.then_some(source),
            _ => self.fields.iter().find(|(_, sources)| sources.contains(&source)).map(|it| it.0.as_str()),
        }
    }
}

impl Directory {
    /// The directories of a product with `policy`.
    pub(super) fn of(policy: &Policy) -> Vec<Self> {
        let is_directory = |it: &&DataStore| {
            is_kept(it)
                && it.kind == StoreKind::Contact
                && it.owner == Owner::Person
                && it.subjects == [SubjectKind::EndUsers]
        };
        let directory = |store: &DataStore| {
            let source = |field| match field {
                FieldId::Name => Some((field, "name")),
                FieldId::Number | FieldId::Extension => Some((field, "extension")),
                _ => None,
            };
            let fields = store.fields.iter().filter_map(|it| source(*it.id.get_ref()));
            Self { store: store.id.get_ref().clone(), fields: fields.collect() }
        };
        policy.stores.iter().filter(is_directory).map(directory).collect()
    }
}

/// Whether the system has what it processes: some stores are another system's, some pass everything on.
fn is_kept(store: &DataStore) -> bool {
    store.read.is_some() && !store.streamed_only
}

/// What goes into `store`.
fn kinds(store: &DataStore) -> Vec<Kind> {
    let kinds = match store.kind {
        StoreKind::CallList => vec![Kind::CallList],
        StoreKind::Cdr => vec![Kind::Cdr],
        StoreKind::Charge => vec![Kind::Charge],
        StoreKind::Chat => vec![Kind::Chat],
        StoreKind::Contact if store.subjects.contains(&SubjectKind::Contacts) => {
            let has_notes = store.fields.iter().any(|it| *it.id.get_ref() == FieldId::Note);
            [Some(Kind::Contact), has_notes.then_some(Kind::Note)].into_iter().flatten().collect()
        }
        StoreKind::Greeting => vec![Kind::Greeting],
        StoreKind::Recording => vec![Kind::Recording],
        StoreKind::VoiceMail => vec![Kind::VoiceMail],
        _ => Vec::new(),
    };
    kinds.into_iter().filter(|kind| kind.is_owned() == (store.owner == Owner::Person)).collect()
}

/// The item's fields that fill `field`.
fn sources(kind: Kind, field: FieldId) -> Option<&'static [&'static str]> {
    Some(match (kind, field) {
        (Kind::Contact, FieldId::Name) => &["first-name", "last-name"],
        (_, FieldId::Account) => &["account"],
        (_, FieldId::Company) => &["company"],
        (_, FieldId::Cost) => &["cost"],
        (_, FieldId::Direction) => &["direction"],
        (_, FieldId::DurationS) => &["duration-s"],
        (_, FieldId::Email) => &["email"],
        (_, FieldId::Extension) => &["extension"],
        (_, FieldId::FirstName) => &["first-name"],
        (_, FieldId::LastName) => &["last-name"],
        (_, FieldId::Name) => &["name"],
        (_, FieldId::Number) => &["number"],
        (_, FieldId::Room) => &["room"],
        (_, FieldId::Tag) => &["tag"],
        (_, FieldId::Text) | (Kind::Note, FieldId::Note) => &["text"],
        _ => return None,
    })
}

/// Whether `subject` is in the field `field` of `item`.
fn occurs(item: &Item, subject: Subject, field: &str) -> bool {
    item.occurrences.iter().any(|it| it.subject == subject && it.field == field)
}
