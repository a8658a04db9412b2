//! Waiting for what only shows when one looks, and saying what was left out.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

/// Looks again and again until `look` finds something; fails the test where it never does.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS_MAX {
        if let Some(found) = look() {
            return found;
        }
        thread::park_timeout(LOOK_AGAIN);
    }
    panic!("waited in vain for {what}");
}

/// Lets a moment pass, so that something happens at another moment than the time before.
pub fn pass(time: Duration) {
    thread::park_timeout(time);
}

/// Says on the terminal, and not only where a test fails, that `what` was left out because of `why`.
pub fn skipped(what: &str, why: &str) {
    // Written past the capture of the test harness, which only shows what failing tests print.
    let _ = writeln!(io::stderr(), "SKIPPED: {what}: {why}");
}

/// Half a minute in all.
const LOOKS_MAX: u32 = 1_500;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
