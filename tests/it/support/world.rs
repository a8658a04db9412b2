//! A running world: the binary, a state folder, and an end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::binary::binary;
use crate::director::Director;
use crate::endpoints::{Endpoints, Site};
use crate::process::{Output, run};

/// A world that runs until it is dropped.
#[derive(Debug)]
pub struct World {
    folder: TempDir,
    state: PathBuf,
    arguments: Vec<String>,
    process: Process,
    endpoints: Endpoints,
}

/// How to end a running world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// SIGKILL, as a crash would: nothing is flushed, nothing is said.
    Kill,
    /// SIGTERM, as an init system would.
    Terminate,
}

impl World {
    /// Starts the world that `scenario` describes, and waits until every listener is ready.
    #[track_caller]
    pub fn start(scenario: &str) -> Self {
        Self::start_with(scenario, &[])
    }

    /// The same, with more `arguments` on the command line.
    #[track_caller]
    pub fn start_with(scenario: &str, arguments: &[&str]) -> Self {
        let folder = prepare(scenario);
        let state = folder.path().join(STATE);
        Self::begin(folder, state, arguments)
    }

    /// The same, with the state folder on a disk of its own that is mounted at `disk`.
    #[track_caller]
    pub fn start_on(disk: &Path, scenario: &str) -> Self {
        Self::begin(prepare(scenario), disk.join(STATE), &[])
    }

    #[track_caller]
    fn begin(folder: TempDir, state: PathBuf, arguments: &[&str]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let process = Process::start(folder.path(), &state, &arguments);
        let endpoints = Endpoints::read(&folder.path().join(ENDPOINTS));
        Self { folder, state, arguments, process, endpoints }
    }

    /// Runs `serve` on a `scenario` that it must not accept, and returns what it said.
    #[track_caller]
    pub fn refuse(scenario: &str, arguments: &[&str]) -> Output {
        let folder = prepare(scenario);
        let output = run(serve(folder.path(), &folder.path().join(STATE)).args(arguments), "");
        assert!(!output.succeeded(), "the scenario was accepted:\n{scenario}");
        output
    }

    /// The site called `id`, as it listens now: ask again after a restart.
    #[track_caller]
    pub fn site(&self, id: &str) -> Site {
        let found = self.endpoints.sites.iter().find(|site| site.id == id);
        found.unwrap_or_else(|| panic!("the world has no site {id}")).clone()
    }

    /// Understudy's own control API.
    #[track_caller]
    pub fn director(&self) -> Director {
        Director::of(&self.endpoints)
    }

    /// All that the endpoints file says.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The certificate that vouches for every HTTPS listener.
    pub fn ca_file(&self) -> &Path {
        &self.endpoints.ca_file
    }

    /// The state folder.
    pub fn state(&self) -> PathBuf {
        self.state.clone()
    }

    /// The operator's root key, which lies outside the state folder.
    pub fn root_key(&self) -> PathBuf {
        self.folder.path().join(ROOT_KEY)
    }

    /// What the process has written to its standard error so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.child.id()
    }

    /// Whether the process is still there.
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.child.try_wait(), Ok(None))
    }

    /// Ends the process and starts it again on the same state folder.
    #[track_caller]
    pub fn restart(&mut self, how: Stop) {
        self.stop(how);
        self.start_again();
    }

    /// Ends the process and returns its exit status. The state folder stays.
    #[track_caller]
    pub fn stop(&mut self, how: Stop) -> ExitStatus {
        self.process.stop(how)
    }

    /// Starts the process again on the same state folder, after a [`stop`](Self::stop).
    #[track_caller]
    pub fn start_again(&mut self) {
        let _ = fs::remove_file(self.folder.path().join(ENDPOINTS));
        self.process = Process::start(self.folder.path(), &self.state, &self.arguments);
        self.endpoints = Endpoints::read(&self.folder.path().join(ENDPOINTS));
    }

    /// Takes the state folder of the disk that is mounted at `disk`, from the next start on.
    pub fn move_to(&mut self, disk: &Path) {
        self.state = disk.join(STATE);
    }

    /// Stops the process where it stands (SIGSTOP): it does nothing more until it is killed.
    #[track_caller]
    pub fn pause(&self) {
        self.process.signal(Signal::STOP);
    }

    /// Runs a second process on the same state folder, which it must find taken; returns what it said.
    #[track_caller]
    pub fn start_second(&self) -> Output {
        run(serve(self.folder.path(), &self.state).args(&self.arguments), "")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.process.child.kill();
        let _ = self.process.child.wait();
        if thread::panicking() {
            eprintln!("--- understudy's log ---\n{}", tail(&self.log()));
        }
    }
}

