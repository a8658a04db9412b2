//! The permissions that only this product's rows need, beside the shared ones.

use pbx_auth::Permission;

/// Read the access log and the list of failed logins.
pub(crate) const ACCESS_READ: Permission = Permission("logs.access.read");
/// Read the audit trail.
pub(crate) const AUDIT_READ: Permission = Permission("logs.audit.read");
/// Use WebAdmin.
pub(crate) const WEBADMIN: Permission = Permission("interface.webadmin");
