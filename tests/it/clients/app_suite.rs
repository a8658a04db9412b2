//! The Application Suite: plain HTTP as shipped, a switch to HTTPS, nine roles, least privilege.

use std::time::Duration;

use serde_json::json;
use support::{Browser, Curl, Kind, Scenario, World, curl, scenario};

use super::{check_fits_a_phone, check_recorded, hold_a_phone, text};
use crate::faces::{APP_SUITE, check_has};

const WEBSITE: &str = "/configuration/website";

#[test]
fn as_shipped_the_website_is_plain_http_until_it_is_switched_to_https() {
    let world = World::start(&Scenario::of(&["app-suite"]).profile("as-shipped").to_string());
    let site = world.site("app-suite");
    assert!(site.answers(Kind::Http) && !site.answers(Kind::Https));
    let names: Vec<_> = site.accounts.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["engineer", "supervisor"]);
    let visitor = Curl::to(&site, Kind::Http);
    let answer = APP_SUITE.try_page(&visitor, 0, "engineer", site.password("engineer"));
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer.header("set-cookie").expect("a session");
    assert!(cookie.contains("HttpOnly; SameSite=Strict") && !cookie.contains("Secure"), "{cookie}");
    assert!(visitor.get(WEBSITE).body.contains("can be read on their way"), "the page warns");
    let both_off = visitor.act(WEBSITE, "settings", &[("listener.web-http.enabled", "off")]);
    assert_eq!(both_off.status, 422, "{}", both_off.body);
    visitor.act(WEBSITE, "settings", &[("listener.web.enabled", "on")]);
    site.until_answers(Kind::Https, true);
    let secure = APP_SUITE.person(&site, "engineer", site.password("engineer"));
    secure.act(WEBSITE, "settings", &[("listener.web-http.enabled", "off")]);
    site.until_answers(Kind::Http, false);
    assert!(!secure.get(WEBSITE).body.contains("can be read on their way"));
    check_has(&world.director().records("app-suite"), &[("event", "setting.changed"), ("detail.to", "off")]);
}

#[test]
fn a_browser_over_plain_http_does_what_the_role_allows() {
    let world = World::start(&Scenario::of(&["app-suite"]).profile("as-shipped").to_string());
    let site = world.site("app-suite");
    let url = site.listener(Kind::Http).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    let fields = [("username", "supervisor"), ("password", site.password("supervisor"))];
    browser.log_in(&format!("{url}login"), &fields);
    browser.open(&format!("{url}logs/audit"));
    assert!(browser.text().contains("auth.accepted"), "{}", browser.text());
    browser.open(&format!("{url}configuration/users"));
    assert!(browser.text().contains("Your role does not allow this."), "{}", browser.text());
    hold_a_phone(&browser);
    for page in ["", "my-account", "logs/audit", "configuration/locked-users"] {
        browser.open(&format!("{url}{page}"));
        check_fits_a_phone(&browser);
    }
    browser.open(&format!("{url}logs/audit?search=page.run"));
    let log = browser.text();
    assert!(log.contains("page.run") && log.contains("not-permitted"), "{log}");
    check_recorded(&world, &site, "page.run", "ok", "/logs/audit");
    check_recorded(&world, &site, "page.run", "refused", "/configuration/users");
}

#[test]
fn a_program_does_what_the_role_allows_and_both_are_on_record() {
    let world = World::start(&scenario("app-suite"));
    let site = world.site("app-suite");
    let supervisor = APP_SUITE.program(&site, "supervisor", site.password("supervisor"));
    supervisor.read("/api/logs/audit");
    supervisor.refused(403, "POST", APP_SUITE.accounts, &json!({ "name": "new" }));
    let log = supervisor.log("audit");
    check_has(&log, &[("event", "route.run"), ("outcome", "refused"), ("account", "supervisor")]);
    check_has(&log, &[("event", "auth.accepted"), ("outcome", "ok"), ("account", "supervisor")]);
    check_recorded(&world, &site, "route.run", "ok", "GET /api/logs/{log}");
    check_recorded(&world, &site, "route.run", "refused", "POST /api/users");
    assert_eq!(curl(&site).get("/login").header("server"), Some("Microsoft-IIS/10.0"));
}

