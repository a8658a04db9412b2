//! What administrators do with accounts and roles, over every surface the product has for it; over SSH, see
//! `clients/mx_one_shell.rs`. And what they may not: give more than they have, or remove the last of themselves.

use serde_json::{Value, json};
use support::{Browser, Kind, Site, World, curl, scenario};

use crate::faces::{APP_SUITE, FACES, Face, MX_ONE, OFFICE_400, OIG, PORTAL, check_has};

/// What differs between the products whose administrators make accounts.
struct Case {
    face: &'static Face,
    /// The role of the new account, and the one it gets next.
    roles: (&'static str, &'static str),
    /// The page of the roles.
    roles_page: &'static str,
    /// Whether a password of an administrator's choice must be changed at the next login.
    must_change: bool,
}

const CASES: [Case; 4] = [
    Case {
        face: &MX_ONE,
        roles: ("department-admin", "administrator"),
        roles_page: "/administrators/security-profile",
        must_change: false,
    },
    Case {
        face: &OFFICE_400,
        roles: ("receptionist", "system-assistant"),
        roles_page: "/access-control/profiles",
        must_change: true,
    },
    Case {
        face: &PORTAL,
        roles: ("auditor", "service-provider-admin"),
        roles_page: "/administration/profiles",
        must_change: false,
    },
    Case {
        face: &APP_SUITE,
        roles: ("reporting-only", "supervisor"),
        roles_page: "/configuration/user-roles",
        must_change: false,
    },
];

const FIRST: &str = "Harbour+Light.91";
const SECOND: &str = "Harbour+Light.92";
const NEW: &str = "vera.lund";

#[test]
fn a_program_manages_accounts_from_their_making_to_their_end() {
    for Case { face, roles, must_change, .. } in &CASES {
        let world = World::start(&scenario(face.product));
        let site = world.site(face.product);
        let admin = face.administrator(&site);
        let one = format!("{}/{NEW}", face.accounts);
        let logs_in = |password: &str| face.opens_page(&curl(&site), 0, NEW, password);
        let body = json!({ "name": NEW, "role": roles.0, "password": FIRST });
        admin.run("POST", face.accounts, &body);
        let twice = admin.refused(409, "POST", face.accounts, &body);
        assert!(twice.contains(NEW), "{}: {twice}", site.id);
        let listed = admin.read(face.accounts)["account"].as_array().expect("accounts").clone();
        check_has(&listed, &[("name", NEW), ("role", roles.0)]);
        assert!(logs_in(FIRST), "{}: it is made", site.id);
        let state = if *must_change { "must change password" } else { "open" };
        assert_eq!(admin.account(NEW)["state"], *state, "{}", site.id);
        admin.run("PATCH", &one, &json!({ "role": roles.1, "full-name": "Vera Lund" }));
        assert_eq!(
            (&admin.account(NEW)["role"], &admin.account(NEW)["full-name"]),
            (&json!(roles.1), &json!("Vera Lund"))
        );
        admin.run("PUT", &format!("{one}/password"), &json!({ "password": SECOND }));
        assert!(!logs_in(FIRST) && logs_in(SECOND), "{}: it has another password", site.id);
        admin.run("PATCH", &one, &json!({ "disabled": "yes" }));
        assert!(!logs_in(SECOND), "{}: it is disabled", site.id);
        admin.run("PATCH", &one, &json!({ "disabled": "no" }));
        assert!(logs_in(SECOND), "{}: it is enabled", site.id);
        admin.run("DELETE", &one, &Value::Null);
        assert!(!logs_in(SECOND), "{}: it is deleted", site.id);
        admin.refused(404, "GET", &one, &Value::Null);
        check_events(&world, &site, "api");
    }
}

