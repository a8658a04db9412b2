use pbx_auth::{Permission, Strength};
use pbx_kernel::{AccountName, Secret, Surface};
use pbx_policy::{ListenerState, Policy, RoleRow};
use pbx_product::{Access, Does, Menu};

use crate::{PRODUCT, command};

fn policy() -> Policy {
    Policy::parse("product.toml", PRODUCT.policy).unwrap_or_else(|error| panic!("{error}"))
}

fn role<'a>(policy: &'a Policy, id: &str) -> &'a RoleRow {
    policy.roles.iter().find(|it| it.id.get_ref() == id).expect("a shipped role")
}

/// Whether the role `more` includes all that `less` does, so that it may manage its accounts.
fn may_manage(policy: &Policy, more: &str, less: &str) -> bool {
    let (more, less) = (role(policy, more), role(policy, less));
    policy.permissions.keys().all(|it| more.covers(it) || !less.covers(it))
}

/// What the items of `menu` and of those below it need.
fn needs_of(menu: &Menu) -> Vec<Permission> {
    let below = menu.items.iter().filter_map(|it| match it.does {
        Does::Open(menu) => Some(needs_of(menu)),
        Does::Ask { .. } | Does::Leave => None,
    });
    menu.items.iter().map(|it| it.needs).chain(below.flatten()).collect()
}

#[test]
fn every_row_needs_a_permission_that_the_policy_declares() {
    let policy = policy();
    let mut needed = needs_of(&command::CONSOLE);
    for page in PRODUCT.pages {
        needed.push(page.needs);
        needed.extend(page.actions.iter().map(|it| it.needs));
    }
    needed.extend(PRODUCT.routes.iter().filter_map(|it| match it.access {
        Access::Needs(needs, _) => Some(needs),
        Access::LogIn | Access::LogOut => None,
    }));
    for permission in needed {
        assert!(policy.permissions.contains_key(permission.0), "{permission} is not declared");
    }
}

#[test]
fn nothing_ever_locks() {
    let policy = policy();
    assert!(policy.lockouts.is_empty());
    assert!(!policy.permissions.contains_key("accounts.unlock"));
}

#[test]
fn as_shipped_there_are_root_and_the_server_administrator() {
    let policy = policy();
    let shipped = policy.shipped.iter().filter(|it| !it.lab_only);
    let shipped: Vec<_> =
        shipped.map(|it| (it.name.get_ref().as_str(), it.role.get_ref().as_str())).collect();
    assert_eq!(shipped, [("root", "root-administrator"), ("admin", "server-administrator")]);
}

#[test]
fn the_server_administrator_opens_the_console_and_nobody_else_does() {
    let policy = policy();
    let on_ssh = policy.roles.iter().filter(|it| it.surfaces.contains(&Surface::Ssh));
    let on_ssh: Vec<_> = on_ssh.map(|it| it.id.get_ref().as_str()).collect();
    assert_eq!(on_ssh, ["server-administrator"]);
    let server = role(&policy, "server-administrator");
    assert_eq!(server.surfaces, [Surface::Ssh]);
    assert!(!server.assignable && server.fixed);
    for permission in needs_of(&command::CONSOLE) {
        assert!(server.covers(permission.0), "the console needs {permission}");
    }
}

#[test]
fn logs_are_cleared_at_the_console_by_the_server_administrator_only() {
    let policy = policy();
    for log in &policy.logs {
        assert_eq!(log.clear.as_ref().map(|it| it.get_ref().as_str()), Some("logs.clear"), "{}", log.id);
        assert_eq!(log.clear_on, [Surface::Ssh], "{}", log.id);
    }
    let may_clear: Vec<_> =
        policy.roles.iter().filter(|it| it.covers("logs.clear")).map(|it| it.id.get_ref().as_str()).collect();
    assert_eq!(may_clear, ["server-administrator"]);
}

#[test]
fn root_manages_every_system_user_but_the_server_administrator() {
    let policy = policy();
    for role in &policy.roles {
        let id = role.id.get_ref();
        assert_eq!(may_manage(&policy, "root-administrator", id), id != "server-administrator", "{id}");
    }
    assert!(!may_manage(&policy, "service-provider-admin", "root-administrator"));
    assert!(
        may_manage(&policy, "help-desk", "end-user") && !may_manage(&policy, "help-desk", "customer-admin")
    );
}

#[test]
fn passwords_of_the_laboratory_keep_the_rule_and_are_strong() {
    let policy = policy();
    for account in &policy.shipped {
        let name = AccountName::parse(account.name.get_ref()).expect("valid");
        let password = Secret::new(account.password.as_str());
        assert_eq!(policy.passwords["default"].weaknesses(&name, &password), [], "{name}");
        assert_eq!(Strength::of(&name, &password), Strength::Strong, "{name}");
    }
}

#[test]
fn passwords_with_the_user_name_or_a_forbidden_character_are_refused() {
    let policy = policy();
    let name = AccountName::parse("ada").expect("valid");
    let accepted = |text: &str| policy.passwords["default"].weaknesses(&name, &Secret::new(text)).is_empty();
    assert!(accepted("Harvest-7x") && accepted("Har[est-7"));
    for refused in ["Harvest-7\"", "Harvest-7,", "Harvest-7|", "Harvest-7'", "ADA-Harvest-7", "Welcome1!"] {
        assert!(!accepted(refused), "{refused}");
    }
    assert!(!accepted("Harve-7") && accepted("Harves-7"));
}

#[test]
fn the_console_is_for_the_local_networks() {
    let policy = policy();
    let ssh = policy.listeners.iter().find(|it| it.id == "ssh").expect("a console");
    assert_eq!((ssh.as_shipped, ssh.hardened), (ListenerState::Local, ListenerState::Local));
    assert_eq!(ssh.software.as_deref(), Some("OpenSSH_7.4"));
}

#[test]
fn every_statement_of_the_paper_is_answered() {
    let policy = policy();
    let ids: Vec<_> = policy.controls.iter().map(|it| it.id.get_ref().clone()).collect();
    let expected: Vec<_> = (1..=37).map(|number| format!("CMP-{number:03}")).collect();
    assert_eq!(ids, expected);
}
