//! What a product holds of people: that every store says what is in it, whose it is and who reads it.

use std::collections::BTreeSet;

use super::{Check, NO_PERMISSION};
use crate::{DataField, DataStore, Measure, Policy, Rank, StoreKind};

impl Check<'_> {
    pub(super) fn data(&mut self, policy: &Policy) {
        if let Some(person) = &policy.person {
            if person.fields.is_empty() {
                self.say_at_table("person", "person.fields", "at least one field is needed");
            }
            self.fields(&person.fields, "person.fields");
        }
        let mut seen = BTreeSet::new();
        for store in &policy.stores {
            self.demand(seen.insert(store.id.get_ref()), &store.id, "stores.id", "is declared twice");
            self.contents(policy, store);
            self.log(policy, store);
            self.reader(policy, store);
            self.kind(store);
            self.erasures(policy, store);
        }
        self.whole(policy);
    }

    fn fields(&mut self, fields: &[DataField], place: &str) {
        let mut seen = BTreeSet::new();
        for field in fields {
            let once = seen.insert(field.id.get_ref());
            self.demand(once, &field.id, &format!("{place}.id"), "is declared twice");
            let labelled = !field.label.get_ref().trim().is_empty();
            self.demand(labelled, &field.label, &format!("{place}.label"), "is no label");
        }
    }

    fn contents(&mut self, policy: &Policy, store: &DataStore) {
        let says = !policy.fields_of(store).is_empty();
        let nothing = "says nothing of what its records hold";
        self.demand(says, &store.id, "stores.fields", nothing);
        self.fields(&store.fields, "stores.fields");
        self.demand(!store.subjects.is_empty(), &store.id, "stores.subjects", "says not whom it is about");
        self.demand(!store.name.trim().is_empty(), &store.id, "stores.name", "has no name");
    }

    fn log(&mut self, policy: &Policy, store: &DataStore) {
        let is_log = store.kind == StoreKind::Log;
        let fits = is_log == store.log.is_some();
        self.demand(fits, &store.id, "stores.log", "must name a log if, and only if, its kind is \"log\"");
        if let Some(log) = &store.log {
            let known = policy.logs.iter().any(|it| it.id == *log.get_ref());
            self.demand(known, log, "stores.log", "is no log declared in [[logs]]");
            let named =
                |it: &&DataStore| it.log.as_ref().is_some_and(|other| other.get_ref() == log.get_ref());
            let once = policy.stores.iter().filter(named).count() == 1;
            self.demand(once, log, "stores.log", "is the log of more than one store");
        }
    }

    fn reader(&mut self, policy: &Policy, store: &DataStore) {
        let elsewhere = store.kind == StoreKind::External || store.streamed_only;
        if let Some(own) = &store.read_own {
            let known = policy.permissions.contains_key(own.get_ref());
            self.demand(known, own, "stores.read-own", NO_PERMISSION);
        }
        let Some(read) = &store.read else {
            let unread = "needs the permission to read it";
            self.demand(elsewhere, &store.id, "stores.read", unread);
            return;
        };
        self.demand(policy.permissions.contains_key(read.get_ref()), read, "stores.read", NO_PERMISSION);
        if store.sealed_from_administrators {
            let other = policy.roles.iter().find(|it| it.rank != Rank::EndUser && it.covers(read.get_ref()));
            if let Some(role) = other {
                let why = format!("opens a sealed store, and the role \"{}\" includes it", role.id.get_ref());
                self.demand(false, read, "stores.read", &why);
            }
            let encrypted = store.measures.contains(&Measure::Encryption);
            let claim = "is sealed: its measures must name \"encryption\"";
            self.demand(encrypted, &store.id, "stores.measures", claim);
        }
    }

    fn kind(&mut self, store: &DataStore) {
        let can_sound = matches!(
            store.kind,
            StoreKind::External | StoreKind::Greeting | StoreKind::Recording | StoreKind::VoiceMail
        );
        self.demand(can_sound || !store.audio, &store.id, "stores.audio", "is of a kind without audio");
        let is_masked = store.mask_digits.is_some();
        let masks = store.measures.contains(&Measure::Masking);
        self.demand(
            is_masked == masks,
            &store.id,
            "stores.mask-digits",
            "must go with the measure \"masking\"",
        );
        let few = store.mask_digits.is_none_or(|it| (1..=MASK_DIGITS_MAX).contains(&it));
        let range = format!("masks a number of digits that is not from 1 to {MASK_DIGITS_MAX}");
        self.demand(few, &store.id, "stores.mask-digits", &range);
        let can_stream = matches!(store.kind, StoreKind::Cdr | StoreKind::Charge);
        let streams = "is of a kind that cannot be passed on without being kept";
        self.demand(can_stream || !store.streamed_only, &store.id, "stores.streamed-only", streams);
        let lasts = store.retention_days.is_none_or(|it| (1..=RETENTION_DAYS_MAX).contains(&it));
        let range = format!("is kept for a number of days that is not from 1 to {RETENTION_DAYS_MAX}");
        self.demand(lasts, &store.id, "stores.retention-days", &range);
    }

    /// What only all stores together can be asked: a policy that describes any of them describes all there is.
    fn whole(&mut self, policy: &Policy) {
        if policy.stores.is_empty() {
            return;
        }
        for log in &policy.logs {
            let named = |it: &DataStore| it.log.as_ref().is_some_and(|named| *named.get_ref() == log.id);
            if !policy.stores.iter().any(named) {
                let message = format!("no store says what the log \"{}\" holds of people", log.id);
                self.say_at_table("logs", "stores.log", &message);
            }
        }
        let persons = policy.stores.iter().filter(|it| it.holds_persons()).count();
        if policy.person.is_some() && persons != 1 {
            self.say_at_table(
                "person",
                "stores.kind",
                "exactly one store of the kind \"person\" must keep it",
            );
        }
        let asks = policy.stores.iter().any(|it| it.kind == StoreKind::Consent);
        for store in policy.stores.iter().filter(|it| it.opt_in || it.kind == StoreKind::Consent) {
            let recorded = asks && store.opt_in;
            let why = "needs opt-in = true, and a store of the kind \"consent\"";
            self.demand(recorded, &store.id, "stores.opt-in", why);
        }
    }
}

/// Longer than any telephone number of ITU-T E.164, which has at most 15 digits.
const MASK_DIGITS_MAX: u8 = 15;

/// A hundred years: beyond it, records are not kept for a time but for ever.
const RETENTION_DAYS_MAX: u32 = 36_500;
