use std::collections::BTreeSet;
use std::time::Duration;

use pbx_auth::{Count, Lasts, PeriodFrom};
use pbx_kernel::{AccountName, Secret, Surface};
use pbx_policy::{ListenerState, Policy};
use pbx_product::{Access, Does, Menu, Run};

use crate::PRODUCT;

mod node;
mod operation;
mod people;

fn policy() -> Policy {
    match Policy::parse("product.toml", PRODUCT.policy) {
        Ok(policy) => policy,
        Err(error) => panic!("{error}"),
    }
}

/// Asserts what the role `id` includes and what not.
#[track_caller]
fn check(id: &str, includes: &[&str], excludes: &[&str]) {
    let policy = policy();
    let role = policy.roles.iter().find(|it| it.id.get_ref() == id).expect("a role");
    for permission in includes.iter().chain(excludes) {
        assert!(policy.permissions.contains_key(*permission), "{permission} is not declared");
        assert_eq!(role.covers(permission), includes.contains(permission), "{id}: {permission}");
    }
}

fn needed_by(menu: &Menu, needed: &mut Vec<&'static str>) {
    for item in menu.items {
        needed.push(item.needs.0);
        if let Does::Open(below) = item.does {
            needed_by(below, needed);
        }
    }
}

#[test]
fn every_row_needs_a_permission_that_the_policy_declares() {
    let mut needed: Vec<&str> = PRODUCT.commands.iter().map(|it| it.needs.0).collect();
    for command in PRODUCT.commands {
        if let Run::Menu(menu) = command.run {
            needed_by(menu, &mut needed);
        }
    }
    for page in PRODUCT.pages {
        needed.push(page.needs.0);
        needed.extend(page.actions.iter().map(|it| it.needs.0));
    }
    for route in PRODUCT.routes {
        if let Access::Needs(permission, _) = route.access {
            needed.push(permission.0);
        }
    }
    let policy = policy();
    let undeclared: Vec<&str> =
        needed.into_iter().filter(|it| !policy.permissions.contains_key(*it)).collect();
    assert_eq!(undeclared, [""; 0]);
}

#[test]
fn no_row_stands_twice() {
    let routes: BTreeSet<_> = PRODUCT.routes.iter().map(|it| (it.path, it.method)).collect();
    assert_eq!(routes.len(), PRODUCT.routes.len());
    let pages: BTreeSet<_> = PRODUCT.pages.iter().map(|it| it.path).collect();
    assert_eq!(pages.len(), PRODUCT.pages.len());
    let commands: BTreeSet<_> = PRODUCT.commands.iter().map(pbx_product::Command::name).collect();
    assert_eq!(commands.len(), PRODUCT.commands.len());
    assert!(PRODUCT.routes.iter().all(|route| !pages.contains(route.path)));
}

#[test]
fn the_login_limit_is_that_of_the_paper() {
    let policy = policy();
    let [rule] = policy.lockouts.as_slice() else { panic!("one rule") };
    assert_eq!(rule.surfaces, [Surface::Api, Surface::SelfService, Surface::Ssh, Surface::Web]);
    assert_eq!((rule.counts, rule.failures_max, rule.within), (Count::Account, 3, None));
    assert_eq!(rule.lasts_for(None), Lasts::UntilUnlocked);
    assert_eq!(rule.lasts_for(Some("super")), Lasts::For(Duration::from_mins(20)));
    assert!(!rule.locked_failures_count && rule.success_clears && rule.expiry_clears);
    assert_eq!(rule.period_from, PeriodFrom::LastFailure);
    assert!(
        rule.password_reset_clears
            && rule.administrator_unlocks
            && rule.closes_connection
            && !rule.adjustable
    );
    let supers = policy.shipped.iter().filter(|it| it.class.is_some()).map(|it| it.name.get_ref().as_str());
    assert_eq!(supers.collect::<Vec<_>>(), ["mxone_admin", "System Setup Admin"]);
}

#[test]
fn the_audit_log_is_read_by_root_alone_and_cleared_by_nobody() {
    let policy = policy();
    let audit = policy.logs.iter().find(|it| it.id == "audit").expect("a log");
    assert!(audit.clear.is_none() && audit.records_reading);
    let readers =
        policy.roles.iter().filter(|it| it.covers(audit.read.get_ref())).map(|it| it.id.get_ref().as_str());
    assert_eq!(readers.collect::<Vec<_>>(), ["root"]);
}

#[test]
fn the_system_log_is_cleared_over_ssh_by_root_and_mxone_admin() {
    let policy = policy();
    let system = policy.logs.iter().find(|it| it.id == "system").expect("a log");
    let permission = system.clear.as_ref().expect("it can be cleared").get_ref();
    let clearers = policy.roles.iter().filter(|it| it.covers(permission)).map(|it| it.id.get_ref().as_str());
    assert_eq!(clearers.collect::<Vec<_>>(), ["root", "mxone-admin"]);
    assert_eq!(system.clear_on, [Surface::Ssh]);
    assert_eq!(policy.logs.iter().filter(|it| it.clear.is_some()).count(), 1);
}

