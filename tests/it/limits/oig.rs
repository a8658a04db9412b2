//! The gateway: five failures of a source address over SSH within ten minutes close it to that address for ten.

use std::thread;

use serde_json::json;
use support::{Kind, ssh};

use super::{Door, Stand, WRONG, check_has};
use crate::faces::OIG;

const MINUTES_10: u64 = 10 * 60;

/// A stand whose administrator has turned SSH on.
#[track_caller]
fn stand() -> Stand {
    let stand = Stand::of(&OIG);
    OIG.administrator(&stand.site).run("PATCH", OIG.settings, &json!({ "listener.ssh.enabled": "on" }));
    stand.site.until_answers(Kind::Ssh, true);
    stand
}

#[track_caller]
fn admits(stand: &Stand, source: &str, password: &str) -> bool {
    ssh(&stand.site, "admin", password).from(source).shell("5\n").succeeded()
}

#[track_caller]
fn fail(stand: &Stand, source: &str, times: usize) {
    for _ in 0..times {
        assert!(!admits(stand, source, WRONG));
    }
}

#[test]
fn the_fifth_failure_bans_its_address_and_the_account_stays_usable_elsewhere() {
    let stand = stand();
    let password = stand.site.password("admin");
    fail(&stand, "127.0.0.1", 4);
    assert!(admits(&stand, "127.0.0.1", password), "four do not ban, and a success clears the count");
    fail(&stand, "127.0.0.1", 5);
    assert!(!admits(&stand, "127.0.0.1", password), "five do");
    assert!(admits(&stand, "127.0.0.2", password), "another address is open");
    assert!(stand.admits(Door::Web, "admin"), "and so is the web");
    let banned = [("event", "connection.refused"), ("reason", "banned"), ("source", "127.0.0.1")];
    check_has(&stand.records(), &banned);
    check_has(
        &stand.records(),
        &[("event", "auth.locked"), ("object.kind", "address"), ("object.name", "127.0.0.1")],
    );
}

#[test]
fn the_ban_ends_after_ten_minutes_to_the_second() {
    let stand = stand();
    let password = stand.site.password("admin");
    fail(&stand, "127.0.0.3", 5);
    stand.advance(MINUTES_10 - 1);
    assert!(!admits(&stand, "127.0.0.3", password));
    stand.advance(1);
    check_has(&stand.records(), &[("event", "auth.unlocked-by-time"), ("object.kind", "address")]);
    fail(&stand, "127.0.0.3", 4);
    assert!(admits(&stand, "127.0.0.3", password), "the count began anew");
}

#[test]
fn only_failures_of_the_last_ten_minutes_count() {
    let stand = stand();
    fail(&stand, "127.0.0.4", 4);
    stand.advance(MINUTES_10 - 1);
    fail(&stand, "127.0.0.5", 4);
    stand.advance(1);
    fail(&stand, "127.0.0.4", 1);
    assert!(admits(&stand, "127.0.0.4", stand.site.password("admin")), "four of them are too old");
    fail(&stand, "127.0.0.5", 1);
    assert!(!admits(&stand, "127.0.0.5", stand.site.password("admin")), "these are not");
}

#[test]
fn names_that_do_not_exist_count_as_well_and_web_failures_do_not() {
    let stand = stand();
    stand.fail(&[Door::Web, Door::Api, Door::Web, Door::Api, Door::Web, Door::Api], "admin");
    assert!(admits(&stand, "127.0.0.1", stand.site.password("admin")), "the web locks nothing");
    for name in ["root", "guest", "oracle", "test", "admin"] {
        assert_eq!(ssh(&stand.site, name, WRONG).exec("x").status, Some(255), "{name}");
    }
    assert!(!admits(&stand, "127.0.0.1", stand.site.password("admin")));
    let log = OIG.program_of(support::curl(&stand.site), "admin", stand.site.password("admin")).log("secure");
    check_has(&log, &[("event", "auth.rejected"), ("account", "oracle"), ("surface", "ssh")]);
    check_has(&log, &[("event", "auth.rejected"), ("account", "admin"), ("surface", "web")]);
}

#[test]
fn parallel_guesses_from_one_address_stay_within_the_limit() {
    let stand = stand();
    thread::scope(|scope| {
        for _ in 0..24 {
            scope.spawn(|| fail(&stand, "127.0.0.6", 1));
        }
    });
    let guesses = [("event", "auth.rejected"), ("reason", "wrong-password"), ("source", "127.0.0.6")];
    let examined =
        stand.records().iter().filter(|&it| super::has(std::slice::from_ref(it), &guesses)).count();
    assert!(examined <= 5, "{examined} passwords were examined");
    assert!(!admits(&stand, "127.0.0.6", stand.site.password("admin")));
}
