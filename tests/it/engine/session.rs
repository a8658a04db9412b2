//! Sessions: who may hold how many, where they lead, and what ends them.

use std::time::Duration;

use pbx_estate::{Refusal, account, role};
use pbx_kernel::Surface;
use pbx_site::{Error, SessionId};

use super::rig::{Caller, Rig, SMALL};
use super::shell::{Shell, exec};
use super::web::Ticket;

const ADMIN: Caller<'_> =
    Caller { name: "admin", password: "Harbour-Crane.42", surface: Surface::Web, source: "127.0.0.1" };
const READER: Caller<'_> = Caller { name: "reader", password: "Brass?Bell.204", ..ADMIN };
const DEPUTY: Caller<'_> = Caller { name: "deputy", password: "Slate-Roof,77a", ..ADMIN };

fn rig() -> Rig {
    Rig::small("idle-s = 600", "idle-s = 600")
}

fn is_live(rig: &mut Rig, session: &SessionId) -> bool {
    match rig.site.principal(rig.now, session) {
        Ok(_) => true,
        Err(Error::SessionEnded) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_third_session_is_refused_and_the_first_two_live_on() {
    let mut rig = Rig::named("office-400");
    let who = Caller { name: "admin2", ..ADMIN };
    let (first, second) = (rig.session(who), rig.session(Caller { surface: Surface::Api, ..who }));
    let from = rig.site.trail_len();
    assert!(!rig.log_in(who).is_accepted());
    assert_eq!(rig.events(from), ["session.refused (too-many-sessions)"]);
    assert!(is_live(&mut rig, &first) && is_live(&mut rig, &second));
    rig.site.end_session(rig.now, &first).expect("the store takes it");
    assert!(rig.log_in(who).is_accepted());
    let end_user =
        Caller { name: "ines.falk", password: "Willow<Gate>61", surface: Surface::SelfService, ..ADMIN };
    assert!((0..5).all(|_| rig.log_in(end_user).is_accepted()), "the limit is for configuration accounts");
}

#[test]
fn an_idle_session_ends_on_time_and_use_keeps_it() {
    let mut rig = rig();
    let session = rig.session(READER);
    rig.wait(Duration::from_millis(599_999));
    assert!(is_live(&mut rig, &session));
    rig.wait(Duration::from_millis(599_999));
    assert!(is_live(&mut rig, &session));
    let from = rig.site.trail_len();
    rig.wait(Duration::from_mins(10));
    assert!(!is_live(&mut rig, &session));
    assert_eq!(rig.events(from), ["session.expired"]);
}

#[test]
fn a_web_session_ends_after_its_time_whatever_it_does() {
    let mut rig = rig();
    let session = rig.session(READER);
    for _ in 0..11 {
        rig.wait(Duration::from_mins(5));
        assert!(is_live(&mut rig, &session));
    }
    rig.wait(Duration::from_mins(5));
    assert!(!is_live(&mut rig, &session));
}

#[test]
fn a_changed_role_takes_effect_in_live_sessions() {
    let mut rig = rig();
    let (admin, reader) = (rig.session(ADMIN), rig.session(READER));
    let remove = |rig: &mut Rig| {
        rig.run(&reader, "accounts.delete", account::remove, &[("name", "deputy")])
            .expect_err("refused")
            .code()
    };
    assert_eq!(remove(&mut rig), "not-permitted");
    rig.run(&admin, "accounts.change", account::change, &[("name", "reader"), ("role", "deputy")])
        .expect("the administrator may");
    rig.run(&reader, "accounts.read", account::list, &[]).expect("the new role may");
    let gone = rig.run(&reader, "logs.read", pbx_estate::log::read, &[("log", "audit")]);
    assert_eq!(gone.expect_err("the old role might").code(), "not-permitted");
}

#[test]
fn a_changed_role_definition_takes_effect_in_live_sessions() {
    let mut rig = rig();
    let (admin, reader) = (rig.session(ADMIN), rig.session(READER));
    let args = [("id", "reader"), ("name", "Reader"), ("permission", "own")];
    rig.run(&admin, "roles.change", role::save, &args).expect("the administrator may");
    let refused = rig.run(&reader, "accounts.read", account::list, &[]);
    assert_eq!(refused, Err(Refusal::NotPermitted("accounts.read".to_owned())));
}

#[test]
fn a_removed_disabled_or_remade_accounts_session_ends() {
    for (run, args) in [
        (account::remove as pbx_estate::Handler, &[("name", "reader")][..]),
        (account::change, &[("name", "reader"), ("disabled", "yes")]),
        (account::change, &[("name", "reader"), ("role", "guest")]),
    ] {
        let mut rig = rig();
        let (admin, reader) = (rig.session(ADMIN), rig.session(READER));
        rig.run(&admin, "accounts.change", run, args).expect("the administrator may");
        assert!(!is_live(&mut rig, &reader), "{args:?}");
    }
    let mut rig = rig();
    let (admin, reader) = (rig.session(ADMIN), rig.session(READER));
    rig.wait(Duration::from_secs(1));
    rig.run(&admin, "accounts.delete", account::remove, &[("name", "reader")])
        .expect("the administrator may");
    let anew = [("name", "reader"), ("role", "administrator"), ("password", "Quiet+Meadow.17")];
    rig.run(&admin, "accounts.create", account::create, &anew).expect("the administrator may");
    assert!(!is_live(&mut rig, &reader), "somebody else has the name now");
}

#[test]
fn who_must_change_the_password_does_nothing_else_first_on_any_surface() {
    let mut rig =
        Rig::small("password = \"Brass?Bell.204\"", "password = \"Brass?Bell.204\"\nmust-change = true");
    let token = rig.token(READER);
    let page = rig.get(Ticket::Cookie(&token), "/accounts");
    assert_eq!((page.status, header(&page, "location")), (303, Some("/own")));
    assert_eq!(rig.get(Ticket::Cookie(&token), "/own").status, 200);

    let ssh = rig.session(Caller { surface: Surface::Ssh, ..READER });
    let (shown, status) = exec(&mut rig, &ssh, "account list");
    assert_eq!((shown.as_str(), status), ("Change your password first.\n", Some(1)));
    let session = rig.session(READER);
    let refused = rig.run(&session, "accounts.read", account::list, &[]).expect_err("not yet");
    assert_eq!(refused.code(), "conflict");

    let fields = [("do", "own-password"), ("current", "Brass?Bell.204"), ("password", "Quiet+Meadow.17")];
    let changed = rig.post(&token, "/own", &fields);
    assert_eq!(changed.status, 303, "{}", String::from_utf8_lossy(&changed.body));
    assert_eq!(rig.get(Ticket::Cookie(&token), "/accounts").status, 200);
}

#[test]
fn an_expired_password_confines_its_owner_whatever_others_do() {
    let mut rig = Rig::small("as-shipped = \"0\"", "as-shipped = \"30\"");
    rig.wait(Duration::from_hours(24 * 30) - Duration::from_secs(1));
    let free = rig.session(READER);
    rig.run(&free, "accounts.read", account::list, &[]).expect("a second early");
    rig.wait(Duration::from_secs(1));
    let session = rig.session(READER);
    assert_eq!(
        rig.run(&session, "accounts.read", account::list, &[]).expect_err("too old").code(),
        "conflict"
    );
    assert!(rig.log_in(DEPUTY).is_accepted());
    assert_eq!(
        rig.run(&session, "accounts.read", account::list, &[]).expect_err("too old").code(),
        "conflict"
    );
}

#[test]
fn an_end_user_who_must_change_the_password_is_led_to_a_page_he_may_use() {
    let mut rig = Rig::named("office-400");
    let admin = rig.session(Caller { name: "admin2", ..ADMIN });
    let new = [("name", "ines.falk"), ("password", "Quiet+Meadow.17")];
    rig.run(&admin, "accounts.password", account::set_password, &new).expect("the administrator may");
    let who =
        Caller { name: "ines.falk", password: "Quiet+Meadow.17", surface: Surface::SelfService, ..ADMIN };
    let token = rig.token(who);
    let page = rig.get(Ticket::Cookie(&token), "/access-control/accounts");
    assert_eq!(page.status, 303);
    let own = header(&page, "location").expect("a way").to_owned();
    assert_eq!(rig.get(Ticket::Cookie(&token), &own).status, 200);
    // A new PIN is no new password.
    let pin = [("do", "own-password"), ("current", "Quiet+Meadow.17"), ("pin", "24680")];
    assert_eq!(rig.post(&token, &own, &pin).status, 422);
    assert_eq!(rig.get(Ticket::Cookie(&token), "/access-control/accounts").status, 303);
}

#[test]
fn a_token_serves_only_where_it_was_given() {
    let mut rig = rig();
    let (web, api) = (rig.token(ADMIN), rig.token(Caller { surface: Surface::Api, ..ADMIN }));
    assert_eq!(rig.call("GET", "/api/accounts", &api, "").status, 200);
    assert_eq!(rig.call("GET", "/api/accounts", &web, "").status, 401);
    assert_eq!(rig.get(Ticket::Cookie(&web), "/accounts").status, 200);
    assert_eq!(rig.get(Ticket::Cookie(&api), "/accounts").status, 303);
}

#[test]
fn a_form_cannot_override_what_its_page_has_fixed() {
    let policy = SMALL.to_owned()
        + "\n[[logs]]\nid = \"other\"\nname = \"Other\"\nread = \"logs.read\"\nclear = \"logs.clear\"\ntakes = [\"auth.\"]\nentries-max = 9\n";
    let mut rig = Rig::seeded(&pbx_product::GENERIC, &policy, 7);
    let token = rig.token(ADMIN);
    let from = rig.site.trail_len();
    assert_eq!(rig.post(&token, "/log", &[("do", "clear"), ("log", "other")]).status, 303);
    let cleared = rig.records(from).into_iter().find(|it| it.record.event == "log.cleared").expect("cleared");
    assert_eq!(cleared.record.object.expect("a log").name, "audit");
}

#[test]
fn the_end_of_input_waits_for_the_answer_to_the_last_line() {
    let mut rig = Rig::named("oig");
    let who =
        Caller { name: "admin", password: "Lab-Oig1-gate!", surface: Surface::Ssh, source: "127.0.0.1" };
    let session = rig.session(who);
    let (mut shell, _) = Shell::start(&mut rig, &session);
    let typed = "2\r2\rLab-Oig1-gate!\rNew-Gate-4711!\rNew-Gate-4711!\r";
    let hashing = shell.type_and_hold(&mut rig, typed);
    shell.put(&mut rig, pbx_site::Input::Eof);
    assert_eq!(shell.exit, None, "the password is still being hashed");
    shell.hashed(&mut rig, hashing);
    assert_eq!(shell.exit, Some(0));
    assert!(rig.log_in(Caller { password: "New-Gate-4711!", ..who }).is_accepted());
}

fn header<'a>(response: &'a pbx_site::Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
}