#[test]
fn authority_levels_grow() {
    check("linux-0", &["own", "shell"], &["extension.read", "maintenance"]);
    check("linux-1", &["extension.read"], &["name.read", "extension.change"]);
    check("linux-2", &["name.read"], &["logs.read", "name.change"]);
    check("linux-3", &["logs.system.read"], &["settings.read", "logs.system.clear"]);
    check("linux-4", &["settings.read"], &["name.change"]);
    check("linux-5", &["name.change"], &["extension.change"]);
    check("linux-6", &["extension.change"], &["logs.mdsh.read"]);
    check("linux-7", &["logs.mdsh.read"], &["maintenance", "accounts.read", "logs.audit.read"]);
}

#[test]
fn the_two_families_of_administrators_do_not_touch_one_another() {
    check(
        "root",
        &["accounts.delete", "logs.audit.read", "maintenance"],
        &["roles.change", "settings.passwords"],
    );
    check(
        "mxone-admin",
        &["accounts.unlock", "maintenance", "settings.banner"],
        &["logs.audit.read", "roles.read"],
    );
    check("mxone-user", &["extension.change", "logs.mdsh.read"], &["accounts.read", "maintenance"]);
    check(
        "system-setup-admin",
        &["roles.change", "accounts.delete"],
        &["shell", "maintenance", "logs.system.read"],
    );
    check("administrator", &["accounts.unlock", "logs.audit-trail.read"], &["roles.change", "shell"]);
    check("department-admin", &["accounts.unlock", "extension.change"], &["accounts.create", "logs.read"]);
    check("end-user", &["own"], &["accounts.read", "extension.read", "shell"]);
}

#[test]
fn an_administrator_has_all_that_those_below_him_have() {
    let policy = policy();
    let role = |id: &str| policy.roles.iter().find(|it| it.id.get_ref() == id).expect("a role");
    let chains: [&[&str]; 2] = [
        &[
            "root",
            "mxone-admin",
            "mxone-user",
            "linux-7",
            "linux-6",
            "linux-5",
            "linux-4",
            "linux-3",
            "linux-2",
            "linux-1",
            "linux-0",
        ],
        &["system-setup-admin", "administrator", "department-admin", "end-user"],
    ];
    for chain in chains {
        for pair in chain.windows(2) {
            let missing =
                policy.permissions.keys().find(|it| role(pair[1]).covers(it) && !role(pair[0]).covers(it));
            assert_eq!(missing, None, "{} lacks what {} has", pair[0], pair[1]);
        }
    }
}

#[test]
fn every_role_can_be_tried_with_a_password_that_keeps_the_rule() {
    let policy = policy();
    for role in &policy.roles {
        assert!(
            policy.shipped.iter().any(|it| it.role.get_ref() == role.id.get_ref()),
            "{}",
            role.id.get_ref()
        );
    }
    let mut passwords = BTreeSet::new();
    for account in &policy.shipped {
        let name = AccountName::parse(account.name.get_ref()).expect("a name");
        assert_eq!(
            policy.passwords["default"].weaknesses(&name, &Secret::new(&account.password)),
            [],
            "{name}"
        );
        assert!(passwords.insert(&account.password), "{name} shares its password");
        if let Some(pin) = &account.pin {
            assert_eq!(policy.passwords["pin"].weaknesses(&name, &Secret::new(pin)), [], "{name}");
        }
    }
}

#[test]
fn ssh_is_on_as_shipped_and_https_must_be_turned_on() {
    let policy = policy();
    let states: Vec<_> =
        policy.listeners.iter().map(|it| (it.id.as_str(), it.as_shipped, it.hardened)).collect();
    assert_eq!(
        states,
        [("ssh", ListenerState::On, ListenerState::On), ("web", ListenerState::Off, ListenerState::On),]
    );
}

#[test]
fn the_policy_has_a_control_for_every_statement_of_the_paper() {
    let controls = policy().controls;
    let ids: Vec<_> = controls.iter().map(|it| it.id.get_ref().clone()).collect();
    assert_eq!(ids, (1..=85).map(|it| format!("MX-{it:03}")).collect::<Vec<_>>());
    assert!(controls.iter().all(|it| !it.fact.is_empty() && !it.cite.is_empty() && !it.met.is_empty()));
}

#[test]
fn a_refused_line_says_in_a_sentence_what_is_wrong() {
    let screen = PRODUCT.screen;
    let refusal = pbx_estate::Refusal::NotPermitted("maintenance".to_owned());
    assert_eq!((screen.refuse)(&refusal), "Not accepted: your authority level does not include this.\n");
    let error = pbx_cmdline::GrammarError::MissingSwitch("dir");
    let text = (screen.grammar)("extension -i", &error);
    assert_eq!(text, "extension -i: --dir is needed. Type help extension for its switches.\n");
}

#[test]
fn help_has_a_block_for_the_node_and_one_for_the_shell() {
    let policy = policy();
    let commands: Vec<_> = PRODUCT.commands(&policy).collect();
    let text = (PRODUCT.screen.help)(&commands);
    assert!(text.starts_with("Service Node:\n  extension "), "{text}");
    assert!(text.contains("\nShell:\n  mxone_maintenance "), "{text}");
    assert_eq!(text.matches("extension  ").count(), 1);
}
