//! The gateway: one administrator, web from the local network only, SSH off as shipped and limited when on.

use serde_json::json;
use support::{Browser, Kind, Scenario, Site, World, curl, scenario, ssh};

use super::{check_fits_a_phone, check_recorded, hold_a_phone};
use crate::faces::{OIG, check_has};

const REMOTE_ACCESS: &str = "/server-manager/remote-access";

#[test]
fn ssh_refuses_as_shipped_and_answers_listed_networks_once_it_is_turned_on() {
    let world = World::start(&Scenario::of(&["oig"]).profile("as-shipped").to_string());
    let site = world.site("oig");
    assert!(!site.listener(Kind::Ssh).enabled && !site.answers(Kind::Ssh), "off as shipped");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    let fields = [("username", "admin"), ("password", site.password("admin"))];
    browser.log_in(&format!("{url}server-common/cgi-bin/login"), &fields);
    browser.open(&format!("{url}server-manager/remote-access"));
    browser.submit(&[("listener.ssh.enabled", "on")]);
    assert!(browser.text().contains("The settings are saved."), "{}", browser.text());
    site.until_answers(Kind::Ssh, true);
    let console = || ssh(&site, "admin", site.password("admin"));
    assert!(console().shell("1\n5\n").screen().contains("Server console"));
    assert_eq!(console().from("127.1.0.1").shell("1\n5\n").status, Some(255), "not from elsewhere");
    browser.open(&format!("{url}server-manager/remote-access"));
    browser.submit(&[("listener.ssh.networks", "127.1.0.0/24")]);
    assert!(console().from("127.1.0.1").shell("1\n5\n").succeeded(), "its network is listed");
    assert_eq!(console().from("127.2.0.1").shell("1\n5\n").status, Some(255), "another is not");
    let turned_off = console().shell("3\n3\n8\n5\n");
    assert!(turned_off.screen().contains("The settings are saved."), "{}", turned_off.screen());
    site.until_answers(Kind::Ssh, false);
    let reason =
        [("event", "connection.refused"), ("reason", "network"), ("surface", "ssh"), ("source", "127.1.0.1")];
    check_has(&world.director().records("oig"), &reason);
    check_has(
        &OIG.administrator(&site).log("messages"),
        &[("event", "connection.refused"), ("source", "127.2.0.1")],
    );
}

#[test]
fn the_server_manager_refuses_other_networks_until_they_are_listed() {
    let world = World::start(&scenario("oig"));
    let site = world.site("oig");
    let status = |source: &str| elsewhere(&site, source);
    assert_eq!([status("127.0.0.1"), status("127.1.0.1")], [Some(200), None]);
    let person = OIG.person(&site, "admin", site.password("admin"));
    let wrong = person.act(REMOTE_ACCESS, "settings", &[("listener.web.networks", "127.1.0.0/33")]);
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    person.act(REMOTE_ACCESS, "settings", &[("listener.web.networks", "127.1.0.0/24\n127.3.0.1")]);
    assert_eq!([status("127.1.0.1"), status("127.3.0.1"), status("127.3.0.2")], [Some(200), Some(200), None]);
    person.act(REMOTE_ACCESS, "settings", &[("listener.web.networks", "")]);
    assert_eq!([status("127.0.0.1"), status("127.1.0.1")], [Some(200), None]);
    check_recorded(&world, &site, "page.run", "ok", "/server-manager/remote-access?do=settings");
}

/// The status of the login page for a caller from `source`; nothing where the connection is dropped.
fn elsewhere(site: &Site, source: &str) -> Option<u16> {
    curl(site).from(source).try_request("GET", OIG.login_page.0, &[], "").ok().map(|it| it.status)
}

#[test]
fn nobody_but_the_administrator_has_access_and_he_stays() {
    let world = World::start(&scenario("oig"));
    let site = world.site("oig");
    let admin = OIG.administrator(&site);
    let second =
        admin.refused(409, "POST", OIG.accounts, &json!({ "name": "second", "role": "administrator" }));
    assert!(second.contains("Only the administrator has access"), "{second}");
    admin.refused(409, "DELETE", "/api/system-users/admin", &json!(null));
    let log = admin.log("messages");
    check_has(&log, &[("event", "route.run"), ("outcome", "refused"), ("account", "admin")]);
    check_recorded(&world, &site, "route.run", "refused", "POST /api/system-users");
    check_recorded(&world, &site, "route.run", "ok", "GET /api/logs/{log}");
    let person = OIG.person(&site, "admin", site.password("admin"));
    assert_eq!(person.act(OIG.accounts_page, "create", &[("name", "second")]).status, 403);
}

#[test]
fn log_files_are_read_and_never_cleared() {
    let world = World::start(&scenario("oig"));
    let site = world.site("oig");
    OIG.try_route(&curl(&site), "admin", "wrong");
    let person = OIG.person(&site, "admin", site.password("admin"));
    let secure = person.get("/server-manager/logs/secure").body;
    assert!(secure.contains("auth.rejected") && secure.contains("auth.accepted"), "{secure}");
    assert!(secure.contains("This log can never be cleared."), "{secure}");
    let cleared = person.act(OIG.own_page, "clear", &[("log", "secure")]).status;
    assert_eq!(cleared, 404);
    assert_eq!(OIG.administrator(&site).ask("DELETE", "/api/logs/secure", &json!(null)).status, 405);
}

#[test]
fn every_page_fits_a_phone() {
    let world = World::start(&scenario("oig"));
    let site = world.site("oig");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    hold_a_phone(&browser);
    let fields = [("username", "admin"), ("password", site.password("admin"))];
    browser.log_in(&format!("{url}server-common/cgi-bin/login"), &fields);
    for page in [
        "",
        "server-manager/system-users",
        "server-manager/access-rights",
        "server-manager/own",
        "server-manager/logs/secure",
        "server-manager/logs/retention",
        "server-manager/remote-access",
    ] {
        browser.open(&format!("{url}{page}"));
        check_fits_a_phone(&browser);
    }
}
