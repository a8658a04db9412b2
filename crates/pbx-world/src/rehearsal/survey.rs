//! What a site holds about a person, found by looking at everything: in short turns, a page at a time.

use std::collections::BTreeMap;

use pbx_estate::account::{self, Account};
use pbx_estate::log::Entry;
use pbx_estate::people::{Item, NOBODY, People};
use pbx_estate::{Estate, log, setting};
use pbx_policy::{DataStore, FieldId, Log, Policy, StoreKind};
use pbx_rehearsal::{Encoding, Explanations, Finding, Hits, Needles, Numbering, Place, findings, search};

use super::RehearsalError;
use super::case::Dossier;
use super::planning::of_others;
use crate::Seat;

/// What is looked for.
pub(super) struct Watch {
    person: Option<u64>,
    needles: Needles,
    explanations: Explanations,
}

/// What was found.
#[derive(Default)]
pub(super) struct Survey {
    /// By the store's id.
    pub(super) stores: BTreeMap<String, Seen>,
    pub(super) findings: Vec<Finding>,
    pub(super) bytes: u64,
}

/// How much of a person is in a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// What is the person's own.
    pub(super) own: u64,
    /// What is others' or nobody's in particular, and names the person.
    pub(super) others: u64,
    /// The numbers of what is nobody's in particular and names the person.
    pub(super) nobodys: Vec<u64>,
}

impl Watch {
    pub(super) fn new(
        person: Option<u64>,
        dossier: &Dossier,
        explanations: Explanations,
    ) -> Result<Self, RehearsalError> {
        let identity = dossier.identity().map_err(RehearsalError::Identifier)?;
        let needles = Needles::build([(WANTED, &identity)], &Numbering::default(), &Encoding::ALL, 1);
        let needles = needles.map_err(|_| RehearsalError::TooManyIdentifiers)?;
        Ok(Self { person, needles, explanations })
    }

    /// Looks for the person in an item: not where it says that somebody else is meant.
    pub(super) fn look_at(&self, item: &Item) -> Hits {
        let means = |wanted: bool| {
            item.parties
                .iter()
                .filter(move |it| it.person.is_some_and(|it| (Some(it) == self.person) == wanted))
        };
        let another =
            |value: &str| means(false).any(|it| it.text == value) && !means(true).any(|it| it.text == value);
        let fields = item.fields.iter().filter(|(field, _)| says_who(**field)).map(|(_, value)| value);
        let texts = fields.chain(item.parties.iter().map(|it| &it.text));
        let texts: Vec<&str> = texts.map(String::as_str).filter(|it| !another(it)).collect();
        search(&self.needles, texts.join("\n").as_bytes())
    }

    /// Looks for the person in an entry of a log.
    fn look_at_entry(&self, entry: &Entry) -> Hits {
        let details = entry.detail.values().map(String::as_str);
        let texts: Vec<&str> = [entry.account.as_str(), &entry.object].into_iter().chain(details).collect();
        search(&self.needles, texts.join("\n").as_bytes())
    }

    /// Whether the entry of a log names the person.
    pub(super) fn names(&self, entry: &Entry) -> bool {
        self.look_at_entry(entry).count() > 0
    }

    /// Whether the account is the person's.
    fn is_of(&self, account: &Account) -> bool {
        let named = || search(&self.needles, format!("{}\n{}", account.name, account.full_name).as_bytes());
        account.person.is_some_and(|it| Some(it) == self.person) || named().count() > 0
    }
}

impl Survey {
    /// Looks through every store, log and transfer setting of the site.
    pub(super) async fn of(seat: &Seat, watch: &Watch) -> Result<Self, RehearsalError> {
        let mut survey = Self::default();
        for store in &seat.policy().stores {
            let id = store.id.get_ref();
            survey.stores.entry(id.clone()).or_default();
            match log_of(seat.policy(), store) {
                Some(log) => survey.read_log(seat, watch, id, log).await?,
                None if store.holds_persons() => survey.read_record(seat, watch, id)?,
                None => survey.read_items(seat, watch, store).await?,
            }
            if holds_accounts(store) {
                survey.read_accounts(seat, watch, id)?;
            }
        }
        let known = |log: &&Log| {
            !seat.policy().stores.iter().any(|it| log_of(seat.policy(), it).is_some_and(|it| it.id == log.id))
        };
        for log in seat.policy().logs.iter().filter(known) {
            survey.read_log(seat, watch, &log.id, log).await?;
        }
        survey.read_settings(seat, watch)?;
        Ok(survey)
    }

    fn read_record(&mut self, seat: &Seat, watch: &Watch, id: &str) -> Result<(), RehearsalError> {
        let Some(number) = watch.person else { return Ok(()) };
        let there = look(seat, |estate, _| Ok(People::open(estate)?.person(number)?.is_some()))?;
        self.seen(id).own += u64::from(there);
        Ok(())
    }

    fn read_accounts(&mut self, seat: &Seat, watch: &Watch, id: &str) -> Result<(), RehearsalError> {
        let accounts = look(seat, |estate, _| Ok(account::every(estate)?))?;
        self.seen(id).own += accounts.iter().filter(|it| watch.is_of(it)).count() as u64;
        Ok(())
    }

