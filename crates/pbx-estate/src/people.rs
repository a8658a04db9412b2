//! People and what a site holds of them: nouns, and one request's work on them.
//!
//! ```text
//!   person/000000000012                      sealed under the person's own slot
//!   person-index/<pseudonym of a value>      which person has this extension, number or address
//!   holding/voice-mail/000000000012          the slot under which the person's items of that store are sealed
//!   item/voice-mail/000000000012/00000003    one item; its audio is a sealed file with a key in the item
//! ```
//!
//! Each store of a person has a slot of its own, so that erasing one destroys its key and leaves the others; a store
//! that is nobody's in particular (call detail records) has one slot for all its items. Where only a part of what a
//! slot seals goes, the rest is sealed anew under another slot and the old one destroyed: what lingers in the store's
//! files cannot be opened any more.

pub mod hold;
mod item;
pub mod manage;
mod person;
mod sound;

use std::collections::BTreeMap;

use pbx_kernel::{Change, Row, Table, Timestamp};
use pbx_policy::{FieldId, SubjectKind};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::keys::{Found, KeyTree, Owned, Slot};
use crate::{Error, Estate, Noun};

pub use item::{Item, Party, Sound};
pub use person::{Person, TELLING, folded};
pub use sound::open_sound;

use hold::held;
use person::Index;

/// The number of a person of a site, or 0 for what is nobody's in particular. It says nothing about the person.
pub type Number = u64;

/// Whose what a store holds for everybody is.
pub const NOBODY: Number = 0;

/// What a store holds of one person, or of nobody in particular.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Holding {
    store: String,
    owner: Number,
    slot: Slot,
    /// The next item's number.
    next: u64,
}

impl Noun for Holding {
    const TABLE: Table = Table("holding");

    fn row(&self, _: &Estate<'_>) -> Row {
        holding_row(&self.store, self.owner)
    }
}

/// The number of the next person.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Register {
    next: Number,
}

impl Noun for Register {
    const TABLE: Table = Table("person-register");

    fn row(&self, _: &Estate<'_>) -> Row {
        "next".to_owned()
    }
}

/// One request's work on a site's people: what it reads, makes and destroys, as one set of changes.
///
/// It shows the state before the request; what it writes is in its [`People::changes`] alone. Only holdings and the
/// register are remembered, so that many items can be added to one.
pub struct People<'a> {
    estate: &'a Estate<'a>,
    keys: KeyTree<'a>,
    changes: Vec<Change>,
    holdings: BTreeMap<Row, Holding>,
    register: Option<Register>,
}

impl<'a> People<'a> {
    /// The people of `estate`.
    pub fn open(estate: &'a Estate<'a>) -> Result<Self, Error> {
        let keys = KeyTree::open(estate)?;
        Ok(Self { estate, keys, changes: Vec::new(), holdings: BTreeMap::new(), register: None })
    }

    /// The person of this number.
    pub fn person(&mut self, number: Number) -> Result<Option<Person>, Error> {
        Ok(self.keys.get::<Person>(&person::row(number))?.and_then(Found::whole))
    }

    /// The person whose `field` is `value`, where that field tells people apart.
    pub fn find(&mut self, field: FieldId, value: &str) -> Result<Option<Person>, Error> {
        match self.estate.get::<Index>(&person::index_row(self.estate, field, value))? {
            Some(index) => self.person(index.number),
            None => Ok(None),
        }
    }

    /// The person that `text` means: a value of any field that tells people apart, or a [`Person::handle`].
    pub fn named(&mut self, text: &str) -> Result<Option<Person>, Error> {
        if let Some(number) = text.strip_prefix(person::NUMBERED).and_then(|it| it.parse().ok()) {
            return self.person(number);
        }
        for field in TELLING {
            if let Some(person) = self.find(*field, text)? {
                return Ok(Some(person));
            }
        }
        Ok(None)
    }

    /// At most `limit` people in the order of their numbers, after the number `after`.
    pub fn list(&mut self, after: Number, limit: usize) -> Result<Vec<Person>, Error> {
        let after = (after > NOBODY).then(|| person::row(after));
        let found = self.keys.list::<Person>(after.as_deref(), limit)?;
        Ok(found.into_iter().filter_map(|(_, it)| it.whole()).collect())
    }

    /// How many end users the site has.
    pub fn number_of_end_users(&mut self) -> Result<usize, Error> {
        let (mut count, mut after) = (0, NOBODY);
        loop {
            let found = self.list(after, ROWS_AT_A_TIME)?;
            let Some(last) = found.last() else { return Ok(count) };
            after = last.number;
            count += found.iter().filter(|it| it.kind == SubjectKind::EndUsers).count();
        }
    }

