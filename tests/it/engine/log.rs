//! The product's logs and the flight recorder: who reads, who clears, and what is in neither of them.

use std::time::Duration;

use pbx_estate::{Estate, Handler, Reply, account, log};
use pbx_kernel::{Surface, Table};
use pbx_policy::Policy;
use pbx_site::SessionId;

use super::rig::{Caller, LoggedIn, PRODUCTS, Rig, WRONG, caller};
use super::shell::{Shell, exec};

const OIG: Caller<'_> =
    Caller { name: "admin", password: "Lab-Oig1-gate!", surface: Surface::Ssh, source: "127.0.0.1" };

/// The cells of a log's newest entries.
#[track_caller]
fn entries(rig: &mut Rig, session: &SessionId, id: &str) -> Vec<Vec<String>> {
    match rig.run(session, "logs.read", log::read, &[("log", id)]) {
        Ok(Reply::Listing(listing)) => listing.rows,
        other => panic!("{id}: {other:?}"),
    }
}

/// Tries to clear a log as `who`: `ok`, or why not.
fn clear(product: &str, who: Caller<'_>, id: &str) -> String {
    let mut rig = Rig::named(product);
    let session = rig.session(who);
    match rig.run(&session, "own", log::clear, &[("log", id)]) {
        Ok(_) => "ok".to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    }
}

#[test]
fn each_product_lets_clear_what_its_paper_says_and_nothing_else() {
    let mx_admin = caller("mxone_admin", "Lab-Mx1-admin!", Surface::Ssh);
    let mx_root = caller("root", "Lab-Mx1-root!", Surface::Ssh);
    let mx_user = caller("mxone_user", "Lab-Mx1-user!", Surface::Ssh);
    let o4_admin = caller("admin2", "Harbour-Crane.42", Surface::Web);
    let o4_hotel = caller("hotel", "Seven#Lanterns8", Surface::Web);
    let portal_server = caller("admin", "Granite-Ferry-2704", Surface::Ssh);
    let portal_root = caller("root", "Orchid-Signal-915", Surface::Web);
    let suite_admin = caller("engineer", "Granite7Willow", Surface::Web);
    let suite_supervisor = caller("supervisor", "Harvest4Lantern", Surface::Web);
    for (product, who, id, expected) in [
        ("mx-one", mx_admin, "system", "ok"),
        ("mx-one", mx_root, "system", "ok"),
        ("mx-one", Caller { surface: Surface::Web, ..mx_admin }, "system", "conflict"),
        ("mx-one", mx_user, "system", "not-permitted"),
        ("mx-one", mx_root, "audit", "conflict"),
        ("mx-one", mx_root, "mdsh", "conflict"),
        ("office-400", o4_admin, "audit", "ok"),
        ("office-400", o4_hotel, "audit", "not-permitted"),
        ("office-400", o4_admin, "access", "conflict"),
        ("office-400", o4_admin, "failed-logins", "conflict"),
        ("micloud-portal", portal_server, "login", "ok"),
        ("micloud-portal", portal_server, "audit", "ok"),
        ("micloud-portal", portal_root, "login", "conflict"),
        ("app-suite", suite_admin, "diagnostic", "ok"),
        ("app-suite", suite_supervisor, "diagnostic", "not-permitted"),
        ("app-suite", suite_admin, "audit", "conflict"),
        ("oig", OIG, "secure", "conflict"),
        ("oig", OIG, "messages", "conflict"),
    ] {
        assert_eq!(clear(product, who, id), expected, "{product}: {}: {id}", who.name);
    }
}

#[test]
fn only_root_reads_the_audit_log_of_mx_one_and_reading_it_is_on_record() {
    let mut rig = Rig::named("mx-one");
    let admin = rig.session(caller("mxone_admin", "Lab-Mx1-admin!", Surface::Ssh));
    let refused = rig.run(&admin, "logs.read", log::read, &[("log", "audit")]);
    assert_eq!(refused.expect_err("root only").code(), "not-permitted");
    let root = rig.session(caller("root", "Lab-Mx1-root!", Surface::Ssh));
    entries(&mut rig, &root, "audit");
    let newest = entries(&mut rig, &root, "audit").remove(0);
    assert_eq!((newest[2].as_str(), newest[3].as_str()), ("log.read", "root"));
}

