//! Running a program to its end, within a limit.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What a finished program left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Standard output, as text; what is not UTF-8 shows as U+FFFD.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
    /// The exit status; `None` where a signal ended the program.
    pub status: Option<i32>,
}

impl Output {
    /// Whether the program ended with exit status 0.
    pub fn succeeded(&self) -> bool {
        self.status == Some(0)
    }

    /// Standard output as a reader of the terminal sees it: see [`plain`].
    pub fn screen(&self) -> String {
        plain(&self.stdout)
    }
}

/// Runs `command` with `input` on its standard input, and waits for its end.
///
/// A program that takes longer than [`RUN_TIME_MAX`] is killed and fails the test.
#[track_caller]
pub fn run(command: &mut Command, input: &str) -> Output {
    run_with(command, input.as_bytes())
}

/// The same, with an input that need not be text.
#[track_caller]
pub fn run_with(command: &mut Command, input: &[u8]) -> Output {
    run_within(RUN_TIME_MAX, command, input)
}

/// The same, for what may take as long as `limit`.
#[track_caller]
pub(crate) fn run_within(limit: Duration, command: &mut Command, input: &[u8]) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {name}: {error} (`make setup` installs it)"));
    let stdin = child.stdin.take().map(|pipe| feed(pipe, input.to_vec()));
    let stdout = child.stdout.take().map(drain);
    let stderr = child.stderr.take().map(drain);
    let stdout = collect(stdout, &name, &mut child, limit);
    let stderr = collect(stderr, &name, &mut child, limit);
    drop(stdin);
    let status = child.wait().expect("a child can be waited for").code();
    Output { stdout, stderr, status }
}

/// `text` without carriage returns and without the escape sequences of a terminal.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(it) = chars.next() {
        match it {
            '\r' => {}
            '\u{1b}' if chars.next_if_eq(&'[').is_some() => {
                // ECMA-48: a control sequence ends with a byte of columns 4 to 7.
                while chars.next().is_some_and(|it| !('@'..='~').contains(&it)) {}
            }
            '\u{1b}' => {
                chars.next();
            }
            it => out.push(it),
        }
    }
    out
}

/// Writes `bytes` in a thread of its own: a program that prints before it has read all must not block us.
fn feed(mut pipe: impl Write + Send + 'static, bytes: Vec<u8>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        // A program that hangs up early (a refused login) is no failure of the test.
        let _ = pipe.write_all(&bytes);
    })
}

/// Reads `pipe` to its end in a thread of its own.
fn drain(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

#[track_caller]
fn collect(pipe: Option<mpsc::Receiver<Vec<u8>>>, name: &str, child: &mut Child, limit: Duration) -> String {
    let Some(pipe) = pipe else { return String::new() };
    let Ok(bytes) = pipe.recv_timeout(limit) else {
        let _ = child.kill();
        let _ = child.wait();
        panic!("{name} did not end within {limit:?}");
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The longest a client may run. Far above any honest answer on a busy machine, far below a stuck build.
pub(crate) const RUN_TIME_MAX: Duration = Duration::from_mins(2);
