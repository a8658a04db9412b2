use std::collections::BTreeMap;

use pbx_fiction::{Encoding, Item, Kind, PlanError, Subject};
use pbx_kernel::{SiteId, Timestamp};
use serde::Serialize;

use super::{Lives, NAMELESS, Population};

/// Where everybody occurs at a site: what a search should find, and an erasure leave nothing of.
///
/// It follows from the scenario and the policy, and knows nothing of what was done at the site since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SiteManifest {
    /// The site.
    pub site: String,
    /// Its product.
    pub product: String,
    /// Everybody, residents first.
    pub subjects: Vec<SubjectPlaces>,
}

/// Where somebody occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SubjectPlaces {
    /// Who: `person-12`, `outsider-3`, `administrator-0`, or `account-` and the name of a resident's account.
    pub subject: String,
    /// What identifies him, by field: the product's record of him, or of whoever has none what fiction knows.
    pub fields: BTreeMap<&'static str, String>,
    /// Whether the product has a record of him.
    pub has_record: bool,
    /// Where he occurs beside his record.
    pub places: Vec<Place>,
}

/// One place where somebody occurs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The store of the product.
    pub store: String,
    /// Whose the item is; nobody's where it is the store's.
    pub owner: Option<String>,
    /// What sort of thing was invented; none for an entry of a directory. A store may hold several.
    pub kind: Option<Kind>,
    /// Which one of its kind it is.
    pub item: Option<u64>,
    /// The store's field; `audio` is the sound, `owner` the owner.
    pub field: &'static str,
    /// Which field of the person it is; `voice` and `person` where it is none.
    pub what: &'static str,
    /// In what form.
    pub encoding: Encoding,
    /// Whether it was put where, or in a form in which, no structured search finds it.
    pub planted: bool,
}

/// Who is meant, residents among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Resident(usize),
    Invented(Subject),
}

impl Population {
    /// Where everybody occurs at `site`, or only whoever has the extension, the number, the name or the e-mail
    /// address `wanted`.
    pub fn manifest(&self, site: &SiteId, wanted: Option<&str>) -> Result<SiteManifest, PlanError> {
        let lives = self.lives(Timestamp::default())?;
        let mut found: BTreeMap<Who, Vec<Place>> = self
            .everybody(&lives)
            .filter(|who| wanted.is_none_or(|it| self.is(*who, it)))
            .map(|who| (who, Vec::new()))
            .collect();
        match wanted {
            // Whoever is looked for is found without looking at what he is not in.
            Some(_) => {
                let those: Vec<Who> = found.keys().copied().collect();
                for who in those {
                    for (item, owner) in self.about(&lives, who) {
                        self.note(&item, owner, &mut found);
                    }
                }
            }
            None => {
                for kind in Kind::ALL {
                    for item in lives.everybody.items(kind) {
                        self.note(&item, item.owner.map(Who::Invented), &mut found);
                    }
                }
                for place in 0..self.residents.len() {
                    for item in self.of_resident(&lives, place) {
                        self.note(&item, Some(Who::Resident(place)), &mut found);
                    }
                }
            }
        }
        let subjects = found.into_iter().map(|(who, places)| self.places(who, places));
        let (site, product) = (site.to_string(), self.policy.product.id.clone());
        Ok(SiteManifest { site, product, subjects: subjects.collect() })
    }

    fn everybody<'a>(&'a self, lives: &'a Lives) -> impl Iterator<Item = Who> + 'a {
        let residents = (0..self.residents.len()).map(Who::Resident);
        residents.chain(lives.everybody.subjects().map(Who::Invented))
    }

