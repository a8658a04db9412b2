use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use pbx_kernel::{AccountName, Source, Surface};

/// What a row of a command, route or page table needs, for example `accounts.change`.
///
/// A product's policy declares every permission with what it allows; roles are sets of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission(pub &'static str);

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A named set of permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// How accounts refer to it, for example `administrator`.
    pub id: String,
    /// What the product calls it.
    pub name: String,
    /// The permissions it includes.
    pub permissions: BTreeSet<String>,
}

impl Role {
    /// Whether it includes `permission`.
    pub fn includes(&self, permission: Permission) -> bool {
        self.permissions.contains(permission.0)
    }
}

/// An authenticated account with its role, where it came in and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Which account.
    pub account: AccountName,
    /// Its role when it logged in.
    pub role: Arc<Role>,
    /// Where it came in.
    pub surface: Surface,
    /// From where.
    pub source: Source,
}

/// Proof that a principal may do something. Only [`authorize`] can make one.
#[derive(Debug)]
pub struct Grant {
    principal: Principal,
    permission: Permission,
}

impl Grant {
    /// Who may.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What.
    pub fn permission(&self) -> Permission {
        self.permission
    }
}

/// The principal's role does not include the permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role does not include {0}")]
pub struct NotPermitted(pub Permission);

/// Proves that `principal` may do what needs `permission`, or says no.
pub fn authorize(principal: &Principal, permission: Permission) -> Result<Grant, NotPermitted> {
    if principal.role.includes(permission) {
        Ok(Grant { principal: principal.clone(), permission })
    } else {
        Err(NotPermitted(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_made_only_for_what_the_role_includes() {
        let role = Role {
            id: "reader".to_owned(),
            name: "Reader".to_owned(),
            permissions: BTreeSet::from(["logs.read".to_owned()]),
        };
        let principal = Principal {
            account: AccountName::parse("ada").expect("valid"),
            role: Arc::new(role),
            surface: Surface::Web,
            source: Source::new([127, 0, 0, 1].into()),
        };
        assert!(authorize(&principal, Permission("logs.read")).is_ok());
        assert_eq!(
            authorize(&principal, Permission("logs.clear")).map(|_| ()),
            Err(NotPermitted(Permission("logs.clear")))
        );
    }
}
