//! One SSH connection of the load client.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use russh::client::{self, AuthResult, Handle};
use russh::keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key};
use russh::{Channel, ChannelMsg, Disconnect};

use super::{Login, Target, bounded};

/// A connection, logged in or not yet.
pub(super) struct Connection {
    handle: Handle<Trusting>,
}

/// A shell, with the connection that it needs to live.
pub(super) struct Shell {
    pub(super) channel: Channel<client::Msg>,
    _connection: Arc<Connection>,
}

impl Connection {
    /// Connects to `address`.
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let config = client::Config { nodelay: true, ..client::Config::default() };
        let connecting = async { Ok(client::connect(Arc::new(config), address, Trusting).await?) };
        Ok(Self { handle: bounded(connecting).await.context("cannot connect")? })
    }

    /// Connects to `target` and logs in with the login number `index`, counted around.
    pub(super) async fn log_in(target: &Target, index: usize) -> anyhow::Result<Self> {
        let login = target.logins.get(index % target.logins.len().max(1)).context("no login")?;
        let mut connection = Self::open(target.address).await?;
        let result = bounded(async {
            Ok(match login {
                Login::Password(account) => {
                    connection.handle.authenticate_password(&account.name, &account.password).await?
                }
                Login::Key { name, file } => {
                    let key = PrivateKeyWithHashAlg::new(Arc::new(load_secret_key(file, None)?), None);
                    connection.handle.authenticate_publickey(name, key).await?
                }
            })
        });
        if !matches!(result.await.context("cannot log in")?, AuthResult::Success) {
            bail!("the login was refused");
        }
        Ok(connection)
    }

    /// Whether `password` lets `name` in.
    pub(super) async fn try_password(&mut self, name: &str, password: &str) -> anyhow::Result<bool> {
        let answer = async { Ok(self.handle.authenticate_password(name, password).await?.success()) };
        bounded(answer).await.context("cannot log in")
    }

    /// Runs `command` in a channel of its own, and returns what it answers.
    pub(super) async fn exec(&self, command: &str) -> anyhow::Result<Vec<u8>> {
        bounded(async {
            let mut channel = self.handle.channel_open_session().await.context("no channel")?;
            channel.exec(true, command).await?;
            let (mut answer, mut status, mut ended) = (Vec::new(), None, false);
            while let Some(message) = channel.wait().await {
                match message {
                    ChannelMsg::Data { data } => answer.extend_from_slice(&data),
                    ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
                    ChannelMsg::Eof => ended = true,
                    ChannelMsg::Failure => bail!("the command was not taken"),
                    _ => {}
                }
                // As OpenSSH's client does where nothing is to be typed: the first to close is the client.
                if ended && status.is_some() {
                    channel.close().await?;
                    break;
                }
            }
            match status {
                Some(0) => Ok(answer),
                _ => bail!("`{command}` ended with {status:?}: {}", String::from_utf8_lossy(&answer).trim()),
            }
        })
        .await
    }

    /// Opens a shell without a terminal.
    pub(super) async fn shell(self: &Arc<Self>) -> anyhow::Result<Shell> {
        bounded(async {
            let channel = self.handle.channel_open_session().await.context("no channel")?;
            channel.request_shell(true).await?;
            Ok(Shell { channel, _connection: Arc::clone(self) })
        })
        .await
    }

    /// Says goodbye.
    pub(super) async fn close(&self) {
        // Whether it is heard does not matter: the connection is dropped next.
        let _ = self.handle.disconnect(Disconnect::ByApplication, "", "").await;
    }
}

impl Shell {
    /// Types `text`.
    pub(super) async fn send(&self, text: String) -> anyhow::Result<()> {
        self.channel.data_bytes(text.into_bytes()).await.context("the shell takes nothing")
    }

    /// What it prints next.
    pub(super) async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        bounded(async {
            loop {
                match self.channel.wait().await {
                    Some(ChannelMsg::Data { data }) => return Ok(data.to_vec()),
                    Some(ChannelMsg::Failure) => bail!("no shell"),
                    Some(_) => {}
                    None => bail!("the shell has ended"),
                }
            }
        })
        .await
    }
}

/// Takes every host key: what is on the loopback address was started by the bench.
struct Trusting;

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }
}
