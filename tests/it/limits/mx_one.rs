//! MX-ONE: three consecutive failures of an account, over SSH and web together.

use serde_json::json;
use support::{curl, ssh};

use super::{Door, Stand, WRONG, check_has};
use crate::faces::MX_ONE;

const USER: &str = "mxone_user";
const MINUTES_20: u64 = 20 * 60;

#[test]
fn the_third_consecutive_failure_locks_whichever_surface_it_meets() {
    for last in [Door::Ssh, Door::Web, Door::Api] {
        let stand = Stand::of(&MX_ONE);
        stand.fail(&[Door::Ssh, Door::Web], USER);
        assert!(stand.admits(Door::Ssh, USER), "two failures do not lock");
        stand.fail(&[Door::Web, Door::Api], USER);
        assert!(stand.admits(Door::Web, USER), "a success clears the count");
        stand.fail(&[Door::Api, Door::Ssh, last], USER);
        assert!(!stand.admits(Door::Ssh, USER), "the third one locks, last at {last:?}");
        assert!(!stand.admits(Door::Web, USER), "on every surface");
        assert!(stand.admits(Door::Ssh, "level7"), "other accounts are open");
        stand.check_count("auth.locked", 1);
        stand.check_count("auth.refused-locked", 2);
    }
}

#[test]
fn a_locked_account_waits_for_an_administrator() {
    let stand = Stand::of(&MX_ONE);
    stand.fail(&[Door::Ssh; 3], USER);
    stand.advance(1_000 * 24 * 60 * 60);
    assert!(!stand.admits(Door::Web, USER), "time does not free it");
    stand.check_count("auth.unlocked-by-time", 0);
    let unlock = || {
        MX_ONE.administrator(&stand.site).ask("POST", "/pm-api/v1/users/ivo.brandt/unlock", &json!({})).status
    };
    assert_eq!(unlock(), 409, "one that is not locked");
    stand.fail(&[Door::Api; 3], "ivo.brandt");
    assert_eq!(unlock(), 200);
    assert!(stand.admits(Door::Api, "ivo.brandt"));
    let root = ssh(&stand.site, "root", stand.site.password("root"));
    root.shell("mxone_maintenance\n1\n9\nmxone_user\n11\n4\nexit\n");
    assert!(stand.admits(Door::Web, USER), "over SSH");
    stand.fail(&[Door::Ssh; 3], "lea.sommer");
    let person = MX_ONE.person(&stand.site, "ivo.brandt", stand.site.password("ivo.brandt"));
    let answer = person.submit("/users/unlock", &[("name", "lea.sommer")]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(stand.admits(Door::Web, "lea.sommer"), "over the web");
    stand.check_count("auth.unlocked", 3);
    stand.fail(&[Door::Ssh, Door::Web], USER);
    assert!(stand.admits(Door::Web, USER), "the count began anew");
}

#[test]
fn a_super_user_is_free_again_after_twenty_minutes_to_the_second() {
    for account in ["mxone_admin", "System Setup Admin"] {
        let stand = Stand::of(&MX_ONE);
        stand.fail(&[Door::Web], account);
        stand.advance(60);
        stand.fail(&[Door::Web; 2], account);
        stand.advance(10 * 60);
        stand.fail(&[Door::Web], account);
        stand.advance(10 * 60 - 1);
        assert!(!stand.admits(Door::Web, account), "a second before");
        stand.check_count("auth.unlocked-by-time", 0);
        stand.advance(1);
        stand.check_count("auth.unlocked-by-time", 1);
        assert!(stand.admits(Door::Web, account), "the period runs from the last failure that counted");
        stand.fail(&[Door::Web; 2], account);
        assert!(stand.admits(Door::Web, account), "the end of the lock cleared the count");
    }
}

#[test]
fn an_administrator_may_free_a_super_user_before_the_time() {
    let stand = Stand::of(&MX_ONE);
    stand.fail(&[Door::Ssh; 3], "mxone_admin");
    let root = ssh(&stand.site, "root", stand.site.password("root"));
    root.shell("mxone_maintenance\n1\n9\nmxone_admin\n11\n4\nexit\n");
    assert!(stand.admits(Door::Ssh, "mxone_admin"));
    stand.advance(MINUTES_20);
    stand.check_count("auth.unlocked-by-time", 0);
    stand.check_count("auth.unlocked", 1);
}

#[test]
fn a_new_password_frees_the_account_and_clears_its_count() {
    let stand = Stand::of(&MX_ONE);
    let admin = MX_ONE.administrator(&stand.site);
    let reset = |password: &str| {
        admin.run("PUT", "/pm-api/v1/users/lea.sommer/password", &json!({ "password": password }));
    };
    stand.fail(&[Door::Web; 3], "lea.sommer");
    reset("Quarry-Path.61");
    assert!(stand.admits_with(Door::Api, "lea.sommer", "Quarry-Path.61"), "it is open");
    stand.fail(&[Door::Web; 2], "lea.sommer");
    reset("Quarry-Path.62");
    stand.fail(&[Door::Web; 2], "lea.sommer");
    assert!(stand.admits_with(Door::Api, "lea.sommer", "Quarry-Path.62"), "its count began anew");
}

#[test]
fn the_connection_of_the_third_failure_is_closed() {
    let stand = Stand::of(&MX_ONE);
    let stubborn = ssh(&stand.site, USER, WRONG).prompts(6);
    let output = stubborn.exec("help");
    assert_eq!(output.status, Some(255));
    assert!(output.stderr.contains("Too many authentication failures"), "{}", output.stderr);
    // A client that asks its user once more before it reads on finds nobody there.
    stand.check_count("auth.rejected", 3);
    stand.check_count("auth.refused-locked", 0);
    let visitor = curl(&stand.site).http1();
    for attempt in 1..=3 {
        let answer = MX_ONE.try_page(&visitor, 0, "lea.sommer", WRONG);
        assert_eq!(answer.header("connection") == Some("close"), attempt == 3, "web, attempt {attempt}");
        let answer = MX_ONE.try_route(&visitor, "nils.acker", WRONG);
        assert_eq!(answer.header("connection") == Some("close"), attempt == 3, "API, attempt {attempt}");
    }
}

#[test]
fn the_web_session_of_the_third_failure_is_closed() {
    let stand = Stand::of(&MX_ONE);
    let person = MX_ONE.person(&stand.site, "ivo.brandt", stand.site.password("ivo.brandt"));
    for (attempt, status) in [(1, 200), (2, 200), (3, 303)] {
        MX_ONE.try_page(&person, 0, "lea.sommer", WRONG);
        assert_eq!(person.get("/users/user").status, status, "after failure {attempt}");
    }
}

#[test]
fn every_attempt_is_logged_with_all_but_the_password() {
    let stand = Stand::of(&MX_ONE);
    stand.fail(&[Door::Ssh, Door::Web, Door::Api, Door::Ssh], USER);
    assert!(!MX_ONE.try_page(&curl(&stand.site).from("127.1.0.7"), 0, "nobody.here", WRONG).body.is_empty());
    let log = MX_ONE.administrator(&stand.site).log("security");
    let entry = |event, account, surface, source| {
        [
            ("event", event),
            ("account", account),
            ("surface", surface),
            ("source", source),
            ("outcome", "refused"),
        ]
    };
    for surface in ["ssh", "web", "api"] {
        check_has(&log, &entry("auth.rejected", USER, surface, "127.0.0.1"));
    }
    check_has(&log, &entry("auth.refused-locked", USER, "ssh", "127.0.0.1"));
    check_has(&log, &entry("auth.rejected", "nobody.here", "web", "127.1.0.7"));
    assert!(
        log.iter().all(|it| it["time"].as_str().is_some_and(|time| time.starts_with("2026-11-22T09:00:00")))
    );
    let all = format!("{log:?}{:?}{}", stand.records(), stand.world.log());
    for secret in [WRONG, stand.site.password(USER), stand.site.password("System Setup Admin")] {
        assert!(!all.contains(secret), "a password is on record");
    }
}

#[test]
fn the_director_shows_counts_and_locks() {
    let stand = Stand::of(&MX_ONE);
    stand.fail(&[Door::Web; 2], USER);
    stand.fail(&[Door::Web; 3], "mxone_admin");
    let lockouts = stand.world.director().lockouts("mx-one");
    let of =
        |name: &str| lockouts.iter().find(|it| it["key"] == name).unwrap_or_else(|| panic!("{lockouts:?}"));
    assert_eq!((of(USER)["failures"].as_u64(), &of(USER)["since"]), (Some(2), &json!(null)));
    assert_eq!(of("mxone_admin")["until"].as_str(), Some("2026-11-22T09:20:00.000Z"));
}
