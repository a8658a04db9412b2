use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pbx_kernel::{Secret, Source, Surface};
use pbx_listener::Turn;
use pbx_site::{Attempt, Proof, SessionId};
use russh::server::{
    Auth, ChannelOpenHandle, Handle, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, ChannelWriteHalf, Disconnect, Pty, Sig};
use tokio::sync::{SetOnce, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::channel::{self, LeftBehind, Opening};
use crate::config::methods;
use crate::mailbox::{Slot, Typed, mailbox};
use crate::{Admission, Plane};

/// Why a connection ends from our side.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Its client goes on after it was told to go.
    #[error("the client was told to go")]
    HungUp,
    /// A channel takes nothing for too long.
    #[error("a channel took no input for {STALL_TIME_MAX:?}")]
    Stalled,
    /// The SSH protocol failed.
    #[error("the SSH connection failed")]
    Ssh(#[from] russh::Error),
}

/// One connection's client, as russh reports it.
pub(crate) struct Caller<P: Plane> {
    plane: P,
    source: Source,
    /// The handshake's, until there is something to log in with.
    turn: Option<Turn>,
    /// Said once somebody is logged in.
    admitted: Option<oneshot::Sender<()>>,
    /// russh's own end of the connection, once there is one.
    handle: Arc<SetOnce<Handle>>,
    session: Option<SessionId>,
    hung_up: bool,
    channels: BTreeMap<ChannelId, Open>,
    left_behind: LeftBehind,
}

/// A channel that is open.
enum Open {
    /// What it is for has not been said.
    New { writer: ChannelWriteHalf<Msg>, columns: Option<u16> },
    /// It runs.
    Running { slot: Slot, task: JoinHandle<()> },
}

impl<P: Plane> Caller<P> {
    pub(crate) fn new(
        plane: P,
        source: Source,
        handle: Arc<SetOnce<Handle>>,
        admitted: oneshot::Sender<()>,
        turn: Option<Turn>,
    ) -> Self {
        Self {
            plane,
            source,
            turn,
            admitted: Some(admitted),
            handle,
            session: None,
            hung_up: false,
            channels: BTreeMap::new(),
            left_behind: LeftBehind::default(),
        }
    }

    async fn log_in(&mut self, name: &str, proof: Proof) -> Result<Auth, Error> {
        if self.hung_up {
            return Err(Error::HungUp);
        }
        let attempt = Attempt { name: name.to_owned(), proof, surface: Surface::Ssh, source: self.source };
        match self.plane.log_in(attempt).await {
            Ok(Admission::Accepted(session)) => {
                self.session = Some(session);
                Ok(Auth::Accept)
            }
            Ok(Admission::Rejected { hang_up: false }) => Ok(rejection()),
            Ok(Admission::Rejected { hang_up: true }) => {
                self.hang_up().await;
                Ok(rejection())
            }
            Err(error) => {
                tracing::warn!(source = %self.source, %error, "a login is refused because it could not be carried out");
                Ok(rejection())
            }
        }
    }

    /// Has the connection closed once the answer to the present request is out.
    async fn hang_up(&mut self) {
        self.hung_up = true;
        let handle = self.handle.wait().await;
        let why = "Too many authentication failures".to_owned();
        // An error means that it is closed already.
        let _ = handle.disconnect(Disconnect::NoMoreAuthMethodsAvailable, why, String::new()).await;
    }

    /// Starts what a channel is for; `false` where it has started already.
    fn start(&mut self, id: ChannelId, opening: impl FnOnce(Option<u16>) -> Opening) -> bool {
        let Some(session) = &self.session else { return false };
        match self.channels.remove(&id) {
            Some(Open::New { writer, columns }) => {
                let (slot, inbox) = mailbox();
                let console = self.plane.console(session);
                let running =
                    channel::run(console, opening(columns), inbox, writer, self.left_behind.clone());
                self.channels.insert(id, Open::Running { slot, task: tokio::spawn(running) });
                true
            }
            Some(running @ Open::Running { .. }) => {
                self.channels.insert(id, running);
                false
            }
            None => false,
        }
    }

    async fn pass(&self, id: ChannelId, typed: Typed) -> Result<(), Error> {
        // What is sent before it is said what the channel is for has nowhere to go.
        let Some(Open::Running { slot, .. }) = self.channels.get(&id) else { return Ok(()) };
        timeout(STALL_TIME_MAX, slot.put(typed)).await.map_err(|_| Error::Stalled)
    }
}

impl<P: Plane> Drop for Caller<P> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.plane.end_session(&session);
        }
    }
}

impl Open {
    fn is_over(&self) -> bool {
        matches!(self, Self::Running { task, .. } if task.is_finished())
    }
}

