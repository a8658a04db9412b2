//! The corners of the login limits that papers leave open, under a policy that states each of them.

use std::time::Duration;

use pbx_estate::{account, tally};
use pbx_kernel::{Secret, Surface, Timestamp};
use pbx_recorder::Entry;
use pbx_site::{Attempt, Proof};

use super::rig::{Caller, Rig, WRONG, address, caller};

const MINUTE: Duration = Duration::from_mins(1);
const ADMIN: Caller<'_> =
    Caller { name: "admin", password: "Harbour-Crane.42", surface: Surface::Web, source: "127.0.0.1" };
const READER: Caller<'_> = Caller { name: "reader", password: "Brass?Bell.204", ..ADMIN };

/// The rule's line that says how long a lock lasts; corners are added to it.
const LASTS: &str = "lasts = 600";

fn rig() -> Rig {
    Rig::small(LASTS, LASTS)
}

#[test]
fn a_failure_while_locked_does_not_prolong_the_lock() {
    let mut rig = rig();
    rig.fail("reader", Surface::Web, 3);
    rig.wait(MINUTE * 9);
    rig.fail("reader", Surface::Web, 5);
    rig.wait(MINUTE);
    assert!(rig.log_in(READER).is_accepted());
}

#[test]
fn a_failure_while_locked_prolongs_the_lock_where_the_policy_says_so() {
    let mut rig = Rig::small(LASTS, "lasts = 600\nlocked-failures-count = true");
    rig.fail("reader", Surface::Web, 3);
    rig.wait(MINUTE * 9);
    rig.fail("reader", Surface::Web, 1);
    rig.wait(MINUTE);
    assert!(!rig.log_in(Caller { password: WRONG, ..READER }).is_accepted());
    rig.wait(MINUTE * 10);
    assert!(rig.log_in(READER).is_accepted());
}

#[test]
fn the_period_runs_from_the_last_failure_or_the_first_as_the_policy_says() {
    for (corner, minutes) in [("", 15), ("\nperiod-from = \"first-failure\"", 10)] {
        let mut rig = Rig::small(LASTS, &format!("{LASTS}{corner}"));
        rig.fail("reader", Surface::Web, 1);
        rig.wait(MINUTE * 5);
        rig.fail("reader", Surface::Web, 2);
        rig.wait((MINUTE * (minutes - 5)).saturating_sub(Duration::from_millis(1)));
        assert!(!rig.log_in(READER).is_accepted(), "{corner}: too early");
        rig.wait(Duration::from_millis(1));
        assert!(rig.log_in(READER).is_accepted(), "{corner}: on time");
    }
}

#[test]
fn a_success_clears_the_count_unless_the_policy_says_otherwise() {
    for (corner, locks) in [("", false), ("\nsuccess-clears = false", true)] {
        let mut rig = Rig::small(LASTS, &format!("{LASTS}{corner}"));
        rig.fail("reader", Surface::Web, 2);
        assert!(rig.log_in(READER).is_accepted());
        rig.fail("reader", Surface::Web, 1);
        assert_eq!(!rig.log_in(READER).is_accepted(), locks, "{corner}");
    }
}

#[test]
fn a_new_password_clears_count_and_lock() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    rig.fail("reader", Surface::Web, 3);
    let new = [("name", "reader"), ("password", "Quiet+Meadow.17")];
    rig.run(&admin, "accounts.password", account::set_password, &new).expect("the administrator may");
    assert!(rig.log_in(Caller { password: "Quiet+Meadow.17", ..READER }).is_accepted());
    rig.fail("reader", Surface::Web, 2);
    assert!(
        rig.log_in(Caller { password: "Quiet+Meadow.17", ..READER }).is_accepted(),
        "the count began anew"
    );
}

#[test]
fn an_administrator_unlocks_where_the_policy_lets_him() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    rig.fail("reader", Surface::Web, 3);
    let from = rig.site.trail_len();
    rig.run(&admin, "accounts.unlock", account::unlock, &[("name", "reader")])
        .expect("the administrator may");
    assert_eq!(rig.events(from), ["route.run", "auth.unlocked"]);
    assert!(rig.log_in(READER).is_accepted());

    let mut strict = Rig::small("administrator-unlocks = true", "");
    let admin = strict.session(ADMIN);
    strict.fail("reader", Surface::Web, 3);
    let refused = strict.run(&admin, "accounts.unlock", account::unlock, &[("name", "reader")]);
    assert_eq!(refused.expect_err("nobody may").code(), "conflict");
    assert!(!strict.log_in(READER).is_accepted());
}

#[test]
fn locking_refusing_and_unlocking_are_records_of_their_own() {
    let mut rig = rig();
    let from = rig.site.trail_len();
    rig.fail("reader", Surface::Ssh, 4);
    rig.wait(MINUTE * 30);
    let rejected = "auth.rejected (wrong-password)";
    assert_eq!(
        rig.events(from),
        [
            rejected,
            rejected,
            rejected,
            "auth.locked",
            "auth.refused-locked (locked)",
            "auth.unlocked-by-time"
        ]
    );
}

