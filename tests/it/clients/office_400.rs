//! Office 400: a first password to change, two sessions at once, a PIN inside the LAN, no SSH.

use serde_json::json;
use support::{Browser, Kind, Scenario, World, curl, scenario};

use super::{check_fits_a_phone, check_recorded, hold_a_phone, text};
use crate::faces::{OFFICE_400, check_has};

const ACCOUNTS: &str = OFFICE_400.accounts_page;

#[test]
fn as_shipped_the_administrator_must_choose_a_password_before_anything_else() {
    let world = World::start(&Scenario::of(&["office-400"]).profile("as-shipped").to_string());
    let site = world.site("office-400");
    let names: Vec<_> = site.accounts.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["admin"], "one account as shipped");
    assert!(site.listeners.iter().all(|it| it.kind != Kind::Ssh), "there is no SSH");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    browser.log_in(&format!("{url}login"), &[("username", "admin"), ("password", "password")]);
    assert!(browser.text().contains("Choose a new password before you go on."), "{}", browser.text());
    browser.open(&format!("{url}access-control/accounts"));
    assert!(browser.url().ends_with("/own"), "every way leads to the password: {}", browser.url());
    let change = |new| [("current", "password"), ("password", new), ("confirm", new)];
    browser.submit(&change("weak"));
    assert!(browser.text().contains("This password is refused"), "{}", browser.text());
    browser.submit(&change("Umlaut-für-8"));
    assert!(browser.text().contains("This password is refused"), "no umlauts: {}", browser.text());
    browser.submit(&change("Granite-Bay.11"));
    assert!(browser.text().contains("Your password is changed."), "{}", browser.text());
    browser.open(&format!("{url}access-control/accounts"));
    assert!(browser.url().ends_with("/access-control/accounts"), "{}", browser.url());
    assert_eq!(OFFICE_400.try_page(&curl(&site), 0, "admin", "password").status, 401, "the old one is gone");
}

#[test]
fn a_program_must_change_the_first_password_too_and_can() {
    let world = World::start(&Scenario::of(&["office-400"]).profile("as-shipped").to_string());
    let site = world.site("office-400");
    let program = OFFICE_400.program(&site, "admin", "password");
    let body = program.refused(409, "GET", OFFICE_400.accounts, &json!(null));
    assert!(body.contains("Change your password first."), "{body}");
    program.run(
        "PUT",
        OFFICE_400.own_password,
        &json!({ "current": "password", "password": "Granite-Bay.11" }),
    );
    assert_eq!(text(&program.account("admin")["state"]), "open");
}

#[test]
fn a_browser_does_what_the_profile_allows_on_any_screen() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    let fields = [("username", "hotel"), ("password", site.password("hotel"))];
    browser.log_in(&format!("{url}login"), &fields);
    browser.open(&format!("{url}access-control/accounts?name=frontdesk"));
    browser.submit(&[("full-name", "Greta Ohm")]);
    assert!(browser.text().contains("is changed"), "{}", browser.text());
    browser.open(&format!("{url}access-control/audit-trail"));
    assert!(browser.text().contains("Your role does not allow this."), "{}", browser.text());
    hold_a_phone(&browser);
    for page in ["", "access-control/accounts", "access-control/access-log", "own"] {
        browser.open(&format!("{url}{page}"));
        check_fits_a_phone(&browser);
    }
    let log = OFFICE_400.administrator(&site).log("audit");
    check_has(&log, &[("account", "hotel"), ("event", "account.changed"), ("outcome", "ok")]);
    check_has(&log, &[("account", "hotel"), ("event", "page.run"), ("outcome", "refused")]);
    check_recorded(&world, &site, "page.run", "ok", "/access-control/accounts?do=change");
    check_recorded(&world, &site, "page.run", "refused", "/access-control/audit-trail");
}

#[test]
fn a_program_does_what_the_profile_allows_and_both_are_on_record() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let bridge = OFFICE_400.program(&site, "cti-bridge", site.password("cti-bridge"));
    let new = json!({ "current": site.password("cti-bridge"), "password": "Relay=Copper*32" });
    bridge.run("PUT", OFFICE_400.own_password, &new);
    bridge.refused(403, "GET", OFFICE_400.accounts, &json!(null));
    let log = OFFICE_400.administrator(&site).log("audit");
    check_has(&log, &[("account", "cti-bridge"), ("event", "account.password-changed"), ("outcome", "ok")]);
    check_has(&log, &[("account", "cti-bridge"), ("event", "route.run"), ("outcome", "refused")]);
    check_recorded(&world, &site, "route.run", "refused", "GET /api/accounts");
    assert_eq!(OFFICE_400.try_page(&curl(&site), 0, "cti-bridge", "Relay=Copper*32").status, 401, "no web");
}

