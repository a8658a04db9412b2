//! The login limits of the five products, each on both sides of its edge.

use std::time::Duration;

use pbx_kernel::Surface;

use super::rig::{Caller, LoggedIn, Rig, WRONG, caller};

const MINUTE: Duration = Duration::from_mins(1);
const MILLI: Duration = Duration::from_millis(1);
const AGES: Duration = Duration::from_hours(24 * 365);

const MX_USER: Caller<'_> =
    Caller { name: "mxone_user", password: "Lab-Mx1-user!", surface: Surface::Ssh, source: "127.0.0.1" };
const MX_ADMIN: Caller<'_> = Caller { name: "mxone_admin", password: "Lab-Mx1-admin!", ..MX_USER };
const O4_USER: Caller<'_> = Caller {
    name: "ines.falk",
    password: "Willow<Gate>61",
    surface: Surface::SelfService,
    source: "127.0.0.1",
};
const O4_ADMIN: Caller<'_> =
    Caller { name: "admin2", password: "Harbour-Crane.42", surface: Surface::Web, ..O4_USER };
const SUITE_USER: Caller<'_> =
    Caller { name: "alma.berg", password: "Meadow3Kettle", surface: Surface::Web, source: "127.0.0.1" };
const OIG: Caller<'_> =
    Caller { name: "admin", password: "Lab-Oig1-gate!", surface: Surface::Ssh, source: "127.0.0.1" };

fn just_before(duration: Duration) -> Duration {
    duration.saturating_sub(MILLI)
}

/// Fails `failures` times, waits, then shows the right password: is it let in?
#[track_caller]
fn check(product: &str, who: Caller<'_>, failures: usize, then: Duration, expected: bool) {
    let mut rig = Rig::named(product);
    rig.fail(who.name, who.surface, failures);
    rig.wait(then);
    assert_eq!(rig.log_in(who).is_accepted(), expected, "{product}: {failures} failures, then {then:?}");
}

#[test]
fn mx_one_locks_at_the_third_failure_until_somebody_unlocks() {
    check("mx-one", MX_USER, 2, Duration::ZERO, true);
    check("mx-one", MX_USER, 3, Duration::ZERO, false);
    check("mx-one", MX_USER, 3, AGES, false);
}

#[test]
fn mx_one_frees_its_super_users_after_twenty_minutes() {
    check("mx-one", MX_ADMIN, 3, just_before(MINUTE * 20), false);
    check("mx-one", MX_ADMIN, 3, MINUTE * 20, true);
}

#[test]
fn mx_one_counts_ssh_and_web_and_api_together() {
    let mut rig = Rig::named("mx-one");
    for surface in [Surface::Ssh, Surface::Web] {
        rig.fail("mxone_admin", surface, 1);
    }
    rig.fail("mxone_admin", Surface::Api, 1);
    for surface in [Surface::Ssh, Surface::Web, Surface::Api] {
        assert!(!rig.log_in(Caller { surface, ..MX_ADMIN }).is_accepted(), "{surface}");
    }
}

#[test]
fn mx_one_closes_the_connection_of_the_third_failure() {
    let mut rig = Rig::named("mx-one");
    let wrong = Caller { password: WRONG, ..MX_USER };
    for (attempt, closes) in [(1, false), (2, false), (3, true)] {
        let LoggedIn::Rejected { hang_up } = rig.log_in(wrong) else { panic!("let in") };
        assert_eq!(hang_up, closes, "attempt {attempt}");
    }
}

#[test]
fn office_400_locks_at_the_fifteenth_failure_for_ten_minutes() {
    check("office-400", O4_ADMIN, 14, Duration::ZERO, true);
    check("office-400", O4_ADMIN, 15, just_before(MINUTE * 10), false);
    check("office-400", O4_ADMIN, 15, MINUTE * 10, true);
    check("office-400", O4_USER, 15, just_before(MINUTE * 10), false);
    check("office-400", O4_USER, 15, MINUTE * 10, true);
}

#[test]
fn office_400_locks_teleworkers_for_thirty_minutes() {
    let teleworker = Caller { name: "mira.sand", password: "North+Ferry.58", ..O4_USER };
    check("office-400", teleworker, 15, just_before(MINUTE * 30), false);
    check("office-400", teleworker, 15, MINUTE * 30, true);
}

#[test]
fn office_400_counts_an_extension_and_its_user_as_one_account() {
    let mut rig = Rig::named("office-400");
    rig.fail("201", Surface::SelfService, 7);
    rig.fail("Ines.Falk", Surface::SelfService, 8);
    assert!(!rig.log_in(O4_USER).is_accepted());
    assert!(!rig.log_in(Caller { name: "201", password: "4711", ..O4_USER }).is_accepted());
}

