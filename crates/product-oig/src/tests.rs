use std::collections::BTreeSet;
use std::time::Duration;

use pbx_auth::{Count, Lasts, Networks, PeriodFrom};
use pbx_kernel::{AccountName, Secret, Source, Surface};
use pbx_policy::{ListenerState, Policy};
use pbx_product::{Access, Console, Does, Menu};

use crate::PRODUCT;

mod lab;
mod users;

fn policy() -> Policy {
    match Policy::parse("product.toml", PRODUCT.policy) {
        Ok(policy) => policy,
        Err(error) => panic!("{error}"),
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
    let mut needed = Vec::new();
    needed_by(&crate::command::CONSOLE, &mut needed);
    needed.extend(PRODUCT.pages.iter().map(|it| it.needs.0));
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
    assert!(PRODUCT.routes.iter().all(|route| !pages.contains(route.path)));
}

#[test]
fn repeated_failures_over_ssh_ban_the_source_for_a_time() {
    let policy = policy();
    let [rule] = policy.lockouts.as_slice() else { panic!("one rule") };
    assert_eq!(rule.surfaces, [Surface::Ssh]);
    assert_eq!((rule.counts, rule.failures_max), (Count::Source, 5));
    assert_eq!(rule.within, Some(Duration::from_mins(10)));
    assert_eq!(rule.lasts_for(None), Lasts::For(Duration::from_mins(10)));
    assert!(!rule.locked_failures_count && rule.success_clears && rule.expiry_clears);
    assert_eq!(rule.period_from, PeriodFrom::LastFailure);
    assert!(rule.closes_connection && !rule.administrator_unlocks && !rule.adjustable);
}

#[test]
fn there_is_one_administrator_and_no_way_to_make_another() {
    let policy = policy();
    let [role] = policy.roles.as_slice() else { panic!("one role") };
    let [admin] = policy.shipped.as_slice() else { panic!("one account") };
    assert_eq!((admin.name.get_ref().as_str(), policy.accounts.max), ("admin", 1));
    assert!(admin.fixed && !policy.accounts.roles_editable);
    for permission in ["accounts.create", "accounts.delete", "accounts.unlock", "roles.change", "logs.clear"]
    {
        assert!(
            !policy.permissions.contains_key(permission)
                && !PRODUCT.pages.iter().any(|it| it.needs.0 == permission)
        );
    }
    assert!(policy.permissions.keys().all(|it| role.covers(it)));
}

#[test]
fn the_administrators_password_keeps_the_rule_of_the_base_system() {
    let policy = policy();
    let rule = &policy.passwords["default"];
    for account in &policy.shipped {
        let name = AccountName::parse(account.name.get_ref()).expect("a name");
        assert_eq!(rule.weaknesses(&name, &Secret::new(&account.password)), []);
    }
    let name = AccountName::parse("admin").expect("a name");
    assert_eq!(rule.weaknesses(&name, &Secret::new("Abc-de1")), []);
    for weak in ["Abc-d1", "abc-de1", "ABC-DE1", "Abc-def", "Abcdef1", "My-admin1"] {
        assert_ne!(rule.weaknesses(&name, &Secret::new(weak)), [], "{weak}");
    }
}

#[test]
fn the_web_is_for_the_local_network_and_ssh_is_off() {
    let policy = policy();
    let states: Vec<_> =
        policy.listeners.iter().map(|it| (it.id.as_str(), it.as_shipped, it.hardened)).collect();
    assert_eq!(
        states,
        [
            ("web", ListenerState::Local, ListenerState::Local),
            ("ssh", ListenerState::Off, ListenerState::Off),
        ]
    );
    assert_eq!(policy.listeners[1].software.as_deref(), Some("OpenSSH_7.4"));
    let includes = |networks: &Networks, address: &str| {
        networks.include(Source::new(address.parse().expect("an address")))
    };
    assert!(includes(&policy.local_networks, "127.0.0.1") && includes(&policy.local_networks, "::1"));
    assert!(!includes(&policy.local_networks, "127.1.0.1") && !includes(&policy.local_networks, "192.0.2.1"));
}

#[test]
fn log_files_are_purged_by_age_and_cleared_by_nobody() {
    let policy = policy();
    assert!(policy.logs.iter().all(|it| it.clear.is_none() && it.retention_days == Some(30)));
    let retention =
        policy.settings.iter().find(|it| it.key.get_ref() == "log.retention-days").expect("a setting");
    for (days, accepted) in [("0", false), ("1", true), ("3650", true), ("3651", false)] {
        assert_eq!(retention.check(days).is_ok(), accepted, "{days}");
    }
}

#[test]
fn ssh_opens_a_menu_whose_last_item_leaves() {
    let role = pbx_auth::Role { id: String::new(), name: String::new(), permissions: BTreeSet::new() };
    let Console::Menu(menu) = (PRODUCT.screen.console)(&role) else { panic!("a menu") };
    assert!(matches!(menu.items.last().map(|it| it.does), Some(Does::Leave)));
}

#[test]
fn the_policy_has_a_control_for_every_statement_of_the_paper() {
    let controls = policy().controls;
    let ids: Vec<_> = controls.iter().map(|it| it.id.get_ref().clone()).collect();
    assert_eq!(ids, (1..=65).map(|it| format!("OIG-{it:03}")).collect::<Vec<_>>());
    assert!(controls.iter().all(|it| !it.fact.is_empty() && !it.cite.is_empty() && !it.met.is_empty()));
}