    async fn read_items(
        &mut self,
        seat: &Seat,
        watch: &Watch,
        store: &DataStore,
    ) -> Result<(), RehearsalError> {
        let id = store.id.get_ref();
        let mut after: Option<String> = None;
        loop {
            let page = look(seat, |estate, _| {
                Ok(People::open(estate)?.all_items(id, after.as_deref(), ITEMS_AT_ONCE)?)
            })?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            for (_, item) in &page {
                let hits = watch.look_at(item);
                let is_own = item.owner != NOBODY && Some(item.owner) == watch.person;
                let is_about = hits.count() > 0;
                let seen = self.seen(id);
                seen.own += u64::from(is_own);
                seen.others += u64::from(is_about && !is_own);
                if is_about && item.owner == NOBODY && seen.nobodys.len() < NOBODYS_MAX {
                    seen.nobodys.push(item.number);
                }
                let store = if is_own || item.owner == NOBODY { id.clone() } else { of_others(id) };
                self.note(watch, &Place::Store { store }, &hits);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn read_log(
        &mut self,
        seat: &Seat,
        watch: &Watch,
        id: &str,
        log: &Log,
    ) -> Result<(), RehearsalError> {
        let mut before = None;
        loop {
            let page = look(seat, |estate, _| {
                let entries = log::newest_first(estate, log, before)?.take(ENTRIES_AT_ONCE);
                Ok(entries.collect::<Result<Vec<_>, _>>()?)
            })?;
            let Some((oldest, _)) = page.last() else { return Ok(()) };
            before = Some(*oldest);
            for (_, entry) in &page {
                let hits = watch.look_at_entry(entry);
                self.seen(id).others += u64::from(hits.count() > 0);
                self.note(watch, &Place::Log { log: id.to_owned() }, &hits);
            }
            tokio::task::yield_now().await;
        }
    }

    /// What is set about whom data is passed on to may name people too.
    fn read_settings(&mut self, seat: &Seat, watch: &Watch) -> Result<(), RehearsalError> {
        for recipient in &seat.policy().recipients {
            let switch = recipient.switch.get_ref();
            let text = look(seat, |estate, policy| {
                let own =
                    policy.settings.iter().map(|it| it.key.get_ref()).filter(|it| it.starts_with(switch));
                let values = own.map(|it| Ok(setting::value(estate, policy, it)?.unwrap_or_default()));
                Ok(values.collect::<Result<Vec<_>, pbx_site::Error>>()?.join("\n"))
            })?;
            let place = Place::Transfer { recipient: recipient.id.get_ref().clone() };
            self.note(watch, &place, &search(&watch.needles, text.as_bytes()));
        }
        Ok(())
    }

    fn seen(&mut self, id: &str) -> &mut Seen {
        self.stores.entry(id.to_owned()).or_default()
    }

    fn note(&mut self, watch: &Watch, place: &Place, hits: &Hits) {
        for finding in findings(place, WANTED, hits, &watch.explanations) {
            let offset = self.bytes + finding.offset;
            self.add(Finding { offset, ..finding });
        }
        self.bytes += hits.bytes();
    }

    /// Adds a finding to those of its place, kind and encoding.
    pub(super) fn add(&mut self, new: Finding) {
        let same =
            |it: &&mut Finding| (&it.place, it.kind, it.encoding) == (&new.place, new.kind, new.encoding);
        match self.findings.iter_mut().find(same) {
            Some(known) => known.count += new.count,
            None => self.findings.push(new),
        }
    }
}

/// Gives the site one turn of reading.
pub(super) fn look<T>(
    seat: &Seat,
    read: impl FnOnce(&Estate<'_>, &Policy) -> Result<T, pbx_site::Error>,
) -> Result<T, RehearsalError> {
    seat.with_site(|site, _| site.read(read)).map_err(RehearsalError::Site)
}

/// The log that `store` is, where it is one.
pub(super) fn log_of<'p>(policy: &'p Policy, store: &DataStore) -> Option<&'p Log> {
    let id = store.log.as_ref()?.get_ref();
    policy.logs.iter().find(|it| it.id == *id)
}

/// Whether the accounts of the management plane are what `store` holds.
pub(super) fn holds_accounts(store: &DataStore) -> bool {
    let of_accounts = |it: &pbx_policy::DataField| *it.id.get_ref() == FieldId::Account;
    store.kind == StoreKind::Person && !store.holds_persons() && store.fields.iter().any(of_accounts)
}

/// Whether what is in `field` may tell who somebody is.
const fn says_who(field: FieldId) -> bool {
    !matches!(field, FieldId::Cost | FieldId::Direction | FieldId::DurationS | FieldId::Language)
}

/// The person's number in searches, which are for one person at a time.
pub(super) const WANTED: u32 = 0;

/// How many items are read in one turn.
const ITEMS_AT_ONCE: usize = 64;

/// How many entries of a log are read in one turn.
const ENTRIES_AT_ONCE: usize = 200;

/// The most items of nobody's that are remembered by number.
const NOBODYS_MAX: usize = 100_000;
