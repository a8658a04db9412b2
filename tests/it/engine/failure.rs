//! A store that refuses to be written: nothing half-done, a clear error, and life goes on afterwards.

use std::time::Duration;

use pbx_estate::account;
use pbx_kernel::{StoreError, Surface};
use pbx_site::{Begun, Error, Input};

use super::rig::{Caller, Rig, WRONG};
use super::shell::Shell;
use super::web::Ticket;

const ADMIN: Caller<'_> =
    Caller { name: "admin", password: "Harbour-Crane.42", surface: Surface::Web, source: "127.0.0.1" };
const READER: Caller<'_> = Caller { name: "reader", password: "Brass?Bell.204", ..ADMIN };

fn rig() -> Rig {
    Rig::small("lasts = 600", "lasts = 600")
}

/// Everything that the store holds of the site.
fn state(rig: &Rig) -> (Vec<u8>, usize, u64) {
    (rig.raw(), rig.lines().len(), rig.site.trail_len())
}

/// Does something while the disk refuses to be written, and proves that nothing came of it.
#[track_caller]
fn fail<T>(rig: &mut Rig, error: StoreError, act: impl FnOnce(&mut Rig) -> T) -> T {
    let before = state(rig);
    rig.faults().refuse_writes(Some(error));
    let result = act(rig);
    assert!(state(rig) == before, "something was changed");
    rig.faults().refuse_writes(None);
    result
}

#[test]
fn a_login_is_an_error_and_counts_neither_for_nor_against_anybody() {
    for error in [StoreError::Full, StoreError::ReadOnly] {
        let mut rig = rig();
        for name in ["reader", "nobody"] {
            for _ in 0..10 {
                let who = Caller { name, password: WRONG, ..READER };
                let failed = fail(&mut rig, error.clone(), |rig| rig.try_log_in(who).map(|_| ()));
                assert!(matches!(failed, Err(Error::Store(it)) if it == error));
            }
        }
        rig.fail("reader", Surface::Web, 2);
        rig.fail("nobody", Surface::Web, 2);
        assert!(rig.log_in(READER).is_accepted());
        assert!(rig.verify().is_intact());
    }
}

#[test]
fn a_login_whose_end_cannot_be_kept_opens_nothing_and_has_failed() {
    let mut rig = rig();
    for _ in 0..3 {
        let Begun::Examine(examination) = rig.site.begin_login(rig.now, READER.attempt()).expect("stored")
        else {
            panic!("nobody else is examined")
        };
        let failed = fail(&mut rig, StoreError::Full, |rig| rig.examine(*examination));
        assert!(matches!(failed, Err(Error::Store(StoreError::Full))));
    }
    let from = rig.site.trail_len();
    assert!(!rig.log_in(READER).is_accepted(), "three attempts are counted and none has succeeded");
    assert_eq!(rig.events(from), ["auth.locked", "auth.refused-locked (locked)"]);
    assert_eq!(rig.examined, 3);
    rig.wait(Duration::from_mins(10));
    assert!(rig.log_in(READER).is_accepted());
    assert!(rig.verify().is_intact());
}

#[test]
fn an_operation_is_an_error_and_can_be_repeated_afterwards() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    let new = [("name", "ada"), ("password", "Quiet+Meadow.17")];
    let failed = fail(&mut rig, StoreError::Full, |rig| {
        rig.try_run(&admin, "accounts.create", account::create, &new).map(|_| ())
    });
    assert!(matches!(failed, Err(Error::Store(StoreError::Full))));
    rig.run(&admin, "accounts.create", account::create, &new).expect("there is room again");
    assert!(rig.verify().is_intact());
}

#[test]
fn reading_is_refused_too_while_it_cannot_be_recorded() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    let failed = fail(&mut rig, StoreError::ReadOnly, |rig| {
        rig.try_run(&admin, "accounts.read", account::list, &[]).map(|_| ())
    });
    assert!(matches!(failed, Err(Error::Store(StoreError::ReadOnly))));
}

#[test]
fn every_face_says_that_nothing_was_done() {
    let mut rig = rig();
    let web = rig.token(ADMIN);
    let api = rig.token(Caller { surface: Surface::Api, ..ADMIN });
    let ssh = rig.session(Caller { surface: Surface::Ssh, ..ADMIN });
    let (mut shell, _) = Shell::start(&mut rig, &ssh);
    fail(&mut rig, StoreError::Full, |rig| {
        assert_eq!(rig.get(Ticket::Cookie(&web), "/accounts").status, 503);
        assert_eq!(rig.call("GET", "/api/accounts", &api, "").status, 503);
        let shown = shell.put(rig, Input::Bytes(b"account list\r"));
        assert!(shown.contains("nothing was done"), "{shown}");
    });
    assert_eq!(rig.get(Ticket::Cookie(&web), "/accounts").status, 200);
    assert_eq!(rig.call("GET", "/api/accounts", &api, "").status, 200);
}

#[test]
fn a_lock_and_a_session_end_on_record_once_the_disk_is_back() {
    let mut rig = rig();
    rig.fail("reader", Surface::Web, 3);
    let session = rig.session(ADMIN);
    let from = rig.site.trail_len();
    fail(&mut rig, StoreError::Full, |rig| {
        rig.now = rig.now + Duration::from_mins(20);
        assert!(rig.site.advance(rig.now).is_err());
        assert!(rig.site.principal(rig.now, &session).is_err());
    });
    rig.wait(Duration::ZERO);
    assert_eq!(rig.events(from), ["auth.unlocked-by-time", "session.expired"]);
    assert!(matches!(rig.site.principal(rig.now, &session), Err(Error::SessionEnded)));
}

#[test]
fn a_logout_that_cannot_be_recorded_leaves_the_session_open() {
    let mut rig = rig();
    let session = rig.session(READER);
    let failed = fail(&mut rig, StoreError::Full, |rig| rig.site.end_session(rig.now, &session));
    assert!(failed.is_err());
    assert!(rig.site.principal(rig.now, &session).is_ok());
    rig.site.end_session(rig.now, &session).expect("the store takes it");
    assert!(matches!(rig.site.principal(rig.now, &session), Err(Error::SessionEnded)));
}
