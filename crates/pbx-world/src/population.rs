//! The people of a site: who they are, what is held of them and in which store. It follows from the scenario and the
//! policy alone.
//!
//! ```text
//!   [sites.people] ──▶ Census ──▶ two lives ──items──▶ Shelf (a store, with its fields) ──▶ Piece ──▶ the site
//!                                    │
//!                     everybody's ───┴─── residents', who own what is made for them
//! ```
//!
//! A *resident* is whom an account of the scenario belongs to: he has a name and an extension from it, and not from
//! fiction. What he owns is invented for one nameless person, and whatever would name that one is left out.

mod add;
mod census;
mod manifest;
mod piece;
mod resident;
mod shelf;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_fiction::{Extensions, Kind, Life, People, Person, PlanError, Subject};
use pbx_kernel::Timestamp;
use pbx_policy::{FieldId, Policy, Removal};

use crate::plan::KnownAccount;

pub(crate) use add::Loading;
pub(crate) use census::Census;
pub use manifest::{Place, SiteManifest, SubjectPlaces};

use resident::Resident;
use shelf::{Directory, Shelf};

/// Whom a site holds data of, and what.
#[derive(Debug)]
pub struct Population {
    policy: Arc<Policy>,
    census: Census,
    people: People,
    residents: Vec<Resident>,
    shelves: Vec<Shelf>,
    directories: Vec<Directory>,
}

/// What happened to whom, up to some moment.
struct Lives {
    everybody: Life,
    residents: Life,
}

impl Population {
    /// The people whom `census` counts, at a site with these accounts and this policy.
    pub(crate) fn new<'a>(
        policy: &Arc<Policy>,
        census: Census,
        accounts: impl Iterator<Item = &'a KnownAccount>,
    ) -> Self {
        let residents: Vec<Resident> = accounts.filter_map(|it| Resident::of(policy, it)).collect();
        let people = People::with_extensions(census.seed, extensions(census.count, &residents));
        Self {
            shelves: Shelf::of(policy),
            directories: Directory::of(policy),
            policy: Arc::clone(policy),
            census,
            people,
            residents,
        }
    }

    /// What is recorded of the person whom the account belongs to, where there is one.
    pub(crate) fn resident(&self, account: &str) -> Option<&BTreeMap<FieldId, String>> {
        self.residents.iter().find(|it| it.account.as_str() == account).map(|it| &it.fields)
    }

    fn lives(&self, until: Timestamp) -> Result<Lives, PlanError> {
        let alone = People::with_extensions(self.census.seed, self.people_extensions());
        Ok(Lives {
            everybody: Life::of(&self.people, self.census.plan(until))?,
            residents: Life::of(&alone, self.census.residents_plan(self.residents.len(), until))?,
        })
    }

    fn people_extensions(&self) -> Extensions {
        extensions(self.census.count, &self.residents)
    }

    /// The fields of the product's record of `person`, each with the fiction's field that fills it.
    fn record(&self, person: &Person) -> Vec<(FieldId, &'static str, String)> {
        let mut known = person.fields();
        let fields = self.policy.person.iter().flat_map(|it| &it.fields).map(|it| *it.id.get_ref());
        let value = |field: FieldId| {
            // Whoever is inside is reached at the extension, where a record has one number only.
            let source = if field == FieldId::Number { "extension" } else { field.as_str() };
            Some((field, source, known.remove(source)?))
        };
        fields.filter_map(value).collect()
    }

    /// Whether extensions are kept at a node of their own, with their names.
    fn has_subscribers(&self) -> bool {
        self.policy.stores.iter().any(|it| it.records_removed_by.contains(&Removal::ServiceNode))
    }

    /// The items that the resident of this place owns.
    fn of_resident<'a>(
        &'a self,
        lives: &'a Lives,
        place: usize,
    ) -> impl Iterator<Item = pbx_fiction::Item> + 'a {
        let place = u64::try_from(place).unwrap_or(u64::MAX);
        let numbers = move |kind: Kind| {
            let each = u64::from(self.census.each_resident(kind));
            place * each..(place + 1) * each
        };
        let items = move |kind| numbers(kind).filter_map(move |number| lives.residents.item(kind, number));
        let owned = Kind::ALL.into_iter().filter(|kind| kind.is_owned());
        owned.flat_map(items).filter(|it| it.owner == Some(NAMELESS))
    }
}

/// The extensions for `count` people, so that none is a resident's.
fn extensions(count: u32, residents: &[Resident]) -> Extensions {
    let taken: Vec<u32> = residents.iter().filter_map(Resident::extension).collect();
    let free = |digits: u32| {
        let unit = 10_u32.pow(digits - 1);
        let (starts, last) = ((2..=8).map(move |it| it * unit), 9 * unit - 1);
        let taken = &taken;
        starts.filter_map(move |first| {
            let end = first.checked_add(count).filter(|end| *end <= last + 1)?;
            let is_free = !taken.iter().any(|it| (first..end).contains(it));
            if is_free { Extensions::new(first, last).ok() } else { None }
        })
    };
    (DIGITS_MIN..=DIGITS_MAX).flat_map(free).next().unwrap_or_else(|| Extensions::for_people(count))
}

/// In whose name what residents own is invented.
const NAMELESS: Subject = Subject::Person(0);

/// How many digits extensions have.
const DIGITS_MIN: u32 = 4;
const DIGITS_MAX: u32 = 8;
