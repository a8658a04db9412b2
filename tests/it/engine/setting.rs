//! What an administrator sets takes effect at once.

use std::time::Duration;

use pbx_estate::{account, setting};
use pbx_kernel::Surface;
use pbx_site::SessionId;

use super::rig::{Caller, Rig, address};

const ENGINEER: Caller<'_> =
    Caller { name: "engineer", password: "Granite7Willow", surface: Surface::Web, source: "127.0.0.1" };
const USER: Caller<'_> = Caller { name: "alma.berg", password: "Meadow3Kettle", ..ENGINEER };

#[track_caller]
fn set(rig: &mut Rig, session: &SessionId, key: &str, value: &str) {
    rig.run(session, "own", setting::change, &[(key, value)]).expect("the administrator may");
}

#[test]
fn app_suite_locks_after_as_many_failures_and_minutes_as_the_administrator_says() {
    let mut rig = Rig::named("app-suite");
    let engineer = rig.session(ENGINEER);
    set(&mut rig, &engineer, "lockout.failures-max", "2");
    set(&mut rig, &engineer, "lockout.minutes", "1");
    rig.fail(USER.name, Surface::Web, 1);
    assert!(rig.log_in(USER).is_accepted());
    rig.fail(USER.name, Surface::Web, 2);
    rig.wait(Duration::from_millis(59_999));
    assert!(!rig.log_in(USER).is_accepted());
    rig.wait(Duration::from_millis(1));
    assert!(rig.log_in(USER).is_accepted());
}

#[test]
fn app_suite_refuses_numbers_outside_their_range() {
    let mut rig = Rig::named("app-suite");
    let engineer = rig.session(ENGINEER);
    for (value, fits) in [("0", false), ("1", true), ("100", true), ("101", false), ("five", false)] {
        let result = rig.run(&engineer, "own", setting::change, &[("lockout.failures-max", value)]);
        assert_eq!(result.is_ok(), fits, "{value}");
    }
}

#[test]
fn app_suite_holds_new_passwords_to_the_strength_that_is_set() {
    let mut rig = Rig::named("app-suite");
    let engineer = rig.session(ENGINEER);
    for (level, weak, strong) in
        [("low", "abcde", "abcdef"), ("secure", "abcdefg1", "Abcdefg1"), ("high", "Abcdefghi1", "Abcdefgh1#")]
    {
        set(&mut rig, &engineer, "password.rule", level);
        let mut give = |password| {
            let args = [("name", USER.name), ("password", password)];
            rig.run(&engineer, "accounts.password", account::set_password, &args).is_ok()
        };
        assert_eq!((give(weak), give(strong)), (false, true), "{level}");
    }
}

#[test]
fn oig_opens_ssh_only_when_told_and_only_to_listed_networks() {
    let mut rig = Rig::named("oig");
    let admin = rig.session(Caller { name: "admin", password: "Lab-Oig1-gate!", ..ENGINEER });
    let ssh = rig.policy().listeners.iter().find(|it| it.id == "ssh").expect("a listener").clone();
    let admits =
        |rig: &Rig, source: &str| rig.site.admission(&ssh).expect("readable").admits(address(source));
    assert_eq!(rig.site.admission(&ssh).expect("readable"), setting::Admission::None);
    let version = rig.site.settings_version();
    set(&mut rig, &admin, "listener.ssh.enabled", "on");
    assert_ne!(rig.site.settings_version(), version, "listeners are looked at again");
    assert!(admits(&rig, "127.0.0.1") && !admits(&rig, "192.0.2.7"));
    set(&mut rig, &admin, "listener.ssh.networks", "192.0.2.0/24");
    assert!(admits(&rig, "192.0.2.7") && !admits(&rig, "192.0.3.7"));
    set(&mut rig, &admin, "listener.ssh.enabled", "off");
    assert_eq!(rig.site.admission(&ssh).expect("readable"), setting::Admission::None);
}

#[test]
fn mx_one_shows_its_banner_once_it_is_switched_on() {
    let mut rig = Rig::named("mx-one");
    let who = Caller { name: "mxone_admin", password: "Lab-Mx1-admin!", surface: Surface::Ssh, ..ENGINEER };
    let admin = rig.session(who);
    assert_eq!(rig.site.banner().expect("readable"), None);
    set(&mut rig, &admin, "banner.shown", "on");
    set(&mut rig, &admin, "banner.text", "Authorised callers only.");
    assert_eq!(rig.site.banner().expect("readable").as_deref(), Some("Authorised callers only."));
}

#[test]
fn a_setting_that_the_role_may_not_change_changes_nothing_of_the_rest() {
    let mut rig = Rig::named("mx-one");
    let who = Caller { name: "System Setup Admin", password: "Lab-Mx1-setup!", ..ENGINEER };
    let admin = rig.session(who);
    let both = [("password.history", "7"), ("banner.shown", "on")];
    let refused = rig.run(&admin, "settings.change", setting::change, &both).expect_err("not the banner");
    assert_eq!(refused.code(), "not-permitted");
    let history = rig.site.read(|estate, policy| Ok(setting::number(estate, policy, "password.history")?));
    assert_eq!(history.expect("readable"), Some(3));
}
