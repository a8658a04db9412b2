//! Where the binary under test is, and how it comes to be there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::process::{Output, run, run_within};

/// Runs `understudy` with `arguments` to its end, as a person at a prompt would.
#[track_caller]
pub fn understudy(arguments: &[&str]) -> Output {
    run(Command::new(binary()).args(arguments), "")
}

/// The same in `folder`, so that what it says of files is the same wherever that folder is.
#[track_caller]
pub fn understudy_in(folder: &Path, arguments: &[&str]) -> Output {
    run(Command::new(binary()).current_dir(folder).args(arguments), "")
}

/// The path of the example `name` of the crate `package`, built with the profile of the tests.
#[track_caller]
pub fn example(package: &str, name: &str) -> PathBuf {
    let profile_dir = profile_dir();
    // `--workspace` for the same reason as below.
    cargo_build(&profile_dir, &["--workspace", "--example", name, "--test", "it"]);
    let example = profile_dir.join("examples").join(name);
    assert!(example.is_file(), "{package} has no example {name}");
    example
}

/// The top folder of the work tree.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// The path of the `understudy` binary: built once per test run with the profile of the tests, or the one that
/// `UNDERSTUDY_BINARY` names, such as a release to be proven.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os("UNDERSTUDY_BINARY").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let profile_dir = profile_dir();
    // The whole workspace and `--test it` make cargo unify features exactly as `cargo test --workspace`
    // does: the dependencies are those already built, and only the binary itself may be new.
    cargo_build(&profile_dir, &["--workspace", "--bin", "understudy", "--test", "it"]);
    profile_dir.join("understudy")
}

/// Where cargo puts what it builds with the profile of the tests.
fn profile_dir() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    test.ancestors().nth(2).expect("tests lie in <target>/<profile>/deps").to_owned()
}

#[track_caller]
fn cargo_build(profile_dir: &Path, targets: &[&str]) {
    let profile = match profile_dir.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let output = run_within(
        BUILD_TIME_MAX,
        Command::new(env!("CARGO"))
            .current_dir(workspace())
            .args(["build", "--quiet", "--offline"])
            .args(targets)
            .args(["--profile", profile])
            .arg("--target-dir")
            .arg(profile_dir.parent().expect("a profile lies in the target folder")),
        b"",
    );
    assert!(output.succeeded(), "cannot build {targets:?}:\n{}", output.stderr);
}

/// The longest build: everything from nothing, on a small busy machine.
const BUILD_TIME_MAX: Duration = Duration::from_mins(30);
