use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pbx_kernel::{SiteId, StoreError};
use pbx_recorder::{ParsePublicKeyError, SignedCheckpoint};
use pbx_site::Error;
use tokio::sync::Notify;

use crate::World;
use crate::seat::{Seat, chain};

/// Signs checkpoints of the trails and keeps them: after so many lines, after so much time, and at the end.
pub(crate) struct Notary {
    pub(crate) wake: Notify,
    /// Where the signed ones are kept; nowhere in a world that keeps nothing.
    pub(crate) folder: Option<PathBuf>,
}

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There is no such site.
    #[error("there is no site {site}")]
    NoSuchSite {
        /// Its id, as it was given.
        site: String,
    },
    /// The site's state could not be used.
    #[error("the trail's tip cannot be read")]
    Site(#[source] Error),
    /// The lines that it would cover are not on the disk and do not get there.
    #[error("the trail's newest lines cannot be made durable")]
    Store(#[source] StoreError),
    /// The site's id cannot be part of a key's name.
    #[error("the checkpoint cannot be signed")]
    Sign(#[source] ParsePublicKeyError),
    /// It was signed but not kept.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Notary {
    /// A notary that keeps what it signs in `folder`, if anywhere.
    pub(crate) fn keeping_in(folder: Option<PathBuf>) -> Self {
        Self { wake: Notify::new(), folder }
    }

    /// Signs when it is time, until the world is gone.
    pub(crate) async fn run(self: Arc<Self>, world: Weak<World>) {
        loop {
            tokio::time::sleep(ROUND_MIN).await;
            let _ = tokio::time::timeout(ROUND_REST, self.wake.notified()).await;
            let Some(world) = world.upgrade() else { return };
            self.sign_new(&world).await;
        }
    }

    /// Signs and keeps a checkpoint of every trail that has grown since its last one. What fails is reported and
    /// tried again next time.
    pub(crate) async fn sign_new(&self, world: &World) {
        let grown = |it: &Arc<Seat>| it.trail_len() > it.signed.load(Ordering::Acquire);
        let seats: Vec<_> = world.seats().into_iter().filter(grown).collect();
        if let Err(error) = self.sign(world, &seats).await {
            tracing::warn!(error = %chain(&error), "checkpoints are missing");
        }
    }

    /// Signs and keeps a checkpoint of each trail, over lines that are durable.
    pub(crate) async fn sign(
        &self,
        world: &World,
        seats: &[Arc<Seat>],
    ) -> Result<Vec<SignedCheckpoint>, CheckpointError> {
        for _ in 0..TRIES {
            let epoch = world.store().epoch();
            let mut signed = Vec::with_capacity(seats.len());
            for seat in seats {
                let checkpoint = seat.with_site(|site, now| {
                    // Batches may have been taken back that the tip still counts.
                    site.advance(now).map(|()| site.checkpoint(ORIGIN))
                });
                let checkpoint = checkpoint.map_err(CheckpointError::Site)?;
                signed.push(world.keys().sign(&checkpoint).await.map_err(CheckpointError::Sign)?);
            }
            if let Some(first) = seats.first() {
                world.barrier(first.id()).await.map_err(CheckpointError::Store)?;
            }
            // Had anything been taken back meanwhile, a signature might cover lines that never were.
            if world.store().epoch() == epoch {
                return self.keep(seats, signed).await;
            }
        }
        let what = "the disk keeps refusing what is written".to_owned();
        Err(CheckpointError::Store(StoreError::Failed { what }))
    }

    async fn keep(
        &self,
        seats: &[Arc<Seat>],
        signed: Vec<SignedCheckpoint>,
    ) -> Result<Vec<SignedCheckpoint>, CheckpointError> {
        if let Some(folder) = self.folder.clone() {
            let notes: Vec<_> = seats.iter().map(|it| it.id().clone()).zip(signed.clone()).collect();
            let written = tokio::task::spawn_blocking(move || append_all(&folder, &notes));
            written.await.unwrap_or_else(|error| {
                let (path, source) = (PathBuf::new(), io::Error::other(error));
                Err(CheckpointError::Write { path, source })
            })?;
        }
        for (seat, note) in seats.iter().zip(&signed) {
            seat.signed.fetch_max(note.claim().size, Ordering::AcqRel);
        }
        Ok(signed)
    }
}

/// Appends each note to its site's file in `folder`, oldest first, an empty line after each; durable on return.
fn append_all(folder: &Path, notes: &[(SiteId, SignedCheckpoint)]) -> Result<(), CheckpointError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| CheckpointError::Write { path, source }
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed(folder))?;
    let one_by_one = notes.len() <= SYNC_EACH_MAX;
    for (site, note) in notes {
        let path = folder.join(format!("{site}.notes"));
        let written = append(&path, note.as_str());
        let synced = written.and_then(|file| if one_by_one { file.sync_all() } else { Ok(()) });
        synced.map_err(failed(&path))?;
    }
    let directory = File::open(folder).map_err(failed(folder))?;
    let synced = if one_by_one {
        directory.sync_all()
    } else {
        rustix::fs::syncfs(&directory).map_err(io::Error::from)
    };
    synced.map_err(failed(folder))
}