impl<P: Plane> Handler for Caller<P> {
    type Error = Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, Error> {
        // The first thing that follows the key exchange.
        self.turn = None;
        Ok(self.plane.banner())
    }

    async fn auth_none(&mut self, _: &str) -> Result<Auth, Error> {
        Ok(rejection())
    }

    async fn auth_password(&mut self, name: &str, password: &str) -> Result<Auth, Error> {
        self.log_in(name, Proof::Password(Secret::new(password))).await
    }

    async fn auth_publickey_offered(&mut self, name: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Error> {
        let Ok(key) = offer.public_key.to_openssh() else { return Ok(rejection()) };
        Ok(if self.plane.knows_key(name, &key) { Auth::Accept } else { rejection() })
    }

    async fn auth_publickey(&mut self, name: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Error> {
        let Ok(key) = key.public_key.to_openssh() else { return Ok(rejection()) };
        self.log_in(name, Proof::PublicKey(key)).await
    }

    async fn auth_succeeded(&mut self, _: &mut Session) -> Result<(), Error> {
        if let Some(admitted) = self.admitted.take() {
            // An error means that the connection is being cut.
            let _ = admitted.send(());
        }
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        self.channels.retain(|_, open| !open.is_over());
        if self.channels.len() >= CHANNELS_MAX || self.left_behind.is_full() {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        // The half that reads is dropped: input comes through the callbacks below, which may wait no longer than
        // they say, while russh would wait for a full half for ever.
        let (_, writer) = channel.split();
        self.channels.insert(writer.id(), Open::New { writer, columns: None });
        reply.accept().await;
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _: &mut Session) -> Result<(), Error> {
        self.channels.remove(&id);
        Ok(())
    }

    async fn channel_eof(&mut self, id: ChannelId, _: &mut Session) -> Result<(), Error> {
        self.pass(id, Typed::Eof).await
    }

    async fn data(&mut self, id: ChannelId, data: &[u8], _: &mut Session) -> Result<(), Error> {
        self.pass(id, Typed::Bytes(data.to_vec())).await
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        _: &str,
        width: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Error> {
        if let Some(Open::New { columns, .. }) = self.channels.get_mut(&id) {
            *columns = Some(columns_of(width));
            session.channel_success(id)?;
        } else {
            session.channel_failure(id)?;
        }
        Ok(())
    }

    async fn window_change_request(
        &mut self,
        id: ChannelId,
        width: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &mut Session,
    ) -> Result<(), Error> {
        self.pass(id, Typed::Resize(columns_of(width))).await
    }

    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Error> {
        answer(session, id, self.start(id, Opening::Shell))
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        let command = String::from_utf8_lossy(command).into_owned();
        answer(session, id, self.start(id, |_| Opening::Exec(command)))
    }

    async fn env_request(
        &mut self,
        id: ChannelId,
        _: &str,
        _: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        answer(session, id, false)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        answer(session, id, false)
    }

    async fn x11_request(
        &mut self,
        id: ChannelId,
        _: bool,
        _: &str,
        _: &str,
        _: u32,
        session: &mut Session,
    ) -> Result<(), Error> {
        answer(session, id, false)
    }

    async fn agent_request(&mut self, id: ChannelId, session: &mut Session) -> Result<bool, Error> {
        answer(session, id, false)?;
        Ok(false)
    }

    async fn signal(&mut self, id: ChannelId, signal: Sig, _: &mut Session) -> Result<(), Error> {
        // The one signal that a terminal's key sends, too.
        if matches!(signal, Sig::INT) { self.pass(id, Typed::Bytes(vec![CTRL_C])).await } else { Ok(()) }
    }
}

/// A refusal that leaves all ways to log in open: russh would otherwise take the one that failed off the list.
fn rejection() -> Auth {
    Auth::Reject { proceed_with_methods: Some(methods()), partial_success: false }
}

fn answer(session: &mut Session, id: ChannelId, granted: bool) -> Result<(), Error> {
    let answered = if granted { session.channel_success(id) } else { session.channel_failure(id) };
    Ok(answered?)
}

/// A terminal's width; clients that do not know it say 0.
fn columns_of(width: u32) -> u16 {
    if width == 0 { COLUMNS } else { u16::try_from(width).unwrap_or(u16::MAX) }
}

/// How wide a terminal is that does not know it.
const COLUMNS: u16 = 80;

const CTRL_C: u8 = 0x03;

/// The most channels of a connection at once: three times what OpenSSH's server allows.
const CHANNELS_MAX: usize = 32;

/// How long a channel may take nothing before its connection ends: much longer than a busy disk.
const STALL_TIME_MAX: Duration = Duration::from_secs(30);