#[test]
fn a_cleared_log_begins_with_who_cleared_it() {
    let mut rig = Rig::named("office-400");
    let admin = rig.session(caller("admin2", "Harbour-Crane.42", Surface::Web));
    let new = [("name", "ada"), ("role", "end-user")];
    rig.run(&admin, "accounts.create", account::create, &new).expect("the administrator may");
    let lines = rig.lines();
    rig.run(&admin, "logs.clear", log::clear, &[("log", "audit")]).expect("the administrator may");
    let left = entries(&mut rig, &admin, "audit");
    assert_eq!(left.iter().map(|it| it[2].as_str()).collect::<Vec<_>>(), ["log.cleared"]);
    assert_eq!(left[0][3], "admin2");
    assert!(rig.lines().starts_with(&lines), "the recorder obeys nobody");
    assert!(rig.verify().is_intact());
}

#[test]
fn a_full_log_gives_up_its_oldest_entries() {
    let mut rig = Rig::named("office-400");
    let admin = rig.session(caller("admin2", "Harbour-Crane.42", Surface::Web));
    for number in 0..30 {
        rig.fail(&format!("nobody{number}"), Surface::Web, 1);
    }
    let names: Vec<String> =
        entries(&mut rig, &admin, "failed-logins").into_iter().map(|it| it[3].clone()).collect();
    let expected: Vec<String> = (10..30).rev().map(|it| format!("nobody{it}")).collect();
    assert_eq!(names, expected);
    for number in 30..300 {
        rig.fail(&format!("nobody{number}"), Surface::Web, 1);
    }
    let newest = entries(&mut rig, &admin, "failed-logins");
    assert_eq!((newest.len(), newest[0][3].as_str(), newest[19][3].as_str()), (20, "nobody299", "nobody280"));
    let pages =
        |estate: &Estate<'_>, _: &Policy| Ok(estate.rows(Table("log"), Some("failed-logins/"), 1_000)?);
    let pages = rig.site.read(pages).expect("readable");
    let own = pages.iter().filter(|it| it.starts_with("failed-logins/")).count();
    assert!((2..=20).contains(&own), "{own} pages for 20 entries");
}

#[test]
fn every_attempt_is_in_the_products_log_with_source_surface_and_outcome() {
    for (product, who, id) in [
        ("mx-one", caller("System Setup Admin", "Lab-Mx1-setup!", Surface::Web), "security"),
        ("office-400", caller("admin2", "Harbour-Crane.42", Surface::Web), "access"),
        ("micloud-portal", caller("root", "Orchid-Signal-915", Surface::Web), "login"),
        ("app-suite", caller("engineer", "Granite7Willow", Surface::Web), "audit"),
        ("oig", OIG, "secure"),
    ] {
        let mut rig = Rig::named(product);
        assert!(!rig.log_in(Caller { password: WRONG, ..who }).is_accepted());
        let session = rig.session(who);
        let found = entries(&mut rig, &session, id);
        let of = |row: &Vec<String>| [2, 3, 4, 5, 6].map(|it| row[it].clone()).join(" ");
        let surface = who.surface;
        let expected = [
            format!("auth.accepted {} 127.0.0.1 {surface} ok", who.name),
            format!("auth.rejected {} 127.0.0.1 {surface} refused", who.name),
        ];
        assert_eq!(found.iter().take(2).map(of).collect::<Vec<_>>(), expected, "{product}");
    }
}

