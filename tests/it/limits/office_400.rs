//! Office 400: fifteen consecutive failures of an account, then ten minutes; a teleworker's, thirty.

use serde_json::json;

use super::{Door, Stand, has};
use crate::faces::OFFICE_400;

/// A configuration account, which may use the web and the API; what is tried at self-service counts all the same.
const ACCOUNT: &str = "admin2";
const ROUND: [Door; 3] = [Door::Web, Door::SelfService, Door::Api];

#[test]
fn the_fifteenth_consecutive_failure_locks_whichever_surface_it_meets() {
    let stand = Stand::of(&OFFICE_400);
    let fourteen = [ROUND; 5].concat();
    stand.fail(&fourteen[..14], ACCOUNT);
    assert!(stand.admits(Door::Web, ACCOUNT), "fourteen do not lock");
    stand.fail(&[Door::Api; 14], ACCOUNT);
    assert!(stand.admits(Door::Api, ACCOUNT), "a success clears the count");
    stand.fail(&[ROUND; 5].concat(), ACCOUNT);
    for door in [Door::Web, Door::Api] {
        assert!(!stand.admits(door, ACCOUNT), "the fifteenth one locks");
    }
    stand.check_count("auth.locked", 1);
    assert!(stand.admits(Door::SelfService, "tomas.reyl"), "others are open");
}

#[test]
fn the_lock_ends_by_itself_after_ten_minutes_and_a_teleworkers_after_thirty() {
    for (account, minutes) in [("tomas.reyl", 10), ("mira.sand", 30)] {
        let stand = Stand::of(&OFFICE_400);
        stand.fail(&[Door::SelfService; 14], account);
        stand.advance(120);
        stand.fail(&[Door::SelfService], account);
        stand.advance(minutes * 60 - 1);
        assert!(!stand.admits(Door::SelfService, account), "{account}, a second before");
        stand.advance(1);
        stand.check_count("auth.unlocked-by-time", 1);
        assert!(stand.admits(Door::SelfService, account), "{account}, on time");
        stand.fail(&[Door::SelfService; 14], account);
        assert!(stand.admits(Door::SelfService, account), "the count began anew");
    }
}

#[test]
fn a_pin_and_a_password_share_the_count_and_so_do_name_and_extension() {
    let stand = Stand::of(&OFFICE_400);
    for attempt in 0..14 {
        let (name, secret) = if attempt % 2 == 0 { ("201", "4712") } else { ("ines.falk", "Wrong-Words.1") };
        assert!(!stand.admits_with(Door::SelfService, name, secret));
    }
    assert!(!stand.admits_with(Door::SelfService, "INES.FALK", "0000"), "names ignore case");
    assert!(!stand.admits_with(Door::SelfService, "201", "4711"));
    assert!(!stand.admits(Door::SelfService, "ines.falk"));
    stand.check_count("auth.locked", 1);
}

#[test]
fn nobody_unlocks_but_a_new_password_does() {
    let stand = Stand::of(&OFFICE_400);
    stand.fail(&[Door::Web; 15], "assistant");
    let admin = OFFICE_400.administrator(&stand.site);
    let unlock = admin.ask("POST", "/api/accounts/assistant/unlock", &json!({})).status;
    assert_ne!(unlock, 200, "the product has no unlocking");
    assert!(!stand.admits(Door::Web, "assistant"));
    admin.run("PUT", "/api/accounts/assistant/password", &json!({ "password": "Quiet+Meadow.18" }));
    assert!(stand.admits_with(Door::Web, "assistant", "Quiet+Meadow.18"));
    assert!(!has(&stand.records(), &[("event", "auth.unlocked")]));
}
