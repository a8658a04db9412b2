//! What the tests share: a running world, and the real clients that talk to it.
//!
//! A test starts a [`World`] from a [`Scenario`], asks it for a [`Site`], and drives that site with
//! stock OpenSSH ([`ssh`]), `curl` ([`curl`]) or a headless Chromium ([`Browser`]).
//!
//! # Invariants
//!
//! - Nothing here links against Understudy: it is known only by its binary and its endpoints file.
//! - Nothing here sleeps. Every wait is for an event, and ends in a clear failure after a named limit.
//! - Whatever a test starts, its drop ends, by process id.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a helper that cannot do its work fails, with a sentence, the test that called it"
)]

mod api;
mod binary;
mod browser;
mod certificate;
mod curl;
mod dialogue;
mod director;
mod disk;
mod endpoints;
mod golden;
mod process;
mod scenario;
mod ssh;
mod trail;
mod wait;
mod wire;
mod world;

pub use crate::api::Api;
pub use crate::binary::{example, understudy, understudy_in, workspace};
pub use crate::browser::Browser;
pub use crate::curl::{Curl, Response, curl};
pub use crate::dialogue::Dialogue;
pub use crate::director::Director;
pub use crate::disk::Disk;
pub use crate::endpoints::{Account, Endpoints, Kind, Listener, Site};
pub use crate::golden::{check_golden, check_golden_folder};
pub use crate::process::{Output, plain, run, run_with};
pub use crate::scenario::{Scenario, scenario};
pub use crate::ssh::{KeyPair, Ssh, resize_terminal, ssh};
pub use crate::trail::Trail;
pub use crate::wait::{pass, skipped, wait_for};
pub use crate::wire::{Reply, WAIT_MAX, Wire};
pub use crate::world::{Stop, World};
