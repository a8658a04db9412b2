//! OpenSSH's server, with a configuration of its own and nothing of the system's.
//!
//! It lets the account in that runs the bench, by public key: passwords would need PAM and an account of the system.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use super::find;
use crate::keys::Keys;
use crate::running::{Running, free_address};

/// The running server.
#[derive(Debug)]
pub(crate) struct Sshd {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
}

impl Sshd {
    /// Starts it.
    pub(crate) fn start(keys: &Keys) -> anyhow::Result<Self> {
        let program = find("sshd")?;
        make_separation_folder()?;
        let address = free_address()?;
        let (config, authorized) = (keys.folder().join("sshd_config"), keys.folder().join("authorized_keys"));
        fs::copy(keys.client().with_extension("pub"), &authorized).context("no public key")?;
        fs::set_permissions(&authorized, fs::Permissions::from_mode(0o600))?;
        let home = keys.folder().join("home");
        fs::create_dir_all(&home)?;
        fs::write(&config, text(address, &keys.host(), &authorized, &home))?;
        let mut command = Command::new(program);
        // sshd insists on an absolute path of its own, which `find` gave.
        command.args(["-D", "-e", "-f"]).arg(&config);
        let running = Running::start("sshd", &mut command)?;
        running.wait_for_port(address)?;
        Ok(Self { running, address })
    }
}

/// As Debian ships it, but for what the bench needs: no PAM, no limit that the load would run into, no log. The
/// home is empty: the login shell must not read, at sshd's expense, what this machine's user has in his own.
fn text(address: SocketAddr, host_key: &Path, authorized: &Path, home: &Path) -> String {
    let (ip, port) = (address.ip(), address.port());
    let (host_key, authorized, home) = (host_key.display(), authorized.display(), home.display());
    format!(
        "ListenAddress {ip}\nPort {port}\nHostKey {host_key}\nAuthorizedKeysFile {authorized}\nPidFile none\n\
         UsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\nMaxStartups 1000\nMaxSessions 1000\nUseDNS no\nPrintMotd no\n\
         LogLevel QUIET\nSetEnv HOME={home}\n"
    )
}

/// Root's sshd confines itself to an empty folder, which the service makes at boot and a bare machine may lack.
fn make_separation_folder() -> anyhow::Result<()> {
    if rustix::process::geteuid().is_root() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(SEPARATION_FOLDER)?;
    }
    Ok(())
}

const SEPARATION_FOLDER: &str = "/run/sshd";
