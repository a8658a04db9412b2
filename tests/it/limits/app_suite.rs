//! The Application Suite: five failures since the last successful login, for as long as the administrator says.

use serde_json::json;

use super::{Door, Stand};
use crate::faces::APP_SUITE;

const ACCOUNT: &str = "alma.berg";
const BOTH: [Door; 2] = [Door::Web, Door::Api];
const MINUTES_15: u64 = 15 * 60;

#[test]
fn the_fifth_failure_since_the_last_login_locks_on_both_surfaces() {
    let stand = Stand::of(&APP_SUITE);
    stand.fail(&[BOTH; 2].concat(), ACCOUNT);
    assert!(stand.admits(Door::Web, ACCOUNT), "four do not lock");
    stand.fail(&[BOTH; 2].concat(), ACCOUNT);
    assert!(stand.admits(Door::Api, ACCOUNT), "a success clears the count");
    stand.fail(&[Door::Web, Door::Api, Door::Web, Door::Api, Door::Web], ACCOUNT);
    for door in BOTH {
        assert!(!stand.admits(door, ACCOUNT), "the fifth locks");
    }
    stand.check_count("auth.locked", 1);
}

#[test]
fn the_end_of_a_lock_does_not_clear_the_count() {
    let stand = Stand::of(&APP_SUITE);
    stand.fail(&[Door::Web; 4], ACCOUNT);
    stand.advance(3 * 24 * 60 * 60);
    stand.fail(&[Door::Web], ACCOUNT);
    stand.advance(MINUTES_15 - 1);
    assert!(!stand.admits(Door::Web, ACCOUNT), "a second before");
    stand.advance(1);
    stand.check_count("auth.unlocked-by-time", 1);
    stand.fail(&[Door::Web], ACCOUNT);
    assert!(!stand.admits(Door::Web, ACCOUNT), "one failure after the lock locks again");
    stand.check_count("auth.locked", 2);
    stand.advance(MINUTES_15);
    stand.check_count("auth.unlocked-by-time", 2);
    assert!(stand.admits(Door::Web, ACCOUNT));
    stand.fail(&[Door::Web; 4], ACCOUNT);
    assert!(stand.admits(Door::Web, ACCOUNT), "only the success cleared it");
}

#[test]
fn the_administrator_sets_number_and_period_and_may_unlock() {
    let stand = Stand::of(&APP_SUITE);
    let engineer = APP_SUITE.administrator(&stand.site);
    engineer.run(
        "PATCH",
        APP_SUITE.settings,
        &json!({ "lockout.failures-max": "3", "lockout.minutes": "2" }),
    );
    stand.fail(&[Door::Web; 2], ACCOUNT);
    assert!(stand.admits(Door::Web, ACCOUNT));
    stand.fail(&[Door::Web; 3], ACCOUNT);
    assert!(!stand.admits(Door::Web, ACCOUNT), "the third locks now");
    stand.advance(119);
    assert!(!stand.admits(Door::Web, ACCOUNT));
    stand.advance(1);
    assert!(stand.admits(Door::Web, ACCOUNT), "after two minutes");
    stand.fail(&[Door::Api; 3], ACCOUNT);
    engineer.run("POST", "/api/users/alma.berg/unlock", &json!({}));
    stand.fail(&[Door::Web; 2], ACCOUNT);
    assert!(stand.admits(Door::Web, ACCOUNT), "unlocking cleared count and lock");
    stand.check_count("auth.unlocked", 1);
    stand.fail(&[Door::Web; 3], ACCOUNT);
    let supervisor = APP_SUITE.person(&stand.site, "supervisor", stand.site.password("supervisor"));
    supervisor.submit("/configuration/locked-users", &[("name", ACCOUNT)]);
    assert!(stand.admits(Door::Web, ACCOUNT), "the supervisor may unlock too");
    for (number, minutes) in [("0", "2"), ("101", "2"), ("3", "0"), ("3", "1441")] {
        let wrong = json!({ "lockout.failures-max": number, "lockout.minutes": minutes });
        engineer.refused(400, "PATCH", APP_SUITE.settings, &wrong);
    }
}

#[test]
fn a_new_password_clears_count_and_lock() {
    let stand = Stand::of(&APP_SUITE);
    let engineer = APP_SUITE.administrator(&stand.site);
    stand.fail(&[Door::Web; 5], ACCOUNT);
    engineer.run("PUT", "/api/users/alma.berg/password", &json!({ "password": "Meadow4Kettle" }));
    stand.fail(&[Door::Web; 4], ACCOUNT);
    assert!(stand.admits_with(Door::Web, ACCOUNT, "Meadow4Kettle"));
}
