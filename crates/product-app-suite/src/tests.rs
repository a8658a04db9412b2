use std::time::Duration;

use pbx_auth::{Count, Lasts, Permission};
use pbx_kernel::{AccountName, Secret, Surface, Transport};
use pbx_policy::{ListenerState, Policy, RoleRow};
use pbx_product::Access;

use crate::PRODUCT;

fn policy() -> Policy {
    Policy::parse("product.toml", PRODUCT.policy).unwrap_or_else(|error| panic!("{error}"))
}

fn role<'a>(policy: &'a Policy, id: &str) -> &'a RoleRow {
    policy.roles.iter().find(|it| it.id.get_ref() == id).expect("a shipped role")
}

/// The items that the role includes.
fn items<'a>(policy: &'a Policy, id: &str) -> Vec<&'a str> {
    let role = role(policy, id);
    policy.permissions.keys().filter(|it| role.covers(it)).map(String::as_str).collect()
}

#[test]
fn every_row_needs_an_item_that_the_policy_declares() {
    let policy = policy();
    let declared = |it: Permission| policy.permissions.contains_key(it.0);
    for page in PRODUCT.pages {
        assert!(declared(page.needs), "{} needs {}", page.path, page.needs);
        for action in page.actions {
            assert!(declared(action.needs), "{} {} needs {}", page.path, action.name, action.needs);
        }
    }
    for route in PRODUCT.routes {
        if let Access::Needs(needs, _) = route.access {
            assert!(declared(needs), "{} needs {needs}", route.path);
        }
    }
}

#[test]
fn five_failures_since_the_last_success_lock_for_a_period_that_can_be_set() {
    let policy = policy();
    let [rule] = policy.lockouts.as_slice() else { panic!("one rule") };
    assert_eq!(rule.surfaces, [Surface::Web, Surface::Api]);
    assert_eq!((rule.counts, rule.failures_max), (Count::Account, 5));
    assert_eq!(rule.lasts_for(None), Lasts::For(Duration::from_mins(15)));
    assert!(rule.success_clears && !rule.expiry_clears && rule.password_reset_clears);
    assert!(rule.administrator_unlocks && rule.adjustable && !rule.locked_failures_count);
}

#[test]
fn the_settings_agree_with_the_lockout_rule_as_shipped() {
    let policy = policy();
    let as_shipped = |key: &str| {
        let setting = policy.settings.iter().find(|it| it.key.get_ref() == key).expect("a setting");
        setting.as_shipped.get_ref().as_str()
    };
    assert_eq!((as_shipped("lockout.failures-max"), as_shipped("lockout.minutes")), ("5", "15"));
    assert_eq!(policy.passwords[as_shipped("password.rule")], policy.passwords["default"]);
}

#[test]
fn as_shipped_there_are_an_engineer_and_a_supervisor() {
    let policy = policy();
    let shipped = policy.shipped.iter().filter(|it| !it.lab_only);
    let shipped: Vec<_> =
        shipped.map(|it| (it.name.get_ref().as_str(), it.role.get_ref().as_str(), it.fixed)).collect();
    assert_eq!(shipped, [("engineer", "admin", true), ("supervisor", "supervisor", false)]);
}

#[test]
fn there_are_nine_roles_over_more_than_forty_items() {
    let policy = policy();
    let names: Vec<_> = policy.roles.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Admin",
            "Supervisor",
            "User",
            "Phone Manager Only",
            "Phone Manager with Playback",
            "Recording Only",
            "Reporting Only",
            "Wallboard Only",
            "Dashboard Only",
        ]
    );
    assert!(policy.permissions.len() > 40, "{} items", policy.permissions.len());
}

#[test]
fn no_two_roles_are_the_same_and_only_the_first_is_fixed() {
    let policy = policy();
    let mut sets: Vec<_> = policy.roles.iter().map(|it| items(&policy, it.id.get_ref())).collect();
    sets.sort();
    sets.dedup();
    assert_eq!(sets.len(), 9);
    assert!(policy.roles.iter().all(|it| it.fixed == (it.id.get_ref() == "admin")));
}

