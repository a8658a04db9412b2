//! Two hundred connections guess at one account at once: no more passwords are examined than the limit allows.

use std::thread;

use serde_json::{Value, json};
use support::{curl, ssh};

use super::{Door, Stand, WRONG};
use crate::faces::{APP_SUITE, Face, MX_ONE, OFFICE_400};

#[test]
fn two_hundred_parallel_guesses_stay_within_each_products_limit() {
    for (face, account, limit) in
        [(&MX_ONE, "ivo.brandt", 3), (&OFFICE_400, "admin2", 15), (&APP_SUITE, "alma.berg", 5)]
    {
        let stand = Stand::of(face);
        let bodies: Vec<_> =
            (0..200).map(|number| guess(face, account, &format!("{WRONG}{number}"))).collect();
        let statuses = curl(&stand.site).http1().flood(face.login.0, &bodies);
        assert_eq!(statuses, [face.rejected; 200], "{}: every one is refused alike", face.product);
        let examined = examined(&stand.records());
        assert_eq!(examined, limit, "{}: as many as the limit, and no more", face.product);
        stand.check_count("auth.locked", 1);
        assert!(!stand.admits(Door::Web, account), "{}: it is locked", face.product);
    }
}

#[test]
fn a_right_password_among_them_does_not_get_in_after_the_limit() {
    let stand = Stand::of(&MX_ONE);
    let right = stand.site.password("ivo.brandt");
    let password =
        |number: usize| if number % 50 == 49 { right.to_owned() } else { format!("{WRONG}{number}") };
    let bodies: Vec<_> = (0..200).map(|number| guess(&MX_ONE, "ivo.brandt", &password(number))).collect();
    curl(&stand.site).http1().flood(MX_ONE.login.0, &bodies);
    check_order(&stand.records(), 3);
}

#[test]
fn guesses_on_several_surfaces_at_once_share_the_limit() {
    let stand = Stand::of(&MX_ONE);
    let bodies: Vec<_> =
        (0..176).map(|number| guess(&MX_ONE, "mxone_user", &format!("{WRONG}{number}"))).collect();
    thread::scope(|scope| {
        scope.spawn(|| curl(&stand.site).http1().flood(MX_ONE.login.0, &bodies));
        for _ in 0..24 {
            scope.spawn(|| assert_eq!(ssh(&stand.site, "mxone_user", WRONG).exec("help").status, Some(255)));
        }
    });
    check_order(&stand.records(), 3);
    assert!(!stand.admits(Door::Ssh, "mxone_user"));
}

fn guess(face: &Face, account: &str, password: &str) -> Value {
    let (_, name, secret) = face.login;
    json!({ name: account, secret: password })
}

/// How many wrong passwords were looked at.
fn examined(records: &[Value]) -> usize {
    records.iter().filter(|it| it["event"] == "auth.rejected" && it["reason"] == "wrong-password").count()
}

/// Fails if more than `limit` passwords in a row were wrong, or if anybody got in once it was locked.
#[track_caller]
fn check_order(records: &[Value], limit: usize) {
    let (mut wrong, mut locked) = (0, false);
    for record in records {
        match (record["event"].as_str(), record["reason"].as_str()) {
            (Some("auth.rejected"), Some("wrong-password")) => wrong += 1,
            (Some("auth.accepted"), _) => {
                assert!(!locked, "somebody got in after the limit: {record}");
                wrong = 0;
            }
            (Some("auth.locked"), _) => locked = true,
            _ => {}
        }
        assert!(wrong <= limit, "{wrong} passwords in a row were examined");
    }
    assert!(locked, "so many wrong passwords lock");
}
