//! What every transport shares: the clock, the hashing pool, the sites, and waiting for the disk.
//!
//! ```text
//!   pbx-ssh   pbx-https   pbx-director
//!        \        |         /
//!         World ─ Seat (one per site) ─▶ Site, for one short turn at a time
//!           │       └─ waits: for the disk, for the hashing pool, for the keyring, for attempts to be decided
//!           └─ Clock, Pool, Store, Keys; tasks: ticker, feed, notary, founding, peopling
//! ```
//!
//! # Invariants
//!
//! - Only [`Clock`] looks at the machine's clock, and only here is anything random drawn for sites.
//! - No site is locked while anything is waited for.
//! - No password is looked at before its attempt is counted on the disk; every attempt that was counted is decided,
//!   whether its caller is still there or not.
//! - Nothing is answered before what it did is on the disk, and nothing is signed that is not.
//! - An erasure is answered once the keyring holds no key of the generation before it; one of a site at a time.
//! - Every line, queue and wait has a named limit; beyond it callers are refused.

mod clock;
mod console;
mod durable;
mod endpoints;
mod error;
mod feed;
mod file;
mod founding;
mod keep;
mod keys;
mod notary;
mod peopling;
mod plan;
mod pool;
mod population;
mod profile;
mod rehearsal;
mod scenario;
mod seat;
mod shared;
mod state;
mod sync;
mod ticker;
mod world;

#[cfg(test)]
mod tests;

pub use clock::{Clock, ClockError};
pub use console::{Console, Out};
pub use endpoints::{AccountEndpoint, DirectorEndpoint, Endpoints, ListenerEndpoint, SiteEndpoint};
pub use error::StartError;
pub use keep::{keep_private, write_whole};
pub use notary::CheckpointError;
pub use plan::{KnownAccount, PolicyText, SiteOutline};
pub use pool::{Pool, PoolError};
pub use population::{Place, Population, SiteManifest, SubjectPlaces};
pub use profile::Profile;
pub use rehearsal::{Case, Intake, PersonView, RehearsalError, Rehearsals, Step};
pub use scenario::{
    AccountPlan, ClockPlan, DirectorPlan, HashingLevel, PeoplePlan, Ports, Scenario, SitePlan,
};
pub use seat::Seat;
pub use world::{World, WorldOptions};
