use std::collections::BTreeMap;

use pbx_kernel::{Row, Table, Timestamp};
use pbx_policy::{FieldId, SubjectKind};
use serde::{Deserialize, Serialize};

use super::Number;
use crate::keys::{Owned, Slot};
use crate::{Estate, Noun};

/// Somebody whom a site has a record of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// His number.
    pub number: Number,
    /// The slot under which the record is sealed.
    pub slot: Slot,
    /// Whether he uses the system, runs it, or is known to it from outside.
    pub kind: SubjectKind,
    /// How the flight recorder names him. It is here only: once the record's key is destroyed nothing links the two.
    pub token: String,
    /// When the record was made.
    pub created: Timestamp,
    /// What is recorded of him.
    pub fields: BTreeMap<FieldId, String>,
}

/// Which person has a value that tells people apart. Of the value itself there is only its pseudonym.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Index {
    pseudonym: Row,
    /// Whose it is.
    pub(super) number: Number,
}

impl Owned for Person {
    const TABLE: Table = Table("person");

    fn row(&self, _: &Estate<'_>) -> Row {
        row(self.number)
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

impl Noun for Index {
    const TABLE: Table = Table("person-index");

    fn row(&self, _: &Estate<'_>) -> Row {
        self.pseudonym.clone()
    }
}

impl Person {
    /// The value of a field, empty where there is none.
    pub fn get(&self, field: FieldId) -> &str {
        self.fields.get(&field).map_or("", String::as_str)
    }

    /// First and last name, or the name where it is kept as one.
    pub fn name(&self) -> String {
        match (self.get(FieldId::FirstName), self.get(FieldId::LastName)) {
            ("", "") => self.get(FieldId::Name).to_owned(),
            (first, last) => format!("{first} {last}").trim().to_owned(),
        }
    }

    /// By what faces name him: a value that tells him apart, or his number where his record has none.
    pub fn handle(&self) -> String {
        let told = TELLING.iter().map(|it| self.get(*it)).find(|it| !it.is_empty());
        told.map_or_else(|| format!("{NUMBERED}{}", self.number), str::to_owned)
    }

    /// By what he is found.
    pub(super) fn index(&self, estate: &Estate<'_>) -> Vec<Index> {
        let told = TELLING.iter().filter_map(|field| Some((*field, self.fields.get(field)?)));
        let told = told.filter(|(_, value)| !value.is_empty());
        told.map(|(field, value)| Index { pseudonym: index_row(estate, field, value), number: self.number })
            .collect()
    }
}

/// The fields that tell people apart, in the order in which a name given is looked for in them.
pub const TELLING: &[FieldId] =
    &[FieldId::Extension, FieldId::Account, FieldId::Email, FieldId::Number, FieldId::Mobile];

/// What stands before a person's number where he is named by that.
pub(super) const NUMBERED: char = '#';

/// Where it is kept who has this value.
pub(super) fn index_row(estate: &Estate<'_>, field: FieldId, value: &str) -> Row {
    estate.pseudonym("person", &format!("{field}\u{1f}{}", folded(field, value)))
}

/// The value as it is looked for: numbers without what only makes them readable, all else without case.
pub fn folded(field: FieldId, value: &str) -> String {
    match field {
        FieldId::Extension | FieldId::Number | FieldId::Mobile => {
            value.chars().filter(|it| it.is_ascii_digit() || *it == '+').collect()
        }
        _ => value.trim().to_lowercase(),
    }
}

pub(super) fn row(number: Number) -> Row {
    format!("{number:012}")
}