#[test]
fn a_new_account_has_its_own_data_only() {
    let policy = policy();
    assert_eq!(policy.accounts.default_role.get_ref(), "user");
    let is_own = |it: &&str| *it == "own" || it.starts_with("own.");
    let others: Vec<_> = items(&policy, "user").into_iter().filter(|it| !is_own(it)).collect();
    assert_eq!(others, ["phone-manager.connect", "web.access"]);
}

#[test]
fn configuration_is_for_administrators() {
    let policy = policy();
    for role in policy.roles.iter().filter(|it| it.id.get_ref() != "admin") {
        for page in PRODUCT.pages.iter().filter(|it| it.path.starts_with("/configuration/")) {
            let may = role.covers(page.needs.0);
            let is_basic = role.id.get_ref() == "supervisor" && page.path == "/configuration/locked-users";
            assert_eq!(may, is_basic, "{} {}", role.name, page.path);
        }
    }
}

#[test]
fn phone_manager_only_cannot_log_on_to_the_website() {
    let policy = policy();
    for role in &policy.roles {
        let on_web = role.surfaces.contains(&Surface::Web);
        assert_eq!(on_web, role.id.get_ref() != "phone-manager-only", "{}", role.name);
        assert_eq!(on_web, role.covers("web.access"), "{}", role.name);
    }
}

#[test]
fn the_three_levels_of_password_strength_are_told_apart() {
    let policy = policy();
    let name = AccountName::parse("ada").expect("valid");
    let levels = |text: &str| {
        ["low", "secure", "high"]
            .map(|it| policy.passwords[it].weaknesses(&name, &Secret::new(text)).is_empty())
    };
    assert_eq!(levels("kettl"), [false, false, false]);
    assert_eq!(levels("kettle"), [true, false, false]);
    assert_eq!(levels("Kettle7"), [true, false, false]);
    assert_eq!(levels("Kettle77"), [true, true, false]);
    assert_eq!(levels("Kettle77£"), [true, true, false]);
    assert_eq!(levels("Kettle777£"), [true, true, true]);
    assert_eq!(levels("Kettle7777"), [true, true, false]);
}

#[test]
fn passwords_of_the_laboratory_keep_the_rule() {
    let policy = policy();
    for account in &policy.shipped {
        let name = AccountName::parse(account.name.get_ref()).expect("valid");
        let password = Secret::new(account.password.as_str());
        assert_eq!(policy.passwords["default"].weaknesses(&name, &password), [], "{name}");
    }
}

#[test]
fn the_website_comes_with_http_and_is_hardened_to_https() {
    let states: Vec<_> =
        policy().listeners.iter().map(|it| (it.transport, it.as_shipped, it.hardened)).collect();
    assert_eq!(
        states,
        [
            (Transport::Http, ListenerState::On, ListenerState::Off),
            (Transport::Https, ListenerState::Off, ListenerState::On),
        ]
    );
    assert_eq!(PRODUCT.face.server, Some("Microsoft-IIS/10.0"));
}

#[test]
fn the_audit_trail_is_for_admin_and_supervisor_and_cannot_be_cleared() {
    let policy = policy();
    let readers = policy.roles.iter().filter(|it| it.covers("logs.audit.read")).map(|it| it.name.as_str());
    assert_eq!(readers.collect::<Vec<_>>(), ["Admin", "Supervisor"]);
    let clearable: Vec<_> =
        policy.logs.iter().filter(|it| it.clear.is_some()).map(|it| it.id.as_str()).collect();
    assert_eq!(clearable, ["diagnostic"]);
}

#[test]
fn every_statement_of_the_paper_is_answered() {
    let policy = policy();
    let ids: Vec<_> = policy.controls.iter().map(|it| it.id.get_ref().clone()).collect();
    let expected: Vec<_> = (1..=59).map(|number| format!("OAS-{number:03}")).collect();
    assert_eq!(ids, expected);
}
