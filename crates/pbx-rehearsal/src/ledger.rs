use std::collections::BTreeSet;

use pbx_kernel::{SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::IdentifierKind;
use crate::plan::{Decision, Method, Plan};

/// An identifier as only the holder of the site's index key can compute it: hex digits of an HMAC.
///
/// The key's owner makes it, from the kind and the normalised text; a bare hash would be guessed in minutes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What it stands for.
    pub kind: IdentifierKind,
    /// The hex digits.
    pub token: String,
}

/// What an erasure did to one store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerStore {
    /// The store's id.
    pub store: String,
    /// What was decided.
    pub decision: Decision,
    /// How it sanitised.
    pub method: Method,
    /// How many items named the person before.
    pub before: u64,
    /// How many items named the person after, where it was executed.
    pub after: Option<u64>,
}

/// One erasure, remembered without saying whose: so that a restored backup does not bring the person back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEntry {
    /// The form of the entry: [`LedgerEntry::VERSION`].
    pub version: u32,
    /// The request's id.
    pub request: String,
    /// The site.
    pub site: SiteId,
    /// When it was executed.
    #[serde(with = "crate::rfc3339")]
    pub erased: Timestamp,
    /// The person's identifiers.
    pub tokens: BTreeSet<Token>,
    /// The stores.
    pub stores: Vec<LedgerStore>,
    /// The signed checkpoint that covers the record of the erasure.
    pub checkpoint: String,
}

impl LedgerEntry {
    /// The form that this version writes.
    pub const VERSION: u32 = 1;
    /// The longest entry, in bytes: some sixty tokens and a product's stores.
    pub const BYTES_MAX: usize = 64 * 1024;

    /// The entry of an executed `plan`.
    pub fn new(
        request: impl Into<String>,
        site: SiteId,
        erased: Timestamp,
        tokens: BTreeSet<Token>,
        plan: &Plan,
        checkpoint: impl Into<String>,
    ) -> Self {
        let store = |it: &crate::plan::StorePlan| LedgerStore {
            store: it.store.clone(),
            decision: it.decision.clone(),
            method: it.method,
            before: it.before,
            after: it.after,
        };
        Self {
            version: Self::VERSION,
            request: request.into(),
            site,
            erased,
            tokens,
            stores: plan.stores.iter().map(store).collect(),
            checkpoint: checkpoint.into(),
        }
    }

    /// The entry as one line of JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads what [`LedgerEntry::to_bytes`] wrote.
    pub fn parse(bytes: &[u8]) -> Result<Self, DamagedEntry> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(DamagedEntry);
        }
        let entry: Self = serde_json::from_slice(bytes).map_err(|_| DamagedEntry)?;
        if entry.version == Self::VERSION { Ok(entry) } else { Err(DamagedEntry) }
    }

    /// Whether somebody with `tokens`, found in a restored backup, is the person of this entry.
    ///
    /// Extensions and accounts are given to the next person, and people share names. So it is certain only where
    /// something agrees that stays with a person, and nothing that both sides know contradicts it.
    pub fn recognises(&self, tokens: &BTreeSet<Token>) -> Recognition {
        let shared: Vec<&Token> = self.tokens.intersection(tokens).collect();
        if shared.is_empty() {
            return Recognition::Stranger;
        }
        let kinds =
            |it: &BTreeSet<Token>| -> BTreeSet<IdentifierKind> { it.iter().map(|it| it.kind).collect() };
        let agrees = |kind: &IdentifierKind| shared.iter().any(|it| it.kind == *kind);
        let contradicts = kinds(&self.tokens).intersection(&kinds(tokens)).any(|it| !agrees(it));
        if !contradicts && shared.iter().any(|it| stays_with_a_person(it.kind)) {
            Recognition::Certain
        } else {
            Recognition::Doubtful
        }
    }
}

/// Whether somebody is the person of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognition {
    /// Yes: erase again.
    Certain,
    /// Something agrees and something does not, or nothing that agrees is the person's own: somebody must look.
    Doubtful,
    /// No.
    Stranger,
}

/// All erasures of a site, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<LedgerEntry>,
}

impl Ledger {
    /// The ledger of these entries.
    pub fn new(mut entries: Vec<LedgerEntry>) -> Self {
        entries.sort_by(|a, b| (a.erased, &a.request).cmp(&(b.erased, &b.request)));
        Self { entries }
    }

