//! The login limits: each on both sides of its edge, by account and by surface, across a restart, in parallel,
//! and with the clock moved by the director.

mod alike;
mod app_suite;
mod mx_one;
mod office_400;
mod oig;
mod parallel;
mod portal;
mod restart;

use std::time::Duration;

use serde_json::Value;
use support::{Curl, Scenario, Site, Stop, World, curl, ssh};

use crate::faces::{Face, check_has, has};

/// Where one knocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Api,
    SelfService,
    Ssh,
    Web,
}

/// One product's site, at a time that stands still.
#[derive(Debug)]
struct Stand {
    world: World,
    site: Site,
    face: &'static Face,
}

impl Stand {
    #[track_caller]
    fn of(face: &'static Face) -> Self {
        Self::with(face, Scenario::of(&[face.product]).frozen_at(START))
    }

    #[track_caller]
    fn with(face: &'static Face, scenario: Scenario) -> Self {
        let world = World::start(&scenario.to_string());
        let site = world.site(face.product);
        Self { world, site, face }
    }

    /// Whether `account` gets in at `door` with `password`; whoever gets in leaves again.
    #[track_caller]
    fn admits_with(&self, door: Door, account: &str, password: &str) -> bool {
        self.admits_from(curl(&self.site), door, account, password)
    }

    #[track_caller]
    fn admits_from(&self, visitor: Curl, door: Door, account: &str, password: &str) -> bool {
        let form = match door {
            Door::Ssh => return ssh(&self.site, account, password).exec("help").status != Some(255),
            Door::Api => {
                let answer = self.face.try_route(&visitor, account, password);
                if answer.status == 200 {
                    self.face.admitted(visitor, &answer).log_out();
                }
                return answer.status == 200;
            }
            Door::Web => 0,
            Door::SelfService => 1,
        };
        self.face.opens_page(&visitor, form, account, password)
    }

    /// Whether `account` gets in at `door` with its own password.
    #[track_caller]
    fn admits(&self, door: Door, account: &str) -> bool {
        self.admits_with(door, account, self.site.password(account))
    }

    /// Fails to get in, once at each of `doors`.
    #[track_caller]
    fn fail(&self, doors: &[Door], account: &str) {
        for door in doors {
            assert!(
                !self.admits_with(*door, account, WRONG),
                "{account} got in at {door:?} with a wrong password"
            );
        }
    }

    #[track_caller]
    fn advance(&self, seconds: u64) {
        self.world.director().advance(Duration::from_secs(seconds));
    }

    #[track_caller]
    fn records(&self) -> Vec<Value> {
        self.world.director().records(&self.site.id)
    }

    /// Fails unless the flight recorder has as many entries of `event`.
    #[track_caller]
    fn check_count(&self, event: &str, count: usize) {
        let records = self.records();
        let found = records.iter().filter(|it| it["event"] == event).count();
        assert_eq!(found, count, "{event} in {records:#?}");
    }

    #[track_caller]
    fn restart(&mut self, how: Stop) {
        self.world.restart(how);
        self.site = self.world.site(self.face.product);
    }
}

const START: &str = "2026-11-22T09:00:00Z";
const WRONG: &str = "Wrong-Guess.77";
