use std::sync::{Arc, Mutex};
use std::time::Duration;

use pbx_kernel::{Entropy, Source};
use pbx_listener::{Stop, stopping};
use pbx_site::{Attempt, Error, Input, Proof, SessionId};
use pbx_world::Out;
use russh::client::{self, AuthResult};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelMsg};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinHandle;

use crate::shell::{LOGIN_TIME_MAX, converse};
use crate::{Admission, Console, HostKey, Plane, Settings};

mod login;
mod talk;

/// A site that lets `ada` in with `right`, hangs up on `eve`, and notes what happens.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Vec<String>>>);

impl Fake {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("no test panics with it").push(what.into());
    }

    fn noted(&self) -> Vec<String> {
        self.0.lock().expect("no test panics with it").clone()
    }
}

impl Plane for Fake {
    type Console = FakeConsole;

    fn banner(&self) -> Option<String> {
        Some("Authorised use only\n".to_owned())
    }

    fn knows_key(&self, name: &str, _: &str) -> bool {
        name == "ada"
    }

    async fn log_in(&self, attempt: Attempt) -> Result<Admission, Error> {
        let proof = match &attempt.proof {
            Proof::Password(password) => password.expose_secret().to_owned(),
            Proof::PublicKey(key) => key.split(' ').next().unwrap_or_default().to_owned(),
        };
        self.note(format!("{} {proof}", attempt.name));
        Ok(match (attempt.name.as_str(), proof.as_str()) {
            ("ada", "right" | "ssh-ed25519") => Admission::Accepted(SessionId::of("ada")),
            (name, _) => Admission::Rejected { hang_up: name == "eve" },
        })
    }

    fn console(&self, _: &SessionId) -> FakeConsole {
        FakeConsole(self.clone())
    }

    fn end_session(&self, _: &SessionId) {
        self.note("the session ended");
    }
}

/// Echoes what is typed until `q`; runs `exit N` and `say N` (so many bytes).
struct FakeConsole(Fake);

impl Console for FakeConsole {
    async fn handle(&mut self, input: Input<'_>, out: &mut (impl FnMut(Out) + Send)) {
        match input {
            Input::Start { columns } => self.0.note(format!("start {columns:?}")),
            Input::Resize(columns) => self.0.note(format!("resize {columns}")),
            Input::Eof => out(Out::Exit(9)),
            Input::Bytes(bytes) => {
                out(Out::Write(bytes.to_vec()));
                if bytes.contains(&b'q') {
                    out(Out::Exit(3));
                }
            }
            Input::Exec(command) => {
                let (verb, number) = command.split_once(' ').unwrap_or((command, "0"));
                let number = number.parse::<u32>().unwrap_or_default();
                if verb == "say" {
                    out(Out::Write(vec![b'x'; number as usize]));
                }
                out(Out::Exit(if verb == "exit" { number } else { 0 }));
            }
            Input::Done(_) => {}
        }
    }
}

/// Predictable keys do for tests.
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        bytes.fill(self.0);
    }
}

/// A client that trusts every server and notes the banner.
#[derive(Clone, Default)]
struct Trusting(Arc<Mutex<String>>);

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }

    async fn auth_banner(&mut self, banner: &str, _: &mut client::Session) -> Result<(), russh::Error> {
        self.0.lock().expect("no test panics with it").push_str(banner);
        Ok(())
    }
}

/// A server that serves one connection over a pipe.
struct Server {
    fake: Fake,
    stop: Stop,
    task: JoinHandle<()>,
}

impl Server {
    /// The server, and the client's end of the pipe.
    fn start() -> (Self, DuplexStream) {
        let (near, far) = tokio::io::duplex(1 << 20);
        let (stop, stopping) = stopping();
        let fake = Fake::default();
        let settings = Settings {
            software: Some("Test_1.0".to_owned()),
            idle: Duration::from_mins(10),
            host_key: HostKey::ephemeral(&mut Counter(0)),
        };
        let source = Source::new([192, 0, 2, 7].into());
        let task = tokio::spawn(converse(fake.clone(), settings.config(), far, source, || {}, stopping));
        (Self { fake, stop, task }, near)
    }

    async fn ended(self) -> Vec<String> {
        self.task.await.expect("no panic");
        self.fake.noted()
    }
}

type Client = client::Handle<Trusting>;

async fn connect(stream: DuplexStream) -> Client {
    client::connect_stream(Arc::default(), stream, Trusting::default()).await.expect("a connection")
}

async fn logged_in() -> (Server, Client) {
    let (server, stream) = Server::start();
    let mut client = connect(stream).await;
    let result = client.authenticate_password("ada", "right").await.expect("an answer");
    assert!(result.success());
    (server, client)
}

/// What came on a channel until it was closed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    data: Vec<u8>,
    status: Option<u32>,
    eof: bool,
}

async fn listen(channel: &mut Channel<client::Msg>) -> Heard {
    let mut heard = Heard::default();
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => heard.data.extend_from_slice(&data),
            ChannelMsg::ExitStatus { exit_status } => heard.status = Some(exit_status),
            ChannelMsg::Eof => heard.eof = true,
            _ => {}
        }
    }
    heard
}