#[test]
fn a_person_manages_accounts_from_their_making_to_their_end() {
    for Case { face, roles, must_change, .. } in &CASES {
        let world = World::start(&scenario(face.product));
        let site = world.site(face.product);
        let admin = face.person(&site, face.administrator, site.password(face.administrator));
        let page = face.accounts_page;
        let one = format!("{page}?name={NEW}");
        let logs_in = |password: &str| face.opens_page(&curl(&site), 0, NEW, password);
        let state = || admin.get(&one).body;
        let passwords = |password| [("password", password), ("confirm", password)];
        let [password, confirm] = passwords(FIRST);
        let made = admin.submit(page, &[("role", roles.0), ("name", NEW), password, confirm]);
        assert_eq!((made.status, made.location()), (303, page), "{}: {}", site.id, made.body);
        assert!(admin.get(page).body.contains(NEW) && logs_in(FIRST), "{}: it is made", site.id);
        assert_eq!(state().contains("must change password"), *must_change, "{}", site.id);
        assert_eq!(admin.submit(&one, &[("full-name", "Vera Lund"), ("role", roles.1)]).status, 303);
        assert!(state().contains("Vera Lund"), "{}", site.id);
        assert_eq!(admin.submit(&one, &passwords(SECOND)).status, 303);
        assert!(!logs_in(FIRST) && logs_in(SECOND), "{}: it has another password", site.id);
        assert_eq!(admin.submit(&one, &[("disabled", "yes")]).status, 303);
        assert!(!logs_in(SECOND), "{}: it is disabled", site.id);
        assert_eq!(admin.act(&one, "remove", &[("name", NEW)]).status, 303);
        assert!(!admin.get(page).body.contains(&format!(">{NEW}<")), "{}: it is deleted", site.id);
        check_events(&world, &site, "web");
    }
}

#[track_caller]
fn check_events(world: &World, site: &Site, surface: &str) {
    for event in ["account.created", "account.changed", "account.password-set", "account.removed"] {
        check_has(&world.director().records(&site.id), &[("event", event), ("surface", surface)]);
    }
}

#[test]
fn a_password_that_was_reset_must_be_changed_where_the_product_says_so() {
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let admin = OFFICE_400.administrator(&site);
    admin.run("PUT", "/api/accounts/hotel/password", &json!({ "password": FIRST }));
    let hotel = OFFICE_400.person(&site, "hotel", FIRST);
    assert_eq!(hotel.get("/access-control/accounts").location(), "/own");
    let same = hotel.submit("/own", &[("current", FIRST), ("password", FIRST), ("confirm", FIRST)]);
    assert_eq!(same.status, 422, "the same again is no new one");
    let wrong = hotel.submit("/own", &[("current", SECOND), ("password", SECOND), ("confirm", SECOND)]);
    assert_eq!(wrong.status, 422, "the present one must be shown");
    let changed = hotel.submit("/own", &[("current", FIRST), ("password", SECOND), ("confirm", SECOND)]);
    assert_eq!(changed.status, 303, "{}", changed.body);
    assert_eq!(hotel.get("/access-control/accounts").status, 200);
    admin.run("PUT", "/api/accounts/ines.falk/password", &json!({ "password": FIRST }));
    let ines = curl(&site);
    OFFICE_400.try_page(&ines, 1, "ines.falk", FIRST);
    assert_eq!(ines.get("/").location(), "/own", "an end user too");
    let fields = [("current", FIRST), ("password", SECOND), ("confirm", SECOND)];
    assert_eq!(ines.submit("/own", &fields).status, 303);
    let bridge = |password: &str| OFFICE_400.program(&site, "cti-bridge", password);
    admin.run("PUT", "/api/accounts/cti-bridge/password", &json!({ "password": FIRST }));
    bridge(FIRST).run("PUT", OFFICE_400.own_password, &json!({ "current": FIRST, "password": SECOND }));
    bridge(SECOND);
}

#[test]
fn people_and_programs_change_their_own_password_everywhere() {
    for face in FACES {
        let world = World::start(&scenario(face.product));
        let site = world.site(face.product);
        let (name, old) = (face.administrator, site.password(face.administrator));
        let person = face.person(&site, name, old);
        let wrong =
            person.submit(face.own_page, &[("current", FIRST), ("password", FIRST), ("confirm", FIRST)]);
        assert_eq!(wrong.status, 422, "{}", site.id);
        let right =
            person.submit(face.own_page, &[("current", old), ("password", FIRST), ("confirm", FIRST)]);
        assert_eq!(right.status, 303, "{}: {}", site.id, right.body);
        assert_eq!(face.try_route(&curl(&site), name, old).status, face.rejected, "{}", site.id);
        let program = face.program(&site, name, FIRST);
        program.run("PUT", face.own_password, &json!({ "current": FIRST, "password": SECOND }));
        program.log_out();
        assert_eq!(face.try_page(&curl(&site), 0, name, FIRST).status, 401, "{}", site.id);
        face.program(&site, name, SECOND).read(face.settings);
    }
}