impl Site {
    /// Whether anything takes connections at the listener of `kind`.
    #[track_caller]
    pub fn answers(&self, kind: crate::Kind) -> bool {
        let listener = self.listener(kind);
        TcpStream::connect((listener.address.as_str(), listener.port)).is_ok()
    }

    /// Waits until the listener of `kind` takes connections, or takes none: it follows a setting within moments.
    #[track_caller]
    pub fn until_answers(&self, kind: crate::Kind, wanted: bool) {
        for _ in 0..PROBES_MAX {
            if self.answers(kind) == wanted {
                return;
            }
            thread::yield_now();
        }
        panic!("the {kind:?} listener of {} does not follow: it should answer: {wanted}", self.id);
    }
}

/// A folder with the scenario in it. Everything a world writes goes there.
#[track_caller]
fn prepare(scenario: &str) -> TempDir {
    let folder = tempfile::Builder::new().prefix("understudy-").tempdir().expect("a temporary folder");
    fs::write(folder.path().join(SCENARIO), scenario).expect("a scenario can be written");
    folder
}

fn serve(folder: &Path, state: &Path) -> Command {
    let mut command = Command::new(binary());
    command.arg("serve").arg(folder.join(SCENARIO)).arg("--state").arg(state);
    for (option, file) in [("--endpoints", ENDPOINTS), ("--root-key", ROOT_KEY)] {
        command.arg(option).arg(folder.join(file));
    }
    command
}

/// The running binary, and the thread that listens to its standard output.
#[derive(Debug)]
struct Process {
    child: Child,
    /// Says `()` at the ready line and hangs up when the process ends. The mutex only makes a world `Sync`.
    events: Mutex<mpsc::Receiver<()>>,
}

impl Process {
    #[track_caller]
    fn start(folder: &Path, state: &Path, arguments: &[String]) -> Self {
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join(LOG));
        let mut child = serve(folder, state)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("a log can be written"))
            .spawn()
            .expect("understudy can be started");
        let events = listen(child.stdout.take().expect("standard output is a pipe"));
        if events.recv_timeout(READY_TIME_MAX).is_err() {
            let _ = child.kill();
            let _ = child.wait();
            let log = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
            panic!("understudy never said \"{READY}\"; its log:\n{}", tail(&log));
        }
        Self { child, events: Mutex::new(events) }
    }

    #[track_caller]
    fn stop(&mut self, how: Stop) -> ExitStatus {
        match how {
            Stop::Kill => self.child.kill().expect("a child can be killed"),
            Stop::Terminate => self.signal(Signal::TERM),
        }
        let events = self.events.get_mut().expect("no thread panics with the events in hand");
        if events.recv_timeout(STOP_TIME_MAX) == Err(RecvTimeoutError::Timeout) {
            let _ = self.child.kill();
            panic!("understudy did not end within {STOP_TIME_MAX:?}");
        }
        self.child.wait().expect("a child can be waited for")
    }

    #[track_caller]
    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(id.expect("a child has an id"), signal).expect("a child can be signalled");
    }
}

/// Reports the ready line of `stdout`, and reads on, so that a talkative process never blocks on a full pipe.
fn listen(stdout: ChildStdout) -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        for _ in lines.filter(|line| line.starts_with(READY)) {
            let _ = sender.send(());
        }
    });
    receiver
}

/// The last lines of `log`: enough to see what went wrong.
fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
}

/// The word that opens the line on standard output when every listener takes connections.
const READY: &str = "ready";

/// The longest start on a busy machine; a start takes well under a second on a quiet one.
const READY_TIME_MAX: Duration = Duration::from_mins(1);

/// The longest orderly stop.
const STOP_TIME_MAX: Duration = Duration::from_secs(30);

/// How often a listener is probed: some seconds' worth.
const PROBES_MAX: usize = 100_000;

/// Log lines shown with a failed test.
const LOG_LINES_SHOWN: usize = 60;

const SCENARIO: &str = "scenario.toml";
const STATE: &str = "state";
const ENDPOINTS: &str = "endpoints.json";
const ROOT_KEY: &str = "keys/root.key";
const LOG: &str = "understudy.log";
