use pbx_kernel::{BlobId, Change, DataKey};

use super::{Item, People, Sound};
use crate::keys::{Found, Owned as _};
use crate::{Error, Estate};

impl People<'_> {
    /// The address of a sealed file: what its seal is bound to.
    pub fn sound_address(id: BlobId) -> Vec<u8> {
        format!("sound\u{1f}{id}").into_bytes()
    }

    pub(super) fn seal_sound(&mut self, audio: &[u8]) -> Sound {
        let cipher = self.estate.cipher();
        let (key, mut drawn) = (cipher.draw_key(), [0; 16]);
        drawn.copy_from_slice(&cipher.draw_key().expose_bytes()[..16]);
        let id = BlobId::new(drawn);
        let sealed = cipher.seal_under(&key, &Self::sound_address(id), audio);
        self.changes.push(Change::PutBlob(id, sealed.into()));
        Sound::new(id, &key, audio.len())
    }

    pub(super) fn drop_sound(&mut self, row: &str) -> Result<(), Error> {
        let item = self.keys.get::<Item>(row)?.and_then(Found::whole);
        self.changes.extend(item.and_then(|it| it.sound).map(|it| Change::DropBlob(it.id)));
        Ok(())
    }
}

/// Opens a sealed file with the key that its item holds.
pub fn open_sound(estate: &Estate<'_>, sound: &Sound, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let unreadable = |source| Error::Sealed { table: Item::TABLE.0, source };
    let key: DataKey = sound.key()?;
    estate.cipher().open_under(&key, &People::sound_address(sound.id), sealed).map_err(unreadable)
}
