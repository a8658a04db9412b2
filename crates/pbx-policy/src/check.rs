//! What TOML's types cannot say: that names refer to something, that numbers make sense together.

use std::collections::BTreeSet;
use std::fmt;

use toml::Spanned;

use crate::error::line_of;
use crate::schema::covers;
use crate::{Mistake, Policy};

mod data;
mod erasure;
mod recipient;

/// Everything that is wrong with `policy`, from top to bottom.
pub(crate) fn mistakes(policy: &Policy, text: &str) -> Vec<Mistake> {
    let mut check = Check { text, mistakes: Vec::new() };
    check.product(policy);
    check.roles(policy);
    check.accounts(policy);
    check.lockouts(policy);
    check.logs_and_settings(policy);
    check.controls(policy);
    check.data(policy);
    check.recipients(policy);
    check.mistakes.sort_by_key(|it| it.line);
    check.mistakes
}

struct Check<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    fn product(&mut self, policy: &Policy) {
        if policy.product.releases.is_empty() {
            self.say_at_table("product", "product.releases", "at least one release is needed");
        }
        if !policy.passwords.contains_key("default") {
            self.say_at_table("passwords", "passwords", "a rule named \"default\" is needed");
        }
        for (name, rule) in &policy.passwords {
            if rule.length_min > rule.length_max {
                let message = "length-min is larger than length-max";
                self.say_at_table(
                    &format!("passwords.{name}"),
                    &format!("passwords.{name}.length-min"),
                    message,
                );
            }
        }
        let ids = policy.listeners.iter().map(|it| it.id.as_str());
        if let Some(twice) = repeated(ids) {
            self.say_at_table("listeners", "listeners.id", &format!("\"{twice}\" is declared twice"));
        }
    }

    fn roles(&mut self, policy: &Policy) {
        for role in &policy.roles {
            for pattern in &role.permissions {
                let known = policy.permissions.keys().any(|it| covers(pattern.get_ref(), it));
                self.demand(
                    known,
                    pattern,
                    "roles.permissions",
                    "covers no permission declared in [permissions]",
                );
            }
            if let Some(rule) = &role.password_rule {
                let known = policy.passwords.contains_key(rule.get_ref());
                self.demand(known, rule, "roles.password-rule", "is no rule of [passwords]");
            }
            if role.pin_from_local && !policy.passwords.contains_key("pin") {
                self.demand(false, &role.id, "roles.pin-from-local", "needs a rule [passwords.pin]");
            }
        }
        if let Some(twice) = repeated(policy.roles.iter().map(|it| it.id.get_ref().as_str())) {
            let at = policy.roles.iter().rev().find(|it| it.id.get_ref() == twice);
            if let Some(role) = at {
                self.demand(false, &role.id, "roles.id", "is declared twice");
            }
        }
    }

    fn accounts(&mut self, policy: &Policy) {
        let is_role = |id: &Spanned<String>| policy.roles.iter().any(|it| it.id.get_ref() == id.get_ref());
        let rules = &policy.accounts;
        self.demand(is_role(&rules.keep_last), &rules.keep_last, "accounts.keep-last", NO_ROLE);
        self.demand(is_role(&rules.default_role), &rules.default_role, "accounts.default-role", NO_ROLE);
        for account in &policy.shipped {
            self.demand(is_role(&account.role), &account.role, "shipped.role", NO_ROLE);
            let named = pbx_kernel::AccountName::parse(account.name.get_ref());
            self.demand(
                named.is_ok(),
                &account.name,
                "shipped.name",
                "is no account name: 1 to 64 characters",
            );
            if let Some(class) = &account.class {
                let known = rules.classes.contains(class.get_ref());
                self.demand(known, class, "shipped.class", "is no class of accounts.classes");
            }
        }
        let kept = policy.shipped.iter().any(|it| it.role.get_ref() == rules.keep_last.get_ref());
        self.demand(kept, &rules.keep_last, "accounts.keep-last", "is the role of no shipped account");
    }

    fn lockouts(&mut self, policy: &Policy) {
        for rule in &policy.lockouts {
            if !(1..=FAILURES_MAX).contains(&rule.failures_max) {
                let message = format!("must be from 1 to {FAILURES_MAX}");
                self.say_at_table("lockouts", "lockouts.failures-max", &message);
            }
            if rule.surfaces.is_empty() {
                self.say_at_table("lockouts", "lockouts.surfaces", "names no surface");
            }
            for class in rule.lasts_for.keys().filter(|it| !policy.accounts.classes.contains(it)) {
                let message = format!("\"{class}\" is no class of accounts.classes");
                self.say_at_table("lockouts", "lockouts.lasts-for", &message);
            }
        }
    }

    fn logs_and_settings(&mut self, policy: &Policy) {
        let is_permission = |id: &Spanned<String>| policy.permissions.contains_key(id.get_ref());
        for log in &policy.logs {
            for permission in [Some(&log.read), log.clear.as_ref()].into_iter().flatten() {
                self.demand(is_permission(permission), permission, "logs.read", NO_PERMISSION);
            }
        }
        for setting in &policy.settings {
            self.demand(is_permission(&setting.change), &setting.change, "settings.change", NO_PERMISSION);
            for value in [Some(&setting.as_shipped), setting.hardened.as_ref()].into_iter().flatten() {
                if let Err(wrong) = setting.check(value.get_ref()) {
                    self.demand(false, value, "settings.as-shipped", &wrong);
                }
            }
        }
    }

    fn controls(&mut self, policy: &Policy) {
        let mut seen = BTreeSet::new();
        for control in &policy.controls {
            self.demand(seen.insert(control.id.get_ref()), &control.id, "controls.id", "is declared twice");
        }
    }

    fn demand<T: fmt::Display>(&mut self, met: bool, value: &Spanned<T>, field: &str, otherwise: &str) {
        if !met {
            let line = line_of(self.text, value.span().start);
            let message = format!("\"{}\" {otherwise}", value.get_ref());
            self.mistakes.push(Mistake { line, field: field.to_owned(), message });
        }
    }

    fn say_at_table(&mut self, table: &str, field: &str, message: &str) {
        let headers = [format!("[{table}]"), format!("[[{table}]]"), format!("[{table}.")];
        let at = headers.iter().filter_map(|it| self.text.find(it.as_str())).min().unwrap_or(0);
        let line = line_of(self.text, at);
        self.mistakes.push(Mistake { line, field: field.to_owned(), message: message.to_owned() });
    }
}

fn repeated<'a>(ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = BTreeSet::new();
    let mut ids = ids;
    ids.find(|it| !seen.insert(*it))
}

const NO_ROLE: &str = "is no role declared in [[roles]]";
const NO_PERMISSION: &str = "is no permission declared in [permissions]";
const NO_CONTROL: &str = "is no control declared in [[controls]]";

/// A limit above this is none, and every failure that counts is remembered.
const FAILURES_MAX: u32 = 100;

#[cfg(test)]
mod tests;
