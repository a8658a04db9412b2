use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::stopwatch::Stopwatch;

/// A process that runs until it is dropped, and the lines it prints.
#[derive(Debug)]
pub(crate) struct Running {
    name: &'static str,
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    /// Starts `command`, known as `name`.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("cannot start {name}"))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || forward(stdout, &sender));
        }
        Ok(Self { name, child, lines })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes `line` to its standard input.
    pub(crate) fn say(&mut self, line: &str) -> anyhow::Result<()> {
        let stdin = self.child.stdin.as_mut().context("its standard input is closed")?;
        writeln!(stdin, "{line}")
            .and_then(|()| stdin.flush())
            .with_context(|| format!("{} has ended", self.name))
    }

    /// The next line that it prints within `limit`.
    pub(crate) fn line(&self, limit: Duration) -> anyhow::Result<String> {
        self.lines.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => anyhow!("{} said nothing within {limit:?}", self.name),
            RecvTimeoutError::Disconnected => anyhow!("{} has ended", self.name),
        })
    }

    /// Waits until it prints a line that begins with `word`, and returns that line.
    pub(crate) fn wait_for(&self, word: &str, limit: Duration) -> anyhow::Result<String> {
        let watch = Stopwatch::start();
        loop {
            let line = self.line(watch.left_of(limit)).with_context(|| format!("no `{word}`"))?;
            if line.starts_with(word) {
                return Ok(line);
            }
        }
    }

    /// Waits until something takes connections at `address`, for programs that do not say so themselves.
    pub(crate) fn wait_for_port(&self, address: SocketAddr) -> anyhow::Result<()> {
        let watch = Stopwatch::start();
        while TcpStream::connect(address).is_err() {
            if watch.elapsed() > PORT_TIME_MAX {
                bail!("{} took no connection within {PORT_TIME_MAX:?}", self.name);
            }
            self.idle(PORT_POLL)?;
        }
        Ok(())
    }

    /// Lets `time` pass, unless the process ends meanwhile.
    pub(crate) fn idle(&self, time: Duration) -> anyhow::Result<()> {
        let watch = Stopwatch::start();
        loop {
            match self.lines.recv_timeout(watch.left_of(time)) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => bail!("{} has ended", self.name),
            }
        }
    }

    /// Asks it to end, as an init system would, and waits until it has.
    pub(crate) fn terminate(mut self) -> anyhow::Result<()> {
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw).context("no process id")?;
        kill_process(id, Signal::TERM).with_context(|| format!("cannot end {}", self.name))?;
        let watch = Stopwatch::start();
        // The end of its output is its end.
        while !matches!(self.lines.recv_timeout(STOP_TIME_MAX), Err(RecvTimeoutError::Disconnected)) {
            if watch.elapsed() > STOP_TIME_MAX {
                bail!("{} did not end within {STOP_TIME_MAX:?}", self.name);
            }
        }
        self.child.wait().with_context(|| format!("cannot wait for {}", self.name))?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; nothing is to be done about either failure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of the loopback address that was free a moment ago, for programs that cannot choose one themselves.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    listener.local_addr().context("no free port")
}

/// Runs `command` to its end.
pub(crate) fn run(name: &'static str, command: &mut Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn forward(pipe: impl Read, sender: &mpsc::Sender<String>) {
    for line in BufReader::new(pipe).lines().map_while(Result::ok) {
        // Read on when nobody listens any more: a full pipe would block the process.
        let _ = sender.send(line);
    }
}

/// The longest until a peer takes connections.
const PORT_TIME_MAX: Duration = Duration::from_secs(20);

/// How often it is tried: how exactly a start is timed.
const PORT_POLL: Duration = Duration::from_millis(1);

/// The longest orderly stop.
const STOP_TIME_MAX: Duration = Duration::from_secs(30);
