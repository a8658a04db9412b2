//! Bad input, from callers and from operators: a clear refusal, no panic, nothing told that is nobody's business,
//! and the next honest client is served as if nothing had been.

mod files;
mod http;
mod slow;
mod ssh;
mod state;
mod tls;

use support::{Site, World, curl};

/// The server still serves an honest client over every face of `site`, and quickly.
#[track_caller]
fn still_serves(site: &Site) {
    let visitor = curl(site).option(&["--max-time", QUICK_S]);
    let page = visitor.get("/login");
    assert_eq!(page.status, 200, "{}", page.body);
    let account = "mxone_admin";
    let client = support::ssh(site, account, site.password(account));
    let output = client.option(&format!("ConnectTimeout={QUICK_S}")).exec("extension -p");
    assert_eq!(output.status, Some(0), "{}", output.stderr);
}

/// The process is there and has not panicked.
#[track_caller]
fn is_unharmed(mut world: World) {
    assert!(world.is_running(), "the process has ended");
    assert!(!world.log().contains("panicked"), "{}", world.log());
}

/// An answer says nothing of the machine it runs on or of what it is made of.
#[track_caller]
fn tells_nothing(what: &str, answer: &str) {
    let lower = answer.to_lowercase();
    let told: Vec<_> = TELLING.iter().filter(|word| lower.contains(**word)).collect();
    assert!(told.is_empty(), "{what} tells {told:?}:\n{answer}");
}

/// What only the log may say: paths, source files, libraries.
const TELLING: &[&str] = &[
    "/tmp/",
    "/home/",
    "/usr/",
    "/src/",
    ".rs:",
    "panicked",
    "backtrace",
    "sled",
    "hyper",
    "rustls",
    "russh",
    "tokio",
    "serde",
    "axum",
    "errno",
    "os error",
];

/// An honest client waits no longer, in seconds, whatever others do; far above what it takes on a busy machine.
const QUICK_S: &str = "10";
