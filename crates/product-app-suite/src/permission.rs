//! The permissions that only this product's rows need, beside the shared ones.

use pbx_auth::Permission;

/// Read the audit trail.
pub(crate) const AUDIT_READ: Permission = Permission("logs.audit.read");
/// Read the diagnostic log.
pub(crate) const DIAGNOSTIC_READ: Permission = Permission("logs.diagnostic.read");
/// Use the website.
pub(crate) const WEB: Permission = Permission("web.access");
