//! Accounts and roles: what administrators may do to them, and where they are stopped.

use std::time::Duration;

use pbx_estate::{Refusal, Reply, account, role};
use pbx_kernel::Surface;
use pbx_site::SessionId;

use super::rig::{Caller, Rig, WRONG};

const ADMIN: Caller<'_> =
    Caller { name: "admin", password: "Harbour-Crane.42", surface: Surface::Web, source: "127.0.0.1" };
const READER: Caller<'_> = Caller { name: "reader", password: "Brass?Bell.204", ..ADMIN };
const DEPUTY: Caller<'_> = Caller { name: "deputy", password: "Slate-Roof,77a", ..ADMIN };

fn rig() -> Rig {
    Rig::small("max = 12", "max = 12")
}

fn create(rig: &mut Rig, session: &SessionId, args: &[(&str, &str)]) -> Result<Reply, Refusal> {
    rig.run(session, "accounts.create", account::create, args)
}

fn change(rig: &mut Rig, session: &SessionId, args: &[(&str, &str)]) -> Result<Reply, Refusal> {
    rig.run(session, "accounts.change", account::change, args)
}

#[track_caller]
fn refused(result: Result<Reply, Refusal>) -> &'static str {
    result.expect_err("it is refused").code()
}

#[test]
fn the_last_administrator_stays() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    assert_eq!(refused(change(&mut rig, &admin, &[("name", "admin"), ("role", "reader")])), "conflict");
    assert_eq!(refused(change(&mut rig, &admin, &[("name", "admin"), ("disabled", "yes")])), "conflict");
    let second = [("name", "second"), ("role", "administrator")];
    create(&mut rig, &admin, &second).expect("the administrator may");
    let demote = [("name", "admin"), ("role", "reader")];
    assert_eq!(refused(change(&mut rig, &admin, &demote)), "conflict", "nobody can log in as the second");
    let new = [("name", "second"), ("password", "Quiet+Meadow.17")];
    rig.run(&admin, "accounts.password", account::set_password, &new).expect("the administrator may");
    change(&mut rig, &admin, &demote).expect("there is another one now");
}

#[test]
fn the_last_administrator_of_each_product_stays() {
    for (product, name, password) in [
        ("micloud-portal", "root", "Orchid-Signal-915"),
        ("app-suite", "engineer", "Granite7Willow"),
        ("mx-one", "System Setup Admin", "Lab-Mx1-setup!"),
        ("oig", "admin", "Lab-Oig1-gate!"),
    ] {
        let mut rig = Rig::named(product);
        let session = rig.session(Caller { name, password, ..ADMIN });
        let refused_to = |rig: &mut Rig, run: pbx_estate::Handler, args: &[(&str, &str)]| {
            refused(rig.run(&session, "accounts.change", run, args))
        };
        assert_eq!(refused_to(&mut rig, account::change, &[("name", name), ("disabled", "yes")]), "conflict");
        assert_eq!(refused_to(&mut rig, account::remove, &[("name", name)]), "conflict", "{product}");
    }
}

#[test]
fn nobody_gives_or_touches_more_than_he_has() {
    let mut rig = rig();
    let deputy = rig.session(DEPUTY);
    assert_eq!(refused(create(&mut rig, &deputy, &[("name", "x"), ("role", "administrator")])), "conflict");
    assert_eq!(refused(create(&mut rig, &deputy, &[("name", "x"), ("role", "reader")])), "conflict");
    assert_eq!(
        refused(change(&mut rig, &deputy, &[("name", "deputy"), ("role", "administrator")])),
        "conflict"
    );
    for run in [account::set_password as pbx_estate::Handler, account::change, account::remove] {
        let args = [("name", "admin"), ("password", "Quiet+Meadow.17"), ("full-name", "Mine")];
        assert_eq!(refused(rig.run(&deputy, "accounts.change", run, &args)), "conflict");
    }
    create(&mut rig, &deputy, &[("name", "peer"), ("role", "deputy")]).expect("no more than he has");
}

#[test]
fn nobody_makes_a_role_larger_than_his_own_or_restores_one() {
    let mut rig = rig();
    let (admin, deputy) = (rig.session(ADMIN), rig.session(DEPUTY));
    let save = |rig: &mut Rig, session: &SessionId, id: &str, permission: &str| {
        rig.run(session, "roles.change", role::save, &[("id", id), ("name", id), ("permission", permission)])
    };
    assert_eq!(refused(save(&mut rig, &deputy, "deputy", "settings.change")), "conflict");
    assert_eq!(
        refused(save(&mut rig, &deputy, "reader", "own")),
        "conflict",
        "readers may read logs, deputies not"
    );
    assert_eq!(refused(save(&mut rig, &admin, "administrator", "own")), "conflict");
    assert_eq!(refused(save(&mut rig, &admin, "reader", "fly")), "no-such");
    // The administrator took the logs from readers; a deputy cannot bring them back by restoring the shipped role.
    save(&mut rig, &admin, "reader", "accounts.read").expect("the administrator may");
    let restore = [("id", "reader")];
    assert_eq!(refused(rig.run(&deputy, "roles.change", role::remove, &restore)), "conflict");
    rig.run(&admin, "roles.change", role::remove, &restore).expect("the administrator may");
}

