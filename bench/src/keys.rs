use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::load::Login;
use crate::running::run;

/// A host key and a client's key, Ed25519 both, made anew for each run.
#[derive(Debug)]
pub(crate) struct Keys {
    folder: PathBuf,
}

impl Keys {
    /// Makes them in `folder`.
    pub(crate) fn generate(folder: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let keys = Self { folder };
        for file in [keys.host(), keys.client()] {
            let mut command = Command::new("ssh-keygen");
            run(
                "ssh-keygen",
                command.args(["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"]).arg(file),
            )?;
        }
        Ok(keys)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the servers' key.
    pub(crate) fn host(&self) -> PathBuf {
        self.folder.join("host")
    }

    /// The file of the client's private key.
    pub(crate) fn client(&self) -> PathBuf {
        self.folder.join("client")
    }

    /// How the client logs in with its key, as the account that runs the bench.
    pub(crate) fn login(&self) -> anyhow::Result<Login> {
        let name = run("id", Command::new("id").arg("-un"))?;
        Ok(Login::Key { name, file: self.client() })
    }
}
