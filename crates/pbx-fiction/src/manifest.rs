use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::item::{Encoding, Item, Kind};
use crate::life::Life;
use crate::people::Subject;

/// Where everybody occurs: what a search should find, and an erasure leave nothing of.
///
/// It lists the items of a life. What a site knows of its people by itself is [`Person::fields`](crate::Person::fields).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Manifest(pub BTreeMap<Subject, Vec<Entry>>);

/// One place where a subject occurs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// What sort of item it is in.
    pub kind: Kind,
    /// The item's number.
    pub item: u64,
    /// The field of the item; `audio` is the sound, `owner` the owner.
    pub field: Cow<'static, str>,
    /// Which field of the person it is; `voice` and `person` where it is none.
    pub what: Cow<'static, str>,
    /// In what form.
    pub encoding: Encoding,
    /// Was it put where, or in a form in which, no structured search finds it?
    pub planted: bool,
}

impl Manifest {
    /// The manifest of a whole life. Whoever occurs nowhere is in it with no entries.
    pub fn of(life: &Life) -> Self {
        let mut manifest: BTreeMap<_, Vec<_>> = life.subjects().map(|it| (it, Vec::new())).collect();
        for item in Kind::ALL.into_iter().flat_map(|kind| life.items(kind)) {
            for (subject, entry) in entries(&item) {
                manifest.entry(subject).or_default().push(entry);
            }
        }
        Self(manifest)
    }

    /// The manifest of one subject, without looking at what the subject is not in.
    pub fn of_one(life: &Life, subject: Subject) -> Self {
        let mine =
            |item: Item| entries(&item).filter(|it| it.0 == subject).map(|it| it.1).collect::<Vec<_>>();
        Self(BTreeMap::from([(subject, life.about(subject).flat_map(mine).collect())]))
    }

    /// The entries of `subject`.
    pub fn entries(&self, subject: Subject) -> &[Entry] {
        self.0.get(&subject).map_or(&[], Vec::as_slice)
    }
}

fn entries(item: &Item) -> impl Iterator<Item = (Subject, Entry)> + '_ {
    item.occurrences.iter().map(|it| {
        let entry = Entry {
            kind: item.kind,
            item: item.number,
            field: it.field.into(),
            what: it.what.into(),
            encoding: it.encoding,
            planted: it.planted,
        };
        (it.subject, entry)
    })
}
