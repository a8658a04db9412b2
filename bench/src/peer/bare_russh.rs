//! An SSH server of nothing but russh: it takes any password and answers every command with the same bytes.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use russh::keys::load_secret_key;
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session};
use russh::{Channel, ChannelId};
use tokio::net::TcpListener;

use crate::keys::Keys;
use crate::running::Running;

/// The running server.
#[derive(Debug)]
pub(crate) struct BareRussh {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
}

impl BareRussh {
    /// Starts it; it answers `answer`.
    pub(crate) fn start(keys: &Keys, answer: &str) -> anyhow::Result<Self> {
        let file = keys.folder().join("answer");
        fs::write(&file, answer).with_context(|| format!("cannot write {}", file.display()))?;
        let this = std::env::current_exe().context("the bench does not know its own path")?;
        let mut command = Command::new(this);
        command.arg("bare-russh").arg(keys.host()).arg(file);
        let running = Running::start("the bare russh server", &mut command)?;
        let ready = running.wait_for(READY, READY_TIME_MAX)?;
        let address = ready.trim_start_matches(READY).trim().parse().context("no address")?;
        Ok(Self { running, address })
    }
}

/// Serves until it is killed.
pub(crate) fn serve(host_key: &Path, answer: &Path) -> anyhow::Result<()> {
    let config = server::Config {
        keys: vec![load_secret_key(host_key, None)?],
        nodelay: true,
        ..server::Config::default()
    };
    let (config, answer) = (Arc::new(config), Arc::<[u8]>::from(fs::read(answer)?));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(io::stdout(), "{READY} {}", listener.local_addr()?)?;
        loop {
            let (stream, _) = listener.accept().await?;
            let (config, answer) = (Arc::clone(&config), Arc::clone(&answer));
            tokio::spawn(async move {
                stream.set_nodelay(true)?;
                server::run_stream(config, stream, Constant { answer }).await?.await
            });
        }
    })
}

/// Answers.
struct Constant {
    answer: Arc<[u8]>,
}

impl Constant {
    fn answer(&self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.data(channel, self.answer.to_vec())
    }
}

impl server::Handler for Constant {
    type Error = russh::Error;

    async fn auth_password(&mut self, _: &str, _: &str) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        self.answer(channel, session)?;
        session.exit_status_request(channel, 0)?;
        session.eof(channel)?;
        session.close(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        for _ in data.iter().filter(|&&byte| byte == b'\n') {
            self.answer(channel, session)?;
        }
        Ok(())
    }
}

/// What it prints, with its address, once it takes connections.
const READY: &str = "ready";

/// The longest start.
const READY_TIME_MAX: Duration = Duration::from_secs(20);
