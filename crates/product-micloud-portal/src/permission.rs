//! The permissions that only this product's rows need, beside the shared ones.

use pbx_auth::Permission;

/// Read the audit log.
pub(crate) const AUDIT_READ: Permission = Permission("logs.audit.read");
/// Read the login log.
pub(crate) const LOGIN_READ: Permission = Permission("logs.login.read");
/// Read the system log.
pub(crate) const SYSTEM_READ: Permission = Permission("logs.system.read");
/// See the server's status.
pub(crate) const STATUS: Permission = Permission("console.status");