#[test]
fn the_third_session_of_an_account_is_refused_and_two_live_on() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let password = site.password("admin2");
    let first = OFFICE_400.person(&site, "admin2", password);
    let second = OFFICE_400.program(&site, "admin2", password);
    for third in [
        OFFICE_400.try_page(&curl(&site), 0, "admin2", password),
        OFFICE_400.try_route(&curl(&site), "admin2", password),
    ] {
        assert_eq!(third.status, 401, "{}", third.body);
    }
    assert_eq!(first.get(ACCOUNTS).status, 200);
    check_has(&second.log("failed-logins"), &[("event", "session.refused"), ("account", "admin2")]);
    let reason = [("event", "session.refused"), ("reason", "too-many-sessions")];
    check_has(&world.director().records("office-400"), &reason);
    let csrf = first.get("/own").hidden("csrf").expect("a token");
    first.post_form("/logout", &[("csrf", csrf.as_str())]);
    assert_eq!(OFFICE_400.try_page(&curl(&site), 0, "admin2", password).status, 303, "there is room again");
    assert_eq!(OFFICE_400.try_page(&curl(&site), 0, "admin2", password).status, 401, "for one");
    let frontdesk = || OFFICE_400.try_page(&curl(&site), 0, "frontdesk", site.password("frontdesk")).status;
    assert_eq!([frontdesk(), frontdesk(), frontdesk()], [303; 3], "the rule is for configuration accounts");
}

#[test]
fn a_pin_serves_inside_the_lan_and_a_password_outside() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let self_service = |source: &str, name: &str, secret: &str| {
        OFFICE_400.try_page(&curl(&site).from(source), 1, name, secret).status
    };
    let (inside, outside) = ("127.0.0.1", "127.1.0.1");
    assert_eq!(self_service(inside, "201", "4711"), 303, "extension and PIN");
    assert_eq!(self_service(inside, "ines.falk", "4711"), 303, "user name and PIN");
    assert_eq!(self_service(inside, "ines.falk", site.password("ines.falk")), 303, "password");
    assert_eq!(self_service(inside, "201", "4712"), 401, "a wrong PIN");
    assert_eq!(self_service(outside, "201", "4711"), 401, "a PIN from outside");
    assert_eq!(self_service(outside, "ines.falk", "4711"), 401, "a PIN from outside");
    assert_eq!(self_service(outside, "ines.falk", site.password("ines.falk")), 303, "the strong password");
    let webadmin = OFFICE_400.try_page(&curl(&site), 0, "ines.falk", site.password("ines.falk"));
    assert_eq!(webadmin.status, 401, "an end user has no WebAdmin");
    let administrator = OFFICE_400.try_page(&curl(&site), 1, "admin2", site.password("admin2"));
    assert_eq!(administrator.status, 401, "a configuration account has no self-service");
}

#[test]
fn the_audit_trail_can_be_cleared_whole_and_the_access_log_never() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let admin = OFFICE_400.administrator(&site);
    admin.run("PATCH", "/api/settings", &json!({ "remote-maintenance.enabled": "on" }));
    check_has(
        &admin.log("audit"),
        &[("event", "setting.changed"), ("object", "setting remote-maintenance.enabled")],
    );
    admin.refused(409, "DELETE", "/api/logs/access", &json!(null));
    admin.refused(409, "DELETE", "/api/logs/failed-logins", &json!(null));
    admin.run("DELETE", "/api/logs/audit", &json!(null));
    let left = admin.log("audit");
    assert_eq!(left.len(), 1, "{left:?}");
    check_has(&left, &[("event", "log.cleared"), ("account", "admin2")]);
    check_has(&admin.log("access"), &[("event", "auth.accepted"), ("account", "admin2")]);
    let records = world.director().records("office-400");
    check_has(&records, &[("event", "setting.changed")]);
    check_has(&records, &[("event", "log.cleared")]);
}

#[test]
fn there_are_at_most_twenty_five_configuration_accounts() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let admin = OFFICE_400.administrator(&site);
    let accounts = || admin.read("/api/accounts")["account"].as_array().expect("accounts").len();
    let end_users = ["ines.falk", "tomas.reyl", "mira.sand"].len();
    let make = |number: usize| json!({ "name": format!("clerk{number}"), "role": "receptionist" });
    for number in accounts() - end_users..25 {
        admin.run("POST", "/api/accounts", &make(number));
    }
    let body = admin.refused(409, "POST", "/api/accounts", &make(25));
    assert!(body.contains("at most 25"), "{body}");
    admin.run("POST", "/api/users", &json!({ "name": "olga.wind", "alias": "204" }));
    assert_eq!(accounts(), 25 + end_users + 1, "end users are counted apart");
}