    /// Which entries speak of somebody with `tokens`, who is in a backup made at `backed_up`; the certain ones first.
    ///
    /// What was erased before the backup was made is not in it: whoever has those tokens there came later.
    pub fn matches(
        &self,
        tokens: &BTreeSet<Token>,
        backed_up: Timestamp,
    ) -> Vec<(&LedgerEntry, Recognition)> {
        let later = self.entries.iter().filter(|it| it.erased >= backed_up);
        let mut found: Vec<_> = later
            .map(|it| (it, it.recognises(tokens)))
            .filter(|(_, it)| *it != Recognition::Stranger)
            .collect();
        found.sort_by_key(|(_, recognition)| *recognition);
        found
    }

    /// The entries.
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }
}

/// Bytes that are no entry of a ledger, or one of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of the erasure ledger cannot be read: it was changed, or written by another version")]
pub struct DamagedEntry;

/// Whether nobody else gets it later.
const fn stays_with_a_person(kind: IdentifierKind) -> bool {
    match kind {
        IdentifierKind::Email | IdentifierKind::Name | IdentifierKind::Phone => true,
        IdentifierKind::Account
        | IdentifierKind::Extension
        | IdentifierKind::FirstName
        | IdentifierKind::LastName
        | IdentifierKind::Text => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::StorePlan;

    fn tokens(list: &[(IdentifierKind, &str)]) -> BTreeSet<Token> {
        list.iter().map(|(kind, token)| Token { kind: *kind, token: (*token).to_owned() }).collect()
    }

    fn entry(request: &str, erased: i64) -> LedgerEntry {
        let plan = Plan { stores: vec![StorePlan::new("mailbox", "Mailbox", Decision::DestroyKey, 3, "5")] };
        let tokens = tokens(&[
            (IdentifierKind::Name, "aa"),
            (IdentifierKind::Extension, "bb"),
            (IdentifierKind::Email, "cc"),
        ]);
        let site = SiteId::parse("north").expect("valid");
        LedgerEntry::new(request, site, Timestamp::from_millis(erased), tokens, &plan, "north\n1\n")
    }

    #[track_caller]
    fn check(list: &[(IdentifierKind, &str)], expected: Recognition) {
        assert_eq!(entry("r-1", 5).recognises(&tokens(list)), expected);
    }

    #[test]
    fn the_same_person_is_recognised() {
        check(&[(IdentifierKind::Name, "aa"), (IdentifierKind::Extension, "bb")], Recognition::Certain);
        check(&[(IdentifierKind::Email, "cc"), (IdentifierKind::Account, "xx")], Recognition::Certain);
    }

    #[test]
    fn the_next_owner_of_an_extension_is_not_erased() {
        check(&[(IdentifierKind::Name, "dd"), (IdentifierKind::Extension, "bb")], Recognition::Doubtful);
        check(&[(IdentifierKind::Extension, "bb")], Recognition::Doubtful);
        check(&[(IdentifierKind::Name, "aa"), (IdentifierKind::Email, "ee")], Recognition::Doubtful);
        check(&[(IdentifierKind::Name, "dd")], Recognition::Stranger);
        check(&[(IdentifierKind::Extension, "aa")], Recognition::Stranger);
    }

    #[test]
    fn only_what_was_erased_after_the_backup_comes_back_with_it() {
        let ledger = Ledger::new(vec![entry("r-2", 20), entry("r-1", 10)]);
        assert_eq!(ledger.entries()[0].request, "r-1");
        let known = tokens(&[(IdentifierKind::Name, "aa")]);
        let found = |backed_up| {
            let matches = ledger.matches(&known, Timestamp::from_millis(backed_up));
            matches.iter().map(|(it, _)| it.request.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found(10), ["r-1", "r-2"]);
        assert_eq!(found(11), ["r-2"]);
        assert_eq!(found(21), Vec::<String>::new());
    }

    #[test]
    fn an_entry_reads_back_and_a_damaged_one_does_not() {
        let bytes = entry("r-1", 5).to_bytes();
        assert_eq!(LedgerEntry::parse(&bytes), Ok(entry("r-1", 5)));
        for cut in 0..bytes.len() {
            assert_eq!(LedgerEntry::parse(&bytes[..cut]), Err(DamagedEntry));
        }
        let newer = LedgerEntry { version: 2, ..entry("r-1", 5) };
        assert_eq!(LedgerEntry::parse(&newer.to_bytes()), Err(DamagedEntry));
        let padded = [bytes.as_slice(), &vec![b' '; LedgerEntry::BYTES_MAX]].concat();
        assert_eq!(LedgerEntry::parse(&padded), Err(DamagedEntry));
    }
}
