//! The permissions that only this product has; what each allows is in `product.toml`.

use pbx_auth::Permission;

pub(crate) const EXTENSION_READ: Permission = Permission("extension.read");
pub(crate) const EXTENSION_CHANGE: Permission = Permission("extension.change");
pub(crate) const NAME_READ: Permission = Permission("name.read");
pub(crate) const NAME_CHANGE: Permission = Permission("name.change");
pub(crate) const LOGS_AUDIT_TRAIL_READ: Permission = Permission("logs.audit-trail.read");
pub(crate) const LOGS_EVENTS_READ: Permission = Permission("logs.events.read");
pub(crate) const LOGS_MDSH_READ: Permission = Permission("logs.mdsh.read");
pub(crate) const LOGS_SECURITY_READ: Permission = Permission("logs.security.read");
pub(crate) const MAINTENANCE: Permission = Permission("maintenance");
pub(crate) const SETTINGS_BANNER: Permission = Permission("settings.banner");
pub(crate) const SETTINGS_WEB_MANAGEMENT: Permission = Permission("settings.web-management");
pub(crate) const SHELL: Permission = Permission("shell");
