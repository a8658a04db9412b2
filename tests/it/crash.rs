//! Crashes: what was acknowledged before a kill or a power cut is there after it, and nothing is there by half.
//!
//! ```text
//!   clients ──▶ server          make, name and erase extensions, make accounts, guess passwords; each tells the
//!      │                        ledger what it asks for and what was acknowledged
//!      ▼          ▲
//!   ledger        │ killed, or cut off from its disk, at a random moment
//!      │          ▼
//!      └──▶ checked against the server that starts on what is left; its trails against the public key and against
//!           a checkpoint from before the crash
//! ```

mod ledger;
mod load;
mod store;
mod trial;

use support::{Disk, Stop, skipped};

use trial::Trial;

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let mut trial = Trial::begin();
    for _ in 0..KILLS {
        trial.load(|world| {
            world.stop(Stop::Kill);
        });
        trial.world.start_again();
        trial.check();
    }
    trial.finish();
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_fails() {
    let mut disk = match Disk::make(DISK_MEGABYTES) {
        Ok(disk) => disk,
        Err(why) => return skipped("nothing_acknowledged_is_lost_when_the_power_fails", &why),
    };
    let mut trial = Trial::begin_on(&disk.path());
    for _ in 0..POWER_CUTS {
        let mut left = None;
        trial.load(|world| {
            world.pause();
            left = Some(disk.after_power_cut());
            world.stop(Stop::Kill);
        });
        disk = left.expect("the load ends with a power cut");
        trial.world.move_to(&disk.path());
        trial.world.start_again();
        trial.check();
    }
    trial.finish();
}

/// The main job asks for twenty.
const KILLS: u32 = 20;

/// The main job asks for ten.
const POWER_CUTS: u32 = 10;

/// Room for the state and for what the store keeps free, and little to copy.
const DISK_MEGABYTES: u32 = 192;