#[test]
fn a_custom_role_takes_effect_at_once_even_in_open_sessions() {
    for Case { face, roles_page, .. } in &CASES {
        let world = World::start(&scenario(face.product));
        let site = world.site(face.product);
        let admin = face.administrator(&site);
        let role = format!("{}/night-desk", face.roles);
        admin.run("PUT", &role, &json!({ "name": "Night desk", "permission": ["own"] }));
        admin.run("POST", face.accounts, &json!({ "name": NEW, "role": "night-desk", "password": FIRST }));
        let vera = settled(face, &site);
        assert_eq!(vera.get(face.accounts_page).status, 403, "{}", site.id);
        admin.run("PUT", &role, &json!({ "permission": ["own", "accounts.read"] }));
        assert_eq!(vera.get(face.accounts_page).status, 200, "{}: at once", site.id);
        admin.run("PUT", &role, &json!({ "permission": ["own"] }));
        assert_eq!(vera.get(face.accounts_page).status, 403, "{}: and away again", site.id);
        let person = face.person(&site, face.administrator, site.password(face.administrator));
        let page = format!("{roles_page}?id=night-desk");
        let saved = person.act(
            &page,
            "save",
            &[
                ("id", "night-desk"),
                ("name", "Night desk"),
                ("permission", "own"),
                ("permission", "accounts.read"),
            ],
        );
        assert_eq!(saved.status, 303, "{}: {}", site.id, saved.body);
        assert_eq!(vera.get(face.accounts_page).status, 200, "{}: over the web too", site.id);
        admin.refused(409, "DELETE", &role, &Value::Null);
        admin.run("DELETE", &format!("{}/{NEW}", face.accounts), &Value::Null);
        assert_eq!(vera.get(face.accounts_page).status, 303, "{}: its session is over", site.id);
        admin.run("DELETE", &role, &Value::Null);
        check_has(
            &world.director().records(&site.id),
            &[("event", "role.changed"), ("object.name", "night-desk")],
        );
    }
}

/// The new account, logged in to the web with its password changed where it must be.
#[track_caller]
fn settled(face: &Face, site: &Site) -> support::Curl {
    let person = face.person(site, NEW, FIRST);
    if face.product == OFFICE_400.product {
        person.submit(face.own_page, &[("current", FIRST), ("password", SECOND), ("confirm", SECOND)]);
    }
    person
}

#[test]
fn a_role_is_ticked_together_in_a_browser() {
    let world = World::start(&scenario("app-suite"));
    let site = world.site("app-suite");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    let engineer = [("username", "engineer"), ("password", site.password("engineer"))];
    browser.log_in(&format!("{url}login"), &engineer);
    browser.open(&format!("{url}configuration/user-roles?id=wallboard-only"));
    assert_eq!(browser.count("input[type='checkbox']:checked"), 3, "what it includes is ticked");
    browser.click_on("input[type='checkbox'][value='reports.run']");
    browser.submit(&[("name", "Wallboard and reports")]);
    browser.open(&format!("{url}configuration/user-roles?id=wallboard-only"));
    assert_eq!(browser.count("input[type='checkbox']:checked"), 4);
    assert_eq!(browser.count("input[value='reports.run']:checked"), 1);
    let labels =
        "return [...document.querySelectorAll('input[type=checkbox]')].every(it => it.labels.length === 1)";
    assert_eq!(browser.evaluate(labels), true, "each box has a label of its own");
}

