use std::collections::BTreeMap;
use std::fmt;

use pbx_policy::{
    Category, DataField, DataStore, Deletes, ErasurePath, FieldId, Log, Measure, Policy, Purpose, Recipient,
    StoreKind, SubjectKind,
};

/// What the policy of a site does not say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFacts {
    /// Its id.
    pub id: String,
    /// Which release of the product it is.
    pub release: String,
    /// The values of its settings by key; what is not here is as the policy ships it.
    pub settings: BTreeMap<String, String>,
}

/// The record of processing activities of one site.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The site's id.
    pub site: String,
    /// The product's name and release.
    pub product: String,
    /// The paper that says what the product holds.
    pub paper: String,
    /// Its processing activities, one for each store.
    pub activities: Vec<Activity>,
    /// Whom its data may be passed on to.
    pub receivers: Vec<Receiver>,
}

/// What is done with the data of one store.
#[derive(Clone, Debug)]
pub struct Activity {
    /// The store's id.
    pub store: String,
    /// What the product calls it.
    pub name: String,
    /// What it holds.
    pub kind: StoreKind,
    /// Whom it is about.
    pub subjects: Vec<SubjectKind>,
    /// What is recorded, and what for.
    pub fields: Vec<FieldUse>,
    /// How long it is kept, in a sentence without its full stop.
    pub retention: String,
    /// The permission that opens it, where it can be read here.
    pub read: Option<String>,
    /// What protects it besides.
    pub measures: Vec<Measure>,
    /// How it is erased, or why not.
    pub erasure: Vec<ErasurePath>,
}

/// One field, and what it is used for.
#[derive(Clone, Debug)]
pub struct FieldUse {
    /// Which field; nothing for a record's audio.
    pub field: Option<FieldId>,
    /// What the product calls it.
    pub label: String,
    /// Its category.
    pub category: Category,
    /// What it is recorded for.
    pub purpose: Purpose,
    /// On which legal basis.
    pub basis: LegalBasis,
    /// Who may get it: places in [`Inventory::receivers`].
    pub receivers: Vec<usize>,
}

/// Somebody whom data may be passed on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its short name.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether it is a third party.
    pub third_party: bool,
    /// Whether it is turned on.
    pub on: bool,
    /// What becomes of what it got.
    pub deletes: Deletes,
}

/// The legal basis of processing, as far as a product can tell: the controller has to confirm it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegalBasis {
    /// Art. 6(1)(a). Of the five products only OIG asks for it, for its Google plug-in.
    Consent,
    /// Art. 6(1)(b): the service cannot be delivered or billed without.
    Contract,
    /// Art. 6(1)(f): support, security and an administrator's records.
    LegitimateInterest,
}

/// The record of processing activities of the site `facts`, whose rules are `policy`.
pub fn article_30(policy: &Policy, facts: &SiteFacts) -> Inventory {
    Inventory {
        site: facts.id.clone(),
        product: format!("{} {}", policy.product.name, facts.release),
        paper: policy.product.paper.clone(),
        activities: policy.stores.iter().map(|it| activity(policy, facts, it)).collect(),
        receivers: policy.recipients.iter().map(|it| receiver(policy, facts, it)).collect(),
    }
}

fn activity(policy: &Policy, facts: &SiteFacts, store: &DataStore) -> Activity {
    let mut fields: Vec<_> = policy.fields_of(store).iter().map(|it| field_use(policy, store, it)).collect();
    if store.audio {
        fields.push(audio(policy, store));
    }
    Activity {
        store: store.id.get_ref().clone(),
        name: store.name.clone(),
        kind: store.kind,
        subjects: store.subjects.clone(),
        fields,
        retention: retention(policy, facts, store),
        read: store.read.as_ref().map(|it| it.get_ref().clone()),
        measures: store.measures.clone(),
        erasure: store.erase.clone(),
    }
}

