//! The permissions that only this product's rows need, beside the shared ones.

use pbx_auth::Permission;

/// Read the audit log.
pub(crate) const AUDIT_READ: Permission = Permission("logs.audit.read");
/// Read the login log.
pub(crate) const LOGIN_READ: Permission = Permission("logs.login.read");
/// Read the system log.
pub(crate) const SYSTEM_READ: Permission = Permission("logs.system.read");
/// Make, change and delete customers.
pub(crate) const CUSTOMERS_CHANGE: Permission = Permission("customers.change");
/// See the customers.
pub(crate) const CUSTOMERS_READ: Permission = Permission("customers.read");
/// Make and change end users and their services.
pub(crate) const USERS_CHANGE: Permission = Permission("users.change");
/// Delete end users and all their services.
pub(crate) const USERS_DELETE: Permission = Permission("users.delete");
/// See end users.
pub(crate) const USERS_READ: Permission = Permission("users.read");
/// See the server's status.
pub(crate) const STATUS: Permission = Permission("console.status");
