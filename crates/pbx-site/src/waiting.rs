use std::sync::Arc;

use pbx_estate::Blobs;
use pbx_estate::keys::KeyTree;
use pbx_kernel::{BlobId, Cipher, Generation, Secret, Timestamp, Verifier};

use crate::invoke::{Answer, Invocation};
use crate::session::SessionId;
use crate::{Error, Site};

/// An invocation that needs something which only whoever drives the site can get.
///
/// The row has run and nothing came of it yet. With what it needs it is run again from its beginning, by
/// [`Site::resume`], and may then need something else.
pub struct Waiting {
    pub(crate) need: Need,
    pub(crate) session: SessionId,
    pub(crate) invocation: Invocation,
    pub(crate) supplied: Supplied,
}

/// What an invocation waits for.
pub enum Need {
    /// A blob of the site, as the store has it. Reading it may wait for the disk.
    Blob(BlobId),
    /// A new generation of the site's key tree, so that a key can be destroyed: begin one, and once all that came of
    /// the invocation is durable, settle it and give the site the cipher without the other ([`Site::set_cipher`]).
    Generation,
    /// A new password's verifier.
    Hash(Hashing),
}

/// What an invocation waited for.
pub enum Supply {
    /// The blob; none where the store has none of that id.
    Blob(Option<Arc<[u8]>>),
    /// The site's cipher with a generation that has begun and sealed nothing.
    Generation(Arc<dyn Cipher>),
    /// What hashing said.
    Hashed(Hashed),
}

/// A new password on its way to becoming a verifier.
pub struct Hashing {
    /// The new password.
    pub password: Secret,
    /// The present password that the caller showed, and what it must match.
    pub current: Option<(Secret, Option<Verifier>)>,
    /// What the new password may not match.
    pub not_again: Vec<Verifier>,
}

/// What hashing said.
#[derive(Clone, Debug)]
pub enum Hashed {
    /// The new password's verifier.
    Verifier(Verifier),
    /// The new password was used before.
    Reused,
    /// The present password that was shown is wrong.
    WrongCurrent,
}

/// Everything that an invocation has been given so far.
#[derive(Default)]
pub(crate) struct Supplied {
    pub(crate) blobs: Blobs,
    pub(crate) generation: Option<Arc<dyn Cipher>>,
    pub(crate) hashed: Option<Hashed>,
}

impl Waiting {
    /// What it waits for.
    pub const fn need(&self) -> &Need {
        &self.need
    }
}

impl Site {
    /// Runs an invocation again with what it waited for: the state may have moved on meanwhile.
    ///
    /// [`Error::Unsupplied`] where `supply` is not what it waited for.
    pub fn resume(&mut self, now: Timestamp, waiting: Waiting, supply: Supply) -> Result<Answer, Error> {
        let Waiting { need, session, invocation, mut supplied } = waiting;
        match (need, supply) {
            (Need::Blob(id), Supply::Blob(content)) => supplied.blobs.add(id, content),
            (Need::Generation, Supply::Generation(cipher)) => supplied.generation = Some(cipher),
            (Need::Hash(_), Supply::Hashed(hashed)) => supplied.hashed = Some(hashed),
            (Need::Blob(_) | Need::Generation | Need::Hash(_), _) => return Err(Error::Unsupplied),
        }
        self.proceed(now, session, invocation, supplied)
    }

    /// Seals and names with `cipher` from now on: the one so far, with other generations of the key tree's root.
    pub fn set_cipher(&mut self, cipher: Arc<dyn Cipher>) {
        self.cipher = cipher;
        self.cipher_before = None;
    }

    /// The generation that the root of the site's key tree is sealed with: what a keyring that holds two must keep.
    /// None where no key was ever given out.
    pub fn key_generation(&self) -> Result<Option<Generation>, Error> {
        self.read(|estate, _| Ok(KeyTree::open(estate)?.generation()))
    }

    /// Goes on with the cipher that an invocation was supplied with, if it sealed the key tree's root with it.
    pub(crate) fn adopt(&mut self, cipher: Arc<dyn Cipher>) {
        self.cipher_before = Some(std::mem::replace(&mut self.cipher, cipher));
        // Where the root cannot be read, the cipher that opens more stays, until it is settled.
        let _ = self.fall_back();
    }

    /// Goes back to the cipher before, unless the key tree's root is sealed with a generation that only the present
    /// one has. Otherwise that generation would serve a second erasure, which nobody settles.
    pub(crate) fn fall_back(&mut self) -> Result<(), Error> {
        if self.cipher_before.is_some()
            && self.key_generation()? != Some(self.cipher.generation())
            && let Some(before) = self.cipher_before.take()
        {
            self.cipher = before;
        }
        Ok(())
    }
}