#[test]
fn a_lock_ends_on_record_at_the_moment_it_was_due() {
    let mut rig = rig();
    rig.fail("reader", Surface::Web, 3);
    let due = rig.now + MINUTE * 10;
    assert_eq!(rig.site.next_deadline(), Some(due));
    rig.wait(MINUTE * 60);
    let last = rig.records(rig.site.trail_len() - 1).remove(0).record;
    assert_eq!((last.event.as_ref(), last.time), ("auth.unlocked-by-time", due));
    assert_eq!(rig.site.next_deadline(), None);
}

#[test]
fn a_lock_that_ended_while_nothing_ran_ends_on_record_after_the_restart() {
    let mut rig = rig();
    rig.fail("reader", Surface::Web, 3);
    let due = rig.now + MINUTE * 10;
    rig.restart();
    rig.wait(MINUTE * 60);
    let last = rig.records(rig.site.trail_len() - 1).remove(0).record;
    assert_eq!((last.event.as_ref(), last.time), ("auth.unlocked-by-time", due));
}

#[test]
fn every_attempt_is_on_record_with_time_account_source_surface_and_outcome() {
    let mut rig = rig();
    let from = rig.site.trail_len();
    assert!(
        !rig.log_in(Caller { password: WRONG, surface: Surface::Ssh, ..READER }.from("127.0.0.9"))
            .is_accepted()
    );
    rig.now = rig.now + MINUTE;
    assert!(rig.log_in(READER).is_accepted());
    assert!(!rig.log_in(caller("nobody", WRONG, Surface::Api)).is_accepted());
    let of = |it: Entry| {
        let it = it.record;
        let reason = it.reason.map(std::borrow::Cow::into_owned);
        (it.time, it.event.into_owned(), it.surface.into_owned(), it.source, it.actor, reason)
    };
    let named = |name: &str| rig.site.pseudonym(&pbx_kernel::AccountName::parse(name).expect("a name"));
    let row = |minutes: u32, event: &str, surface: &str, source: &str, name, reason: Option<&str>| {
        let time = Timestamp::parse(super::rig::START).expect("a time") + MINUTE * minutes;
        let actor = Some(pbx_kernel::Pseudonym::new(named(name)));
        let source = Some(source.to_owned());
        (time, event.to_owned(), surface.to_owned(), source, actor, reason.map(str::to_owned))
    };
    let expected = [
        row(0, "auth.rejected", "ssh", "127.0.0.9", "reader", Some("wrong-password")),
        row(1, "auth.accepted", "web", "127.0.0.1", "reader", None),
        row(1, "auth.rejected", "api", "127.0.0.1", "nobody", Some("unknown-account")),
    ];
    assert_eq!(rig.records(from).into_iter().map(of).collect::<Vec<_>>(), expected);
}

#[test]
fn unknown_locked_and_wrong_look_the_same_to_the_caller() {
    let mut rig = rig();
    rig.fail("deputy", Surface::Web, 3);
    let answer = |rig: &mut Rig, name: &str| {
        let page = rig.send(&super::web::request(
            rig,
            "POST",
            "/login",
            super::web::Ticket::Nobody,
            &format!("username={name}&password=wrong"),
        ));
        let text = String::from_utf8(page.body).expect("text").replace(name, "");
        (page.status, page.headers, text)
    };
    let wrong = answer(&mut rig, "reader");
    assert_eq!(wrong.0, 401);
    assert_eq!(answer(&mut rig, "deputy"), wrong, "locked");
    assert_eq!(answer(&mut rig, "nobody"), wrong, "unknown");
}

#[test]
fn a_guesser_of_names_fills_nothing_on_the_disk() {
    let mut rig = rig();
    let rows = |rig: &Rig| rig.site.read(|estate, _| Ok(estate.list::<tally::Attempts>(None, 100)?.len()));
    for number in 0..500 {
        rig.fail(&format!("guess{number}"), Surface::Ssh, 1);
    }
    assert_eq!(rows(&rig).expect("readable"), 0);
    assert!(rig.log_in(READER).is_accepted());
}

#[test]
fn a_name_of_ten_megabytes_is_refused_and_on_record_like_any_other() {
    let mut rig = rig();
    let from = rig.site.trail_len();
    let name = "\u{1}\"long\\".repeat(10_000_000 / 8);
    for _ in 0..4 {
        assert!(!rig.log_in(caller(&name, WRONG, Surface::Web)).is_accepted());
    }
    assert_eq!(rig.events(from).len(), 5, "four refusals and a lock");
}

#[test]
fn a_public_key_opens_an_account_without_a_password() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINotAKeyThatAnybodyHas";
    let keyed = pbx_site::NewAccount {
        password: None,
        keys: vec![key.to_owned()],
        ..super::rig::account("keyed", "administrator")
    };
    let mut rig = Rig::with(&pbx_product::GENERIC, super::rig::SMALL, vec![keyed]);
    let mut offer = |proof| {
        let attempt =
            Attempt { name: "keyed".to_owned(), proof, surface: Surface::Ssh, source: address("127.0.0.1") };
        let verdict = rig.carry_out(attempt).expect("the store takes it");
        matches!(verdict, pbx_site::Verdict::Accepted(..))
    };
    assert!(!offer(Proof::PublicKey(format!("{key}x"))));
    assert!(!offer(Proof::Password(Secret::new(""))));
    assert!(offer(Proof::PublicKey(key.to_owned())));
}
