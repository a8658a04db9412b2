use std::time::Duration;

use pbx_auth::{Count, Lasts, Permission};
use pbx_kernel::{AccountName, Secret, Surface};
use pbx_policy::{Policy, Rank, RoleRow};
use pbx_product::Access;

use crate::PRODUCT;

fn policy() -> Policy {
    Policy::parse("product.toml", PRODUCT.policy).unwrap_or_else(|error| panic!("{error}"))
}

fn role<'a>(policy: &'a Policy, id: &str) -> &'a RoleRow {
    policy.roles.iter().find(|it| it.id.get_ref() == id).expect("a shipped role")
}

/// Whether every permission of the role `less` is one of `more`, so that `more` may manage its accounts.
fn may_manage(policy: &Policy, more: &str, less: &str) -> bool {
    let (more, less) = (role(policy, more), role(policy, less));
    policy.permissions.keys().all(|it| more.covers(it) || !less.covers(it))
}

#[test]
fn every_row_needs_a_permission_that_the_policy_declares() {
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
fn fifteen_failures_lock_for_ten_minutes_and_a_teleworker_for_thirty() {
    let policy = policy();
    let [rule] = policy.lockouts.as_slice() else { panic!("one rule") };
    assert_eq!(rule.surfaces, [Surface::Web, Surface::SelfService, Surface::Api]);
    assert_eq!((rule.counts, rule.failures_max), (Count::Account, 15));
    assert_eq!(rule.lasts_for(None), Lasts::For(Duration::from_mins(10)));
    assert_eq!(rule.lasts_for(Some("teleworker")), Lasts::For(Duration::from_mins(30)));
    assert!(rule.success_clears && rule.expiry_clears && rule.password_reset_clears);
    assert!(!rule.administrator_unlocks && !rule.locked_failures_count && !rule.adjustable);
}

#[test]
fn as_shipped_there_is_one_administrator_who_must_change_his_password() {
    let policy = policy();
    let shipped: Vec<_> = policy.shipped.iter().filter(|it| !it.lab_only).collect();
    let [admin] = shipped.as_slice() else { panic!("one account") };
    assert_eq!((admin.name.get_ref().as_str(), admin.password.as_str()), ("admin", "password"));
    assert!(admin.must_change);
    assert_eq!(policy.accounts.max, 25);
}

#[test]
fn the_laboratory_has_another_administrator_whose_password_may_stay() {
    let is_free = |it: &&pbx_policy::Shipped| it.role.get_ref() == "administrator" && !it.must_change;
    assert_eq!(policy().shipped.iter().filter(is_free).count(), 1);
}

#[test]
fn passwords_and_pins_of_the_laboratory_keep_the_rules() {
    let policy = policy();
    for account in policy.shipped.iter().filter(|it| !it.must_change) {
        let name = AccountName::parse(account.name.get_ref()).expect("valid");
        let weaknesses =
            |rule: &str, text: &str| policy.passwords[rule].weaknesses(&name, &Secret::new(text));
        assert_eq!(weaknesses("default", &account.password), [], "{name}");
        assert_eq!(account.pin.is_some(), account.rank == Rank::EndUser, "{name}");
        if let Some(pin) = &account.pin {
            assert_eq!(weaknesses("pin", pin), [], "{name}");
        }
    }
}

#[test]
fn a_pin_has_two_to_ten_digits() {
    let policy = policy();
    let name = AccountName::parse("ada").expect("valid");
    let accepted = |pin: &str| policy.passwords["pin"].weaknesses(&name, &Secret::new(pin)).is_empty();
    assert!(!accepted("1") && accepted("12") && accepted("1234567890") && !accepted("12345678901"));
    assert!(!accepted("12a4"));
}

#[test]
fn a_password_may_have_no_umlaut_and_not_be_the_word_password() {
    let policy = policy();
    let name = AccountName::parse("ada").expect("valid");
    let accepted = |text: &str| policy.passwords["default"].weaknesses(&name, &Secret::new(text)).is_empty();
    assert!(accepted("Garden 7,ok") && accepted("Garden7?"));
    assert!(
        !accepted("Gärten 7,ok") && !accepted("Garden7!") && !accepted("password") && !accepted("Gard7?a")
    );
}

#[test]
fn only_the_administrator_makes_accounts_and_profiles() {
    let policy = policy();
    for role in policy.roles.iter().filter(|it| it.id.get_ref() != "administrator") {
        for permission in
            ["accounts.create", "accounts.delete", "roles.change", "settings.change", "logs.clear"]
        {
            assert!(!role.covers(permission), "{} includes {permission}", role.name);
        }
    }
}

#[test]
fn a_hospitality_manager_manages_receptionists_and_his_like_only() {
    let policy = policy();
    let manageable = policy.roles.iter().map(|it| it.id.get_ref().as_str());
    let manageable: Vec<_> = manageable.filter(|it| may_manage(&policy, "hospitality-manager", it)).collect();
    assert_eq!(manageable, ["hospitality-manager", "receptionist"]);
}

#[test]
fn programs_have_no_web_and_end_users_only_the_portal() {
    let policy = policy();
    assert_eq!(role(&policy, "third-party-cti").surfaces, [Surface::Api]);
    assert_eq!(role(&policy, "end-user").surfaces, [Surface::SelfService]);
    let with_pin: Vec<_> =
        policy.roles.iter().filter(|it| it.pin_from_local).map(|it| it.name.as_str()).collect();
    assert_eq!(with_pin, ["End user"]);
}

#[test]
fn configuration_accounts_have_two_sessions() {
    let sessions = policy().sessions;
    for role in ["administrator", "system-assistant", "hospitality-manager"] {
        assert_eq!(sessions.parallel_max(role), Some(2));
    }
    assert_eq!(sessions.parallel_max("end-user"), None);
}

#[test]
fn access_records_can_never_be_cleared_and_the_audit_trail_can() {
    let clearable: Vec<_> =
        policy().logs.into_iter().filter(|it| it.clear.is_some()).map(|it| it.id).collect();
    assert_eq!(clearable, ["audit"]);
}

#[test]
fn every_statement_of_the_paper_is_answered() {
    let policy = policy();
    let ids: Vec<_> = policy.controls.iter().map(|it| it.id.get_ref().clone()).collect();
    let expected: Vec<_> = (1..=75).map(|number| format!("O4-{number:03}")).collect();
    assert_eq!(ids, expected);
}
