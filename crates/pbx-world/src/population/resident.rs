use std::collections::BTreeMap;

use pbx_kernel::AccountName;
use pbx_policy::{FieldId, Policy, Rank};

use crate::plan::KnownAccount;

/// Whom an end user's account belongs to.
#[derive(Clone, Debug)]
pub(super) struct Resident {
    pub(super) account: AccountName,
    pub(super) fields: BTreeMap<FieldId, String>,
}

impl Resident {
    /// Whom `account` belongs to; nobody where it has neither a full name nor an extension, or is no end user's.
    pub(super) fn of(policy: &Policy, account: &KnownAccount) -> Option<Self> {
        let extension = account.alias.clone().filter(|it| is_extension(it));
        if account.rank != Rank::EndUser || (extension.is_none() && account.full_name.is_empty()) {
            return None;
        }
        let name = if account.full_name.is_empty() {
            name_of(account.name.as_str())
        } else {
            account.full_name.clone()
        };
        let (first, last) = name.rsplit_once(' ').unwrap_or((&name, ""));
        let value = |field: FieldId| match field {
            FieldId::Account => Some(account.name.to_string()),
            FieldId::Email => email_of(account.name.as_str()),
            FieldId::Extension | FieldId::Number => extension.clone(),
            FieldId::FirstName => Some(first.to_owned()),
            FieldId::LastName => Some(last.to_owned()),
            FieldId::Name => Some(name.clone()),
            _ => None,
        };
        let fields = policy.person.iter().flat_map(|it| &it.fields).map(|it| *it.id.get_ref());
        let fields = fields.filter_map(|field| Some((field, value(field).filter(|it| !it.is_empty())?)));
        Some(Self { account: account.name.clone(), fields: fields.collect() })
    }

    /// What is known of him, as fiction calls it: his name and his extension.
    pub(super) fn known(&self) -> BTreeMap<&'static str, String> {
        let get = |field| self.fields.get(&field).map_or("", String::as_str);
        let name = match (get(FieldId::FirstName), get(FieldId::LastName)) {
            ("", "") => get(FieldId::Name).to_owned(),
            (first, last) => format!("{first} {last}").trim().to_owned(),
        };
        let extension = self.extension().map(|it| ("extension", it.to_string()));
        [("name", name)].into_iter().chain(extension).collect()
    }

    /// His extension, where he has one.
    pub(super) fn extension(&self) -> Option<u32> {
        let of = |field| self.fields.get(&field)?.parse().ok();
        of(FieldId::Extension).or_else(|| of(FieldId::Number))
    }
}

fn is_extension(alias: &str) -> bool {
    (2..=8).contains(&alias.len()) && alias.bytes().all(|it| it.is_ascii_digit())
}

/// `ines.falk` as Ines Falk.
fn name_of(account: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    account.split(['.', '-', '_', ' ']).filter_map(capital).collect::<Vec<_>>().join(" ")
}

/// An address below a domain that RFC 2606 keeps for examples, and that fiction gives to nobody.
fn email_of(account: &str) -> Option<String> {
    let is_local_part = account.bytes().all(|it| it.is_ascii_alphanumeric() || b".-_".contains(&it));
    is_local_part.then(|| format!("{account}@lab.harbour-vale.example"))
}
