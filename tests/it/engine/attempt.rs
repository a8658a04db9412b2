//! Attempts that overlap: each is counted before its password is looked at.

use std::collections::VecDeque;
use std::time::Duration;

use pbx_estate::account;
use pbx_kernel::Surface;
use pbx_site::{Begun, Examination, Verdict};

use super::rig::{Caller, Rig, WRONG};

const ADMIN: Caller<'_> =
    Caller { name: "admin", password: "Harbour-Crane.42", surface: Surface::Web, source: "127.0.0.1" };
const READER: Caller<'_> = Caller { name: "reader", password: "Brass?Bell.204", ..ADMIN };

fn rig() -> Rig {
    Rig::small("lasts = 600", "lasts = 600")
}

/// Begins `guess`, where it may be.
fn begin(rig: &mut Rig, guess: Caller<'_>) -> Option<Examination> {
    match rig.site.begin_login(rig.now, guess.attempt()).expect("the store takes it") {
        Begun::Examine(examination) => Some(*examination),
        Begun::Undecided => None,
    }
}

/// Guesses so many `times` at once, the `right`th time rightly, all waiting their turn as the engine asks.
///
/// Says how many passwords were held against the account's, and whether one got in.
fn storm(rig: &mut Rig, who: Caller<'_>, times: usize, right: usize) -> (usize, bool) {
    let guesses = (0..times).map(|it| if it == right { who } else { Caller { password: WRONG, ..who } });
    let mut waiting: VecDeque<_> = guesses.collect();
    let (mut examined_at_once, mut let_in) = (VecDeque::new(), false);
    while !waiting.is_empty() || !examined_at_once.is_empty() {
        // Everybody tries before anybody is finished.
        for _ in 0..waiting.len() {
            let guess = waiting.pop_front().expect("one waits");
            match begin(rig, guess) {
                Some(examination) => examined_at_once.push_back(examination),
                None => waiting.push_back(guess),
            }
        }
        let examination = examined_at_once.pop_front().expect("somebody is examined while others wait");
        let verdict = rig.examine(examination).expect("the store takes it");
        let_in |= matches!(verdict, Verdict::Accepted(..));
    }
    (rig.examined, let_in)
}

#[test]
fn parallel_guesses_never_have_more_passwords_examined_than_the_limit() {
    for (product, name, password, times, limit) in [
        ("mx-one", "ivo.brandt", "Lab-Mx1-ivo!", 200, 3),
        ("office-400", "admin2", "Harbour-Crane.42", 40, 15),
        ("app-suite", "alma.berg", "Meadow3Kettle", 40, 5),
    ] {
        let who = Caller { name, password, ..ADMIN };
        let (examined, let_in) = storm(&mut Rig::named(product), who, times, limit);
        assert_eq!((examined, let_in), (limit, false), "{product}: the right password came too late");
        let (_, let_in) = storm(&mut Rig::named(product), who, limit, limit - 1);
        assert!(let_in, "{product}: the right password was in time");
    }
    let oig = Caller { name: "admin", password: "Lab-Oig1-gate!", surface: Surface::Ssh, ..ADMIN };
    assert_eq!(storm(&mut Rig::named("oig"), oig, 40, 5), (5, false));
}

#[test]
fn parallel_guesses_end_in_one_lock() {
    let mut rig = rig();
    let from = rig.site.trail_len();
    storm(&mut rig, READER, 200, 100);
    let events = rig.events(from);
    assert_eq!(events.iter().filter(|it| *it == "auth.locked").count(), 1);
    assert_eq!(events.iter().filter(|it| *it == "auth.refused-locked (locked)").count(), 197);
}

#[test]
fn who_waits_for_others_is_let_in_once_they_are_done() {
    let mut rig = rig();
    let pending: Vec<_> = (0..3).filter_map(|_| begin(&mut rig, READER)).collect();
    assert_eq!(pending.len(), 3);
    assert!(begin(&mut rig, READER).is_none(), "three are being examined and any may be the third failure");
    for examination in pending {
        assert!(matches!(rig.examine(examination).expect("stored"), Verdict::Accepted(..)));
    }
    assert!(rig.log_in(READER).is_accepted());
}

#[test]
fn attempts_cut_short_by_a_crash_have_failed_and_lock() {
    let mut rig = rig();
    let pending: Vec<_> = (0..3).filter_map(|_| begin(&mut rig, READER)).collect();
    assert_eq!(pending.len(), 3);
    rig.restart();
    let from = rig.site.trail_len();
    assert!(!rig.log_in(READER).is_accepted());
    assert_eq!(rig.examined, 0, "no fourth password is looked at");
    assert_eq!(rig.events(from), ["auth.locked", "auth.refused-locked (locked)"]);
    rig.wait(Duration::from_mins(10));
    assert!(rig.log_in(READER).is_accepted());
}

#[test]
fn attempts_cut_short_below_the_limit_only_count() {
    let mut rig = rig();
    assert!(begin(&mut rig, READER).is_some());
    rig.restart();
    rig.fail("reader", Surface::Web, 1);
    assert!(rig.log_in(READER).is_accepted());
}

#[test]
fn an_account_that_changes_while_its_password_is_examined_is_not_entered() {
    for (change, args) in [
        ("accounts.password", &[("name", "reader"), ("password", "Quiet+Meadow.17")][..]),
        ("accounts.change", &[("name", "reader"), ("disabled", "yes")]),
        ("accounts.change", &[("name", "reader"), ("role", "guest")]),
        ("accounts.delete", &[("name", "reader")]),
    ] {
        let run = match change {
            "accounts.password" => account::set_password,
            "accounts.change" => account::change,
            _ => account::remove,
        };
        let mut rig = rig();
        let admin = rig.session(ADMIN);
        let examination = begin(&mut rig, READER).expect("open");
        rig.run(&admin, change, run, args).expect("the administrator may");
        let accounts = rig.site.read(|estate, _| Ok(account::every(estate)?)).expect("readable");
        let verdict = rig.examine(examination).expect("stored");
        assert!(matches!(verdict, Verdict::Rejected { .. }), "{args:?}");
        let after = rig.site.read(|estate, _| Ok(account::every(estate)?)).expect("readable");
        let facts = |all: Vec<account::Account>| -> Vec<_> {
            all.into_iter().map(|it| (it.name, it.role, it.disabled, it.password)).collect()
        };
        assert_eq!(facts(after), facts(accounts), "{args:?}: the login undid the change");
    }
}
