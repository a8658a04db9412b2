//! Who a request is about: from identifiers to a record, to tokens, and to nothing once the request is over.

use std::collections::BTreeSet;

use pbx_estate::Estate;
use pbx_estate::keys::KeyTree;
use pbx_estate::people::{People, Person};
use pbx_kernel::Change;
use pbx_policy::FieldId;
use pbx_rehearsal::{Identifier, IdentifierKind, Token};

use super::case::{self, Case, Dossier};
use super::paper;
use super::survey::look;
use super::{NO_DOSSIER, PEOPLE_AT_ONCE, RehearsalError, Rehearsals};

impl Rehearsals {
    pub(super) fn dossier(&self, case: &Case) -> Result<Dossier, RehearsalError> {
        let id = case::dossier(case.request.id());
        let dossier =
            look(&self.seat, |estate, _| Ok(paper::read_sealed(&mut KeyTree::open(estate)?, &id)?))?;
        dossier.ok_or(RehearsalError::NotThere(NO_DOSSIER))
    }

    pub(super) fn person(&self, case: &Case) -> Result<Option<Person>, RehearsalError> {
        let Some(number) = case.person else { return Ok(None) };
        look(&self.seat, |estate, _| Ok(People::open(estate)?.person(number)?))
    }

    /// The one person whom the identifiers lead to; none where nobody has a record with them.
    pub(super) async fn resolve(&self, dossier: &Dossier) -> Result<Option<Person>, RehearsalError> {
        let mut found: Vec<Person> = Vec::new();
        let telling = dossier.identifiers.iter().filter(|(kind, _)| *kind != IdentifierKind::Name);
        for (_, text) in telling {
            let person = look(&self.seat, |estate, _| Ok(People::open(estate)?.named(text)?))?;
            found.extend(person.filter(|it| found.iter().all(|known| known.number != it.number)));
        }
        let names: Vec<String> = dossier
            .identifiers
            .iter()
            .filter(|(kind, _)| *kind == IdentifierKind::Name)
            .map(|(_, text)| text.to_lowercase())
            .collect();
        let mut after = 0;
        while found.is_empty() && !names.is_empty() {
            let page = look(&self.seat, |estate, _| Ok(People::open(estate)?.list(after, PEOPLE_AT_ONCE)?))?;
            let Some(last) = page.last() else { break };
            after = last.number;
            found.extend(page.into_iter().filter(|it| names.contains(&it.name().to_lowercase())));
            tokio::task::yield_now().await;
        }
        if found.len() > 1 { Err(RehearsalError::SeveralPeople) } else { Ok(found.pop()) }
    }
}

/// Adds what the person's record tells.
pub(super) fn learn(dossier: &mut Dossier, person: &Person) {
    dossier.add(IdentifierKind::Name, &person.name());
    for (field, value) in &person.fields {
        match field {
            FieldId::Account => dossier.add(IdentifierKind::Account, value),
            FieldId::Email => dossier.add(IdentifierKind::Email, value),
            FieldId::Extension => dossier.add(IdentifierKind::Extension, value),
            FieldId::Mobile | FieldId::Number => match Identifier::parse(IdentifierKind::Phone, value) {
                Ok(_) => dossier.add(IdentifierKind::Phone, value),
                Err(_) => dossier.add(IdentifierKind::Extension, value),
            },
            _ => {}
        }
    }
}

/// The changes after which nothing of the request tells who the person is.
pub(super) fn forget(estate: &Estate<'_>, case: &Case) -> Result<Vec<Change>, pbx_estate::Error> {
    let id = case.request.id();
    let mut changes = paper::remove_sealed(estate, &case::dossier(id))?;
    changes.extend(paper::remove_sealed(estate, &case::package(id))?);
    let mut keys = KeyTree::open(estate)?;
    keys.destroy(case.slot)?;
    changes.extend(keys.changes()?);
    Ok(changes)
}

/// Names somebody who has no record.
pub(super) fn token_of(estate: &Estate<'_>, dossier: &Dossier) -> String {
    let first = dossier.identifiers.first().map_or("", |(_, text)| text.as_str());
    estate.pseudonym("subject", &first.to_lowercase())
}

/// The tokens of the ledger: of each identifier as it is compared, so that it is recognised however it is written.
pub(super) fn tokens(estate: &Estate<'_>, dossier: &Dossier) -> BTreeSet<Token> {
    let of = |(kind, text): &(IdentifierKind, String)| {
        let folded = match kind {
            IdentifierKind::Extension | IdentifierKind::Phone => {
                text.chars().filter(|it| it.is_ascii_digit() || *it == '+').collect()
            }
            _ => text.trim().to_lowercase(),
        };
        let token = estate.pseudonym("ledger", &format!("{}\u{1f}{folded}", kind.as_str()));
        Token { kind: *kind, token }
    };
    dossier.identifiers.iter().map(of).collect()
}
