//! One channel: what is typed goes to the console, what the console says goes out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pbx_site::Input;
use pbx_world::Out;
use russh::ChannelWriteHalf;
use russh::server::Msg;
use tokio::time::timeout;

use crate::Console;
use crate::mailbox::{Inbox, Typed};

/// How a channel begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// An interactive session, in a terminal of that many columns or without one.
    Shell(Option<u16>),
    /// One command.
    Exec(String),
}

/// How many channels of a connection were closed by us before their client did.
///
/// russh 0.65 keeps about 3 KiB of such a channel until its connection ends: it drops the channel's state with our
/// `CHANNEL_CLOSE`, then ignores the client's, which alone would free the rest. There is no order of calls that frees
/// it but to let the client close first.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeftBehind(Arc<AtomicU32>);

impl LeftBehind {
    /// Whether the connection may open no more channels.
    pub(crate) fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= LEFT_BEHIND_MAX
    }

    /// How long to wait for the client to close first: not at all while it costs little.
    fn patience(&self) -> Duration {
        if self.0.load(Ordering::Relaxed) < LEFT_BEHIND_FREE { Duration::ZERO } else { CLOSE_PATIENCE }
    }

    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs a channel to its end.
pub(crate) async fn run<C: Console>(
    console: C,
    opening: Opening,
    inbox: Inbox,
    writer: ChannelWriteHalf<Msg>,
    left_behind: LeftBehind,
) {
    let mut channel = Channel { console, inbox, writer, said: Vec::new(), status: None };
    let Some(status) = channel.converse(opening).await else { return };
    channel.end(status, &left_behind).await;
}

struct Channel<C> {
    console: C,
    inbox: Inbox,
    writer: ChannelWriteHalf<Msg>,
    /// What is to be sent next.
    said: Vec<u8>,
    /// The exit status, once there is one.
    status: Option<u32>,
}

impl<C: Console> Channel<C> {
    /// The exit status; nothing where the client went away before there was one.
    async fn converse(&mut self, opening: Opening) -> Option<u32> {
        match opening {
            Opening::Shell(columns) => self.pass(Input::Start { columns }).await,
            Opening::Exec(command) => self.pass(Input::Exec(&command)).await,
        }
        loop {
            self.send().await?;
            if let Some(status) = self.status {
                return Some(status);
            }
            match self.inbox.take().await? {
                Typed::Bytes(bytes) => self.read(&bytes).await?,
                Typed::Resize(columns) => self.pass(Input::Resize(columns)).await,
                Typed::Eof => self.pass(Input::Eof).await,
            }
        }
    }

    /// Passes a line at a time, so that what a pasted file brings forth is sent before it grows large.
    async fn read(&mut self, bytes: &[u8]) -> Option<()> {
        for line in bytes.split_inclusive(|it| matches!(it, b'\r' | b'\n')) {
            self.pass(Input::Bytes(line)).await;
            if self.status.is_some() {
                break;
            }
            if self.said.len() >= SAID_BYTES_MAX {
                self.send().await?;
            }
        }
        Some(())
    }

    async fn pass(&mut self, input: Input<'_>) {
        let Self { console, said, status, .. } = self;
        let mut out = |it| match it {
            Out::Write(bytes) => said.extend(bytes),
            Out::Exit(code) => *status = status.or(Some(code)),
        };
        console.handle(input, &mut out).await;
    }

    /// Sends what was said, as fast as the client takes it; nothing where it went away.
    async fn send(&mut self) -> Option<()> {
        if self.said.is_empty() {
            return Some(());
        }
        let said = std::mem::take(&mut self.said);
        self.inbox.set_writing(true);
        let sent = tokio::select! {
            sent = self.writer.data_bytes(said) => sent.ok(),
            () = self.inbox.gone() => None,
        };
        self.inbox.set_writing(false);
        sent
    }

    /// Says the exit status and closes, after the client has had its chance to close first.
    async fn end(self, status: u32, left_behind: &LeftBehind) {
        // An error means that the connection is gone, and the channel with it.
        let said = async { self.writer.exit_status(status).await.and(self.writer.eof().await) };
        if said.await.is_err() {
            return;
        }
        self.inbox.set_writing(true);
        let patience = left_behind.patience();
        if patience.is_zero() || timeout(patience, self.inbox.gone()).await.is_err() {
            left_behind.count();
            let _ = self.writer.close().await;
        }
    }
}

/// How much is gathered before it is sent: half a packet.
const SAID_BYTES_MAX: usize = 16 * 1024;

/// How many channels we close at once, before we wait for the client: 3 MiB a connection.
const LEFT_BEHIND_FREE: u32 = 1_024;

/// How many channels we close first at most; then the client must connect again: 25 MiB a connection.
pub(crate) const LEFT_BEHIND_MAX: u32 = 8_192;

/// How long a client has to close first: a round trip on a lazy network.
const CLOSE_PATIENCE: Duration = Duration::from_millis(20);
