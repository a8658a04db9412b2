//! Whom Understudy is measured beside. Each is started by the bench, on a free port, and ended by it.

pub(crate) mod bare_russh;
pub(crate) mod fdatasync;
pub(crate) mod nginx;
pub(crate) mod sshd;

use std::env;
use std::path::PathBuf;

use anyhow::{Context, anyhow};

/// The russh server, as the table calls it.
pub(crate) const BARE_RUSSH: &str = "bare russh";
/// OpenSSH, logged in to by public key.
pub(crate) const SSHD: &str = "sshd (key)";
/// OpenSSH with a command that its shell knows itself.
pub(crate) const SSHD_BUILT_IN: &str = "sshd echo";
/// OpenSSH with a command that is a program.
pub(crate) const SSHD_PROGRAM: &str = "sshd /bin/echo";
/// nginx.
pub(crate) const NGINX: &str = "nginx";
/// Appending and fdatasync.
pub(crate) const FDATASYNC: &str = "fdatasync";

/// Where `program` is; servers live in sbin, which is not on everyone's PATH.
fn find(program: &str) -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let found = folders.map(|folder| folder.join(program)).find(|file| file.is_file());
    found.ok_or_else(|| anyhow!("there is no {program} here")).context("`make setup` installs it")
}