    /// What `who` is in, each with its owner.
    fn about(&self, lives: &Lives, who: Who) -> Vec<(Item, Option<Who>)> {
        match who {
            Who::Resident(place) => self.of_resident(lives, place).map(|it| (it, Some(who))).collect(),
            Who::Invented(subject) => {
                let mine = lives.everybody.about(subject);
                let mut items: Vec<_> = mine
                    .map(|it| {
                        let owner = it.owner.map(Who::Invented);
                        (it, owner)
                    })
                    .collect();
                let concerns = |item: &Item| item.occurrences.iter().any(|it| it.subject == subject);
                if subject != NAMELESS {
                    for place in 0..self.residents.len() {
                        let theirs = self.of_resident(lives, place).filter(concerns);
                        items.extend(theirs.map(|it| (it, Some(Who::Resident(place)))));
                    }
                }
                items
            }
        }
    }

    /// Notes who of `found` is in `item`, on every shelf that it stands on.
    fn note(&self, item: &Item, owner: Option<Who>, found: &mut BTreeMap<Who, Vec<Place>>) {
        let resident = owner.filter(|it| matches!(it, Who::Resident(_)));
        for shelf in self.shelves.iter().filter(|it| it.kind == item.kind) {
            let hidden = resident.map(|_| NAMELESS);
            let record = shelf.record(item, hidden);
            for it in &item.occurrences {
                let who = match resident {
                    Some(resident) if it.subject == NAMELESS => resident,
                    _ => Who::Invented(it.subject),
                };
                let Some(field) = shelf.shows(it.field) else { continue };
                let is_there =
                    matches!(field, "owner" | "audio") || record.keys().any(|it| it.as_str() == field);
                if let Some(places) = found.get_mut(&who).filter(|_| is_there) {
                    places.push(Place {
                        store: shelf.store.clone(),
                        owner: owner.map(|it| self.name(it)),
                        kind: Some(item.kind),
                        item: Some(item.number),
                        field,
                        what: it.what,
                        encoding: it.encoding,
                        planted: it.planted,
                    });
                }
            }
        }
    }

    fn places(&self, who: Who, mut places: Vec<Place>) -> SubjectPlaces {
        let (fields, has_record) = self.identity(who);
        if has_record {
            for directory in &self.directories {
                let place = |field, what, encoding| Place {
                    store: directory.store.clone(),
                    owner: Some(self.name(who)),
                    kind: None,
                    item: None,
                    field,
                    what,
                    encoding,
                    planted: false,
                };
                places.push(place("owner", "person", Encoding::Reference));
                places.extend(
                    directory.fields.iter().map(|(field, what)| place(field.as_str(), what, Encoding::Plain)),
                );
            }
        }
        SubjectPlaces { subject: self.name(who), fields, has_record, places }
    }

    fn name(&self, who: Who) -> String {
        match who {
            Who::Invented(subject) => subject.to_string(),
            Who::Resident(place) => {
                self.residents.get(place).map(|it| format!("account-{}", it.account)).unwrap_or_default()
            }
        }
    }

    /// What identifies `who`, and whether the product has it as his record.
    fn identity(&self, who: Who) -> (BTreeMap<&'static str, String>, bool) {
        match who {
            Who::Resident(place) => {
                let fields = self.residents.get(place).map(|it| &it.fields).into_iter().flatten();
                (fields.map(|(field, value)| (field.as_str(), value.clone())).collect(), true)
            }
            Who::Invented(subject) => match (self.people.subject(subject), subject) {
                (Some(person), Subject::Person(_)) => {
                    let fields = self.record(&person).into_iter();
                    (fields.map(|(field, _, value)| (field.as_str(), value)).collect(), true)
                }
                (person, _) => (person.map(|it| it.fields()).unwrap_or_default(), false),
            },
        }
    }

    /// Whether `text` names `who`.
    fn is(&self, who: Who, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let (fields, _) = self.identity(who);
        let name = match (fields.get("first-name"), fields.get("last-name")) {
            (Some(first), Some(last)) => Some(format!("{first} {last}").to_lowercase()),
            _ => None,
        };
        let told = ["extension", "number", "mobile", "email", "account", "name"];
        let mut told = told.iter().filter_map(|it| fields.get(it)).map(|it| it.to_lowercase());
        name.is_some_and(|it| it == text) || told.any(|it| it == text) || self.name(who) == text
    }
}