#[test]
fn no_password_and_no_clear_name_reaches_recorder_or_store() {
    let texts =
        ["Lab-", "Harbour-Crane.42", "Orchid-Signal-915", "Granite7Willow", WRONG, "Fresh-Secret-81!"];
    let names = [
        "mxone_admin",
        "admin2",
        "ines.falk",
        "engineer",
        "System Setup Admin",
        "ada.lovelace",
        "stranger77",
    ];
    for product in PRODUCTS {
        let mut rig = Rig::of(product);
        for stated in rig.policy().shipped.iter().map(|it| (it.name.get_ref().clone(), it.password.clone())) {
            for surface in [Surface::Api, Surface::SelfService, Surface::Ssh, Surface::Web] {
                let _ = rig.log_in(caller(&stated.0, WRONG, surface));
                let LoggedIn::Accepted(session, _) = rig.log_in(caller(&stated.0, &stated.1, surface)) else {
                    continue;
                };
                use_everything(&mut rig, &session, &stated.1);
            }
        }
        let _ = rig.log_in(caller("stranger77", WRONG, Surface::Web));
        let lines: Vec<u8> = rig.lines().into_iter().flat_map(|it| it.0).collect();
        let raw = rig.raw();
        for text in texts.iter().chain(&names) {
            for (place, bytes) in [("recorder", &lines), ("store", &raw)] {
                let found = bytes.windows(text.len()).any(|it| it == text.as_bytes());
                assert!(!found, "{}: {text:?} is in the {place}", product.id);
            }
        }
        assert!(rig.verify().is_intact());
    }
}

/// Makes an account, sets passwords, and types one where none belongs.
fn use_everything(rig: &mut Rig, session: &SessionId, password: &str) {
    let named = [("name", "ada.lovelace"), ("password", "Fresh-Secret-81!"), ("confirm", "Fresh-Secret-81!")];
    for run in [account::create as Handler, account::set_password, account::change, account::unlock] {
        let _ = rig.run(session, "own", run, &named);
    }
    let own = [("current", WRONG), ("password", "Fresh-Secret-81!")];
    let _ = rig.run(session, "own", account::set_own_password, &own);
    let (mut shell, _) = Shell::start(rig, session);
    shell.line(rig, password);
    exec(rig, session, &format!("extension -i -d {password}"));
}

#[test]
fn no_password_reaches_a_products_log() {
    for product in PRODUCTS {
        let mut rig = Rig::of(product);
        let shipped = rig.policy().shipped.clone();
        for stated in &shipped {
            for surface in [Surface::Api, Surface::Web, Surface::Ssh] {
                let who = caller(stated.name.get_ref(), &stated.password, surface);
                let _ = rig.log_in(Caller { password: WRONG, ..who });
                let LoggedIn::Accepted(session, _) = rig.log_in(who) else { continue };
                let own = [("current", stated.password.as_str()), ("password", "Fresh-Secret-81!")];
                let _ = rig.run(&session, "own", account::set_own_password, &own);
            }
        }
        rig.wait(Duration::from_secs(1));
        let entries = |it: &pbx_policy::Log| -> Vec<log::Entry> {
            let all = |estate: &Estate<'_>, _: &Policy| {
                let entries = log::newest_first(estate, it, None)?.map(|it| Ok(it?.1));
                entries.collect::<Result<Vec<_>, pbx_site::Error>>()
            };
            rig.site.read(all).expect("readable")
        };
        let logged: Vec<log::Entry> = rig.policy().logs.iter().flat_map(entries).collect();
        assert!(!logged.is_empty(), "{}", product.id);
        let logged = serde_json::to_string(&logged).expect("JSON");
        assert!(!logged.contains(WRONG) && !logged.contains("Fresh-Secret-81!"), "{}", product.id);
        for stated in &shipped {
            let quoted = serde_json::to_string(&stated.password).expect("JSON");
            // The vendor's documented password of one account is the word itself.
            let is_a_word = stated.password == "password";
            assert!(is_a_word || !logged.contains(quoted.trim_matches('"')), "{}", product.id);
        }
    }
}