#[test]
fn a_new_account_may_do_least_and_must_choose_its_own_password() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    create(&mut rig, &admin, &[("name", "new"), ("password", "Quiet+Meadow.17")]).expect("may");
    let stored = stored(&rig, "new");
    assert_eq!((stored.role.as_str(), stored.must_change), ("guest", true));
    let who = Caller { name: "NEW", password: "Quiet+Meadow.17", ..ADMIN };
    assert!(
        rig.log_in(Caller { surface: Surface::SelfService, ..who }).is_accepted(),
        "in any case of letters"
    );
    assert!(!rig.log_in(who).is_accepted(), "guests have no business on the web");
}

#[test]
fn there_are_as_many_configuration_accounts_as_the_policy_says() {
    let mut rig = Rig::named("office-400");
    let admin = rig.session(Caller { name: "admin2", ..ADMIN });
    let configuring = |rig: &Rig| {
        let every = rig.site.read(|estate, _| Ok(account::every(estate)?)).expect("readable");
        every.iter().filter(|it| it.rank == pbx_policy::Rank::Configuration).count()
    };
    for number in configuring(&rig)..25 {
        let name = format!("assistant{number}");
        create(&mut rig, &admin, &[("name", &name), ("role", "system-assistant")]).expect("there is room");
    }
    let more = [("name", "one-more"), ("role", "system-assistant"), ("rank", "end-user")];
    assert_eq!(refused(create(&mut rig, &admin, &more)), "limit");
    create(&mut rig, &admin, &[("name", "phone"), ("role", "end-user")])
        .expect("end users are counted apart");
    let promote = [("name", "phone"), ("role", "system-assistant")];
    assert_eq!(refused(change(&mut rig, &admin, &promote)), "limit");
    assert_eq!(configuring(&rig), 25);
}

#[test]
fn a_password_keeps_the_rule_and_does_not_come_back() {
    let mut rig = rig();
    let reader = rig.session(READER);
    let own = |rig: &mut Rig, current: &str, new: &str| {
        rig.run(&reader, "own", account::set_own_password, &[("current", current), ("password", new)])
    };
    assert_eq!(refused(own(&mut rig, WRONG, "Quiet+Meadow.17")), "wrong-password");
    assert_eq!(refused(own(&mut rig, READER.password, "Sev3n+x")), "weak-password", "seven characters");
    assert_eq!(refused(own(&mut rig, READER.password, "PASSWORD")), "weak-password", "never accepted");
    assert_eq!(refused(own(&mut rig, READER.password, READER.password)), "weak-password", "the present one");
    let passwords = [READER.password, "Quiet+Meadow.17", "Sev3n+xx", "Copper=Relay*31"];
    for pair in passwords.windows(2) {
        own(&mut rig, pair[0], pair[1]).expect("a new one");
    }
    for earlier in &passwords[1..] {
        assert_eq!(refused(own(&mut rig, passwords[3], earlier)), "weak-password", "the last three");
    }
    own(&mut rig, passwords[3], passwords[0]).expect("the fourth before may come back");
}

#[test]
fn a_pin_serves_on_the_local_network_only() {
    let mut rig = Rig::named("office-400");
    let who = Caller { name: "201", password: "4711", surface: Surface::SelfService, source: "127.0.0.1" };
    assert!(rig.log_in(who).is_accepted());
    assert!(!rig.log_in(who.from("127.1.0.1")).is_accepted());
    let strong = Caller { password: "Willow<Gate>61", ..who };
    assert!(rig.log_in(strong).is_accepted());
    assert!(!rig.log_in(strong.from("127.1.0.1")).is_accepted(), "from outside the user name is needed");
    assert!(rig.log_in(Caller { name: "ines.falk", ..strong }.from("127.1.0.1")).is_accepted());
    assert!(!rig.log_in(Caller { name: "admin2", ..who }).is_accepted(), "configuration accounts have none");
}

#[test]
fn a_value_too_long_for_the_store_is_refused_with_a_word() {
    let mut rig = rig();
    let admin = rig.session(ADMIN);
    for (field, max) in [("full-name", 128), ("name", 64)] {
        let other = if field == "name" { ("full-name", "x") } else { ("name", "someone") };
        let long = "\u{1F4DE}".repeat(max + 1);
        assert_eq!(refused(create(&mut rig, &admin, &[(field, &long), other])), "bad-value", "{field}");
    }
    let fits = "\u{1F4DE}".repeat(128);
    create(&mut rig, &admin, &[("name", "someone"), ("full-name", &fits)]).expect("it fits");
}

#[test]
fn last_login_is_kept_and_shown() {
    let mut rig = rig();
    rig.session(READER);
    rig.wait(Duration::from_mins(1));
    assert_eq!(stored(&rig, "reader").last_login.map(|it| it + Duration::from_mins(1)), Some(rig.now));
}

fn stored(rig: &Rig, name: &str) -> account::Account {
    let name = pbx_kernel::AccountName::parse(name).expect("a name");
    rig.site
        .read(|estate, policy| Ok(account::find(estate, policy, &name)?))
        .expect("readable")
        .expect("it exists")
}