fn field_use(policy: &Policy, store: &DataStore, field: &DataField) -> FieldUse {
    let id = *field.id.get_ref();
    let gets = |it: &Recipient| {
        let of_persons = store.holds_persons() && it.fields.iter().any(|wanted| *wanted.get_ref() == id);
        of_persons || it.stores.iter().any(|wanted| wanted.get_ref() == store.id.get_ref())
    };
    FieldUse {
        field: Some(id),
        label: field.label.get_ref().clone(),
        category: field.category.unwrap_or(store.category),
        purpose: field.purpose,
        basis: LegalBasis::of(store, field.purpose),
        receivers: receivers(policy, gets),
    }
}

/// The audio of a store is no field of its records, and personal data all the same.
fn audio(policy: &Policy, store: &DataStore) -> FieldUse {
    FieldUse {
        field: None,
        label: "Audio".to_owned(),
        category: store.category,
        purpose: Purpose::Communication,
        basis: LegalBasis::of(store, Purpose::Communication),
        receivers: receivers(policy, |it| it.gets(store)),
    }
}

fn receivers(policy: &Policy, gets: impl Fn(&Recipient) -> bool) -> Vec<usize> {
    let numbered = policy.recipients.iter().enumerate();
    numbered.filter(|(_, it)| gets(it)).map(|(place, _)| place).collect()
}

fn receiver(policy: &Policy, facts: &SiteFacts, recipient: &Recipient) -> Receiver {
    let value = value(policy, facts, recipient.switch.get_ref());
    Receiver {
        id: recipient.id.get_ref().clone(),
        name: recipient.name.clone(),
        third_party: recipient.third_party,
        on: value == Some("on"),
        deletes: recipient.deletes,
    }
}

/// How long a store's records are kept, as far as a rule says it.
fn retention(policy: &Policy, facts: &SiteFacts, store: &DataStore) -> String {
    if store.streamed_only {
        return "not kept: passed on as it arises".to_owned();
    }
    if store.kind == StoreKind::External {
        return "not kept here".to_owned();
    }
    let log = store.log.as_ref().and_then(|id| policy.logs.iter().find(|it| it.id == *id.get_ref()));
    match (log, store.retention_days) {
        (Some(log), _) => log_retention(policy, facts, log),
        (None, Some(days)) => format!("{days} days"),
        (None, None) => "until it is erased: no period is stated".to_owned(),
    }
}

fn log_retention(policy: &Policy, facts: &SiteFacts, log: &Log) -> String {
    let set = value(policy, facts, RETENTION).and_then(|it| it.parse::<u32>().ok());
    let newest = format!("the newest {} entries", log.entries_max);
    match set.or(log.retention_days).filter(|it| *it > 0) {
        Some(days) => format!("{days} days, {newest} at most"),
        None => newest,
    }
}

/// The value of the setting `key` at the site: what was set, or else what the policy ships.
fn value<'a>(policy: &'a Policy, facts: &'a SiteFacts, key: &str) -> Option<&'a str> {
    let shipped = policy.settings.iter().find(|it| it.key.get_ref() == key);
    let shipped = shipped.map(|it| it.as_shipped.get_ref().as_str());
    facts.settings.get(key).map(String::as_str).or(shipped)
}

impl LegalBasis {
    fn of(store: &DataStore, purpose: Purpose) -> Self {
        match purpose {
            _ if store.opt_in => Self::Consent,
            Purpose::Billing | Purpose::Communication => Self::Contract,
            Purpose::RecordKeeping | Purpose::Security | Purpose::Support => Self::LegitimateInterest,
        }
    }
}

impl fmt::Display for LegalBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Consent => "consent, Art. 6(1)(a)",
            Self::Contract => "contract, Art. 6(1)(b)",
            Self::LegitimateInterest => "legitimate interest, Art. 6(1)(f)",
        })
    }
}

/// The setting that says after how many days entries of logs are purged; it wins over each log's own rule.
const RETENTION: &str = "log.retention-days";