#[test]
fn micloud_portal_never_locks_and_logs_each_failure() {
    let mut rig = Rig::named("micloud-portal");
    let from = rig.site.trail_len();
    rig.fail("root", Surface::Web, 200);
    assert_eq!(rig.events(from), vec!["auth.rejected (wrong-password)"; 200]);
    assert!(rig.log_in(caller("root", "Orchid-Signal-915", Surface::Web)).is_accepted());
}

#[test]
fn app_suite_locks_at_the_fifth_failure_for_fifteen_minutes() {
    check("app-suite", SUITE_USER, 4, Duration::ZERO, true);
    check("app-suite", SUITE_USER, 5, just_before(MINUTE * 15), false);
    check("app-suite", SUITE_USER, 5, MINUTE * 15, true);
}

#[test]
fn app_suite_counts_on_after_a_lock_until_somebody_gets_in() {
    let mut rig = Rig::named("app-suite");
    rig.fail(SUITE_USER.name, Surface::Web, 5);
    rig.wait(MINUTE * 15);
    rig.fail(SUITE_USER.name, Surface::Web, 1);
    assert!(!rig.log_in(SUITE_USER).is_accepted(), "the sixth failure locks again");
    rig.wait(MINUTE * 15);
    assert!(rig.log_in(SUITE_USER).is_accepted());
    rig.fail(SUITE_USER.name, Surface::Web, 4);
    assert!(rig.log_in(SUITE_USER).is_accepted(), "the count began anew");
}

#[test]
fn oig_bans_the_address_and_leaves_the_account_open_elsewhere() {
    check("oig", OIG, 4, Duration::ZERO, true);
    check("oig", OIG, 5, just_before(MINUTE * 10), false);
    check("oig", OIG, 5, MINUTE * 10, true);
    let mut rig = Rig::named("oig");
    rig.fail("admin", Surface::Ssh, 5);
    assert!(rig.log_in(OIG.from("127.0.0.2")).is_accepted());
}

#[test]
fn oig_counts_whatever_names_an_address_tries() {
    let mut rig = Rig::named("oig");
    for name in ["root", "admin", "nobody", "test"] {
        rig.fail(name, Surface::Ssh, 1);
    }
    assert!(!rig.log_in(Caller { name: "guest", ..OIG }).is_accepted());
    assert!(!rig.log_in(OIG).is_accepted());
}

#[test]
fn oig_forgets_failures_older_than_ten_minutes() {
    let mut rig = Rig::named("oig");
    rig.fail("admin", Surface::Ssh, 1);
    rig.wait(just_before(MINUTE * 10));
    rig.fail("admin", Surface::Ssh, 3);
    rig.wait(MILLI);
    rig.fail("admin", Surface::Ssh, 1);
    assert!(rig.log_in(OIG).is_accepted(), "the first of the five was ten minutes old");
}

#[test]
fn oig_turns_a_banned_address_away_before_a_byte() {
    let mut rig = Rig::named("oig");
    let session = rig.session(Caller { surface: Surface::Web, ..OIG });
    let on = [("listener.ssh.enabled", "on")];
    rig.run(&session, "settings.change", pbx_estate::setting::change, &on).expect("the administrator may");
    let ssh = rig.policy().listeners.iter().find(|it| it.id == "ssh").expect("a listener").clone();
    let admits = |rig: &mut Rig, source| {
        let (now, source) = (rig.now, super::rig::address(source));
        rig.site.admits(now, &ssh, source).expect("the store takes it")
    };
    assert!(admits(&mut rig, "127.0.0.1"));
    assert!(!admits(&mut rig, "127.1.0.1"), "not of the local network");
    rig.fail("admin", Surface::Ssh, 5);
    let from = rig.site.trail_len();
    assert!(!admits(&mut rig, "127.0.0.1"));
    assert!(admits(&mut rig, "127.0.0.2"));
    assert_eq!(rig.events(from), ["connection.refused (banned)"]);
    rig.wait(MINUTE * 10);
    assert!(admits(&mut rig, "127.0.0.1"));
}

#[test]
fn a_count_and_a_lock_survive_a_restart() {
    let mut rig = Rig::named("mx-one");
    rig.fail("mxone_admin", Surface::Ssh, 2);
    rig.restart();
    rig.fail("mxone_admin", Surface::Ssh, 1);
    rig.restart();
    assert!(!rig.log_in(MX_ADMIN).is_accepted());
    rig.wait(MINUTE * 20);
    assert!(rig.log_in(MX_ADMIN).is_accepted());
}