    /// Adds a person, under a slot of his own.
    pub fn add(
        &mut self,
        kind: SubjectKind,
        fields: BTreeMap<FieldId, String>,
        now: Timestamp,
    ) -> Result<Person, Error> {
        let number = self.reserve(1)?;
        self.add_as(number, kind, fields, now)
    }

    /// Keeps `count` numbers for people who are added later, and says the first of them.
    pub fn reserve(&mut self, count: u32) -> Result<Number, Error> {
        let stored = match self.register.take() {
            Some(register) => register,
            None => self.estate.get::<Register>("next")?.unwrap_or(Register { next: NOBODY + 1 }),
        };
        self.register = Some(Register { next: stored.next + u64::from(count) });
        Ok(stored.next)
    }

    /// Adds the person of a number that was reserved and that nobody has yet.
    pub fn add_as(
        &mut self,
        number: Number,
        kind: SubjectKind,
        fields: BTreeMap<FieldId, String>,
        now: Timestamp,
    ) -> Result<Person, Error> {
        let (slot, _) = self.keys.allot()?;
        let token = hex::encode(&self.estate.cipher().draw_key().expose_bytes()[..16]);
        let person = Person { number, slot, kind, token, created: now, fields };
        let put = self.keys.put(&person)?;
        self.changes.push(put);
        for index in person.index(self.estate) {
            self.changes.push(self.estate.put(&index)?);
        }
        Ok(person)
    }

    /// Writes the person with other fields. What was there before is sealed with a key that is destroyed.
    pub fn change(&mut self, person: &Person, fields: BTreeMap<FieldId, String>) -> Result<Person, Error> {
        let (slot, _) = self.keys.allot()?;
        self.keys.destroy(person.slot)?;
        let changed = Person { slot, fields, ..person.clone() };
        for index in person.index(self.estate) {
            self.changes.push(self.estate.delete(&index));
        }
        for index in changed.index(self.estate) {
            self.changes.push(self.estate.put(&index)?);
        }
        let put = self.keys.put(&changed)?;
        self.changes.push(put);
        Ok(changed)
    }

    /// Removes the person's record and destroys its key. What stores hold of him stays.
    pub fn remove(&mut self, person: &Person) -> Result<(), Error> {
        self.keys.destroy(person.slot)?;
        self.changes.push(self.keys.delete(person));
        for index in person.index(self.estate) {
            self.changes.push(self.estate.delete(&index));
        }
        Ok(())
    }

    /// How many items `store` holds of `owner`.
    pub fn count(&self, store: &str, owner: Number) -> Result<usize, Error> {
        Ok(self.item_rows(store, owner, None, usize::MAX)?.len())
    }

    /// At most `limit` items that `store` holds of `owner`, oldest first, after the number `after`.
    pub fn items(
        &mut self,
        store: &str,
        owner: Number,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for row in self.item_rows(store, owner, after, limit)? {
            items.extend(self.keys.get::<Item>(&row)?.and_then(Found::whole));
        }
        Ok(items)
    }

    /// At most `limit` items of `store`, whoever's they are, after the row `after`, each with its row.
    pub fn all_items(
        &mut self,
        store: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Item)>, Error> {
        let prefix = format!("{store}/");
        let rows = self.estate.rows(Item::TABLE, Some(after.unwrap_or(&prefix)), limit)?;
        let mut items = Vec::new();
        for row in rows.into_iter().take_while(|it| it.starts_with(&prefix)) {
            if let Some(item) = self.keys.get::<Item>(&row)?.and_then(Found::whole) {
                items.push((row, item));
            }
        }
        Ok(items)
    }

    /// One item.
    pub fn item(&mut self, store: &str, owner: Number, number: u64) -> Result<Option<Item>, Error> {
        Ok(self.keys.get::<Item>(&item::row(store, owner, number))?.and_then(Found::whole))
    }

    /// Adds an item to what `store` holds of `owner`, with `audio` where it has some.
    pub fn add_item(
        &mut self,
        store: &str,
        owner: Number,
        time: Timestamp,
        fields: BTreeMap<FieldId, String>,
        parties: Vec<Party>,
        audio: Option<&[u8]>,
    ) -> Result<Item, Error> {
        let mut holding = self.holding_or_new(store, owner)?;
        let sound = audio.map(|it| self.seal_sound(it));
        let (slot, number) = (holding.slot, holding.next);
        let item = Item { store: store.to_owned(), owner, number, slot, time, fields, parties, sound };
        let put = self.keys.put(&item)?;
        self.changes.push(put);
        holding.next += 1;
        self.holdings.insert(holding_row(store, owner), holding);
        Ok(item)
    }

