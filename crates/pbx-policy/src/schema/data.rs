//! What a product holds of people: its record of a person, its stores, and whom they are passed on to.

use pbx_kernel::Surface;
use serde::Deserialize;
use toml::Spanned;

use super::Policy;
use super::vocabulary::{
    Category, Deletes, FieldId, Justification, Measure, Method, Owner, Purpose, Removal, Scope, StoreKind,
    SubjectKind,
};

/// The product's record of a person: exactly what its paper lists.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PersonRecord {
    /// Its fields, in the order in which the product shows them.
    pub fields: Vec<DataField>,
}

/// A field of a person's record or of a store's items.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataField {
    /// What it is.
    pub id: Spanned<FieldId>,
    /// What the product calls it.
    pub label: Spanned<String>,
    /// What it is recorded for.
    pub purpose: Purpose,
    /// Its category, where it is another than its store's.
    #[serde(default)]
    pub category: Option<Category>,
    /// Whether a record must have it.
    #[serde(default)]
    pub required: bool,
}

/// One of the product's stores of personal data. (The port that keeps all state is `pbx_kernel::Store`.)
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataStore {
    /// Its short name, for example `voice-mail`.
    pub id: Spanned<String>,
    /// What the product calls it.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// What it holds.
    pub kind: StoreKind,
    /// The log that it is, where it is one: an id of `[[logs]]`.
    #[serde(default)]
    pub log: Option<Spanned<String>>,
    /// Whose its records are.
    pub owner: Owner,
    /// Whom its records are about.
    pub subjects: Vec<SubjectKind>,
    /// What its records hold; [`Policy::fields_of`] says what where it is empty.
    #[serde(default)]
    pub fields: Vec<DataField>,
    /// Whether its records have audio.
    #[serde(default)]
    pub audio: bool,
    /// The permission to read it; none where this system holds nothing that could be read.
    #[serde(default)]
    pub read: Option<Spanned<String>>,
    /// The permission to read of it what is one's own, where that is another.
    #[serde(default)]
    pub read_own: Option<Spanned<String>>,
    /// Whether its content is opened by its owner alone, whatever an administrator's role includes.
    #[serde(default)]
    pub sealed_from_administrators: bool,
    /// Which removals of a person take his records along.
    #[serde(default)]
    pub records_removed_by: Vec<Removal>,
    /// How many last digits of numbers are masked, where masking is turned on.
    #[serde(default)]
    pub mask_digits: Option<u8>,
    /// Whether its records are passed on as they arise and never kept.
    #[serde(default)]
    pub streamed_only: bool,
    /// Whether people are in it only after they opted in: its legal basis is consent.
    #[serde(default)]
    pub opt_in: bool,
    /// After how many days its records go; a log's own rule stands in `[[logs]]`.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// What the paper claims to protect it with.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// How the paper lets it be erased; several where it names several ways, the farthest-reaching first.
    pub erase: Vec<ErasurePath>,
}

/// One way of erasing from a store, or that there is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ErasurePath {
    /// What becomes of the records.
    pub method: Spanned<Method>,
    /// How much one erasure takes.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Which fields it takes; all where it is empty.
    #[serde(default)]
    pub fields: Vec<Spanned<FieldId>>,
    /// The permissions it needs, all of them.
    #[serde(default)]
    pub needs: Vec<Spanned<String>>,
    /// Where it is done.
    #[serde(default)]
    pub surfaces: Vec<Surface>,
    /// How, in our own words.
    pub how: String,
    /// Why the records stay, where they are kept.
    #[serde(default)]
    pub reason: Option<Justification>,
    /// The controls that say so.
    pub controls: Vec<Spanned<String>>,
    /// Where the paper says so.
    pub cite: String,
}

/// Somebody whom personal data may be passed on to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipient {
    /// Its short name, for example `call-accounting`.
    pub id: Spanned<String>,
    /// What it is called.
    pub name: String,
    /// The stores whose records it gets.
    #[serde(default)]
    pub stores: Vec<Spanned<String>>,
    /// The fields of a person's record that it gets.
    #[serde(default)]
    pub fields: Vec<Spanned<FieldId>>,
    /// The setting that turns it on; off as shipped.
    pub switch: Spanned<String>,
    /// Whether it is neither the customer nor one who works for him.
    #[serde(default)]
    pub third_party: bool,
    /// What becomes of what it got.
    pub deletes: Deletes,
    /// The controls that say so.
    pub controls: Vec<Spanned<String>>,
}

impl DataStore {
    /// Whether the paper names a way of erasing from it.
    pub fn is_erasable(&self) -> bool {
        self.erase.iter().any(|it| it.method.get_ref().erases())
    }

    /// Whether it is where persons' records are kept whole, with the fields of `[person]`.
    pub fn holds_persons(&self) -> bool {
        self.kind == StoreKind::Person && self.fields.is_empty()
    }
}

impl Recipient {
    /// Whether it gets something of `store`: its records, or fields of the persons in it.
    pub fn gets(&self, store: &DataStore) -> bool {
        let named = self.stores.iter().any(|it| it.get_ref() == store.id.get_ref());
        named || (store.holds_persons() && !self.fields.is_empty())
    }
}

impl Policy {
    /// The store `id`.
    pub fn store(&self, id: &str) -> Option<&DataStore> {
        self.stores.iter().find(|it| it.id.get_ref() == id)
    }

    /// The fields of the records in `store`: its own, or those of `[person]` where it keeps persons.
    pub fn fields_of<'p>(&'p self, store: &'p DataStore) -> &'p [DataField] {
        match &self.person {
            Some(person) if store.holds_persons() => &person.fields,
            _ => &store.fields,
        }
    }

    /// Whether `permission` opens a store that is sealed from administrators. Only end users' shipped roles include
    /// such a permission, and nobody can put it into another role.
    pub fn is_sealed(&self, permission: &str) -> bool {
        let mut sealed = self.stores.iter().filter(|it| it.sealed_from_administrators);
        sealed.any(|it| it.read.as_ref().is_some_and(|read| read.get_ref() == permission))
    }
}
