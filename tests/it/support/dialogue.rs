//! A program that is talked with while it runs.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use tempfile::TempDir;

use crate::process::{Output, RUN_TIME_MAX, plain};

/// A running client: say something, expect something, in turns.
#[derive(Debug)]
pub struct Dialogue {
    child: Child,
    stdin: Option<ChildStdin>,
    line_end: &'static str,
    pieces: mpsc::Receiver<(Stream, Vec<u8>)>,
    heard: Vec<u8>,
    complaints: Vec<u8>,
    /// The client's files, which must live as long as it does.
    _folder: Arc<TempDir>,
}

/// Where a piece of output came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Stdout,
    Stderr,
}

impl Dialogue {
    /// Starts `command`, whose lines end with `line_end` and whose files lie in `folder`.
    #[track_caller]
    pub(crate) fn start(mut command: Command, line_end: &'static str, folder: Arc<TempDir>) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("a client can be started");
        let (sender, pieces) = mpsc::sync_channel(PIECES_MAX);
        if let Some(stdout) = child.stdout.take() {
            pump(Stream::Stdout, stdout, sender.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            pump(Stream::Stderr, stderr, sender);
        }
        let stdin = child.stdin.take();
        Self { child, stdin, line_end, pieces, heard: Vec::new(), complaints: Vec::new(), _folder: folder }
    }

    /// Types `line` and the key that ends a line.
    #[track_caller]
    pub fn say(&mut self, line: &str) {
        self.press(&format!("{line}{}", self.line_end));
    }

    /// Types `keys` as they are: `\t` for tab, `\u{3}` for Ctrl-C, `\u{1b}[A` for the up arrow.
    ///
    /// A client that is gone already takes no keys; what comes of it is for [`expect`](Self::expect) to say.
    #[track_caller]
    pub fn press(&mut self, keys: &str) {
        let stdin = self.stdin.as_mut().expect("the dialogue is not over");
        let _ = stdin.write_all(keys.as_bytes()).and_then(|()| stdin.flush());
    }

    /// Waits until `text` is printed, and returns all that was printed since the last call, `text` included.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        plain(&self.expect_raw(text))
    }

    /// The same, with every control character as it came.
    #[track_caller]
    pub fn expect_raw(&mut self, text: &str) -> String {
        loop {
            if let Some(end) = find(&self.heard, text.as_bytes()) {
                let rest = self.heard.split_off(end);
                let heard = std::mem::replace(&mut self.heard, rest);
                return String::from_utf8_lossy(&heard).into_owned();
            }
            if let Err(error) = self.hear() {
                let heard = plain(&String::from_utf8_lossy(&self.heard));
                let complaints = String::from_utf8_lossy(&self.complaints);
                panic!("waited in vain for {text:?} ({error}); heard:\n{heard}\n{complaints}");
            }
        }
    }

    /// Hangs up, and returns what was printed since the last [`expect`](Self::expect).
    #[track_caller]
    pub fn finish(mut self) -> Output {
        self.stdin = None;
        self.wait()
    }

    /// Waits until the other side hangs up, and returns what was printed since the last
    /// [`expect`](Self::expect).
    #[track_caller]
    pub fn wait(&mut self) -> Output {
        let error = loop {
            if let Err(error) = self.hear() {
                break error;
            }
        };
        assert!(
            error == RecvTimeoutError::Disconnected,
            "the other side did not hang up in {RUN_TIME_MAX:?}"
        );
        Output {
            stdout: String::from_utf8_lossy(&self.heard).into_owned(),
            stderr: String::from_utf8_lossy(&self.complaints).into_owned(),
            status: self.child.wait().expect("a child can be waited for").code(),
        }
    }

    /// Takes in one more piece of output.
    fn hear(&mut self) -> Result<(), RecvTimeoutError> {
        let (stream, piece) = self.pieces.recv_timeout(RUN_TIME_MAX)?;
        match stream {
            Stream::Stdout => self.heard.extend(piece),
            Stream::Stderr => self.complaints.extend(piece),
        }
        Ok(())
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Passes on what `pipe` holds, piece by piece, until it ends or nobody listens.
fn pump(stream: Stream, mut pipe: impl Read + Send + 'static, sender: mpsc::SyncSender<(Stream, Vec<u8>)>) {
    thread::spawn(move || {
        let mut buffer = [0; 4_096];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            if sender.send((stream, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    });
}

/// Where the first occurrence of `needle` ends.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let start = haystack.windows(needle.len().max(1)).position(|window| window == needle)?;
    Some(start + needle.len())
}

/// Pieces of output that may wait to be heard; beyond it the client waits.
const PIECES_MAX: usize = 1_024;
