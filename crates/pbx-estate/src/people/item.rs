use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use pbx_kernel::{BlobId, DataKey, Row, Table, Timestamp};
use pbx_policy::FieldId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Number;
use crate::keys::{Owned, Slot};
use crate::{Error, Estate};

/// Something that a store of the product holds: a message, a recording, a contact, a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Which store: an id of the policy's `[[stores]]`.
    pub store: String,
    /// Whose it is; [`super::NOBODY`] where it is nobody's in particular.
    pub owner: Number,
    /// Its number among what the store holds of its owner.
    pub number: u64,
    /// The slot under which it is sealed.
    pub slot: Slot,
    /// When it arose.
    pub time: Timestamp,
    /// What is recorded.
    pub fields: BTreeMap<FieldId, String>,
    /// Who else occurs in it.
    #[serde(default)]
    pub parties: Vec<Party>,
    /// Its audio, where it has some.
    #[serde(default)]
    pub sound: Option<Sound>,
}

/// Somebody who occurs in an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// His number, where the site has a record of him.
    pub person: Option<Number>,
    /// As what he occurs: a name, a number.
    pub text: String,
}

/// Audio in a sealed file of its own, under a key of its own that lies in the item.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// Which file.
    pub id: BlobId,
    key: Zeroizing<String>,
    /// How long the audio is, in bytes.
    pub bytes: usize,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sound").field("id", &self.id).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Sound {
    pub(super) fn new(id: BlobId, key: &DataKey, bytes: usize) -> Self {
        Self { id, key: Zeroizing::new(STANDARD_NO_PAD.encode(key.expose_bytes())), bytes }
    }

    /// The key that opens the file.
    pub(super) fn key(&self) -> Result<DataKey, Error> {
        let malformed = || Error::Form { table: Item::TABLE.0, what: "its audio has no key".to_owned() };
        let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(self.key.as_bytes()).map_err(|_| malformed())?);
        Ok(DataKey::from_bytes(bytes.as_slice().try_into().map_err(|_| malformed())?))
    }
}

impl Item {
    /// The value of a field, empty where there is none.
    pub fn get(&self, field: FieldId) -> &str {
        self.fields.get(&field).map_or("", String::as_str)
    }
}

impl Owned for Item {
    const TABLE: Table = Table("item");

    fn row(&self, _: &Estate<'_>) -> Row {
        row(&self.store, self.owner, self.number)
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

/// What the rows of all that `store` holds of `owner` begin with.
pub(super) fn prefix(store: &str, owner: Number) -> String {
    format!("{store}/{owner:012}/")
}

pub(super) fn row(store: &str, owner: Number, number: u64) -> Row {
    format!("{}{number:08}", prefix(store, owner))
}
