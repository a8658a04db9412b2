//! What a client has typed and its channel has not read yet.
//!
//! One task of russh reads a connection for all its channels, and it is the one that learns of room to write, too.
//! So it may wait for a channel that reads slowly, but never for one that waits to write: the word that it may go on
//! could lie behind what is being waited with. RFC 4254 lets a client send one window ahead, so that a channel which
//! writes takes that much more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::config::WINDOW_BYTES;

/// Something that a client did on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// It sent these bytes.
    Bytes(Vec<u8>),
    /// Its terminal has this many columns now.
    Resize(u16),
    /// It sends no more.
    Eof,
}

/// The way in: the connection's end of a channel. Dropping it tells the channel that its client is gone.
#[derive(Debug)]
pub(crate) struct Slot(Arc<Mailbox>);

/// The way out: the channel's end.
#[derive(Debug)]
pub(crate) struct Inbox(Arc<Mailbox>);

#[derive(Debug, Default)]
struct Mailbox {
    content: Mutex<Content>,
    /// Something came in, or nothing will any more.
    filled: Notify,
    /// There is room, or there may be.
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Content {
    typed: VecDeque<Typed>,
    bytes: usize,
    writing: bool,
    is_gone: bool,
}

pub(crate) fn mailbox() -> (Slot, Inbox) {
    let mailbox = Arc::new(Mailbox::default());
    (Slot(Arc::clone(&mailbox)), Inbox(mailbox))
}

impl Slot {
    /// Puts `typed` in, once there is room for it.
    pub(crate) async fn put(&self, typed: Typed) {
        loop {
            let emptied = self.0.emptied.notified();
            {
                let mut content = self.0.content();
                if content.has_room() {
                    content.bytes += typed.cost();
                    content.typed.push_back(typed);
                    break;
                }
            }
            emptied.await;
        }
        self.0.filled.notify_one();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.content().is_gone = true;
        self.0.filled.notify_one();
    }
}

impl Inbox {
    /// The next thing that was typed; nothing once the client is gone.
    pub(crate) async fn take(&mut self) -> Option<Typed> {
        loop {
            let filled = self.0.filled.notified();
            {
                let mut content = self.0.content();
                if content.is_gone {
                    return None;
                }
                if let Some(typed) = content.typed.pop_front() {
                    content.bytes -= typed.cost();
                    drop(content);
                    self.0.emptied.notify_one();
                    return Some(typed);
                }
            }
            filled.await;
        }
    }

    /// Returns once the client is gone; what it typed before stays where it is.
    pub(crate) async fn gone(&self) {
        loop {
            let filled = self.0.filled.notified();
            if self.0.content().is_gone {
                return;
            }
            filled.await;
        }
    }

    /// Says whether the channel is waiting to write.
    pub(crate) fn set_writing(&self, writing: bool) {
        self.0.content().writing = writing;
        self.0.emptied.notify_one();
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        // Nobody reads any more: whatever comes fits.
        self.set_writing(true);
        let mut content = self.0.content();
        content.typed.clear();
        content.bytes = 0;
    }
}

impl Mailbox {
    /// The content is whole whatever thread panicked: each change of it is one step.
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn has_room(&self) -> bool {
        self.bytes < if self.writing { WRITING_BYTES_MAX } else { READING_BYTES_MAX }
    }
}

impl Typed {
    fn cost(&self) -> usize {
        let bytes = if let Self::Bytes(bytes) = self { bytes.len() } else { 0 };
        bytes + TYPED_OVERHEAD_BYTES
    }
}

/// How much may wait for a channel that reads: two full packets.
const READING_BYTES_MAX: usize = 64 * 1024;

/// How much may wait for a channel that writes: the same, and all that the client may have sent before it could know;
/// twice, because small packets cost more than they hold.
const WRITING_BYTES_MAX: usize = READING_BYTES_MAX + 2 * WINDOW_BYTES as usize;

/// What an entry costs beside its bytes.
const TYPED_OVERHEAD_BYTES: usize = 64;
