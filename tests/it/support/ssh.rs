//! Stock OpenSSH.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::dialogue::Dialogue;
use crate::endpoints::{Kind, Site};
use crate::process::{Output, run, run_with};

/// An `ssh` that logs in to `site` as `account` with `password`, once.
#[track_caller]
pub fn ssh(site: &Site, account: &str, password: &str) -> Ssh {
    let listener = site.listener(Kind::Ssh);
    Ssh::at(&listener.address, listener.port, account).answers(&[password])
}

/// An `ssh` command line in the making. Each value has a folder of its own, and nothing of `~/.ssh` is read.
#[derive(Debug)]
pub struct Ssh {
    folder: Arc<TempDir>,
    address: String,
    port: u16,
    account: String,
    answers: Vec<String>,
    options: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Ssh {
    /// An `ssh` to `port` at `address`, as `account`, which offers passwords only.
    pub fn at(address: &str, port: u16, account: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("understudy-ssh-").tempdir().expect("a folder");
        write_script(&folder.path().join(ASKPASS), ASKPASS_SCRIPT);
        let known_hosts = format!("UserKnownHostsFile={}", folder.path().join("known_hosts").display());
        let ssh = Self {
            folder: Arc::new(folder),
            address: address.to_owned(),
            port,
            account: account.to_owned(),
            answers: Vec::new(),
            options: Vec::new(),
            environment: Vec::new(),
        };
        ssh.option(&known_hosts)
            .option("GlobalKnownHostsFile=/dev/null")
            .option("StrictHostKeyChecking=no")
            .option("ConnectTimeout=30")
            .methods("password")
            .prompts(1)
    }

    /// With `answers` to what it asks for, in their order; the last one also answers all later questions.
    #[must_use]
    pub fn answers(mut self, answers: &[&str]) -> Self {
        self.answers = answers.iter().map(|&answer| answer.to_owned()).collect();
        self
    }

    /// With up to `count` password prompts on one connection.
    #[must_use]
    pub fn prompts(self, count: u32) -> Self {
        self.option(&format!("NumberOfPasswordPrompts={count}"))
    }

    /// With the authentication methods `list` (RFC 4252 names, by comma).
    #[must_use]
    pub fn methods(self, list: &str) -> Self {
        self.option(&format!("PreferredAuthentications={list}"))
    }

    /// With the private key in `file`, and no password.
    #[must_use]
    pub fn key(self, file: &Path) -> Self {
        let identity = format!("IdentityFile={}", file.display());
        self.methods("publickey").option("IdentitiesOnly=yes").option(&identity)
    }

    /// With `address` (of this machine, such as `127.1.0.1`) as the source of its connection.
    #[must_use]
    pub fn from(self, address: &str) -> Self {
        self.option(&format!("BindAddress={address}"))
    }

    /// With one more `-o` option, as in `ssh_config(5)`. The first of two values counts there, the last here.
    #[must_use]
    pub fn option(mut self, option: &str) -> Self {
        self.options.insert(0, option.to_owned());
        self
    }

    /// With the variable `name` in its environment.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs `command` without a terminal.
    #[track_caller]
    pub fn exec(&self, command: &str) -> Output {
        self.finish(&["-T"], Some(command), "")
    }

    /// Runs a command that need not be text.
    #[track_caller]
    pub fn exec_bytes(&self, command: &[u8]) -> Output {
        run(self.command(&["-T"], None).arg(OsStr::from_bytes(command)), "")
    }

    /// Opens a shell without a terminal, types `script` and hangs up.
    #[track_caller]
    pub fn shell(&self, script: &str) -> Output {
        self.finish(&["-T"], None, script)
    }

    /// Opens a shell and types what need not be text, in a terminal or without one, and hangs up.
    #[track_caller]
    pub fn shell_bytes(&self, terminal: bool, keys: &[u8]) -> Output {
        run_with(&mut self.command(&[if terminal { "-tt" } else { "-T" }], None), keys)
    }

    /// Opens a shell in a terminal, types `script` and hangs up. A line ends with `\r` there.
    #[track_caller]
    pub fn terminal(&self, script: &str) -> Output {
        self.finish(&["-tt"], None, script)
    }

    /// Runs with other switches, such as `-N -L 1:localhost:1` or `-s` and the name of a subsystem.
    #[track_caller]
    pub fn with(&self, switches: &[&str], command: Option<&str>) -> Output {
        self.finish(switches, command, "")
    }

    /// Opens a shell without a terminal that stays open, to be talked with line by line.
    #[track_caller]
    pub fn open(&self) -> Dialogue {
        Dialogue::start(self.command(&["-T"], None), "\n", Arc::clone(&self.folder))
    }

    /// Opens a shell in a terminal that stays open, to be talked with key by key.
    #[track_caller]
    pub fn open_terminal(&self) -> Dialogue {
        Dialogue::start(self.command(&["-tt"], None), "\r", Arc::clone(&self.folder))
    }

    /// Opens a shell in a terminal of its own, `columns` wide, whose path is the first line printed:
    /// see [`resize_terminal`].
    #[track_caller]
    pub fn open_window(&self, columns: u16) -> Dialogue {
        let ssh = self.command(&["-tt"], None);
        let words = std::iter::once(ssh.get_program()).chain(ssh.get_args());
        let quoted: Vec<_> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
        let line = format!("tty; stty cols {columns} rows 24; exec {}", quoted.join(" "));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
        for (name, value) in ssh.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        Dialogue::start(script, "\r", Arc::clone(&self.folder))
    }

    /// What it was asked so far, a line for each prompt.
    pub fn asked(&self) -> Vec<String> {
        let prompts = fs::read_to_string(self.folder.path().join(PROMPTS)).unwrap_or_default();
        prompts.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn finish(&self, switches: &[&str], command: Option<&str>, input: &str) -> Output {
        let mut output = run(&mut self.command(switches, command), input);
        // Said at every first meeting with a host key, and here every meeting is the first.
        let told = output.stderr.lines().filter(|line| !line.starts_with("Warning: Permanently added"));
        output.stderr = told.map(|line| line.trim_end_matches('\r')).collect::<Vec<_>>().join("\n");
        output
    }

    fn command(&self, switches: &[&str], command: Option<&str>) -> Command {
        let mut ssh = Command::new("ssh");
        // The answers are a file of this run's own folder: they show in no process list.
        fs::write(self.folder.path().join(ANSWERS), self.answers.join("\n")).expect("answers can be written");
        ssh.env("SSH_ASKPASS", self.folder.path().join(ASKPASS)).env("SSH_ASKPASS_REQUIRE", "force");
        ssh.env("UNDERSTUDY_TEST_FOLDER", self.folder.path());
        ssh.env_remove("SSH_AUTH_SOCK").env("TERM", "xterm");
        ssh.envs(self.environment.iter().map(|(name, value)| (name, value)));
        ssh.args(["-F", "none"]).args(self.options.iter().flat_map(|option| ["-o", option]));
        ssh.args(switches).args(["-p", &self.port.to_string(), "-l", &self.account]);
        ssh.arg(&self.address).args(command);
        ssh
    }
}

/// Makes the terminal at `path` `columns` wide, as dragging its window would.
#[track_caller]
pub fn resize_terminal(path: &str, columns: u16) {
    let mut stty = Command::new("stty");
    let output = run(stty.args(["-F", path, "cols", &columns.to_string()]), "");
    assert!(output.succeeded(), "stty: {}", output.stderr);
}

/// A fresh Ed25519 key, as `ssh-keygen` makes it.
#[derive(Debug)]
pub struct KeyPair {
    folder: TempDir,
}

impl KeyPair {
    /// Makes one, without a passphrase.
    #[track_caller]
    pub fn generate() -> Self {
        let folder = tempfile::Builder::new().prefix("understudy-key-").tempdir().expect("a folder");
        let key = Self { folder };
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(key.private());
        let output = run(&mut keygen, "");
        assert!(output.succeeded(), "ssh-keygen: {}", output.stderr);
        key
    }

    /// The file of the private key.
    pub fn private(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    /// The public key, as a line of an `authorized_keys` file.
    #[track_caller]
    pub fn public(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("key.pub"));
        text.expect("ssh-keygen wrote a public key").trim().to_owned()
    }
}

fn write_script(file: &Path, text: &str) {
    fs::write(file, text).expect("a script can be written");
    fs::set_permissions(file, fs::Permissions::from_mode(0o700)).expect("a script can be made executable");
}

/// Notes the prompt and prints the answer that is next; the last answer when there are no more.
const ASKPASS_SCRIPT: &str = r#"#!/bin/sh
cd "$UNDERSTUDY_TEST_FOLDER" || exit 1
printf '%s' "$1" | tr '\n' ' ' >>prompts
echo >>prompts
asked=$(wc -l <prompts)
awk -v asked="$asked" '{ answer = $0 } NR == asked { exit } END { print answer }' answers
"#;

const ASKPASS: &str = "askpass";
const ANSWERS: &str = "answers";
const PROMPTS: &str = "prompts";
