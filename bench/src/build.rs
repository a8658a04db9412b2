use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// The `understudy` to be measured, and how it was built.
#[derive(Debug)]
pub(crate) struct Build {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// The folder that cargo builds into, on the file system that the state will be on.
    pub(crate) target: PathBuf,
    /// Whether it is a release.
    pub(crate) optimised: bool,
}

impl Build {
    /// Builds it with the profile that the bench itself was built with, or takes the one that `UNDERSTUDY_BINARY`
    /// names.
    pub(crate) fn make() -> anyhow::Result<Self> {
        let this = env::current_exe().context("the bench does not know its own path")?;
        let folder = this.parent().context("the bench lies in no folder")?;
        let target = folder.parent().context("the bench does not lie in <target>/<profile>")?.to_owned();
        let profile = folder.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let profile = if profile == "debug" { "dev" } else { profile };
        let binary = match env::var_os("UNDERSTUDY_BINARY") {
            Some(binary) => PathBuf::from(binary),
            None => build(&target, profile).map(|()| folder.join("understudy"))?,
        };
        if !binary.is_file() {
            bail!("there is no {}", binary.display());
        }
        Ok(Self { binary, target, optimised: profile != "dev" })
    }
}

fn build(target: &Path, profile: &str) -> anyhow::Result<()> {
    // Beside the bench, so that cargo settles on the same features for both and builds what they share once.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["build", "--quiet", "--locked", "--package", "understudy", "--profile", profile])
        .arg("--target-dir")
        .arg(target)
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("cannot build understudy");
    }
    Ok(())
}
