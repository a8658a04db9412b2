//! The permissions that the shared pages and commands need. A policy declares those it has; rows that need one it
//! does not declare are not part of the product.

use pbx_auth::Permission;

/// See the accounts.
pub const ACCOUNTS_READ: Permission = Permission("accounts.read");
/// Make accounts.
pub const ACCOUNTS_CREATE: Permission = Permission("accounts.create");
/// Change accounts and give them roles.
pub const ACCOUNTS_CHANGE: Permission = Permission("accounts.change");
/// Remove accounts.
pub const ACCOUNTS_DELETE: Permission = Permission("accounts.delete");
/// Set and reset the passwords of others.
pub const ACCOUNTS_PASSWORD: Permission = Permission("accounts.password");
/// Free locked accounts.
pub const ACCOUNTS_UNLOCK: Permission = Permission("accounts.unlock");
/// See the roles and what they include.
pub const ROLES_READ: Permission = Permission("roles.read");
/// Make, change and remove roles.
pub const ROLES_CHANGE: Permission = Permission("roles.change");
/// Open the logs pages; each log has a permission of its own besides.
pub const LOGS_READ: Permission = Permission("logs.read");
/// Clear logs; each log has a permission of its own besides.
pub const LOGS_CLEAR: Permission = Permission("logs.clear");
/// See the settings.
pub const SETTINGS_READ: Permission = Permission("settings.read");
/// Change settings; each setting has a permission of its own besides.
pub const SETTINGS_CHANGE: Permission = Permission("settings.change");
/// See what is recorded of people.
pub const PEOPLE_READ: Permission = Permission("people.read");
/// Enter people and change what is recorded of them.
pub const PEOPLE_CHANGE: Permission = Permission("people.change");
/// Remove people.
pub const PEOPLE_DELETE: Permission = Permission("people.delete");
/// See one's own account and change one's own password.
pub const OWN: Permission = Permission("own");
