//! The portal: strength feedback, a console over SSH that alone clears logs, profiles that restrict.

use serde_json::json;
use support::{Browser, Kind, Scenario, World, curl, scenario, ssh};

use super::{check_fits_a_phone, check_recorded, hold_a_phone, text};
use crate::faces::{PORTAL, check_has};

#[test]
fn as_shipped_the_root_administrator_makes_further_ones() {
    let world = World::start(&Scenario::of(&["micloud-portal"]).profile("as-shipped").to_string());
    let site = world.site("micloud-portal");
    let names: Vec<_> = site.accounts.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["root", "admin"], "the portal's and the server's own");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    browser.log_in(&format!("{url}sign-in"), &[("username", "root"), ("password", site.password("root"))]);
    browser.open(&format!("{url}administration/system-users"));
    let password = "Harbour+Light-9";
    let secrets = [("password", password), ("confirm", password)];
    browser.submit(&[
        ("full-name", "Rhea Monk"),
        ("name", "rhea.monk"),
        ("role", "auditor"),
        secrets[0],
        secrets[1],
    ]);
    assert!(browser.text().contains("is made"), "{}", browser.text());
    let rhea = PORTAL.person(&site, "rhea.monk", password);
    assert_eq!(rhea.get("/logs/audit").status, 200, "an auditor reads");
    let made = rhea.act("/administration/system-users", "create", &[("name", "second"), ("role", "auditor")]);
    assert_eq!(made.status, 403, "and makes nobody");
    check_recorded(&world, &site, "page.run", "ok", "/administration/system-users?do=create");
    check_recorded(&world, &site, "page.run", "refused", "/administration/system-users?do=create");
    let console = ssh(&site, "admin", site.password("admin"));
    let log = console.shell("2\n3\nsystem-users?do=create\n4\n5\n").screen();
    assert!(log.contains("page.run  ok  root") && log.contains("page.run  refused  rhea.monk"), "{log}");
}

#[test]
fn a_program_does_what_the_profile_allows_and_both_are_on_record() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let dana = PORTAL.program(&site, "dana.osei", site.password("dana.osei"));
    dana.run("POST", PORTAL.accounts, &json!({ "name": "tess", "role": "help-desk" }));
    dana.refused(403, "PATCH", PORTAL.settings, &json!({ "password.history": "3" }));
    let above =
        dana.refused(409, "POST", PORTAL.accounts, &json!({ "name": "boss", "role": "root-administrator" }));
    assert!(above.contains("more than your own role includes"), "{above}");
    check_has(
        &dana.log("audit"),
        &[("account", "dana.osei"), ("event", "account.created"), ("object", "account tess")],
    );
    check_recorded(&world, &site, "route.run", "ok", "POST /api/system-users");
    check_recorded(&world, &site, "route.run", "refused", "PATCH /api/settings");
    let by_mail = PORTAL.try_route(&curl(&site), "dana.osei@provider.example", site.password("dana.osei"));
    assert_eq!(by_mail.status, 200, "the e-mail address is a name too");
}

#[test]
fn the_strength_of_a_password_is_told_and_the_rule_is_kept() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let root = PORTAL.administrator(&site);
    let told = |password: &str| {
        let answer = root.run("POST", "/api/password-strength", &json!({ "password": password }));
        (text(&answer["strength"]).to_owned(), text(&answer["accepted"]) == "yes")
    };
    let (weak, accepted) = told("abc");
    assert!(!accepted, "{weak}");
    let (strong, accepted) = told("Cobalt+Harvest-Lantern-71");
    assert!(accepted && strong != weak, "{weak} and {strong}");
    assert!(!told("Quote\"Comma,71aA").1, "characters of the bulk import are refused");
    assert!(!told("Password1!").1, "a well-known one is refused");
    let with_name = json!({ "name": "piet.halm", "password": "Xpiet.halm-71" });
    root.refused(400, "PUT", "/api/system-users/piet.halm/password", &with_name);
    let person = PORTAL.person(&site, "root", site.password("root"));
    let fields = [("password", "Cobalt+Harvest-Lantern-71")];
    person.act(PORTAL.accounts_page, "strength", &fields);
    let page = person.get(PORTAL.accounts_page).body;
    assert!(page.contains(&format!("The strength of this password is {strong}.")), "{page}");
    let answer = root.run("PUT", "/api/system-users/piet.halm/password", &json!({ "password": fields[0].1 }));
    assert!(text(&answer["message"]).ends_with(&format!("strength is {strong}.")), "{answer}");
}

