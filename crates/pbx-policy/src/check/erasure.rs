//! How stores are erased: that a way which is promised can be gone, and that none is promised where there is none.

use pbx_kernel::Surface;

use super::{Check, NO_CONTROL, NO_PERMISSION};
use crate::{DataStore, ErasurePath, Method, Policy, StoreKind};

impl Check<'_> {
    pub(super) fn erasures(&mut self, policy: &Policy, store: &DataStore) {
        self.demand(!store.erase.is_empty(), &store.id, "stores.erase", "says not how it is erased");
        for path in &store.erase {
            self.words(policy, path);
            self.shape(path);
            self.way(policy, path);
            for field in &path.fields {
                let known = policy.fields_of(store).iter().any(|it| it.id.get_ref() == field.get_ref());
                self.demand(known, field, "stores.erase.fields", "is no field of this store");
            }
            let streamed = store.streamed_only && *path.method.get_ref() != Method::External;
            let why = "must be \"external\": nothing of this store is kept here";
            self.demand(!streamed, &path.method, "stores.erase.method", why);
        }
        self.cleared_log(policy, store);
    }

    fn words(&mut self, policy: &Policy, path: &ErasurePath) {
        let said = !path.how.trim().is_empty();
        self.demand(said, &path.method, "stores.erase.how", "says not how");
        let cited = !path.cite.trim().is_empty() && !path.controls.is_empty();
        self.demand(cited, &path.method, "stores.erase.cite", "needs a citation and a control");
        for control in &path.controls {
            let known = policy.controls.iter().any(|it| it.id.get_ref() == control.get_ref());
            self.demand(known, control, "stores.erase.controls", NO_CONTROL);
        }
    }

    /// What a method must say, and what it must not.
    fn shape(&mut self, path: &ErasurePath) {
        let method = *path.method.get_ref();
        let has_way = !path.needs.is_empty() && !path.surfaces.is_empty() && path.scope.is_some();
        let has_none = path.needs.is_empty() && path.surfaces.is_empty() && path.scope.is_none();
        let (met, otherwise) = match method {
            Method::Anonymise | Method::Delete | Method::DestroyKey | Method::Detach => {
                (has_way, "erases: it needs a scope, permissions and surfaces")
            }
            Method::Silent => {
                (has_way || has_none, "offers a way: it needs a scope, permissions and surfaces")
            }
            Method::External | Method::Keep | Method::NotPossible => {
                (has_none, "does not erase here: it has no scope, permissions or surfaces")
            }
        };
        self.demand(met, &path.method, "stores.erase.method", otherwise);
        let reasoned = (method == Method::Keep) == path.reason.is_some();
        let why = "must give a reason if, and only if, it is \"keep\"";
        self.demand(reasoned, &path.method, "stores.erase.reason", why);
    }

    /// That somebody can go the way: a role with all its permissions, on one of its surfaces.
    fn way(&mut self, policy: &Policy, path: &ErasurePath) {
        let mut declared = true;
        for permission in &path.needs {
            let known = policy.permissions.contains_key(permission.get_ref());
            self.demand(known, permission, "stores.erase.needs", NO_PERMISSION);
            declared &= known;
        }
        let opens = |it: &Surface| path.surfaces.contains(it);
        let can = policy.roles.iter().any(|role| {
            path.needs.iter().all(|it| role.covers(it.get_ref())) && role.surfaces.iter().any(opens)
        });
        let offered = declared && !path.needs.is_empty();
        let nobody = "can be done by nobody: no role includes what it needs on one of its surfaces";
        self.demand(can || !offered, &path.method, "stores.erase.needs", nobody);
    }

    /// That a store and the log that it is agree on whether the log can be cleared, and by whom.
    fn cleared_log(&mut self, policy: &Policy, store: &DataStore) {
        let Some(id) = store.log.as_ref().filter(|_| store.kind == StoreKind::Log) else { return };
        let Some(log) = policy.logs.iter().find(|it| it.id == *id.get_ref()) else { return };
        let offered: Vec<_> = store.erase.iter().filter(|it| !it.needs.is_empty()).collect();
        let agrees = match &log.clear {
            None => offered.is_empty(),
            Some(clear) => {
                let names = |path: &&ErasurePath| path.needs.iter().any(|it| it.get_ref() == clear.get_ref());
                !offered.is_empty() && offered.iter().all(names)
            }
        };
        let why = "must be erased by whoever clears its log in [[logs]], or by nobody if nobody does";
        self.demand(agrees, &store.id, "stores.erase.needs", why);
    }
}
