use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_auth::{Grant, Principal};
use pbx_kernel::{BlobId, Timestamp};
use pbx_policy::Policy;

use crate::{Args, Error, Estate, Outcome, Refusal, Stop};

/// What an operation may look at. Only someone with a [`Grant`] can make one.
pub struct Context<'a> {
    /// The moment of the request.
    pub now: Timestamp,
    /// The site's state.
    pub estate: Estate<'a>,
    /// The product's rules.
    pub policy: &'a Policy,
    grant: &'a Grant,
    blobs: &'a Blobs,
}

/// The blobs that were read for one operation, sealed as the store has them.
#[derive(Default)]
pub struct Blobs {
    read: BTreeMap<BlobId, Option<Arc<[u8]>>>,
    bytes: usize,
}

/// The function in a row of a command, route or page table.
pub type Handler = fn(&Context<'_>, &Args) -> Result<Outcome, Stop>;

impl<'a> Context<'a> {
    /// The context of one request.
    pub fn new(now: Timestamp, grant: &'a Grant, estate: Estate<'a>, policy: &'a Policy) -> Self {
        Self { now, estate, policy, grant, blobs: &NONE_READ }
    }

    /// The same with the blobs that were read for it.
    #[must_use]
    pub fn with_blobs(self, blobs: &'a Blobs) -> Self {
        Self { blobs, ..self }
    }

    /// The sealed content of the blob `id`.
    ///
    /// Pass on the [`Stop`] that comes instead while it has not been read: the operation is then run again from its
    /// beginning, with the blob. One that the store does not have is [`Error::NoBlob`].
    pub fn blob(&self, id: BlobId) -> Result<&'a [u8], Stop> {
        match self.blobs.read.get(&id) {
            Some(Some(content)) => Ok(content),
            Some(None) => Err(Error::NoBlob { id }.into()),
            None => Err(Stop::Blob(id)),
        }
    }

    /// Says no unless the principal's role also includes `permission`, for rows whose need depends on their object.
    pub fn demand(&self, permission: &str) -> Result<(), Refusal> {
        if self.principal().role.permissions.contains(permission) {
            Ok(())
        } else {
            Err(Refusal::NotPermitted(permission.to_owned()))
        }
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        self.grant.principal()
    }
}

impl Blobs {
    /// The most blobs that one operation reads: a page of a list of recordings.
    pub const COUNT_MAX: usize = 256;

    /// After how many bytes an operation reads no further blob: two hours of telephone speech.
    pub const BYTES_MAX: usize = 64 * 1024 * 1024;

    /// Adds what the store has under `id`; none where it has nothing.
    pub fn add(&mut self, id: BlobId, content: Option<Arc<[u8]>>) {
        self.bytes += content.as_ref().map_or(0, |it| it.len());
        self.read.insert(id, content);
    }

    /// Whether no further blob may be read.
    pub fn is_full(&self) -> bool {
        self.read.len() >= Self::COUNT_MAX || self.bytes >= Self::BYTES_MAX
    }
}

/// For operations that have asked for no blob.
static NONE_READ: Blobs = Blobs { read: BTreeMap::new(), bytes: 0 };