#[test]
fn a_new_account_sees_its_own_data_and_no_more() {
    let world = World::start(&scenario("app-suite"));
    let site = world.site("app-suite");
    let engineer = APP_SUITE.administrator(&site);
    engineer.run("POST", APP_SUITE.accounts, &json!({ "name": "nora.vik", "password": "Basket7Feather" }));
    assert_eq!(text(&engineer.account("nora.vik")["role"]), "user");
    let nora = APP_SUITE.person(&site, "nora.vik", "Basket7Feather");
    for (page, status) in [
        ("/", 200),
        ("/my-account", 200),
        ("/configuration/users", 403),
        ("/logs/audit", 403),
        ("/configuration/user-roles", 403),
        ("/configuration/security-policy", 403),
    ] {
        assert_eq!(nora.get(page).status, status, "{page}");
    }
    let handset = APP_SUITE.try_page(&curl(&site), 0, "handset", site.password("handset"));
    assert_eq!(handset.status, 401, "Phone Manager Only does not open the website");
    APP_SUITE.program(&site, "handset", site.password("handset"));
}

#[test]
fn the_page_of_roles_shows_nine_of_them_over_more_than_forty_items() {
    let world = World::start(&scenario("app-suite"));
    let site = world.site("app-suite");
    let engineer = APP_SUITE.person(&site, "engineer", site.password("engineer"));
    let page = engineer.get("/configuration/user-roles").body;
    let roles = [
        "Admin",
        "Supervisor",
        "User",
        "Phone Manager Only",
        "Phone Manager with Playback",
        "Recording Only",
        "Reporting Only",
        "Wallboard Only",
        "Dashboard Only",
    ];
    assert_eq!(page.matches("<tr>").count() - 1, roles.len(), "{page}");
    for role in roles {
        assert!(page.contains(&format!(">{role}<")), "{role} is missing");
    }
    let matrix = engineer.get("/configuration/security-profiles").body;
    assert!(matrix.matches("<tr>").count() > 41, "more than forty items");
}

#[test]
fn every_page_fits_a_phone() {
    let world = World::start(&scenario("app-suite"));
    let site = world.site("app-suite");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    hold_a_phone(&browser);
    let fields = [("username", "engineer"), ("password", site.password("engineer"))];
    browser.log_in(&format!("{url}login"), &fields);
    let pages = [
        "users",
        "users?name=alma.berg",
        "user-roles",
        "user-roles?id=wallboard-only",
        "security-profiles",
        "security-policy",
        "website",
        "diagnostics",
    ];
    for page in pages {
        browser.open(&format!("{url}configuration/{page}"));
        check_fits_a_phone(&browser);
    }
}

#[test]
fn the_strength_of_passwords_their_expiry_and_reuse_follow_the_policy() {
    let start = "2026-11-22T09:00:00Z";
    let world = World::start(&Scenario::of(&["app-suite"]).frozen_at(start).to_string());
    let site = world.site("app-suite");
    let set =
        |body: serde_json::Value| APP_SUITE.administrator(&site).run("PATCH", APP_SUITE.settings, &body);
    let password = |text: &str| {
        let body = json!({ "password": text });
        APP_SUITE.administrator(&site).ask("PUT", "/api/users/alma.berg/password", &body).status
    };
    assert_eq!([password("Short7a"), password("Longer7a")], [400, 200], "secure: eight");
    set(json!({ "password.rule": "low" }));
    assert_eq!([password("short"), password("sixsix")], [400, 200], "low: six");
    set(json!({ "password.rule": "high" }));
    assert_eq!(
        [password("NoSpecial77"), password("Special#77x")],
        [400, 200],
        "high: a special character too"
    );
    set(json!({ "password.history": "2", "password.expires-days": "30" }));
    assert_eq!(password("Special#77x"), 400, "it is in use");
    assert_eq!([password("Other#77xyz"), password("Special#77x")], [200, 400], "it was used before");
    let home = || {
        let person = APP_SUITE.person(&site, "alma.berg", "Other#77xyz");
        person.get("/").location().to_owned()
    };
    let month = 30 * 24 * 60 * 60;
    world.director().advance(Duration::from_secs(month - 1));
    assert_eq!(home(), "");
    world.director().advance(Duration::from_secs(1));
    assert_eq!(home(), "/my-account", "after thirty days it must be changed");
}