/// Appends the note over whatever a crash left half-written.
fn append(path: &Path, note: &str) -> io::Result<File> {
    let mut file =
        OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
    let end = file.metadata()?.len();
    let from = end.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let whole = from + u64::try_from(whole(&tail)).unwrap_or(0);
    file.set_len(whole)?;
    file.seek(SeekFrom::Start(whole))?;
    file.write_all(format!("{note}\n").as_bytes())?;
    Ok(file)
}

/// How much of `tail` is whole notes: up to the last empty line after a line that begins as a signature does.
fn whole(tail: &[u8]) -> usize {
    let mut whole = 0;
    let mut signed = false;
    let mut at = 0;
    for line in tail.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line == b"\n" && signed {
            whole = at;
        }
        signed = line.starts_with("\u{2014} ".as_bytes()) && line.ends_with(b"\n");
    }
    whole
}

/// Writes the public keys by which the checkpoints are verified, one line per site, where they are not there yet.
pub(crate) fn publish(path: &Path, keys: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|present| present == keys) {
        return Ok(());
    }
    crate::file::replace(path, keys.as_bytes(), 0o600)
}

/// What the origin of a trail begins with; its site's id follows.
pub(crate) const ORIGIN: &str = "understudy";

/// How soon after the last round the next may follow, however fast the trails grow.
const ROUND_MIN: Duration = Duration::from_secs(1);

/// How much later it follows where they grow slowly: a trail is never 10 s without a new checkpoint.
const ROUND_REST: Duration = Duration::from_secs(9);

/// How often signing begins anew because the disk refused something meanwhile.
const TRIES: usize = 3;

/// Up to so many files are made durable one by one; for more, the whole file system once is quicker.
const SYNC_EACH_MAX: usize = 32;

/// How much of a file's end is looked at: more than two notes.
const TAIL_BYTES: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "understudy/north\n3\nAAAA\n\n\u{2014} understudy/north BBBB\n";

    #[test]
    fn notes_follow_one_another_with_an_empty_line_after_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("north.notes");
        for _ in 0..40 {
            append(&path, NOTE).expect("written");
        }
        assert_eq!(fs::read_to_string(&path).expect("there"), format!("{NOTE}\n").repeat(40));
    }

    #[test]
    fn a_note_that_a_crash_cut_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("north.notes");
        let note = format!("{NOTE}\n");
        for cut in 0..note.len() {
            let torn = [note.as_bytes(), &note.as_bytes()[..cut]].concat();
            fs::write(&path, torn).expect("written");
            append(&path, NOTE).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("there"), note.repeat(2), "cut at {cut}");
        }
    }
}
