//! Counts and locks outlive the process, however it ends.

use std::thread;

use serde_json::json;
use support::{Kind, Scenario, Stop, curl};

use super::{Door, START, Stand, WRONG};
use crate::faces::{APP_SUITE, MX_ONE, OFFICE_400, OIG};

#[test]
fn a_count_survives_a_restart() {
    for how in [Stop::Terminate, Stop::Kill] {
        let mut stand = Stand::of(&MX_ONE);
        stand.fail(&[Door::Ssh, Door::Web], "mxone_user");
        stand.restart(how);
        assert!(stand.admits(Door::Ssh, "mxone_user"), "two failures and a restart do not lock: {how:?}");
        stand.fail(&[Door::Web, Door::Web], "mxone_user");
        stand.restart(how);
        stand.fail(&[Door::Ssh], "mxone_user");
        assert!(!stand.admits(Door::Ssh, "mxone_user"), "the third locks: {how:?}");
        stand.restart(how);
        assert!(!stand.admits(Door::Web, "mxone_user"), "it stays locked: {how:?}");
        stand.check_count("auth.locked", 1);
    }
}

#[test]
fn a_lock_that_ends_by_time_ends_on_time_after_a_restart() {
    for how in [Stop::Terminate, Stop::Kill] {
        let mut stand = Stand::of(&OFFICE_400);
        stand.fail(&[Door::SelfService; 15], "tomas.reyl");
        stand.advance(10 * 60 - 1);
        // Something must be on record at this moment, or the world begins again at an earlier one.
        assert!(!stand.admits(Door::SelfService, "tomas.reyl"), "{how:?}");
        stand.restart(how);
        assert!(!stand.admits(Door::SelfService, "tomas.reyl"), "{how:?}");
        stand.advance(1);
        stand.check_count("auth.unlocked-by-time", 1);
        assert!(stand.admits(Door::SelfService, "tomas.reyl"), "{how:?}");
    }
}

#[test]
fn a_count_that_outlives_its_lock_outlives_a_restart_too() {
    let mut stand = Stand::of(&APP_SUITE);
    stand.fail(&[Door::Web; 5], "alma.berg");
    stand.advance(15 * 60);
    stand.restart(Stop::Kill);
    stand.fail(&[Door::Api], "alma.berg");
    assert!(!stand.admits(Door::Web, "alma.berg"), "one failure after the lock locks again");
}

#[test]
fn a_banned_address_stays_banned_across_a_restart() {
    let mut stand = Stand::of(&OIG);
    OIG.administrator(&stand.site).run("PATCH", OIG.settings, &json!({ "listener.ssh.enabled": "on" }));
    stand.site.until_answers(Kind::Ssh, true);
    stand.fail(&[Door::Ssh; 4], "admin");
    stand.restart(Stop::Kill);
    stand.site.until_answers(Kind::Ssh, true);
    stand.fail(&[Door::Ssh], "admin");
    stand.restart(Stop::Terminate);
    stand.site.until_answers(Kind::Ssh, true);
    assert!(!stand.admits(Door::Ssh, "admin"), "the fifth failure banned it");
    stand.advance(10 * 60);
    assert!(stand.admits(Door::Ssh, "admin"));
}

#[test]
fn what_was_being_examined_when_the_process_died_has_failed() {
    // Real hashing takes long enough to die in the middle of.
    let scenario = Scenario::of(&["mx-one"]).frozen_at(START).recommended_hashing();
    let mut stand = Stand::with(&MX_ONE, scenario);
    let bodies: Vec<_> = (0..3).map(|_| json!({ "username": "ivo.brandt", "password": WRONG })).collect();
    thread::scope(|scope| {
        let visitor = curl(&stand.site).http1();
        scope.spawn(|| visitor_floods(visitor, &bodies));
        let director = stand.world.director();
        let is_counted = || director.lockouts("mx-one").iter().any(|it| it["failures"].as_u64() >= Some(3));
        assert!((0..PROBES_MAX).any(|_| is_counted()), "three attempts are counted");
        stand.world.stop(Stop::Kill);
    });
    stand.world.start_again();
    stand.site = stand.world.site("mx-one");
    assert!(
        !stand.admits(Door::Api, "ivo.brandt"),
        "three attempts were counted: the fourth is one too many"
    );
    stand.check_count("auth.locked", 1);
}

/// How often the director is asked for the counts: seconds' worth.
const PROBES_MAX: usize = 200;

fn visitor_floods(visitor: support::Curl, bodies: &[serde_json::Value]) {
    visitor.flood(MX_ONE.login.0, bodies);
}
