//! Whom personal data is passed on to: that nothing leaves before somebody turns it on.

use std::collections::BTreeSet;

use toml::Spanned;

use super::{Check, NO_CONTROL};
use crate::{Policy, Recipient, SettingKind};

impl Check<'_> {
    pub(super) fn recipients(&mut self, policy: &Policy) {
        let mut seen = BTreeSet::new();
        for recipient in &policy.recipients {
            let once = seen.insert(recipient.id.get_ref());
            self.demand(once, &recipient.id, "recipients.id", "is declared twice");
            let gets = !recipient.stores.is_empty() || !recipient.fields.is_empty();
            self.demand(gets, &recipient.id, "recipients.stores", "gets nothing: name stores or fields");
            for store in &recipient.stores {
                let known = policy.store(store.get_ref()).is_some();
                self.demand(known, store, "recipients.stores", "is no store declared in [[stores]]");
            }
            let persons = policy.person.as_ref().map_or(&[][..], |it| &it.fields);
            for field in &recipient.fields {
                let known = persons.iter().any(|it| it.id.get_ref() == field.get_ref());
                self.demand(known, field, "recipients.fields", "is no field of [person]");
            }
            for control in &recipient.controls {
                let known = policy.controls.iter().any(|it| it.id.get_ref() == control.get_ref());
                self.demand(known, control, "recipients.controls", NO_CONTROL);
            }
            self.switch(policy, recipient);
        }
    }

    fn switch(&mut self, policy: &Policy, recipient: &Recipient) {
        let key = &recipient.switch;
        let setting = policy.settings.iter().find(|it| it.key.get_ref() == key.get_ref());
        let otherwise = "is no switch of [[settings]]";
        let Some(setting) = setting.filter(|it| it.kind == SettingKind::Switch) else {
            return self.demand(false, key, "recipients.switch", otherwise);
        };
        let is_off = |value: &Spanned<String>| value.get_ref() == "off";
        let stays = is_off(&setting.as_shipped) && setting.hardened.as_ref().is_none_or(is_off);
        self.demand(stays, key, "recipients.switch", "must be off as shipped and once hardened");
    }
}