    /// Removes all that `store` holds of `owner` and destroys its key; how many items there were.
    pub fn erase(&mut self, store: &str, owner: Number) -> Result<usize, Error> {
        let Some(holding) = self.holding(store, owner)? else { return Ok(0) };
        let rows = self.item_rows(store, owner, None, usize::MAX)?;
        for row in &rows {
            self.drop_sound(row)?;
            self.changes.push(Change::Delete(Item::TABLE, row.clone()));
        }
        self.keys.destroy(holding.slot)?;
        self.holdings.remove(&holding_row(store, owner));
        self.changes.push(self.estate.delete(&holding));
        Ok(rows.len())
    }

    /// Rewrites what `store` holds of `owner`: each item as `keep` makes it, or not at all. The old key is destroyed;
    /// how many items are gone or altered.
    pub fn rewrite(
        &mut self,
        store: &str,
        owner: Number,
        mut keep: impl FnMut(&Item) -> Option<Item>,
    ) -> Result<usize, Error> {
        let Some(holding) = self.holding(store, owner)? else { return Ok(0) };
        let before = self.items(store, owner, None, usize::MAX)?;
        let after: Vec<Option<Item>> = before.iter().map(&mut keep).collect();
        let altered = before.iter().zip(&after).filter(|(old, new)| new.as_ref() != Some(old)).count();
        if altered == 0 {
            return Ok(0);
        }
        let (slot, _) = self.keys.allot()?;
        self.keys.destroy(holding.slot)?;
        for (old, new) in before.iter().zip(after) {
            match new {
                Some(new) => {
                    let put = self.keys.put(&Item { slot, ..new })?;
                    self.changes.push(put);
                }
                None => {
                    self.changes.extend(old.sound.as_ref().map(|it| Change::DropBlob(it.id)));
                    self.changes.push(Change::Delete(Item::TABLE, item::row(store, owner, old.number)));
                }
            }
        }
        self.holdings.insert(holding_row(store, owner), Holding { slot, ..holding });
        Ok(altered)
    }

    /// Makes `account` the person's own: he alone opens with it what only its owner may.
    pub fn link(&mut self, account: Account, person: &Person) -> Result<(), Error> {
        self.put(&Account { person: Some(person.number), ..account })
    }

    /// Writes something of the site that belongs to the same work: how far it has come, a subscriber.
    pub fn put<N: Noun>(&mut self, noun: &N) -> Result<(), Error> {
        self.changes.push(self.estate.put(noun)?);
        Ok(())
    }

    /// The state before the work.
    pub const fn estate(&self) -> &'a Estate<'a> {
        self.estate
    }

    /// Whether a key was destroyed: then the batch needs the next generation of the site's keys.
    pub const fn destroys(&self) -> bool {
        self.keys.destroys()
    }

    /// Everything that was made and destroyed.
    pub fn changes(self) -> Result<Vec<Change>, Error> {
        let Self { estate, keys, mut changes, holdings, register } = self;
        for holding in holdings.values() {
            changes.push(estate.put(holding)?);
        }
        if let Some(register) = register {
            changes.push(estate.put(&register)?);
        }
        changes.extend(keys.changes()?);
        Ok(changes)
    }

    /// The rows of what `store` holds of `owner`.
    fn item_rows(
        &self,
        store: &str,
        owner: Number,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Row>, Error> {
        let prefix = item::prefix(store, owner);
        let mut from = after.map_or_else(|| prefix.clone(), |it| item::row(store, owner, it));
        let mut rows = Vec::new();
        while rows.len() < limit {
            let found = self.estate.rows(Item::TABLE, Some(&from), ROWS_AT_A_TIME.min(limit - rows.len()))?;
            let Some(last) = found.last() else { break };
            from.clone_from(last);
            let is_own = last.starts_with(&prefix);
            rows.extend(found.into_iter().take_while(|it| it.starts_with(&prefix)));
            if !is_own {
                break;
            }
        }
        Ok(rows)
    }

    fn holding(&self, store: &str, owner: Number) -> Result<Option<Holding>, Error> {
        let row = holding_row(store, owner);
        match self.holdings.get(&row) {
            Some(holding) => Ok(Some(holding.clone())),
            None => self.estate.get(&row),
        }
    }

    fn holding_or_new(&mut self, store: &str, owner: Number) -> Result<Holding, Error> {
        if let Some(holding) = self.holding(store, owner)? {
            return Ok(holding);
        }
        let (slot, _) = self.keys.allot()?;
        Ok(Holding { store: store.to_owned(), owner, slot, next: 1 })
    }
}

fn holding_row(store: &str, owner: Number) -> Row {
    format!("{store}/{owner:012}")
}

/// How many rows are looked at together.
const ROWS_AT_A_TIME: usize = 256;