#[test]
fn the_console_clears_the_logs_and_the_portal_cannot() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let root = PORTAL.administrator(&site);
    assert_eq!(root.ask("DELETE", "/api/logs/login", &json!(null)).status, 405, "no such route");
    let person = PORTAL.person(&site, "root", site.password("root"));
    let page = person.get("/logs/login");
    assert!(!page.body.contains("do=clear"), "the page offers no clearing");
    assert_eq!(person.act("/logs/login", "clear", &[("log", "login")]).status, 404);
    let console = ssh(&site, "admin", site.password("admin"));
    let kept = console.shell("3\nno\n5\n").screen();
    assert!(kept.contains("Nothing was cleared"), "{kept}");
    check_has(&root.log("login"), &[("event", "auth.accepted"), ("account", "root")]);
    let cleared = console.shell("3\nyes\n5\n").screen();
    assert!(cleared.contains("Every log is cleared."), "{cleared}");
    let login = root.log("login");
    assert!(!crate::faces::has(&login, &[("event", "auth.accepted"), ("account", "root")]), "{login:?}");
    check_has(&root.log("audit"), &[("event", "log.cleared"), ("account", "admin"), ("surface", "ssh")]);
    let records = world.director().records("micloud-portal");
    check_has(&records, &[("event", "log.cleared"), ("object.name", "login")]);
    check_has(&records, &[("event", "auth.accepted"), ("surface", "api")]);
}

#[test]
fn the_console_is_the_server_administrators_and_the_local_networks() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let console = || ssh(&site, "admin", site.password("admin"));
    let mut shell = console().open_terminal();
    let menu = shell.expect("Choice: ");
    assert!(menu.contains("Server console") && menu.contains("Clear every log"), "{menu}");
    shell.say("1");
    shell.expect("system-users");
    shell.say("9");
    shell.expect("Type the number of an item.");
    shell.say("5");
    assert_eq!(shell.wait().status, Some(0));
    let exec = console().exec("uname -a");
    assert_eq!(exec.status, Some(1), "there is no shell behind the menu: {}", exec.screen());
    assert_eq!(
        ssh(&site, "root", site.password("root")).exec("x").status,
        Some(255),
        "not the portal's root"
    );
    assert_eq!(
        PORTAL.try_page(&curl(&site), 0, "admin", site.password("admin")).status,
        401,
        "nor the other way"
    );
    assert_eq!(console().from("127.1.0.1").exec("x").status, Some(255), "not from elsewhere");
    let settings = json!({ "listener.ssh.networks": "127.1.0.0/24" });
    PORTAL.administrator(&site).run("PATCH", "/api/settings", &settings);
    assert_eq!(console().from("127.1.0.1").exec("x").status, Some(1), "until its network is listed");
}

#[test]
fn every_page_fits_a_phone() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    hold_a_phone(&browser);
    browser.log_in(&format!("{url}sign-in"), &[("username", "root"), ("password", site.password("root"))]);
    let pages = [
        "",
        "my-account",
        "administration/system-users",
        "administration/system-users?name=piet.halm",
        "administration/profiles",
        "administration/profiles?id=auditor",
        "administration/profile-matrix",
        "administration/security",
        "logs/audit",
        "logs/login",
    ];
    for page in pages {
        browser.open(&format!("{url}{page}"));
        check_fits_a_phone(&browser);
    }
}