#[test]
fn nobody_gives_or_takes_over_more_than_he_has() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let dana = PORTAL.program(&site, "dana.osei", site.password("dana.osei"));
    let above = json!({ "password": FIRST });
    dana.refused(409, "PUT", "/api/system-users/root/password", &above);
    dana.refused(409, "PATCH", "/api/system-users/dana.osei", &json!({ "role": "root-administrator" }));
    dana.refused(409, "DELETE", "/api/system-users/root", &Value::Null);
    dana.refused(409, "POST", PORTAL.accounts, &json!({ "name": NEW, "role": "server-administrator" }));
    let desk = PORTAL.person(&site, "desk1", site.password("desk1"));
    let reset = |name: &str| {
        let fields = [("name", name), ("password", FIRST), ("confirm", FIRST)];
        desk.act(&format!("{}?name={name}", PORTAL.accounts_page), "password", &fields).status
    };
    assert_eq!(reset("dana.osei"), 422, "above the help desk");
    let world = World::start(&scenario("office-400"));
    let site = world.site("office-400");
    let hotel = OFFICE_400.person(&site, "hotel", site.password("hotel"));
    let one = format!("{}?name=frontdesk", OFFICE_400.accounts_page);
    assert_eq!(hotel.act(&one, "change", &[("name", "frontdesk"), ("role", "administrator")]).status, 422);
    assert_eq!(
        hotel.act(&one, "change", &[("name", "frontdesk"), ("role", "hospitality-manager")]).status,
        303
    );
    assert_eq!(hotel.act(&one, "change", &[("name", "admin2"), ("disabled", "yes")]).status, 422);
}

#[test]
fn the_last_administrator_is_neither_removed_nor_demoted_nor_disabled() {
    for (face, role, other) in [
        (&MX_ONE, "system-setup-admin", "administrator"),
        (&OFFICE_400, "administrator", "receptionist"),
        (&PORTAL, "root-administrator", "auditor"),
        (&APP_SUITE, "admin", "user"),
    ] {
        let world = World::start(&scenario(face.product));
        let site = world.site(face.product);
        let admin = face.administrator(&site);
        let path = |name: &str| format!("{}/{}", face.accounts, name.replace(' ', "%20"));
        for account in admin.read(face.accounts)["account"].as_array().expect("accounts") {
            let name = account["name"].as_str().expect("a name");
            if account["role"] == role && name != face.administrator {
                admin.run("DELETE", &path(name), &Value::Null);
            }
        }
        let last = path(face.administrator);
        admin.refused(409, "DELETE", &last, &Value::Null);
        admin.refused(409, "PATCH", &last, &json!({ "role": other }));
        admin.refused(409, "PATCH", &last, &json!({ "disabled": "yes" }));
        let person = face.person(&site, face.administrator, site.password(face.administrator));
        let name = [("name", face.administrator)];
        assert_eq!(person.act(face.accounts_page, "remove", &name).status, 422, "{}", site.id);
        admin.read(face.accounts);
    }
}

#[test]
fn a_second_administrator_frees_the_first_to_go() {
    let world = World::start(&scenario("micloud-portal"));
    let site = world.site("micloud-portal");
    let body = json!({ "name": NEW, "role": "root-administrator", "password": FIRST });
    PORTAL.administrator(&site).run("POST", PORTAL.accounts, &body);
    let vera = PORTAL.program(&site, NEW, FIRST);
    vera.run("DELETE", "/api/system-users/root", &Value::Null);
    let told = vera.refused(409, "PATCH", &format!("/api/system-users/{NEW}"), &json!({ "role": "auditor" }));
    assert!(told.contains("last administrator"), "{told}");
    assert_eq!(PORTAL.try_route(&curl(&site), "root", site.password("root")).status, 401);
}

#[test]
fn the_gateway_has_one_administrator_on_every_surface() {
    let world = World::start(&scenario("oig"));
    let site = world.site("oig");
    let admin = OIG.administrator(&site);
    assert_eq!(admin.read(OIG.accounts)["account"].as_array().map(Vec::len), Some(1));
    admin.refused(409, "PATCH", "/api/system-users/admin", &json!({ "disabled": "yes" }));
    admin.run("PATCH", "/api/system-users/admin", &json!({ "full-name": "Gate Keeper" }));
    admin.run("PUT", "/api/system-users/admin/password", &json!({ "password": FIRST }));
    let person = OIG.person(&site, "admin", FIRST);
    assert!(person.get("/server-manager/system-users?name=admin").body.contains("Gate Keeper"));
    assert_eq!(person.act(OIG.accounts_page, "remove", &[("name", "admin")]).status, 403);
}
